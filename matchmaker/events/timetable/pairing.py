"""Which pairs meet at all, whenever that is: a far smaller system, into which every timetable fits."""

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from matchmaker.events.timetable.chains import Board, Chosen
from matchmaker.events.timetable.model import Ints, Model

# Rows that there are once for each slot.
EACH_SLOT = ("participant", "slot", "table", "resource")


def by_pairs(model: Model) -> Model:
    """The system with one column for each pair; what can be used up in a slot is added up over all slots.

    What holds of every choice here, such as that none is worth more, holds of every timetable.
    """
    names = [name[:-1] if name[0] in EACH_SLOT else name for name in model.row_names]
    number = {name: place for place, name in enumerate(dict.fromkeys(names))}
    group = np.array([number[name] for name in names], dtype=np.int64)
    _, first, pair = np.unique(model.pair, return_index=True, return_inverse=True)
    room = np.minimum(model.capacity, model.rows.getnnz(axis=1))
    uses = model.rows.tocoo()
    shape = (len(number), len(first))
    rows = sp.coo_matrix((uses.data, (group[uses.row], pair[uses.col])), shape=shape).tocsc()
    rows.data[:] = 1.0
    people = np.repeat(np.arange(len(first)), 2)
    two = model.both[first]
    return replace(
        model,
        pair=model.pair[first],
        slot=np.zeros(len(first), dtype=np.int64),
        both=two,
        utility=model.utility[first],
        must=model.must[first],
        locked=model.locked[first],
        rows=rows,
        capacity=np.bincount(group, weights=room, minlength=len(number)).astype(np.float64),
        meets=sp.csr_matrix(
            (np.ones(two.size, dtype=np.int64), (two.ravel(), people)), (model.meets.shape[0], len(first))
        ),
        depth=len(model.instance.slots),
        column={},
        row_names=tuple(number),
    )


def place(model: Model, pairs: Ints) -> Chosen:
    """These pairs, each in a slot, as far as there is room.

    Those that must meet come first, then those that need something, then those that can choose among the fewest slots.
    Who is busy in the slot changes it with another one in which there is time, and all those with them whom that
    concerns.
    """
    board = Board(model, model.locked)
    there = set(model.pair[model.locked].tolist())
    starts = np.searchsorted(model.pair, np.arange(len(model.instance.pairs) + 1))
    asked = model.instance.pairs
    hard = np.array([(not asked[one].must, -len(asked[one].needs)) for one in pairs]).reshape(-1, 2)
    for pair in pairs[np.lexsort((starts[pairs + 1] - starts[pairs], hard[:, 1], hard[:, 0]))].tolist():
        columns = np.arange(starts[pair], starts[pair + 1])
        if pair not in there and not any(board.add(int(column)) for column in columns):
            _make_room(board, columns)
    return board.chosen


def _make_room(board: Board, columns: Ints) -> bool:
    """Whether the pair of these columns got a slot after all."""
    for column in columns.tolist():
        slot = int(board.model.slot[column])
        if all(_freed(board, int(person), slot) for person in board.model.both[column]) and board.add(column):
            return True
    return False


def _freed(board: Board, person: int, slot: int) -> bool:
    """Whether the person is free in the slot, if need be by having changed it with another."""
    if board.at[person, slot] < 0:
        return True
    free = np.flatnonzero(board.at[person] < 0).tolist()
    return any(board.swap(np.array(board.chain(person, slot, other)), slot, other) for other in free)
