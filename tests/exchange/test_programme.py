"""What is read for printing: the published timetable, those who come, and only for those who may have it."""

from typing import Any

import pytest
from sqlalchemy import event as hooks
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Role
from matchmaker.core.errors import Forbidden, NotFound
from matchmaker.exchange import printouts
from matchmaker.exchange.printouts_schedules import lay_out
from matchmaker.meetings.models import Meeting
from matchmaker.meetings.rules import MeetingState, TimetableState
from matchmaker.participants.badges import participant_of
from tests.events.place import make_event, make_participant, make_registration
from tests.exchange.hall import publish_rows
from tests.factories import USCCS, make_listing, make_organisation
from tests.people import BASE, make_actor

SECRET = "for tests only"


def test_the_programme_is_what_is_published(session: Session) -> None:
    planner = make_actor(session, role=Role.ORGANISER)
    make_organisation(session)
    offer = make_listing(session)
    event = make_event(session)
    giver = make_registration(session, event, "甲阀门", organisation_id=offer.organisation_id, listings=(offer,))
    asker = make_registration(session, event, "乙传感", need_text="想找\n耐高压的阀门")
    other = make_registration(session, event, "丙检测")
    gone = make_participant(session, other, "走了的人", left_at=clock.now())
    event.tables[2].closed_at = event.slots[3].closed_at = clock.now()
    publish_rows(session, event, (giver, asker, 0), (asker, other, 1))
    meeting = session.scalars(select(Meeting).where(Meeting.slot_id == event.slots[0].id)).one()
    first, second = sorted((giver.id, asker.id))
    side = "a" if asker.id == first else "b"
    meeting.evidence = {"a": first, "b": second, "need": None, "offer": offer.id, "asker": side}
    session.flush()

    found = printouts.programme(session, planner, event_id=event.id, base=BASE, secret_key=SECRET)
    assert (found.version, len(found.hours), len(found.places), len(found.talks)) == (1, 3, 2, 2)
    assert {one.id for one in found.guests} == {one.people[0].id for one in (giver, asker, other)}
    assert gone.id not in found.by_id and found.hours[0].time == "09:00-09:20"
    talk = found.talks_of(giver.people[0].id)[event.slots[0].id]
    assert (talk.need, talk.offer, talk.asking) == ("想找 耐高压的阀门", offer.title, asker.id)
    guest = found.by_id[giver.people[0].id]
    assert participant_of(session, secret_key=SECRET, token=guest.link.rpartition("/p/")[2]).id == guest.id
    assert guest.desk == f"{BASE}/office/events/{event.id}/desk?q={guest.badge}"
    bare = found.talks_of(other.people[0].id)[event.slots[1].id]
    assert (bare.need, bare.offer, bare.asking) == ("", "", None)


def test_dropped_meetings_and_withdrawn_timetables_are_not_printed(session: Session) -> None:
    planner = make_actor(session, role=Role.ORGANISER)
    event = make_event(session)
    rows = [make_registration(session, event, name) for name in ("甲", "乙", "丙")]
    version = publish_rows(session, event, (rows[0], rows[1], 0), (rows[1], rows[2], 1))
    session.scalars(select(Meeting).where(Meeting.slot_id == event.slots[0].id)).one().state = MeetingState.DROPPED
    session.flush()
    found = printouts.programme(session, planner, event_id=event.id, base=BASE, secret_key=SECRET)
    assert [talk.slot_id for talk in found.talks] == [event.slots[1].id]
    changed = printouts.changed_since(session, planner, event_id=event.id, timetable_id=version.id)
    assert changed == {rows[0].people[0].id, rows[1].people[0].id}
    version.state = TimetableState.WITHDRAWN
    session.flush()
    found = printouts.programme(session, planner, event_id=event.id, base=BASE, secret_key=SECRET)
    assert found.version is None and found.talks == () and len(found.guests) == 3


def test_a_meeting_with_somebody_who_left_still_names_both(session: Session) -> None:
    planner = make_actor(session, role=Role.ORGANISER)
    event = make_event(session)
    rows = [make_registration(session, event, name) for name in ("甲阀门", "乙传感")]
    publish_rows(session, event, (rows[0], rows[1], 0))
    rows[1].people[0].left_at = clock.now()
    session.flush()
    found = printouts.programme(session, planner, event_id=event.id, base=BASE, secret_key=SECRET)
    assert [one.organisation for one in found.guests] == ["甲阀门"]
    assert any("乙传感" in "".join(row.partner) for row in lay_out(found, found.guests[0])[0].rows)


def test_reading_a_programme_asks_no_more_for_more_people(session: Session) -> None:
    planner = make_actor(session, role=Role.ORGANISER)

    def asked(people: int) -> int:
        event = make_event(session)
        rows = [make_registration(session, event, f"第{number}阀门") for number in range(people)]
        publish_rows(session, event, (rows[0], rows[1], 0))
        event_id = event.id
        session.expunge_all()
        counted: list[str] = []
        connection = session.connection()

        def hear(*heard: Any) -> None:
            counted.append(heard[2])

        hooks.listen(connection, "before_cursor_execute", hear)
        printouts.programme(session, planner, event_id=event_id, base=BASE, secret_key=SECRET)
        hooks.remove(connection, "before_cursor_execute", hear)
        return len(counted)

    assert asked(2) == asked(20) <= 12


def test_who_may_print(session: Session) -> None:
    own, foreign = make_organisation(session), make_organisation(session, uscc=USCCS[1], name="外人有限公司")
    event, another = make_event(session), make_event(session)
    mine = make_registration(session, event, "甲阀门", organisation_id=own.id, people=2)
    make_registration(session, event, "乙传感", organisation_id=foreign.id)
    member, stranger = make_actor(session, own.id), make_actor(session, foreign.id)
    planner = make_actor(session, role=Role.ORGANISER)
    keys = {"base": BASE, "secret_key": SECRET}
    _found, guests = printouts.own_programme(session, member, registration_id=mine.id, **keys)
    assert {one.id for one in guests} == {one.id for one in mine.people}
    with pytest.raises(NotFound):
        printouts.own_programme(session, stranger, registration_id=mine.id, **keys)
    with pytest.raises(Forbidden):
        printouts.programme(session, member, event_id=event.id, **keys)
    with pytest.raises(NotFound):
        printouts.programme(session, planner, event_id=10**6, **keys)
    version = publish_rows(session, event)
    with pytest.raises(NotFound):
        printouts.changed_since(session, planner, event_id=another.id, timetable_id=version.id)
