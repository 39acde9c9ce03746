"""The ledger balances whatever happens, refuses what is not there, and never changes a row."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core import clock
from matchmaker.core.db import new_key
from matchmaker.core.errors import Conflict, Forbidden, Invalid
from matchmaker.core.unit import unit
from matchmaker.subsidies import correcting, ledger, paying, reviewing, windows
from matchmaker.subsidies.ledger import Booking
from matchmaker.subsidies.models import LedgerEntry
from matchmaker.subsidies.rules import FLOWS, Account, ClaimState, EntryKind
from tests.people import BASE
from tests.subsidies.place import AFTER_NOTICE, OPEN, WAN, Place, make_place, state_of


def _balances(place: Place) -> dict[str, int]:
    found = ledger.balances(place.session, window_id=place.window.id)
    assert sum(found.values()) == 0
    return {account.value: fen // WAN for account, fen in found.items() if fen}


def test_a_budget_is_a_total_and_only_the_difference_is_booked(place: Place) -> None:
    place.budget(800 * WAN)
    place.budget(600 * WAN)
    assert _balances(place) == {"appropriation": -600, "available": 600}
    rows = ledger.entries(place.session, window_id=place.window.id)
    assert [(row.kind, row.amount_fen // WAN) for row in rows] == [
        ("budget", 500),
        ("budget", 300),
        ("budget_cut", 200),
    ]


def test_the_same_budget_again_books_nothing(place: Place) -> None:
    assert place.budget(500 * WAN) is None
    once = new_key()
    first = place.budget(700 * WAN, once=once)
    assert place.budget(700 * WAN, once=once) is first
    assert _balances(place)["available"] == 700
    with pytest.raises(Conflict, match="something else"):
        place.budget(701 * WAN, once=once)


def test_a_budget_cannot_fall_below_what_is_promised(place: Place) -> None:
    place.approved()
    with pytest.raises(Conflict, match="only 4,850,000 元"):
        place.budget(14 * WAN)
    place.budget(15 * WAN)
    assert _balances(place) == {"appropriation": -15, "committed": 15}


@pytest.mark.parametrize("fen", [-1, 10**18])
def test_a_budget_that_is_no_amount_is_refused(place: Place, fen: int) -> None:
    with pytest.raises(Invalid, match="amount"):
        place.budget(fen)


def test_only_the_office_sets_a_budget(place: Place) -> None:
    for actor in (place.owner, place.auditor):
        with pytest.raises(Forbidden):
            windows.set_budget(
                place.session, actor, window_id=place.window.id, amount_fen=1, reason="x", once=new_key()
            )


def test_an_approval_beyond_the_budget_names_what_is_left(place: Place) -> None:
    claim = place.shown()
    place.budget(14 * WAN)
    with clock.pretend(AFTER_NOTICE), pytest.raises(Conflict, match="140,000 元 left"):
        place.do(reviewing.approve, claim, place.two)


def test_a_window_without_a_limit_appropriates_what_it_needs(session: Session) -> None:
    with clock.pretend(OPEN):
        place = make_place(session, limited=False)
        place.approved()
        assert _balances(place) == {"appropriation": -15, "committed": 15}


@pytest.mark.parametrize("statement", ["UPDATE subsidy_ledger SET amount_fen = 1", "DELETE FROM subsidy_ledger"])
def test_the_database_itself_refuses_to_change_an_entry(sessions: sessionmaker[Session], statement: str) -> None:
    with unit(sessions) as session, clock.pretend(OPEN):
        make_place(session)
    with pytest.raises(DBAPIError, match="append-only"), unit(sessions) as session:
        session.execute(text(statement))
    with unit(sessions) as session:
        assert session.scalar(select(func.sum(LedgerEntry.amount_fen))) == 500 * WAN


@pytest.mark.parametrize("kind", [EntryKind.RELEASE, EntryKind.PAY, EntryKind.CLAW_BACK, EntryKind.RECOVER])
def test_no_account_gives_more_than_it_holds(place: Place, kind: EntryKind) -> None:
    claim = place.applied()
    booking = Booking(place.window.id, kind, 1, "x", new_key(), claim.id)
    with pytest.raises(Conflict, match=f"{FLOWS[kind][0]} holds 0 元"):
        ledger.book(place.session, place.one, booking)


def test_one_claims_money_does_not_pay_for_another(place: Place) -> None:
    place.approved()
    other = place.applied()
    booking = Booking(place.window.id, EntryKind.PAY, 1, "x", new_key(), other.id)
    with pytest.raises(Conflict, match="committed holds 0"):
        ledger.book(place.session, place.one, booking)


def test_a_payment_booked_by_mistake_is_reversed_by_an_entry_of_its_own(place: Place) -> None:
    claim, once = place.paid(), new_key()
    entry = place.session.scalars(select(LedgerEntry).where(LedgerEntry.kind == EntryKind.PAY)).one()
    given = {"entry_id": entry.id, "reason": "账号有误，银行退回", "base": BASE}
    with pytest.raises(Forbidden, match="booked it"):
        correcting.reverse(place.session, place.one, once=new_key(), **given)
    back = correcting.reverse(place.session, place.two, once=once, **given)
    assert correcting.reverse(place.session, place.two, once=once, **given) is back
    assert (back.reverses_id, back.credit, back.debit) == (entry.id, Account.PAID, Account.COMMITTED)
    assert (state_of(claim), claim.batch_id) == (ClaimState.APPROVED, None)
    with pytest.raises(Conflict, match="reversed already"):
        correcting.reverse(place.session, place.two, once=new_key(), **given)
    with clock.pretend(AFTER_NOTICE):
        place.batch(claim)
        place.do(paying.mark_paid, claim, place.one, paid_on=AFTER_NOTICE.date())
    assert _balances(place) == {"appropriation": -500, "available": 485, "paid": 15}


def test_what_belongs_to_a_decision_is_not_reversed_by_itself(place: Place) -> None:
    place.approved()
    entry = place.session.scalars(select(LedgerEntry).where(LedgerEntry.kind == EntryKind.COMMIT)).one()
    with pytest.raises(Conflict, match="decision behind it"):
        correcting.reverse(place.session, place.one, entry_id=entry.id, reason="错", once=new_key(), base=BASE)


def test_a_reversed_budget_must_still_be_there(place: Place) -> None:
    entry = place.session.scalars(select(LedgerEntry)).one()
    place.approved()
    with pytest.raises(Conflict, match="available holds"):
        correcting.reverse(place.session, place.two, entry_id=entry.id, reason="错", once=new_key(), base=BASE)
