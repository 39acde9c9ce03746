"""The calendar of events: open to everybody, planned by organisers."""

import re
from datetime import timedelta
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from matchmaker.core import clock
from matchmaker.core.clock import DISTRICT_ZONE
from matchmaker.core.errors import Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.events import queries as events
from matchmaker.events import service
from matchmaker.events.rules import YEARLY_TARGET, EventKind, EventStage, EventState, stage_of
from matchmaker.events.schemas import EventIn
from matchmaker.exchange.calendars import Entry, calendar_of
from matchmaker.participants import announcing
from matchmaker.participants import queries as participants
from matchmaker.participants.rules import RegistrationState
from matchmaker.reference.chains import chains
from matchmaker.reference.towns import towns
from matchmaker.web.events.door import PLANNERS, Page, blueprint
from matchmaker.web.forms import faults_by_field, read_form
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role

# Subscribers keep what is just over a while longer.
KEPT = timedelta(days=90)
# So many of the past are seen at once unless somebody looks for them.
FEW = 10
_MONTH = re.compile(r"\d{4}-\d{2}")
_MOMENTS = ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at")


@blueprint.get("/events")
def calendar() -> Page:
    """What is coming, and what was; all of it or some kinds, chains, towns, months and stages."""
    wanted = _wanted()
    with reading(parts().sessions) as session:
        ahead, over = events.coming(session, actor(), limit=200), list(events.past(session, limit=200))
        if wanted["stage"] == EventStage.CALLED_OFF:
            # Those of the past are listed only when they are asked for.
            over += [one for one in events.called_off(session, limit=200) if one.ends_at < clock.now()]
        stages = _stages(session, [*ahead, *over])
        return render_template(
            "events/calendar.html",
            coming=[one for one in ahead if _fits(one, stages[one.id], wanted)],
            past=[one for one in over if _fits(one, stages[one.id], wanted)],
            stages=stages,
            narrowed=any(wanted.values()),
            shown=len(over) if any(wanted.values()) else FEW,
            wanted=wanted,
            count=events.count_this_year(session),
            target=YEARLY_TARGET,
        )


@blueprint.get("/events.ics")
def calendar_feed() -> Response:
    """The whole calendar, to subscribe to."""
    with reading(parts().sessions) as session:
        rows = [*events.past(session, limit=200), *events.called_off(session), *events.coming(session, actor())]
        first = clock.now() - KEPT
        shown = {one.id: one for one in rows if one.ends_at >= first and one.state is not EventState.DRAFT}.values()
        return _feed(calendar_of([_entry(one) for one in shown], name=_("南海供需对接活动")))


@blueprint.get("/events/<int:event_id>.ics")
def event_feed(event_id: int) -> Response:
    """One event, to put into one's own calendar."""
    with reading(parts().sessions) as session:
        row = events.event(session, actor(), event_id=event_id)
        return _feed(calendar_of([_entry(row)], name=row.title))


@blueprint.get("/events/<int:event_id>")
def detail(event_id: int) -> Page:
    """One event."""
    with reading(parts().sessions) as session:
        event = events.event(session, actor(), event_id=event_id)
        coming = participants.counts(session, event_id=event_id).get(RegistrationState.CONFIRMED, 0)
        return render_template(
            "events/detail.html",
            event=event,
            slots=events.open_slots(session, event_id=event_id),
            coming=coming,
            entering=_entering(event, coming),
            stage=stage_of(event, confirmed=coming, now=clock.now()),
        )


@blueprint.get("/office/events/new")
@needs_role(*PLANNERS)
def new() -> Page:
    """An empty form."""
    usual = {"state": "draft", "entry": "approval", "asking": "opt_in"}
    return _form(usual | {"requests_max": "8", "request_hours": "72", "meetings_min": "0"}, {}, None)


@blueprint.get("/office/events/<int:event_id>/edit")
@needs_role(*PLANNERS)
def edit(event_id: int) -> Page:
    """The form, filled in."""
    with reading(parts().sessions) as session:
        row = events.event(session, actor(), event_id=event_id)
        values = {name: getattr(row, name) for name in EventIn.model_fields}
        for name in _MOMENTS:
            moment = values[name]
            values[name] = moment.astimezone(DISTRICT_ZONE).strftime("%Y-%m-%dT%H:%M") if moment else ""
        # A zero is a number, not an empty field.
        values |= {name: str(value) for name, value in values.items() if isinstance(value, int)}
        values["resources"] = "\n".join(f"{name}={number}" for name, number in (row.resources or {}).items())
        return _form(values, {}, event_id)


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
        data = read_form(EventIn, request.form, lists=("chains",), **_kept(event_id))
        with unit(parts().sessions) as session:
            number = _saved(session, data, event_id)
    except Invalid as error:
        faults = _named(faults_by_field(error.faults))
        return _form(request.form.to_dict() | {"chains": request.form.getlist("chains")}, faults, event_id)
    flash(_("已保存。"), "good")
    return redirect(url_for("events.office", event_id=number), 303)  # type: ignore[return-value]


def _kept(event_id: int | None) -> dict[str, object]:
    """Announcing and calling off have buttons of their own: a form that says nothing about the state leaves it."""
    if event_id is None or "state" in request.form:
        return {}
    with reading(parts().sessions) as session:
        return {"state": events.event(session, actor(), event_id=event_id).state}


def _saved(session: Any, data: EventIn, event_id: int | None) -> int:
    """Save the event, and tell those on its list when it is off or on another day."""
    if event_id is None:
        return int(service.save_event(session, actor(), data=data).id)
    before = events.event(session, actor(), event_id=event_id)
    state, starts_at = before.state, before.starts_at
    saved = service.save_event(session, actor(), data=data, event_id=event_id)
    base = parts().config.public_url
    announcing.tell_change(session, actor(), event=saved, state=state, starts_at=starts_at, base=base)
    return int(saved.id)


def _named(faults: dict[str, str]) -> dict[str, str]:
    """What the features say in English, in the page's words."""
    known = (
        ("registration_closes_at", "registration_closes_at lies before", _("截止要晚于开放。")),
        ("registration_closes_at", "registration_closes_at lies after", _("截止不能晚于活动结束。")),
        ("meetings_max", "meetings_max lies below", _("最多场数不能小于最少场数。")),
        ("state", "never announced", _("没有公布过的活动不用取消，留作草稿即可。")),
        ("resources", "", _("每行写一种，如：翻译=3。")),
    )
    said = {field: text for field, words, text in known if field in faults and words in faults[field]}
    return faults | said


def _form(values: dict[str, Any], faults: dict[str, str], event_id: int | None) -> Page:
    with reading(parts().sessions) as session:
        reach = announcing.reach(session, event_id=event_id) if event_id is not None else (0, 0)
        page = render_template("events/form.html", values=values, faults=faults, event_id=event_id, reach=reach)
    return (page, 400) if faults else page


def _wanted() -> dict[str, str]:
    """The filters asked for, as far as they exist."""
    known = {
        "kind": {kind.value for kind in EventKind},
        "chain": set(chains()),
        "town": set(towns()),
        "stage": {stage.value for stage in EventStage},
    }
    found = {name: value for name, codes in known.items() if (value := request.args.get(name, "")) in codes}
    month = request.args.get("month", "")
    nothing = dict.fromkeys(known, "")
    return nothing | {"month": month if _MONTH.fullmatch(month) else ""} | found


def _stages(session: Any, rows: list[Any]) -> dict[int, EventStage]:
    """Where each of the events stands."""
    counts = participants.confirmed_counts(session, event_ids=[one.id for one in rows])
    moment = clock.now()
    return {one.id: stage_of(one, confirmed=counts.get(one.id, 0), now=moment) for one in rows}


def _fits(event: Any, stage: EventStage, wanted: dict[str, str]) -> bool:
    month = event.starts_at.astimezone(DISTRICT_ZONE).strftime("%Y-%m")
    return (
        wanted["kind"] in ("", event.kind)
        and (not wanted["chain"] or wanted["chain"] in event.chains)
        and wanted["town"] in ("", event.town)
        and wanted["month"] in ("", month)
        and wanted["stage"] in ("", stage)
    )


def _entry(event: Any) -> Entry:
    return Entry(
        uid=f"event-{event.id}@nanhai",
        title=event.title,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        place=event.venue,
        text=event.summary,
        changed_at=event.updated_at,
        cancelled=event.state is EventState.CANCELLED,
    )


def _feed(content: bytes) -> Response:
    response = Response(content, mimetype="text/calendar")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _entering(event: Any, coming: int) -> str:
    """Whether and how one comes in now, in a sentence."""
    moment = clock.now()
    if event.state is EventState.CANCELLED:
        return _("活动已取消。")
    if event.ends_at < moment:
        return _("活动已经结束。")
    if event.registration_opens_at and moment < event.registration_opens_at:
        return _("报名还没有开始。")
    if event.registration_closes_at and moment >= event.registration_closes_at:
        return _("报名已经截止，请联系主办方。")
    if event.capacity is not None and coming >= event.capacity:
        return _("名额已满，报名后进入候补。")
    return ""
