"""Who may look after timetables and the work behind them, and whose meeting it is."""

from sqlalchemy.orm import Session

from matchmaker.core.actor import Actor
from matchmaker.core.errors import NotFound
from matchmaker.events.access import require_planner
from matchmaker.meetings.models import EventTask, Meeting, Timetable
from matchmaker.participants.access import is_own, plans


def timetable_for(session: Session, actor: Actor, *, timetable_id: int, lock: bool = False) -> Timetable:
    """The version of a timetable, for somebody who plans events. NotFound when there is none."""
    require_planner(actor)
    found = session.get(Timetable, timetable_id, with_for_update=lock)
    if found is None:
        raise NotFound(f"no timetable {timetable_id}")
    return found


def task_for(session: Session, actor: Actor, *, task_id: int, lock: bool = False) -> EventTask:
    """The task, for somebody who plans events. NotFound when there is none."""
    require_planner(actor)
    found = session.get(EventTask, task_id, with_for_update=lock)
    if found is None:
        raise NotFound(f"no task {task_id}")
    return found


def meeting_for(session: Session, actor: Actor, *, meeting_id: int, lock: bool = False) -> Meeting:
    """The meeting, for either organisation in it or somebody who plans events. NotFound for everybody else."""
    found = session.get(Meeting, meeting_id, with_for_update=lock)
    if found is None:
        raise NotFound(f"no meeting {meeting_id}")
    sides = (found.a.registration, found.b.registration)
    if not plans(actor) and not any(is_own(actor, side) for side in sides):
        raise NotFound(f"no meeting {meeting_id}")
    return found
