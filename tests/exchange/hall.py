"""An event on paper: plain data for the tests of everything that is printed, and a published timetable in rows."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.events.models import Event
from matchmaker.exchange.printouts import Guest, Hour, Place, Programme, Talk
from matchmaker.meetings.models import Meeting, Timetable
from matchmaker.meetings.rules import TimetableState
from matchmaker.participants.models import Registration

START = datetime(2099, 3, 2, 9, 0, tzinfo=clock.DISTRICT_ZONE)


def make_hall(*, guests: int = 6, slots: int = 4, tables: int = 3, **over: Any) -> Programme:
    """So many people of as many organisations, each of whom meets another in every slot a table is left for."""
    hours = []
    for number in range(slots):
        begin = START + timedelta(minutes=20 * number + (120 if number >= slots // 2 else 0))
        session = "下午" if number >= slots // 2 else "上午"
        hours.append(Hour(number + 1, session, begin, begin + timedelta(minutes=20)))
    people = [make_guest(number) for number in range(1, guests + 1)]
    talks = []
    for hour in hours:
        ring = _ring(guests, hour.id)
        talks += [Talk(hour.id, table, *sorted(pair)) for table, pair in enumerate(ring[:tables], start=1)]
    given: dict[str, Any] = {
        "title": "阀门供需对接会",
        "venue": "丹灶会议厅",
        "starts_at": START,
        "ends_at": START + timedelta(hours=8),
        "printed_at": START - timedelta(hours=15),
        "version": 3,
        "hours": tuple(hours),
        "places": tuple(Place(number, number, str(number), "一楼") for number in range(1, tables + 1)),
        "people": tuple(people),
        "talks": tuple(talks),
    }
    return Programme(**(given | over))


def make_guest(number: int, **over: Any) -> Guest:
    """Somebody with an organisation, a name and a badge that no other has."""
    link, desk = (
        f"https://platform.example/p/{'x' * 80}{number}",
        f"https://platform.example/office/events/1/desk?q={number}",
    )
    guest = Guest(
        number, number, f"南海第{number:03d}号阀门有限公司", f"代表{number:03d}", "经理", f"B{number:04d}", link, desk
    )
    return replace(guest, **over)


def with_people(programme: Programme, **over: Any) -> Programme:
    """The same with something said otherwise of everybody."""
    return replace(programme, people=tuple(replace(one, **over) for one in programme.people))


def _ring(guests: int, turn: int) -> list[tuple[int, int]]:
    """The pairs of one round in which everybody meets everybody once over all rounds."""
    size = guests + guests % 2
    others = [(turn + step) % (size - 1) + 1 for step in range(size - 1)]
    order = [size, *others]
    pairs = [(order[place], order[size - 1 - place]) for place in range(size // 2)]
    return [pair for pair in pairs if max(pair) <= guests]


def publish_rows(session: Session, event: Event, *rows: tuple[Registration, Registration, int]) -> Timetable:
    """A published timetable in which these meet in that slot, at the first table."""
    moment = clock.now()
    plan = []
    for one, other, slot in rows:
        a, b = sorted((one.people[0].id, other.people[0].id))
        plan.append({"a": a, "b": b, "slot": event.slots[slot].id, "table": event.tables[0].id, "locked": False})
    row = Timetable(event_id=event.id, number=1, state=TimetableState.PUBLISHED, origin="solved", meetings=plan)
    row.made_at = row.updated_at = row.published_at = moment
    row.made_by = "test"
    session.add(row)
    session.flush()
    for one in plan:
        session.add(
            Meeting(
                event_id=event.id,
                a_id=one["a"],
                b_id=one["b"],
                slot_id=one["slot"],
                table_id=one["table"],
                timetable_id=row.id,
                created_at=moment,
                updated_at=moment,
            )
        )
    session.flush()
    return row
