"""Hours and tables of an event that has a timetable: nobody's meeting goes because somebody edits them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core.actor import Actor
from matchmaker.events import agenda
from matchmaker.events.schemas import SessionIn, TableIn
from matchmaker.meetings.models import Meeting
from matchmaker.meetings.rules import MeetingState
from matchmaker.participants.access import planned_event


def set_slots(session: Session, actor: Actor, *, event_id: int, sessions: Sequence[SessionIn]) -> None:
    """As events.agenda.set_slots; InUse names the slots that would go although meetings are planned in them."""
    planned_event(session, actor, event_id=event_id, lock=True)
    in_use = {slot for slot, _ in _in_use(session, event_id)}
    agenda.set_slots(session, actor, event_id=event_id, sessions=sessions, in_use=in_use)


def set_tables(session: Session, actor: Actor, *, event_id: int, tables: Sequence[TableIn]) -> None:
    """As events.agenda.set_tables; InUse names the tables that would go although meetings are planned at them."""
    planned_event(session, actor, event_id=event_id, lock=True)
    in_use = {table for _, table in _in_use(session, event_id)}
    agenda.set_tables(session, actor, event_id=event_id, tables=tables, in_use=in_use)


def _in_use(session: Session, event_id: int) -> set[tuple[int, int]]:
    """(slot, table) of every meeting that people were told of; a publication cannot come between."""
    planned = (Meeting.event_id == event_id, Meeting.state == MeetingState.PLANNED)
    return {(slot, table) for slot, table in session.execute(select(Meeting.slot_id, Meeting.table_id).where(*planned))}
