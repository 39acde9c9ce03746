"""Repair instead of redo: what people hold in their hands stays true for as many of them as possible."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from matchmaker.events.timetable.bound import Standing, utility_bound
from matchmaker.events.timetable.model import Model, build
from matchmaker.events.timetable.pairing import by_pairs
from matchmaker.events.timetable.part import Part
from matchmaker.events.timetable.reasons import why_not
from matchmaker.events.timetable.seating import seat
from matchmaker.events.timetable.shapes import Instance, Meeting, Plan, Unscheduled

Chosen = NDArray[np.bool_]


@dataclass(frozen=True)
class Repair:
    """A timetable for the changed event, told as what changes. `proven`: no timetable keeps more published meetings."""

    meetings: tuple[Meeting, ...]
    dropped: tuple[Meeting, ...]
    reseated: tuple[tuple[Meeting, Meeting], ...]
    added: tuple[Meeting, ...]
    unscheduled: tuple[Unscheduled, ...]
    below_minimum: tuple[str, ...]
    proven: bool

    @property
    def concerned(self) -> frozenset[str]:
        """Who has to be told; nobody else's printed schedule changes."""
        moved = [one for both in self.reseated for one in both]
        return frozenset(who for one in (*self.dropped, *self.added, *moved) for who in (one.a, one.b))


def repair(
    instance: Instance,
    published: tuple[Meeting, ...],
    *,
    arrived: frozenset[str] = frozenset(),
    seconds: float = 5.0,
) -> Repair:
    """Fit the published meetings to the changed instance.

    First as many as possible stay in their slot. Then whoever lost a meeting, has `arrived` or lacks one for the
    minimum gets others in free slots, without moving anybody. The same is answered each time, unless time runs out on
    the way. A no-show is a participant available in no slot, a lost
    table one that is left out; the locks of either have to go. Invalid names locks that contradict each other.
    """
    deadline = monotonic() + seconds
    published = _as_paired(instance, published)
    model = build(instance.hosting(published))
    number = {(pair.a, pair.b): place for place, pair in enumerate(instance.pairs)}
    slot = {name: place for place, name in enumerate(instance.slots)}
    columns = [model.column.get((number.get((one.a, one.b), -1), slot.get(one.slot, -1)), -1) for one in published]
    movable = {column: one for one, column in zip(published, columns, strict=True) if column >= 0}
    chosen, proven = _keep(model, movable, seconds / 2)
    stands = {one for one, column in zip(published, columns, strict=True) if column >= 0 and chosen[column]}
    seeking = {who for one in published if one not in stands for who in (one.a, one.b)} | arrived
    open_columns = ~_at_tables_in_use(model, stands)
    chosen = _add(model, chosen, seeking, open_columns, seconds=max(0.05, deadline - monotonic()))
    return _told(model, chosen, published, proven)


def as_plan(instance: Instance, found: Repair) -> Plan:
    """The repaired timetable as a plan, with the bound of any that stands as well. It need not be near: a repair does
    not look for the best."""
    model = build(instance.hosting(found.meetings))
    number = {(pair.a, pair.b): place for place, pair in enumerate(instance.pairs)}
    slot = {name: place for place, name in enumerate(instance.slots)}
    chosen = np.zeros(len(model.pair), dtype=np.bool_)
    chosen[[model.column[number[one.a, one.b], slot[one.slot]] for one in found.meetings]] = True
    utility = float(model.utility[chosen].sum())
    standing = Standing(int(model.must[chosen].sum()), model.shortfall(chosen))
    bound = max(utility, utility_bound(by_pairs(model), standing).bound)
    return Plan(
        meetings=found.meetings,
        utility=round(utility, 6),
        upper_bound=round(bound + 5e-7, 6),
        optimal=False,
        unscheduled=found.unscheduled,
        below_minimum=found.below_minimum,
    )


def _as_paired(instance: Instance, published: tuple[Meeting, ...]) -> tuple[Meeting, ...]:
    """The same meetings, the two of each in the order in which the instance names them."""
    pairs = {(pair.a, pair.b) for pair in instance.pairs}
    return tuple(replace(one, a=one.b, b=one.a) if (one.b, one.a) in pairs else one for one in published)


def _keep(model: Model, old: Mapping[int, Meeting], seconds: float) -> tuple[Chosen, bool]:
    """(the most of these columns that fit together with the locked ones, whether that is proven).

    Where there is a choice, those stay whose people also keep their table.
    """
    chosen = model.locked.copy()
    columns = np.array(sorted(column for column in old if not chosen[column]), dtype=np.int64)
    if not len(columns):
        return chosen, True
    own = {one.id: one.table for one in model.instance.participants}
    tables = set(model.instance.tables)
    sits = [one.table in tables and {own[one.a], own[one.b]} <= {None, one.table} for one in (old[c] for c in columns)]
    first = (np.ones(len(columns), dtype=np.bool_), model.must[columns], np.array(sits, dtype=np.bool_))
    left = model.capacity - model.rows @ chosen
    part = Part(model, columns, left, np.zeros_like(model.minimum), first=first)
    part.start_from(np.ones_like(chosen))
    answer = part.solve(seconds)
    if answer.chosen is not None:
        chosen[columns[answer.chosen]] = True
    return chosen, answer.proven


def _at_tables_in_use(model: Model, stands: set[Meeting]) -> Chosen:
    """Columns whose fixed table is where a published meeting stands: they would send its people elsewhere."""
    taken = {(one.slot, one.table) for one in stands}
    own = {one.id: one.table for one in model.instance.participants}
    tables = [own[pair.a] or own[pair.b] for pair in model.instance.pairs]
    slots = model.instance.slots
    found = [(slots[slot], tables[pair]) in taken for pair, slot in zip(model.pair, model.slot, strict=True)]
    return np.array(found, dtype=np.bool_)


def _add(
    model: Model, kept: Chosen, people: set[str] | frozenset[str], open_columns: Chosen, *, seconds: float
) -> Chosen:
    """`kept`, and the best further meetings of these people and of whoever lacks some."""
    lacking = model.minimum - model.meets @ kept
    seeking = lacking > 0
    seeking[[model.place[who] for who in people if who in model.place]] = True
    left = model.capacity - model.rows @ kept
    fits = (model.rows.T @ (left <= 0)) == 0
    useful = (model.utility > 0) | model.must | ((lacking > 0) @ model.meets > 0)
    columns = np.flatnonzero(open_columns & fits & useful & ((seeking @ model.meets) > 0))
    if not len(columns):
        return kept
    chosen = kept.copy()
    found = Part(model, columns, left, lacking).solve(seconds).chosen
    if found is not None:
        chosen[columns[found]] = True
    return chosen


def _told(model: Model, chosen: Chosen, published: tuple[Meeting, ...], proven: bool) -> Repair:
    meetings = tuple(seat(model, chosen, published))
    before = {(one.a, one.b, one.slot): one for one in published}
    now = {(one.a, one.b, one.slot): one for one in meetings}
    lacking = np.flatnonzero(model.meets @ chosen < model.minimum)
    return Repair(
        meetings=meetings,
        dropped=tuple(one for key, one in before.items() if key not in now),
        reseated=tuple((before[key], one) for key, one in now.items() if key in before and before[key] != one),
        added=tuple(one for key, one in now.items() if key not in before),
        unscheduled=tuple(why_not(model, chosen)),
        below_minimum=tuple(model.instance.participants[place].id for place in lacking),
        proven=proven,
    )
