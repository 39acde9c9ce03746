"""What goes into a timetable and what comes out."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum


@dataclass(frozen=True)
class Lock:
    """Where a meeting must stay."""

    slot: str
    table: str


@dataclass(frozen=True)
class Participant:
    """One chair at the event. `available` None means every slot; representatives share an `organisation`.

    Somebody with a `table` meets only there; is it a `booth`, nobody is sent there to meet anybody else.
    """

    id: str
    available: frozenset[str] | None = None
    max_meetings: int | None = None
    min_meetings: int = 0
    table: str | None = None
    organisation: str | None = None
    booth: bool = False


@dataclass(frozen=True)
class Pair:
    """Two participants who may meet, how much that is worth (0..1), and what the meeting occupies beside a table."""

    a: str
    b: str
    utility: float
    locked: Lock | None = None
    must: bool = False
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class Meeting:
    """A pair in a slot at a table."""

    a: str
    b: str
    slot: str
    table: str


@dataclass(frozen=True)
class Instance:
    """Everything a timetable is made from. `resources` says how many of each there are in every slot."""

    slots: tuple[str, ...]
    tables: tuple[str, ...]
    participants: tuple[Participant, ...]
    pairs: tuple[Pair, ...]
    forbidden: frozenset[frozenset[str]] = frozenset()
    resources: dict[str, int] = field(default_factory=dict)

    @property
    def booths(self) -> frozenset[str]:
        """The tables at which only those whose table it is meet anybody."""
        return frozenset(one.table for one in self.participants if one.booth and one.table)

    def hosting(self, meetings: Iterable[Meeting]) -> "Instance":
        """The same with those booths open to all at which others meet already, put there by hand or printed so."""
        own = {one.id: one.table for one in self.participants}
        guests = {one.table for one in meetings if one.table not in (own.get(one.a), own.get(one.b))}
        people = tuple(replace(one, booth=one.booth and one.table not in guests) for one in self.participants)
        return replace(self, participants=people)


class Reason(StrEnum):
    """Why a pair does not meet."""

    VETOED = "vetoed"
    TABLES_DIFFER = "fixed_tables_differ"
    NO_COMMON_SLOT = "no_common_slot"
    PARTNER_MET = "organisations_meet_already"
    MAXIMUM = "maximum_reached"
    NO_FREE_SLOT = "no_common_free_slot"
    TABLES_FULL = "tables_full"
    RESOURCE_TAKEN = "resource_taken"
    NOT_WORTH = "nothing_gained"


@dataclass(frozen=True)
class Unscheduled:
    """A pair that does not meet, and why."""

    a: str
    b: str
    reason: Reason


@dataclass(frozen=True)
class Plan:
    """A timetable. No plan with as many of the pairs that must meet and as few missing meetings has a utility above
    `upper_bound`."""

    meetings: tuple[Meeting, ...]
    utility: float
    upper_bound: float
    optimal: bool
    unscheduled: tuple[Unscheduled, ...]
    below_minimum: tuple[str, ...]
