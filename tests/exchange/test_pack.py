"""An event leaves for a laptop and comes home: nothing lost, nothing twice, and what clashes is told."""

import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.audit.queries import first_broken
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.db import make_engine, make_sessions
from matchmaker.core.errors import Conflict, Forbidden, Invalid
from matchmaker.core.migrate import upgrade
from matchmaker.core.unit import unit
from matchmaker.events.models import Event, EventTable
from matchmaker.exchange import pack
from matchmaker.exchange.pack_merge import Merged, merge, merges
from matchmaker.exchange.three_way import merge_fields
from matchmaker.listings.models import Listing
from matchmaker.meetings.models import Meeting, Outcome, PackMerge, Timetable
from matchmaker.meetings.rules import MeetingState, OutcomeKind, TimetableState
from matchmaker.participants.models import Participant, Registration
from tests.events.place import make_event, make_participant, make_registration
from tests.factories import USCCS, make_listing, make_organisation
from tests.people import make_actor

OPERATOR = Actor.system("test")
Sessions = sessionmaker[Session]


@pytest.mark.parametrize(
    ("base", "here", "came", "taken", "both"),
    [
        ({"x": 1}, {"x": 1}, {"x": 1}, {}, []),
        ({"x": 1}, {"x": 1}, {"x": 2}, {"x": 2}, []),
        ({"x": 1}, {"x": 2}, {"x": 1}, {}, []),
        ({"x": 1}, {"x": 2}, {"x": 2}, {}, []),
        ({"x": 1}, {"x": 2}, {"x": 3}, {}, [("x", 1)]),
        (None, {"x": 2}, {"x": 3}, {}, [("x", None)]),
        (None, {"x": 2}, {"x": 2}, {}, []),
        ({}, {"x": 2}, {"unknown": 3}, {}, []),
    ],
)
def test_three_ways(base: object, here: object, came: object, taken: object, both: object) -> None:
    assert merge_fields(base, here, came) == (taken, both)  # type: ignore[arg-type]


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Sessions]:
    """A fresh installation without the demo."""
    engine: Engine = make_engine(f"sqlite:///{tmp_path / 'laptop.db'}")
    upgrade(engine)
    yield make_sessions(engine)
    engine.dispose()


@pytest.fixture
def event_id(sessions: Sessions) -> int:
    """At the office: three organisations, one with a listing, a published timetable of two meetings."""
    with unit(sessions) as session:
        for place, name in enumerate(("甲阀门", "乙传感", "丙检测")):
            make_organisation(session, uscc=USCCS[place], name=f"佛山市南海区{name}有限公司")
        listing = make_listing(session)
        event = make_event(session)
        own = session.scalars(select(Listing.organisation_id)).one()
        rows = [make_registration(session, event, "甲阀门", organisation_id=own, listings=(listing,))]
        rows += [make_registration(session, event, name) for name in ("乙传感", "丙检测")]
        a, b, c = (row.people[0] for row in rows)
        first, second = event.slots[0], event.slots[1]
        plan = [
            {"a": a.id, "b": b.id, "slot": first.id, "table": event.tables[0].id, "locked": False},
            {"a": a.id, "b": c.id, "slot": second.id, "table": event.tables[0].id, "locked": True},
        ]
        moment = clock.now()
        timetable = Timetable(
            event_id=event.id,
            number=1,
            state=TimetableState.PUBLISHED,
            origin="solved",
            meetings=plan,
            figures={"utility": 1.5, "below_minimum": [c.id], "unscheduled": [[b.id, c.id, "tables_full"]]},
            made_at=moment,
            made_by="x",
            updated_at=moment,
        )
        session.add(timetable)
        session.flush()
        for one in plan:
            session.add(
                Meeting(
                    event_id=event.id,
                    a_id=one["a"],
                    b_id=one["b"],
                    slot_id=one["slot"],
                    table_id=one["table"],
                    timetable_id=timetable.id,
                    evidence={"a": rows[0].id, "b": rows[1].id, "score": 0.8},
                    created_at=moment,
                    updated_at=moment,
                )
            )
        return event.id


def leave(office: Sessions, laptop: Sessions, event_id: int) -> None:
    """The pack goes out."""
    with unit(office) as session:
        content = pack.save(session, OPERATOR, event_id=event_id)
    with unit(laptop) as session:
        pack.open_pack(session, OPERATOR, content=content)


def home(office: Sessions, laptop: Sessions, event_id: int) -> Merged:
    """The pack comes back."""
    with unit(laptop) as session:
        content = pack.save(session, OPERATOR, event_id=event_id)
    with unit(office) as session:
        return merge(session, OPERATOR, event_id=event_id, content=content)


def person(session: Session, name: str) -> Participant:
    return session.scalars(select(Participant).where(Participant.name == f"{name}代表1")).one()


def say(session: Session, meeting: Meeting, kind: OutcomeKind, *, minutes: int = 0) -> None:
    moment = clock.now() + timedelta(minutes=minutes)
    session.add(Outcome(meeting_id=meeting.id, kind=kind, note="在现场记的", by="desk", at=moment))
    session.flush()


def facts(sessions: Sessions) -> list[tuple[object, ...]]:
    """Everything the event says, without the numbers of this database."""
    with unit(sessions) as session:
        people = [(row.name, row.badge, row.checked_in_at, row.registration.name) for row in _all(session, Participant)]
        plans = [
            (row.number, row.state, len(row.meetings), row.figures.get("utility")) for row in _all(session, Timetable)
        ]
        held = [
            (row.a.name, row.b.name, row.slot.starts_at, row.table.label, row.state, row.evidence.get("score"))
            for row in _all(session, Meeting)
        ]
        said = [(row.meeting.a.name, row.kind, row.note, row.superseded_at) for row in _all(session, Outcome)]
        return sorted([*people, *plans, *held, *said], key=str)


def _all(session: Session, table: type) -> list:  # type: ignore[type-arg]
    return list(session.scalars(select(table)))


def test_the_laptop_has_the_whole_event(sessions: Sessions, laptop: Sessions, event_id: int) -> None:
    leave(sessions, laptop, event_id)
    assert facts(laptop) == facts(sessions)
    with unit(laptop) as session:
        event = session.get_one(Event, event_id)
        assert (event.title, len(event.slots), len(event.tables)) == ("阀门供需对接会", 4, 3)
        brought = session.scalars(select(Registration).where(Registration.name == "甲阀门")).one().brought
        assert [one.listing.title for one in brought] == ["七十兆帕高压氢气减压阀"]
        plan = session.scalars(select(Timetable)).one()
        assert plan.figures["below_minimum"] == [person(session, "丙检测").id]
        assert {one["a"] for one in plan.meetings} == {person(session, "甲阀门").id}


def test_what_happened_on_both_sides_comes_together_and_a_second_time_changes_nothing(
    sessions: Sessions, laptop: Sessions, event_id: int
) -> None:
    leave(sessions, laptop, event_id)
    arrived = clock.now()
    with unit(laptop) as session:
        person(session, "甲阀门").checked_in_at = arrived
        walked_in = make_registration(session, session.get_one(Event, event_id), "丁现场来的")
        host = person(session, "乙传感")
        first = session.scalars(select(Meeting).order_by(Meeting.id)).first()
        assert first is not None
        say(session, first, OutcomeKind.COOPERATION)
        a, b = sorted((host.id, walked_in.people[0].id))
        moment = clock.now()
        session.add(
            Meeting(
                event_id=event_id,
                a_id=a,
                b_id=b,
                slot_id=first.slot_id,
                table_id=session.scalars(select(EventTable.id).where(EventTable.label == "3")).one(),
                created_at=moment,
                updated_at=moment,
            )
        )
    with unit(sessions) as session:
        make_registration(session, session.get_one(Event, event_id), "戊在办公室补录")
        person(session, "丙检测").phone = "13700000000"
    done = home(sessions, laptop, event_id)
    assert done.added == {"registrations": 1, "participants": 1, "meetings": 1, "outcomes": 1}
    assert done.changed == {"participants": 1}
    # 乙 sits at two tables in the first slot now: that is the organiser's to mend.
    assert [(one.table, one.field) for one in done.conflicts] == [("meetings", "person")]
    with unit(sessions) as session:
        assert person(session, "甲阀门").checked_in_at == arrived
        assert person(session, "丙检测").phone == "13700000000"
        names = set(session.scalars(select(Registration.name)))
        assert names == {"甲阀门", "乙传感", "丙检测", "丁现场来的", "戊在办公室补录"}
        new = session.scalars(select(Meeting).order_by(Meeting.id.desc())).first()
        assert new is not None
        assert {new.a.name, new.b.name} == {"乙传感代表1", "丁现场来的代表1"}
        assert first_broken(session) is None
    before = facts(sessions)
    again = home(sessions, laptop, event_id)
    assert again.again
    assert facts(sessions) == before


def test_the_laptop_may_come_home_again_with_more(sessions: Sessions, laptop: Sessions, event_id: int) -> None:
    leave(sessions, laptop, event_id)
    with unit(laptop) as session:
        person(session, "甲阀门").position = "厂长"
    home(sessions, laptop, event_id)
    with unit(sessions) as session:
        person(session, "甲阀门").position = "董事长"
    with unit(laptop) as session:
        person(session, "乙传感").position = "工程师"
    done = home(sessions, laptop, event_id)
    assert (done.changed, done.conflicts) == ({"participants": 1}, [])
    with unit(sessions) as session:
        assert (person(session, "甲阀门").position, person(session, "乙传感").position) == ("董事长", "工程师")


def test_two_laptops_do_not_undo_each_other(
    sessions: Sessions, laptop: Sessions, event_id: int, tmp_path: Path
) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'second.db'}")
    upgrade(engine)
    second = make_sessions(engine)
    with unit(sessions) as session:
        content = pack.save(session, OPERATOR, event_id=event_id)
    for place in (laptop, second):
        with unit(place) as session:
            pack.open_pack(session, OPERATOR, content=content)
    moment = clock.now()
    with unit(laptop) as session:
        person(session, "甲阀门").checked_in_at = moment
    with unit(second) as session:
        person(session, "乙传感").checked_in_at = moment
    home(sessions, laptop, event_id)
    home(sessions, second, event_id)
    with unit(sessions) as session:
        assert [person(session, one).checked_in_at for one in ("甲阀门", "乙传感")] == [moment, moment]
    engine.dispose()


def test_what_both_changed_stays_and_is_told(sessions: Sessions, laptop: Sessions, event_id: int) -> None:
    leave(sessions, laptop, event_id)
    for place, table in ((laptop, "2"), (sessions, "3")):
        with unit(place) as session:
            moved = session.scalars(select(Meeting).order_by(Meeting.id)).first()
            assert moved is not None
            moved.table_id = session.scalars(select(EventTable.id).where(EventTable.label == table)).one()
    done = home(sessions, laptop, event_id)
    (clash,) = done.conflicts
    assert (clash.table, clash.field) == ("meetings", "table_id")
    with unit(sessions) as session:
        first = session.scalars(select(Meeting).order_by(Meeting.id)).first()
        assert first is not None
        assert first.table.label == "3"
        newest = merges(session, OPERATOR, event_id=event_id)[0]
        assert [one["field"] for one in newest.report["conflicts"]] == ["table_id"]


def test_the_later_word_on_a_meeting_stands(sessions: Sessions, laptop: Sessions, event_id: int) -> None:
    leave(sessions, laptop, event_id)
    for place, kind, minutes in ((sessions, OutcomeKind.INFORMATIVE, 5), (laptop, OutcomeKind.NOT_HELD, 1)):
        with unit(place) as session:
            meeting = session.scalars(select(Meeting).order_by(Meeting.id)).first()
            assert meeting is not None
            say(session, meeting, kind, minutes=minutes)
    done = home(sessions, laptop, event_id)
    assert [(one.table, one.here, one.came) for one in done.conflicts] == [("outcomes", "informative", "not_held")]
    with unit(sessions) as session:
        rows = {row.kind: row.superseded_at is None for row in session.scalars(select(Outcome))}
    assert rows == {OutcomeKind.INFORMATIVE: True, OutcomeKind.NOT_HELD: False}


def test_one_organisation_entered_on_both_sides_is_one(sessions: Sessions, laptop: Sessions, event_id: int) -> None:
    with unit(sessions) as session:
        number = make_organisation(session, uscc=USCCS[3], name="佛山市南海区后来有限公司").id
    leave(sessions, laptop, event_id)
    for place, people in ((sessions, "张办公室"), (laptop, "李现场")):
        with unit(place) as session:
            event = session.get_one(Event, event_id)
            row = make_registration(session, event, "后来有限公司", organisation_id=number, people=0)
            make_participant(session, row, people)
    done = home(sessions, laptop, event_id)
    assert done.added == {"participants": 1}
    with unit(sessions) as session:
        (row,) = session.scalars(select(Registration).where(Registration.organisation_id == number))
        assert {one.name for one in row.people} == {"张办公室", "李现场"}


def test_two_published_timetables_leave_the_one_at_the_office(
    sessions: Sessions, laptop: Sessions, event_id: int
) -> None:
    leave(sessions, laptop, event_id)
    for place in (sessions, laptop):
        with unit(place) as session:
            old = session.scalars(select(Timetable)).one()
            old.state = TimetableState.SUPERSEDED
            moment = clock.now()
            session.add(
                Timetable(
                    event_id=event_id,
                    number=2,
                    state=TimetableState.PUBLISHED,
                    origin="repaired",
                    meetings=old.meetings,
                    made_at=moment,
                    made_by="office" if place is sessions else "laptop",
                    updated_at=moment,
                )
            )
    done = home(sessions, laptop, event_id)
    assert [(one.table, one.field, one.came) for one in done.conflicts] == [("timetables", "state", "published")]
    with unit(sessions) as session:
        rows = session.execute(select(Timetable.number, Timetable.state, Timetable.made_by).order_by(Timetable.number))
        assert [tuple(row) for row in rows] == [
            (1, TimetableState.SUPERSEDED, "x"),
            (2, TimetableState.PUBLISHED, "office"),
            (3, TimetableState.SUPERSEDED, "laptop"),
        ]
        assert session.scalar(select(func.count()).where(Meeting.state == MeetingState.PLANNED)) == 2


def test_a_pack_is_refused_where_it_does_not_belong(sessions: Sessions, laptop: Sessions, event_id: int) -> None:
    with unit(sessions) as session:
        content = pack.save(session, OPERATOR, event_id=event_id)
        other = make_event(session, title="另一场").id
    with unit(laptop) as session:
        pack.open_pack(session, OPERATOR, content=content)
    with unit(laptop) as session:
        returned = pack.save(session, OPERATOR, event_id=event_id)
    with pytest.raises(Conflict, match="in use"), unit(laptop) as session:
        pack.open_pack(session, OPERATOR, content=content)
    with pytest.raises(Invalid, match="another event"), unit(sessions) as session:
        merge(session, OPERATOR, event_id=other, content=returned)
    with pytest.raises(Invalid, match="not on a laptop"), unit(sessions) as session:
        pack.save(session, OPERATOR, event_id=other)
        data, _digest = pack.read(content)
        assert data["event"]["id"] == event_id
        altered = _repacked(content, made_by="someone else", rows={name: [] for name in data["rows"]})
        merge(session, OPERATOR, event_id=event_id, content=altered)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 broken"])
def test_a_damaged_pack_names_its_field(content: bytes) -> None:
    with pytest.raises(Invalid, match="pack:"):
        pack.read(content)


def test_a_row_that_means_nothing_is_refused_whole(sessions: Sessions, laptop: Sessions, event_id: int) -> None:
    leave(sessions, laptop, event_id)
    with unit(laptop) as session:
        person(session, "甲阀门").position = "厂长"
    with unit(laptop) as session:
        content = pack.save(session, OPERATOR, event_id=event_id)
    data, _digest = pack.read(content)
    rows = {name: list(found.values()) for name, found in data["rows"].items()}
    rows["registrations"][0]["state"] = "from outer space"
    before = facts(sessions)
    with pytest.raises(Invalid, match="cannot be read"), unit(sessions) as session:
        merge(session, OPERATOR, event_id=event_id, content=_repacked(content, rows=rows))
    assert facts(sessions) == before


def test_only_planners_pack_and_merge(sessions: Sessions, event_id: int) -> None:
    with unit(sessions) as session:
        member, organiser = make_actor(session), make_actor(session, role=Role.ORGANISER)
        with pytest.raises(Forbidden):
            pack.save(session, member, event_id=event_id)
        with pytest.raises(Forbidden):
            merge(session, member, event_id=event_id, content=b"")
        assert pack.save(session, organiser, event_id=event_id)
        assert session.scalar(select(func.count()).select_from(PackMerge)) == 1


def _repacked(content: bytes, **over: object) -> bytes:
    with zipfile.ZipFile(BytesIO(content)) as old:
        data = json.loads(old.read(pack.ROWS))
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as new:
        new.writestr(pack.ROWS, json.dumps(data | over))
    return file.getvalue()
