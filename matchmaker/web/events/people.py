"""Registrations and participants of an event, for its organisers: the list, and what is done to many at once."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from matchmaker.core.errors import Conflict, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.meetings import leaving
from matchmaker.participants import arriving, inviting, letters, queries, registering
from matchmaker.participants.access import planned_event
from matchmaker.participants.rules import RegistrationState
from matchmaker.participants.schemas import ArrivalIn, ParticipantIn, WalkInIn
from matchmaker.web.events import people_import, people_one
from matchmaker.web.events.door import PLANNERS, Page, blueprint
from matchmaker.web.events.leaving import Step, step_back
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
        given = {"name": data.person_name, "position": data.position, "phone": data.phone, "email": data.email}
        with unit(parts().sessions) as session:
            planned_event(session, actor(), event_id=event_id)
            arriving.take_in(
                session,
                actor(),
                event_id=event_id,
                arrival=arriving.identified(session, arrival),
                people=[ParticipantIn.model_validate(given)],
                base=parts().config.public_url,
                by_letter=True,
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

    if wanted == RegistrationState.REFUSED:
        done = _("已处理，对方会收到通知。")
        return _step_back(event_id, registration_id, leaving.refuse, title=_("不通过"), done=done)

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
    return redirect(_back(event_id, registration_id), 303)  # type: ignore[return-value]


@blueprint.post("/office/events/<int:event_id>/people/<int:registration_id>/cancel")
@needs_role(*PLANNERS)
def people_cancel(event_id: int, registration_id: int) -> Page:
    """Take the organisation off the list; asks first when meetings fall away."""
    done = _("已取消报名，空出的名额给了候补时间最长的单位。")
    return _step_back(event_id, registration_id, leaving.cancel, title=_("取消报名"), done=done)


def _step_back(event_id: int, registration_id: int, verb: Callable[..., int], *, title: str, done: str) -> Page:
    reason, base = request.form.get("reason", ""), parts().config.public_url

    def fell(session: Any) -> Any:
        return leaving.of_registration(session, registration=people_one.known(session, event_id, registration_id))

    def act(session: Any, seen: str) -> int:
        number = people_one.known(session, event_id, registration_id).id
        return verb(session, actor(), registration_id=number, reason=reason, seen=seen, base=base)

    kept = {name: request.form[name] for name in ("reason", "state", "from", "state_shown") if name in request.form}
    back = _back(event_id, registration_id)
    with reading(parts().sessions) as session:
        who = people_one.known(session, event_id, registration_id).name
    return step_back(Step(title, who, done, back, act, fell, event_id, office=True, fields=kept))


def _back(event_id: int, registration_id: int) -> str:
    """The address of where the button was pressed."""
    if request.form.get("from") == "list":
        shown = request.form.get("state_shown", "")
        return url_for("events.people", event_id=event_id, state=shown if shown in set(RegistrationState) else None)
    return url_for("events.people_one", event_id=event_id, registration_id=registration_id)


def _to_list(event_id: int) -> Page:
    return redirect(url_for("events.people", event_id=event_id), 303)  # type: ignore[return-value]


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
            waiting=letters.waiting(session, event),
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
