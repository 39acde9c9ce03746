"""The timetable as one sparse system: a column is a pair in a slot, a row is something that can be used up."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.core.errors import Fault, Invalid
from matchmaker.events.timetable.shapes import Instance, Pair, Participant

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Model:
    """`rows @ chosen <= capacity`, with `chosen` 0 or 1 for each column; `locked` columns are 1.

    `pair` and `slot` say what a column stands for, `column` finds it again; `place` numbers the participants and
    `row_names` says what a row stands for; `meets[i, c]` is 1 where column c is a
    meeting of participant i, who wants `minimum[i]` of them. Tables need no columns: as many meetings as there are
    tables can always be seated once nobody with a fixed table has to share it.
    """

    instance: Instance
    pair: Ints
    slot: Ints
    utility: Floats
    must: NDArray[np.bool_]
    locked: NDArray[np.bool_]
    rows: sp.csc_matrix
    capacity: Floats
    meets: sp.csr_matrix
    minimum: Ints
    column: dict[tuple[int, int], int]
    place: dict[str, int]
    row_names: tuple[tuple[Hashable, ...], ...]

    def shortfall(self, chosen: NDArray[np.bool_]) -> int:
        """How many meetings all participants together lack."""
        return int(np.maximum(self.minimum - self.meets @ chosen, 0).sum())


@dataclass
class _Rows:
    """Rows as they appear, each with the columns that use it."""

    number: dict[tuple[Hashable, ...], int] = field(default_factory=dict)
    capacity: list[int] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)

    def use(self, column: int, uses: Iterable[tuple[tuple[Hashable, ...], int]]) -> None:
        """Note that the column uses each of these (row, capacity of the row)."""
        for key, capacity in uses:
            found = self.number.setdefault(key, len(self.capacity))
            if found == len(self.capacity):
                self.capacity.append(capacity)
            self.at.append(found)
            self.columns.append(column)


def build(instance: Instance) -> Model:
    """The system of an instance. Invalid names locks that contradict each other or the participants."""
    people = {one.id: one for one in instance.participants}
    place = {one.id: number for number, one in enumerate(instance.participants)}
    slot_number = {name: number for number, name in enumerate(instance.slots)}
    rows, columns, meets = _Rows(), list[tuple[int, int]](), list[tuple[int, int]]()
    for number, pair in enumerate(instance.pairs):
        for slot in _possible_slots(instance, pair, people, slot_number):
            rows.use(len(columns), _uses(instance, pair, slot, people))
            meets += [(place[pair.a], len(columns)), (place[pair.b], len(columns))]
            columns.append((number, slot))
    model = _assemble(instance, rows, columns, meets)
    _check_locks(model)
    return model


def fixed_tables_differ(pair: Pair, people: dict[str, Participant]) -> bool:
    """Whether both have a table of their own, and not the same one."""
    tables = {people[pair.a].table, people[pair.b].table} - {None}
    return len(tables) > 1


def _possible_slots(
    instance: Instance, pair: Pair, people: dict[str, Participant], slot_number: dict[str, int]
) -> list[int]:
    if frozenset((pair.a, pair.b)) in instance.forbidden or fixed_tables_differ(pair, people):
        return []
    common = set(slot_number)
    for one in (people[pair.a], people[pair.b]):
        common &= common if one.available is None else one.available
    if pair.locked is not None:
        common &= {pair.locked.slot}
    return sorted(slot_number[name] for name in common)


def _uses(
    instance: Instance, pair: Pair, slot: int, people: dict[str, Participant]
) -> Iterable[tuple[tuple[Hashable, ...], int]]:
    both = [people[pair.a], people[pair.b]]
    for one in both:
        yield ("participant", one.id, slot), 1
        if one.max_meetings is not None:
            yield ("maximum", one.id), one.max_meetings
    yield ("slot", slot), len(instance.tables)
    tables = {one.table for one in both} | ({pair.locked.table} if pair.locked else set())
    for table in tables - {None}:
        yield ("table", table, slot), 1
    # Representatives of one organisation do not sit with the same partner twice.
    yield ("once", *sorted(one.organisation or f"\0{one.id}" for one in both)), 1
    for name in pair.needs:
        yield ("resource", name, slot), instance.resources[name]


def _assemble(instance: Instance, rows: _Rows, columns: list[tuple[int, int]], meets: list[tuple[int, int]]) -> Model:
    pair = np.array([one for one, _ in columns], dtype=np.int64)
    shape = (len(rows.capacity), len(columns))
    matrix = sp.csc_matrix((np.ones(len(rows.at)), (rows.at, rows.columns)), shape=shape)
    who, where = zip(*meets, strict=True) if meets else ((), ())
    people = (len(instance.participants), len(columns))
    return Model(
        instance=instance,
        pair=pair,
        slot=np.array([slot for _, slot in columns], dtype=np.int64),
        utility=np.array([instance.pairs[number].utility for number in pair], dtype=np.float64),
        must=np.array([instance.pairs[number].must for number in pair], dtype=np.bool_),
        locked=np.array([instance.pairs[number].locked is not None for number in pair], dtype=np.bool_),
        rows=matrix,
        capacity=np.array(rows.capacity, dtype=np.float64),
        meets=sp.csr_matrix((np.ones(len(who)), (who, where)), shape=people, dtype=np.int64),
        minimum=np.array([one.min_meetings for one in instance.participants], dtype=np.int64),
        column={key: number for number, key in enumerate(columns)},
        place={one.id: number for number, one in enumerate(instance.participants)},
        row_names=tuple(rows.number),
    )


def _check_locks(model: Model) -> None:
    pairs = model.instance.pairs
    people = {one.id: one for one in model.instance.participants}
    kept = {int(number) for number in model.pair[model.locked]}
    faults = []
    for number, pair in enumerate(pairs):
        if pair.locked is None:
            continue
        own = {people[pair.a].table, people[pair.b].table} - {None, pair.locked.table}
        if number not in kept or own:
            said = f"{pair.a} and {pair.b} cannot meet in {pair.locked.slot} at {pair.locked.table}"
            faults.append(Fault(f"pairs.{number}.locked", said))
    over = np.flatnonzero(model.rows @ model.locked > model.capacity)
    for row in over:
        clash = [int(model.pair[column]) for column in model.rows.tocsr()[[row]].indices if model.locked[column]]
        said = " and ".join(f"{pairs[number].a}–{pairs[number].b}" for number in clash)
        faults.append(Fault(f"pairs.{clash[-1]}.locked", f"contradicting locks ({model.row_names[row][0]}): {said}"))
    if faults:
        raise Invalid(faults)
