"""Taking money back: proposed by one officer or found by the platform, decided by another, booked as it returns."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from matchmaker.files import queries as file_queries
from matchmaker.reference.terms import terms
from matchmaker.subsidies import keys, ledger, moving
from matchmaker.subsidies.access import can_decide, require_office
from matchmaker.subsidies.amounts import spoken
from matchmaker.subsidies.ledger import Booking
from matchmaker.subsidies.models import Claim, ClawBack, LedgerEntry
from matchmaker.subsidies.moving import Asked, said, subject_of
from matchmaker.subsidies.rules import Account, ClaimState, ClaimVerb, ClawBackReason, EntryKind, claim_number
from matchmaker.subsidies.telling import tell_applicant, tell_office


def propose_claw_back(
    session: Session,
    actor: Actor,
    *,
    claim_id: int,
    reason: ClawBackReason,
    amount_fen: int | None,
    text: str,
    once: str,
    base: str,
) -> ClawBack:
    """Propose to take money back from an approved or paid claim; None means all of it. Another officer decides.

    Invalid names `amount` when it is nothing or more than is left; Conflict while another claw-back of it waits.
    """
    content = {"reason": reason, "amount_fen": amount_fen, "text": text}
    asked = Asked(ClaimVerb.PROPOSE_CLAW_BACK, claim_id, None, once, content)
    claim, again = moving.take(session, actor, asked)
    if again:
        return session.scalars(select(ClawBack).where(ClawBack.once == once)).one()
    fen = _wanted_fen(session, claim, amount_fen)
    row = ClawBack(
        claim_id=claim.id,
        reason=reason,
        amount_fen=fen,
        text=said("text", text),
        once=once,
        proposed_at=clock.now(),
        proposed_by=actor.name,
        proposed_person_id=actor.person_id,
    )
    session.add(row)
    session.flush()
    moving.touch(claim)
    session.expire(claim, ["claw_backs"])
    tell_office(session, claim, "claw_back_proposed", base=base, details={"back": spoken(fen)})
    detail = {"claw_back": row.id, "reason": reason, "amount_fen": fen, "text": row.text}
    audit.record(session, actor, [audit.Event("subsidy.claw_back_proposed", subject_of(claim), detail)])
    return row


def take_up(session: Session, actor: Actor, *, claw_back_id: int, once: str) -> ClawBack:
    """Propose what the platform found to be due, as the first of two officers."""
    row, claim = _held(session, actor, claw_back_id)
    _key, again = keys.take(session, actor, once=once, verb="take_up", subject=f"claw_back:{row.id}", content={})
    if again:
        return row
    if row.confirmed is not None or row.proposed_person_id is not None:
        raise Conflict(f"claw-back {row.id} was taken up by {row.proposed_by}")
    row.proposed_by, row.proposed_person_id, row.proposed_at = actor.name, actor.person_id, clock.now()
    moving.touch(claim)
    session.flush()
    detail = {"claw_back": row.id, "reason": row.reason, "amount_fen": row.amount_fen}
    audit.record(session, actor, [audit.Event("subsidy.claw_back_proposed", subject_of(claim), detail)])
    return row


def decide_claw_back(
    session: Session, actor: Actor, *, claw_back_id: int, confirmed: bool, answer: str, once: str, base: str
) -> ClawBack:
    """Confirm a claw-back or turn it down, with reasons. Not by who proposed it.

    Confirmed, a paid amount is owed by the applicant from now on, and one that was only promised is free again. When
    nothing is left, the claim has ended. Conflict when it was not taken up, or the claim was handed to the payment
    system: then book the payment first, or take it out of the batch.
    """
    row, claim = _held(session, actor, claw_back_id)
    content = {"confirmed": confirmed, "answer": answer}
    subject = f"claw_back:{row.id}"
    _key, again = keys.take(session, actor, once=once, verb="decide_claw_back", subject=subject, content=content)
    if again:
        return row
    _require_second(actor, row)
    row.answer = said("answer", answer)
    row.confirmed, row.decided_at = confirmed, clock.now()
    row.decided_by, row.decided_person_id = actor.name, actor.person_id
    moving.touch(claim)
    detail = {"claw_back": row.id, "confirmed": confirmed, "answer": row.answer}
    events = [audit.Event("subsidy.claw_back_decided", subject_of(claim), detail)]
    if confirmed:
        events += _book(session, actor, claim, row, once=once, base=base)
    audit.record(session, actor, events)
    return row


def book_recovery(
    session: Session,
    actor: Actor,
    *,
    claw_back_id: int,
    amount_fen: int,
    on: date,
    file_id: int | None = None,
    once: str,
    base: str,
) -> LedgerEntry:
    """Book money that came back; it is available again. Invalid when it is more than this claw-back still owes."""
    row, claim = _held(session, actor, claw_back_id)
    content = {"amount_fen": amount_fen, "on": on}
    subject = f"claw_back:{row.id}"
    key, again = keys.take(session, actor, once=once, verb="book_recovery", subject=subject, content=content)
    if again:
        return session.get_one(LedgerEntry, key.result_id)
    owed = owed_fen(session, row)
    if not 0 < amount_fen <= owed:
        raise Invalid([Fault("amount", f"more than nothing, at most {spoken(owed)}", spoken(max(0, amount_fen)))])
    if on > clock.today():
        raise Invalid([Fault("on", "not a day to come", str(on))])
    if file_id is not None and file_queries.one(session, file_id=file_id, subject=subject_of(claim)) is None:
        raise Invalid([Fault("file", "there is no such paper", str(file_id))])
    kind, text = EntryKind.RECOVER, f"{claim_number(claim.id)} {on}"
    booking = Booking(claim.window_id, kind, amount_fen, text, f"{once}:recover", claim.id, row.id, file_id)
    entry = ledger.book(session, actor, booking)
    key.result_id = entry.id
    moving.touch(claim)
    tell_applicant(session, claim, "recovered", base=base, details={"back": spoken(amount_fen)})
    audit.record(session, actor, [ledger.told(entry)])
    return entry


def owed_fen(session: Session, row: ClawBack) -> int:
    """What of a confirmed claw-back has not come back yet, in fen."""
    moved: dict[Account, int] = {Account.RECEIVABLE: 0}
    total = func.sum(LedgerEntry.amount_fen)
    columns = (LedgerEntry.credit, LedgerEntry.debit)
    statement = select(*columns, total).where(LedgerEntry.claw_back_id == row.id).group_by(*columns)
    for credit, debit, fen in session.execute(statement):
        moved[credit] = moved.get(credit, 0) - int(fen)
        moved[debit] = moved.get(debit, 0) + int(fen)
    return moved[Account.RECEIVABLE]


def _book(session: Session, actor: Actor, claim: Claim, row: ClawBack, *, once: str, base: str) -> list[audit.Event]:
    paid = claim.state is ClaimState.PAID
    if not paid and claim.batch_id is not None:
        raise Conflict(f"claim {claim.id} was handed over to be paid: book the payment, or take it out of its batch")
    if row.amount_fen > _held_fen(session, claim):
        raise Conflict(f"only {spoken(_held_fen(session, claim))} are left of claim {claim.id}")
    kind = EntryKind.CLAW_BACK if paid else EntryKind.RELEASE
    text = f"{claim_number(claim.id)} {terms('claw_back')[row.reason]}"
    booking = Booking(claim.window_id, kind, row.amount_fen, text, f"{once}:back", claim.id, row.id)
    events = [ledger.told(ledger.book(session, actor, booking))]
    if not _held_fen(session, claim):
        events.append(moving.step(session, actor, claim, ClaimState.CLAWED_BACK, reason=row.answer, once=once))
    session.flush()
    details = {"back": spoken(row.amount_fen), "reason": row.answer}
    tell_applicant(session, claim, "clawed_back" if paid else "cancelled", base=base, details=details)
    return events


def _wanted_fen(session: Session, claim: Claim, amount_fen: int | None) -> int:
    left = _held_fen(session, claim)
    fen = left if amount_fen is None else amount_fen
    if not 0 < fen <= left:
        raise Invalid([Fault("amount", f"more than nothing, at most {spoken(left)}", spoken(max(0, fen)))])
    return fen


def _held_fen(session: Session, claim: Claim) -> int:
    """What the claim was promised or paid and keeps."""
    accounts = ledger.balances(session, claim_id=claim.id)
    return accounts[Account.COMMITTED] + accounts[Account.PAID]


def _held(session: Session, actor: Actor, claw_back_id: int) -> tuple[ClawBack, Claim]:
    """The claw-back and its claim, held, for an officer with no ties to the parties."""
    require_office(actor)
    row = session.get(ClawBack, claw_back_id)
    if row is None:
        raise NotFound(f"no claw-back {claw_back_id}")
    claim = moving.hold(session, row.claim_id)
    session.refresh(row)
    if not can_decide(session, actor, claim):
        raise Forbidden(f"{actor.name} belongs to a party of claim {claim.id} and cannot decide")
    return row, claim


def _require_second(actor: Actor, row: ClawBack) -> None:
    if row.confirmed is not None:
        raise Conflict(f"claw-back {row.id} was decided by {row.decided_by}")
    if row.proposed_person_id is None:
        raise Conflict(f"claw-back {row.id} has to be taken up by an officer first")
    if row.proposed_person_id == actor.person_id:
        raise Forbidden(f"{actor.name} proposed it; another officer must decide")
