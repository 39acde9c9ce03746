"""Plans as JSON (the format of DESIGN 6.1), and what a repair changed."""

from typing import TYPE_CHECKING, Any

from matchmaker.events.timetable import shapes

if TYPE_CHECKING:
    from matchmaker.events.timetable.repairing import Repair


def plan_json(plan: shapes.Plan) -> dict[str, Any]:
    """The plan as DESIGN 6.1 writes it."""
    return {
        "meetings": [{"a": one.a, "b": one.b, "slot": one.slot, "table": one.table} for one in plan.meetings],
        "utility": plan.utility,
        "upper_bound": plan.upper_bound,
        "status": "optimal" if plan.optimal else "feasible",
        "unscheduled": [{"a": one.a, "b": one.b, "reason": one.reason.value} for one in plan.unscheduled],
        "below_minimum": list(plan.below_minimum),
    }


def changes_json(told: "Repair") -> dict[str, Any]:
    """What a repair changed: published meetings that are dropped or elsewhere, new ones, and who has to be told."""
    new = {(one.a, one.b): one for one in told.added}
    lost = {(one.a, one.b) for one in told.dropped}
    moved = [(one, new[one.a, one.b]) for one in told.dropped if (one.a, one.b) in new]
    return {
        "dropped": [_meeting_json(one) for one in told.dropped if (one.a, one.b) not in new],
        "moved": [
            {"a": now.a, "b": now.b, "from": _place_json(before), "to": _place_json(now)}
            for before, now in (*moved, *told.reseated)
        ],
        "added": [_meeting_json(one) for one in told.added if (one.a, one.b) not in lost],
        "concerned": sorted(told.concerned),
        "fewest": told.proven,
    }


def _meeting_json(one: shapes.Meeting) -> dict[str, str]:
    return {"a": one.a, "b": one.b, **_place_json(one)}


def _place_json(one: shapes.Meeting) -> dict[str, str]:
    return {"slot": one.slot, "table": one.table}
