"""Payment: batches, handing over, booking what was paid; never twice, never by who approved."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from matchmaker.audit.models import AuditEntry
from matchmaker.contracts.rules import ContractState
from matchmaker.core import clock
from matchmaker.core.actor import Role
from matchmaker.core.db import new_key
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.subsidies import access, correcting, ledger, paying
from matchmaker.subsidies.rules import Account, ClaimState, ClaimVerb, EntryKind, Why
from tests.people import BASE, as_actor, join, make_actor, make_person
from tests.subsidies.place import AFTER_NOTICE, SEALER, WAN, Place, state_of

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PAID_ON = AFTER_NOTICE.date()


def test_what_is_committed_is_paid_once(place: Place, tmp_path: Path) -> None:
    claim, once = place.approved(), new_key()
    with clock.pretend(AFTER_NOTICE):
        batch = place.batch(claim)
        assert (batch.number, batch.total_fen) == (1, 15 * WAN)
        assert batch.claims == [{"id": claim.id, "amount_fen": 15 * WAN}]
        file = paying.keep_receipt(place.session, place.one, tmp_path, claim_id=claim.id, name="回单.pdf", content=PDF)
        given = {"paid_on": PAID_ON, "file_id": file.id, "once": once}
        place.do(paying.mark_paid, claim, place.one, **given)
        place.do(paying.mark_paid, claim, place.one, **given)
    assert state_of(claim) is ClaimState.PAID
    rows = ledger.entries(place.session, window_id=place.window.id, claim_id=claim.id)
    assert [(row.kind, row.amount_fen, row.file_id) for row in rows] == [
        (EntryKind.COMMIT, 15 * WAN, None),
        (EntryKind.PAY, 15 * WAN, file.id),
    ]
    with pytest.raises(Conflict, match="is paid"):
        place.do(paying.mark_paid, claim, place.one, paid_on=PAID_ON)


def test_who_approved_does_not_book_the_payment(place: Place) -> None:
    claim = place.approved()
    with clock.pretend(AFTER_NOTICE):
        place.batch(claim)
        with pytest.raises(Forbidden, match="another officer"):
            place.do(paying.mark_paid, claim, place.two, paid_on=PAID_ON)


def test_who_approved_does_not_book_it_either_after_a_payment_was_reversed(place: Place) -> None:
    claim, third = place.paid(), make_actor(place.session, role=Role.OFFICER, name="第三专员")
    with clock.pretend(AFTER_NOTICE):
        entry = ledger.entries(place.session, window_id=place.window.id, claim_id=claim.id)[-1]
        given = {"entry_id": entry.id, "reason": "退票", "once": new_key(), "base": BASE}
        correcting.reverse(place.session, third, **given)
        place.batch(claim)
        for actor in (place.two, third):
            with pytest.raises(Forbidden, match="another officer"):
                place.do(paying.mark_paid, claim, actor, paid_on=PAID_ON)
        place.do(paying.mark_paid, claim, place.one, paid_on=PAID_ON)
    assert state_of(claim) is ClaimState.PAID


def test_what_is_withdrawn_after_the_approval_is_not_handed_over(place: Place) -> None:
    claim = place.approved()
    for payment in claim.contract.payments:
        payment.withdrawn_at, payment.withdrawn_reason = AFTER_NOTICE, "录错"
    place.session.flush()
    with clock.pretend(AFTER_NOTICE), pytest.raises(Conflict, match=f"cannot be paid now: {claim.id}$"):
        place.batch(claim)
    assert claim.batch_id is None


def test_nothing_is_paid_outside_a_batch(place: Place) -> None:
    claim = place.approved()
    assert access.why_not(place.session, place.one, claim, ClaimVerb.MARK_PAID) is Why.NO_BATCH
    with pytest.raises(Conflict, match="payment batch"):
        place.do(paying.mark_paid, claim, place.one, paid_on=PAID_ON)


@pytest.mark.parametrize("paid_on", [date(2026, 3, 17), date(2026, 3, 19)])
def test_a_payment_lies_between_the_approval_and_today(place: Place, paid_on: date) -> None:
    claim = place.approved()
    with clock.pretend(AFTER_NOTICE):
        place.batch(claim)
        with pytest.raises(Invalid, match="paid_on"):
            place.do(paying.mark_paid, claim, place.one, paid_on=paid_on)


def test_another_claims_paper_does_not_show_a_payment(place: Place, tmp_path: Path) -> None:
    claim, other = place.approved(), place.applied()
    with clock.pretend(AFTER_NOTICE):
        place.batch(claim)
        given = {"claim_id": other.id, "name": "回单.pdf", "content": PDF}
        file = paying.keep_receipt(place.session, place.one, tmp_path, **given)
        for file_id in (file.id, 999_999):
            with pytest.raises(Invalid, match="file"):
                place.do(paying.mark_paid, claim, place.one, paid_on=PAID_ON, file_id=file_id)
    with pytest.raises(Forbidden):
        paying.keep_receipt(place.session, place.owner, tmp_path, **given)


def test_a_batch_is_made_once_and_takes_each_claim_once(place: Place) -> None:
    first, second, once = place.approved(total=300 * WAN), place.approved(total=200 * WAN), new_key()
    batch = place.batch(first, once=once)
    assert place.batch(first, once=once) is batch
    with pytest.raises(Conflict, match="something else"):
        place.batch(first, second, once=once)
    with pytest.raises(Conflict, match=f"cannot be paid now: {first.id}$"):
        place.batch(first, second)
    assert place.batch(second).number == 2


def test_only_approved_claims_of_the_window_go_into_a_batch(place: Place) -> None:
    with pytest.raises(Conflict, match="cannot be paid now"):
        place.batch(place.shown())
    claim = place.approved()
    claim.contract.state = ContractState.REVOKED
    with pytest.raises(Conflict, match="cannot be paid now"):
        place.batch(claim)
    given = {"claim_ids": [999_999], "once": new_key()}
    with pytest.raises(Invalid, match="claims"):
        paying.make_batch(place.session, place.one, window_id=place.window.id, **given)
    with pytest.raises(NotFound):
        paying.make_batch(place.session, place.one, window_id=999_999, **given)
    for actor in (place.owner, place.auditor):
        with pytest.raises(Forbidden):
            paying.make_batch(place.session, actor, window_id=place.window.id, **given)


def test_nobody_puts_together_a_batch_for_their_own_organisation(place: Place) -> None:
    claim, person = place.approved(), make_person(place.session, role=place.one.role)
    join(place.session, person, place.buyer.id)
    given = {"claim_ids": [claim.id], "once": new_key()}
    with pytest.raises(Forbidden, match="party"):
        paying.make_batch(place.session, as_actor(place.session, person), window_id=place.window.id, **given)


def test_handing_over_says_what_for_and_that_the_files_are_these(place: Place) -> None:
    batch = place.batch(place.approved())

    def hand_over(sha256: str, purpose: str = "报市级拨付") -> None:
        paying.hand_over(place.session, place.one, batch_id=batch.id, sha256=sha256, purpose=purpose)

    with pytest.raises(Invalid, match="purpose"):
        hand_over("a" * 64, purpose=" ")
    hand_over("a" * 64)
    hand_over("a" * 64)
    with pytest.raises(Conflict, match="changed since"):
        hand_over("b" * 64)
    entries = place.session.scalars(select(AuditEntry).where(AuditEntry.action == "subsidy.batch_exported")).all()
    assert [one.detail["purpose"] for one in entries] == ["报市级拨付", "报市级拨付"]


def test_what_was_not_paid_leaves_its_batch_and_goes_into_a_new_one(place: Place) -> None:
    claim = place.approved()
    place.batch(claim)
    place.do(paying.take_out, claim, place.one, reason="账号校验失败")
    assert claim.batch_id is None
    assert place.batch(claim).number == 2
    assert ledger.balances(place.session, claim_id=claim.id)[Account.COMMITTED] == 15 * WAN


def test_accounts_of_a_batch_are_opened_together(place: Place) -> None:
    claim = place.approved()
    batch = place.batch(claim)
    given = {"batch_id": batch.id, "purpose": "制表"}
    assert paying.accounts_of(place.session, place.one, SEALER, **given) == {claim.id: "8001000012345678"}
    with pytest.raises(Forbidden):
        paying.accounts_of(place.session, place.auditor, SEALER, **given)
