"""Reading listings: what is open to everybody, one listing, counts, and how many statements a page costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.listings import queries
from matchmaker.listings.rules import Form, Side
from tests.factories import OPERATOR, USCCS, make_listing, make_organisation


@pytest.fixture
def owner(session: Session) -> int:
    return make_organisation(session).id


@contextmanager
def _counted(session: Session) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def _titles(page: queries.Page) -> list[str]:
    return [row.title for row in page.rows]


def test_a_page_shows_only_what_is_open_to_everybody_today(session: Session, owner: int) -> None:
    today = clock.today()
    tomorrow, yesterday = str(today + timedelta(1)), str(today - timedelta(1))
    for title, over in {
        "公开的信息": {},
        "脱敏的信息": {"visibility": "redacted"},
        "今天开始和结束": {"valid_from": str(today), "valid_to": str(today)},
        "仅撮合方可见": {"visibility": "consent"},
        "还是草稿的信息": {"state": "draft"},
        "已经关闭的信息": {"state": "closed"},
        "明天才开始的": {"valid_from": tomorrow},
        "昨天已经结束": {"valid_to": yesterday},
    }.items():
        make_listing(session, title=title, **over)
    page = queries.open_page(session)
    assert _titles(page) == ["今天开始和结束", "脱敏的信息", "公开的信息"]
    assert (page.total, page.number, page.last) == (3, 1, 1)


def test_a_page_is_filtered(session: Session, owner: int) -> None:
    make_organisation(session, uscc=USCCS[1], name="大沥镇的试样公司", town="440605125")
    make_listing(session, title="丹灶的阀门产品")
    make_listing(session, title="丹灶的阀门需求", side="need")
    make_listing(
        session, title="大沥的铝材服务", organisation=USCCS[1], form="service", chain_nodes=["ALU-09", "HYD-01"]
    )
    assert _titles(queries.open_page(session, side=Side.NEED)) == ["丹灶的阀门需求"]
    assert _titles(queries.open_page(session, chain="ALU")) == ["大沥的铝材服务"]
    assert queries.open_page(session, chain="HYD").total == 3
    assert _titles(queries.open_page(session, town="440605125")) == ["大沥的铝材服务"]
    assert _titles(queries.open_page(session, form=Form.SERVICE)) == ["大沥的铝材服务"]
    assert queries.open_page(session, chain="ALU", side=Side.NEED).total == 0


@pytest.mark.parametrize(
    ("asked", "number", "titles"),
    [
        (1, 1, ["第5号阀门", "第4号阀门"]),
        (3, 3, ["第1号阀门"]),
        (99, 3, ["第1号阀门"]),
        (0, 1, ["第5号阀门", "第4号阀门"]),
    ],
)
def test_a_page_beyond_the_last_is_the_last(
    session: Session, owner: int, asked: int, number: int, *, titles: list[str]
) -> None:
    for one in range(1, 6):
        make_listing(session, title=f"第{one}号阀门")
    page = queries.open_page(session, page=asked, per_page=2)
    assert (_titles(page), page.number, page.last, page.total) == (titles, number, 3, 5)


def test_an_empty_district_has_one_empty_page(session: Session) -> None:
    page = queries.open_page(session)
    assert (list(page.rows), page.total, page.number, page.last) == ([], 0, 1, 1)


def test_a_page_of_three_costs_as_many_statements_as_a_page_of_one(sessions: sessionmaker[Session]) -> None:
    costs: list[int] = []
    for wanted in (1, 3):
        with unit(sessions) as session:
            for number in range(wanted - len(costs)):
                code = USCCS[len(costs) + number]
                make_organisation(session, uscc=code, name=f"试样公司{code}")
                make_listing(session, organisation=code, chain_nodes=["HYD-09", "HYD-10"])
        with reading(sessions) as session, _counted(session) as statements:
            page = queries.open_page(session)
            assert all((row.organisation.name, row.node_ids, row.organisation.titles) for row in page.rows)
        assert page.total == wanted
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_counts_tell_what_is_open(session: Session, owner: int) -> None:
    assert queries.counts(session) == queries.Counts(1, 0, 0)
    make_listing(session)
    make_listing(session, side="need")
    make_listing(session, side="need")
    make_listing(session, state="draft")
    make_listing(session, visibility="consent")
    assert queries.counts(session) == queries.Counts(1, 2, 1)


def test_what_was_ever_recorded_is_known_in_whatever_state(session: Session) -> None:
    assert queries.recorded(session) == {"organisations": False, "needs": False, "offers": False}
    make_organisation(session)
    make_listing(session, state="closed")
    assert queries.recorded(session) == {"organisations": True, "needs": False, "offers": True}


def test_one_listing_is_found_by_those_who_may_see_it(session: Session, owner: int) -> None:
    draft = make_listing(session, state="draft").id
    assert queries.listing(session, OPERATOR, listing_id=draft).id == draft
    for actor, number in ((Actor.visitor(), draft), (OPERATOR, draft + 1)):
        with pytest.raises(NotFound, match=f"no listing {number}"):
            queries.listing(session, actor, listing_id=number)


def test_changes_come_in_their_order_from_the_asked_number_on(session: Session, owner: int) -> None:
    ids = [make_listing(session, ref=str(number)).id for number in range(4)]
    make_listing(session, ref="0", title="改过名字的阀门")
    found = queries.changed_since(session, change_seq=2, limit=2)
    assert [(row.id, row.change_seq) for row in found] == [(ids[2], 3), (ids[3], 4)]
    assert [row.id for row in queries.changed_since(session, change_seq=4, limit=2)] == [ids[0]]


def test_listings_are_found_by_their_ids(session: Session, owner: int) -> None:
    number = make_listing(session).id
    assert list(queries.by_ids(session, [number, number + 1])) == [number]
