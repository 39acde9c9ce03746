"""A timetable changed by hand: moved, exchanged, locked, added, removed, and every reason why not."""

from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core import clock
from matchmaker.core.actor import Role
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.core.unit import unit
from matchmaker.events.rules import TableKind
from matchmaker.meetings import queries, timetables
from matchmaker.meetings.models import EventPair, Timetable
from matchmaker.meetings.placing import Blocked
from matchmaker.meetings.rules import Mark, RequestState
from matchmaker.participants.rules import RegistrationState
from tests.meetings.hall import Hall, add, codes, edit, move
from tests.people import BASE, make_actor


def test_of_two_editors_with_the_same_page_one_is_refused(session: Session, sessions: sessionmaker[Session]) -> None:
    hall = Hall(session)
    draft = hall.draft((0, 1, 0, 0))
    seen = draft.revision
    session.commit()
    with unit(sessions) as other:
        hall.session = other
        move(hall, draft, (0, 1), 1, 0, revision=seen)
    with unit(sessions) as other, pytest.raises(Conflict, match="meanwhile"):
        hall.session = other
        move(hall, draft, (0, 1), 2, 0, revision=seen)
    session.refresh(draft)
    assert (hall.shown(draft), draft.revision) == ({(0, 1, 1, 0)}, seen + 1)


def test_two_meetings_change_places(session: Session) -> None:
    hall = Hall(session)
    draft = hall.draft((0, 1, 0, 0), (2, 3, 1, 1))
    move(hall, draft, (0, 1), 1, 1)
    assert hall.shown(draft) == {(0, 1, 1, 1), (2, 3, 0, 0)}
    # Also when they share somebody, who is free in neither slot otherwise.
    shared = hall.draft((0, 1, 0, 0), (0, 2, 1, 1))
    move(hall, shared, (0, 1), 1, 1)
    assert hall.shown(shared) == {(0, 1, 1, 1), (0, 2, 0, 0)}


def test_a_change_of_places_that_breaks_a_rule_for_either_is_refused(session: Session) -> None:
    hall = Hall(session)
    hall.people[2][0].away = [hall.slots[0].id]
    draft = hall.draft((0, 1, 0, 0), (2, 3, 1, 1))
    with pytest.raises(Blocked) as refused:
        move(hall, draft, (0, 1), 1, 1)
    assert codes(refused) == ["table_taken", "away"]
    name = hall.people[2][0].name
    assert refused.value.faults[1][1] == (f"{name} · {hall.registrations[2].name}",)
    assert hall.shown(draft) == {(0, 1, 0, 0), (2, 3, 1, 1)}


def test_somebodys_booth_is_no_free_table_but_a_hand_may_put_a_meeting_there(session: Session) -> None:
    hall = Hall(session, tables=2)
    hall.tables[0].kind = TableKind.BOOTH
    hall.people[4][0].table_id = hall.tables[0].id
    session.flush()
    draft = hall.draft((0, 1, 0, 1), (2, 3, 1, 1))
    with pytest.raises(Blocked) as refused:
        move(hall, draft, (0, 1), 1, None)
    assert codes(refused) == ["table_taken"]
    move(hall, draft, (0, 1), 1, 0)
    hall.publish(draft)
    assert hall.planned() == {(0, 1, 1, 0), (2, 3, 1, 1)}


def test_without_a_table_any_free_one_will_do(session: Session) -> None:
    hall = Hall(session, tables=3)
    hall.people[4][0].table_id = hall.tables[2].id
    session.flush()
    draft = hall.draft((0, 1, 0, 0), (2, 3, 1, 0), (2, 4, 2, 2))
    move(hall, draft, (0, 1), 1, None)
    assert hall.shown(draft) == {(0, 1, 1, 1), (2, 3, 1, 0), (2, 4, 2, 2)}
    move(hall, draft, (2, 4), 0, None)
    assert (2, 4, 0, 2) in hall.shown(draft)
    full = Hall.draft(hall, (0, 1, 0, 0))
    for table in hall.tables:
        table.closed_at = clock.now()
    session.flush()
    with pytest.raises(Blocked) as refused:
        move(hall, full, (0, 1), 1, None)
    assert codes(refused) == ["table_taken"]


def _mark(hall: Hall, one: int, other: int, **over: Any) -> None:
    a, b = hall.registrations[one].id, hall.registrations[other].id
    values = {"mark": Mark.NONE, "needs": [], "request": RequestState.NONE, "updated_at": clock.now()} | over
    hall.session.add(EventPair(event_id=hall.event.id, a_id=a, b_id=b, **values))


def busy(hall: Hall, draft: Timetable) -> None:
    add(hall, draft, (0, 2), 2, 1)


def away(hall: Hall, draft: Timetable) -> None:
    hall.people[1][0].away = [hall.slots[2].id]


def fixed_table(hall: Hall, draft: Timetable) -> None:
    hall.people[0][0].table_id = hall.tables[1].id


def never(hall: Hall, draft: Timetable) -> None:
    _mark(hall, 0, 1, mark=Mark.NEVER)


def absent(hall: Hall, draft: Timetable) -> None:
    hall.registrations[1].state = RegistrationState.CANCELLED


def closed(hall: Hall, draft: Timetable) -> None:
    hall.slots[2].closed_at = clock.now()


def resource(hall: Hall, draft: Timetable) -> None:
    hall.event.resources = {"翻译": 1}
    _mark(hall, 0, 1, needs=["翻译"])
    _mark(hall, 2, 3, needs=["翻译"])
    add(hall, draft, (2, 3), 2, 1)


def locked(hall: Hall, draft: Timetable) -> None:
    edit(hall, "lock_meeting", draft, (0, 1), locked=True)


def table_taken(hall: Hall, draft: Timetable) -> None:
    """By a locked meeting, which is named instead of the table; unlocked ones change places."""
    add(hall, draft, (2, 3), 2, 0)
    edit(hall, "lock_meeting", draft, (2, 3), locked=True)


BLOCKS = [
    (busy, "participant_busy"),
    (away, "away"),
    (fixed_table, "fixed_table"),
    (never, "never"),
    (absent, "absent"),
    (closed, "closed"),
    (resource, "resource"),
    (locked, "locked"),
    (table_taken, "locked"),
]


@pytest.mark.parametrize(("happens", "code"), BLOCKS, ids=lambda one: getattr(one, "__name__", one))
def test_a_move_is_refused_for_its_reason(session: Session, happens: Any, code: str) -> None:
    hall = Hall(session)
    draft = hall.draft((0, 1, 0, 0))
    happens(hall, draft)
    session.flush()
    before = hall.shown(draft)
    places = _possible(hall, draft, (0, 1))
    assert code in (["closed"] if code == "closed" else places[2, 0])
    with pytest.raises(Blocked) as refused:
        move(hall, draft, (0, 1), 2, 0)
    assert codes(refused) == [code]
    assert hall.shown(draft) == before


def _possible(hall: Hall, version: Timetable, both: tuple[int, int]) -> dict[tuple[int, int], list[str]]:
    a, b = map(hall.who, both)
    found = timetables.moves_possible(hall.session, hall.organiser, timetable_id=version.id, a=a, b=b)
    slots, tables = [one.id for one in hall.slots], [one.id for one in hall.tables]
    return {(slots.index(slot), tables.index(table)): list(said) for slot, table, said in found}


def test_a_page_can_show_every_conflict_at_once(session: Session) -> None:
    hall = Hall(session)
    hall.people[1][0].away = [hall.slots[2].id]
    session.flush()
    draft = hall.draft((0, 1, 0, 0), (0, 2, 1, 0), (3, 4, 0, 1))
    assert _possible(hall, draft, (0, 1)) == {
        (0, 0): [],
        (0, 1): [],
        # The other one of slot 1 would change places with it; beside it, 甲 would sit twice.
        (1, 0): [],
        (1, 1): ["participant_busy"],
        (2, 0): ["away"],
        (2, 1): ["away"],
    }
    # A pair that has no meeting yet: where it could be added.
    assert _possible(hall, draft, (1, 4)) == {
        (0, 0): ["table_taken", "participant_busy"],
        (0, 1): ["table_taken", "participant_busy"],
        (1, 0): ["table_taken"],
        (1, 1): [],
        (2, 0): ["away"],
        (2, 1): ["away"],
    }


def test_a_meeting_is_added_and_removed_and_the_figures_follow(session: Session) -> None:
    hall = Hall(session, meetings_min=1, people=2)
    hall.list_pairs((0, 1, 0.8), (2, 3, 0.4))
    draft = hall.draft((0, 1, 0, 0))
    worth = draft.figures["utility"]
    unscheduled = [[hall.who(2), hall.who(3), "nothing_gained"], [hall.who(0), hall.who(4), "no_common_slot"]]
    draft.figures = draft.figures | {"unscheduled": unscheduled}
    add(hall, draft, (2, 3), 0, None)
    assert hall.shown(draft) == {(0, 1, 0, 0), (2, 3, 0, 1)}
    assert draft.figures["utility"] > worth
    assert draft.figures["unscheduled"] == unscheduled[1:]
    assert not {"upper_bound", "optimal"} & set(draft.figures)
    chairs = {one.id for people in hall.people for one in people}
    assert set(draft.figures["below_minimum"]) == chairs - {hall.who(number) for number in range(4)}
    edit(hall, "remove_meeting", draft, (2, 3))
    assert (hall.shown(draft), draft.figures["utility"]) == ({(0, 1, 0, 0)}, worth)
    assert (draft.revision, draft.origin) == (3, "moved")


def test_what_may_not_be_added(session: Session) -> None:
    hall = Hall(session, people=2, meetings_max=1)
    draft = hall.draft((0, 1, 0, 0))
    with pytest.raises(Blocked) as refused:
        add(hall, draft, (0, 2), 1, 0)
    assert codes(refused) == ["maximum"]
    with pytest.raises(Blocked) as refused:
        add(hall, draft, (2, 3), 0, 0)
    assert codes(refused) == ["table_taken"]
    with pytest.raises(Blocked) as refused:
        add(hall, draft, (0, 1), 1, 0)
    assert codes(refused) == ["met_already"]
    colleagues = {"a": hall.people[0][1].id, "b": hall.people[1][1].id}
    with pytest.raises(Blocked) as refused:
        add(hall, draft, (0, 1), 1, 0, **colleagues)
    assert codes(refused) == ["met_already"]
    with pytest.raises(Invalid):
        add(hall, draft, (0, 1), 1, 0, b=hall.people[0][1].id)
    with pytest.raises(NotFound):
        add(hall, draft, (0, 1), 1, 0, b=10**6)
    assert hall.shown(draft) == {(0, 1, 0, 0)}


def test_a_locked_meeting_is_not_removed_until_it_is_let_go(session: Session) -> None:
    hall = Hall(session)
    draft = hall.draft((0, 1, 0, 0))
    edit(hall, "lock_meeting", draft, (1, 0), locked=True)
    with pytest.raises(Blocked) as refused:
        edit(hall, "remove_meeting", draft, (0, 1))
    assert codes(refused) == ["locked"]
    edit(hall, "lock_meeting", draft, (0, 1), locked=False)
    assert hall.shown(edit(hall, "remove_meeting", draft, (0, 1))) == set()
    with pytest.raises(NotFound):
        edit(hall, "remove_meeting", draft, (0, 1))
    with pytest.raises(Conflict, match="no meetings"):
        hall.publish(draft)


def test_only_a_draft_changes(session: Session) -> None:
    hall = Hall(session)
    version = hall.published((0, 1, 0, 0))
    for verb, over in (("lock_meeting", {"locked": True}), ("remove_meeting", {})):
        with pytest.raises(Conflict, match="copy it"):
            edit(hall, verb, version, (0, 1), **over)
    with pytest.raises(Conflict):
        move(hall, version, (0, 1), 1, 0)
    with pytest.raises(Conflict):
        hall.publish(version)
    assert hall.shown(version) == {(0, 1, 0, 0)}


@pytest.mark.parametrize("role", [Role.MEMBER, Role.AUDITOR])
def test_only_planners_look_after_timetables(session: Session, role: Role) -> None:
    hall = Hall(session)
    draft = hall.draft((0, 1, 0, 0))
    published = timetables.copy_as_draft(session, hall.organiser, timetable_id=draft.id)
    hall.publish(published)
    hall.organiser = make_actor(session, role=role)
    for verb in (
        lambda: move(hall, draft, (0, 1), 1, 0),
        lambda: add(hall, draft, (2, 3), 1, 0),
        lambda: edit(hall, "lock_meeting", draft, (0, 1), locked=True),
        lambda: edit(hall, "remove_meeting", draft, (0, 1)),
        lambda: hall.publish(draft),
        lambda: timetables.unpublish(session, hall.organiser, timetable_id=published.id, base=BASE),
        lambda: timetables.copy_as_draft(session, hall.organiser, timetable_id=draft.id),
        lambda: _possible(hall, draft, (0, 1)),
        lambda: queries.versions(session, hall.organiser, event_id=hall.event.id),
        lambda: queries.timetable(session, hall.organiser, timetable_id=draft.id),
    ):
        with pytest.raises(Forbidden):
            verb()
    assert hall.shown(draft) == {(0, 1, 0, 0)}
