"""Fewer idle gaps at the same utility: exchange what chains of people do in two slots."""

from itertools import combinations
from math import inf
from time import monotonic

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from matchmaker.events.timetable.chains import Board, Chosen
from matchmaker.events.timetable.model import Ints, Model

ROUNDS = 8


def smooth(model: Model, chosen: Chosen, *, until: float = inf) -> Chosen:
    """The same pairs with fewer gaps, as far as one comes `until` that moment of the monotonic clock.

    Swaps between two slots a chain of meetings that share people (a Kempe chain): nobody outside the chain notices.
    """
    board = Board(model, chosen)
    both = list(combinations(range(len(model.instance.slots)), 2))
    for _ in range(ROUNDS):
        gained = 0
        for first, second in both:
            if monotonic() > until:
                return board.chosen
            gained += _exchange(board, first, second)
        if not gained:
            break
    return board.chosen


def _exchange(board: Board, first: int, second: int) -> int:
    """How many gaps were saved by exchanging the two slots of every chain for which that is possible and of use."""
    people = len(board.at)
    meetings = np.unique(board.at[:, [first, second]])
    left, right = board.model.both[meetings[meetings >= 0]].T
    links = sp.coo_matrix((np.ones(len(left)), (left, right)), shape=(people, people))
    _, chain_of = connected_components(links, directed=False)
    busy = board.at >= 0
    swapped = busy.copy()
    swapped[:, [first, second]] = swapped[:, [second, first]]
    saved = np.bincount(chain_of, weights=_idle(busy) - _idle(swapped))
    useful = np.flatnonzero(saved > 0)
    return sum(int(saved[one]) for one in useful if board.swap(np.flatnonzero(chain_of == one), first, second))


def _idle(busy: NDArray[np.bool_]) -> Ints:
    """Empty slots between the first and the last busy one, for each row."""
    first, last = busy.argmax(axis=1), busy.shape[1] - busy[:, ::-1].argmax(axis=1)
    return np.where(busy.any(axis=1), last - first - busy.sum(axis=1), 0)
