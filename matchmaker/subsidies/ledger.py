"""The money ledger: every entry moves fen from one account to another; a balance is a sum, and nothing is rewritten."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.audit.service import Event
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, NotFound
from matchmaker.subsidies.amounts import spoken
from matchmaker.subsidies.models import LedgerEntry
from matchmaker.subsidies.rules import FLOWS, WITH_APPLICANT, Account, EntryKind

# These stand for one claim each; the others for the window as a whole.
_OF_CLAIM = frozenset(WITH_APPLICANT)


@dataclass(frozen=True)
class Booking:
    """One entry to be made. `once` is the key of the action behind it; `reverses` the entry that it takes back."""

    window_id: int
    kind: EntryKind
    amount_fen: int
    text: str
    once: str
    claim_id: int | None = None
    claw_back_id: int | None = None
    file_id: int | None = None
    reverses: LedgerEntry | None = None

    @property
    def flow(self) -> tuple[Account, Account]:
        """From which account to which."""
        if self.reverses is not None:
            return self.reverses.debit, self.reverses.credit
        return FLOWS[self.kind]


def book(session: Session, actor: Actor, booking: Booking) -> LedgerEntry:
    """Make one entry. The caller holds the window, and the claim if there is one, so that the sums stand still.

    Conflict when the account that gives has less: only the appropriation may go below nought.
    """
    credit, debit = booking.flow
    if credit is not Account.APPROPRIATION:
        claim_id = booking.claim_id if credit in _OF_CLAIM else None
        left = balances(session, window_id=booking.window_id, claim_id=claim_id)[credit]
        if left < booking.amount_fen:
            raise Conflict(f"{credit} holds {spoken(left)}, {spoken(booking.amount_fen)} are asked for")
    row = LedgerEntry(
        window_id=booking.window_id,
        claim_id=booking.claim_id,
        kind=booking.kind,
        credit=credit,
        debit=debit,
        amount_fen=booking.amount_fen,
        text=booking.text,
        claw_back_id=booking.claw_back_id,
        reverses_id=booking.reverses.id if booking.reverses else None,
        file_id=booking.file_id,
        once=booking.once,
        at=clock.now(),
        by=actor.name,
        person_id=actor.person_id,
    )
    session.add(row)
    session.flush()
    return row


def told(row: LedgerEntry) -> Event:
    """The entry for the audit log: enough to prove that the ledger's own row was not touched afterwards."""
    return Event("subsidy.book", f"subsidy_window:{row.window_id}", facts_of(row))


def facts_of(row: LedgerEntry) -> dict[str, object]:
    """What the audit log remembers of an entry."""
    return {
        "entry": row.id,
        "kind": row.kind.value,
        "credit": row.credit.value,
        "debit": row.debit.value,
        "amount_fen": row.amount_fen,
        "claim": row.claim_id,
        "reverses": row.reverses_id,
        "once": row.once,
    }


def balances(session: Session, *, window_id: int | None = None, claim_id: int | None = None) -> dict[Account, int]:
    """What stands in every account, in fen: of a window, of one claim, or of everything."""
    found = dict.fromkeys(Account, 0)
    limits = [LedgerEntry.window_id == window_id] if window_id is not None else []
    if claim_id is not None:
        limits.append(LedgerEntry.claim_id == claim_id)
    total = func.sum(LedgerEntry.amount_fen)
    pairs = select(LedgerEntry.credit, LedgerEntry.debit, total).where(*limits)
    for credit, debit, fen in session.execute(pairs.group_by(LedgerEntry.credit, LedgerEntry.debit)):
        found[credit] -= int(fen)
        found[debit] += int(fen)
    return found


def of_claims(session: Session, claim_ids: Sequence[int]) -> dict[int, dict[Account, int]]:
    """The balances of many claims, in one statement."""
    found = {claim_id: dict.fromkeys(Account, 0) for claim_id in claim_ids}
    total = func.sum(LedgerEntry.amount_fen)
    columns = (LedgerEntry.claim_id, LedgerEntry.credit, LedgerEntry.debit)
    statement = select(*columns, total).where(LedgerEntry.claim_id.in_(claim_ids)).group_by(*columns)
    for claim_id, credit, debit, fen in session.execute(statement):
        if claim_id is not None:
            found[claim_id][credit] -= int(fen)
            found[claim_id][debit] += int(fen)
    return found


def with_applicant(session: Session, claim_ids: Sequence[int]) -> dict[int, int]:
    """How much of each claim is committed, paid, or still to be paid back, in fen."""
    return {
        claim_id: sum(accounts[one] for one in WITH_APPLICANT)
        for claim_id, accounts in of_claims(session, claim_ids).items()
    }


def entry(session: Session, *, window_id: int, entry_id: int) -> LedgerEntry:
    """One entry of a window. NotFound when there is none, or it is another window's."""
    found = session.get(LedgerEntry, entry_id)
    if found is None or found.window_id != window_id:
        raise NotFound(f"no entry {entry_id} in window {window_id}")
    return found


def entries(session: Session, *, window_id: int, claim_id: int | None = None) -> Sequence[LedgerEntry]:
    """The entries of a window, or of one claim in it, oldest first."""
    limits = [LedgerEntry.window_id == window_id]
    if claim_id is not None:
        limits.append(LedgerEntry.claim_id == claim_id)
    return session.scalars(select(LedgerEntry).where(*limits).order_by(LedgerEntry.id)).all()
