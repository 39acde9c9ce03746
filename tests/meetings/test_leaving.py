"""Stepping back from a published timetable: seen before it is done, told to the other side, filled by a repair."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.audit.models import AuditEntry
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, NotFound
from matchmaker.meetings import leaving, queries, repairs
from matchmaker.meetings.leaving import Unseen, digest_of
from matchmaker.meetings.models import Meeting
from matchmaker.meetings.repairs import Change
from matchmaker.meetings.rules import MeetingState
from matchmaker.notifications.models import Notice
from matchmaker.participants import registering
from matchmaker.participants.models import ParticipantLetter
from matchmaker.participants.rules import RegistrationState
from tests.events.place import START
from tests.meetings.hall import Hall
from tests.people import BASE


@pytest.fixture
def hall(session: Session) -> Hall:
    """The first meets the second, and the firm without an account; the third and fourth have each other."""
    made = Hall(session, people=2)
    made.event.organiser_id = made.organiser.person_id
    made.people[4][0].email = "guest@demo.example"
    made.list_pairs((0, 1, 0.9), (0, 4, 0.8), (2, 3, 0.7), (1, 4, 0.6))
    made.published((0, 1, 0, 0), (0, 4, 1, 0), (2, 3, 0, 1))
    return made


def cancel(hall: Hall, who: Actor, number: int, seen: str | None = None) -> int:
    row = hall.registrations[number]
    shown = digest_of(leaving.of_registration(hall.session, registration=row)) if seen is None else seen
    return leaving.cancel(hall.session, who, registration_id=row.id, reason="改期", seen=shown, base=BASE)


def test_what_falls_away_must_have_been_seen(session: Session, hall: Hall) -> None:
    falling = leaving.of_registration(session, registration=hall.registrations[0])
    assert [hall.spot(one.a_id, one.b_id, one.slot_id, one.table_id)[:2] for one in falling] == [(0, 1), (0, 4)]
    for seen in ("", digest_of(falling[:1]), "made-up"):
        with pytest.raises(Unseen):
            cancel(hall, hall.organiser, 0, seen)
    assert hall.registrations[0].state is RegistrationState.CONFIRMED and len(hall.planned()) == 3


def test_the_other_side_learns_it_and_the_rest_stays(session: Session, hall: Hall) -> None:
    assert cancel(hall, hall.owners[0], 0) == 2
    assert hall.planned() == {(2, 3, 0, 1)}
    assert hall.told(1)[-1] == "event.meeting_fell" and "event.meeting_fell" not in hall.told(2)
    assert session.scalars(
        select(ParticipantLetter.participant_id).where(ParticipantLetter.kind == "changed")
    ).all() == [hall.who(4)]
    office = session.scalars(select(Notice).where(Notice.person_id == hall.organiser.person_id)).all()
    assert [one.text for one in office] == ["event.office_cancelled", "event.office_meetings_fell"]
    assert office[-1].details["count"] == 2
    logged = session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "event.meetings_fell")).one()
    assert len(logged["meetings"]) == 2
    with pytest.raises(Conflict):
        cancel(hall, hall.owners[0], 0)


def test_one_person_who_leaves_takes_only_his_own_meetings(session: Session, hall: Hall) -> None:
    person = hall.people[0][0]
    seen = digest_of(leaving.of_person(session, person=person))
    with pytest.raises(NotFound):
        leaving.leave(session, hall.owners[1], participant_id=person.id, seen=seen, base=BASE)
    with pytest.raises(Unseen):
        leaving.leave(session, hall.organiser, participant_id=person.id, seen="", base=BASE)
    assert leaving.leave(session, hall.organiser, participant_id=person.id, seen=seen, base=BASE) == 2
    assert hall.planned() == {(2, 3, 0, 1)}
    # The organiser decided it: the person's own organisation learns it as well.
    assert hall.told(0)[-1] == "event.timetable_changed" and hall.told(1)[-1] == "event.meeting_fell"


def test_what_has_begun_was_held_and_stays(session: Session, hall: Hall) -> None:
    with clock.pretend(START + timedelta(minutes=1)):
        assert cancel(hall, hall.organiser, 0) == 1
    assert hall.planned() == {(0, 1, 0, 0), (2, 3, 0, 1)}


def test_nobody_else_takes_an_organisation_off(session: Session, hall: Hall) -> None:
    with pytest.raises(NotFound):
        cancel(hall, hall.owners[1], 0)
    with pytest.raises(NotFound):
        cancel(hall, Actor.visitor(), 0)


def test_a_repair_fills_the_gaps_and_tells_only_what_is_new(session: Session, hall: Hall) -> None:
    cancel(hall, hall.organiser, 0)
    published = queries.published(session, event_id=hall.event.id)
    assert published is not None and len(queries.fallen(session, published)) == 2
    shown = repairs.preview(session, hall.organiser, event_id=hall.event.id, change=Change())
    assert shown.dropped == () and shown.kept == 1
    (new,) = shown.added
    assert hall.spot(new.a, new.b, new.slot, new.table)[:2] == (1, 4) and shown.concerned == {new.a, new.b}
    now = repairs.apply(
        session, hall.organiser, event_id=hall.event.id, change=Change(), expected=shown.digest, base=BASE
    )
    assert queries.fallen(session, now) == set() and hall.told(1)[-1] == "event.timetable_changed"
    assert hall.told(2).count("event.timetable_changed") == 0


def test_who_comes_back_gets_the_meetings_back_by_a_repair(session: Session, hall: Hall) -> None:
    cancel(hall, hall.organiser, 0)
    row = hall.registrations[0]
    registering.decide(
        session, hall.organiser, registration_id=row.id, state=RegistrationState.CONFIRMED, reason="", base=BASE
    )
    shown = repairs.preview(session, hall.organiser, event_id=hall.event.id, change=Change())
    assert len(shown.added) == 2 and shown.dropped == () and hall.who(0) in shown.concerned
    repairs.apply(session, hall.organiser, event_id=hall.event.id, change=Change(), expected=shown.digest, base=BASE)
    assert len(hall.planned()) == 3
    assert not session.scalars(select(Meeting).where(Meeting.state == MeetingState.DROPPED)).all()


def test_without_meetings_nothing_is_asked(session: Session, hall: Hall) -> None:
    late = hall.people[2][1]
    assert leaving.leave(session, hall.owners[2], participant_id=late.id, seen="", base=BASE) == 0
    assert late.left_at is not None
