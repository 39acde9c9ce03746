"""The payment schedule: the next one supersedes the one before, and says who put it in, when and why."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.contracts import telling
from matchmaker.contracts.access import require_writer
from matchmaker.contracts.holding import held, require_revision, subject, touch
from matchmaker.contracts.models import Contract, ContractDue
from matchmaker.contracts.rules import IN_FORCE, ROYALTIES, PaymentMode
from matchmaker.contracts.schemas import DueIn, ScheduleIn
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Invalid
from matchmaker.core.money import yuan_from_fen

_Row = tuple[str, date | None, int]


def renew(session: Session, actor: Actor, *, contract_id: int, revision: int, data: ScheduleIn, base: str) -> Contract:
    """Put a new schedule on a registered contract; the one before stays to be read. The same again changes nothing.

    The filing side does it, or an officer without a part in the contract, and all other parties are told. Conflict
    while the record itself may be edited or the registry has it, after its end, and when it moved on since `revision`.
    Invalid names `reason`, and `schedule` when the rows are not the contract's total.
    """
    contract = held(session, actor, contract_id)
    require_writer(actor, contract)
    if contract.state not in IN_FORCE:
        raise Conflict(f"contract {contract.id} is {contract.state}: only what is registered gets a new schedule")
    require_revision(contract, revision)
    if not data.reason:
        raise Invalid([Fault("reason", "say why")])
    changed = renewed(session, actor, contract, rows=data.schedule, reason=data.reason)
    if not changed:
        return contract
    touch(contract)
    session.flush()
    detail = changed | {"reason": data.reason}
    audit.record(session, actor, [audit.Event("contract.schedule", subject(contract), detail)])
    telling.tell_schedule(session, actor, contract, reason=data.reason, base=base)
    return contract


def renewed(
    session: Session, actor: Actor, contract: Contract, *, rows: Sequence[DueIn], reason: str
) -> dict[str, Any]:
    """The next schedule of a registered contract, which must be its whole price; what changed, for the log.

    Asks no permission itself.
    """
    if not _is_new(contract, rows):
        return {}
    if faults := _faults(contract, rows):
        raise Invalid(faults)
    return next_schedule(session, actor, contract, rows=rows, reason=reason)


def next_schedule(
    session: Session, actor: Actor, contract: Contract, *, rows: Sequence[DueIn], reason: str = ""
) -> dict[str, Any]:
    """Let these rows supersede those that stand; {"schedule": [old, new]}, nothing when they are the same."""
    if not _is_new(contract, rows):
        return {}
    moment, standing = clock.now(), _standing(contract)
    for row in contract.schedule:
        row.superseded_at = moment
    entered = {"contract_id": contract.id, "reason": reason, "at": moment, "by": actor.name}
    for milestone, due_on, amount in _wanted(rows):
        session.add(ContractDue(milestone=milestone, due_on=due_on, amount_fen=amount, **entered))
    session.flush()
    session.expire(contract, ["schedule", "schedule_rows"])
    return {"schedule": [_told(standing), _told(_wanted(rows))]}


def _is_new(contract: Contract, rows: Sequence[DueIn]) -> bool:
    return sorted(_wanted(rows), key=str) != sorted(_standing(contract), key=str)


def _faults(contract: Contract, rows: Sequence[DueIn]) -> list[Fault]:
    if not rows:
        return [Fault("schedule", "a new schedule has at least one row")]
    if contract.payment_mode is PaymentMode.LUMP and len(rows) > 1:
        return [Fault("schedule", "a lump sum has one row")]
    planned = sum(row.amount for row in rows)
    if contract.payment_mode not in ROYALTIES and contract.total_fen not in (None, planned):
        total = yuan_from_fen(contract.total_fen or 0)
        return [Fault("schedule", f"the rows must add up to the total of {total}", yuan_from_fen(planned))]
    return []


def _wanted(rows: Sequence[DueIn]) -> list[_Row]:
    return [(one.milestone, one.due_on, one.amount) for one in rows]


def _standing(contract: Contract) -> list[_Row]:
    return [(row.milestone, row.due_on, row.amount_fen) for row in contract.schedule]


def _told(rows: Sequence[_Row]) -> list[list[Any]]:
    """As the log keeps it."""
    return [[milestone, due_on.isoformat() if due_on else None, amount] for milestone, due_on, amount in rows]
