"""Who reads which deals, by what they can be sifted, what stands still, and in how many statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core import clock
from matchmaker.core.errors import Forbidden, Invalid, NotFound
from matchmaker.core.unit import unit
from matchmaker.deals import linking, queries, reading, service, starting
from matchmaker.deals.models import Deal
from matchmaker.deals.parties import find_organisation
from matchmaker.deals.queries import Filters
from matchmaker.deals.reminding import remind_stalled
from matchmaker.deals.rules import DealKind, DealOrigin, DealStage, NoteReach
from matchmaker.listings.rules import Side
from matchmaker.notifications.models import Notice
from tests.deals.pair import Pair, met, speak
from tests.factories import USCCS, make_listing, make_organisation
from tests.people import BASE, make_actor

S = DealStage


@pytest.fixture
def pair(session: Session) -> Pair:
    return Pair(session)


def found(pair: Pair, **filters: object) -> set[int]:
    """What the officer's table shows; the board agrees."""
    asked = Filters(**filters)  # type: ignore[arg-type]
    page = queries.page(pair.session, pair.officer, filters=asked, page=1)
    columns = queries.board(pair.session, pair.officer, filters=asked)
    ids = {row.id for row in page.rows}
    assert {row.id for column in columns for row in column.rows} == ids
    assert (sum(column.number for column in columns), sum(column.amount_fen for column in columns)) == (
        page.total,
        page.amount_fen,
    )
    return ids


def test_one_deal_is_for_its_sides_the_office_and_auditors(pair: Pair) -> None:
    deal = pair.by_hand()
    for who in (pair.buying, pair.selling, pair.officer, pair.auditor):
        assert queries.deal(pair.session, who, deal_id=deal.id) is deal
    for who in (pair.stranger, pair.organiser):
        with pytest.raises(NotFound):
            queries.deal(pair.session, who, deal_id=deal.id)
    with pytest.raises(NotFound):
        queries.deal(pair.session, pair.officer, deal_id=10**6)
    elsewhere = replace(pair.officer, organisation_ids=frozenset({10**6}), acting_for=10**6)
    with pytest.raises(NotFound):
        queries.deal(pair.session, elsewhere, deal_id=deal.id)


def test_organisers_read_what_came_of_events_and_no_notes_on_it(session: Session) -> None:
    hall, meeting = met(session)
    speak(hall, meeting, 0)
    number = hall.registrations[0].id
    deal = starting.start_from_meeting(
        session, hall.owners[0], meeting_id=meeting.id, registration_id=number, base=BASE
    )
    service.say(session, hall.owners[0], deal_id=deal.id, text="都看", reach=NoteReach.BOTH, base=BASE)
    session.refresh(deal)
    assert queries.deal(session, hall.organiser, deal_id=deal.id) is deal
    assert reading.notes_of(hall.organiser, deal) == [] and len(reading.notes_of(hall.owners[1], deal)) == 1
    assert reading.files_of(session, hall.organiser, deal=deal) == []
    assert queries.of_event(session, hall.organiser, event_id=hall.event.id) == [deal]
    assert queries.of_event(session, hall.organiser, event_id=hall.event.id + 1) == []
    assert queries.of_meetings(session, meeting_ids=[meeting.id, 10**6]) == {meeting.id: deal}
    page = queries.page(session, hall.organiser, filters=Filters(event_id=hall.event.id), page=1)
    assert list(page.rows) == [deal]
    with pytest.raises(Forbidden):
        queries.of_event(session, hall.owners[0], event_id=hall.event.id)


def test_the_organisers_table_leaves_out_what_did_not_come_of_an_event(pair: Pair) -> None:
    pair.by_hand()
    assert queries.page(pair.session, pair.organiser, filters=Filters(), page=1).total == 0
    assert queries.counts(pair.session, pair.organiser) == (0, 0)
    assert queries.counts(pair.session, pair.auditor) == (1, 0)


def test_the_district_is_the_staffs_and_ones_own_everybodys(pair: Pair) -> None:
    deal = pair.by_hand()
    for ask in (queries.board, queries.page):
        with pytest.raises(Forbidden):
            ask(pair.session, pair.buying, filters=Filters(), **({"page": 1} if ask is queries.page else {}))  # type: ignore[operator]
    for who, ids in ((pair.buying, [deal.id]), (pair.selling, [deal.id]), (pair.stranger, []), (pair.officer, [])):
        assert [row.id for row in queries.mine(pair.session, who)] == ids
        assert queries.page(pair.session, who, filters=Filters(), page=1, own=True).total == len(ids)
        assert queries.counts_of(pair.session, who) == (len(ids), 0)


def test_the_table_is_sifted_by_everything_it_shows(pair: Pair) -> None:
    hydrogen = pair.introduced()
    # Without listings it counts where one of the two works, which is hydrogen; with listings, what they are about.
    plain = pair.by_hand(title="一百%的专利许可", amount="30")
    offer = make_listing(pair.session, organisation=USCCS[1], ref="m", title="伺服电机供应", chain_nodes=["MAC-04"])
    machines = pair.by_hand(offer_id=offer.id, kind="order")
    far = make_organisation(
        pair.session, uscc=USCCS[3], name="狮山远方有限公司", town="440605124", chain_nodes=["MAC-04"]
    )
    data = pair.data(seller_id=far.id)
    distant = starting.start_by_hand(pair.session, pair.officer, data=data, base=BASE)
    every = {hydrogen.id, plain.id, machines.id, distant.id}
    assert found(pair) == every
    assert found(pair, kind=DealKind.ORDER) == {hydrogen.id, machines.id}
    assert found(pair, origin=DealOrigin.INTRODUCTION) == {hydrogen.id}
    assert found(pair, chain="HYD") == {hydrogen.id, plain.id, distant.id}
    assert found(pair, chain="MAC") == {machines.id, distant.id}
    assert found(pair, town="440605124") == {distant.id}
    assert found(pair, owner_id=pair.officer.person_id) == {distant.id}
    assert found(pair, text="远方") == {distant.id}
    assert found(pair, text="%") == {plain.id}
    assert found(pair, stage=S.INTENT) == set()
    assert found(pair, unowned=True) == set()
    columns = queries.board(pair.session, pair.officer, filters=Filters())
    assert [column.stage for column in columns] == list(S)
    assert (columns[0].number, columns[0].amount_fen) == (4, 30_000_000)


def test_a_column_of_the_board_shows_its_first_and_counts_all(pair: Pair) -> None:
    today = clock.today()
    late = [pair.by_hand(next_on=today + timedelta(days=number)) for number in range(queries.PER_STAGE + 2)]
    column = queries.board(pair.session, pair.buying, filters=Filters(), own=True)[0]
    assert (column.number, [row.id for row in column.rows]) == (
        len(late),
        [row.id for row in late[: queries.PER_STAGE]],
    )


def test_of_what_is_over_the_board_shows_the_last_few_and_sums_leave_out_what_was_ended(pair: Pair) -> None:
    made = [pair.by_hand(amount="10") for _ in range(queries.PER_OVER + 1)]
    for number, deal in enumerate(made):
        with clock.pretend(clock.now() + timedelta(minutes=number)):
            given = {"deal_id": deal.id, "revision": 1, "stage": S.ENDED, "note": "不做了"}
            service.move(pair.session, pair.buying, **given, base=BASE)
    column = queries.board(pair.session, pair.officer, filters=Filters())[-1]
    assert (column.number, [row.id for row in column.rows]) == (len(made), [row.id for row in made[:0:-1]])
    assert queries.page(pair.session, pair.officer, filters=Filters(), page=1).amount_fen == 0


def test_the_other_side_is_found_by_code_or_name_and_by_a_part_of_it_only_by_staff(pair: Pair) -> None:
    for text in (pair.seller.name, pair.seller.uscc.lower(), f" {pair.seller.uscc} "):
        assert find_organisation(pair.session, pair.buying, text=text, field="partner") == pair.seller.id
    assert find_organisation(pair.session, pair.officer, text="试样阀门", field="partner") == pair.seller.id
    for who, text, said in (
        (pair.buying, "试样阀门", "nobody"),
        (pair.officer, "试样", "several: "),
        (pair.officer, "", "nobody"),
        (pair.officer, "%", "nobody"),
    ):
        with pytest.raises(Invalid) as caught:
            find_organisation(pair.session, who, text=text, field="partner")
        fault = caught.value.faults[0]
        assert fault.field == "partner" and fault.message.startswith(said)


def test_pages_end_where_the_rows_do(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PER_PAGE", 2)
    made = [pair.by_hand() for _ in range(3)]
    seen = [queries.page(pair.session, pair.officer, filters=Filters(), page=number) for number in (1, 2, 99)]
    assert [one.number for one in seen] == [1, 2, 2]
    assert {row.id for one in seen[:2] for row in one.rows} == {row.id for row in made}


def aged(pair: Pair, days: int, **over: object) -> Deal:
    with clock.pretend(clock.now() - timedelta(days=days)):
        return pair.by_hand(**over)


def test_what_stands_still_is_told_alike_by_rows_and_by_the_rule(pair: Pair) -> None:
    quiet, fresh, edge = aged(pair, 31), pair.by_hand(), aged(pair, 30)
    with clock.pretend(clock.now() - timedelta(days=5)):
        overdue = pair.by_hand(next_on=clock.today() + timedelta(days=1))
        due = pair.by_hand(next_on=clock.today() + timedelta(days=5))
        over = pair.by_hand(next_on=clock.today())
        given = {"deal_id": over.id, "revision": 1, "stage": S.ENDED, "note": "不做了"}
        service.move(pair.session, pair.buying, **given, base=BASE)
    rows = {row.id for row in queries.stalled(pair.session, today=clock.today())}
    assert rows == {quiet.id, overdue.id} == found(pair, stalled=True)
    by_rule = {row.id for row in (quiet, fresh, edge, overdue, due, over) if queries.stands_still(row)}
    assert by_rule == rows
    assert queries.counts_of(pair.session, pair.selling) == (5, 2)


def test_who_is_concerned_is_reminded_once_and_again_after_a_week(sessions: sessionmaker[Session]) -> None:
    with unit(sessions) as session:
        pair = Pair(session)
        number = aged(pair, 40).id
        session.get_one(Deal, number).owner_id = pair.officer.person_id
        pair.by_hand()
        concerned = {pair.buying.person_id, pair.selling.person_id, pair.officer.person_id}

    def told() -> list[int]:
        with unit(sessions) as session:
            return sorted(session.scalars(select(Notice.person_id).where(Notice.text == "deal.stalled")))

    assert (remind_stalled(sessions, base=BASE), remind_stalled(sessions, base=BASE)) == (1, 0)
    assert told() == sorted(concerned)
    with clock.pretend(clock.now() + timedelta(days=6)):
        assert remind_stalled(sessions, base=BASE) == 0
    with clock.pretend(clock.now() + timedelta(days=7, hours=1)):
        assert remind_stalled(sessions, base=BASE) == 1
        with unit(sessions) as session:
            given = {"deal_id": number, "text": "在谈", "reach": NoteReach.OWN}
            service.say(session, pair.buying, **given, base=BASE)
        assert remind_stalled(sessions, base=BASE) == 0
    assert len(told()) == 6


def test_others_between_the_same_two_are_named_to_who_may_read_them(pair: Pair) -> None:
    deal, other = pair.by_hand(), pair.by_hand()
    assert reading.others_between(pair.session, pair.selling, deal=deal) == [other]
    assert reading.others_between(pair.session, pair.stranger, deal=deal) == []


def test_listings_to_choose_from_betray_no_owner(pair: Pair) -> None:
    facts = {"organisation": USCCS[1], "title": "隐名的供给"}
    secret = make_listing(pair.session, **facts, ref="s", visibility="redacted")
    draft = make_listing(pair.session, **facts, ref="d", state="draft")
    given = {"organisation_id": pair.seller.id, "side": Side.OFFER}
    assert linking.linkable(pair.session, pair.buying, **given) == [pair.offer]
    assert linking.linkable(pair.session, pair.selling, **given) == [secret, pair.offer]
    assert draft not in linking.linkable(pair.session, pair.officer, **given)


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("ask", ["mine", "board", "page"])
def test_three_rows_take_no_more_statements_than_one(sessions: sessionmaker[Session], ask: str) -> None:
    with unit(sessions) as session:
        pair = Pair(session)

    def counted() -> int:
        with unit(sessions) as session, statements(session) as seen:
            if ask == "mine":
                rows = queries.mine(session, pair.buying)
            elif ask == "page":
                rows = queries.page(session, pair.officer, filters=Filters(), page=1).rows
            else:
                rows = queries.board(session, pair.officer, filters=Filters())[0].rows
            assert [(row.buyer.name, row.seller.name, row.owner and row.owner.name) for row in rows]
            return len(seen)

    numbers = []
    for wanted in (1, 2):
        with unit(sessions) as session:
            pair.session = session
            for _ in range(wanted):
                seller = make_organisation(session, uscc=USCCS[2 + wanted], name=f"新单位{wanted}有限公司")
                who = make_actor(session, pair.buyer.id)
                starting.start_by_hand(session, who, data=pair.data(seller_id=seller.id), base=BASE)
        numbers.append(counted())
    assert numbers[0] == numbers[1]
