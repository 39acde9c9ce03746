"""On the day: a repair changes only what it must, shows it first, tells only those concerned."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Role
from matchmaker.core.errors import Conflict, Forbidden, Invalid
from matchmaker.meetings import queries, timetables
from matchmaker.meetings.models import Timetable
from matchmaker.meetings.repairs import Change, Difference, Sitting, apply, preview
from matchmaker.meetings.rules import TimetableState
from tests.events.place import MINUTES, START, make_registration
from tests.meetings.hall import Hall, move
from tests.people import BASE, make_actor

ALL = ((0, 1, 0.9), (0, 2, 0.8), (1, 2, 0.7), (2, 3, 0.6), (3, 4, 0.5), (1, 3, 0.4))
PLACES = ((0, 1, 0, 0), (2, 3, 0, 1), (0, 2, 1, 0), (1, 3, 1, 1), (1, 2, 2, 0))
Town = tuple[int, int, int, int]


@pytest.fixture
def hall(session: Session) -> Hall:
    """A published timetable of five meetings among four; the fifth has none yet."""
    made = Hall(session)
    made.list_pairs(*ALL)
    made.published(*PLACES)
    return made


def look(hall: Hall, change: Change) -> Difference:
    return preview(hall.session, hall.organiser, event_id=hall.event.id, change=change)


def do(hall: Hall, change: Change, expected: str | None = None) -> Timetable:
    digest = look(hall, change).digest if expected is None else expected
    given: dict[str, Any] = {"event_id": hall.event.id, "change": change, "expected": digest, "base": BASE}
    return apply(hall.session, hall.organiser, **given)


def spots(hall: Hall, meetings: tuple[Sitting, ...]) -> set[Town]:
    return {hall.spot(one.a, one.b, one.slot, one.table) for one in meetings}


def test_a_no_show_changes_only_what_it_must_and_only_those_concerned_are_told(hall: Hall) -> None:
    before = [len(hall.told(one)) for one in range(4)]
    gone = Change(missing=frozenset({hall.who(0)}))
    shown = look(hall, gone)
    assert spots(hall, shown.dropped) == {(0, 1, 0, 0), (0, 2, 1, 0)}
    assert (shown.reseated, shown.moved, shown.kept, shown.proven) == ((), (), 3, True)
    # Nobody of the first organisation meets anybody, and whoever stays keeps the place on paper.
    row = do(hall, gone, shown.digest)
    kept = set(PLACES) - {(0, 1, 0, 0), (0, 2, 1, 0)}
    assert kept <= hall.planned() == hall.shown(row)
    assert hall.planned() - kept == spots(hall, shown.added)
    assert (row.state, row.origin, row.number) == (TimetableState.PUBLISHED, "repaired", 2)
    assert hall.people[0][0].missing_at is not None
    concerned = {number for number in range(4) if hall.who(number) in shown.concerned}
    assert {0, 1, 2} <= concerned
    after = [len(hall.told(one)) for one in range(4)]
    assert [now - then for now, then in zip(after, before, strict=True)] == [int(n in concerned) for n in range(4)]


def test_nobody_is_told_whose_schedule_stays(session: Session) -> None:
    hall = Hall(session)
    hall.published((0, 1, 0, 0), (2, 3, 0, 1))
    shown = look(hall, Change(missing=frozenset({hall.who(0)})))
    assert shown.concerned == {hall.who(0), hall.who(1)}
    do(hall, Change(missing=frozenset({hall.who(0)})), shown.digest)
    assert [len(hall.told(one)) for one in range(4)] == [2, 2, 1, 1]


def test_showing_it_changes_nothing(hall: Hall) -> None:
    look(hall, Change(missing=frozenset({hall.who(0)}), lost_tables=frozenset({hall.tables[0].id})))
    assert hall.planned() == set(PLACES)
    assert hall.people[0][0].missing_at is None and hall.tables[0].closed_at is None
    assert len(queries.versions(hall.session, hall.organiser, event_id=hall.event.id)) == 1


def test_a_lost_table_and_a_lost_slot_are_given_up(hall: Hall) -> None:
    change = Change(lost_tables=frozenset({hall.tables[1].id}), lost_slots=frozenset({hall.slots[2].id}))
    shown = look(hall, change)
    row = do(hall, change, shown.digest)
    assert {(slot, table) for _, _, slot, table in hall.shown(row)} == {(0, 0), (1, 0)}
    assert (hall.tables[1].closed_at is not None, hall.slots[2].closed_at is not None) == (True, True)
    assert (hall.tables[0].closed_at, hall.slots[1].closed_at) == (None, None)
    assert shown.kept + len(shown.reseated) >= 2 and len(shown.dropped) == 3


def test_only_the_table_changes_where_another_is_free(session: Session) -> None:
    hall = Hall(session)
    hall.published((0, 1, 0, 1), (2, 3, 1, 0))
    shown = look(hall, Change(lost_tables=frozenset({hall.tables[1].id})))
    assert [spots(hall, both) for both in shown.reseated] == [{(0, 1, 0, 1), (0, 1, 0, 0)}]
    assert (shown.dropped, shown.moved, shown.kept) == ((), (), 1)
    assert shown.concerned == {hall.who(0), hall.who(1)}


def test_who_comes_late_meets_later(session: Session) -> None:
    hall = Hall(session)
    hall.list_pairs((0, 1, 0.9), (2, 3, 0.8))
    hall.published((0, 1, 0, 0), (2, 3, 0, 1))
    late = Change(late={hall.who(1): hall.slots[1].id})
    shown = look(hall, late)
    [(old, new)] = shown.moved
    assert hall.spot(old.a, old.b, old.slot, old.table) == (0, 1, 0, 0)
    assert new.slot in {hall.slots[1].id, hall.slots[2].id}
    assert (shown.dropped, shown.added) == ((), ())
    do(hall, late, shown.digest)
    assert hall.people[1][0].away == [hall.slots[0].id]
    assert hall.planned() == {(2, 3, 0, 1), hall.spot(new.a, new.b, new.slot, new.table)}


def test_who_walks_in_gets_meetings_and_nobody_moves(session: Session) -> None:
    hall = Hall(session)
    hall.published((0, 1, 0, 0), (2, 3, 0, 1))
    newcomer = make_registration(session, hall.event, "散客己有限公司")
    hall.registrations.append(newcomer)
    hall.people.append(list(newcomer.people))
    hall.list_pairs((0, 5, 0.9), (2, 5, 0.8), (0, 3, 0.7))
    shown = look(hall, Change(arrived=frozenset({hall.who(5)})))
    assert (shown.dropped, shown.reseated, shown.moved) == ((), (), ())
    assert {hall.who(5)} <= {who for one in shown.added for who in (one.a, one.b)}
    assert all(hall.who(5) in (one.a, one.b) for one in shown.added) and len(shown.added) == 2
    do(hall, Change(arrived=frozenset({hall.who(5)})), shown.digest)
    assert {(0, 1, 0, 0), (2, 3, 0, 1)} < hall.planned()


def test_who_was_marked_missing_and_comes_after_all_is_taken_back_in(session: Session) -> None:
    hall = Hall(session)
    hall.list_pairs((0, 1, 0.9), (2, 3, 0.8))
    hall.published((0, 1, 0, 0), (2, 3, 0, 1))
    do(hall, Change(missing=frozenset({hall.who(0)})))
    assert hall.planned() == {(2, 3, 0, 1)}
    back = Change(arrived=frozenset({hall.who(0)}), late={hall.who(0): hall.slots[1].id})
    do(hall, back)
    assert hall.people[0][0].missing_at is None
    [(a, b, slot, _)] = hall.planned() - {(2, 3, 0, 1)}
    assert (a, b) == (0, 1) and slot > 0


def test_what_the_desk_has_marked_already_is_repaired_without_saying_it_again(hall: Hall) -> None:
    hall.people[3][0].missing_at = clock.now()
    hall.session.flush()
    assert spots(hall, look(hall, Change()).dropped) == {(2, 3, 0, 1), (1, 3, 1, 1)}


def test_what_has_begun_stays_whoever_is_missing_now(hall: Hall) -> None:
    gone = Change(missing=frozenset({hall.who(2)}), lost_tables=frozenset({hall.tables[1].id}))
    with clock.pretend(START + timedelta(minutes=1)):
        do(hall, gone)
        first = {one for one in hall.planned() if one[2] == 0}
        assert first == {(0, 1, 0, 0), (2, 3, 0, 1)}
        later = hall.planned() - first
        assert all(2 not in one[:2] and one[3] == 0 for one in later)
    # A second repair starts from the first.
    with clock.pretend(START + timedelta(minutes=MINUTES + 1)):
        do(hall, Change(missing=frozenset({hall.who(1)})))
        assert {one for one in hall.planned() if one[2] < 2} == first | {one for one in later if one[2] < 2}


def test_nothing_is_touched_before_the_moment_that_is_named(hall: Hall) -> None:
    until = hall.slots[1].ends_at
    shown = look(hall, Change(missing=frozenset({hall.who(0)}), keep_until=until))
    assert (shown.dropped, shown.kept) == ((), 5)


def test_locked_meetings_stay_where_they_are_unless_somebody_is_gone(session: Session) -> None:
    hall = Hall(session)
    hall.list_pairs((0, 1, 0.1), (0, 2, 0.9))
    draft = hall.draft((0, 1, 0, 0), (0, 2, 1, 0), (3, 4, 2, 0))
    for both in ((0, 1), (3, 4)):
        timetables.lock_meeting(
            session,
            hall.organiser,
            timetable_id=draft.id,
            revision=draft.revision,
            a=hall.who(both[0]),
            b=hall.who(both[1]),
            locked=True,
        )
    hall.publish(draft)
    row = do(hall, Change(missing=frozenset({hall.who(4)}), lost_slots=frozenset({hall.slots[2].id})))
    assert (0, 1, 0, 0) in hall.planned()
    assert [hall.spot(one["a"], one["b"], one["slot"], one["table"]) for one in row.meetings if one["locked"]] == [
        (0, 1, 0, 0)
    ]


def test_what_was_shown_is_what_is_applied_or_nothing(hall: Hall) -> None:
    gone = Change(missing=frozenset({hall.who(0)}))
    shown = look(hall, gone)
    assert look(hall, gone) == shown
    with pytest.raises(Conflict):
        do(hall, Change(missing=frozenset({hall.who(1)})), shown.digest)
    version = queries.published(hall.session, event_id=hall.event.id)
    assert version is not None
    draft = timetables.copy_as_draft(hall.session, hall.organiser, timetable_id=version.id)
    hall.publish(move(hall, draft, (1, 2), 2, 1))
    with pytest.raises(Conflict):
        do(hall, gone, shown.digest)
    assert hall.people[0][0].missing_at is None


def test_without_a_published_timetable_there_is_nothing_to_repair(session: Session) -> None:
    hall = Hall(session)
    hall.draft((0, 1, 0, 0))
    with pytest.raises(Conflict, match="published"):
        look(hall, Change())


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda hall: Change(missing=frozenset({10**6})), "missing"),
        (lambda hall: Change(arrived=frozenset({10**6})), "arrived"),
        (lambda hall: Change(late={hall.who(0): 10**6}), "late"),
        (lambda hall: Change(lost_tables=frozenset({10**6})), "lost_tables"),
        (lambda hall: Change(lost_slots=frozenset({10**6})), "lost_slots"),
        (lambda hall: Change(missing=frozenset({hall.who(0)}), arrived=frozenset({hall.who(0)})), "missing"),
    ],
)
def test_what_is_not_of_the_event_is_named(hall: Hall, make: Callable[[Hall], Change], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        look(hall, make(hall))
    assert [one.field for one in refused.value.faults] == [field]


def test_only_planners_repair(hall: Hall) -> None:
    shown = look(hall, Change())
    hall.organiser = make_actor(hall.session, role=Role.AUDITOR)
    for verb in (lambda: look(hall, Change()), lambda: do(hall, Change(), shown.digest)):
        with pytest.raises(Forbidden):
            verb()
