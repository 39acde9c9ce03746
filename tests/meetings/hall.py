"""An event with a matchmaking list and a published timetable, for the tests of everything that changes one."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.events.models import Event, EventSlot, EventTable
from matchmaker.events.timetable.shapes import Meeting as Sitting
from matchmaker.events.timetable.shapes import Plan
from matchmaker.meetings import timetables
from matchmaker.meetings.instances import instance_of
from matchmaker.meetings.models import CandidateList, Meeting, Timetable
from matchmaker.meetings.placing import Blocked
from matchmaker.meetings.rules import MeetingState
from matchmaker.notifications.models import Notice
from matchmaker.participants.models import Participant, Registration
from tests.events.place import make_event, make_registration
from tests.factories import USCCS, make_organisation
from tests.people import BASE, make_actor


class Hall:
    """Five organisations at an event of three slots and two tables; `people[n]` are the nth one's.

    The first four are on the platform, each with an owner who can be told something.
    """

    def __init__(self, session: Session, *, people: int = 1, **event: Any) -> None:
        self.session = session
        self.organiser = make_actor(session, role=Role.ORGANISER, name="活动主办人")
        self.event: Event = make_event(session, **({"slots": 3, "tables": 2} | event))
        names = [f"佛山市南海区试样{letter}有限公司" for letter in "甲乙丙丁"]
        organisations = [
            make_organisation(session, uscc=uscc, name=name) for uscc, name in zip(USCCS, names, strict=False)
        ]
        self.owners: list[Actor] = [make_actor(session, one.id) for one in organisations]
        self.registrations: list[Registration] = [
            make_registration(session, self.event, one.name, organisation_id=one.id, people=people)
            for one in organisations
        ]
        self.registrations.append(make_registration(session, self.event, "散客戊有限公司", people=people))
        self.people: list[list[Participant]] = [list(one.people) for one in self.registrations]
        self.slots: list[EventSlot] = list(self.event.slots)
        self.tables: list[EventTable] = list(self.event.tables)

    def list_pairs(self, *scores: tuple[int, int, float]) -> CandidateList:
        """A matchmaking list of (organisation, organisation, score)."""
        rows = [self.row(one, other, score) for one, other, score in scores]
        made = CandidateList(event_id=self.event.id, rows=rows, inputs={}, at=clock.now(), by="test")
        self.session.add(made)
        self.session.flush()
        return made

    def row(self, one: int, other: int, score: float) -> dict[str, Any]:
        """A row of the list, as `CandidateList` describes it."""
        return {
            "a": self.registrations[one].id,
            "b": self.registrations[other].id,
            "need": None,
            "offer": None,
            "asker": "a",
            "score": score,
            "level": 3,
            "terms": ["阀门"],
            "conditions": [],
            "more": 0,
            "met": None,
            "rivals": False,
        }

    def draft(self, *places: tuple[int, int, int, int]) -> Timetable:
        """A draft of (organisation, organisation, slot, table), each by its first representative."""
        meetings = tuple(Sitting(*map(str, self.place(*one).values())) for one in places)
        pairs = [(int(one.a), int(one.b)) for one in meetings]
        instance, _ = instance_of(self.session, event_id=self.event.id, also=pairs)
        worth = {(one.a, one.b): one.utility for one in instance.pairs}
        utility = sum(worth[one.a, one.b] for one in meetings)
        plan = Plan(meetings, utility, utility, True, (), ())
        return timetables.make_version(
            self.session, self.organiser, event_id=self.event.id, plan=plan, instance=instance
        )

    def published(self, *places: tuple[int, int, int, int]) -> Timetable:
        """The same, published."""
        return self.publish(self.draft(*places))

    def publish(self, version: Timetable) -> Timetable:
        """Publish as the organiser."""
        return timetables.publish(self.session, self.organiser, timetable_id=version.id, base=BASE)

    def place(self, one: int, other: int, slot: int, table: int) -> dict[str, int]:
        """A meeting in ids."""
        a, b = sorted((self.who(one), self.who(other)))
        return {"a": a, "b": b, "slot": self.slots[slot].id, "table": self.tables[table].id}

    def who(self, organisation: int) -> int:
        """The id of the organisation's first representative."""
        return self.people[organisation][0].id

    def shown(self, version: Timetable) -> set[tuple[int, int, int, int]]:
        """A version's meetings as `draft` takes them."""
        return {self.spot(one["a"], one["b"], one["slot"], one["table"]) for one in version.meetings}

    def planned(self) -> set[tuple[int, int, int, int]]:
        """The meetings people hold in their hands, as `draft` takes them."""
        rows = self.session.scalars(select(Meeting).where(Meeting.state == MeetingState.PLANNED))
        return {self.spot(one.a_id, one.b_id, one.slot_id, one.table_id) for one in rows}

    def told(self, organisation: int) -> list[str]:
        """The texts that the organisation's owner has received."""
        mine = Notice.person_id == self.owners[organisation].person_id
        return list(self.session.scalars(select(Notice.text).where(mine).order_by(Notice.id)))

    def spot(self, a: int, b: int, slot: int, table: int) -> tuple[int, int, int, int]:
        """A meeting in ids, as `draft` takes it."""
        home = {one.id: number for number, people in enumerate(self.people) for one in people}
        slots, tables = [one.id for one in self.slots], [one.id for one in self.tables]
        first, second = sorted((home[a], home[b]))
        return first, second, slots.index(slot), tables.index(table)


def edit(hall: Hall, name: str, version: Timetable, both: tuple[int, int], **over: Any) -> Timetable:
    """Call a verb of `timetables` on the meeting of two organisations."""
    verb = getattr(timetables, name)
    given = {"timetable_id": version.id, "revision": version.revision, "a": hall.who(both[0]), "b": hall.who(both[1])}
    made: Timetable = verb(hall.session, hall.organiser, **(given | over))
    return made


def move(hall: Hall, version: Timetable, both: tuple[int, int], slot: int, table: int | None, **over: Any) -> Timetable:
    """The same in short."""
    where = {"slot_id": hall.slots[slot].id, "table_id": None if table is None else hall.tables[table].id}
    return edit(hall, "move", version, both, **(where | over))


def add(hall: Hall, version: Timetable, both: tuple[int, int], slot: int, table: int | None, **over: Any) -> Timetable:
    """The same in short."""
    where = {"slot_id": hall.slots[slot].id, "table_id": None if table is None else hall.tables[table].id}
    return edit(hall, "add_meeting", version, both, **(where | over))


def codes(blocked: pytest.ExceptionInfo[Blocked]) -> list[str]:
    """What was in the way."""
    return [code for code, _ in blocked.value.faults]
