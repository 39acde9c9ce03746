"""The plain scheduler: best pair first, first free slot. A start for the solver, and what it is compared with."""

import numpy as np
from numpy.typing import NDArray

from matchmaker.events.timetable.model import Floats, Model


def greedy(model: Model, *, minimum_first: bool = False) -> NDArray[np.bool_]:
    """The chosen columns, locked ones among them. With `minimum_first`, pairs of whoever lacks a meeting go first."""
    chosen = model.locked.copy()
    if minimum_first:
        fill(model, chosen, only_wanting=True)
    fill(model, chosen)
    return chosen


def rounded(model: Model, shares: Floats) -> NDArray[np.bool_]:
    """The columns of which a linear program wants the most, as they fit, and then what else is of use."""
    starts, at = model.rows.indptr, model.rows.indices
    chosen = model.locked.copy()
    used = model.rows @ chosen
    wanted = np.flatnonzero((shares > 0.001) & ~chosen)
    for column in wanted[np.argsort(-shares[wanted], kind="stable")]:
        rows = at[starts[column] : starts[column + 1]]
        if (used[rows] < model.capacity[rows]).all():
            chosen[column] = True
            used[rows] += 1
    fill(model, chosen, only_wanting=True)
    fill(model, chosen)
    return chosen


def fill(model: Model, chosen: NDArray[np.bool_], *, only_wanting: bool = False) -> None:
    """Add to `chosen` what still fits and is of use, must-meet pairs and then the best first, in their first slot."""
    starts, at = model.rows.indptr, model.rows.indices
    used, count = model.rows @ chosen, model.meets @ chosen
    fits = np.flatnonzero((model.rows.T @ (used >= model.capacity)) == 0)
    order = fits[np.lexsort((model.slot[fits], model.pair[fits], -model.utility[fits], ~model.must[fits]))]
    # A pair's columns stand together; one of them is chosen at most, the first that fits.
    for columns in np.split(order, np.flatnonzero(np.diff(model.pair[order])) + 1) if len(order) else ():
        one = columns[0]
        both = model.both[one]
        lacks = bool((count[both] < model.minimum[both]).any())
        if not lacks and (only_wanting or not (model.must[one] or model.utility[one] > 0)):
            continue
        for column in columns:
            rows = at[starts[column] : starts[column + 1]]
            if (used[rows] < model.capacity[rows]).all():
                chosen[column] = True
                used[rows] += 1
                count[both] += 1
                break
