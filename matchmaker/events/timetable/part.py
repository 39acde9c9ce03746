"""A piece of an instance, solved to the end by CP-SAT."""

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from matchmaker.events.timetable.model import Floats, Ints, Model

SCALE = 1_000_000  # utilities are counted in millionths


class Part:
    """A piece of the model as CP-SAT sees it."""

    def __init__(self, model: Model, columns: Ints, left: Floats, wanted: Ints, *, count_first: bool = False) -> None:
        """`left` is what the columns may use of each row, `wanted` how many meetings each participant still lacks.

        With `count_first`, one meeting more is worth more than any utility.
        """
        self.model, self.columns = model, columns
        self.sat = cp_model.CpModel()
        self.boxes = [self.sat.new_bool_var("") for _ in columns]
        rows = model.rows[:, columns].tocsr()
        for row in range(rows.shape[0]):
            inside = rows.indices[rows.indptr[row] : rows.indptr[row + 1]]
            room = int(left[row])
            if len(inside) <= room:
                continue
            boxes = [self.boxes[number] for number in inside]
            if room == 1:
                self.sat.add_at_most_one(boxes)
            else:
                self.sat.add(cp_model.LinearExpr.sum(boxes) <= room)
        self._aim(model.meets[:, columns].tocsr(), wanted, count_first)

    def _aim(self, meets: object, wanted: Ints, count_first: bool) -> None:
        model, columns = self.model, self.columns
        gain = np.rint(model.utility[columns] * SCALE).astype(np.int64)
        # One meeting lacked less is worth more than all utility that these slots can hold.
        most = len(np.unique(model.slot[columns])) * len(model.instance.tables)
        lack_price = (most + 1) * SCALE
        lacking = []
        for person in np.flatnonzero(wanted > 0):
            inside = meets.indices[meets.indptr[person] : meets.indptr[person + 1]]  # type: ignore[attr-defined]
            if len(inside):
                lack = self.sat.new_int_var(0, int(wanted[person]), "")
                self.sat.add(cp_model.LinearExpr.sum([self.boxes[one] for one in inside]) + lack >= int(wanted[person]))
                lacking.append(lack)
        must_price = lack_price * (int(np.maximum(wanted, 0).sum()) + 1)
        gain = gain + model.must[columns] * must_price + (lack_price if count_first else 0)
        worth = cp_model.LinearExpr.weighted_sum(self.boxes, [int(one) for one in gain])
        self.sat.maximize(worth - lack_price * cp_model.LinearExpr.sum(lacking))

    def solve(self, start: NDArray[np.bool_], seconds: float, workers: int) -> tuple[NDArray[np.bool_] | None, bool]:
        """(which of the columns, or None when time ran out before any; whether nothing better exists)."""
        for box, on in zip(self.boxes, start[self.columns], strict=True):
            self.sat.add_hint(box, bool(on))
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.num_workers = workers
        solver.parameters.linearization_level = 2
        status = solver.solve(self.sat)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None, False
        found = np.array([solver.boolean_value(box) for box in self.boxes], dtype=np.bool_)
        return found, status == cp_model.OPTIMAL
