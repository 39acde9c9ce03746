"""The timetable as one sparse system: a column is a pair in a slot, a row is something that can be used up."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.core.errors import Fault
from matchmaker.events.timetable.refusing import refuse
from matchmaker.events.timetable.shapes import Instance, Pair, Participant

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Name = tuple[Hashable, ...]
# Pairs times slots. Each column takes about a kilobyte while the system is put together.
MOST_COLUMNS = 3_000_000


@dataclass(frozen=True)
class Model:
    """`rows @ chosen <= capacity`, with `chosen` 0 or 1 for each column; `locked` columns are 1.

    `pair` and `slot` say what a column stands for, `column` finds it again, `both` has its two participants as
    `place` numbers them; columns of a pair stand together. `row_names` says what a row stands for; `meets[i, c]` is 1
    where column c is a meeting of participant i, who wants `minimum[i]` of them. `must_goal` is how many meetings
    there are to be between organisations that must meet. Tables need no columns: as many meetings as there are tables
    for everybody can always be seated once nobody with a fixed table has to share it. Nobody has more than `depth`
    meetings in one slot.
    """

    instance: Instance
    pair: Ints
    slot: Ints
    both: Ints
    utility: Floats
    must: NDArray[np.bool_]
    must_goal: int
    locked: NDArray[np.bool_]
    rows: sp.csc_matrix
    capacity: Floats
    meets: sp.csr_matrix
    minimum: Ints
    column: dict[tuple[int, int], int]
    place: dict[str, int]
    row_names: tuple[Name, ...]
    depth: int = 1

    def other(self, column: int, slot: int) -> int:
        """The column of the same pair in this slot; -1 when the pair cannot meet then."""
        return self.column.get((int(self.pair[column]), slot), -1)

    def shortfall(self, chosen: NDArray[np.bool_]) -> int:
        """How many meetings all participants together lack."""
        return int(np.maximum(self.minimum - self.meets @ chosen, 0).sum())


@dataclass
class _Rows:
    """Rows as they appear, each with the columns that use it."""

    number: dict[Name, int] = field(default_factory=dict)
    capacity: list[int] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)

    def use(self, column: int, uses: Iterable[tuple[Name, int]]) -> None:
        """Note that the column uses each of these (row, capacity of the row)."""
        for key, capacity in uses:
            found = self.number.setdefault(key, len(self.capacity))
            if found == len(self.capacity):
                self.capacity.append(capacity)
            self.at.append(found)
            self.columns.append(column)


def build(instance: Instance) -> Model:
    """The system of an instance. Invalid names locks that contradict each other or the participants."""
    if len(instance.pairs) * len(instance.slots) > MOST_COLUMNS:
        size = f"{len(instance.pairs)} pairs x {len(instance.slots)} slots"
        refuse([Fault("pairs", f"{size} are more than can be weighed ({MOST_COLUMNS})")])
    rules, rows, columns = _Rules(instance), _Rows(), list[tuple[int, int]]()
    for number, pair in enumerate(instance.pairs):
        for slot in rules.slots(pair):
            rows.use(len(columns), rules.uses(pair, slot))
            columns.append((number, slot))
    model = _assemble(instance, rows, columns)
    _check_locks(model)
    return model


def fixed_tables_differ(pair: Pair, people: dict[str, Participant]) -> bool:
    """Whether both have a table of their own, and not the same one."""
    tables = {people[pair.a].table, people[pair.b].table} - {None}
    return len(tables) > 1


class _Rules:
    """What a meeting needs: a slot in which it may be, and what it uses up there."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.people = {one.id: one for one in instance.participants}
        self.number = {name: number for number, name in enumerate(instance.slots)}
        self.booths = instance.booths

    def slots(self, pair: Pair) -> list[int]:
        """Where the pair could meet if nobody else did."""
        if frozenset((pair.a, pair.b)) in self.instance.forbidden or fixed_tables_differ(pair, self.people):
            return []
        common = set(self.number)
        for one in (self.people[pair.a], self.people[pair.b]):
            common &= common if one.available is None else one.available
        if pair.locked is not None:
            common &= {pair.locked.slot}
        return sorted(self.number[name] for name in common)

    def uses(self, pair: Pair, slot: int) -> Iterator[tuple[Name, int]]:
        """(row, capacity of the row) of everything that the meeting would use up in the slot."""
        both = (self.people[pair.a], self.people[pair.b])
        for one in both:
            yield ("participant", one.id, slot), 1
            if one.max_meetings is not None:
                yield ("maximum", one.id), one.max_meetings
        tables = {table for table in (both[0].table, both[1].table, pair.locked and pair.locked.table) if table}
        # A booth is no place for the others, so a meeting there takes none from them.
        if not tables & self.booths:
            yield ("slot", slot), len(self.instance.tables) - len(self.booths)
        for table in tables:
            yield ("table", table, slot), 1
        # Representatives of one organisation do not sit with the same partner twice.
        yield ("once", *sorted(one.organisation or f"\0{one.id}" for one in both)), 1
        for name in dict.fromkeys(pair.needs):
            yield ("resource", name, slot), self.instance.resources[name]


def _assemble(instance: Instance, rows: _Rows, columns: list[tuple[int, int]]) -> Model:
    place = {one.id: number for number, one in enumerate(instance.participants)}
    pairs = instance.pairs
    pair = np.array([one for one, _ in columns], dtype=np.int64)
    matrix = sp.csc_matrix((np.ones(len(rows.at)), (rows.at, rows.columns)), shape=(len(rows.capacity), len(columns)))
    two = np.array([(place[one.a], place[one.b]) for one in pairs], dtype=np.int64).reshape(-1, 2)[pair]
    must = np.array([one.must for one in pairs], dtype=np.bool_)[pair]
    once = np.array([name[0] == "once" for name in rows.number], dtype=np.bool_)
    people = (np.ones(two.size, dtype=np.int64), (two.ravel(), np.repeat(np.arange(len(columns)), 2)))
    return Model(
        instance=instance,
        pair=pair,
        slot=np.array([slot for _, slot in columns], dtype=np.int64),
        both=two,
        utility=np.array([one.utility for one in pairs], dtype=np.float64)[pair],
        must=must,
        must_goal=int((matrix[:, must].getnnz(axis=1)[once] > 0).sum()),
        locked=np.array([one.locked is not None for one in pairs], dtype=np.bool_)[pair],
        rows=matrix,
        capacity=_by_twos(rows, two),
        meets=sp.csr_matrix(people, shape=(len(instance.participants), len(columns)), dtype=np.int64),
        minimum=np.array([one.min_meetings for one in instance.participants], dtype=np.int64),
        column={key: number for number, key in enumerate(columns)},
        place=place,
        row_names=tuple(rows.number),
    )


def _by_twos(rows: _Rows, two: Ints) -> Floats:
    """The rows' capacities; in a slot there are no more meetings than half the people who are there. Of an odd number
    one is left over, which a linear program would not see."""
    capacity = np.array(rows.capacity, dtype=np.float64)
    at, columns = np.array(rows.at, dtype=np.int64), np.array(rows.columns, dtype=np.int64)
    for name, row in rows.number.items():
        if name[0] == "slot":
            people = np.unique(two[columns[at == row]])
            capacity[row] = min(capacity[row], len(people) // 2)
    return capacity


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
    locked = model.rows[:, model.locked].tocsr()
    clashes: dict[tuple[int, ...], list[str]] = {}
    for row in np.flatnonzero(locked.sum(axis=1) > model.capacity[:, None]):
        clash = model.pair[model.locked][locked.indices[locked.indptr[row] : locked.indptr[row + 1]]].tolist()
        clashes.setdefault(tuple(clash), []).append(str(model.row_names[row][0]))
    for clash, kinds in clashes.items():
        said = " and ".join(f"{pairs[number].a}–{pairs[number].b}" for number in clash)
        faults.append(Fault(f"pairs.{clash[-1]}.locked", f"contradicting locks ({', '.join(kinds)}): {said}"))
    refuse(faults)
