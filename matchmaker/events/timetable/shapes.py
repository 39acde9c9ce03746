"""What goes into a timetable and what comes out."""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True)
class Lock:
    """Where a meeting must stay."""

    slot: str
    table: str


@dataclass(frozen=True)
class Participant:
    """One chair at the event. `available` None means every slot; representatives share an `organisation`."""

    id: str
    available: frozenset[str] | None = None
    max_meetings: int | None = None
    min_meetings: int = 0
    table: str | None = None
    organisation: str | None = None


@dataclass(frozen=True)
class Pair:
    """Two participants who may meet, how much that is worth (0..1), and what the meeting occupies beside a table."""

    a: str
    b: str
    utility: float
    locked: Lock | None = None
    must: bool = False
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Instance:
    """Everything a timetable is made from. `resources` says how many of each there are in every slot."""

    slots: tuple[str, ...]
    tables: tuple[str, ...]
    participants: tuple[Participant, ...]
    pairs: tuple[Pair, ...]
    forbidden: frozenset[frozenset[str]] = frozenset()
    resources: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, order=True)
class Meeting:
    """A pair in a slot at a table."""

    a: str
    b: str
    slot: str
    table: str


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
    """A timetable. No plan with as few missing meetings has a utility above `upper_bound`."""

    meetings: tuple[Meeting, ...]
    utility: float
    upper_bound: float
    optimal: bool
    unscheduled: tuple[Unscheduled, ...]
    below_minimum: tuple[str, ...]
