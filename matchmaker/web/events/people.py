"""Registrations and participants of an event, for its organisers: the list, and what is done to many at once."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from matchmaker.core.errors import Conflict, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.participants import arriving, inviting, queries, registering
from matchmaker.participants.access import planned_event
from matchmaker.participants.rules import RegistrationState
from matchmaker.participants.schemas import ArrivalIn, ParticipantIn, WalkInIn
from matchmaker.web.events import people_import, people_one
from matchmaker.web.events.door import PLANNERS, Page, blueprint
from matchmaker.web.events.person_form import attempt
from matchmaker.web.events.wording import conflict_text, in_plain_words
from matchmaker.web.forms import faults_by_field, read_form
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role

# Imported for the addresses they add to the blueprint.
PAGES = (people_import, people_one)


@blueprint.get("/office/events/<int:event_id>/people")
@needs_role(*PLANNERS)
def people(event_id: int) -> Page:
    """Every organisation on the list, by state or found by words."""
    return _people_page(event_id, {}, {})


@blueprint.post("/office/events/<int:event_id>/people/add")
@needs_role(*PLANNERS)
def people_add(event_id: int) -> Page:
    """Put an organisation and one person straight onto the list, with or without an account."""
    try:
        data = read_form(WalkInIn, request.form)
        arrival = ArrivalIn.model_validate(data.model_dump(include=set(ArrivalIn.model_fields)))
        person = ParticipantIn(name=data.person_name, position=data.position, phone=data.phone)
        with unit(parts().sessions) as session:
            planned_event(session, actor(), event_id=event_id)
            arriving.take_in(
                session,
                actor(),
                event_id=event_id,
                arrival=arriving.identified(session, arrival),
                people=[person],
                base=parts().config.public_url,
            )
    except Invalid as error:
        return _people_page(event_id, request.form.to_dict(), faults_by_field(in_plain_words(error.faults)))
    except Conflict as error:
        return _people_page(event_id, request.form.to_dict(), {"name": conflict_text(error)})
    flash(_("已加入名单。"), "good")
    return _to_list(event_id)


@blueprint.post("/office/events/<int:event_id>/people/remind")
@needs_role(*PLANNERS)
def people_remind(event_id: int) -> Page:
    """Ask those again who were invited and say nothing."""
    try:
        with unit(parts().sessions) as session:
            number = inviting.remind(session, actor(), event_id=event_id, base=parts().config.public_url)
    except Conflict as error:
        flash(conflict_text(error), "bad")
    else:
        flash(_("已提醒 %(num)s 家未答复的单位。", num=number), "good" if number else "note")
    return _to_list(event_id)


@blueprint.post("/office/events/<int:event_id>/people/fill")
@needs_role(*PLANNERS)
def people_fill(event_id: int) -> Page:
    """Confirm from the waiting list while there is room."""
    try:
        with unit(parts().sessions) as session:
            number = registering.fill_places(session, actor(), event_id=event_id, base=parts().config.public_url)
    except Conflict as error:
        flash(conflict_text(error), "bad")
    else:
        flash(_("从候补名单确认了 %(num)s 家单位。", num=number), "good" if number else "note")
    return _to_list(event_id)


@blueprint.post("/office/events/<int:event_id>/people/<int:registration_id>/decide")
@needs_role(*PLANNERS)
def people_decide(event_id: int, registration_id: int) -> Page:
    """Confirm, refuse or put on the waiting list."""
    wanted = request.form.get("state", "")
    if wanted not in set(RegistrationState):
        flash(_("请选择一个决定。"), "bad")
        return people_one.to_one(event_id, registration_id)

    def act(session: Any) -> None:
        registering.decide(
            session,
            actor(),
            registration_id=people_one.known(session, event_id, registration_id).id,
            state=RegistrationState(wanted),
            reason=request.form.get("reason", ""),
            base=parts().config.public_url,
        )

    attempt(act, done=_("已处理，对方会收到通知。"))
    return _back(event_id, registration_id)


@blueprint.post("/office/events/<int:event_id>/people/<int:registration_id>/cancel")
@needs_role(*PLANNERS)
def people_cancel(event_id: int, registration_id: int) -> Page:
    """Take the organisation off the list."""

    def act(session: Any) -> None:
        registering.cancel(
            session,
            actor(),
            registration_id=people_one.known(session, event_id, registration_id).id,
            reason=request.form.get("reason", ""),
            base=parts().config.public_url,
        )

    attempt(act, done=_("已取消报名，空出的名额给了候补时间最长的单位。"))
    return _back(event_id, registration_id)


def _back(event_id: int, registration_id: int) -> Page:
    """To where the button was pressed."""
    if request.form.get("from") == "list":
        return _to_list(event_id, request.form.get("state_shown", ""))
    return people_one.to_one(event_id, registration_id)


def _to_list(event_id: int, state: str = "") -> Page:
    shown = state if state in set(RegistrationState) else None
    return redirect(url_for("events.people", event_id=event_id, state=shown), 303)  # type: ignore[return-value]


def _people_page(event_id: int, values: dict[str, Any], faults: dict[str, str]) -> Page:
    wanted, text = request.args.get("state", ""), request.args.get("q", "").strip()[:60]
    with reading(parts().sessions) as session:
        event = planned_event(session, actor(), event_id=event_id)
        rows = [
            row
            for row in queries.registrations(session, actor(), event_id=event_id)
            if (not wanted or row.state == wanted) and _has(row, text)
        ]
        counts = queries.counts(session, event_id=event_id)
        page = render_template(
            "events/people.html",
            event=event,
            rows=rows,
            counts=counts,
            states=[state for state in RegistrationState if counts.get(state)],
            total=sum(counts.values()),
            wanted=wanted,
            text=text,
            values=values,
            faults=faults,
        )
    return (page, 400) if faults else page


def _has(row: Any, text: str) -> bool:
    words = [row.name, row.uscc, *(word for person in row.people for word in (person.name, person.badge, person.phone))]
    return any(text.casefold() in word.casefold() for word in words)
