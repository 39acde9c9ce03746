"""Editing hours and tables never takes away a meeting that people were told of."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from matchmaker.core.actor import Role
from matchmaker.core.errors import Conflict, Forbidden
from matchmaker.events.queries import open_slots, open_tables
from matchmaker.events.schemas import SessionIn, TableIn
from matchmaker.meetings import agenda, timetables
from matchmaker.meetings.placing import Blocked
from tests.events.place import MINUTES, START
from tests.meetings.hall import Hall, codes
from tests.people import BASE, make_actor


def hours(number: int) -> list[SessionIn]:
    """The first so many slots of the event."""
    until = START + timedelta(minutes=MINUTES * number)
    return [SessionIn(name="上午", starts_at=START, ends_at=until, minutes=MINUTES)]


def tables(*labels: str) -> list[TableIn]:
    return [TableIn(label=label) for label in labels]


def test_hours_and_tables_with_meetings_stay(session: Session) -> None:
    hall = Hall(session)
    version = hall.published((0, 1, 1, 1))
    who = {"event_id": hall.event.id}
    with pytest.raises(Conflict, match="09:20"):
        agenda.set_slots(session, hall.organiser, **who, sessions=hours(1))
    with pytest.raises(Conflict, match="2"):
        agenda.set_tables(session, hall.organiser, **who, tables=tables("1", "3"))
    assert len(open_slots(session, event_id=hall.event.id)) == 3
    agenda.set_slots(session, hall.organiser, **who, sessions=hours(2))
    agenda.set_tables(session, hall.organiser, **who, tables=tables("2", "3"))
    assert [one.id for one in open_slots(session, event_id=hall.event.id)] == [one.id for one in hall.slots[:2]]
    assert [one.label for one in open_tables(session, event_id=hall.event.id)] == ["2", "3"]
    assert hall.planned() == {(0, 1, 1, 1)}
    # Once nobody holds it in the hand any more, it may go.
    timetables.unpublish(session, hall.organiser, timetable_id=version.id, base=BASE)
    agenda.set_slots(session, hall.organiser, **who, sessions=hours(1))
    agenda.set_tables(session, hall.organiser, **who, tables=tables("3"))
    draft = timetables.copy_as_draft(session, hall.organiser, timetable_id=version.id)
    with pytest.raises(Blocked) as refused:
        hall.publish(draft)
    assert codes(refused) == ["closed"]


def test_a_draft_that_nobody_was_told_of_is_no_obstacle(session: Session) -> None:
    hall = Hall(session)
    hall.draft((0, 1, 1, 1))
    agenda.set_slots(session, hall.organiser, event_id=hall.event.id, sessions=hours(1))
    assert len(open_slots(session, event_id=hall.event.id)) == 1


def test_only_planners_set_them(session: Session) -> None:
    hall = Hall(session)
    auditor = make_actor(session, role=Role.AUDITOR)
    with pytest.raises(Forbidden):
        agenda.set_slots(session, auditor, event_id=hall.event.id, sessions=hours(1))
    with pytest.raises(Forbidden):
        agenda.set_tables(session, auditor, event_id=hall.event.id, tables=tables("1"))
