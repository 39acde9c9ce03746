"""The amounts of a contract: the next pair of total and technology part, with how the one came from the other."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.contracts import deductions
from matchmaker.contracts.models import Contract, ContractAmount
from matchmaker.contracts.rules import ROYALTIES
from matchmaker.contracts.schemas import AmountIn
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Fault, Invalid
from matchmaker.core.money import yuan_from_fen


def next_amount(
    session: Session, actor: Actor, contract: Contract, *, data: AmountIn, effective_on: date
) -> ContractAmount | None:
    """Add the next amount and make it the contract's; None when nothing is new. Asks no permission itself.

    Invalid names `technology` when it is missing, is not a part of the total, or contradicts the lines; `total` when
    more has been paid already.
    """
    done = deductions.split(data.total, [deductions.cost_line(line) for line in data.lines]) if data.lines else None
    technology = _technology(data, done)
    if contract.payment_mode not in ROYALTIES and data.total < (contract.paid_fen or 0):
        raise Invalid([Fault("total", "more has been paid already", yuan_from_fen(data.total))])
    kept: list[dict[str, Any]] = [line.as_json() for line in done.lines] if done else []
    last = contract.amounts[-1] if contract.amounts else None
    same = last is not None and (last.total_fen, last.technology_fen) == (data.total, technology)
    # Without lines the split stands as it was explained before.
    if last is not None and same and (done is None or last.lines == kept):
        return None
    row = ContractAmount(
        effective_on=effective_on,
        total_fen=data.total,
        technology_fen=technology,
        lines=kept,
        reason=data.reason,
        at=clock.now(),
        by=actor.name,
    )
    contract.amounts.append(row)
    contract.total_fen, contract.technology_fen = row.total_fen, row.technology_fen
    session.flush()
    return row


def changed(row: ContractAmount, before: ContractAmount | None) -> dict[str, Any]:
    """What the log keeps of it."""
    old = (before.total_fen, before.technology_fen) if before else (None, None)
    return {
        "total_fen": [old[0], row.total_fen],
        "technology_fen": [old[1], row.technology_fen],
        "effective_on": row.effective_on.isoformat(),
        "reason": row.reason,
    }


def _technology(data: AmountIn, done: deductions.Split | None) -> int:
    given = data.technology
    if done is not None:
        if given not in (None, done.technology_fen):
            message = f"the lines leave {yuan_from_fen(done.technology_fen)} for technology"
            raise Invalid([Fault("technology", message, yuan_from_fen(given or 0))])
        return done.technology_fen
    if given is None:
        raise Invalid([Fault("technology", "set the technology amount apart from the total")])
    if given > data.total:
        raise Invalid([Fault("technology", "the technology amount exceeds the total", yuan_from_fen(given))])
    return given
