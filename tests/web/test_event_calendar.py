"""The calendar, an event's form and hours, and copies: as visitors, members and organisers use them."""

import re
from datetime import UTC, datetime

import pytest
from icalendar import Calendar
from sqlalchemy import select

from matchmaker.core import clock
from matchmaker.core.clock import DISTRICT_ZONE
from matchmaker.core.errors import Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.events.models import Event, EventTable
from matchmaker.events.rules import Entry, EventStage, EventState, TableKind
from matchmaker.meetings.models import Meeting
from matchmaker.web.events.agenda_text import parse_tables, write_tables
from tests.events.place import make_registration
from tests.web.town import Town, readable

HOURS = {
    "name_1": "上午",
    "starts_1": "2099-03-01T09:00",
    "ends_1": "2099-03-01T10:00",
    "minutes_1": "20",
    "pause_1": "0",
}


def office(town: Town, path: str = "") -> str:
    return f"/office/events/{town.ids['event']}{path}"


def set_up(town: Town) -> None:
    client = town.client("organiser")
    assert client.post(office(town, "/agenda/slots"), data=HOURS).status_code == 303
    assert client.post(office(town, "/agenda/tables"), data={"tables": "1-3\n展位：甲阀门"}).status_code == 303


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("1-3", [("1", "table", ""), ("2", "table", ""), ("3", "table", "")]),
        (
            "A区：1，2\n\n展位: 甲, 乙",
            [("1", "table", "A区"), ("2", "table", "A区"), ("甲", "booth", ""), ("乙", "booth", "")],
        ),
        ("", []),
    ],
)
def test_tables_are_written_as_people_write_them(town: Town, text: str, labels: list[tuple[str, str, str]]) -> None:
    found = parse_tables(text)
    assert [(one.label, one.kind.value, one.area) for one in found] == labels
    with town.app().test_request_context():
        assert parse_tables(write_tables(found)) == found


@pytest.mark.parametrize("text", ["9-1", "1-9999", "号" * 21, f"{'区' * 61}：1"])
def test_a_line_that_means_nothing_is_named(town: Town, text: str) -> None:
    with town.app().test_request_context(), pytest.raises(Invalid) as refused:
        parse_tables(text)
    assert [fault.field for fault in refused.value.faults] == ["tables"]


def test_the_hours_of_an_event_are_kept_and_shown(own_town: Town) -> None:
    set_up(own_town)
    page = own_town.client("organiser").get(office(own_town, "/agenda")).text
    assert [re.search(f'name="{name}"[^>]*value="([^"]*)"', page)[1] for name in HOURS] == list(HOURS.values())  # type: ignore[index]
    assert ">1-3\n展位: 甲阀门</textarea>" in page
    with reading(own_town.parts.sessions) as session:
        event = session.get_one(Event, own_town.ids["event"])
        starts, kinds = [one.starts_at for one in event.slots], [one.kind for one in event.tables]
    assert [f"{one.astimezone(DISTRICT_ZONE):%H:%M}" for one in starts] == ["09:00", "09:20", "09:40"]
    assert kinds == [TableKind.TABLE] * 3 + [TableKind.BOOTH]


def test_faults_stand_at_their_fields_and_nothing_typed_is_lost(own_town: Town) -> None:
    client = own_town.client("organiser")
    answer = client.post(office(own_town, "/agenda/slots"), data=HOURS | {"minutes_1": "-4", "name_1": "早场"})
    assert answer.status_code == 400
    assert 'id="minutes_1-fault"' in answer.text
    assert 'value="早场"' in answer.text
    answer = client.post(office(own_town, "/agenda/tables"), data={"tables": "1，2，1"})
    assert (answer.status_code, "“1”写了两次" in answer.text, "1，2，1" in answer.text) == (400, True, True)


def test_a_table_with_a_meeting_is_not_taken_away(own_town: Town) -> None:
    set_up(own_town)
    with unit(own_town.parts.sessions) as session:
        event = session.get_one(Event, own_town.ids["event"])
        a, b = (make_registration(session, event, name).people[0] for name in ("甲", "乙"))
        place = {"slot_id": event.slots[1].id, "table_id": event.tables[0].id}
        moment = event.created_at
        session.add(Meeting(event_id=event.id, a_id=a.id, b_id=b.id, created_at=moment, updated_at=moment, **place))
    client = own_town.client("organiser")
    answer = client.post(office(own_town, "/agenda/tables"), data={"tables": "2-3"})
    assert (answer.status_code, "1 已有安排好的洽谈" in readable(answer.text)) == (400, True)
    answer = client.post(office(own_town, "/agenda/slots"), data=HOURS | {"pause_1": "20"})
    assert (answer.status_code, "09:20 已有安排好的洽谈" in readable(answer.text)) == (400, True)
    with reading(own_town.parts.sessions) as session:
        assert not session.scalars(select(EventTable).where(EventTable.closed_at.is_not(None))).all()


def test_an_event_is_planned_with_all_its_rules(own_town: Town) -> None:
    client = own_town.client("organiser")
    form = {
        "title": "四月铝型材对接",
        "kind": "technology",
        "state": "announced",
        "starts_at": "2099-04-01T09:00",
        "ends_at": "2099-04-01T12:00",
        "town": "440605125",
        "venue": "大沥展厅",
        "entry": "open",
        "capacity": "40",
        "registration_closes_at": "2099-03-30T18:00",
        "asking": "opt_out",
        "requests_max": "0",
        "meetings_min": "2",
        "meetings_max": "6",
        "resources": "翻译=2",
    }
    answer = client.post("/office/events/new", data=form)
    assert answer.status_code == 303
    number = int(answer.location.rpartition("/")[2])
    with reading(own_town.parts.sessions) as session:
        event = session.get_one(Event, number)
        assert (event.capacity, event.requests_max, event.meetings_max, event.resources) == (40, 0, 6, {"翻译": 2})
        assert event.registration_closes_at == datetime(2099, 3, 30, 10, tzinfo=UTC)
    page = client.get(f"/office/events/{number}/edit").text
    assert 'name="requests_max" type="number" value="0"' in page
    assert ">翻译=2</textarea>" in page
    answer = client.post("/office/events/new", data=form | {"meetings_max": "1", "title": "四月铝型材对接二"})
    assert (answer.status_code, 'id="meetings_max-fault"' in answer.text) == (400, True)
    answer = client.post("/office/events/new", data=form | {"resources": "翻译三个"})
    assert (answer.status_code, "每行写一种" in answer.text, "翻译三个" in answer.text) == (400, True, True)


def test_a_copy_is_a_draft_of_its_own(own_town: Town) -> None:
    set_up(own_town)
    client = own_town.client("organiser")
    assert client.post(office(own_town, "/copy"), data={"title": "再来一场", "starts_at": "x"}).status_code == 400
    answer = client.post(office(own_town, "/copy"), data={"title": "四月阀门对接", "starts_at": "2099-04-05T09:00"})
    assert answer.status_code == 303
    page = readable(client.get(answer.location).text)
    assert "四月阀门对接" in page and "草稿" in page
    assert own_town.client().get(answer.location.replace("/office", "")).status_code == 404


def test_everybody_subscribes_to_what_is_announced(own_town: Town) -> None:
    with unit(own_town.parts.sessions) as session:
        session.get_one(Event, own_town.ids["event"]).state = EventState.CANCELLED
    answer = own_town.client().get("/events.ics")
    assert answer.mimetype == "text/calendar"
    found = {str(one["SUMMARY"]): str(one["STATUS"]) for one in Calendar.from_ical(answer.data).walk("VEVENT")}
    assert found == {"阀门供需对接会": "CANCELLED", "氢能阀门洽谈会": "CONFIRMED"}
    with unit(own_town.parts.sessions) as session:
        session.get_one(Event, own_town.ids["event"]).state = EventState.DRAFT
    (left,) = Calendar.from_ical(own_town.client().get("/events.ics").data).walk("VEVENT")
    assert left["SUMMARY"] == "氢能阀门洽谈会"
    own = f"/events/{own_town.ids['event']}.ics"
    assert [own_town.client(who).get(own).status_code for who in (None, "member", "organiser")] == [404, 404, 200]


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("kind=supply_chain", True),
        ("kind=finance", False),
        ("town=440605123&month=2099-03", True),
        ("month=2099-04", False),
        ("chain=HYD", False),
        ("kind=nonsense&month='; DROP", True),
    ],
)
def test_the_calendar_is_filtered(town: Town, question: str, shown: bool) -> None:
    answer = town.client().get(f"/events?{question}")
    assert (answer.status_code, "阀门供需对接会" in answer.text) == (200, shown)


def test_the_overview_says_what_comes_next(own_town: Town) -> None:
    page = readable(own_town.client("organiser").get(office(own_town)).text)
    assert "排好时段和桌位" in page
    set_up(own_town)
    page = readable(own_town.client("organiser").get(office(own_town)).text)
    assert "排好时段和桌位" not in page
    assert "建邀请名单" in page


def test_the_overview_shows_the_stage_that_is_reached(own_town: Town) -> None:
    page = own_town.client("organiser").get(f"/office/events/{own_town.ids['fair']}").text
    assert re.search(r'step-here" aria-current="step">时间表<', page)
    assert re.search(r'step-open">现场<', page)


def state_of(town: Town) -> tuple[str, str]:
    with reading(town.parts.sessions) as session:
        row = session.get_one(Event, town.ids["fair"])
        return row.state.value, row.cancelled_reason


def test_an_event_is_called_off_with_a_reason_that_everybody_sees(own_town: Town) -> None:
    client, address = own_town.client("organiser"), f"/office/events/{own_town.ids['fair']}"
    assert "2 家有账号的单位会收到通知" in readable(client.get(address).text)
    for form in ({}, {"reason": "台风"}, {"sure": "true"}, {"reason": " ", "sure": "true"}):
        assert client.post(f"{address}/call-off", data=form).status_code == 400
    answer = client.post(f"{address}/call-off", data={"reason": "长" * 501, "sure": "true"})
    assert (answer.status_code, "太长了" in answer.text, state_of(own_town)) == (400, True, ("announced", ""))
    assert client.post(f"{address}/call-off", data={"reason": "台风预警", "sure": "true"}).status_code == 303
    assert state_of(own_town) == ("cancelled", "台风预警")
    assert "“氢能阀门洽谈会”已取消：台风预警" in readable(own_town.client("member").get("/my/notices").text)
    assert "已取消" not in readable(own_town.client("newcomer").get("/my/notices").text)
    assert "台风预警" in own_town.client().get(f"/events/{own_town.ids['fair']}").text
    # Saving the form afterwards changes nothing about that, and a second time there is nothing to call off.
    page = client.get(f"{address}/edit").text
    names = ("title", "starts_at", "ends_at", "venue", "requests_max", "request_hours", "meetings_min")
    form = {name: re.search(f'name="{name}"[^>]*value="([^"]*)"', page)[1] for name in names}  # type: ignore[index]
    assert client.post(f"{address}/edit", data=form | {"kind": "supply_chain", "town": "440605123"}).status_code == 303
    assert state_of(own_town) == ("cancelled", "台风预警")
    again = client.post(f"{address}/call-off", data={"reason": "台风", "sure": "true"}, follow_redirects=True)
    assert "现在不能这样做" in again.text
    client.post(f"{address}/announce")
    assert state_of(own_town) == ("announced", "")
    assert "“氢能阀门洽谈会”恢复举办" in readable(own_town.client("member").get("/my/notices").text)


def test_a_draft_is_announced_by_a_button(own_town: Town) -> None:
    client = own_town.client("organiser")
    answer = client.post(office(own_town, "/copy"), data={"title": "四月阀门对接", "starts_at": "2099-04-05T09:00"})
    address = answer.location
    assert "公布活动" in readable(client.get(address).text)
    assert client.post(f"{address}/announce", follow_redirects=True).text.count("已公布，单位现在可以看到") == 1
    assert own_town.client().get(address.replace("/office", "")).status_code == 200
    assert "活动已经公布" in client.post(f"{address}/announce", follow_redirects=True).text


@pytest.mark.parametrize(
    ("changed", "stage"),
    [
        ({}, "open"),
        ({"entry": Entry.INVITED}, "announced"),
        ({"capacity": 2}, "full"),
        ({"state": EventState.CANCELLED}, "called_off"),
        ({"state": EventState.DRAFT}, "planned"),
    ],
)
def test_the_calendar_is_filtered_by_stage(own_town: Town, changed: dict[str, object], stage: str) -> None:
    with unit(own_town.parts.sessions) as session:
        row = session.get_one(Event, own_town.ids["fair"])
        for name, value in changed.items():
            setattr(row, name, value)
    client = own_town.client("organiser")
    shown = {one.value: "氢能阀门洽谈会" in client.get(f"/events?stage={one.value}").text for one in EventStage}
    assert shown == {one.value: one == stage for one in EventStage}
    if stage == "planned":
        page = own_town.client().get("/events?stage=planned").text
        assert "氢能阀门洽谈会" not in page and 'value="planned"' not in page


def test_what_was_called_off_in_the_past_is_found_when_it_is_looked_for(own_town: Town) -> None:
    with unit(own_town.parts.sessions) as session:
        session.get_one(Event, own_town.ids["fair"]).state = EventState.CANCELLED
    with clock.pretend(datetime(2100, 1, 1, tzinfo=UTC)):
        client = own_town.client()
        assert "氢能阀门洽谈会" not in client.get("/events").text
        assert "氢能阀门洽谈会" in client.get("/events?stage=called_off").text
