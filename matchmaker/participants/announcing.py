"""Telling those on an event's list that it is off, or on another day."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.events.models import Event
from matchmaker.events.rules import EventState
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News, tell_organisation
from matchmaker.participants.models import Registration
from matchmaker.participants.rules import RegistrationState

# Who said no or was refused has no plans to change.
_S = RegistrationState
CONCERNED = (_S.INVITED, _S.APPLIED, _S.WAITING, _S.CONFIRMED)


def tell_change(
    session: Session, actor: Actor, *, event: Event, state: EventState, starts_at: datetime, base: str
) -> int:
    """Tell every organisation on the list when the event, which stood at `state` and `starts_at`, is called off or
    begins at another time. Returns how many people were told.
    """
    if event.ends_at <= clock.now() or state is not EventState.ANNOUNCED:
        return 0
    if event.state is EventState.CANCELLED:
        text = "event.called_off"
    elif event.state is EventState.ANNOUNCED and event.starts_at != starts_at:
        text = "event.moved"
    else:
        return 0
    local = event.starts_at.astimezone(clock.DISTRICT_ZONE)
    details = {"title": event.title, "day": f"{local:%Y-%m-%d %H:%M}"}
    known = (Registration.event_id == event.id, Registration.state.in_(CONCERNED))
    told = 0
    for row in session.scalars(select(Registration).where(*known, Registration.organisation_id.is_not(None))):
        assert row.organisation_id is not None
        once = f"event:{event.id}:{text}:{event.updated_at.isoformat()}"
        news = News(NoticeKind.EVENT, text, f"/my/events/{row.id}", once, details, row.organisation_id)
        told += tell_organisation(
            session, news, organisation_id=row.organisation_id, base=base, besides=actor.person_id
        )
    return told
