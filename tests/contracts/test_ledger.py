"""The ledger: everything filters, and the totals are those of what the filters let through."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from matchmaker.contracts.ledger import LedgerFilter, Total, ledger, quarter_of, whole
from matchmaker.contracts.models import Contract
from matchmaker.contracts.rules import ContractKind, ContractState, PartyNature, PartyRole, PaymentMode
from matchmaker.core.actor import Actor
from tests.contracts.cast import Cast
from tests.contracts.making import make_contract, make_draft, make_signed, parties_in
from tests.factories import OPERATOR

DAY = date(2025, 2, 3)
WAN = 1_000_000
ABROAD = {"role": "buyer", "name": "Muster GmbH", "country": "276", "nature": "300"}


def fill(session: Session) -> dict[str, Contract]:
    """Five contracts that differ in everything that is told apart."""
    days = {"signed_on": DAY, "valid_from": DAY, "valid_until": DAY + timedelta(days=300)}
    late = {"signed_on": DAY + timedelta(days=90), "valid_from": DAY, "valid_until": DAY + timedelta(days=900)}
    found = {
        "draft": make_draft(
            session, title="起草中的合同", signed_on=None, node="", total=None, technology=None, schedule=[]
        ),
        "signed": make_signed(session, title="喷涂线节能诊断", kind="SVC", sub_kind=None, node="ALU-11", **late),
        "abroad": make_signed(session, title="出口许可", parties=[parties_in()[0], ABROAD], fiscal_fund=True, **days),
        "paid": make_contract(session, own_number="NH-77", **days),
        "part": make_contract(
            session, payments=("400000",), payment_mode="lump", schedule=[], title="一次总付的合同", **days
        ),
    }
    session.flush()
    return found


def titles(session: Session, actor: Actor = OPERATOR, **over: Any) -> set[str]:
    return {row.title for row in ledger(session, actor, filters=LedgerFilter(**over)).rows}


def test_filters_and_totals(session: Session) -> None:
    rows = fill(session)
    number = str(rows["paid"].registration_no)
    seller, buyer = (party.organisation_id for party in rows["paid"].parties)
    cases: list[tuple[dict[str, Any], set[str]]] = [
        ({}, set(rows)),
        ({"text": "节能诊断"}, {"signed"}),
        ({"text": number}, {"paid"}),
        ({"text": "nh-77"}, {"paid"}),
        ({"text": "muster"}, {"abroad"}),
        ({"text": "%"}, set()),
        ({"states": frozenset({ContractState.DRAFT})}, {"draft"}),
        ({"kinds": frozenset({ContractKind.SVC})}, {"signed"}),
        ({"modes": frozenset({PaymentMode.LUMP})}, {"part"}),
        ({"chain": "ALU"}, {"signed"}),
        ({"node": "HYD-09", "in_force": True}, {"paid", "part"}),
        ({"town": "440605123"}, set(rows)),
        ({"town": "440605011"}, set()),
        ({"natures": frozenset({PartyNature.FOREIGN}), "side": PartyRole.BUYER}, {"abroad"}),
        ({"organisation_id": buyer}, set(rows) - {"abroad"}),
        ({"organisation_id": seller, "unregistered": True}, {"signed", "abroad"}),
        ({"registrar": "别处"}, set()),
        ({"registrar": "登记处"}, {"paid", "part"}),
        ({"signed_from": DAY, "signed_to": DAY}, {"abroad", "paid", "part"}),
        ({"total_from": 1, "fiscal_fund": True}, {"abroad"}),
        ({"fiscal_fund": False, "ends_before": DAY + timedelta(days=300)}, {"paid", "part"}),
        ({"paid": "none"}, {"draft", "signed", "abroad"}),
        ({"paid": "part"}, {"part"}),
        ({"paid": "full"}, {"paid"}),
        ({"paid": "nonsense"}, set(rows)),
        ({"from_platform": True}, set()),
        ({"quarter": quarter_of(DAY)}, {"abroad"}),
        ({"quarter": str(DAY.year)}, {"abroad", "signed"}),
        ({"quarter": "2025Q5"}, set(rows)),
    ]
    for over, names in cases:
        assert titles(session, **over) == {rows[name].title for name in names}, over


def test_totals_add_up_by_every_cut(session: Session) -> None:
    rows = fill(session)
    page = whole(session, OPERATOR, filters=LedgerFilter())
    assert page.sum == Total("", 5, 960 * WAN, 800 * WAN, 280 * WAN)
    assert {total.code: total.count for total in page.by_kind} == {"DEV": 4, "SVC": 1}
    assert {total.code: total.count for total in page.by_chain} == {"": 1, "ALU": 1, "HYD": 3}
    assert page.by_town == [Total("440605123", 5, 960 * WAN, 800 * WAN, 280 * WAN)]
    assert {total.code: total.count for total in page.by_nature} == {"150": 5}
    today = rows["paid"].registered_on
    assert today is not None
    quarters: dict[str, int] = {"": 1}
    for day, count in ((DAY, 1), (DAY + timedelta(days=90), 1), (today, 2)):
        quarters[quarter_of(day)] = quarters.get(quarter_of(day), 0) + count
    assert {total.code: total.count for total in page.by_quarter} == quarters
    buying = ledger(session, OPERATOR, filters=LedgerFilter(side=PartyRole.BUYER))
    assert {total.code: total.count for total in buying.by_nature} == {"150": 4, "300": 1}
    assert {total.code: total.count for total in buying.by_town} == {"": 1, "440605123": 4}


def test_everybody_sees_what_they_may_read(session: Session) -> None:
    cast = Cast(session)
    cast.draft()
    for actor in (cast.selling, cast.buying, cast.mediating, cast.officer, cast.partial, cast.auditor):
        assert ledger(session, actor, filters=LedgerFilter()).total == 1
    for actor in cast.outsiders:
        page = ledger(session, actor, filters=LedgerFilter())
        assert (page.total, page.rows, page.by_kind) == (0, [], [])


@pytest.mark.parametrize(("asked", "number"), [(0, 1), (1, 1), (2, 2), (99, 2)])
def test_pages_stay_within_what_there_is(
    session: Session, monkeypatch: pytest.MonkeyPatch, asked: int, number: int
) -> None:
    monkeypatch.setattr("matchmaker.contracts.ledger.PER_PAGE", 3)
    fill(session)
    page = ledger(session, OPERATOR, filters=LedgerFilter(), page=asked)
    assert (page.number, page.last, len(page.rows)) == (number, 2, 3 if number == 1 else 2)


def test_the_number_of_statements_does_not_grow_with_the_rows(session: Session) -> None:
    counts = []
    for _ in range(2):
        fill(session)
        session.commit()
        session.expunge_all()
        sent: list[str] = []
        engine = session.get_bind()
        assert isinstance(engine, Engine)

        def note(_conn: object, _cursor: object, statement: str, *_rest: object, sent: list[str] = sent) -> None:
            sent.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        page = whole(session, OPERATOR, filters=LedgerFilter())
        event.remove(engine, "before_cursor_execute", note)
        assert all(party.name for row in page.rows for party in row.parties)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 1, 1), "2026Q1"),
        (date(2026, 3, 31), "2026Q1"),
        (date(2026, 4, 1), "2026Q2"),
        (date(2026, 12, 31), "2026Q4"),
    ],
)
def test_a_day_lies_in_its_quarter(day: date, quarter: str) -> None:
    assert quarter_of(day) == quarter
