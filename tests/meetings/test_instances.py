"""What the solver is given: hours, people and pairs as they are now, and a stored instance reads back the same."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.errors import NotFound
from matchmaker.events.rules import Asking, TableKind
from matchmaker.events.timetable.reading import read_instance
from matchmaker.events.timetable.shapes import Instance, Lock, Meeting, Pair, Participant
from matchmaker.events.timetable.solving import solve
from matchmaker.meetings.instances import held_of, instance_json, instance_of, stored_instance
from matchmaker.meetings.models import EventPair, Timetable
from matchmaker.meetings.rules import Mark, RequestState
from matchmaker.participants.rules import RegistrationState
from tests.events.place import MINUTES, START
from tests.meetings.hall import Hall

NAMES = [f"p{n}" for n in range(5)]
SLOTS, TABLES, RESOURCES = ("s0", "s1", "s2"), ("t0", "t1"), {"翻译": 1, "投影": 0}
BOTH = [(a, b) for n, a in enumerate(NAMES) for b in NAMES[n + 1 :]]

chairs = st.builds(
    lambda available, most, least, table, home: (
        available,
        most,
        least if most is None else min(least, most),
        table,
        home,
    ),
    st.none() | st.frozensets(st.sampled_from(SLOTS)),
    st.none() | st.integers(0, 4),
    st.integers(0, 3),
    st.none() | st.sampled_from(TABLES),
    st.none() | st.sampled_from(["r1", "r2"]),
)
pairs = st.builds(
    lambda utility, lock, must, needs: (utility, lock, must, tuple(needs)),
    st.floats(0, 1),
    st.none() | st.builds(Lock, st.sampled_from(SLOTS), st.sampled_from(TABLES)),
    st.booleans(),
    st.lists(st.sampled_from(sorted(RESOURCES)), unique=True),
)
instances = st.builds(
    lambda people, meant, forbidden: Instance(
        SLOTS,
        TABLES,
        tuple(Participant(name, *one) for name, one in zip(NAMES, people, strict=True)),
        tuple(Pair(*both, *one) for both, one in sorted(meant.items())),
        frozenset(map(frozenset, forbidden)),
        RESOURCES,
    ),
    st.lists(chairs, min_size=5, max_size=5),
    st.dictionaries(st.sampled_from(BOTH), pairs),
    st.sets(st.sampled_from(BOTH)),
)


@given(instances)
def test_a_stored_instance_reads_back_the_same(instance: Instance) -> None:
    assert read_instance(json.dumps(instance_json(instance))) == instance


def _pair(hall: Hall, one: int, other: int, **over: object) -> None:
    values = {"mark": Mark.NONE, "needs": [], "request": RequestState.NONE, "updated_at": clock.now()} | over
    a, b = hall.registrations[one].id, hall.registrations[other].id
    hall.session.add(EventPair(event_id=hall.event.id, a_id=a, b_id=b, **values))
    hall.session.flush()


def _between(instance: Instance, hall: Hall, one: int, other: int) -> list[Pair]:
    people = {str(each.id): number for number, each_of in enumerate(hall.people) for each in each_of}
    return [pair for pair in instance.pairs if {people[pair.a], people[pair.b]} == {one, other}]


def test_hours_tables_people_and_limits_come_from_the_rows(session: Session) -> None:
    hall = Hall(session, slots=4, tables=3, meetings_min=2, meetings_max=5)
    first, second, third = (hall.people[number][0] for number in range(3))
    first.away, first.table_id = [hall.slots[1].id], hall.tables[2].id
    second.meetings_max, third.meetings_min = 1, 0
    hall.slots[3].closed_at = hall.tables[0].closed_at = clock.now()
    session.flush()
    instance, _ = instance_of(session, event_id=hall.event.id)
    slots = [str(one.id) for one in hall.slots]
    assert instance.slots == tuple(slots[:3])
    assert instance.tables == tuple(str(one.id) for one in hall.tables[1:])
    chairs = instance.participants
    own = str(hall.tables[2].id)
    home = [f"r{one.id}" for one in hall.registrations]
    assert chairs[0] == Participant(str(first.id), frozenset({slots[0], slots[2]}), 5, 2, own, home[0])
    # A minimum that is above somebody's own maximum gives way.
    assert chairs[1] == Participant(str(second.id), None, 1, 1, None, home[1])
    assert (chairs[2].min_meetings, chairs[4].organisation) == (0, home[4])


def test_booths_are_the_last_places_for_those_who_may_sit_anywhere(session: Session) -> None:
    hall = Hall(session, slots=1, tables=3)
    hall.tables[0].kind = TableKind.BOOTH
    hall.list_pairs((0, 1, 0.9), (2, 3, 0.8))
    instance, _ = instance_of(session, event_id=hall.event.id)
    assert instance.tables == tuple(str(hall.tables[number].id) for number in (1, 2, 0))
    plan = solve(instance, seconds=2, workers=1)
    assert {one.table for one in plan.meetings} == set(instance.tables[:2])


def test_nobody_is_sent_to_the_booth_of_somebody_else_and_it_stays_so_when_stored(session: Session) -> None:
    hall = Hall(session, slots=1, tables=2)
    hall.tables[0].kind = TableKind.BOOTH
    hall.people[4][0].table_id = hall.tables[0].id
    hall.list_pairs((0, 1, 0.9), (2, 3, 0.8))
    session.flush()
    instance, _ = instance_of(session, event_id=hall.event.id)
    assert instance.booths == {str(hall.tables[0].id)}
    assert read_instance(json.dumps(instance_json(instance))) == instance
    assert {one.table for one in solve(instance, seconds=2, workers=1).meetings} == {str(hall.tables[1].id)}
    # A table that is no booth is everybody's while its owner is elsewhere.
    hall.tables[0].kind = TableKind.TABLE
    session.flush()
    instance, _ = instance_of(session, event_id=hall.event.id)
    assert len(solve(instance, seconds=2, workers=1).meetings) == 2


def test_what_is_left_of_an_event_that_is_over_can_be_read_again(session: Session) -> None:
    hall = Hall(session, slots=1)
    hall.list_pairs((0, 1, 0.9))
    hall.slots[0].closed_at = clock.now()
    session.flush()
    instance, _ = instance_of(session, event_id=hall.event.id)
    assert instance.slots == () and instance.pairs
    assert stored_instance(Timetable(instance=instance_json(instance))) == instance


def test_only_those_who_come_are_there(session: Session) -> None:
    hall = Hall(session, people=2)
    hall.registrations[0].state = RegistrationState.CANCELLED
    hall.people[1][0].left_at = hall.people[2][1].missing_at = clock.now()
    session.flush()
    instance, _ = instance_of(session, event_id=hall.event.id)
    gone = {*hall.people[0], hall.people[1][0], hall.people[2][1]}
    come = {str(one.id) for people in hall.people for one in people} - {str(one.id) for one in gone}
    assert {one.id for one in instance.participants} == come
    back, _ = instance_of(session, event_id=hall.event.id, present_too={hall.people[2][1].id})
    assert {one.id for one in back.participants} == come | {str(hall.people[2][1].id)}


def test_every_representative_may_stand_for_the_organisation(session: Session) -> None:
    hall = Hall(session, people=2)
    made = hall.list_pairs((0, 1, 0.8))
    instance, evidence = instance_of(session, event_id=hall.event.id)
    found = _between(instance, hall, 0, 1)
    assert len(found) == len(instance.pairs) == 4
    assert len({pair.utility for pair in found}) == 1 and found[0].utility > 0
    assert all(int(pair.a) < int(pair.b) for pair in found)
    assert list(evidence.values()) == [made.rows[0]] * 4


def test_marks_and_requests_count_without_a_row_and_resources_are_named(session: Session) -> None:
    hall = Hall(session, resources={"翻译": 1})
    hall.list_pairs((0, 1, 0.8), (0, 2, 0.7))
    _pair(hall, 0, 1, mark=Mark.NEVER)
    _pair(hall, 0, 2, needs=["翻译", "同传"])
    _pair(hall, 2, 3, mark=Mark.MUST)
    _pair(hall, 3, 4, request=RequestState.ACCEPTED, asked_by_id=hall.registrations[3].id)
    _pair(hall, 1, 4, request=RequestState.DECLINED, asked_by_id=hall.registrations[1].id)
    _pair(hall, 1, 2, note="展台相邻")
    instance, evidence = instance_of(session, event_id=hall.event.id)
    assert len(instance.pairs) == 5 and _between(instance, hall, 1, 2) == []
    assert instance.forbidden == {
        frozenset((str(hall.who(one)), str(hall.who(other)))) for one, other in ((0, 1), (1, 4))
    }
    assert _between(instance, hall, 0, 2)[0].needs == ("翻译", "同传")
    # What the event does not have at all cannot be had.
    assert instance.resources == {"翻译": 1, "同传": 0}
    assert [_between(instance, hall, *both)[0].must for both in ((2, 3), (3, 4))] == [True, False]
    assert _between(instance, hall, 3, 4)[0].utility > 0
    assert len(evidence) == 2


def test_a_weak_pair_is_left_out_and_may_still_be_brought_together_by_hand(session: Session) -> None:
    hall = Hall(session)
    hall.list_pairs().rows = [hall.row(0, 1, 0.8), hall.row(2, 3, 0.1) | {"level": 0}]
    session.flush()
    weak = (hall.who(2), hall.who(3))
    instance, _ = instance_of(session, event_id=hall.event.id)
    assert _between(instance, hall, 2, 3) == [] and instance.forbidden == set()
    instance, _ = instance_of(session, event_id=hall.event.id, also=[weak])
    assert [pair.utility for pair in _between(instance, hall, 2, 3)] == [0.0]


def test_locks_stay_as_far_as_they_are_still_possible(session: Session) -> None:
    hall = Hall(session, asking=Asking.OFF)
    hall.list_pairs((0, 1, 0.8), (2, 3, 0.5))
    hall.people[2][0].away = [hall.slots[0].id]
    session.flush()
    wanted = [Meeting(*map(str, hall.place(*one).values())) for one in ((0, 1, 1, 1), (2, 3, 0, 0), (0, 4, 0, 1))]
    instance, _ = instance_of(session, event_id=hall.event.id, locks=wanted)
    locked = {(pair.a, pair.b): pair.locked for pair in instance.pairs if pair.locked}
    kept = [wanted[0], wanted[2]]
    assert locked == {(one.a, one.b): Lock(one.slot, one.table) for one in kept}


def test_what_has_begun_is_no_longer_to_be_had(session: Session) -> None:
    hall = Hall(session, people=2, meetings_max=2, meetings_min=2)
    hall.list_pairs((0, 1, 0.9), (0, 2, 0.8), (1, 2, 0.7))
    hall.published((0, 1, 0, 0), (0, 2, 1, 1))
    with clock.pretend(START + timedelta(minutes=MINUTES - 1)):
        held = held_of(session, event_id=hall.event.id)
        instance, _ = instance_of(session, event_id=hall.event.id, held=held)
    assert [one.slot for one in held.meetings] == [str(hall.slots[0].id)]
    assert instance.slots == tuple(str(one.id) for one in hall.slots[1:])
    left = {one.id: (one.max_meetings, one.min_meetings) for one in instance.participants}
    assert left[str(hall.who(0))] == left[str(hall.who(1))] == (1, 1)
    assert left[str(hall.who(2))] == (2, 2)
    # Their colleagues do not meet a second time either.
    assert _between(instance, hall, 0, 1) == []
    assert len(_between(instance, hall, 0, 2)) == 4


def test_an_event_that_is_not_there_is_named(session: Session) -> None:
    with pytest.raises(NotFound):
        instance_of(session, event_id=99)
