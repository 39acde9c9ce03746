"""Money taken back: found or proposed, decided by a second officer, owed, recovered; and what it does to the caps."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from matchmaker.contracts.models import ContractPayment
from matchmaker.contracts.rules import ContractState, PaymentKind, RelatedParty
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.db import new_key
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.notifications.models import Notice
from matchmaker.subsidies import applying, due, gathering, ledger, paying, reviewing, taking_back
from matchmaker.subsidies.models import Claim, ClawBack
from matchmaker.subsidies.rules import Account, ClaimState, ClawBackReason
from tests.people import BASE, as_actor, join, make_person
from tests.subsidies.place import AFTER_NOTICE, WAN, Place, day, pay, state_of

LATER = day(6, 1)
WORKER = Actor.system("worker")


def _propose(place: Place, claim: Claim, actor: Actor, fen: int | None = None, **over: object) -> ClawBack:
    given = {"reason": ClawBackReason.FALSE_DECLARATION, "text": "承诺不实", "once": new_key()} | over
    return taking_back.propose_claw_back(place.session, actor, claim_id=claim.id, amount_fen=fen, base=BASE, **given)


def _decide(place: Place, row: ClawBack, actor: Actor, *, confirmed: bool = True, once: str = "") -> ClawBack:
    given = {"confirmed": confirmed, "answer": "属实", "once": once or new_key(), "base": BASE}
    return taking_back.decide_claw_back(place.session, actor, claw_back_id=row.id, **given)


def _recover(place: Place, row: ClawBack, fen: int, *, once: str = "", on: date | None = None) -> object:
    given = {"amount_fen": fen, "on": on or LATER.date(), "once": once or new_key(), "base": BASE}
    with clock.pretend(LATER):
        return taking_back.book_recovery(place.session, place.one, claw_back_id=row.id, **given)


def _accounts(place: Place) -> dict[str, int]:
    found = ledger.balances(place.session, window_id=place.window.id)
    return {account.value: fen // WAN for account, fen in found.items() if fen}


def test_all_of_a_paid_claim_is_taken_back_by_two_officers(place: Place) -> None:
    claim, once = place.paid(), new_key()
    row = _propose(place, claim, place.one, once=once)
    assert _propose(place, claim, place.one, once=once) is row
    with pytest.raises(Forbidden, match="another officer"):
        _decide(place, row, place.one)
    decided = new_key()
    _decide(place, row, place.two, once=decided)
    assert _decide(place, row, place.two, once=decided) is row
    assert state_of(claim) is ClaimState.CLAWED_BACK
    assert _accounts(place) == {"appropriation": -500, "available": 485, "receivable": 15}
    recovered = new_key()
    entry = _recover(place, row, 10 * WAN, once=recovered)
    assert _recover(place, row, 10 * WAN, once=recovered) is entry
    assert taking_back.owed_fen(place.session, row) == 5 * WAN
    _recover(place, row, 5 * WAN)
    assert _accounts(place) == {"appropriation": -500, "available": 500}
    with pytest.raises(Invalid, match="amount"):
        _recover(place, row, 1)


def test_a_refund_is_found_also_when_the_claim_moved_on_before_anybody_looked(place: Place) -> None:
    contract = place.contract()
    claim = place.approved(contract)
    with clock.pretend(AFTER_NOTICE):
        place.batch(claim)
    with clock.pretend(AFTER_NOTICE + timedelta(hours=1)):
        pay(place.session, contract, 100 * WAN, on=date(2026, 3, 18), kind=PaymentKind.REFUND)
    with clock.pretend(AFTER_NOTICE + timedelta(hours=2)):
        place.do(paying.mark_paid, claim, place.one, paid_on=AFTER_NOTICE.date())
    assert list(due.suspects(place.session)) == [claim.id]
    row = due.open_if_due(place.session, WORKER, claim_id=claim.id, base=BASE)
    assert row is not None
    assert (row.amount_fen, row.text) == (5 * WAN, "按现在的材料只应支持 100,000 元")


def test_a_part_that_is_taken_back_leaves_the_claim_paid(place: Place) -> None:
    claim = place.paid()
    _decide(place, _propose(place, claim, place.one, 5 * WAN), place.two)
    assert state_of(claim) is ClaimState.PAID
    assert _accounts(place) == {"appropriation": -500, "available": 485, "paid": 10, "receivable": 5}
    with pytest.raises(Invalid, match="at most 100,000 元"):
        _propose(place, claim, place.one, 11 * WAN)


def test_what_was_only_promised_is_free_again(place: Place) -> None:
    claim = place.approved()
    _decide(place, _propose(place, claim, place.one), place.two)
    assert state_of(claim) is ClaimState.CLAWED_BACK
    assert _accounts(place) == {"appropriation": -500, "available": 500}


def test_a_part_that_will_not_be_paid_leaves_the_rest_to_pay(place: Place) -> None:
    claim = place.approved()
    _decide(place, _propose(place, claim, place.one, 5 * WAN), place.two)
    with clock.pretend(AFTER_NOTICE):
        assert place.batch(claim).total_fen == 10 * WAN
        place.do(paying.mark_paid, claim, place.one, paid_on=AFTER_NOTICE.date())
    assert _accounts(place) == {"appropriation": -500, "available": 490, "paid": 10}


def test_what_was_handed_over_is_first_paid_or_taken_out(place: Place) -> None:
    claim = place.approved()
    place.batch(claim)
    row = _propose(place, claim, place.one)
    with pytest.raises(Conflict, match="handed over"), place.session.begin_nested():
        _decide(place, row, place.two)
    place.session.refresh(row)
    # The bank may have paid meanwhile: that is booked, and then owed.
    with clock.pretend(AFTER_NOTICE):
        place.do(paying.mark_paid, claim, place.one, paid_on=AFTER_NOTICE.date())
    _decide(place, row, place.two)
    assert _accounts(place)["receivable"] == 15


def test_a_claw_back_that_is_turned_down_books_nothing(place: Place) -> None:
    claim = place.paid()
    row = _propose(place, claim, place.one)
    with pytest.raises(Conflict, match="taking money back"):
        _propose(place, claim, place.two)
    _decide(place, row, place.two, confirmed=False)
    assert (state_of(claim), _accounts(place)["paid"]) == (ClaimState.PAID, 15)
    with pytest.raises(Conflict, match="was decided"):
        _decide(place, row, place.two)


def test_money_is_taken_back_by_the_office_only(place: Place) -> None:
    claim = place.paid()
    row = _propose(place, claim, place.one)
    person = make_person(place.session, role=place.one.role)
    join(place.session, person, place.seller.id)
    tied = as_actor(place.session, person)
    for actor in (place.owner, place.auditor, tied):
        with pytest.raises(Forbidden):
            _decide(place, row, actor)
        with pytest.raises(Forbidden):
            _propose(place, claim, actor)
    with pytest.raises(NotFound):
        _propose(place, claim, place.stranger)
    with pytest.raises(Conflict, match="is applied"):
        _propose(place, place.applied(), place.one)


def test_a_recovery_lies_in_the_past_and_its_paper_with_the_claim(place: Place) -> None:
    row = _propose(place, place.paid(), place.one)
    _decide(place, row, place.two)
    with pytest.raises(Invalid, match="on:"):
        _recover(place, row, WAN, on=date(2026, 6, 2))
    with pytest.raises(Invalid, match="file"), clock.pretend(LATER):
        taking_back.book_recovery(
            place.session,
            place.one,
            claw_back_id=row.id,
            amount_fen=WAN,
            on=LATER.date(),
            file_id=999_999,
            once=new_key(),
            base=BASE,
        )


def _open_due(place: Place) -> list[int]:
    """The claims for which the platform opens a claw-back now."""
    opened = [
        due.open_if_due(place.session, WORKER, claim_id=claim_id, base=BASE) for claim_id in due.suspects(place.session)
    ]
    return [one.claim_id for one in opened if one is not None]


def _revoked(claim: Claim, place: Place) -> None:
    claim.contract.state = ContractState.REVOKED


def _cancelled(claim: Claim, place: Place) -> None:
    claim.contract.state = ContractState.CANCELLED


def _refunded(claim: Claim, place: Place) -> None:
    pay(place.session, claim.contract, 100 * WAN, kind=PaymentKind.REFUND, on=date(2026, 5, 1))


def _withdrawn(claim: Claim, place: Place) -> None:
    (row,) = place.session.scalars(select(ContractPayment).where(ContractPayment.contract_id == claim.contract_id))
    row.withdrawn_at = clock.now()


def _related(claim: Claim, place: Place) -> None:
    claim.contract.related = RelatedParty.DETECTED


@pytest.mark.parametrize(
    ("change", "reason", "fen"),
    [
        (_revoked, ClawBackReason.REGISTRATION_REVOKED, 15 * WAN),
        (_cancelled, ClawBackReason.CONTRACT_RESCINDED, 15 * WAN),
        (_refunded, ClawBackReason.REFUND_RECEIVED, 5 * WAN),
        (_withdrawn, ClawBackReason.REFUND_RECEIVED, 15 * WAN),
        (_related, ClawBackReason.FALSE_DECLARATION, 15 * WAN),
    ],
)
@pytest.mark.parametrize("made", ["approved", "paid"])
def test_the_platform_finds_what_is_due_and_two_officers_decide(
    place: Place, change: object, reason: ClawBackReason, fen: int, made: str
) -> None:
    claim = getattr(place, made)()
    with clock.pretend(LATER):
        change(claim, place)  # type: ignore[operator]
        assert _open_due(place) == [claim.id]
        assert _open_due(place) == []
    (row,) = claim.claw_backs
    assert (row.reason, row.amount_fen, row.proposed_person_id) == (reason, fen, None)
    told = place.session.scalars(select(Notice).where(Notice.text == "subsidy.claw_back_due")).all()
    assert {one.person_id for one in told} == {place.one.person_id, place.two.person_id}
    if made == "approved":
        return
    with pytest.raises(Conflict, match="taken up"):
        _decide(place, row, place.one)
    taking_back.take_up(place.session, place.one, claw_back_id=row.id, once=new_key())
    with pytest.raises(Forbidden, match="another officer"):
        _decide(place, row, place.one)
    with pytest.raises(Conflict, match="was taken up"):
        taking_back.take_up(place.session, place.two, claw_back_id=row.id, once=new_key())
    _decide(place, row, place.two)
    assert ledger.balances(place.session)[Account.RECEIVABLE] == fen
    with clock.pretend(day(6, 2)):
        assert _open_due(place) == []


def test_facts_that_still_carry_the_claim_call_for_nothing(place: Place) -> None:
    claim = place.paid()
    with clock.pretend(LATER):
        pay(place.session, claim.contract, 10 * WAN, on=date(2026, 5, 1))
        pay(place.session, claim.contract, 10 * WAN, kind=PaymentKind.REFUND, on=date(2026, 5, 2))
        assert _open_due(place) == []


def test_caps_are_free_again_only_when_the_money_is_back(place: Place) -> None:
    first = place.paid(total=2000 * WAN)
    row = _propose(place, first, place.one)
    second = place.checked(total=1000 * WAN)
    with pytest.raises(Conflict, match="gives nothing"), place.session.begin_nested():
        place.do(reviewing.propose, second, place.one)
    _decide(place, row, place.two)
    _recover(place, row, 30 * WAN)
    place.session.refresh(second)
    place.do(reviewing.propose, second, place.one)
    assert second.amount_fen == 30 * WAN


def test_a_refunded_base_can_be_claimed_again_a_falsely_claimed_one_cannot(place: Place) -> None:
    def used(reason: ClawBackReason) -> int:
        claim = place.paid()
        _decide(place, _propose(place, claim, place.one, 5 * WAN, reason=reason), place.two)
        (one,) = gathering.granted(
            place.session, policy_id="NH-TEST", contract_ids=[claim.contract_id], organisation_ids=[], year=2026
        )
        return one.outcome.used_base // WAN

    assert used(ClawBackReason.REFUND_RECEIVED) == 200
    assert used(ClawBackReason.FALSE_DECLARATION) == 300


def test_the_applicant_learns_what_must_be_paid_back(place: Place) -> None:
    claim = place.paid()
    _decide(place, _propose(place, claim, place.one), place.two)
    (notice,) = place.session.scalars(select(Notice).where(Notice.text == "subsidy.clawed_back"))
    assert (notice.person_id, notice.details["back"]) == (place.owner.person_id, "150,000 元")
    with pytest.raises(Conflict, match="is clawed_back"):
        place.do(applying.withdraw, claim, place.owner, reason="不要了")
