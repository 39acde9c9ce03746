"""Hours and tables: laid out, changed without losing anything, and refused where meetings stand."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy.orm import Session

from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Forbidden, Invalid
from matchmaker.events.agenda import InUse, set_slots, set_tables
from matchmaker.events.models import Event
from matchmaker.events.queries import open_slots, open_tables
from matchmaker.events.rules import EventState, TableKind, lay_out, tables_advised
from matchmaker.events.schemas import EventIn, SessionIn, TableIn
from matchmaker.events.service import copy_event
from tests.events.place import START, make_event
from tests.people import make_actor


def morning(**over: Any) -> SessionIn:
    values = {"name": "上午", "starts_at": START, "ends_at": START + timedelta(hours=1), "minutes": 20, "pause": 0}
    return SessionIn.model_validate(values | over)


def times(session: Session, event: Event) -> list[str]:
    return [f"{one.starts_at.astimezone(START.tzinfo):%H:%M}" for one in open_slots(session, event_id=event.id)]


@given(
    length=st.integers(5, 600),
    minutes=st.integers(5, 240),
    pause=st.integers(0, 120),
)
def test_slots_fit_into_their_session(length: int, minutes: int, pause: int) -> None:
    until = START + timedelta(minutes=length)
    found = lay_out(START, until, minutes=minutes, pause=pause)
    assert all(
        ends - starts == timedelta(minutes=minutes) and START <= starts < ends <= until for starts, ends in found
    )
    assert all(later - ends == timedelta(minutes=pause) for (_, ends), (later, _) in pairwise(found))
    last = found[-1][1] if found else START - timedelta(minutes=pause)
    assert last + timedelta(minutes=pause + minutes) > until


@pytest.mark.parametrize(("meetings", "slots", "tables"), [(0, 8, 0), (80, 0, 0), (80, 8, 12), (100, 12, 10)])
def test_advice_leaves_room(meetings: int, slots: int, tables: int) -> None:
    assert tables_advised(meetings, slots) == tables


def test_hours_that_stay_are_the_same_rows(session: Session, officer: Actor) -> None:
    event = make_event(session, slots=0)
    set_slots(session, officer, event_id=event.id, sessions=[morning()])
    assert times(session, event) == ["09:00", "09:20", "09:40"]
    before = {one.starts_at: one.id for one in open_slots(session, event_id=event.id)}
    set_slots(
        session, officer, event_id=event.id, sessions=[morning(minutes=20, ends_at=START + timedelta(minutes=40))]
    )
    assert times(session, event) == ["09:00", "09:20"]
    set_slots(session, officer, event_id=event.id, sessions=[morning()])
    assert {one.starts_at: one.id for one in open_slots(session, event_id=event.id)} == before


def test_hours_with_meetings_are_not_closed(session: Session, officer: Actor) -> None:
    event = make_event(session)
    taken = event.slots[1].id
    with pytest.raises(InUse) as refused:
        set_slots(session, officer, event_id=event.id, sessions=[morning(pause=20)], in_use={taken})
    assert refused.value.names == ["09:20"]
    assert times(session, event) == ["09:00", "09:20", "09:40", "10:00"]
    # A slot that becomes longer is another slot to those who hold a printed schedule.
    with pytest.raises(InUse):
        set_slots(session, officer, event_id=event.id, sessions=[morning(minutes=30)], in_use={event.slots[0].id})


def test_sessions_do_not_overlap(session: Session, officer: Actor) -> None:
    event = make_event(session, slots=0)
    second = morning(name="加场", starts_at=START + timedelta(minutes=30), ends_at=START + timedelta(hours=2))
    with pytest.raises(Invalid, match="sessions: 加场 overlaps"):
        set_slots(session, officer, event_id=event.id, sessions=[morning(), second])
    with pytest.raises(Invalid, match="at most 100 slots"):
        long = morning(minutes=5, ends_at=START + timedelta(hours=12))
        set_slots(session, officer, event_id=event.id, sessions=[long])
    assert times(session, event) == []


@pytest.mark.parametrize(
    "over", [{"minutes": -5}, {"minutes": 90}, {"ends_at": START - timedelta(hours=1)}, {"name": ""}, {"pause": 999}]
)
def test_a_session_that_cannot_be_is_refused(over: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        morning(**over)


def test_tables_are_closed_and_come_back(session: Session, officer: Actor) -> None:
    event = make_event(session, tables=0)

    def save(*labels: str, in_use: frozenset[int] = frozenset()) -> list[tuple[str, int]]:
        tables = [TableIn(label=one, kind=TableKind.TABLE) for one in labels]
        set_tables(session, officer, event_id=event.id, tables=tables, in_use=in_use)
        return [(one.label, one.number) for one in open_tables(session, event_id=event.id)]

    assert save("1", "2", "A区3") == [("1", 1), ("2", 2), ("A区3", 3)]
    ids = {one.label: one.id for one in open_tables(session, event_id=event.id)}
    assert save("2") == [("2", 1)]
    assert save("2", "1") == [("2", 1), ("1", 2)]
    assert {one.label: one.id for one in open_tables(session, event_id=event.id)}["1"] == ids["1"]
    with pytest.raises(InUse, match="2"):
        save("1", in_use=frozenset({ids["2"]}))
    with pytest.raises(Invalid, match="tables: 1 stands there twice"):
        save("1", "1")


def test_a_copy_has_the_hours_of_the_new_day_and_nobody_on_its_list(session: Session, officer: Actor) -> None:
    event = make_event(session, resources={"翻译": 2}, registration_closes_at=START - timedelta(days=2))
    event.slots[3].closed_at = START
    session.flush()
    copy = copy_event(session, officer, event_id=event.id, title="四月阀门对接会", starts_at=START + timedelta(days=30))
    session.refresh(copy)
    assert (copy.state, copy.series, copy.copied_from_id) == (EventState.DRAFT, "阀门供需对接会", event.id)
    assert copy.registration_closes_at == START + timedelta(days=28)
    assert [one.starts_at - event.slots[0].starts_at for one in copy.slots] == [
        timedelta(days=30, minutes=20 * number) for number in range(3)
    ]
    assert ([one.label for one in copy.tables], copy.resources) == (["1", "2", "3"], {"翻译": 2})


def test_only_planners_change_hours(session: Session) -> None:
    event = make_event(session)
    member, auditor = make_actor(session), make_actor(session, role=Role.AUDITOR)
    for who in (member, auditor):
        with pytest.raises(Forbidden):
            set_slots(session, who, event_id=event.id, sessions=[])
        with pytest.raises(Forbidden):
            set_tables(session, who, event_id=event.id, tables=[])
        with pytest.raises(Forbidden):
            copy_event(session, who, event_id=event.id, title="再来一场", starts_at=START)


def test_a_cancelled_event_has_no_hours_to_change(session: Session, officer: Actor) -> None:
    event = make_event(session, state=EventState.CANCELLED)
    with pytest.raises(Conflict, match="cancelled"):
        set_slots(session, officer, event_id=event.id, sessions=[morning()])


FORM = {
    "title": "阀门供需对接会",
    "kind": "supply_chain",
    "starts_at": "2099-03-01T09:00",
    "ends_at": "2099-03-01T12:00",
    "town": "440605123",
    "venue": "丹灶会议厅",
}


def test_a_form_with_empty_fields_is_an_event() -> None:
    blank = {"capacity": "", "registration_opens_at": "", "meetings_max": "", "resources": " \n"}
    data = EventIn.model_validate(FORM | blank)
    assert (data.capacity, data.registration_opens_at, data.resources) == (None, None, None)
    filled = EventIn.model_validate(FORM | {"resources": "翻译=3\n投影 ＝ 2\n", "capacity": "120"})
    assert (filled.resources, filled.capacity) == ({"翻译": 3, "投影": 2}, 120)


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"resources": "翻译"}, "翻译=3"),
        ({"resources": "=4"}, "翻译=3"),
        ({"capacity": "0"}, "greater than or equal to 1"),
        ({"meetings_min": "5", "meetings_max": "3"}, "meetings_max"),
        (
            {"registration_opens_at": "2099-02-02T09:00", "registration_closes_at": "2099-02-01T09:00"},
            "registration_closes_at",
        ),
    ],
)
def test_what_does_not_fit_is_named(over: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        EventIn.model_validate(FORM | over)


def test_moments_of_a_form_are_the_district_s() -> None:
    assert EventIn.model_validate(FORM).starts_at == datetime(2099, 3, 1, 9, tzinfo=START.tzinfo)
