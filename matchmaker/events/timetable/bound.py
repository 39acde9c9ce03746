"""How good a timetable can possibly be: the linear program's bound, made safe against rounding."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from matchmaker.events.timetable.model import Floats, Model


def least_shortfall(model: Model) -> int:
    """How many meetings the participants lack in any timetable, at least."""
    if not model.minimum.any():
        return 0
    program = _program(model, None)
    bound, _ = _bound(program, np.where(np.arange(len(program.upper)) < len(model.pair), 0.0, -1.0))
    return max(0, int(np.ceil(-bound - 1e-6)))


def utility_bound(model: Model, shortfall: int) -> tuple[float, Floats]:
    """(bound, reduced utility of each column): no timetable lacking at most `shortfall` meetings is worth more."""
    if not len(model.pair):
        return 0.0, np.zeros(0)
    program = _program(model, shortfall)
    worth = np.concatenate((model.utility, np.zeros(len(program.upper) - len(model.pair))))
    bound, reduced = _bound(program, worth)
    return bound, reduced[: len(model.pair)]


@dataclass(frozen=True)
class _Program:
    """`rows @ x <= capacity` and `lower <= x <= upper`: the model's columns, then what each participant lacks."""

    rows: sp.csc_matrix
    capacity: Floats
    lower: Floats
    upper: Floats


def _program(model: Model, shortfall: int | None) -> _Program:
    """The model's rows; below them `meetings + lacking >= minimum` for everyone with a minimum, and the sum's limit."""
    wanting = np.flatnonzero(model.minimum)
    none = np.zeros(len(wanting))
    corner = sp.csc_matrix((len(model.capacity), len(wanting)))
    rows = sp.bmat([[model.rows, corner], [-model.meets[wanting], -sp.identity(len(wanting))]]).tocsc()
    capacity = np.concatenate((model.capacity, -model.minimum[wanting].astype(np.float64)))
    if shortfall is not None:
        total = np.concatenate((np.zeros(len(model.pair)), none + 1))
        rows = sp.vstack([rows, sp.csc_matrix(total)]).tocsc()
        capacity = np.append(capacity, float(shortfall))
    lower = np.concatenate((model.locked.astype(np.float64), none))
    upper = np.concatenate((np.ones(len(model.pair)), model.minimum[wanting].astype(np.float64)))
    return _Program(rows, capacity, lower, upper)


def _bound(program: _Program, worth: Floats) -> tuple[float, Floats]:
    """The most that `worth @ x` can be, and the reduced worths.

    Any duals y >= 0 bound a linear program from above: capacity·y, and for each column its reduced worth
    (worth − rowsᵀy) times its upper limit where that is positive, its lower limit where not. So the figure holds
    whatever the solver's tolerance; an optimal y only makes it tight. Should it give up, y = 0 is poor and still right.
    """
    limits = np.column_stack((program.lower, program.upper))
    answer = linprog(-worth, program.rows, program.capacity, bounds=limits, method="highs-ds")
    duals = np.maximum(-answer.ineqlin.marginals, 0.0) if answer.status == 0 else np.zeros(len(program.capacity))
    reduced = worth - program.rows.T @ duals
    return float(
        program.capacity @ duals + (np.where(reduced > 0, program.upper, program.lower) * reduced).sum()
    ), reduced
