"""An organisation's own events: what it is invited to and registered for, and everything about one of them."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from matchmaker.core import clock
from matchmaker.core.errors import Invalid, NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.meetings import leaving
from matchmaker.participants import letters, queries, registering
from matchmaker.participants.access import is_own, participant_for, registration_for
from matchmaker.participants.places import OPEN_STATES
from matchmaker.participants.queries import present
from matchmaker.participants.rules import RegistrationState
from matchmaker.participants.sending import to_bring
from matchmaker.registry import assistance
from matchmaker.web.events import own_register
from matchmaker.web.events.door import Page, blueprint
from matchmaker.web.events.leaving import Step, step_back
from matchmaker.web.events.people_one import brought_values, leaving_person
from matchmaker.web.events.person_form import attempt, person_page, read_brought, save_person
from matchmaker.web.events.schedule import appointments, calendar_file
from matchmaker.web.events.wording import in_plain_words, language_names, next_step
from matchmaker.web.forms import faults_by_field
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_login

# Imported for the addresses it adds to the blueprint.
PAGES = (own_register,)
_ONE = "/my/events/<int:registration_id>"
_PERSON = "/my/events/people/<int:participant_id>"


@blueprint.get("/my/events")
@needs_login
def mine() -> Page:
    """All registrations of one's organisations, with what to do next."""
    with reading(parts().sessions) as session:
        rows = queries.own_registrations(session, actor())
        return render_template("events/mine.html", rows=rows, next_step=next_step)


@blueprint.get(_ONE)
@needs_login
def own_registration(registration_id: int) -> Page:
    """One registration: the answer, the people, what is brought, the schedule."""
    return _own_page(registration_id, {})


@blueprint.post(f"{_ONE}/answer")
@needs_login
def own_answer(registration_id: int) -> Page:
    """Say yes or no to an invitation."""
    accept = request.form.get("answer") == "yes"

    def act(session: Any) -> None:
        registering.answer_invitation(
            session,
            actor(),
            registration_id=_own(session, registration_id).id,
            accept=accept,
            note=request.form.get("note", ""),
            base=parts().config.public_url,
        )

    done = _("已答复参加，请核对参会人和时段。") if accept else _("已答复不参加，谢谢告知。")
    attempt(act, done=done, what=_("答复活动邀请"))
    return _to_own(registration_id)


@blueprint.post(f"{_ONE}/cancel")
@needs_login
def own_cancel(registration_id: int) -> Page:
    """Step back; asks first when meetings fall away."""
    reason, base = request.form.get("reason", ""), parts().config.public_url

    def act(session: Any, seen: str) -> int:
        number = _own(session, registration_id).id
        return leaving.cancel(session, actor(), registration_id=number, reason=reason, seen=seen, base=base)

    def fell(session: Any) -> Any:
        return leaving.of_registration(session, registration=_own(session, registration_id))

    with reading(parts().sessions) as session:
        row = _own(session, registration_id)
        event_id, who = row.event_id, row.name
    words = (_("取消报名"), who, _("已取消报名，名额让给了候补单位。"))
    back = url_for("events.own_registration", registration_id=registration_id)
    what, kept = _("取消活动报名"), {"reason": reason}
    return step_back(Step(*words, back, act, fell, event_id, office=False, what=what, fields=kept))


@blueprint.post(f"{_ONE}/brought")
@needs_login
def own_brought(registration_id: int) -> Page:
    """Change what is brought."""
    try:
        data = read_brought()
        with unit(parts().sessions) as session:
            _own(session, registration_id)
            registering.save_brought(session, actor(), registration_id=registration_id, data=data)
            assistance.tell_acted(session, actor(), what=_("修改活动报名"), base=parts().config.public_url)
    except Invalid as error:
        return _own_page(registration_id, faults_by_field(in_plain_words(error.faults)))
    flash(_("已保存。"), "good")
    return _to_own(registration_id)


@blueprint.get(f"{_ONE}/calendar.ics")
@needs_login
def own_calendar(registration_id: int) -> Response:
    """All meetings of the organisation's people for a calendar."""
    with reading(parts().sessions) as session:
        row = _own(session, registration_id)
        return calendar_file(row.event, appointments(session, present(row.people)))


@blueprint.get(f"{_ONE}/new")
@needs_login
def own_new(registration_id: int) -> Page:
    """An empty form for one more person."""
    with reading(parts().sessions) as session:
        return person_page(_own(session, registration_id), None, {}, office=False)


@blueprint.post(f"{_ONE}/new")
@needs_login
def own_create(registration_id: int) -> Page:
    """Name one more person."""
    with reading(parts().sessions) as session:
        row = _own(session, registration_id)
        faults = save_person(registration_id, None, what=_("添加参会人"))
        return person_page(row, None, faults, office=False) if faults else _to_own(registration_id)


@blueprint.get(_PERSON)
@needs_login
def own_person(participant_id: int) -> Page:
    """One person: contact, hours, personal link."""
    with reading(parts().sessions) as session:
        person = _own_person(session, participant_id)
        return person_page(person.registration, person, {}, office=False)


@blueprint.post(_PERSON)
@needs_login
def own_change(participant_id: int) -> Page:
    """Change one person."""
    with reading(parts().sessions) as session:
        person = _own_person(session, participant_id)
        faults = save_person(person.registration_id, participant_id, what=_("修改参会人"))
        if faults:
            return person_page(person.registration, person, faults, office=False)
        return _to_own(person.registration_id)


@blueprint.post(f"{_PERSON}/leave")
@needs_login
def own_leave(participant_id: int) -> Page:
    """The person comes no longer; asks first when meetings fall away."""
    with reading(parts().sessions) as session:
        person = _own_person(session, participant_id)
        back = url_for("events.own_registration", registration_id=person.registration_id)
        event_id = person.event_id
    return step_back(leaving_person(participant_id, event_id, back, office=False, what=_("移出参会人")))


@blueprint.post(f"{_PERSON}/revoke")
@needs_login
def own_revoke(participant_id: int) -> Page:
    """End the personal link."""
    with reading(parts().sessions) as session:
        _own_person(session, participant_id)
    attempt(
        lambda unit: registering.revoke_link(unit, actor(), participant_id=participant_id),
        done=_("旧链接已作废，下面是新的。"),
        what=_("更换个人链接"),
    )
    return redirect(url_for("events.own_person", participant_id=participant_id), 303)  # type: ignore[return-value]


@blueprint.post(f"{_PERSON}/letter")
@needs_login
def own_letter(participant_id: int) -> Page:
    """Send the person the link."""
    with reading(parts().sessions) as session:
        address = _own_person(session, participant_id).email
    attempt(
        lambda unit: letters.send_link(unit, actor(), participant_id=participant_id),
        done=_("个人链接即将发往 %(address)s。", address=address),
        what=_("发送个人链接"),
    )
    return redirect(url_for("events.own_person", participant_id=participant_id), 303)  # type: ignore[return-value]


def _own(session: Any, registration_id: int) -> Any:
    """One of the organisation's own; what only stands on the organiser's call list is nobody else's business."""
    row = registration_for(session, actor(), registration_id=registration_id)
    if not is_own(actor(), row) or row.state is RegistrationState.LISTED:
        raise NotFound(f"no registration {registration_id}")
    return row


def _own_person(session: Any, participant_id: int) -> Any:
    person = participant_for(session, actor(), participant_id=participant_id)
    _own(session, person.registration_id)
    return person


def _own_page(registration_id: int, faults: dict[str, str]) -> Page:
    with reading(parts().sessions) as session:
        row = _own(session, registration_id)
        coming = present(row.people)
        mine = appointments(session, coming)
        page = render_template(
            "events/registration.html",
            event=row.event,
            row=row,
            coming=coming,
            is_open=row.state in OPEN_STATES,
            planned=len(leaving.of_registration(session, registration=row)),
            choices=to_bring(session, actor(), row.organisation_id),
            values=brought_values(row, faults),
            faults=faults,
            languages=language_names(),
            appointments=mine,
            begun=any(one.meeting.slot.starts_at <= clock.now() for one in mine),
            office=False,
        )
    return (page, 400) if faults else page


def _to_own(registration_id: int) -> Page:
    address = url_for("events.own_registration", registration_id=registration_id)
    return redirect(address, 303)  # type: ignore[return-value]
