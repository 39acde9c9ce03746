"""An event of the town with firms, a matchmaking list and a draft of its timetable, for the tests of its pages."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.unit import reading, unit
from matchmaker.events.timetable.shapes import Meeting, Plan
from matchmaker.meetings import queries, timetables
from matchmaker.meetings.instances import instance_of
from matchmaker.meetings.models import CandidateList, Timetable
from tests.events.place import make_event, make_registration
from tests.web.town import Town

BASE = "http://127.0.0.1:8000"
LETTERS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
Place = tuple[int, int, int, int]


@dataclass(frozen=True)
class Fair:
    """Ids of the event, of its slots and tables in order, of the firms' one person each, and of a draft."""

    town: Town
    event: int
    slots: tuple[int, ...]
    tables: tuple[int, ...]
    people: tuple[int, ...]
    draft: int

    def address(self, rest: str = "") -> str:
        """A page of the timetable."""
        return f"/office/events/{self.event}/timetable{rest}"

    def of(self, verb: str, timetable_id: int | None = None) -> str:
        """A page of one version."""
        return self.address(f"/{timetable_id or self.draft}/{verb}")

    def spot(self, slot: int, table: int) -> str:
        """A place as forms send it."""
        return f"{self.slots[slot]}-{self.tables[table]}"

    def form(self, one: int, other: int, **more: Any) -> dict[str, Any]:
        """What every change sends."""
        with reading(self.town.parts.sessions) as session:
            revision = session.get_one(Timetable, self.draft).revision
        return {"a": self.people[one], "b": self.people[other], "revision": revision} | more

    def meetings(self, timetable_id: int | None = None) -> set[Place]:
        """Where a version's meetings stand, in numbers of firms, slots and tables."""
        with reading(self.town.parts.sessions) as session:
            rows = session.get_one(Timetable, timetable_id or self.draft).meetings
        return {
            (
                self.people.index(one["a"]),
                self.people.index(one["b"]),
                self.slots.index(one["slot"]),
                self.tables.index(one["table"]),
            )
            for one in rows
        }

    def publish(self, timetable_id: int | None = None) -> None:
        """As the organiser does it."""
        with unit(self.town.parts.sessions) as session:
            actor = self.town.actor("organiser")
            timetables.publish(session, actor, timetable_id=timetable_id or self.draft, base=BASE)

    def versions(self) -> list[tuple[int, str, str]]:
        """(number, state, origin) of every version, the newest first."""
        with reading(self.town.parts.sessions) as session:
            rows = queries.versions(session, self.town.actor("organiser"), event_id=self.event)
            return [(row.number, row.state.value, row.origin) for row in rows]


def firm(number: int) -> str:
    """A name whose short form is its own."""
    return f"佛山市南海区{LETTERS[number % len(LETTERS)]}字{number}阀门有限公司"


def make_fair(
    town: Town, places: tuple[Place, ...], *, firms: int = 5, slots: int = 3, tables: int = 2, **event: Any
) -> Fair:
    """Firms of one person each; those of `places` (firm, firm, slot, table) meet in a draft, other pairs do not."""
    with unit(town.parts.sessions) as session:
        row = make_event(session, slots=slots, tables=tables, **event)
        made = [make_registration(session, row, firm(number)) for number in range(firms)]
        people = tuple(one.people[0].id for one in made)
        session.add(_list(row.id, [one.id for one in made]))
        session.flush()
        slot_ids, table_ids = tuple(one.id for one in row.slots), tuple(one.id for one in row.tables)
        meetings = tuple(
            Meeting(str(people[a]), str(people[b]), str(slot_ids[slot]), str(table_ids[table]))
            for a, b, slot, table in places
        )
        draft = _draft(session, town.actor("organiser"), row.id, meetings) if places else 0
        return Fair(town, row.id, slot_ids, table_ids, people, draft)


def _draft(session: Session, actor: Actor, event_id: int, meetings: tuple[Meeting, ...]) -> int:
    instance, _ = instance_of(session, event_id=event_id)
    worth = {(pair.a, pair.b): pair.utility for pair in instance.pairs}
    utility = sum(worth[one.a, one.b] for one in meetings)
    plan = Plan(meetings, utility, utility / 0.98, False, (), ())
    made = timetables.make_version(session, actor, event_id=event_id, plan=plan, instance=instance)
    met = {(one.a, one.b) for one in meetings}
    left = [[int(pair.a), int(pair.b), "tables_full"] for pair in instance.pairs if (pair.a, pair.b) not in met]
    made.figures = made.figures | {"unscheduled": left, "below_minimum": []}
    return made.id


def _list(event_id: int, registrations: list[int]) -> CandidateList:
    """Everybody matches everybody, nearer ones better."""
    rows = [
        {
            "a": a,
            "b": b,
            "need": None,
            "offer": None,
            "asker": "a",
            "score": round(0.95 - 0.02 * abs(number - other), 3),
            "level": max(1, 3 - abs(number - other) // 2),
            "terms": ["阀门", "减压"],
            "conditions": [],
            "more": 0,
            "met": None,
            "rivals": False,
        }
        for number, a in enumerate(registrations)
        for other, b in enumerate(registrations)
        if number < other <= number + 8
    ]
    return CandidateList(event_id=event_id, rows=rows, inputs={}, at=clock.now(), by="test")
