"""Stepping back when meetings are planned: what falls away is seen before it is done, and the other side is told."""

import hashlib
from collections.abc import Sequence

from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict
from matchmaker.events.models import Event
from matchmaker.meetings.models import Meeting
from matchmaker.meetings.queries import meetings_of
from matchmaker.meetings.rules import MeetingState
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News, tell, tell_organisation
from matchmaker.participants import letters, places, registering
from matchmaker.participants.access import participant_for, plans, registration_for
from matchmaker.participants.models import Participant, Registration
from matchmaker.participants.rules import LetterKind, RegistrationState


class Unseen(Conflict):
    """Other meetings would fall away than whoever decides has seen; show them, and ask."""


def of_registration(session: Session, *, registration: Registration) -> list[Meeting]:
    """The meetings of the organisation's people that have not begun, by time. No actor: verbs and pages ask."""
    return [
        one
        for one in _ahead(session, registration.event_id)
        if registration.id in (one.a.registration_id, one.b.registration_id)
    ]


def of_person(session: Session, *, person: Participant) -> list[Meeting]:
    """The same for one person."""
    return [one for one in _ahead(session, person.event_id) if person.id in (one.a_id, one.b_id)]


def digest_of(meetings: Sequence[Meeting]) -> str:
    """By what a form says which meetings were shown; empty for none."""
    shown = ",".join(f"{one.id}:{one.slot_id}:{one.table_id}" for one in meetings)
    return hashlib.sha256(shown.encode()).hexdigest()[:16] if meetings else ""


def cancel(session: Session, actor: Actor, *, registration_id: int, reason: str, seen: str, base: str) -> int:
    """As registering.cancel; the organisation's meetings fall away and the other sides are told. How many fell.

    Unseen when `seen` is not the digest of just these meetings.
    """
    row, falling = _held(session, actor, registration_id)
    _require_seen(falling, seen)
    registering.cancel(session, actor, registration_id=registration_id, reason=reason, base=base)
    return _drop(session, actor, falling, gone=row, base=base)


def refuse(session: Session, actor: Actor, *, registration_id: int, reason: str, seen: str, base: str) -> int:
    """As registering.decide with REFUSED, in the same way."""
    row, falling = _held(session, actor, registration_id)
    _require_seen(falling, seen)
    state = RegistrationState.REFUSED
    registering.decide(session, actor, registration_id=registration_id, state=state, reason=reason, base=base)
    return _drop(session, actor, falling, gone=row, base=base)


def leave(session: Session, actor: Actor, *, participant_id: int, seen: str, base: str) -> int:
    """As registering.leave, in the same way; the organisation learns of it too when somebody else decided it."""
    person = participant_for(session, actor, participant_id=participant_id)
    places.held_event(session, person.event_id)
    falling = of_person(session, person=person)
    _require_seen(falling, seen)
    registering.leave(session, actor, participant_id=participant_id)
    if falling and plans(actor):
        _tell(session, actor, falling[-1], person.registration, text="event.timetable_changed", base=base)
    return _drop(session, actor, falling, gone=person.registration, base=base)


def _held(session: Session, actor: Actor, registration_id: int) -> tuple[Registration, list[Meeting]]:
    row = registration_for(session, actor, registration_id=registration_id)
    places.held_event(session, row.event_id)
    return row, of_registration(session, registration=row)


def _ahead(session: Session, event_id: int) -> list[Meeting]:
    moment = clock.now()
    return [one for one in meetings_of(session, event_id=event_id) if one.slot.starts_at > moment]


def _require_seen(falling: Sequence[Meeting], seen: str) -> None:
    if digest_of(falling) != seen:
        raise Unseen(f"{len(falling)} meetings fall away, and others were shown")


def _drop(session: Session, actor: Actor, falling: Sequence[Meeting], *, gone: Registration, base: str) -> int:
    """The meetings take place no longer, and whoever would have sat there learns it."""
    if not falling:
        return 0
    moment = clock.now()
    left = []
    for one in falling:
        one.state, one.updated_at = MeetingState.DROPPED, moment
        other = one.b if one.a.registration_id == gone.id else one.a
        left.append(other)
        _tell(session, actor, one, other.registration, text="event.meeting_fell", base=base, gone=gone)
    session.flush()
    people = letters.reached(session, event_id=gone.event_id, people={one.id for one in left})
    letters.ask(session, actor, people, LetterKind.CHANGED, once=f"fell:{moment.isoformat()}")
    detail = {"registration": gone.id, "meetings": [one.id for one in falling]}
    audit.record(session, actor, [audit.Event("event.meetings_fell", f"event:{gone.event_id}", detail)])
    if not plans(actor):
        _tell_office(session, gone, len(falling), base=base)
    return len(falling)


def _tell(
    session: Session,
    actor: Actor,
    meeting: Meeting,
    house: Registration,
    *,
    text: str,
    base: str,
    gone: Registration | None = None,
) -> None:
    if house.organisation_id is None:
        return
    once = f"meeting:{meeting.id}:{text}:{clock.now().isoformat()}"
    details = {"title": house.event.title, "name": house.name, "other": gone.name if gone else ""}
    news = News(NoticeKind.EVENT, text, f"/my/events/{house.id}", once, details, house.organisation_id)
    tell_organisation(session, news, organisation_id=house.organisation_id, base=base, besides=actor.person_id)


def _tell_office(session: Session, gone: Registration, many: int, *, base: str) -> None:
    organiser = session.get_one(Event, gone.event_id).organiser_id
    if organiser is not None:
        text, path = "event.office_meetings_fell", f"/office/events/{gone.event_id}/timetable/repair"
        details = {"title": gone.event.title, "name": gone.name, "count": many}
        once = f"fell:{gone.id}:{clock.now().isoformat()}"
        tell(session, [News(NoticeKind.EVENT, text, path, once, details)], people=[organiser], base=base)
