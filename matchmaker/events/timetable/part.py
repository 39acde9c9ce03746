"""A piece of an instance, solved to the end by CP-SAT, which can be watched and stopped meanwhile."""

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from matchmaker.events.timetable.model import Floats, Ints, Model

SCALE = 1_000_000  # utilities are counted in millionths
MOST_PRICE = 2**61

Chosen = NDArray[np.bool_]


@dataclass(frozen=True)
class Answer:
    """Which of the part's columns are chosen, None when time ran out before that; whether nothing better exists."""

    chosen: Chosen | None
    proven: bool


class Part:
    """A piece of the model as CP-SAT sees it."""

    def __init__(
        self, model: Model, columns: Ints, left: Floats, wanted: Ints, *, first: tuple[Chosen, ...] | None = None
    ) -> None:
        """`left` is what the columns may use of each row, `wanted` how many meetings each participant still lacks.

        As many as possible are chosen of the columns marked in `first`, the first of them before the second (pairs that
        must meet, if nothing is said); then as little as possible is lacking; then utility counts.
        """
        self.columns = columns
        self.sat = cp_model.CpModel()
        self.boxes = [self.sat.new_bool_var("") for _ in columns]
        rows = model.rows[:, columns].tocsr()
        for row in np.flatnonzero(np.diff(rows.indptr) > left):
            boxes = [self.boxes[number] for number in rows.indices[rows.indptr[row] : rows.indptr[row + 1]]]
            if left[row] == 1:
                self.sat.add_at_most_one(boxes)
            else:
                self.sat.add(cp_model.LinearExpr.sum(boxes) <= int(left[row]))
        # How much utility may hide in what its whole numbers leave out.
        self.blur = 0.0
        self.scale = self._aim(model, wanted, (model.must[columns],) if first is None else first)
        self.solver, self.news = cp_model.CpSolver(), _News(len(columns))

    def _aim(self, model: Model, wanted: Ints, first: tuple[Chosen, ...]) -> int:
        """The order of aims as prices, each more than all aims below can bring; answers the price of a utility of 1."""
        columns = self.columns
        slots = len(np.unique(model.slot[columns])) * model.depth
        most = min(slots * len(model.instance.tables), len(np.unique(model.pair[columns])))
        wanted = np.clip(wanted, 0, slots)
        steps = (*(int(marked.sum()) + 1 for marked in first), int(wanted.sum()) + 1, most + 1)
        scale = min(SCALE, max(1, MOST_PRICE // prod(steps)))
        gain = np.rint(model.utility[columns] * scale).astype(np.int64)
        left_out = np.abs(model.utility[columns] - gain / scale)
        self.blur = 2 * most * float(left_out.max(initial=0.0))
        price = (most + 1) * scale
        lacking = cp_model.LinearExpr.sum(self._lacking(model.meets[:, columns].tocsr(), wanted)) * -price
        price *= int(wanted.sum()) + 1
        for marked in reversed(first):
            gain += marked * price
            price *= int(marked.sum()) + 1
        self.sat.maximize(cp_model.LinearExpr.weighted_sum(self.boxes, gain.tolist()) + lacking)
        return scale

    def _lacking(self, meets: sp.csr_matrix, wanted: Ints) -> list[cp_model.IntVar]:
        """For each who wants meetings and can have some here, how many are lacking."""
        found = []
        for person in np.flatnonzero((wanted > 0) & (np.diff(meets.indptr) > 0)):
            inside = meets.indices[meets.indptr[person] : meets.indptr[person + 1]]
            lack = self.sat.new_int_var(0, int(wanted[person]), "")
            boxes = cp_model.LinearExpr.sum([self.boxes[one] for one in inside])
            self.sat.add(boxes + lack >= int(wanted[person]))
            found.append(lack)
        return found

    def start_from(self, start: Chosen) -> None:
        """Begin with these of all the model's columns."""
        for box, on in zip(self.boxes, start[self.columns], strict=True):
            self.sat.add_hint(box, bool(on))

    def solve(self, seconds: float) -> Answer:
        """Work until nothing better exists, time is up, or `stop` is called from another thread.

        One worker that trusts the linear program proves in a second what several with their own ideas do not in twenty.
        """
        self.solver.parameters.max_time_in_seconds = max(0.01, seconds)
        self.solver.parameters.num_workers = 1
        self.solver.parameters.linearization_level = 2
        # Ctrl-C is the caller's: the solver would end this step and nobody would know.
        self.solver.parameters.catch_sigint_signal = False
        self.solver.best_bound_callback = self.news.lower
        status = self.solver.solve(self.sat, self.news)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Answer(None, False)
        return Answer(_boxes(self.solver.response_proto, len(self.boxes)), status == cp_model.OPTIMAL)

    def stop(self) -> None:
        """End `solve` soon, with the best so far; nothing before it has begun."""
        self.solver.stop_search()

    def so_far(self) -> tuple[Chosen, float] | None:
        """(the best answer so far, how much more utility there can be without giving up an aim above it)."""
        if self.news.last is None:
            return None
        reached, chosen = self.news.last
        # Prices beyond 2**53 are rounded on the way here.
        more = max(0.0, self.news.bound - reached + abs(self.news.bound) * 1e-15)
        return chosen, more / self.scale + self.blur


class _News(cp_model.CpSolverSolutionCallback):
    """The last answer with its objective and the last bound, as a search that is going on tells them."""

    def __init__(self, boxes: int) -> None:
        super().__init__()
        self.last: tuple[float, Chosen] | None = None
        self.bound = np.inf
        self._boxes = boxes

    def on_solution_callback(self) -> None:
        """Keep what was found."""
        self.last = (self.objective_value, _boxes(self.response_proto, self._boxes))

    def lower(self, bound: float) -> None:
        """Keep what was proven."""
        self.bound = bound


def _boxes(response: Any, count: int) -> Chosen:
    """The first variables of a response: they are the boxes, in order."""
    return np.fromiter(response.solution, dtype=np.bool_, count=count)
