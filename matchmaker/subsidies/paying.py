"""Payment: approved claims go to the city's payment system in batches, and what was paid is booked."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.accounts.passwords import Sealer
from matchmaker.audit import service as audit
from matchmaker.contracts.rules import IN_FORCE
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from matchmaker.files.models import StoredFile
from matchmaker.subsidies import applying, decisions, keys, ledger, moving
from matchmaker.subsidies.access import can_decide, require_office
from matchmaker.subsidies.amounts import spoken
from matchmaker.subsidies.ledger import Booking
from matchmaker.subsidies.models import Claim, PaymentBatch, Window
from matchmaker.subsidies.moving import Asked, said, subject_of
from matchmaker.subsidies.rules import Account, ClaimState, ClaimVerb, EntryKind, claim_number
from matchmaker.subsidies.telling import tell_applicant

SHOWN_DIGITS = 4


def make_batch(session: Session, actor: Actor, *, window_id: int, claim_ids: Sequence[int], once: str) -> PaymentBatch:
    """Put approved claims together to be paid, each with what is committed for it. Officers only.

    Conflict names the claims that cannot be paid: not approved, in a batch already, money being taken back, contract
    no longer in force, facts that changed and would give less today. Forbidden when the officer belongs to one of the
    parties.
    """
    require_office(actor)
    window = session.get(Window, window_id, with_for_update=moving.LOCK, populate_existing=True)
    if window is None:
        raise NotFound(f"no window {window_id}")
    wanted = sorted(set(claim_ids))
    subject = f"subsidy_window:{window_id}"
    key, again = keys.take(session, actor, once=once, verb="make_batch", subject=subject, content={"claims": wanted})
    if again:
        return session.get_one(PaymentBatch, key.result_id)
    claims = _payable(session, actor, window_id, wanted)
    committed = {one: accounts[Account.COMMITTED] for one, accounts in ledger.of_claims(session, wanted).items()}
    newest = session.scalar(select(func.max(PaymentBatch.number)).where(PaymentBatch.window_id == window_id))
    row = PaymentBatch(
        window_id=window_id,
        number=(newest or 0) + 1,
        claims=[{"id": claim.id, "amount_fen": committed[claim.id]} for claim in claims],
        total_fen=sum(committed.values()),
        once=once,
        at=clock.now(),
        by=actor.name,
        person_id=actor.person_id,
    )
    session.add(row)
    session.flush()
    key.result_id = row.id
    for claim in claims:
        claim.batch_id = row.id
        moving.touch(claim)
    detail = {"batch": row.id, "number": row.number, "claims": row.claims, "total_fen": row.total_fen}
    audit.record(session, actor, [audit.Event("subsidy.batch", subject, detail)])
    return row


def hand_over(session: Session, actor: Actor, *, batch_id: int, sha256: str, purpose: str) -> PaymentBatch:
    """Note that the batch's files were taken out, for what, and the digest of their manifest. Officers only.

    Conflict when the files were taken out before and are others now.
    """
    require_office(actor)
    row = _batch(session, batch_id)
    text = said("purpose", purpose)
    if row.sha256 and row.sha256 != sha256:
        raise Conflict(f"the files of batch {row.number} changed since they were handed over; make a new batch")
    row.sha256 = sha256
    detail = {"batch": row.id, "sha256": sha256, "purpose": text}
    audit.record(session, actor, [audit.Event("subsidy.batch_exported", f"subsidy_batch:{row.id}", detail)])
    return row


def take_out(
    session: Session, actor: Actor, *, claim_id: int, revision: int, reason: str, once: str, base: str
) -> Claim:
    """Take an approved claim out of its batch, when the payment system did not pay it. It can go into a new one."""
    claim, again = moving.take(session, actor, Asked(ClaimVerb.TAKE_OUT, claim_id, revision, once, {"reason": reason}))
    if again:
        return claim
    text = said("reason", reason)
    detail = {"batch": claim.batch_id, "reason": text}
    claim.batch_id = None
    moving.touch(claim)
    audit.record(session, actor, [audit.Event("subsidy.batch_left", subject_of(claim), detail)])
    return claim


def keep_receipt(
    session: Session, actor: Actor, folder: Path, *, claim_id: int, name: str, content: bytes
) -> StoredFile:
    """Keep the paper that shows the payment. Officers only."""
    require_office(actor)
    return applying.attach(session, actor, folder, claim_id=claim_id, purpose="payment", name=name, content=content)


def mark_paid(
    session: Session,
    actor: Actor,
    *,
    claim_id: int,
    revision: int,
    paid_on: date,
    file_id: int | None = None,
    once: str,
    base: str,
) -> Claim:
    """Book that what is committed for the claim was paid. The claim stands in a batch. Not by who approved it.

    Invalid when the day lies in the future or before the approval, or the paper is not the claim's. What the payment
    system did is booked whatever has come to light since; taking back is another step.
    """
    paper = session.get(StoredFile, file_id) if file_id is not None else None
    content = {"paid_on": paid_on, "paper": paper.sha256 if paper else None}
    claim, again = moving.take(session, actor, Asked(ClaimVerb.MARK_PAID, claim_id, revision, once, content))
    if again:
        return claim
    if file_id is not None and (paper is None or paper.subject != subject_of(claim)):
        raise Invalid([Fault("file", "there is no such paper", str(file_id))])
    _require_day(claim, paid_on)
    fen = ledger.balances(session, claim_id=claim.id)[Account.COMMITTED]
    text = f"{claim_number(claim.id)} {paid_on}"
    booking = Booking(claim.window_id, EntryKind.PAY, fen, text, f"{once}:pay", claim.id, file_id=file_id)
    entry = ledger.book(session, actor, booking)
    event = moving.step(session, actor, claim, ClaimState.PAID, reason=str(paid_on), once=once)
    tell_applicant(session, claim, "paid", base=base, details={"paid": spoken(fen), "day": str(paid_on)})
    audit.record(session, actor, [ledger.told(entry), event])
    return claim


def masked(sealer: Sealer, claim: Claim) -> str:
    """The account's last digits, for everybody who may read the claim; empty without one.

    Sealed with another secret than the installation has now, nothing of it can be shown.
    """
    if not claim.bank_account:
        return ""
    try:
        digits = sealer.open(claim.bank_account)
    except ValueError:
        return "*" * SHOWN_DIGITS
    return "*" * (len(digits) - SHOWN_DIGITS) + digits[-SHOWN_DIGITS:]


def account_of(session: Session, actor: Actor, sealer: Sealer, *, claim_id: int, purpose: str) -> str:
    """The whole account number, for an officer who says what for; the log keeps who looked."""
    return _open(session, actor, sealer, [session.get(Claim, claim_id)], purpose=purpose).get(claim_id, "")


def accounts_of(session: Session, actor: Actor, sealer: Sealer, *, batch_id: int, purpose: str) -> dict[int, str]:
    """The same for every claim of a batch."""
    require_office(actor)
    batch = _batch(session, batch_id)
    ids = [int(one["id"]) for one in batch.claims]
    return _open(session, actor, sealer, session.scalars(select(Claim).where(Claim.id.in_(ids))).all(), purpose=purpose)


def _open(
    session: Session, actor: Actor, sealer: Sealer, claims: Sequence[Claim | None], *, purpose: str
) -> dict[int, str]:
    require_office(actor)
    text = said("purpose", purpose)
    there = [claim for claim in claims if claim is not None]
    if not there:
        raise NotFound("no such claim")
    events = [audit.Event("subsidy.account_read", subject_of(claim), {"purpose": text}) for claim in there]
    audit.record(session, actor, events)
    return {claim.id: sealer.open(claim.bank_account) for claim in there if claim.bank_account}


def _payable(session: Session, actor: Actor, window_id: int, claim_ids: Sequence[int]) -> Sequence[Claim]:
    statement = (
        select(Claim)
        .where(Claim.window_id == window_id, Claim.id.in_(claim_ids))
        .options(joinedload(Claim.contract, innerjoin=True))
        .order_by(Claim.id)
        .with_for_update(of=Claim, key_share=True)
    )
    claims = session.scalars(statement.execution_options(populate_existing=True)).all()
    if not claims or len(claims) != len(claim_ids):
        raise Invalid([Fault("claims", "choose approved claims of this window", ", ".join(map(str, claim_ids)))])
    # What was withdrawn or lowered after the approval is not paid for all the same.
    wrong = [claim.id for claim in claims if not (_can_be_paid(claim) and decisions.is_covered(session, claim))]
    if wrong:
        raise Conflict(f"these claims cannot be paid now: {', '.join(map(str, wrong))}")
    if not all(can_decide(session, actor, claim) for claim in claims):
        raise Forbidden(f"{actor.name} belongs to a party of one of the claims")
    return claims


def _can_be_paid(claim: Claim) -> bool:
    waiting = any(one.confirmed is None for one in claim.claw_backs)
    in_force = claim.contract.state in IN_FORCE
    return claim.state is ClaimState.APPROVED and claim.batch_id is None and in_force and not waiting


def _require_day(claim: Claim, paid_on: date) -> None:
    approved = max(one.at for one in claim.steps if one.after is ClaimState.APPROVED)
    if not approved.astimezone(clock.DISTRICT_ZONE).date() <= paid_on <= clock.today():
        raise Invalid([Fault("paid_on", "a day between the approval and today", str(paid_on))])


def _batch(session: Session, batch_id: int) -> PaymentBatch:
    found = session.get(PaymentBatch, batch_id, with_for_update=moving.LOCK, populate_existing=True)
    if found is None:
        raise NotFound(f"no batch {batch_id}")
    return found
