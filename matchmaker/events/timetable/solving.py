"""The solver: a start by hand, then CP-SAT over a few slots at a time until the bound is reached or time is up.

Whole instances of more than a few thousand columns are out of CP-SAT's reach, but a timetable with all slots but two or
three held fast is a small problem that it solves to the end. Every step keeps what is there or betters it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from matchmaker.events.timetable.bound import least_shortfall, utility_bound
from matchmaker.events.timetable.greedy import fill, greedy
from matchmaker.events.timetable.model import Floats, Ints, Model, build
from matchmaker.events.timetable.part import SCALE, Part
from matchmaker.events.timetable.reasons import why_not
from matchmaker.events.timetable.seating import seat
from matchmaker.events.timetable.shapes import Instance, Plan
from matchmaker.events.timetable.smoothing import smooth

WHOLE = 4_000  # columns up to which CP-SAT gets the whole instance at once
PART = 12_000  # columns of one step
STEP_S = 6.0
STALE = 3  # rounds over all slots without a gain after which more time is not worth it
GAP = 1e-9

Chosen = NDArray[np.bool_]
Worth = tuple[int, int, float]


@dataclass(frozen=True)
class Progress:
    """Where the search stands."""

    utility: float
    upper_bound: float
    below: int
    elapsed_s: float


def solve(
    instance: Instance,
    *,
    seconds: float = 60.0,
    workers: int = 2,
    seed: int = 0,
    tell: Callable[[Progress], bool] | None = None,
) -> Plan:
    """The best timetable found in about `seconds`; `tell` hears of progress and stops the search by returning False.

    In this order: locks, pairs that must meet, everyone's minimum, total utility, few idle gaps, few moves between
    tables. Invalid names locks that contradict each other.
    """
    model = build(instance)
    search = _Search(
        model, started=monotonic(), seconds=seconds, workers=workers, random=np.random.default_rng(seed), tell=tell
    )
    search.run()
    chosen = smooth(model, search.chosen)
    return _plan(model, chosen, search)


def _plan(model: Model, chosen: Chosen, search: "_Search") -> Plan:
    instance = model.instance
    meetings = tuple(seat(model, chosen))
    utility = round(float(model.utility[chosen].sum()), 6)
    lacking = np.flatnonzero(model.meets @ chosen < model.minimum)
    bound = max(search.bound, utility)
    return Plan(
        meetings=meetings,
        utility=utility,
        upper_bound=round(bound + 5e-7, 6),
        optimal=search.is_settled(),
        unscheduled=tuple(why_not(model, chosen)),
        below_minimum=tuple(instance.participants[number].id for number in lacking),
    )


class _Search:
    """The best choice of columns so far, and how good any could be."""

    def __init__(
        self,
        model: Model,
        *,
        started: float,
        seconds: float,
        workers: int,
        random: np.random.Generator,
        tell: Callable[[Progress], bool] | None,
    ) -> None:
        self.model, self.workers, self.random = model, workers, random
        self.started, self.deadline, self.tell = started, started + seconds, tell
        both = (greedy(model), greedy(model, minimum_first=True))
        self.chosen = max(both, key=self.worth)
        self.bound, self.least, self.proven = float(model.utility.sum()), 0, False
        self.reduced: Floats = model.utility
        self.stopped = False

    def worth(self, chosen: Chosen) -> Worth:
        """What is compared: pairs that must meet, minus what people lack, utility."""
        model = self.model
        return int(model.must[chosen].sum()), -model.shortfall(chosen), float(model.utility[chosen].sum())

    def is_settled(self) -> bool:
        """Whether nothing better exists."""
        must, lacking, utility = self.worth(self.chosen)
        met = must == len(set(self.model.pair[self.model.must].tolist()))
        return self.proven or (met and -lacking <= self.least and utility >= self.bound * (1 - GAP) - GAP)

    def run(self) -> None:
        """Better the start until it is settled, stale or out of time."""
        model = self.model
        if not len(model.pair):
            self.bound, self.proven = 0.0, True
            return
        if len(model.pair) <= WHOLE:
            self._step(np.arange(len(model.instance.slots)), whole=True)
        if self.proven:
            return
        lacking = model.shortfall(self.chosen)
        self.least = least_shortfall(model) if lacking else 0
        bound, self.reduced = utility_bound(model, lacking)
        self.bound = min(self.bound, bound)
        stale = 0
        while not self._is_over() and stale < STALE:
            stale = 0 if self._round() else stale + 1

    def _is_over(self) -> bool:
        if self.stopped:
            return True
        _, lacking, utility = self.worth(self.chosen)
        now = monotonic()
        said = Progress(utility, self.bound, -lacking, now - self.started)
        wanted = self.tell is None or self.tell(said)
        self.stopped = not wanted or now >= self.deadline or self.is_settled()
        return self.stopped

    def _round(self) -> bool:
        """One step for every slot, each with others drawn at random; whether anything was gained."""
        slots = len(self.model.instance.slots)
        before = self.worth(self.chosen)
        together = max(2, min(slots, int(PART * slots / max(1, self._hopeful().sum()))))
        order = self.random.permutation(slots)
        for first in range(0, slots, together):
            group = order[first : first + together]
            extra = self.random.permutation(np.setdiff1d(order, group))[: together - len(group)]
            self._step(np.concatenate((group, extra)), whole=False)
            if self._is_over():
                break
        return self.worth(self.chosen) > before

    def _hopeful(self) -> Chosen:
        """Columns that could be part of something better: their reduced utility is near or above zero."""
        gap = max(self.bound - self.worth(self.chosen)[2], 0.0)
        return (self.reduced >= -min(gap, 0.1) - GAP) | self.chosen | self.model.must

    def _step(self, slots: Ints, *, whole: bool) -> None:
        """Solve these slots anew, everything outside them held fast."""
        model = self.model
        inside = np.isin(model.slot, slots) & ~model.locked
        outside = self.chosen & ~inside
        left = model.capacity - model.rows @ outside
        free = inside.copy()
        if not whole:
            free &= self._hopeful()
            blocked = (model.rows.T @ (left <= 0)) > 0
            free &= ~blocked | self.chosen
        columns = np.flatnonzero(free)
        if not len(columns):
            self.proven = self.proven or whole
            return
        part = Part(model, columns, left, model.minimum - model.meets @ outside)
        found, proven = part.solve(self.chosen, self._step_seconds(whole), self.workers)
        if found is not None:
            better = outside.copy()
            better[columns[found]] = True
            fill(model, better)
            self.chosen = max(self.chosen, better, key=self.worth)
        if whole and proven:
            self.proven = True
            slack = len(model.instance.pairs) / SCALE
            self.bound = min(self.bound, float(model.utility[self.chosen].sum()) + slack)

    def _step_seconds(self, whole: bool) -> float:
        left = self.deadline - monotonic()
        return max(0.05, left if whole else min(left, STEP_S))
