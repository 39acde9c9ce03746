"""A participant's own page, opened with a personal link instead of a login: made for a phone in the hall.

It speaks the visitor's chosen language, and before that the one the participant reads.
"""

from typing import Any

from flask import Response, make_response, render_template, request
from flask_babel import force_locale

from matchmaker.core import clock
from matchmaker.core.unit import reading
from matchmaker.meetings.outcomes import word_of
from matchmaker.meetings.queries import published
from matchmaker.participants.badges import participant_of
from matchmaker.participants.rules import written_language
from matchmaker.web.events.door import blueprint
from matchmaker.web.events.person_form import badge_picture
from matchmaker.web.events.schedule import PRIVATE, Appointment, appointments, calendar_file
from matchmaker.web.language import COOKIE, LANGUAGES, language
from matchmaker.web.parts import parts


@blueprint.get("/p/<token>")
def personal(token: str) -> Response:
    """Who, where, when, with whom. 404 for a link that was made up or revoked."""
    with reading(parts().sessions) as session:
        person = _whose(session, token)
        mine = appointments(session, [person])
        with force_locale(_tongue(person)):
            page = render_template(
                "events/personal.html",
                person=person,
                row=person.registration,
                event=person.registration.event,
                appointments=mine,
                published=published(session, event_id=person.event_id) is not None,
                said=_said(mine, person),
                now=clock.now(),
                picture=badge_picture(person),
                token=token,
            )
    response = make_response(page)
    response.headers.update(PRIVATE)
    return response


@blueprint.get("/p/<token>/calendar.ics")
def personal_calendar(token: str) -> Response:
    """The same meetings for the phone's calendar."""
    with reading(parts().sessions) as session:
        person = _whose(session, token)
        with force_locale(_tongue(person)):
            return calendar_file(person.registration.event, appointments(session, [person]))


def _said(mine: list[Appointment], person: Any) -> dict[int, str]:
    """What this participant's side has said of its meetings so far."""
    found = {one.meeting.id: word_of(one.meeting, person.registration_id) for one in mine}
    return {number: word.kind.value for number, word in found.items() if word is not None}


def _tongue(person: Any) -> str:
    return language() if request.cookies.get(COOKIE) in LANGUAGES else written_language(person.languages)


def _whose(session: Any, token: str) -> Any:
    return participant_of(session, secret_key=parts().config.secret_key, token=token)
