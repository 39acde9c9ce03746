"""The plain scheduler: best pair first, first free slot. A start for the solver, and what it is compared with."""

import numpy as np
from numpy.typing import NDArray

from matchmaker.events.timetable.model import Model


def greedy(model: Model, *, minimum_first: bool = False) -> NDArray[np.bool_]:
    """The chosen columns, locked ones among them. With `minimum_first`, pairs of whoever lacks a meeting go first."""
    chosen = model.locked.copy()
    if minimum_first:
        fill(model, chosen, only_wanting=True)
    fill(model, chosen)
    return chosen


def fill(model: Model, chosen: NDArray[np.bool_], *, only_wanting: bool = False) -> None:
    """Add to `chosen` what still fits and is of use, must-meet pairs and then the best first, in their first slot."""
    starts, at = model.rows.indptr, model.rows.indices
    people = model.meets.tocsc()
    used, count = model.rows @ chosen, model.meets @ chosen
    fits = np.flatnonzero((model.rows.T @ (used >= model.capacity)) == 0)
    order = np.lexsort((model.slot[fits], model.pair[fits], -model.utility[fits], ~model.must[fits]))
    for column in fits[order]:
        both = people.indices[people.indptr[column] : people.indptr[column + 1]]
        lacks = bool((count[both] < model.minimum[both]).any())
        of_use = lacks or (not only_wanting and (model.must[column] or model.utility[column] > 0))
        rows = at[starts[column] : starts[column + 1]]
        if of_use and not chosen[column] and (used[rows] < model.capacity[rows]).all():
            chosen[column] = True
            used[rows] += 1
            count[both] += 1
