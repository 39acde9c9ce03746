"""The timetable of an event: made beside the page, looked at as a grid or by person, published, kept as versions.

Moving by hand is in `timetable_moves`, changes on the day in `timetable_repair`.
"""

from collections import Counter
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for

from matchmaker.core.errors import Conflict, Invalid, NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.meetings import queries, tasks, timetables
from matchmaker.meetings.access import task_for
from matchmaker.meetings.instances import instance_of
from matchmaker.meetings.rules import TaskKind
from matchmaker.participants import letters
from matchmaker.participants import queries as participants
from matchmaker.participants.access import planned_event
from matchmaker.participants.rules import RegistrationState
from matchmaker.web.events import timetable_moves, timetable_repair
from matchmaker.web.events.door import PLANNERS, Page, blueprint
from matchmaker.web.events.grid import Changes, Quality, capacity_of, changes, days_of, quality_of
from matchmaker.web.events.timetable_scene import Scene, conflict_text, scene_of, version_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role

# Imported for the addresses they add to the blueprint.
PAGES = (timetable_moves, timetable_repair)
SECONDS = (10, 30, 60, 150)
USUAL_SECONDS = 30
ROWS = 20
_VERSION = "/office/events/<int:event_id>/timetable/<int:timetable_id>"


@blueprint.get("/office/events/<int:event_id>/timetable")
@needs_role(*PLANNERS)
def timetable(event_id: int) -> Page:
    """The chosen version as a grid or by person; before the first, what is needed to make one."""
    with reading(parts().sessions) as session:
        event = planned_event(session, actor(), event_id=event_id)
        rows = queries.versions(session, actor(), event_id=event_id)
        task = tasks.latest(session, event_id=event_id, kind=TaskKind.TIMETABLE)
        if not rows:
            return render_template(
                "events/timetable_none.html", event=event, **_task(task, rows), **_before(session, event)
            )
        version = _chosen(rows)
        scene = scene_of(session, event)
        fallen = queries.fallen(session, version) if version.state == "published" else set()
        grid, quality = scene.grid(version, fallen), quality_of(version.meetings, version.figures)
        shown: dict[str, Any] = {"event": event, "version": version, "grid": grid, "quality": quality, "scene": scene}
        shown |= {"versions": rows, "published": _published(rows), "is_draft": version.state == "draft"}
        shown |= _task(task, rows) | _unscheduled(scene, quality) | {"fallen": len(fallen)}
        shown["letters"] = _letters(session, version)
        shown["below"] = [scene.guests[one] for one in quality.below if one in scene.guests]
        if request.args.get("view") == "people":
            days = days_of(grid, scene.people.values(), scene.guests, quality.below)
            return render_template("events/timetable_people.html", days=days, **shown)
        return render_template("events/timetable.html", **shown)


@blueprint.post("/office/events/<int:event_id>/timetable/start")
@needs_role(*PLANNERS)
def timetable_start(event_id: int) -> Page:
    """Ask for a timetable; with `locks_of` the locked meetings of that version stay where they are."""
    seconds, locks_of = request.form.get("seconds", ""), request.form.get("locks_of", "")
    inputs = {
        "seconds": int(seconds) if seconds in map(str, SECONDS) else USUAL_SECONDS,
        "locks_of": int(locks_of) if locks_of.isdecimal() and len(locks_of) <= timetable_moves.DIGITS else None,
    }
    try:
        with unit(parts().sessions) as session:
            tasks.ask_for(session, actor(), event_id=event_id, kind=TaskKind.TIMETABLE, inputs=inputs)
    except Invalid:
        flash(_("没有找到要沿用的那一版。"), "bad")
    except Conflict as error:
        flash(conflict_text(error), "warn")
    return _to(event_id)


@blueprint.get("/office/event-tasks/<int:task_id>.json")
@needs_role(*PLANNERS)
def task_state(task_id: int) -> Page:
    """How far some work has come, for the page that waits for it."""
    with reading(parts().sessions) as session:
        task = task_for(session, actor(), task_id=task_id)
        return jsonify(state=task.state, kind=task.kind, progress=_progress(task), done=task.state not in tasks.OPEN)


@blueprint.post("/office/event-tasks/<int:task_id>/stop")
@needs_role(*PLANNERS)
def task_stop(task_id: int) -> Page:
    """End the work early and keep the best so far."""
    try:
        with unit(parts().sessions) as session:
            tasks.stop(session, actor(), task_id=task_id)
    except Conflict as error:
        flash(conflict_text(error), "note")
    else:
        flash(_("正在停止，已有的结果会保留。"), "good")
    with reading(parts().sessions) as session:
        task = task_for(session, actor(), task_id=task_id)
        where = "events.timetable" if task.kind is TaskKind.TIMETABLE else "events.candidates"
        return redirect(url_for(where, event_id=task.event_id), 303)  # type: ignore[return-value]


@blueprint.get("/office/events/<int:event_id>/timetable/versions")
@needs_role(*PLANNERS)
def timetable_versions(event_id: int) -> Page:
    """All versions, and what one of them does otherwise than the published one."""
    with reading(parts().sessions) as session:
        event = planned_event(session, actor(), event_id=event_id)
        rows = queries.versions(session, actor(), event_id=event_id)
        published = _published(rows)
        against = {
            row.id: changes(published.meetings, row.meetings) for row in rows if published and row is not published
        }
        drafts = [row for row in rows if row.state == "draft" and row.id in against]
        wanted = request.args.get("of", "")
        of = next((row for row in rows if str(row.number) == wanted and row.id in against), next(iter(drafts), None))
        return render_template(
            "events/versions.html",
            event=event,
            rows=rows,
            published=published,
            of=of,
            quality={row.id: quality_of(row.meetings, row.figures) for row in rows},
            against=against,
            scene=scene_of(session, event) if of else None,
        )


@blueprint.get(f"{_VERSION}/publish")
@needs_role(*PLANNERS)
def timetable_publish_form(event_id: int, timetable_id: int) -> Page:
    """Who would be told what, before anybody is."""
    return _publishing(event_id, timetable_id, "")


@blueprint.post(f"{_VERSION}/publish")
@needs_role(*PLANNERS)
def timetable_publish(event_id: int, timetable_id: int) -> Page:
    """Publish, and tell those concerned."""
    try:
        with unit(parts().sessions) as session:
            version_of(session, actor(), event_id=event_id, timetable_id=timetable_id)
            found = timetables.publish(session, actor(), timetable_id=timetable_id, base=parts().config.public_url)
            number = found.number
    except Conflict as error:
        return _publishing(event_id, timetable_id, conflict_text(error))
    flash(_("第 %(num)s 版已发布，有关单位已收到通知。", num=number), "good")
    return _to(event_id, number)


@blueprint.post(f"{_VERSION}/unpublish")
@needs_role(*PLANNERS)
def timetable_unpublish(event_id: int, timetable_id: int) -> Page:
    """Take the published one back."""
    number = None
    try:
        with unit(parts().sessions) as session:
            number = version_of(session, actor(), event_id=event_id, timetable_id=timetable_id).number
            timetables.unpublish(session, actor(), timetable_id=timetable_id, base=parts().config.public_url)
    except Conflict as error:
        flash(conflict_text(error), "bad")
    else:
        flash(_("已撤回，已排洽谈的单位会收到通知。"), "good")
    return _to(event_id, number)


@blueprint.post(f"{_VERSION}/copy")
@needs_role(*PLANNERS)
def timetable_copy(event_id: int, timetable_id: int) -> Page:
    """Begin a draft from this version."""
    with unit(parts().sessions) as session:
        version_of(session, actor(), event_id=event_id, timetable_id=timetable_id)
        number = timetables.copy_as_draft(session, actor(), timetable_id=timetable_id).number
    flash(_("已另存为第 %(num)s 版草稿，可以修改了。", num=number), "good")
    return _to(event_id, number)


def _chosen(rows: Any) -> Any:
    """The version asked for; else the newest draft that is newer than the published one, else the published one."""
    wanted = request.args.get("version", "")
    if wanted:
        found = next((row for row in rows if str(row.number) == wanted), None)
        if found is None:
            raise NotFound(f"no version {wanted}")
        return found
    return next((row for row in rows if row.state in ("draft", "published")), rows[0])


def _published(rows: Any) -> Any:
    return next((row for row in rows if row.state == "published"), None)


def _task(task: Any, rows: Any) -> dict[str, Any]:
    """The work that goes on, or what went wrong with the last, unless a version was made since."""
    running = task if task is not None and task.state in tasks.OPEN else None
    failed = task is not None and task.state == "failed" and not any(row.made_at > task.asked_at for row in rows)
    return {
        "task": running,
        "progress": _progress(running) if running else {},
        "failed": _failure(task.error) if failed else "",
        "seconds": SECONDS,
        "usual": USUAL_SECONDS,
    }


def _progress(task: Any) -> dict[str, Any]:
    return {name: value for name, value in task.progress.items() if name not in ("run", "tries")}


def _failure(error: str) -> str:
    known = {
        tasks.NO_SLOTS: _("编排没有成功：活动没有剩下的时段。"),
        tasks.NO_TABLES: _("编排没有成功：活动没有可用的桌位。"),
        tasks.NO_PAIRS: _("编排没有成功：没有要见面的单位，请先计算撮合名单。"),
        tasks.BROKEN_OFF: _("编排几次都被中断，请稍后重试。"),
    }
    return known.get(error) or _("编排没有成功，错误已经记录，请重试或联系管理员。")


def _before(session: Any, event: Any) -> dict[str, Any]:
    """What there is to make a timetable from, and what is missing, each with where to get it."""
    instance, _evidence = instance_of(session, event_id=event.id)
    capacity = capacity_of(instance)
    coming = participants.counts(session, event_id=event.id).get(RegistrationState.CONFIRMED, 0)
    missing = [
        (capacity.slots == 0, _("还没有时段"), _("排时段"), "events.agenda"),
        (capacity.tables == 0, _("还没有桌位"), _("排桌位"), "events.agenda"),
        (coming == 0, _("还没有已确认的单位"), _("看报名"), "events.people"),
        (capacity.pairs == 0, _("还没有要见面的单位：先计算撮合名单"), _("去撮合名单"), "events.candidates"),
    ]
    return {"capacity": capacity, "coming": coming, "missing": [tuple(rest) for wanted, *rest in missing if wanted]}


def _unscheduled(scene: Scene, quality: Quality) -> dict[str, Any]:
    """The pairs that do not meet, the closest match first, by reason and in pages."""
    wanted = request.args.get("reason", "")
    known = [one for one in quality.unscheduled if one[0] in scene.guests and one[1] in scene.guests]
    counts = Counter(reason for _a, _b, reason in known)
    found = [
        (scene.guests[a], scene.guests[b], reason, scene.row(a, b))
        for a, b, reason in known
        if not wanted or reason == wanted
    ]
    found.sort(key=lambda one: -(one[3]["score"] if one[3] else 0.0))
    last = max(1, -(-len(found) // ROWS))
    given = request.args.get("page", "")
    number = min(max(int(given) if given.isdecimal() and len(given) < timetable_moves.DIGITS else 1, 1), last)
    return {
        "unscheduled": found[(number - 1) * ROWS : number * ROWS],
        "reason": wanted,
        "reasons": counts.most_common(),
        "page": {"number": number, "last": last},
    }


def _letters(session: Any, version: Any) -> int:
    """How many letters taking a published version back makes."""
    if version.state != "published":
        return 0
    people = {who for row in version.meetings for who in (row["a"], row["b"])}
    return len(letters.reached(session, event_id=version.event_id, people=people))


def _publishing(event_id: int, timetable_id: int, fault: str) -> Page:
    with reading(parts().sessions) as session:
        event = planned_event(session, actor(), event_id=event_id)
        version = version_of(session, actor(), event_id=event_id, timetable_id=timetable_id)
        before = queries.published(session, event_id=event_id)
        scene = scene_of(session, event)
        difference = changes(before.meetings if before else [], version.meetings)
        page = render_template(
            "events/timetable_publish.html",
            event=event,
            version=version,
            before=before,
            quality=quality_of(version.meetings, version.figures),
            difference=difference,
            coming=participants.counts(session, event_id=event_id).get(RegistrationState.CONFIRMED, 0),
            told=_organisations(scene, difference),
            letters=len(letters.reached(session, event_id=event_id, people=difference.people if before else None)),
            fault=fault,
        )
    return (page, 409) if fault else page


def _organisations(scene: Scene, difference: Changes) -> list[str]:
    """Whose day changes, by name."""
    return sorted({scene.guests[one].organisation for one in difference.people if one in scene.guests})


def _to(event_id: int, number: int | None = None) -> Page:
    where = url_for("events.timetable", event_id=event_id, version=number)
    return redirect(where, 303)  # type: ignore[return-value]
