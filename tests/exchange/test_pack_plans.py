"""Laptop and office both changed the timetable: one of them stands whole."""

from sqlalchemy import select

from matchmaker.core import clock
from matchmaker.core.unit import unit
from matchmaker.events.models import Event, EventTable
from matchmaker.meetings.models import Meeting, Outcome, Timetable
from matchmaker.meetings.rules import MeetingState, OutcomeKind, TimetableState
from tests.exchange.test_pack import Sessions, event_id, home, laptop, leave, person, say

__all__ = ["event_id", "laptop"]


def test_of_two_repairs_the_offices_stands_whole(sessions: Sessions, laptop: Sessions, event_id: int) -> None:
    """Each side moves a meeting of its own to the free second table, and the laptop adds one there."""
    leave(sessions, laptop, event_id)
    for place, moved in ((sessions, ("甲阀门", "乙传感")), (laptop, ("甲阀门", "丙检测"))):
        with unit(place) as session:
            number = session.scalars(select(Event.id)).one()
            old = session.scalars(select(Timetable)).one()
            old.state, moment = TimetableState.SUPERSEDED, clock.now()
            stamps = {"meetings": [], "made_at": moment, "made_by": "x", "updated_at": moment}
            session.add(
                Timetable(event_id=number, number=2, state=TimetableState.PUBLISHED, origin="repaired", **stamps)
            )
            pair = {person(session, name).id for name in moved}
            row = next(one for one in session.scalars(select(Meeting)) if {one.a_id, one.b_id} == pair)
            row.table = session.scalars(select(EventTable).order_by(EventTable.id)).all()[1]
            if place is laptop:
                b, c = sorted(person(session, name).id for name in ("乙传感", "丙检测"))
                where = {"slot_id": row.slot_id, "table_id": row.table_id}
                session.add(Meeting(event_id=number, a_id=b, b_id=c, created_at=moment, updated_at=moment, **where))
                session.flush()
                say(session, row, OutcomeKind.COOPERATION)
    with unit(sessions) as session:
        stood = {(row.key, row.slot_id, row.table_id) for row in session.scalars(select(Meeting))}
    done = home(sessions, laptop, event_id)
    assert [(one.table, one.field) for one in done.conflicts] == [("timetables", "state")]
    with unit(sessions) as session:
        rows = session.scalars(select(Meeting)).all()
        assert {(row.key, row.slot_id, row.table_id) for row in rows if row.state is MeetingState.PLANNED} == stood
        assert [row.state for row in rows if row.key not in {key for key, *_ in stood}] == [MeetingState.DROPPED]
        assert [row.kind for row in session.scalars(select(Outcome))] == [OutcomeKind.COOPERATION]
