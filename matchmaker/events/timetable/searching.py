"""The search: first who meets, then when, then CP-SAT over some slots at a time until the bound is reached.

Who meets, whenever that is, is a small problem, solved to the end in a second; it gives a bound, and its pairs nearly
all find a slot. Whole timetables of many thousand columns are out of CP-SAT's reach, but one with all slots but some
held fast is a small problem again. Every step keeps what is there or betters it. How many slots a step takes is learned
on the way: as many as are solved in a few seconds. When that is all of them, the end is proven.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TypeVar

import numpy as np

from matchmaker.events.timetable.bound import Standing, least_shortfall, most_must, plain_bound, utility_bound
from matchmaker.events.timetable.greedy import fill, greedy, rounded
from matchmaker.events.timetable.model import Ints, Model
from matchmaker.events.timetable.pairing import by_pairs, place
from matchmaker.events.timetable.part import Chosen, Part
from matchmaker.events.timetable.waiting import beside
from matchmaker.events.timetable.watching import Clock, Worth

# Columns of the first step, of any, and how long one may take.
SIZE, LEAST_SIZE, MOST_SIZE, STEP_S = 4_000.0, 500.0, 60_000.0, 6.0
# Shares of the time that is left: for settling who meets, for a linear program, for a step that would prove the end.
PAIRS, LINEAR, WHOLE = 0.2, 0.6, 0.4
AGAIN = 0.7  # of the columns that such a step had in vain, at the most, for the next one
# The linear program of all columns is asked at once when they are few, else when all slots were solved anew once
# without a gain; four times without, and more time is not worth it.
QUICK, EARLY, STALE = 60_000, 1.0, 4.0
GAP = 1e-9
AT_LEAST_S = 1.0
SMALL, FULL = range(2)

T = TypeVar("T")


@dataclass(frozen=True)
class _Piece:
    """Some slots to be solved anew: the columns in them (`inside`), those that may be chosen, and their part."""

    inside: Chosen
    columns: Ints
    part: Part

    def put(self, chosen: Chosen, found: Chosen) -> Chosen:
        """The choice with what the part found in its place."""
        other = chosen & ~self.inside
        other[self.columns[found]] = True
        return other


class Search:
    """The best choice of columns so far, and how good any could be."""

    def __init__(self, model: Model, clock: Clock, *, workers: int, random: np.random.Generator) -> None:
        self.model, self.clock, self.workers, self.random = model, clock, workers, random
        self.slots = int(model.slot.max(initial=0)) + 1
        self.chosen = max((greedy(model), greedy(model, minimum_first=True)), key=self.worth)
        self.bound, self.goal = plain_bound(model), Standing(model.must_goal, 0)
        self.proven = not len(model.pair)
        self.small: Model | None = None
        self.bounded: dict[int, Standing] = {}
        self.linear, self.reduced, self.linear_s = self.bound, np.zeros(len(model.pair)), 0.0
        self.size, self.most_whole = SIZE, MOST_SIZE

    def worth(self, chosen: Chosen) -> Worth:
        """What is compared: meetings that must be, minus what people lack, utility."""
        model = self.model
        return int(model.must[chosen].sum()), -model.shortfall(chosen), float(model.utility[chosen].sum())

    def stands(self) -> Standing:
        """How the best choice does in what comes before utility."""
        must, lacking, _ = self.worth(self.chosen)
        return Standing(must, -lacking)

    def is_settled(self) -> bool:
        """Whether nothing better exists."""
        gap = self.bound - self.worth(self.chosen)[2]
        return self.proven or (self.stands() == self.goal and gap <= GAP * (1 + self.bound))

    def run(self) -> None:
        """Better the start until it is settled, stale or out of time."""
        stale = 0.0
        if self.slots > 1 and not self._is_over():
            self._pairs_first()
        while not self._is_over() and stale < STALE:
            if (model := self._to_bound(stale)) is not None:
                self._bound_anew(model)
                continue
            before = self.worth(self.chosen)
            share = self._round()
            stale = 0.0 if self.worth(self.chosen) > before else stale + share
        if self.small is not None and self.bounded.get(SMALL) != self.stands():
            self._bound_anew(self.small)

    def _pairs_first(self) -> None:
        """Settle who meets, and only then when: that says how good a timetable can be, and gives one to begin with."""
        self.small = by_pairs(self.model)
        clock = Clock(monotonic(), monotonic() + PAIRS * self.clock.left(), lambda _: self._goes_on())
        search = Search(self.small, clock, workers=self.workers, random=self.random)
        search.run()
        if search.is_settled():
            self.goal = search.stands()
        placed = place(self.model, self.small.pair[search.chosen])
        fill(self.model, placed, only_wanting=True)
        fill(self.model, placed)
        self.chosen = max(self.chosen, placed, key=self.worth)

    def _goes_on(self) -> bool:
        return self.clock.goes_on(self.worth(self.chosen), self.bound)

    def _is_over(self) -> bool:
        return not self._goes_on() or self.is_settled()

    def _to_bound(self, stale: float) -> Model | None:
        """The system of which a bound is wanted now: that of pairs whenever we stand otherwise; that of all columns
        when it is small or nothing else helps, and again when that was quick, or at the end."""
        stands, left = self.stands(), self.clock.left()
        if self.small is not None and self.bounded.get(SMALL) != stands:
            return self.small
        if FULL not in self.bounded:
            return self.model if len(self.model.pair) <= QUICK or stale >= EARLY else None
        worth_it = self.linear_s < 0.05 * left or 1.5 * self.linear_s < left < 4 * self.linear_s
        return self.model if worth_it and self.bounded[FULL] != stands else None

    def _bound_anew(self, model: Model) -> None:
        """The bounds for timetables that stand as well as ours."""
        stands, began = self.stands(), monotonic()
        if stands.must < self.goal.must:
            self._aim(must=self._linear(lambda seconds: most_must(model, seconds=seconds)))
        if stands.lacking > self.goal.lacking:
            self._aim(lacking=self._linear(lambda left: least_shortfall(model, must=stands.must, seconds=left)))
        found = self._linear(lambda seconds: utility_bound(model, stands, seconds=seconds))
        self.bounded[FULL if model is self.model else SMALL] = stands
        if found is None:
            return
        self.bound = min(self.bound, found.bound)
        if model is self.model:
            self.linear, self.reduced, self.linear_s = found.bound, found.reduced, monotonic() - began
            self.chosen = max(self.chosen, rounded(model, found.shares), key=self.worth)
        elif FULL not in self.bounded:
            self.linear, self.reduced = found.bound, found.reduced[np.searchsorted(model.pair, self.model.pair)]

    def _aim(self, *, must: int | None = None, lacking: int | None = None) -> None:
        """No timetable stands better than this; `lacking` is said of those with as many that must be."""
        if must is not None and must < self.goal.must:
            self.goal = Standing(must, 0)
        if lacking is not None and lacking > self.goal.lacking:
            self.goal = Standing(self.goal.must, lacking)

    def _linear(self, work: Callable[[float], T]) -> T | None:
        """The answer of a linear program that may take so many seconds; None when nobody wanted to wait for it.

        When the search is over already, a short one is waited for: it says how good the result is.
        """
        seconds = max(AT_LEAST_S, LINEAR * self.clock.left())
        is_over = not self._goes_on()
        answers = beside([lambda: work(seconds)], lambda: is_over or self._goes_on())
        return answers[0] if answers else None

    def _round(self) -> float:
        """Solve some slots anew, in as many pieces as there are workers; how much of all slots that was."""
        slots = self.slots
        hopeful, whole = self._hopeful()
        size = slots if whole else int(np.clip(round(self.size * slots / max(1, hopeful.sum())), min(2, slots), slots))
        order = self.random.permutation(slots)
        count = max(1, min(self.workers, slots // size))
        pieces = self._pieces([order[size * one : size * (one + 1)] for one in range(count)], hopeful)
        began, left = monotonic(), self.clock.left()
        seconds = min(left, max(STEP_S, WHOLE * left) if whole else STEP_S)
        answers = beside([partial(one.part.solve, seconds) for one in pieces], lambda: self._watch(pieces, whole)) or []
        for piece, answer in zip(pieces, answers, strict=True):
            if answer.chosen is not None:
                self.chosen = max(piece.put(self.chosen, answer.chosen), self.chosen, key=self.worth)
        fill(self.model, self.chosen)
        proven = all(answer.proven for answer in answers)
        if whole and proven:
            self.proven = True
            self.bound = min(self.bound, self.worth(self.chosen)[2] + sum(one.part.blur for one in pieces))
        elif whole:
            self.most_whole = AGAIN * float(hopeful.sum())
        self._learn(proven, monotonic() - began)
        return count * size / slots

    def _learn(self, proven: bool, took: float) -> None:
        """Smaller steps when they are not solved to the end, larger ones when that takes no time."""
        if not proven:
            self.size = max(LEAST_SIZE, 0.6 * self.size)
        elif took < STEP_S / 3:
            self.size = min(MOST_SIZE, (1.5 if took > STEP_S / 6 else 2.0) * self.size)

    def _hopeful(self) -> tuple[Chosen, bool]:
        """(columns that a step considers, whether that is every column which something better could have).

        A column can only be part of a better timetable when its reduced utility is no further below zero than ours is
        below the linear program's. Most of those are of no use either: unless all of them make one step, how many of
        them are considered is drawn anew for each.
        """
        is_best = self.stands() == self.goal
        gap = max(self.linear - self.worth(self.chosen)[2], 0.0)
        keep = self.chosen | self.model.must
        all_of_them = (self.reduced >= -gap - GAP) | keep if is_best else np.ones_like(keep)
        if all_of_them.sum() <= min(self.most_whole, 2 * self.size):
            return all_of_them, True
        if not is_best and self.random.random() < 0.5:
            return all_of_them, False
        width = min(gap, 0.1) * 10 ** -self.random.uniform(0, 2)
        return (self.reduced >= -width - GAP) | keep, False

    def _pieces(self, groups: Sequence[Ints], hopeful: Chosen) -> list[_Piece]:
        """A part for each group of slots. What nobody uses yet goes to one of them by lot, so that all may change at
        once: of every row, and of the meetings that somebody could do without."""
        model, pieces = self.model, []
        spare = model.capacity - model.rows @ self.chosen
        rows_of = self.random.integers(len(groups), size=len(spare))
        over = model.meets @ self.chosen - model.minimum
        people_of = self.random.integers(len(groups), size=len(over))
        for number, group in enumerate(groups):
            inside = np.isin(model.slot, group) & ~model.locked
            left = model.rows @ (self.chosen & inside) + np.where(rows_of == number, spare, 0)
            wanted = model.meets @ (self.chosen & inside) - np.where((people_of == number) | (over < 0), over, 0)
            columns = np.flatnonzero(inside & hopeful & ((model.rows.T @ (left <= 0)) == 0))
            part = Part(model, columns, left, wanted)
            part.start_from(self.chosen)
            pieces.append(_Piece(inside, columns, part))
        return pieces

    def _watch(self, pieces: Sequence[_Piece], whole: bool) -> bool:
        """Tells of the best so far while a step goes on, and ends it when nobody wants it any longer."""
        found, bound = self.chosen, self.bound
        for piece in pieces:
            if (answer := piece.part.so_far()) is not None:
                other = piece.put(found, answer[0])
                if whole:
                    self.bound = min(bound, self.worth(other)[2] + answer[1])
                found = max(other, found, key=self.worth)
        if not self.clock.goes_on(self.worth(found), self.bound):
            for piece in pieces:
                piece.part.stop()
        return True
