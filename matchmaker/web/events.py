"""The calendar of events: open to everybody, planned by organisers."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from matchmaker.core.actor import Role
from matchmaker.core.clock import DISTRICT_ZONE
from matchmaker.core.errors import Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.events import queries as events
from matchmaker.events import service
from matchmaker.events.schemas import EventIn
from matchmaker.web.forms import faults_by_field, read_form
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role

Page = str | Response | tuple[str, int]
PLANNERS = (Role.ORGANISER, Role.OFFICER)

blueprint = Blueprint("events", __name__)


@blueprint.get("/events")
def calendar() -> Page:
    """What is coming, and what was."""
    with reading(parts().sessions) as session:
        return render_template(
            "events/calendar.html",
            coming=events.coming(session, actor()),
            past=events.past(session),
            count=events.count_this_year(session),
        )


@blueprint.get("/events/<int:event_id>")
def detail(event_id: int) -> Page:
    """One event."""
    with reading(parts().sessions) as session:
        return render_template("events/detail.html", event=events.event(session, actor(), event_id=event_id))


@blueprint.get("/office/events/new")
@needs_role(*PLANNERS)
def new() -> Page:
    """An empty form."""
    return _form({"state": "draft"}, {}, None)


@blueprint.get("/office/events/<int:event_id>/edit")
@needs_role(*PLANNERS)
def edit(event_id: int) -> Page:
    """The form, filled in."""
    with reading(parts().sessions) as session:
        row = events.event(session, actor(), event_id=event_id)
        names = ("title", "kind", "state", "town", "venue", "chains", "summary")
        times = {
            name: getattr(row, name).astimezone(DISTRICT_ZONE).strftime("%Y-%m-%dT%H:%M")
            for name in ("starts_at", "ends_at")
        }
        return _form({name: getattr(row, name) for name in names} | times, {}, event_id)


@blueprint.post("/office/events/new")
@needs_role(*PLANNERS)
def create() -> Page:
    """Plan a new event."""
    return _save(None)


@blueprint.post("/office/events/<int:event_id>/edit")
@needs_role(*PLANNERS)
def save(event_id: int) -> Page:
    """Change an event."""
    return _save(event_id)


def _save(event_id: int | None) -> Page:
    try:
        data = read_form(EventIn, request.form, lists=("chains",))
        with unit(parts().sessions) as session:
            number = service.save_event(session, actor(), data=data, event_id=event_id).id
    except Invalid as error:
        faults = faults_by_field(error.faults)
        if "" in faults:
            faults = {**faults, "ends_at": _("结束时间要晚于开始时间。")}
            del faults[""]
        if "never announced" in faults.get("state", ""):
            faults["state"] = _("没有公布过的活动不用取消，留作草稿即可。")
        return _form(request.form.to_dict() | {"chains": request.form.getlist("chains")}, faults, event_id)
    flash(_("已保存。"), "good")
    return redirect(url_for("events.detail", event_id=number), 303)  # type: ignore[return-value]


def _form(values: dict[str, object], faults: dict[str, str], event_id: int | None) -> Page:
    page = render_template("events/form.html", values=values, faults=faults, event_id=event_id)
    return (page, 400) if faults else page
