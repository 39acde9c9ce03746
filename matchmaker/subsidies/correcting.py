"""A wrong entry in the ledger is never changed: an entry of its own goes the other way."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Forbidden, NotFound
from matchmaker.subsidies import keys, ledger, moving
from matchmaker.subsidies.access import can_decide, require_office
from matchmaker.subsidies.ledger import Booking
from matchmaker.subsidies.models import Claim, LedgerEntry, Window
from matchmaker.subsidies.moving import said
from matchmaker.subsidies.rules import REVERSIBLE, ClaimState, EntryKind
from matchmaker.subsidies.telling import tell_applicant


def reverse(session: Session, actor: Actor, *, entry_id: int, reason: str, once: str, base: str) -> LedgerEntry:
    """Reverse a budget, payment or recovery that was booked by mistake, or a payment that never arrived.

    A payment's claim is approved again, outside any batch. Not by who booked the entry. Conflict when the entry is
    reversed already or of a kind that belongs to a decision, or when the money has moved on since.
    """
    require_office(actor)
    row = session.get(LedgerEntry, entry_id)
    if row is None:
        raise NotFound(f"no entry {entry_id}")
    claim = _hold(session, actor, row)
    content = {"reason": reason}
    key, again = keys.take(session, actor, once=once, verb="reverse", subject=f"entry:{row.id}", content=content)
    if again:
        return session.get_one(LedgerEntry, key.result_id)
    _require_reversible(session, actor, row, claim)
    text = said("reason", reason)
    booking = Booking(
        row.window_id,
        EntryKind.REVERSAL,
        row.amount_fen,
        text[:200],
        f"{once}:reverse",
        row.claim_id,
        row.claw_back_id,
        reverses=row,
    )
    entry = ledger.book(session, actor, booking)
    key.result_id = entry.id
    events = [ledger.told(entry)]
    if claim is not None and row.kind is EntryKind.PAY:
        claim.batch_id = None
        events.append(moving.step(session, actor, claim, ClaimState.APPROVED, reason=text, once=once))
        tell_applicant(session, claim, "payment_reversed", base=base, details={"reason": text})
    audit.record(session, actor, events)
    return entry


def _hold(session: Session, actor: Actor, row: LedgerEntry) -> Claim | None:
    if row.claim_id is None:
        session.get_one(Window, row.window_id, with_for_update=moving.LOCK, populate_existing=True)
        return None
    claim = moving.hold(session, row.claim_id)
    if not can_decide(session, actor, claim):
        raise Forbidden(f"{actor.name} belongs to a party of claim {claim.id} and cannot book for it")
    return claim


def _require_reversible(session: Session, actor: Actor, row: LedgerEntry, claim: Claim | None) -> None:
    if row.kind not in REVERSIBLE:
        raise Conflict(f"entry {row.id} is a {row.kind}: take back the decision behind it instead")
    if session.scalar(select(LedgerEntry.id).where(LedgerEntry.reverses_id == row.id)) is not None:
        raise Conflict(f"entry {row.id} is reversed already")
    if row.person_id == actor.person_id:
        raise Forbidden(f"{actor.name} booked it; another officer must reverse it")
    decided = claim is None or any(one.confirmed is not False for one in claim.claw_backs)
    if row.kind is EntryKind.PAY and (decided or claim is None or claim.state is not ClaimState.PAID):
        raise Conflict(f"the payment of entry {row.id} has been decided about since")
