"""Planning events."""

from datetime import UTC, datetime, timedelta

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Invalid, NotFound
from matchmaker.events.access import require_planner
from matchmaker.events.models import Event, EventSlot, EventTable
from matchmaker.events.queries import open_slots, open_tables
from matchmaker.events.rules import EventState
from matchmaker.events.schemas import SERIES_LENGTH, CopyIn, EventIn

MOST_REASON = 500


def save_event(session: Session, actor: Actor, *, data: EventIn, event_id: int | None = None) -> Event:
    """Plan an event, or change the one with this id. Writes the audit log."""
    require_planner(actor)
    event = session.get(Event, event_id, with_for_update=True) if event_id is not None else _new(actor)
    if event is None:
        raise NotFound(f"no event {event_id}")
    if event.state is EventState.DRAFT and data.state is EventState.CANCELLED:
        raise Invalid([Fault("state", "what was never announced is not cancelled", data.state)])
    days = _days(event.starts_at, data.starts_at) if event_id is not None else 0
    wanted = data.model_dump()
    changed = {name: [_plain(getattr(event, name)), _plain(value)] for name, value in wanted.items()}
    for name, value in wanted.items():
        setattr(event, name, value)
    event.cancelled_reason = event.cancelled_reason if event.state is EventState.CANCELLED else ""
    event.updated_at = clock.now()
    session.add(event)
    session.flush()
    _move_hours(session, event, days)
    differing = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    if differing:
        audit.record(session, actor, [audit.Event("event.save", f"event:{event.id}", differing)])
    return event


def announce(session: Session, actor: Actor, *, event_id: int) -> Event:
    """Make a draft known to everybody, or hold an event after all that was called off. Conflict for any other, and for
    one that would be over.
    """
    event = _held(session, actor, event_id)
    if event.state is EventState.ANNOUNCED:
        raise Conflict("the event is announced already")
    if event.ends_at <= clock.now():
        raise Conflict("the event is over")
    return _move(session, actor, event, EventState.ANNOUNCED, reason="")


def call_off(session: Session, actor: Actor, *, event_id: int, reason: str) -> Event:
    """Call an announced event off; the reason is shown to everybody. Invalid without one, Conflict for any other event
    and once it is over.
    """
    event = _held(session, actor, event_id)
    said = reason.strip()
    if not said:
        raise Invalid([Fault("reason", "say why")])
    if len(said) > MOST_REASON:
        raise Invalid([Fault("reason", f"at most {MOST_REASON} characters, this has {len(said)}")])
    if event.state is not EventState.ANNOUNCED:
        raise Conflict(f"the event is {event.state}")
    if event.ends_at <= clock.now():
        raise Conflict("the event is over")
    return _move(session, actor, event, EventState.CANCELLED, reason=said)


def copy_event(session: Session, actor: Actor, *, event_id: int, title: str, starts_at: datetime) -> Event:
    """照上次再办一场: a draft like that event, its hours and tables moved to the new day, nobody on its list yet.

    Both belong to one series from now on. Invalid names title or starts_at.
    """
    require_planner(actor)
    found = session.get(Event, event_id, with_for_update=True)
    if found is None:
        raise NotFound(f"no event {event_id}")
    wanted = _copy(title, starts_at)
    later = wanted.starts_at - found.starts_at
    kept = {name: getattr(found, name) for name in EventIn.model_fields}
    for name in ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at"):
        kept[name] = kept[name] + later if kept[name] is not None else None
    series = _series(session, actor, found)
    kept |= {"title": wanted.title, "state": EventState.DRAFT, "series": series}
    event = save_event(session, actor, data=EventIn.model_validate(kept))
    event.copied_from_id = found.id
    for slot in open_slots(session, event_id=found.id):
        starts, ends = slot.starts_at + later, slot.ends_at + later
        session.add(EventSlot(event_id=event.id, session=slot.session, starts_at=starts, ends_at=ends))
    for table in open_tables(session, event_id=found.id):
        same = {name: getattr(table, name) for name in ("number", "label", "kind", "area")}
        session.add(EventTable(event_id=event.id, **same))
    session.flush()
    return event


def _held(session: Session, actor: Actor, event_id: int) -> Event:
    require_planner(actor)
    event = session.get(Event, event_id, with_for_update=True, populate_existing=True)
    if event is None:
        raise NotFound(f"no event {event_id}")
    return event


def _move(session: Session, actor: Actor, event: Event, state: EventState, *, reason: str) -> Event:
    before = event.state
    event.state, event.cancelled_reason, event.updated_at = state, reason, clock.now()
    session.flush()
    detail = {"state": [before, state], **({"reason": reason} if reason else {})}
    audit.record(session, actor, [audit.Event("event.state", f"event:{event.id}", detail)])
    return event


def _days(before: datetime, after: datetime) -> int:
    """How many of the district's days lie between."""
    first, second = (moment.astimezone(clock.DISTRICT_ZONE).date() for moment in (before, after))
    return (second - first).days


def _move_hours(session: Session, event: Event, days: int) -> None:
    """An event on another day takes its hours along, with the meetings in them."""
    if not days:
        return
    rows = session.scalars(select(EventSlot).where(EventSlot.event_id == event.id).order_by(EventSlot.starts_at)).all()
    # One after another and away from those that have not moved: no two hours of an event begin at once.
    for row in reversed(rows) if days > 0 else rows:
        row.starts_at, row.ends_at = row.starts_at + timedelta(days=days), row.ends_at + timedelta(days=days)
        session.flush()


def _copy(title: str, starts_at: datetime) -> CopyIn:
    try:
        return CopyIn(title=title, starts_at=starts_at)
    except ValidationError as error:
        raise Invalid([Fault(str(one["loc"][0]), one["msg"]) for one in error.errors()]) from None


def _series(session: Session, actor: Actor, event: Event) -> str:
    """Events that were copied from each other belong together, under the name of the first."""
    if not event.series:
        event.series = event.title[:SERIES_LENGTH]
        detail = {"series": ["", event.series]}
        audit.record(session, actor, [audit.Event("event.save", f"event:{event.id}", detail)])
    return event.series


def _new(actor: Actor) -> Event:
    return Event(organiser_id=actor.person_id, created_at=clock.now())


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if value is None or isinstance(value, str | int | list | dict) else str(value)
