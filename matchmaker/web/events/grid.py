"""What the timetable pages show, made from values alone: the grid, one's day, figures, and what two versions differ in.

A version's meetings are rows {"a", "b", "slot", "table", "locked"} in ids, as `meetings.models.Timetable` keeps them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matchmaker.events.rules import tables_advised
from matchmaker.participants.short_names import short_name

Row = Mapping[str, Any]
Both = tuple[int, int]


@dataclass(frozen=True)
class Guest:
    """One who sits at tables, as the pages name them."""

    id: int
    registration_id: int
    person: str
    organisation: str
    short: str


@dataclass(frozen=True)
class Cell:
    """A meeting in the grid. `level` None: the matchmaking list does not have the pair. `fallen`: one side is gone."""

    a: Guest
    b: Guest
    slot: int
    table: int
    locked: bool
    level: int | None
    fallen: bool = False

    @property
    def key(self) -> str:
        """What the page calls it."""
        return f"m-{self.a.id}-{self.b.id}"


@dataclass(frozen=True)
class Grid:
    """Slots as rows and tables as columns; cells by (slot, table)."""

    slots: Sequence[Any]
    tables: Sequence[Any]
    cells: Mapping[Both, Cell]


@dataclass(frozen=True)
class Day:
    """A participant's line: who sits across by slot, and where."""

    guest: Guest
    seats: Mapping[int, tuple[Guest, Cell]]
    away: frozenset[int]
    idle: int
    below: bool


@dataclass(frozen=True)
class Quality:
    """How good a version is: shares in percent, None where nothing proves them."""

    meetings: int
    utility: float | None
    reached: str | None
    gap: str | None
    optimal: bool
    below: tuple[int, ...]
    unscheduled: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True)
class Changes:
    """What a version changes against another: pairs that stay, move (before, after), are new, or meet no more."""

    kept: tuple[Row, ...] = ()
    moved: tuple[tuple[Row, Row], ...] = ()
    new: tuple[Row, ...] = ()
    dropped: tuple[Row, ...] = ()

    @property
    def people(self) -> frozenset[int]:
        """Everybody whose day changes."""
        rows = [*(after for _before, after in self.moved), *self.new, *self.dropped]
        return frozenset(who for row in rows for who in (row["a"], row["b"]))

    def __bool__(self) -> bool:
        return bool(self.moved or self.new or self.dropped)


@dataclass(frozen=True)
class Capacity:
    """Before solving: what there is, what is wanted, and how many tables that takes."""

    slots: int
    tables: int
    pairs: int
    wanted: int
    least: int
    advised: int
    short: int = 0

    @property
    def places(self) -> int:
        """How many meetings can be held."""
        return self.slots * self.tables


def guests_of(people: Mapping[int, Any]) -> dict[int, Guest]:
    """Participants by id; the names of two organisations that would look alike stay whole."""
    names = {one.registration_id: one.registration.name for one in people.values()}
    bearers = Counter(short_name(name) for name in names.values())
    short = {key: short if bearers[short := short_name(name)] == 1 else name for key, name in names.items()}
    return {
        one.id: Guest(one.id, one.registration_id, one.name, names[one.registration_id], short[one.registration_id])
        for one in people.values()
    }


def grid_of(
    rows: Iterable[Row],
    guests: Mapping[int, Guest],
    *,
    slots: Sequence[Any],
    tables: Sequence[Any],
    levels: Mapping[Both, int],
    fallen: Collection[Both] = (),
) -> Grid:
    """The meetings where they stand. Closed slots and tables are shown only where a meeting is in them."""
    rows = [row for row in rows if row["a"] in guests and row["b"] in guests]
    used_slots, used_tables = {row["slot"] for row in rows}, {row["table"] for row in rows}
    cells = {
        (row["slot"], row["table"]): Cell(
            guests[row["a"]],
            guests[row["b"]],
            row["slot"],
            row["table"],
            bool(row["locked"]),
            levels.get(_homes(row, guests)),
            (row["a"], row["b"]) in fallen,
        )
        for row in rows
    }
    return Grid(
        [one for one in slots if one.closed_at is None or one.id in used_slots],
        [one for one in tables if one.closed_at is None or one.id in used_tables],
        cells,
    )


def days_of(grid: Grid, people: Iterable[Any], guests: Mapping[int, Guest], below: Collection[int]) -> list[Day]:
    """Everybody who comes, or was given a meeting, by organisation: those with nothing to do are the ones to see."""
    seats: dict[int, dict[int, tuple[Guest, Cell]]] = {}
    for cell in grid.cells.values():
        seats.setdefault(cell.a.id, {})[cell.slot] = (cell.b, cell)
        seats.setdefault(cell.b.id, {})[cell.slot] = (cell.a, cell)
    order = [slot.id for slot in grid.slots]
    days = []
    for one in people:
        own = seats.get(one.id, {})
        if not own and not comes(one):
            continue
        at = [number for number, slot in enumerate(order) if slot in own]
        away = frozenset(one.away) & set(order)
        idle = sum(1 for slot in order[at[0] : at[-1]] if slot not in own and slot not in away) if at else 0
        days.append(Day(guests[one.id], own, away, idle, one.id in below))
    return sorted(days, key=lambda day: (day.guest.organisation, day.guest.id))


def comes(person: Any) -> bool:
    """Whether the participant is expected: confirmed, not replaced, not marked as missing."""
    return person.left_at is None and person.missing_at is None and person.registration.state == "confirmed"


def levels_of(candidates: Iterable[Row]) -> dict[Both, int]:
    """How well two organisations match, by their registrations."""
    return {(row["a"], row["b"]): int(row["level"]) for row in candidates}


def quality_of(meetings: Sequence[Row], figures: Mapping[str, Any]) -> Quality:
    """The figures a page shows, 100 never by rounding."""
    utility, bound = figures.get("utility"), figures.get("upper_bound")
    optimal = bool(figures.get("optimal"))
    reached = gap = None
    if utility is not None and bound:
        share = 1.0 if optimal else min(1.0, utility / bound)
        reached = "100" if share == 1.0 else f"{min(share * 100, 99.99):.2f}"
        gap = "0" if share == 1.0 else f"{max((1 - share) * 100, 0.01):.2f}"
    unscheduled = tuple((int(a), int(b), str(reason)) for a, b, reason in figures.get("unscheduled", ()))
    below = tuple(int(one) for one in figures.get("below_minimum", ()))
    return Quality(len(meetings), utility, reached, gap, optimal, below, unscheduled)


def changes(before: Iterable[Row], after: Iterable[Row]) -> Changes:
    """What `after` does otherwise than `before`, pair by pair, in the order of `after`."""
    old = {(row["a"], row["b"]): row for row in before}
    new = {(row["a"], row["b"]): row for row in after}
    stays = {both for both, row in new.items() if both in old and _place(old[both]) == _place(row)}
    return Changes(
        kept=tuple(row for both, row in new.items() if both in stays),
        moved=tuple((old[both], row) for both, row in new.items() if both in old and both not in stays),
        new=tuple(row for both, row in new.items() if both not in old),
        dropped=tuple(row for both, row in old.items() if both not in new),
    )


def capacity_of(instance: Any) -> Capacity:
    """What a solver's instance asks for; `wanted` is limited by what everybody may and can sit through."""
    worth = [pair for pair in instance.pairs if pair.utility > 0 or pair.must]
    degree = Counter(who for pair in worth for who in (pair.a, pair.b))
    most = {
        one.id: min(
            len(instance.slots) if one.available is None else len(one.available),
            one.max_meetings if one.max_meetings is not None else len(instance.pairs),
        )
        for one in instance.participants
    }
    seats = sum(min(most[who], number) for who, number in degree.items() if who in most)
    wanted = min(len(worth), seats // 2)
    least = -(-sum(one.min_meetings for one in instance.participants) // 2)
    short = sum(1 for one in instance.participants if min(most[one.id], degree[one.id]) < one.min_meetings)
    slots, tables = len(instance.slots), len(instance.tables)
    return Capacity(slots, tables, len(worth), wanted, least, tables_advised(max(wanted, least), slots), short)


def _homes(row: Row, guests: Mapping[int, Guest]) -> Both:
    one, other = guests[row["a"]].registration_id, guests[row["b"]].registration_id
    return (one, other) if one < other else (other, one)


def _place(row: Row) -> Both:
    return row["slot"], row["table"]
