"""How good a timetable can possibly be: the linear program's bound, made safe against rounding."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from matchmaker.events.timetable.model import Floats, Model

# What a linear program's figure may be off before it is taken for the next whole number.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Linear:
    """What a linear program says: a bound, each column's reduced worth, and how much of each it would choose."""

    bound: float
    reduced: Floats
    shares: Floats


@dataclass(frozen=True)
class Standing:
    """What comes before utility: how many of the meetings that must be are there, and how many are lacking."""

    must: int = 0
    lacking: int = 0


def most_must(model: Model, *, seconds: float | None = None) -> int:
    """How many of the meetings that must be any timetable has, at most."""
    if not model.must.any():
        return 0
    program = _program(model, None)
    bound = _bound(program, _worth(program, model.must.astype(np.float64)), seconds).bound
    return min(model.must_goal, int(np.floor(bound + ROUNDING)))


def least_shortfall(model: Model, *, must: int = 0, seconds: float | None = None) -> int:
    """How many meetings the participants lack in any timetable with so many of the meetings that must be, at least."""
    if not model.minimum.any():
        return 0
    program = _program(model, Standing(must, int(model.minimum.sum())))
    bound = _bound(program, _worth(program, np.zeros(len(model.pair)), -1.0), seconds).bound
    return max(0, int(np.ceil(-bound - ROUNDING)))


def utility_bound(model: Model, standing: Standing, *, seconds: float | None = None) -> Linear:
    """No timetable that stands as well is worth more.

    When the linear program takes longer than `seconds`, the bound is poor: every pair meets.
    """
    program = _program(model, standing)
    found = _bound(program, _worth(program, model.utility), seconds)
    columns = len(model.pair)
    return Linear(found.bound, found.reduced[:columns], found.shares[:columns])


def plain_bound(model: Model) -> float:
    """A bound that needs no linear program: the best pairs that there are places for, or that people have time for."""
    _, first = np.unique(model.pair, return_index=True)
    worth, both = model.utility[first], model.both[first]
    places = len(model.instance.slots) * len(model.instance.tables)
    by_places = float(np.sort(worth)[::-1][:places].sum())
    slots, people = len(model.instance.slots), model.instance.participants
    time = np.array([slots if (most := one.max_meetings) is None else min(most, slots) for one in people])
    order = np.argsort(-worth, kind="stable")
    # Each pair twice, the best first, grouped by person: whoever has time for n meetings has at best the first n.
    who = both[order].ravel()
    grouped = np.argsort(who, kind="stable")
    starts = np.searchsorted(who[grouped], np.arange(len(time)))
    rank = np.arange(len(who)) - starts[who[grouped]]
    by_people = float((np.repeat(worth[order], 2)[grouped] * (rank < time[who[grouped]])).sum()) / 2
    return min(by_places, by_people)


@dataclass(frozen=True)
class _Program:
    """`rows @ x <= capacity` and `lower <= x <= upper`: the model's columns, then what each participant lacks."""

    rows: sp.csc_matrix
    capacity: Floats
    lower: Floats
    upper: Floats


def _program(model: Model, standing: Standing | None) -> _Program:
    """The model's rows; below them `meetings + lacking >= minimum` for everyone with a minimum, and the standing."""
    wanting = np.flatnonzero(model.minimum)
    least = model.minimum[wanting].astype(np.float64)
    corner = sp.csc_matrix((len(model.capacity), len(wanting)))
    blocks = [[model.rows, corner], [-model.meets[wanting], -sp.identity(len(wanting))]]
    limits = [model.capacity, -least]
    if standing is not None and standing.must:
        blocks.append([sp.csc_matrix(-model.must.astype(np.float64)), None])
        limits.append(np.array([-float(standing.must)]))
    if standing is not None and len(wanting):
        blocks.append([None, sp.csc_matrix(np.ones(len(wanting)))])
        limits.append(np.array([float(standing.lacking)]))
    lower = np.concatenate((model.locked.astype(np.float64), np.zeros(len(wanting))))
    upper = np.concatenate((np.ones(len(model.pair)), least))
    return _Program(sp.bmat(blocks).tocsc(), np.concatenate(limits), lower, upper)


def _worth(program: _Program, columns: Floats, lacking: float = 0.0) -> Floats:
    return np.concatenate((columns, np.full(len(program.upper) - len(columns), lacking)))


def _bound(program: _Program, worth: Floats, seconds: float | None) -> Linear:
    """The most that `worth @ x` can be.

    Any duals y >= 0 bound a linear program from above: capacity·y, and for each column its reduced worth
    (worth − rowsᵀy) times its upper limit where that is positive, its lower limit where not. So the figure holds
    whatever the solver's tolerance; an optimal y only makes it tight. Should it give up, y = 0 is poor and still right.
    """
    limits = np.column_stack((program.lower, program.upper))
    options = {} if seconds is None else {"time_limit": max(0.01, seconds)}
    answer = linprog(-worth, program.rows, program.capacity, bounds=limits, method="highs-ds", options=options)
    duals = np.maximum(-answer.ineqlin.marginals, 0.0) if answer.status == 0 else np.zeros(len(program.capacity))
    reduced = worth - program.rows.T @ duals
    bound = program.capacity @ duals + (np.where(reduced > 0, program.upper, program.lower) * reduced).sum()
    return Linear(float(bound), reduced, answer.x if answer.status == 0 else program.lower)
