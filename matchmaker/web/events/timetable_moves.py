"""Changing a draft by hand: one meeting moved, locked, taken out or put in; from the grid or from a page of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, flash, jsonify, redirect, render_template, request, url_for

from matchmaker.core.errors import Conflict, Invalid, NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.meetings import timetables
from matchmaker.meetings.placing import Blocked
from matchmaker.participants.access import planned_event
from matchmaker.web.events.door import PLANNERS, Page, blueprint
from matchmaker.web.events.grid import Both, Cell, Grid
from matchmaker.web.events.timetable_scene import conflict_text, reasons, scene_of, version_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role

_VERSION = "/office/events/<int:event_id>/timetable/<int:timetable_id>"
# Longer numbers name nothing.
DIGITS = 15


@dataclass(frozen=True)
class Hour:
    """A slot on the page of one meeting: tables with who would change places, and what is in the way at the others.

    `everywhere` is said instead of `blocked` when the same is in the way at all tables.
    """

    slot: Any
    free: list[tuple[Any, Cell | None]]
    blocked: list[tuple[str, list[Any]]]
    here: Any = None
    everywhere: str = ""


@blueprint.get(f"{_VERSION}/move")
@needs_role(*PLANNERS)
def timetable_move_form(event_id: int, timetable_id: int) -> Page:
    """Everywhere a meeting can go, or be put in, and in words why it cannot."""
    with reading(parts().sessions) as session:
        event = planned_event(session, actor(), event_id=event_id)
        version = version_of(session, actor(), event_id=event_id, timetable_id=timetable_id)
        if not request.args.get("a") or not request.args.get("b"):
            # Nobody chosen: the grid is where one chooses.
            return redirect(url_for("events.timetable", event_id=event_id, version=version.number), 303)  # type: ignore[return-value]
        both, scene = _pair(request.args), scene_of(session, event)
        _require_guests(scene.guests, both)
        grid = scene.grid(version)
        cell = next((one for one in grid.cells.values() if {one.a.id, one.b.id} == set(both)), None)
        is_draft = version.state == "draft"
        places = _places(session, timetable_id, both) if is_draft else []
        said = reasons(scene, grid, both, places)
        return render_template(
            "events/timetable_move.html",
            event=event,
            version=version,
            is_draft=is_draft,
            a=scene.guests[both[0]],
            b=scene.guests[both[1]],
            row=scene.row(*both),
            cell=cell,
            slot=next((one for one in grid.slots if cell and one.id == cell.slot), None),
            table=next((one for one in grid.tables if cell and one.id == cell.table), None),
            hours=hours_of(grid, said, cell),
        )


@blueprint.get(f"{_VERSION}/moves.json")
@needs_role(*PLANNERS)
def timetable_moves(event_id: int, timetable_id: int) -> Page:
    """Where a meeting may go, for the grid: {"revision", "places": {"slot-table": what is in the way, or ""}}."""
    both = _pair(request.args)
    with reading(parts().sessions) as session:
        event = planned_event(session, actor(), event_id=event_id)
        version = version_of(session, actor(), event_id=event_id, timetable_id=timetable_id)
        scene = scene_of(session, event)
        _require_guests(scene.guests, both)
        found = reasons(scene, scene.grid(version), both, _places(session, timetable_id, both))
        return jsonify(
            revision=version.revision,
            places={f"{slot}-{table}": _("；").join(why) for (slot, table), why in found.items()},
        )


@blueprint.post(f"{_VERSION}/move")
@needs_role(*PLANNERS)
def timetable_move(event_id: int, timetable_id: int) -> Page:
    """Put a meeting elsewhere; what stands there changes places with it."""
    slot, table = _place(request.form.get("place", ""))

    def act(session: Any, given: dict[str, int]) -> None:
        timetables.move(session, actor(), **given, slot_id=slot, table_id=table)

    return _change(event_id, timetable_id, act, _("已移动。"))


@blueprint.post(f"{_VERSION}/add")
@needs_role(*PLANNERS)
def timetable_add(event_id: int, timetable_id: int) -> Page:
    """Put a pair in that does not meet yet."""
    slot, table = _place(request.form.get("place", ""))

    def act(session: Any, given: dict[str, int]) -> None:
        timetables.add_meeting(session, actor(), **given, slot_id=slot, table_id=table)

    return _change(event_id, timetable_id, act, _("已安排这场洽谈。"))


@blueprint.post(f"{_VERSION}/lock")
@needs_role(*PLANNERS)
def timetable_lock(event_id: int, timetable_id: int) -> Page:
    """Hold a meeting where it is, or let go of it."""
    locked = request.form.get("locked") == "yes"

    def act(session: Any, given: dict[str, int]) -> None:
        timetables.lock_meeting(session, actor(), **given, locked=locked)

    return _change(event_id, timetable_id, act, _("已锁定，重新编排时不动。") if locked else _("已解锁。"))


@blueprint.post(f"{_VERSION}/remove")
@needs_role(*PLANNERS)
def timetable_remove(event_id: int, timetable_id: int) -> Page:
    """Take a meeting out of the draft."""

    def act(session: Any, given: dict[str, int]) -> None:
        timetables.remove_meeting(session, actor(), **given)

    return _change(event_id, timetable_id, act, _("已从草稿中移除。"))


def hours_of(grid: Grid, said: dict[Both, tuple[str, ...]], cell: Cell | None) -> list[Hour]:
    """The hours that are left, each with its tables sorted by whether the meeting may go there."""
    found = []
    for slot in grid.slots:
        own = [(table, said[slot.id, table.id]) for table in grid.tables if (slot.id, table.id) in said]
        here = next((table for table, _why in own if cell and (cell.slot, cell.table) == (slot.id, table.id)), None)
        free = [(table, grid.cells.get((slot.id, table.id))) for table, why in own if not why and table is not here]
        blocked = [(table, why) for table, why in own if why and table is not here]
        if own:
            # An empty table is easier than changing places.
            free.sort(key=lambda one: one[1] is not None)
            everywhere = _everywhere(blocked) if not free and here is None else ""
            found.append(Hour(slot, free, [] if everywhere else _by_reason(blocked), here, everywhere))
    return found


def _everywhere(blocked: list[tuple[Any, tuple[str, ...]]]) -> str:
    """What is in the way at every table of an hour, if anything is; one that is locked says only that of itself."""
    whole = [set(why) for _table, why in blocked if len(why) > 1] or [set(why) for _table, why in blocked]
    common = set.intersection(*whole) if whole else set()
    return _("；").join(sorted(common))


def _by_reason(blocked: list[tuple[Any, tuple[str, ...]]]) -> list[tuple[str, list[Any]]]:
    found: dict[str, list[Any]] = {}
    for table, why in blocked:
        found.setdefault(_("；").join(why), []).append(table)
    return list(found.items())


def _change(event_id: int, timetable_id: int, act: Callable[[Any, dict[str, int]], None], done: str) -> Page:
    """Do it, and say what came of it where it was asked: to the grid's script as JSON, else on the next page."""
    both, revision = _pair(request.form), _number(request.form.get("revision", ""))
    given = {"timetable_id": timetable_id, "revision": revision, "a": both[0], "b": both[1]}
    number = None
    try:
        with unit(parts().sessions) as session:
            version = version_of(session, actor(), event_id=event_id, timetable_id=timetable_id)
            number = version.number
            act(session, given)
            revision = version.revision
    except Blocked as error:
        said = _("没有改动：%(why)s。", why=conflict_text(error))
        return _refused(said, status=409) if _is_script() else _again(event_id, timetable_id, both, said)
    except Conflict as error:
        flash(conflict_text(error), "warn")
        return _refused("", status=409, reload=True) if _is_script() else _to_grid(event_id, number, both)
    if _is_script():
        return jsonify(revision=revision, said=done)
    flash(done, "good")
    return _to_grid(event_id, number, both)


def _refused(said: str, *, status: int, reload: bool = False) -> Response:
    answer = jsonify(said=said, reload=reload)
    answer.status_code = status
    return answer


def _again(event_id: int, timetable_id: int, both: Both, said: str) -> Page:
    flash(said, "bad")
    where = url_for("events.timetable_move_form", event_id=event_id, timetable_id=timetable_id, a=both[0], b=both[1])
    return redirect(where, 303)  # type: ignore[return-value]


def _to_grid(event_id: int, number: int | None, both: Both) -> Page:
    anchor = f"m-{min(both)}-{max(both)}"
    where = url_for("events.timetable", event_id=event_id, version=number, _anchor=anchor)
    return redirect(where, 303)  # type: ignore[return-value]


def _places(session: Any, timetable_id: int, both: Both) -> Any:
    try:
        return timetables.moves_possible(session, actor(), timetable_id=timetable_id, a=both[0], b=both[1])
    except Invalid as error:
        # Two of one organisation: no page leads there.
        raise NotFound(str(error)) from None


def _require_guests(guests: Any, both: Both) -> None:
    if not all(one in guests for one in both):
        raise NotFound(f"no participants {both}")


def _is_script() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _pair(values: Any) -> Both:
    return _number(values.get("a", "")), _number(values.get("b", ""))


def _place(text: str) -> Both:
    slot, _dash, table = text.partition("-")
    return _number(slot), _number(table)


def _number(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > DIGITS:
        abort(400)
    return int(text)
