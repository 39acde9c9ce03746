"""Versions: numbered, published to those concerned, taken back; what people were told of follows them."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.errors import Conflict
from matchmaker.events.rules import EventState
from matchmaker.meetings import queries, timetables
from matchmaker.meetings.models import Meeting, Outcome, Timetable
from matchmaker.meetings.placing import Blocked
from matchmaker.meetings.rules import MeetingState, OutcomeKind, TimetableState
from matchmaker.participants.models import Participant
from matchmaker.participants.rules import RegistrationState
from tests.events.place import START
from tests.meetings.hall import Hall, codes, move
from tests.people import BASE


def test_a_meeting_keeps_its_row_and_its_outcome_when_it_is_moved(session: Session) -> None:
    hall = Hall(session)
    made = hall.list_pairs((0, 1, 0.9))
    hall.published((0, 1, 0, 0), (2, 3, 0, 1))
    [before] = [one for one in queries.meetings_of(session, event_id=hall.event.id) if one.a_id == hall.who(0)]
    assert before.evidence == made.rows[0]
    said = Outcome(meeting_id=before.id, kind=OutcomeKind.COOPERATION, by="test", at=clock.now())
    session.add(said)
    session.flush()
    draft = timetables.copy_as_draft(session, hall.organiser, timetable_id=before.timetable_id or 0)
    hall.list_pairs((0, 1, 0.1))
    hall.publish(move(hall, draft, (0, 1), 2, 1))
    [after] = [one for one in queries.meetings_of(session, event_id=hall.event.id) if one.a_id == hall.who(0)]
    assert (after.id, after.slot_id, after.table_id) == (before.id, hall.slots[2].id, hall.tables[1].id)
    assert (after.timetable_id, after.evidence) == (draft.id, made.rows[0])
    session.refresh(after)
    assert [one.kind for one in after.outcomes] == [OutcomeKind.COOPERATION]


def test_at_first_everybody_is_told_and_later_only_those_concerned(session: Session) -> None:
    hall = Hall(session)
    first = hall.published((0, 1, 0, 0), (2, 4, 0, 1))
    assert [hall.told(one) for one in range(4)] == [["event.timetable_published"]] * 4
    draft = timetables.copy_as_draft(session, hall.organiser, timetable_id=first.id)
    hall.publish(move(hall, draft, (0, 1), 1, 0))
    assert [len(hall.told(one)) for one in range(4)] == [2, 2, 1, 1]
    assert hall.told(0)[1] == "event.timetable_changed"
    shown = [(one.number, one.state, one.origin, one.parent_id) for one in versions_of(hall)]
    assert shown == [
        (2, TimetableState.PUBLISHED, "moved", first.id),
        (1, TimetableState.SUPERSEDED, "solved", None),
    ]
    published = queries.published(session, event_id=hall.event.id)
    assert published is not None and published.id == draft.id


def versions_of(hall: Hall) -> list[Timetable]:
    return list(queries.versions(hall.session, hall.organiser, event_id=hall.event.id))


def test_a_dropped_meeting_stays_as_a_row_and_comes_back_as_the_same(session: Session) -> None:
    hall = Hall(session)
    hall.published((0, 1, 0, 0), (2, 3, 0, 1))
    kept = {(one.a_id, one.b_id): one.id for one in session.scalars(select(Meeting))}
    hall.published((2, 3, 0, 1))
    gone = session.scalars(select(Meeting).where(Meeting.state == MeetingState.DROPPED)).one()
    assert {gone.a_id, gone.b_id} == {hall.who(0), hall.who(1)}
    hall.published((0, 1, 1, 1), (2, 3, 0, 1))
    assert {(one.a_id, one.b_id): one.id for one in session.scalars(select(Meeting))} == kept
    assert hall.planned() == {(0, 1, 1, 1), (2, 3, 0, 1)}
    assert [len(hall.told(one)) for one in range(4)] == [3, 3, 1, 1]


def test_what_no_longer_fits_is_not_published(session: Session) -> None:
    hall = Hall(session)
    draft = hall.draft((0, 1, 0, 0), (2, 3, 0, 1))
    hall.registrations[1].state = RegistrationState.CANCELLED
    hall.people[3][0].away = [hall.slots[0].id]
    session.flush()
    with pytest.raises(Blocked) as refused:
        hall.publish(draft)
    assert codes(refused) == ["absent", "away"]
    assert refused.value.faults[0][1] == (f"{hall.people[1][0].name} · {hall.registrations[1].name}",)
    assert hall.planned() == set() and hall.told(0) == []


@pytest.mark.parametrize("state", [EventState.DRAFT, EventState.CANCELLED])
def test_an_event_that_is_not_announced_has_no_timetable_to_tell_of(session: Session, state: EventState) -> None:
    hall = Hall(session, state=state)
    draft = hall.draft((0, 1, 0, 0))
    with pytest.raises(Conflict, match=state):
        hall.publish(draft)
    assert hall.planned() == set() and hall.told(0) == []


def test_what_has_begun_stays_as_it_was_published(session: Session) -> None:
    hall = Hall(session)
    hall.published((0, 1, 0, 0), (2, 3, 1, 1))
    other = hall.draft((0, 1, 1, 0), (2, 3, 0, 1))
    with clock.pretend(START + timedelta(minutes=1)):
        with pytest.raises(Blocked) as refused:
            hall.publish(other)
        assert codes(refused) == ["closed"]
        draft = timetables.copy_as_draft(session, hall.organiser, timetable_id=versions_of(hall)[1].id)
        with pytest.raises(Blocked) as refused:
            move(hall, draft, (0, 1), 2, 0)
        assert codes(refused) == ["closed"]
        with pytest.raises(Blocked) as refused:
            move(hall, draft, (2, 3), 0, 1)
        assert codes(refused) == ["closed"]
        # Who met in the first slot and left since is no obstacle to what comes after it.
        hall.people[0][0].missing_at = clock.now()
        hall.publish(move(hall, draft, (2, 3), 2, 0))
    assert hall.planned() == {(0, 1, 0, 0), (2, 3, 2, 0)}


def test_taking_it_back_tells_those_who_had_meetings_and_ends_with_the_first_outcome(session: Session) -> None:
    hall = Hall(session)
    version = hall.published((0, 1, 0, 0))
    timetables.unpublish(session, hall.organiser, timetable_id=version.id, base=BASE)
    assert (version.state, hall.planned()) == (TimetableState.WITHDRAWN, set())
    assert [hall.told(one)[-1] for one in (0, 1, 2)] == ["event.timetable_withdrawn"] * 2 + [
        "event.timetable_published"
    ]
    assert queries.published(session, event_id=hall.event.id) is None
    with pytest.raises(Conflict):
        timetables.unpublish(session, hall.organiser, timetable_id=version.id, base=BASE)
    again = hall.publish(timetables.copy_as_draft(session, hall.organiser, timetable_id=version.id))
    [meeting] = queries.meetings_of(session, event_id=hall.event.id)
    session.add(Outcome(meeting_id=meeting.id, kind=OutcomeKind.INFORMATIVE, by="test", at=clock.now()))
    session.flush()
    with pytest.raises(Conflict, match="outcomes"):
        timetables.unpublish(session, hall.organiser, timetable_id=again.id, base=BASE)


def test_meetings_are_read_in_the_order_of_the_day(session: Session) -> None:
    hall = Hall(session)
    hall.published((2, 3, 1, 1), (0, 2, 0, 1), (1, 3, 0, 0), (0, 1, 1, 0))
    read = queries.meetings_of(session, event_id=hall.event.id)
    assert [(one.slot_id, one.table_id) for one in read] == [
        (hall.slots[slot].id, hall.tables[table].id) for slot in (0, 1) for table in (0, 1)
    ]
    own = queries.meetings_of_participant(session, participant_id=hall.who(0))
    assert [one.slot.starts_at for one in own] == [hall.slots[0].starts_at, hall.slots[1].starts_at]
    assert {one.b.registration.name for one in own} == {hall.registrations[n].name for n in (1, 2)}
    assert set(queries.people_of(session, event_id=hall.event.id)) == set(session.scalars(select(Participant.id)))
