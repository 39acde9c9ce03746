"""Work that takes longer than a page may: asked for there, done by the worker, watched and stopped from there.

The task's row is the truth. Whoever does it says so every few seconds; one that fell silent is taken up by the next.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from datetime import timedelta
from time import monotonic
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.db import new_key
from matchmaker.core.errors import Conflict, DomainError, Fault, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.events.timetable.shapes import Instance
from matchmaker.events.timetable.solving import Progress, solve
from matchmaker.matching.live import LiveIndex
from matchmaker.meetings import candidates
from matchmaker.meetings.access import task_for
from matchmaker.meetings.instances import held_of, instance_of, sitting
from matchmaker.meetings.models import EventTask, Timetable
from matchmaker.meetings.rules import TaskKind, TaskState
from matchmaker.meetings.versions import make_version
from matchmaker.participants.access import planned_event

SECONDS = 60.0
MOST_SECONDS = 600.0
SILENT = timedelta(seconds=60)
BEAT_S = 10.0
TELL_S = 1.0
MOST_TRIES = 3
# What a task that could not be done says; any other text is what went wrong on the way.
NO_SLOTS = "the event has no slots left"
NO_TABLES = "the event has no tables"
NO_PAIRS = "nobody is to meet anybody: make the matchmaking list first"
INTERNAL = "internal"
BROKEN_OFF = "broken off several times"
OPEN = (TaskState.QUEUED, TaskState.RUNNING)
_log = logging.getLogger(__name__)


def ask_for(
    session: Session, actor: Actor, *, event_id: int, kind: TaskKind, inputs: Mapping[str, Any] | None = None
) -> EventTask:
    """Queue the work. Conflict while some of the same kind is queued or running for the event.

    For a timetable `inputs` may say `seconds` (1..600, 60 unless told) and `locks_of`, the id of the version whose
    locked meetings stay where they are. `progress` then has utility, upper_bound, below, elapsed, seconds.
    """
    planned_event(session, actor, event_id=event_id, lock=True)
    asked = _checked(session, event_id, dict(inputs or {})) if kind is TaskKind.TIMETABLE else dict(inputs or {})
    same = (EventTask.event_id == event_id, EventTask.kind == kind, EventTask.state.in_(OPEN))
    if session.scalar(select(EventTask.id).where(*same).limit(1)) is not None:
        raise Conflict("this work is being done already")
    task = EventTask(event_id=event_id, kind=kind, state=TaskState.QUEUED, inputs=asked, progress={})
    task.asked_at, task.asked_by = clock.now(), actor.name
    session.add(task)
    session.flush()
    _record(session, actor, task, "ask")
    return task


def stop(session: Session, actor: Actor, *, task_id: int) -> EventTask:
    """End the work early; a timetable leaves the best version found so far. Conflict when it is over already."""
    task = task_for(session, actor, task_id=task_id)
    session.refresh(task, with_for_update=True)
    if task.state not in OPEN:
        raise Conflict(f"the work is {task.state} already")
    task.stop_at = task.stop_at or clock.now()
    if task.state is TaskState.QUEUED:
        _end(task, TaskState.STOPPED)
    session.flush()
    _record(session, actor, task, "stop")
    return task


def latest(session: Session, *, event_id: int, kind: TaskKind) -> EventTask | None:
    """The last task of this kind, whatever became of it. No actor: verbs ask."""
    mine = (EventTask.event_id == event_id, EventTask.kind == kind)
    return session.scalar(select(EventTask).where(*mine).order_by(EventTask.id.desc()).limit(1))


def run_due(sessions: sessionmaker[Session], engine: LiveIndex) -> int:
    """Do one task that is queued or was left by a killed process; returns how many were done (0 or 1)."""
    turn = _claim(sessions)
    if turn is None:
        return 0
    with turn.beating():
        try:
            DOING[turn.kind](turn, engine)
        except _Stopped:
            turn.end(TaskState.STOPPED)
        except _Lost:
            _log.warning("task %s went on elsewhere", turn.task_id)
        except DomainError as error:
            turn.end(TaskState.FAILED, error=str(error))
        except Exception:  # whatever it is, the task must not be tried for ever, nor the page wait for it
            _log.exception("task %s failed", turn.task_id)
            turn.end(TaskState.FAILED, error=INTERNAL)
    return 1


class _Stopped(Exception):
    """Somebody asked to end the work, and there is nothing to leave."""


class _Lost(Exception):
    """Another process took the task up, because this one was silent for too long."""


class _Turn:
    """One go at a task: says that it goes on, and hears when it is to stop."""

    def __init__(self, sessions: sessionmaker[Session], task: EventTask, run: str) -> None:
        self.sessions, self.task_id, self.kind, self.event_id = sessions, task.id, task.kind, task.event_id
        self.by, self.inputs = task.asked_by, dict(task.inputs)
        self.stopped = False
        self._run, self._told = run, monotonic() - TELL_S

    def tell(self, said: Mapping[str, Any]) -> bool:
        """Write the progress down, once a second at most; whether to go on."""
        if monotonic() - self._told >= TELL_S and not self.stopped:
            self._told = monotonic()
            with self.mine() as (_, task):
                task.progress = task.progress | dict(said)
                self.stopped = task.stop_at is not None
        return not self.stopped

    def end(self, state: TaskState, *, error: str = "") -> None:
        """The work is over. Nothing is written when it went on elsewhere."""
        try:
            with self.mine() as (_, task):
                _end(task, state, error)
        except _Lost:
            _log.warning("task %s went on elsewhere", self.task_id)

    @contextmanager
    def mine(self) -> Iterator[tuple[Session, EventTask]]:
        """A unit with the task locked and heard of just now. `_Lost` when it is no longer this one's."""
        with unit(self.sessions) as session:
            task = session.get_one(EventTask, self.task_id, with_for_update=True)
            if task.state is not TaskState.RUNNING or task.progress.get("run") != self._run:
                raise _Lost
            task.beat_at = clock.now()
            yield session, task

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Meanwhile the task is heard of also when a step takes long; some of the solver's do."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(BEAT_S):
                try:
                    with self.mine():
                        pass
                except _Lost:
                    return
                except Exception:  # a database that is busy now is not at the next beat
                    _log.exception("task %s missed a beat", self.task_id)

        thread = threading.Thread(target=copy_context().run, args=(beat,), name="beat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def _claim(sessions: sessionmaker[Session]) -> _Turn | None:
    """Take up the oldest task that waits or has fallen silent; nobody else gets the same one."""
    moment = clock.now()
    silent = and_(EventTask.state == TaskState.RUNNING, EventTask.beat_at < moment - SILENT)
    due = select(EventTask).where(or_(EventTask.state == TaskState.QUEUED, silent)).order_by(EventTask.id).limit(1)
    with unit(sessions) as session:
        task = session.scalar(due.with_for_update(skip_locked=True))
        if task is None:
            return None
        tries = task.progress.get("tries", 0) + 1
        if task.stop_at is not None or tries > MOST_TRIES:
            given_up = task.stop_at is None
            _end(task, TaskState.FAILED if given_up else TaskState.STOPPED, BROKEN_OFF if given_up else "")
            return None
        run = new_key()
        task.state, task.beat_at, task.progress = TaskState.RUNNING, moment, {"run": run, "tries": tries}
        return _Turn(sessions, task, run)


def _candidates(turn: _Turn, engine: LiveIndex) -> None:
    def tick(done: int, total: int) -> None:
        if not turn.tell({"done": done, "total": total}):
            raise _Stopped

    made = candidates.make(turn.sessions, engine, event_id=turn.event_id, by=turn.by, tick=tick)
    with turn.mine() as (_, task):
        task.result_id = made
        _end(task, TaskState.DONE)


def _timetable(turn: _Turn, engine: LiveIndex) -> None:
    seconds, locks_of = float(turn.inputs.get("seconds", SECONDS)), turn.inputs.get("locks_of")
    with reading(turn.sessions) as session:
        before = session.get(Timetable, locks_of) if locks_of is not None else None
        locks = [sitting(row) for row in before.meetings if row["locked"]] if before else []
        held = held_of(session, event_id=turn.event_id)
        instance, _ = instance_of(session, event_id=turn.event_id, locks=locks, held=held)
    _require_room(instance)
    started = monotonic()

    def tell(now: Progress) -> bool:
        said = {"utility": round(now.utility, 4), "upper_bound": round(now.upper_bound, 4), "below": now.below}
        return turn.tell(said | {"elapsed": round(now.elapsed_s, 1), "seconds": seconds})

    plan = solve(instance, seconds=seconds, tell=tell)
    actor = Actor(name=turn.by, role=Role.ORGANISER, via="worker")
    with turn.mine() as (session, task):
        row = make_version(
            session, actor, event_id=turn.event_id, plan=plan, instance=instance, held=held, parent_id=locks_of
        )
        row.figures = row.figures | {"seconds": round(monotonic() - started, 1)}
        task.result_id = row.id
        _end(task, TaskState.STOPPED if turn.stopped else TaskState.DONE)


DOING: dict[TaskKind, Callable[[_Turn, LiveIndex], None]] = {
    TaskKind.CANDIDATES: _candidates,
    TaskKind.TIMETABLE: _timetable,
}


def _require_room(instance: Instance) -> None:
    for there, said in ((instance.slots, NO_SLOTS), (instance.tables, NO_TABLES), (instance.pairs, NO_PAIRS)):
        if not there:
            raise Conflict(said)


def _checked(session: Session, event_id: int, inputs: dict[str, Any]) -> dict[str, Any]:
    """What a timetable may be asked with. Invalid otherwise."""
    seconds, locks_of = inputs.get("seconds", SECONDS), inputs.get("locks_of")
    if not isinstance(seconds, int | float) or not 1 <= seconds <= MOST_SECONDS:
        raise Invalid([Fault("seconds", f"from 1 to {MOST_SECONDS:.0f}", str(seconds))])
    if locks_of is not None:
        found = session.get(Timetable, locks_of)
        if found is None or found.event_id != event_id:
            raise Invalid([Fault("locks_of", "no version of this event", str(locks_of))])
    return {"seconds": seconds, "locks_of": locks_of}


def _end(task: EventTask, state: TaskState, error: str = "") -> None:
    task.state, task.error, task.ended_at = state, error, clock.now()


def _record(session: Session, actor: Actor, task: EventTask, action: str) -> None:
    facts = {"task": task.id, "kind": task.kind, "inputs": task.inputs}
    audit.record(session, actor, [audit.Event(f"event.task.{action}", f"event:{task.event_id}", facts)])
