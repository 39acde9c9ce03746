"""Planning events."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Fault, Invalid, NotFound
from matchmaker.events.access import require_planner
from matchmaker.events.models import Event
from matchmaker.events.rules import EventState
from matchmaker.events.schemas import EventIn


def save_event(session: Session, actor: Actor, *, data: EventIn, event_id: int | None = None) -> Event:
    """Plan an event, or change the one with this id. Writes the audit log."""
    require_planner(actor)
    event = session.get(Event, event_id, with_for_update=True) if event_id is not None else _new(actor)
    if event is None:
        raise NotFound(f"no event {event_id}")
    if event.state is EventState.DRAFT and data.state is EventState.CANCELLED:
        raise Invalid([Fault("state", "what was never announced is not cancelled", data.state)])
    wanted = data.model_dump()
    changed = {name: [_plain(getattr(event, name)), _plain(value)] for name, value in wanted.items()}
    for name, value in wanted.items():
        setattr(event, name, value)
    event.updated_at = clock.now()
    session.add(event)
    session.flush()
    differing = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    if differing:
        audit.record(session, actor, [audit.Event("event.save", f"event:{event.id}", differing)])
    return event


def _new(actor: Actor) -> Event:
    return Event(organiser_id=actor.person_id, created_at=clock.now())


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if value is None or isinstance(value, str | list) else str(value)
