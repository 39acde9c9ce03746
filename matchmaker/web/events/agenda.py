"""The hours and tables of an event."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from matchmaker.core.clock import DISTRICT_ZONE
from matchmaker.core.errors import Conflict, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.events import queries as events
from matchmaker.events.agenda import InUse
from matchmaker.events.rules import halves_of, tables_advised
from matchmaker.meetings import agenda as guarded
from matchmaker.participants import queries as participants
from matchmaker.participants.rules import RegistrationState
from matchmaker.web.events.agenda_text import (
    LEAST_ROWS,
    SPARE_ROWS,
    parse_tables,
    read_sessions,
    rows_in,
    session_values,
    write_tables,
)
from matchmaker.web.events.door import PLANNERS, Page, blueprint
from matchmaker.web.forms import faults_by_field, in_words, text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role

# Each organisation is taken to want so many meetings where the event does not say.
USUAL = 4


@blueprint.get("/office/events/<int:event_id>/agenda")
@needs_role(*PLANNERS)
def agenda(event_id: int) -> Page:
    """Sessions, slots and tables, with advice on how many are needed."""
    return _page(event_id, {}, {})


@blueprint.post("/office/events/<int:event_id>/agenda/slots")
@needs_role(*PLANNERS)
def agenda_slots(event_id: int) -> Page:
    """Save the sessions."""
    try:
        sessions = read_sessions(request.form)
        with unit(parts().sessions) as session:
            guarded.set_slots(session, actor(), event_id=event_id, sessions=sessions)
    except Invalid as error:
        known = {
            "at most": _("时段太多：最多 100 个。"),
        }
        faults = [fault for fault in in_words(error.faults, known)]
        return _page(event_id, _overlapping(faults_by_field(faults)), request.form.to_dict())
    except Conflict as error:
        return _page(event_id, {"sessions": _refusal(error)}, request.form.to_dict())
    flash(_("时段已保存。"), "good")
    return redirect(url_for("events.agenda", event_id=event_id), 303)  # type: ignore[return-value]


@blueprint.post("/office/events/<int:event_id>/agenda/tables")
@needs_role(*PLANNERS)
def agenda_tables(event_id: int) -> Page:
    """Save the tables."""
    try:
        tables = parse_tables(text_of("tables"))
        with unit(parts().sessions) as session:
            guarded.set_tables(session, actor(), event_id=event_id, tables=tables)
    except Invalid as error:
        twice = [fault for fault in error.faults if fault.message.endswith("stands there twice")]
        said = _("桌号“%(label)s”写了两次。", label=twice[0].value) if twice else ""
        faults = {"tables": said} if said else faults_by_field(error.faults)
        return _page(event_id, faults, {"tables": text_of("tables")})
    except Conflict as error:
        return _page(event_id, {"tables": _refusal(error)}, {"tables": text_of("tables")})
    flash(_("桌位已保存。"), "good")
    return redirect(url_for("events.agenda", event_id=event_id), 303)  # type: ignore[return-value]


def _overlapping(faults: dict[str, str]) -> dict[str, str]:
    if "overlaps" in faults.get("sessions", ""):
        return faults | {"sessions": _("各节的时间重叠了，请错开。")}
    return faults


def _refusal(error: Conflict) -> str:
    if isinstance(error, InUse):
        names = _("、").join(error.names[:12])
        return _("%(names)s 已有安排好的洽谈，不能取消。请先在时间表里移走，或用“调整”让系统重排。", names=names)
    return _("活动已取消，不能再改。")


def _page(event_id: int, faults: dict[str, str], typed: dict[str, str]) -> Page:
    with reading(parts().sessions) as session:
        event = events.event(session, actor(), event_id=event_id)
        slots, tables = events.open_slots(session, event_id=event_id), events.open_tables(session, event_id=event_id)
        confirmed = participants.counts(session, event_id=event_id).get(RegistrationState.CONFIRMED, 0)
        values = _values(event, slots, tables) | typed
        filled = rows_in(name for name, text in values.items() if text)
        page = render_template(
            "events/agenda.html",
            event=event,
            rows=range(1, max(LEAST_ROWS, filled + SPARE_ROWS) + 1),
            values=values,
            slots=slots,
            tables=tables,
            advice=_advice(event, confirmed, len(slots), len(tables)),
            faults=faults,
        )
    return (page, 400) if faults else page


def _values(event: Any, slots: Any, tables: Any) -> dict[str, str]:
    """The stored hours and tables, or a morning and an afternoon to begin with."""
    values = session_values(slots) if slots else _suggested(event)
    return values | {"tables": write_tables(tables)}


def _suggested(event: Any) -> dict[str, str]:
    values: dict[str, str] = {}
    first, last = (moment.astimezone(DISTRICT_ZONE) for moment in (event.starts_at, event.ends_at))
    for number, (starts, ends) in enumerate(halves_of(first, last), start=1):
        named = {"name": _("上午") if starts.hour < 12 else _("下午"), "minutes": "20", "pause": "0"}
        times = {"starts": starts.strftime("%Y-%m-%dT%H:%M"), "ends": ends.strftime("%Y-%m-%dT%H:%M")}
        values |= {f"{field}_{number}": text for field, text in (named | times).items()}
    return values


def _advice(event: Any, confirmed: int, slots: int, tables: int) -> dict[str, int]:
    """What is there and what the meetings expected of these organisations would take."""
    expected = confirmed * max(event.meetings_min, min(event.meetings_max or USUAL, USUAL)) // 2
    return {
        "confirmed": confirmed,
        "places": slots * tables,
        "expected": expected,
        "advised": tables_advised(expected, slots),
    }
