"""One registration and the people in it, for the organisers of the event."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from matchmaker.core.errors import Invalid, NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.meetings import leaving
from matchmaker.participants import letters, registering
from matchmaker.participants.access import participant_for, planned_event, registration_for
from matchmaker.participants.places import OPEN_STATES
from matchmaker.participants.queries import present
from matchmaker.participants.rules import NEXT_STATES
from matchmaker.participants.sending import to_bring
from matchmaker.web.events.door import PLANNERS, Page, blueprint
from matchmaker.web.events.leaving import Step, step_back
from matchmaker.web.events.person_form import attempt, person_page, read_brought, save_person
from matchmaker.web.events.wording import in_plain_words, language_names
from matchmaker.web.forms import faults_by_field
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role

_ONE = "/office/events/<int:event_id>/people/<int:registration_id>"
_PERSON = "/office/events/<int:event_id>/participants/<int:participant_id>"


@blueprint.get(_ONE)
@needs_role(*PLANNERS)
def people_one(event_id: int, registration_id: int) -> Page:
    """Everything about one registration."""
    return _one_page(event_id, registration_id, {})


@blueprint.post(f"{_ONE}/answer")
@needs_role(*PLANNERS)
def people_answer(event_id: int, registration_id: int) -> Page:
    """Note what an invited organisation said on the phone."""
    accept = request.form.get("answer") == "yes"

    def act(session: Any) -> None:
        registering.answer_invitation(
            session,
            actor(),
            registration_id=known(session, event_id, registration_id).id,
            accept=accept,
            note="",
            base=parts().config.public_url,
        )

    attempt(act, done=_("已记下答复。"))
    return to_one(event_id, registration_id)


@blueprint.post(f"{_ONE}/brought")
@needs_role(*PLANNERS)
def people_brought(event_id: int, registration_id: int) -> Page:
    """Change what the organisation brings."""
    try:
        data = read_brought()
        with unit(parts().sessions) as session:
            known(session, event_id, registration_id)
            registering.save_brought(session, actor(), registration_id=registration_id, data=data)
    except Invalid as error:
        return _one_page(event_id, registration_id, faults_by_field(in_plain_words(error.faults)))
    flash(_("已保存。"), "good")
    return to_one(event_id, registration_id)


@blueprint.get(f"{_ONE}/new")
@needs_role(*PLANNERS)
def people_new(event_id: int, registration_id: int) -> Page:
    """An empty form for one more person."""
    with reading(parts().sessions) as session:
        return person_page(known(session, event_id, registration_id), None, {}, office=True)


@blueprint.post(f"{_ONE}/new")
@needs_role(*PLANNERS)
def people_create(event_id: int, registration_id: int) -> Page:
    """Name one more person."""
    with reading(parts().sessions) as session:
        row = known(session, event_id, registration_id)
        faults = save_person(registration_id, None, what="")
        return person_page(row, None, faults, office=True) if faults else to_one(event_id, registration_id)


@blueprint.get(_PERSON)
@needs_role(*PLANNERS)
def people_person(event_id: int, participant_id: int) -> Page:
    """One person: contact, hours, table, personal link."""
    with reading(parts().sessions) as session:
        person = _known_person(session, event_id, participant_id)
        return person_page(person.registration, person, {}, office=True)


@blueprint.post(_PERSON)
@needs_role(*PLANNERS)
def people_change(event_id: int, participant_id: int) -> Page:
    """Change one person."""
    with reading(parts().sessions) as session:
        person = _known_person(session, event_id, participant_id)
        faults = save_person(person.registration_id, participant_id, what="")
        if faults:
            return person_page(person.registration, person, faults, office=True)
        return to_one(event_id, person.registration_id)


@blueprint.post(f"{_PERSON}/leave")
@needs_role(*PLANNERS)
def people_leave(event_id: int, participant_id: int) -> Page:
    """The person comes no longer; asks first when meetings fall away."""
    with reading(parts().sessions) as session:
        number = _known_person(session, event_id, participant_id).registration_id
    back = url_for("events.people_one", event_id=event_id, registration_id=number)
    return step_back(leaving_person(participant_id, event_id, back, office=True))


@blueprint.post(f"{_PERSON}/revoke")
@needs_role(*PLANNERS)
def people_revoke(event_id: int, participant_id: int) -> Page:
    """End the personal link."""
    with reading(parts().sessions) as session:
        _known_person(session, event_id, participant_id)
    attempt(
        lambda unit: registering.revoke_link(unit, actor(), participant_id=participant_id),
        done=_("旧链接已作废，下面是新的。"),
    )
    address = url_for("events.people_person", event_id=event_id, participant_id=participant_id)
    return redirect(address, 303)  # type: ignore[return-value]


@blueprint.post(f"{_PERSON}/letter")
@needs_role(*PLANNERS)
def people_letter(event_id: int, participant_id: int) -> Page:
    """Send the person the link."""
    with reading(parts().sessions) as session:
        address = _known_person(session, event_id, participant_id).email
    attempt(
        lambda unit: letters.send_link(unit, actor(), participant_id=participant_id),
        done=_("个人链接即将发往 %(address)s。", address=address),
    )
    back = url_for("events.people_person", event_id=event_id, participant_id=participant_id)
    return redirect(back, 303)  # type: ignore[return-value]


def leaving_person(participant_id: int, event_id: int, back: str, *, office: bool, what: str = "") -> Step:
    """Taking one person off the list, for the organiser and for the organisation itself."""
    base = parts().config.public_url
    with reading(parts().sessions) as session:
        person = participant_for(session, actor(), participant_id=participant_id)
        who = f"{person.name} · {person.registration.name}"

    def act(session: Any, seen: str) -> int:
        return leaving.leave(session, actor(), participant_id=participant_id, seen=seen, base=base)

    def fell(session: Any) -> Any:
        person = participant_for(session, actor(), participant_id=participant_id)
        return leaving.of_person(session, person=person)

    return Step(_("从名单移出"), who, _("已从名单移出。"), back, act, fell, event_id, office=office, what=what)


def to_one(event_id: int, registration_id: int) -> Page:
    """To the page of the registration."""
    address = url_for("events.people_one", event_id=event_id, registration_id=registration_id)
    return redirect(address, 303)  # type: ignore[return-value]


def known(session: Any, event_id: int, registration_id: int) -> Any:
    """The registration, for a planner, when it is one of this event; NotFound otherwise."""
    planned_event(session, actor(), event_id=event_id)
    row = registration_for(session, actor(), registration_id=registration_id)
    if row.event_id != event_id:
        raise NotFound(f"no registration {registration_id} at event {event_id}")
    return row


def _known_person(session: Any, event_id: int, participant_id: int) -> Any:
    planned_event(session, actor(), event_id=event_id)
    person = participant_for(session, actor(), participant_id=participant_id)
    if person.event_id != event_id:
        raise NotFound(f"no participant {participant_id} at event {event_id}")
    return person


def _one_page(event_id: int, registration_id: int, faults: dict[str, str]) -> Page:
    with reading(parts().sessions) as session:
        row = known(session, event_id, registration_id)
        page = render_template(
            "events/registration.html",
            event=row.event,
            row=row,
            coming=present(row.people),
            next_states=NEXT_STATES[row.state],
            is_open=row.state in OPEN_STATES,
            planned=len(leaving.of_registration(session, registration=row)),
            choices=to_bring(session, actor(), row.organisation_id),
            values=brought_values(row, faults),
            faults=faults,
            languages=language_names(),
            office=True,
        )
    return (page, 400) if faults else page


def brought_values(row: Any, faults: dict[str, str]) -> dict[str, Any]:
    """What the form about the listings shows: what was typed when something is wrong, else what is stored."""
    if faults:
        return request.form.to_dict() | {"listing_ids": request.form.getlist("listing_ids")}
    stored = {name: getattr(row, name) for name in ("need_text", "offer_text", "note")}
    return stored | {"listing_ids": [str(one.listing_id) for one in row.brought]}
