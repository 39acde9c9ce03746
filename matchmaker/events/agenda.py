"""The hours and tables of an event. What was planned is never dropped by changing them: it is closed, or refused."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Invalid, NotFound
from matchmaker.events.access import require_planner
from matchmaker.events.models import Event, EventSlot, EventTable
from matchmaker.events.rules import EventState, lay_out
from matchmaker.events.schemas import SessionIn, TableIn

MOST_SLOTS = 100
MOST_TABLES = 300


class InUse(Conflict):
    """Meetings that people were told of are in the hours or at the tables that would go; `names` says which."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__(f"meetings are planned in {', '.join(names)}")


def set_slots(
    session: Session, actor: Actor, *, event_id: int, sessions: Sequence[SessionIn], in_use: Collection[int] = ()
) -> None:
    """Make these the event's hours. Known ones stay the rows they were, so that nobody's meeting changes.

    Invalid when sessions overlap or make too many slots; InUse when one of the slots `in_use` would go.
    """
    event = _planned(session, actor, event_id)
    wanted = _slots(sessions)
    rows = list(session.scalars(select(EventSlot).where(EventSlot.event_id == event.id).order_by(EventSlot.starts_at)))
    fits = {starts: (name, ends) for name, starts, ends in wanted}
    going = [row for row in rows if row.closed_at is None and fits.get(row.starts_at, ("", None))[1] != row.ends_at]
    _refuse([row.starts_at.astimezone(clock.DISTRICT_ZONE).strftime("%H:%M") for row in going if row.id in in_use])
    before = [_span(row.starts_at, row.ends_at) for row in rows if row.closed_at is None]
    known = {row.starts_at: row for row in rows}
    for row in going:
        row.closed_at = clock.now()
    for name, starts, ends in wanted:
        row = known.get(starts) or EventSlot(event_id=event.id, starts_at=starts)
        row.session, row.ends_at, row.closed_at = name, ends, None
        session.add(row)
    session.flush()
    after = [_span(starts, ends) for _, starts, ends in wanted]
    _record(session, actor, event, "event.slots", changed=(before, after))


def set_tables(
    session: Session, actor: Actor, *, event_id: int, tables: Sequence[TableIn], in_use: Collection[int] = ()
) -> None:
    """Make these the event's tables, in this order. InUse when one of the tables `in_use` would go."""
    event = _planned(session, actor, event_id)
    labels = [one.label for one in tables]
    if len(labels) > MOST_TABLES:
        raise Invalid([Fault("tables", f"at most {MOST_TABLES} tables, these are {len(labels)}")])
    if twice := sorted({one for one in labels if labels.count(one) > 1}):
        raise Invalid([Fault("tables", f"{twice[0]} stands there twice", twice[0])])
    rows = {row.label: row for row in session.scalars(select(EventTable).where(EventTable.event_id == event.id))}
    going = [row for row in rows.values() if row.closed_at is None and row.label not in labels]
    _refuse([row.label for row in sorted(going, key=lambda row: row.number) if row.id in in_use])
    before = [row.label for row in sorted(rows.values(), key=lambda row: row.number) if row.closed_at is None]
    for row in going:
        row.closed_at = clock.now()
    for number, one in enumerate(tables, start=1):
        row = rows.get(one.label) or EventTable(event_id=event.id, label=one.label)
        row.number, row.kind, row.area, row.closed_at = number, one.kind, one.area, None
        session.add(row)
    session.flush()
    _record(session, actor, event, "event.tables", changed=(before, labels))


def _planned(session: Session, actor: Actor, event_id: int) -> Event:
    require_planner(actor)
    event = session.get(Event, event_id, with_for_update=True)
    if event is None:
        raise NotFound(f"no event {event_id}")
    if event.state is EventState.CANCELLED:
        raise Conflict("the event is cancelled")
    return event


def _slots(sessions: Sequence[SessionIn]) -> list[tuple[str, datetime, datetime]]:
    found = [
        (one.name, starts, ends)
        for one in sessions
        for starts, ends in lay_out(one.starts_at, one.ends_at, minutes=one.minutes, pause=one.pause)
    ]
    found.sort(key=lambda one: one[1])
    if len(found) > MOST_SLOTS:
        raise Invalid([Fault("sessions", f"at most {MOST_SLOTS} slots, this makes {len(found)}")])
    for (_, _, ends), (name, starts, _) in pairwise(found):
        if starts < ends:
            raise Invalid([Fault("sessions", f"{name} overlaps the session before", name)])
    return found


def _refuse(names: list[str]) -> None:
    if names:
        raise InUse(names)


def _span(starts: datetime, ends: datetime) -> str:
    local = (moment.astimezone(clock.DISTRICT_ZONE).strftime("%m-%d %H:%M") for moment in (starts, ends))
    return "–".join(local)


def _record(session: Session, actor: Actor, event: Event, action: str, *, changed: tuple[list[str], list[str]]) -> None:
    before, after = changed
    if before != after:
        detail = {"before": before, "after": after}
        audit.record(session, actor, [audit.Event(action, f"event:{event.id}", detail)])
