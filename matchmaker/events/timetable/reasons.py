"""Why a pair does not meet: the first thing in its way."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from matchmaker.events.timetable.model import Model, fixed_tables_differ
from matchmaker.events.timetable.shapes import Pair, Participant, Reason, Unscheduled


def why_not(model: Model, chosen: NDArray[np.bool_]) -> Iterator[Unscheduled]:
    """Every pair that is not chosen, with its reason."""
    people = {one.id: one for one in model.instance.participants}
    columns: dict[int, list[int]] = {}
    for column, pair in enumerate(model.pair.tolist()):
        columns.setdefault(pair, []).append(column)
    full = (model.rows @ chosen) >= model.capacity
    met = set(model.pair[chosen].tolist())
    for number, pair in enumerate(model.instance.pairs):
        if number not in met:
            reason = _before(model, pair, people, columns.get(number, [])) or _during(model, columns[number], full)
            yield Unscheduled(pair.a, pair.b, reason)


def _before(model: Model, pair: Pair, people: dict[str, Participant], columns: list[int]) -> Reason | None:
    if frozenset((pair.a, pair.b)) in model.instance.forbidden:
        return Reason.VETOED
    if fixed_tables_differ(pair, people):
        return Reason.TABLES_DIFFER
    return None if columns else Reason.NO_COMMON_SLOT


def _during(model: Model, columns: list[int], full: NDArray[np.bool_]) -> Reason:
    """What blocks the slots that are left once the earlier reasons are taken away."""
    starts, at = model.rows.indptr, model.rows.indices
    uses = [at[starts[column] : starts[column + 1]] for column in columns]
    kinds = [{str(model.row_names[row][0]) for row in rows[full[rows]]} for rows in uses]
    if any("once" in kind for kind in kinds):
        return Reason.PARTNER_MET
    if any("maximum" in kind for kind in kinds):
        return Reason.MAXIMUM
    free = [kind for kind in kinds if "participant" not in kind]
    if not free:
        return Reason.NO_FREE_SLOT
    if all(kind & {"slot", "table"} for kind in free):
        return Reason.TABLES_FULL
    return Reason.RESOURCE_TAKEN if all(free) else Reason.NOT_WORTH
