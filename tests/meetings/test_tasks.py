"""Work beside the pages: queued once, taken up by one process only, heard of, stopped, and taken up again."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.config import Config
from matchmaker.core import clock
from matchmaker.core.actor import Role
from matchmaker.core.errors import Conflict, Forbidden, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.events.timetable import searching
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.ranker import Ranker
from matchmaker.meetings import queries, tasks, timetables
from matchmaker.meetings.candidates import newest
from matchmaker.meetings.instances import stored_instance
from matchmaker.meetings.models import EventTask, Timetable
from matchmaker.meetings.rules import TaskKind, TaskState
from tests.meetings.hall import Hall
from tests.people import make_actor

ALL = ((0, 1, 0.9), (0, 2, 0.8), (1, 2, 0.7), (2, 3, 0.6), (3, 4, 0.5))


@pytest.fixture
def engine(hashing_config: Config) -> LiveIndex:
    return LiveIndex(Ranker(hashing_config))


@pytest.fixture
def hall(sessions: sessionmaker[Session]) -> Hall:
    """An event with a list, safe in the database."""
    with unit(sessions) as session:
        made = Hall(session)
        made.list_pairs(*ALL)
    return made


def ask(sessions: sessionmaker[Session], hall: Hall, kind: TaskKind = TaskKind.TIMETABLE, **inputs: Any) -> int:
    with unit(sessions) as session:
        asked = tasks.ask_for(session, hall.organiser, event_id=hall.event.id, kind=kind, inputs=inputs)
        return asked.id


def found(sessions: sessionmaker[Session], task_id: int) -> EventTask:
    with sessions() as session:
        return session.get_one(EventTask, task_id)


def change(sessions: sessionmaker[Session], task_id: int, **values: Any) -> None:
    with unit(sessions) as session:
        for name, value in values.items():
            setattr(session.get_one(EventTask, task_id), name, value)


def made(sessions: sessionmaker[Session]) -> int:
    with reading(sessions) as session:
        return session.scalar(select(func.count()).select_from(Timetable)) or 0


def test_a_timetable_is_made_as_a_draft_that_can_be_published(
    sessions: sessionmaker[Session], hall: Hall, engine: LiveIndex
) -> None:
    task_id = ask(sessions, hall, seconds=5)
    assert tasks.run_due(sessions, engine) == 1
    done = found(sessions, task_id)
    assert (done.state, done.error, done.ended_at is not None) == (TaskState.DONE, "", True)
    with unit(sessions) as session:
        hall.session = session
        [version] = queries.versions(session, hall.organiser, event_id=hall.event.id)
        assert (version.id, version.number, version.made_by) == (done.result_id, 1, hall.organiser.name)
        assert len(hall.shown(version)) == len(ALL)
        figures = version.figures
        assert figures["utility"] == pytest.approx(figures["upper_bound"], abs=1e-5) and figures["optimal"] is True
        assert (figures["unscheduled"], figures["below_minimum"]) == ([], []) and figures["seconds"] >= 0
        assert len(stored_instance(version).pairs) == len(ALL)
        hall.publish(version)
        assert hall.planned() == hall.shown(version)
    assert tasks.run_due(sessions, engine) == 0


def test_locked_meetings_stay_when_it_is_solved_anew(
    sessions: sessionmaker[Session], hall: Hall, engine: LiveIndex
) -> None:
    with unit(sessions) as session:
        hall.session = session
        before = hall.draft((3, 4, 2, 1), (0, 1, 0, 0))
        timetables.lock_meeting(
            session,
            hall.organiser,
            timetable_id=before.id,
            revision=before.revision,
            a=hall.who(3),
            b=hall.who(4),
            locked=True,
        )
    task_id = ask(sessions, hall, seconds=5, locks_of=before.id)
    tasks.run_due(sessions, engine)
    with reading(sessions) as session:
        version = session.get_one(Timetable, found(sessions, task_id).result_id)
        assert (3, 4, 2, 1) in hall.shown(version) and len(version.meetings) == len(ALL)
        assert [one["locked"] for one in version.meetings].count(True) == 1
        assert version.parent_id == before.id


def test_one_of_a_kind_is_done_at_a_time(sessions: sessionmaker[Session], hall: Hall, engine: LiveIndex) -> None:
    task_id = ask(sessions, hall, seconds=5)
    for state in (TaskState.QUEUED, TaskState.RUNNING):
        change(sessions, task_id, state=state)
        with pytest.raises(Conflict):
            ask(sessions, hall, seconds=5)
    ask(sessions, hall, TaskKind.CANDIDATES)
    change(sessions, task_id, state=TaskState.DONE)
    again = ask(sessions, hall, seconds=5)
    with sessions() as session:
        newest = tasks.latest(session, event_id=hall.event.id, kind=TaskKind.TIMETABLE)
    assert newest is not None and newest.id == again


def test_several_processes_never_take_the_same_task(
    sessions: sessionmaker[Session], hall: Hall, engine: LiveIndex
) -> None:
    task_id = ask(sessions, hall, seconds=2)
    start, did = threading.Barrier(3), list[int]()

    def work() -> None:
        start.wait()
        did.append(tasks.run_due(sessions, engine))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(did) == [0, 0, 1]
    assert (found(sessions, task_id).state, made(sessions)) == (TaskState.DONE, 1)


class Killed(BaseException):
    """Stands for a kill in the middle of the work."""


def test_a_killed_task_is_taken_up_again_and_given_up_at_last(
    sessions: sessionmaker[Session], hall: Hall, engine: LiveIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = ask(sessions, hall, seconds=5)

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setitem(tasks.DOING, TaskKind.TIMETABLE, die)
        with pytest.raises(Killed):
            tasks.run_due(sessions, engine)
        assert found(sessions, task_id).state is TaskState.RUNNING
        # It may still be at it; only silence tells.
        assert tasks.run_due(sessions, engine) == 0
        with clock.pretend(clock.now() + timedelta(seconds=61)), pytest.raises(Killed):
            tasks.run_due(sessions, engine)
    with clock.pretend(clock.now() + timedelta(seconds=122)):
        assert tasks.run_due(sessions, engine) == 1
    assert (found(sessions, task_id).state, made(sessions)) == (TaskState.DONE, 1)
    again = ask(sessions, hall, seconds=5)
    silent = clock.now() - timedelta(seconds=61)
    change(sessions, again, state=TaskState.RUNNING, beat_at=silent, progress={"tries": tasks.MOST_TRIES})
    assert tasks.run_due(sessions, engine) == 0
    assert (found(sessions, again).state, found(sessions, again).error) == (TaskState.FAILED, tasks.BROKEN_OFF)


def test_who_wakes_up_after_another_took_the_task_writes_nothing(
    sessions: sessionmaker[Session], hall: Hall, engine: LiveIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = ask(sessions, hall, seconds=5)
    real = tasks.DOING[TaskKind.TIMETABLE]

    def sleep(turn: Any, index: LiveIndex) -> None:
        change(sessions, task_id, progress={"run": "another", "tries": 2})
        real(turn, index)

    monkeypatch.setitem(tasks.DOING, TaskKind.TIMETABLE, sleep)
    tasks.run_due(sessions, engine)
    assert (found(sessions, task_id).state, made(sessions)) == (TaskState.RUNNING, 0)


def test_stopping_leaves_the_best_version_so_far(
    sessions: sessionmaker[Session], hall: Hall, engine: LiveIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The solver never thinks itself done, and would go on for minutes."""
    monkeypatch.setattr(searching, "STALE", 10**9)
    monkeypatch.setattr(searching.Search, "is_settled", lambda search: False)
    monkeypatch.setattr(tasks, "TELL_S", 0.0)
    task_id = ask(sessions, hall, seconds=tasks.MOST_SECONDS)
    worker = threading.Thread(target=tasks.run_due, args=(sessions, engine))
    worker.start()
    said: dict[str, Any] = {}
    while "utility" not in said:
        assert worker.is_alive()
        said = found(sessions, task_id).progress
    with unit(sessions) as session:
        tasks.stop(session, hall.organiser, task_id=task_id)
    worker.join(timeout=120)
    assert not worker.is_alive()
    done = found(sessions, task_id)
    assert (done.state, made(sessions)) == (TaskState.STOPPED, 1)
    assert {"utility", "upper_bound", "below", "elapsed", "seconds"} <= set(done.progress)
    with reading(sessions) as session:
        hall.session = session
        assert hall.shown(session.get_one(Timetable, done.result_id))
    with unit(sessions) as session, pytest.raises(Conflict):
        tasks.stop(session, hall.organiser, task_id=task_id)


def test_what_waits_is_stopped_at_once(sessions: sessionmaker[Session], hall: Hall, engine: LiveIndex) -> None:
    task_id = ask(sessions, hall, seconds=5)
    with unit(sessions) as session:
        assert tasks.stop(session, hall.organiser, task_id=task_id).state is TaskState.STOPPED
    assert (tasks.run_due(sessions, engine), made(sessions)) == (0, 0)


def test_a_long_step_is_heard_of_meanwhile(
    sessions: sessionmaker[Session], hall: Hall, engine: LiveIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id, heard, given_up = ask(sessions, hall, seconds=5), threading.Event(), threading.Event()

    def long(turn: Any, index: LiveIndex) -> None:
        before = found(sessions, task_id).beat_at
        while not heard.is_set() and not given_up.wait(0.01):
            if found(sessions, task_id).beat_at != before:
                heard.set()
        turn.end(TaskState.DONE)

    monkeypatch.setattr(tasks, "BEAT_S", 0.05)
    monkeypatch.setitem(tasks.DOING, TaskKind.TIMETABLE, long)
    worker = threading.Thread(target=tasks.run_due, args=(sessions, engine))
    worker.start()
    heard.wait(timeout=120)
    given_up.set()
    worker.join(timeout=120)
    assert heard.is_set()
    assert found(sessions, task_id).state is TaskState.DONE


@pytest.mark.parametrize("lacking", ["slots", "tables", "pairs"])
def test_without_room_or_pairs_it_says_so(
    sessions: sessionmaker[Session], hall: Hall, engine: LiveIndex, lacking: str
) -> None:
    with unit(sessions) as session:
        if lacking == "pairs":
            hall.session = session
            hall.list_pairs()
        else:
            rows = {"slots": hall.slots, "tables": hall.tables}[lacking]
            for row in rows:
                session.get_one(type(row), row.id).closed_at = clock.now()
    task_id = ask(sessions, hall, seconds=5)
    assert tasks.run_due(sessions, engine) == 1
    said = {"slots": tasks.NO_SLOTS, "tables": tasks.NO_TABLES, "pairs": tasks.NO_PAIRS}[lacking]
    assert (found(sessions, task_id).state, found(sessions, task_id).error) == (TaskState.FAILED, said)


def test_what_nobody_foresaw_ends_the_task_too(
    sessions: sessionmaker[Session], hall: Hall, engine: LiveIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = ask(sessions, hall, seconds=5)

    def crash(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setitem(tasks.DOING, TaskKind.TIMETABLE, crash)
    assert tasks.run_due(sessions, engine) == 1
    assert (found(sessions, task_id).state, found(sessions, task_id).error) == (TaskState.FAILED, tasks.INTERNAL)


def test_the_matchmaking_list_is_made_beside_the_pages(
    sessions: sessionmaker[Session], hall: Hall, engine: LiveIndex
) -> None:
    task_id = ask(sessions, hall, TaskKind.CANDIDATES)
    assert tasks.run_due(sessions, engine) == 1
    done = found(sessions, task_id)
    with sessions() as session:
        listed = newest(session, event_id=hall.event.id)
    assert (done.state, done.error) == (TaskState.DONE, "")
    assert listed is not None and (done.result_id, listed.by) == (listed.id, hall.organiser.name)


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"seconds": 0}, "seconds"),
        ({"seconds": 601}, "seconds"),
        ({"seconds": "x"}, "seconds"),
        ({"locks_of": 99}, "locks_of"),
    ],
)
def test_what_may_not_be_asked(sessions: sessionmaker[Session], hall: Hall, inputs: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(sessions, hall, **inputs)
    assert [one.field for one in refused.value.faults] == [field]


def test_only_planners_ask_and_stop(sessions: sessionmaker[Session], hall: Hall) -> None:
    task_id = ask(sessions, hall, seconds=5)
    with unit(sessions) as session:
        hall.organiser = make_actor(session, role=Role.MEMBER)
    with unit(sessions) as session, pytest.raises(Forbidden):
        tasks.stop(session, hall.organiser, task_id=task_id)
    with pytest.raises(Forbidden):
        ask(sessions, hall, TaskKind.CANDIDATES)
