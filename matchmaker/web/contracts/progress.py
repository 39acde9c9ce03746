"""How far a contract has come, from its own values: the bar of steps, what is next, the schedule against the money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from matchmaker.contracts.rules import IN_FORCE, OVER, ROYALTIES, UNREGISTERED, ContractState

# This long before its end an unregistered contract becomes urgent.
URGENT = timedelta(days=60)
_PATH = (ContractState.DRAFT, ContractState.SIGNED, ContractState.SUBMITTED, ContractState.REGISTERED)
_ASIDE = frozenset({ContractState.SUPPLEMENT, ContractState.REFUSED}) | OVER


class Standing(StrEnum):
    """How a row of the schedule stands."""

    PAID = "paid"
    PART = "part"
    OVERDUE = "overdue"
    OPEN = "open"


@dataclass(frozen=True)
class Stop:
    """One place on the bar, and the day it was reached."""

    state: ContractState
    on: date | None
    manner: str


@dataclass(frozen=True)
class DueLine:
    """A row of the schedule with what has been paid of it; money fills the rows in their order."""

    milestone: str
    due_on: date | None
    amount_fen: int
    paid_fen: int
    standing: Standing

    @property
    def percent(self) -> int:
        return self.paid_fen * 100 // self.amount_fen


def stops(contract: Any) -> list[Stop]:
    """The bar: the way to the registration, and what came after or beside it."""
    reached = {step.after: step.happened_on for step in contract.steps}
    state = contract.state
    if len(reached) > 1 and max(day for one, day in reached.items() if one is not ContractState.DRAFT) < reached.get(
        ContractState.DRAFT, date.min
    ):
        # Entered after the fact: the day of the entry would stand before days that lie behind it.
        del reached[ContractState.DRAFT]
    path = [*_PATH, ContractState.CHANGED] if state is ContractState.CHANGED or _was_changed(contract) else [*_PATH]
    place = path.index(state) if state in path else _left_from(contract, path)
    found = [Stop(one, reached.get(one), _manner(number, place, state in path)) for number, one in enumerate(path)]
    return [*found, Stop(state, reached.get(state), "off")] if state in _ASIDE else found


def _was_changed(contract: Any) -> bool:
    return any(step.after is ContractState.CHANGED for step in contract.steps)


def _left_from(contract: Any, path: Sequence[ContractState]) -> int:
    """The furthest place on the path that a contract had reached before it left it."""
    return max((path.index(step.after) for step in contract.steps if step.after in path), default=0)


def _manner(number: int, place: int, on_path: bool) -> str:
    if number == place and on_path:
        return "here"
    return "done" if number < place or (number == place and not on_path) else "open"


def register_by(contract: Any) -> date | None:
    """The day until which it can be registered: the end of its validity, while it is signed and not registered."""
    return contract.valid_until if contract.state in UNREGISTERED else None


def is_urgent(by: date | None, today: date) -> bool:
    """Whether the day is near, or gone."""
    return by is not None and by - today <= URGENT


def due_lines(contract: Any, today: date) -> list[DueLine]:
    """The schedule with the money received so far, refunds taken off."""
    rest, found = contract.paid_fen, []
    for due in contract.schedule:
        paid = min(rest, due.amount_fen)
        rest -= paid
        found.append(DueLine(due.milestone, due.due_on, due.amount_fen, paid, _standing(due, paid, today)))
    return found


def _standing(due: Any, paid: int, today: date) -> Standing:
    if paid >= due.amount_fen:
        return Standing.PAID
    if due.due_on is not None and due.due_on < today:
        return Standing.OVERDUE
    return Standing.PART if paid else Standing.OPEN


@dataclass(frozen=True)
class Plan:
    """One version of the schedule: who put it in, when and why, and when the next one superseded it."""

    rows: tuple[Any, ...]
    at: datetime | None
    by: str
    reason: str
    until: datetime | None

    @property
    def total_fen(self) -> int:
        return sum(due.amount_fen for due in self.rows)


def schedules(contract: Any) -> list[Plan]:
    """All versions of the schedule, the newest first."""
    found: dict[tuple[datetime | None, datetime | None], list[Any]] = {}
    for due in contract.schedule_rows:
        found.setdefault((due.at, due.superseded_at), []).append(due)
    plans = [Plan(tuple(rows), at, rows[0].by, rows[0].reason, until) for (at, until), rows in found.items()]
    return plans[::-1]


def planned_fen(contract: Any) -> int:
    """What the schedule adds up to."""
    return sum(due.amount_fen for due in contract.schedule)


def schedule_is_off(contract: Any) -> bool:
    """Whether a registered contract has a schedule that is not its price; what a royalty brings nobody can plan."""
    expected = contract.state in IN_FORCE and contract.payment_mode not in ROYALTIES and contract.schedule
    return bool(expected) and planned_fen(contract) != contract.total_fen


def next_due(contract: Any, today: date) -> DueLine | None:
    """The first row that is not paid in full, of a contract in force."""
    if contract.state not in IN_FORCE:
        return None
    return next((line for line in due_lines(contract, today) if line.standing is not Standing.PAID), None)


def share(part: int, whole: int) -> int:
    """Whole per cent, from 0 to 100; 0 of nothing."""
    return max(0, min(100, part * 100 // whole)) if whole else 0
