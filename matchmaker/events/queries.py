"""Reading the calendar."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import NotFound
from matchmaker.events.access import can_see
from matchmaker.events.models import Event, EventSlot, EventTable
from matchmaker.events.rules import EventState


def coming(session: Session, actor: Actor, *, limit: int = 100) -> Sequence[Event]:
    """Events that are not over, the next one first; drafts only for the staff."""
    limits = [Event.ends_at >= clock.now()]
    if not actor.is_staff:
        limits.append(Event.state != EventState.DRAFT)
    return session.scalars(select(Event).where(*limits).order_by(Event.starts_at).limit(limit)).all()


def past(session: Session, *, limit: int = 50) -> Sequence[Event]:
    """Announced events that are over, the last one first."""
    over = (Event.ends_at < clock.now(), Event.state == EventState.ANNOUNCED)
    return session.scalars(select(Event).where(*over).order_by(Event.starts_at.desc()).limit(limit)).all()


def called_off(session: Session, *, limit: int = 50) -> Sequence[Event]:
    """Cancelled events: who subscribed to them has to see that they are off."""
    gone = Event.state == EventState.CANCELLED
    return session.scalars(select(Event).where(gone).order_by(Event.starts_at.desc()).limit(limit)).all()


def event(session: Session, actor: Actor, *, event_id: int) -> Event:
    """One event. NotFound also for drafts of others."""
    found = session.get(Event, event_id)
    if found is None or not can_see(actor, found):
        raise NotFound(f"no event {event_id}")
    return found


def count_this_year(session: Session) -> int:
    """Announced events of the district's calendar year: the plan wants at least 60 (二(八)1)."""
    first = (
        clock.now().astimezone(clock.DISTRICT_ZONE).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    )
    this_year = (Event.state == EventState.ANNOUNCED, Event.starts_at >= first)
    return (
        session.scalar(select(func.count()).where(*this_year, Event.starts_at < first.replace(year=first.year + 1)))
        or 0
    )


def open_slots(session: Session, *, event_id: int) -> Sequence[EventSlot]:
    """The event's hours that are still to be had, in the order of the day."""
    mine = (EventSlot.event_id == event_id, EventSlot.closed_at.is_(None))
    return session.scalars(select(EventSlot).where(*mine).order_by(EventSlot.starts_at)).all()


def open_tables(session: Session, *, event_id: int) -> Sequence[EventTable]:
    """The event's tables and booths that are still to be had, in their order."""
    mine = (EventTable.event_id == event_id, EventTable.closed_at.is_(None))
    return session.scalars(select(EventTable).where(*mine).order_by(EventTable.number, EventTable.id)).all()
