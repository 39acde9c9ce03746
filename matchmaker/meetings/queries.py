"""Reading timetables and the meetings people were told of."""

from collections.abc import Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, defer, joinedload

from matchmaker.core.actor import Actor
from matchmaker.events.models import EventSlot, EventTable
from matchmaker.meetings.access import timetable_for
from matchmaker.meetings.models import Meeting, Timetable
from matchmaker.meetings.rules import MeetingState, TimetableState
from matchmaker.participants.access import planned_event
from matchmaker.participants.models import Participant

_WHOLE = (
    joinedload(Meeting.a).joinedload(Participant.registration),
    joinedload(Meeting.b).joinedload(Participant.registration),
    joinedload(Meeting.slot),
    joinedload(Meeting.table),
)


def published(session: Session, *, event_id: int) -> Timetable | None:
    """The timetable that people were told of, None while there is none. No actor: verbs ask."""
    now = (Timetable.event_id == event_id, Timetable.state == TimetableState.PUBLISHED)
    return session.scalar(select(Timetable).where(*now).order_by(Timetable.number.desc()).limit(1))


def timetable(session: Session, actor: Actor, *, timetable_id: int) -> Timetable:
    """One version, for planners. NotFound when there is none."""
    return timetable_for(session, actor, timetable_id=timetable_id)


def versions(session: Session, actor: Actor, *, event_id: int) -> Sequence[Timetable]:
    """All versions of an event's timetable, the newest first; for planners. What the solver was given is left out."""
    planned_event(session, actor, event_id=event_id)
    statement = select(Timetable).where(Timetable.event_id == event_id).options(defer(Timetable.instance))
    return session.scalars(statement.order_by(Timetable.number.desc())).all()


def meetings_of(session: Session, *, event_id: int) -> Sequence[Meeting]:
    """The planned meetings with both people and their organisations, by slot, then table. No actor: verbs ask."""
    return session.scalars(_planned().where(Meeting.event_id == event_id)).all()


def meetings_of_participant(session: Session, *, participant_id: int) -> Sequence[Meeting]:
    """The participant's own planned meetings, in the order of the day. No actor: verbs ask."""
    mine = or_(Meeting.a_id == participant_id, Meeting.b_id == participant_id)
    return session.scalars(_planned().where(mine)).all()


def fallen(session: Session, timetable: Timetable) -> set[tuple[int, int]]:
    """Who of a published timetable no longer meet although it says so, because one of the two stepped back. No actor:
    verbs ask.
    """
    dropped = (Meeting.event_id == timetable.event_id, Meeting.state == MeetingState.DROPPED)
    gone = {(a, b) for a, b in session.execute(select(Meeting.a_id, Meeting.b_id).where(*dropped))}
    return {(row["a"], row["b"]) for row in timetable.meetings} & gone


def people_of(session: Session, *, event_id: int) -> dict[int, Participant]:
    """Everybody who was ever to come to the event, by id, with the organisation: for names. No actor: verbs ask."""
    statement = select(Participant).where(Participant.event_id == event_id)
    rows = session.scalars(statement.options(joinedload(Participant.registration)).order_by(Participant.id))
    return {one.id: one for one in rows}


def _planned() -> Select[Meeting]:
    statement = select(Meeting).where(Meeting.state == MeetingState.PLANNED).options(*_WHOLE)
    statement = statement.join(EventSlot, EventSlot.id == Meeting.slot_id)
    statement = statement.join(EventTable, EventTable.id == Meeting.table_id)
    return statement.order_by(EventSlot.starts_at, EventTable.number, Meeting.id)
