"""Changes on the day: what happened is put in, the difference is shown, and only then it holds."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from matchmaker.core.errors import Conflict, Fault, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.events import queries as events
from matchmaker.meetings import queries, repairs
from matchmaker.meetings.repairs import Change, Difference
from matchmaker.participants import letters
from matchmaker.participants.access import planned_event
from matchmaker.web.events.door import PLANNERS, Page, blueprint
from matchmaker.web.events.grid import comes
from matchmaker.web.events.timetable_moves import DIGITS
from matchmaker.web.events.timetable_scene import Scene, conflict_text, scene_of
from matchmaker.web.forms import faults_by_field, in_words
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role

# How many rows for late people are shown at least, and how many are read at most.
LATE_ROWS, MOST_LATE = 3, 40
LISTS = ("missing", "lost_tables", "lost_slots", "arrived")


@dataclass(frozen=True)
class Told:
    """An organisation whose day changes, and its people who have to know."""

    organisation: str
    people: tuple[str, ...]


@blueprint.get("/office/events/<int:event_id>/timetable/repair")
@needs_role(*PLANNERS)
def timetable_repair(event_id: int) -> Page:
    """What happened? Anybody named in the address is chosen already."""
    return _page(event_id, _typed(request.args))


@blueprint.post("/office/events/<int:event_id>/timetable/repair")
@needs_role(*PLANNERS)
def timetable_repair_send(event_id: int) -> Page:
    """Show what a repair would change, or apply what was shown under its digest."""
    values = _typed(request.form)
    expected = request.form.get("expected", "")
    try:
        change = _change(event_id, values)
        if expected:
            return _apply(event_id, change, expected)
        with reading(parts().sessions) as session:
            found = repairs.preview(session, actor(), event_id=event_id, change=change)
    except Invalid as error:
        return _page(event_id, values, faults=_faults(error))
    except Conflict as error:
        return _again(event_id, values, conflict_text(error))
    return _page(event_id, values, found=found)


def _apply(event_id: int, change: Change, expected: str) -> Page:
    base = parts().config.public_url
    with unit(parts().sessions) as session:
        number = repairs.apply(session, actor(), event_id=event_id, change=change, expected=expected, base=base).number
    flash(_("已调整并发布为第 %(num)s 版，只通知了有变动的单位。", num=number), "good")
    where = url_for("events.timetable", event_id=event_id, version=number)
    return redirect(where, 303)  # type: ignore[return-value]


def _again(event_id: int, values: dict[str, list[str]], said: str) -> Page:
    """Something changed meanwhile: the new difference with a word on top, when there still is one."""
    try:
        with reading(parts().sessions) as session:
            found = repairs.preview(session, actor(), event_id=event_id, change=_change(event_id, values))
    except (Conflict, Invalid):
        return _page(event_id, values, said=said)
    return _page(event_id, values, found=found, said=said)


def _page(
    event_id: int,
    values: dict[str, list[str]],
    *,
    faults: dict[str, str] | None = None,
    found: Difference | None = None,
    said: str = "",
) -> Page:
    with reading(parts().sessions) as session:
        event = planned_event(session, actor(), event_id=event_id)
        published = queries.published(session, event_id=event_id)
        scene = scene_of(session, event)
        page = render_template(
            "events/repair.html",
            event=event,
            published=published,
            scene=scene,
            values=values,
            faults=faults or {},
            said=said,
            found=found,
            told=_told(scene, found) if found else [],
            letters=len(letters.reached(session, event_id=event_id, people=found.concerned)) if found else 0,
            late=[*_late(values), *[("", "")] * LATE_ROWS][:MOST_LATE],
            **_people(scene, published),
        )
    status = 400 if faults else 409 if said else 200
    return (page, status) if status != 200 else page


def _people(scene: Scene, published: Any) -> dict[str, Any]:
    """Who may be missing or late; who may have come besides: without meetings, or marked as missing."""
    rows = published.meetings if published else []
    seated = {who for row in rows for who in (row["a"], row["b"])}
    by_name = sorted(scene.people.values(), key=lambda one: (one.registration.name, one.id))
    expected = [one for one in by_name if comes(one)]
    gone = [one for one in by_name if one.missing_at is not None and one.left_at is None]
    return {
        "expected": [one for one in expected if one.id in seated],
        "idle": [one for one in expected if one.id not in seated],
        "gone": [one for one in gone if one.registration.state == "confirmed"],
    }


def _told(scene: Scene, found: Difference) -> list[Told]:
    names: dict[str, list[str]] = {}
    for one in sorted(found.concerned):
        if one in scene.guests:
            names.setdefault(scene.guests[one].organisation, []).append(scene.guests[one].person)
    return [Told(organisation, tuple(people)) for organisation, people in sorted(names.items())]


def _typed(values: Any) -> dict[str, list[str]]:
    return {name: values.getlist(name) for name in (*LISTS, "late_who", "late_slot", "keep_until")}


def _change(event_id: int, values: dict[str, list[str]]) -> Change:
    """What the form says; what is no number becomes one that names nothing, and the verb says so beside the field."""
    return Change(
        keep_until=_border(event_id, values["keep_until"]),
        missing=_ids(values["missing"]),
        late={_id(who): _id(slot) for who, slot in _late(values)},
        lost_tables=_ids(values["lost_tables"]),
        lost_slots=_ids(values["lost_slots"]),
        arrived=_ids(values["arrived"]),
    )


def _late(values: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Who is there from when, without the rows that were left empty."""
    rows = list(zip(values["late_who"], values["late_slot"], strict=False))[:MOST_LATE]
    return [row for row in rows if any(text.strip() for text in row)]


def _border(event_id: int, texts: list[str]) -> datetime | None:
    """The beginning of the first hour that may change, named by its slot; None where nothing is said."""
    wanted = next((text.strip() for text in texts if text.strip()), "")
    if not wanted:
        return None
    with reading(parts().sessions) as session:
        slots = {slot.id: slot.starts_at for slot in events.open_slots(session, event_id=event_id)}
    if _id(wanted) not in slots:
        raise Invalid([Fault("keep_until", _("请从列出的时段里选择。"), wanted)])
    return slots[_id(wanted)]


def _ids(texts: list[str]) -> frozenset[int]:
    return frozenset(_id(text) for text in texts if text.strip())


def _id(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= DIGITS else 0


def _faults(error: Invalid) -> dict[str, str]:
    known = {
        "not of this event": _("请从列出的项里选择；迟到的要同时选人和时段。"),
        "both missing and there": _("同一个人不能既缺席又在场。"),
    }
    said = in_words([replace(fault, value="") for fault in error.faults], known)
    return faults_by_field(dict.fromkeys(said))
