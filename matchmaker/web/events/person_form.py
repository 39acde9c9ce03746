"""The form for one person who comes, the same for the organiser and for the organisation itself."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import segno
from flask import flash, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from matchmaker.core.errors import Conflict, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.events import queries as events
from matchmaker.participants import letters, registering
from matchmaker.participants.access import participant_for
from matchmaker.participants.badges import link_token
from matchmaker.participants.schemas import BroughtIn, ParticipantIn
from matchmaker.registry import assistance
from matchmaker.web.events.door import Page
from matchmaker.web.events.wording import conflict_text, in_plain_words, language_names
from matchmaker.web.forms import faults_by_field, read_form
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor

LISTS = ("languages", "away")
_KEPT = ("name", "position", "phone", "email", "languages", "meetings_min", "meetings_max", "table_id")


def attempt(act: Callable[[Any], object], *, done: str, what: str = "") -> bool:
    """Run a verb in its own unit and tell how it went; `what` is told to those on whose behalf it was done."""
    try:
        with unit(parts().sessions) as session:
            act(session)
            if what:
                assistance.tell_acted(session, actor(), what=what, base=parts().config.public_url)
    except Conflict as error:
        flash(conflict_text(error), "bad")
    except Invalid as error:
        flash(" ".join(fault.message for fault in in_plain_words(error.faults)), "bad")
    else:
        flash(done, "good")
        return True
    return False


def personal_link(participant: Any) -> str:
    """The participant's own address, as it stands in letters and on paper."""
    token = link_token(parts().config.secret_key, participant)
    return parts().config.public_url + url_for("events.personal", token=token)


def badge_picture(participant: Any) -> str:
    """The badge as a picture inside the page: an organiser's phone opens the desk at this person, as on paper."""
    desk = url_for("events.desk", event_id=participant.event_id, q=participant.badge)
    picture = segno.make(parts().config.public_url + desk, error="m")
    return str(picture.svg_data_uri(scale=5, border=2))


def read_brought() -> BroughtIn:
    """What the posted form says that the organisation brings."""
    values = MultiDict([(name, text) for name, text in request.form.items(multi=True)])
    return read_form(BroughtIn, values, lists=("listing_ids",))


def save_person(registration_id: int, participant_id: int | None, *, what: str) -> dict[str, str]:
    """Save the posted person; what is wrong by field, nothing when it was saved."""
    try:
        data = read_form(ParticipantIn, request.form, lists=LISTS, **_kept_person(participant_id))
        with unit(parts().sessions) as session:
            registering.save_participant(
                session, actor(), registration_id=registration_id, data=data, participant_id=participant_id
            )
            assistance.tell_acted(session, actor(), what=what, base=parts().config.public_url)
    except Invalid as error:
        return faults_by_field(in_plain_words(error.faults))
    except Conflict as error:
        return {"": conflict_text(error)}
    flash(_("已保存。"), "good")
    return {}


def person_page(row: Any, person: Any | None, faults: dict[str, str], *, office: bool) -> Page:
    """The form, empty or with what is stored, or with what was typed when something is wrong with it."""
    open_slots = [slot for slot in row.event.slots if slot.closed_at is None]
    coming = person is not None and person.left_at is None
    page = render_template(
        "events/person.html",
        event=row.event,
        row=row,
        person=person,
        values=_typed() if faults else _stored(person),
        faults=faults,
        office=office,
        slots=open_slots,
        tables=[table for table in row.event.tables if table.closed_at is None],
        languages=language_names(),
        link=personal_link(person) if coming else "",
        **(_letters(person) if coming else {}),
    )
    return (page, 400) if faults else page


def _letters(person: Any) -> dict[str, Any]:
    """What the person was written, and whether the link can be sent now."""
    with reading(parts().sessions) as session:
        event = events.event(session, actor(), event_id=person.event_id)
        unsent = letters.without_link(session, event_id=event.id, people=[person.id])
        rows = letters.of_person(session, actor(), participant_id=person.id)
        return {
            "letters": [(one.kind, one.asked_at, _fate(one)) for one in rows],
            "sendable": bool(unsent) and letters.can_write(event),
        }


def _fate(letter: Any) -> str:
    """What became of a letter."""
    if letter.done_at is None:
        return _("等待发出")
    if letter.mail is None:
        return _("不用再发")
    if letter.mail.given_up_at is not None:
        return _("没有送到，请核对邮箱")
    return _("已发出") if letter.mail.sent_at is not None else _("正在发送")


def _typed() -> dict[str, Any]:
    values: dict[str, Any] = request.form.to_dict()
    return values | {name: request.form.getlist(name) for name in LISTS}


def _stored(person: Any | None) -> dict[str, Any]:
    if person is None:
        return {}
    return {name: getattr(person, name) for name in _KEPT} | {"away": [str(one) for one in person.away]}


def _kept_person(participant_id: int | None) -> dict[str, object]:
    """Whose account a person is does not stand in the form, and stays."""
    if participant_id is None:
        return {}
    with reading(parts().sessions) as session, suppress(Conflict):
        return {"person_id": participant_for(session, actor(), participant_id=participant_id).person_id}
    return {}
