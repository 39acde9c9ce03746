"""Telling those on an event's list that it is off, on again, or on another day."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.events.models import Event
from matchmaker.events.rules import EventState
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News, tell_organisation
from matchmaker.participants import letters
from matchmaker.participants.models import Registration
from matchmaker.participants.rules import LetterKind, RegistrationState

# Who said no or was refused has no plans to change.
_S = RegistrationState
CONCERNED = (_S.INVITED, _S.APPLIED, _S.WAITING, _S.CONFIRMED)
_KINDS = {
    "event.called_off": LetterKind.CALLED_OFF,
    "event.called_off_because": LetterKind.CALLED_OFF,
    "event.restored": LetterKind.RESTORED,
    "event.moved": LetterKind.MOVED,
}


def tell_change(
    session: Session, actor: Actor, *, event: Event, state: EventState, starts_at: datetime, base: str
) -> int:
    """Tell every organisation on the list when the event, which stood at `state` and `starts_at`, is called off, held
    after all, or begins at another time; whom no notice reaches is written a letter. Returns how many people were told.
    """
    text = _what_changed(event, state, starts_at)
    if not text:
        return 0
    local = event.starts_at.astimezone(clock.DISTRICT_ZONE)
    words = event.cancelled_reason if event.state is EventState.CANCELLED else ""
    details = {"title": event.title, "day": f"{local:%Y-%m-%d %H:%M}", "words": words}
    known = (Registration.event_id == event.id, Registration.state.in_(CONCERNED))
    once, told = f"{text}:{event.updated_at.isoformat()}", 0
    for row in session.scalars(select(Registration).where(*known, Registration.organisation_id.is_not(None))):
        assert row.organisation_id is not None
        path = f"/my/events/{row.id}"
        news = News(NoticeKind.EVENT, text, path, f"event:{event.id}:{once}", details, row.organisation_id)
        told += tell_organisation(
            session, news, organisation_id=row.organisation_id, base=base, besides=actor.person_id
        )
    people = letters.reached(session, event_id=event.id, states=CONCERNED)
    return told + letters.ask(session, actor, people, _KINDS[text], once=once, words=words)


def reach(session: Session, *, event_id: int) -> tuple[int, int]:
    """(organisations with an account, people who get letters) that would be told of a change. No actor: pages ask."""
    known = (Registration.event_id == event_id, Registration.state.in_(CONCERNED))
    houses = session.scalars(select(Registration.id).where(*known, Registration.organisation_id.is_not(None))).all()
    return len(houses), len(letters.reached(session, event_id=event_id, states=CONCERNED))


def _what_changed(event: Event, state: EventState, starts_at: datetime) -> str:
    """The text to be told; empty when nobody's plans changed."""
    if event.ends_at <= clock.now() or state is EventState.DRAFT:
        return ""
    if event.state is EventState.CANCELLED:
        off = "event.called_off_because" if event.cancelled_reason else "event.called_off"
        return off if state is EventState.ANNOUNCED else ""
    if event.state is not EventState.ANNOUNCED:
        return ""
    if state is EventState.CANCELLED:
        return "event.restored"
    return "event.moved" if event.starts_at != starts_at else ""
