"""Which table each meeting gets: fixed and locked ones first, then the one its people sat at last."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from matchmaker.events.timetable.model import Model
from matchmaker.events.timetable.shapes import Meeting, Pair


def seat(model: Model, chosen: NDArray[np.bool_], printed: Iterable[Meeting] = ()) -> Iterator[Meeting]:
    """The meetings of the chosen columns, slot by slot; as many people as possible stay at the table they were at.

    A meeting that is `printed` for the same slot keeps its table, unless that is gone or now somebody's own.
    """
    instance = model.instance
    booths = instance.booths
    common = [table for table in instance.tables if table not in booths]
    open_to_all = set(common)
    held = {(one.a, one.b, one.slot): one.table for one in printed if one.table in open_to_all}
    own = {one.id: one.table for one in instance.participants}
    last: dict[str, str] = {}
    for slot, name in enumerate(instance.slots):
        pairs = [instance.pairs[number] for number in model.pair[chosen & (model.slot == slot)]]
        taken = {number: table for number, pair in enumerate(pairs) if (table := _given(pair, own))}
        for number, pair in enumerate(pairs):
            table = held.get((pair.a, pair.b, name))
            if number not in taken and table and table not in taken.values():
                taken[number] = table
        loose = [number for number in range(len(pairs)) if number not in taken]
        free = [table for table in common if table not in taken.values()]
        stays = np.array([[_stays(pairs[number], table, last) for table in free] for number in loose])
        if loose:
            for row, place in zip(*linear_sum_assignment(stays, maximize=True), strict=True):
                taken[loose[row]] = free[place]
        for number, pair in enumerate(pairs):
            last[pair.a] = last[pair.b] = taken[number]
            yield Meeting(pair.a, pair.b, name, taken[number])


def _given(pair: Pair, own: dict[str, str | None]) -> str | None:
    return pair.locked.table if pair.locked else own[pair.a] or own[pair.b]


def _stays(pair: Pair, table: str, last: dict[str, str]) -> int:
    return (last.get(pair.a) == table) + (last.get(pair.b) == table)
