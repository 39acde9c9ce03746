"""An event of the small town at which everything has happened once: list, request, timetable, a draft, a task."""

from typing import Any

from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.events.timetable.shapes import Meeting as Sitting
from matchmaker.events.timetable.shapes import Plan
from matchmaker.meetings import pairs, tasks, timetables
from matchmaker.meetings.instances import instance_of
from matchmaker.meetings.models import CandidateList
from matchmaker.meetings.queries import meetings_of
from matchmaker.meetings.rules import TaskKind
from matchmaker.participants.models import GuestRanking, Participant
from tests.events.place import make_event, make_registration

BASE = "http://127.0.0.1:8000"


def hold_event(session: Session, town: Any) -> dict[str, int]:
    """Both organisations come with one person each; the first asked for a meeting, and they have one."""
    organiser, member, ids = town.actor("organiser"), town.actor("member"), town.ids
    event = make_event(session, title="氢能阀门洽谈会", slots=3, tables=2)
    own = make_registration(session, event, "佛山市南海区试样阀门有限公司", organisation_id=ids["organisation"])
    other = make_registration(session, event, "佛山市南海区隐名电机有限公司", organisation_id=ids["other_organisation"])
    own.people[0].person_id = town.people["member"]
    pair = pairs.ask(
        session, member, event_id=event.id, from_id=own.id, to_id=other.id, message="想谈谈减压阀。", base=BASE
    )
    _list(session, event.id, own.id, other.id, ids=ids)
    published = _timetable(session, organiser, event.id, people=(own.people[0], other.people[0]))
    draft = timetables.copy_as_draft(session, organiser, timetable_id=published)
    task = tasks.ask_for(session, organiser, event_id=event.id, kind=TaskKind.CANDIDATES, inputs={})
    ranking = GuestRanking(event_id=event.id, inputs=_inputs(), rows=[], at=clock.now(), by=organiser.name)
    session.add(ranking)
    session.flush()
    return {
        "fair": event.id,
        "registration": own.id,
        "other_registration": other.id,
        "participant": own.people[0].id,
        "pair": pair.id,
        "meeting": meetings_of(session, event_id=event.id)[0].id,
        "timetable": draft.id,
        "published": published,
        "task": task.id,
        "ranking": ranking.id,
    }


def _list(session: Session, event_id: int, own: int, other: int, *, ids: dict[str, int]) -> None:
    row = {
        "a": own,
        "b": other,
        "need": ids["need"],
        "offer": ids["offer"],
        "asker": "b",
        "score": 0.9,
        "level": 3,
        "terms": ["减压阀"],
        "conditions": [],
        "more": 0,
        "met": None,
        "rivals": False,
    }
    session.add(CandidateList(event_id=event_id, rows=[row], inputs={}, at=clock.now(), by="test"))
    session.flush()


def _timetable(session: Session, organiser: Any, event_id: int, *, people: tuple[Participant, Participant]) -> int:
    instance, _evidence = instance_of(session, event_id=event_id)
    one, other = people
    sitting = Sitting(str(one.id), str(other.id), instance.slots[0], instance.tables[0])
    plan = Plan((sitting,), 0.9, 0.9, True, (), ())
    made = timetables.make_version(session, organiser, event_id=event_id, plan=plan, instance=instance)
    timetables.publish(session, organiser, timetable_id=made.id, base=BASE)
    return made.id


def _inputs() -> dict[str, Any]:
    quotas: dict[str, Any] = {name: {} for name in ("towns", "kinds", "scales", "stages")}
    return quotas | {"number": 60, "weeks": 4, "only_new": True, "carry": True, "veto": "", "pool": [], "engine": {}}
