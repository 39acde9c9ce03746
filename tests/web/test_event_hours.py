"""What an organiser would lose or misread when hours, tables and days of an event are changed."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from matchmaker.core.clock import DISTRICT_ZONE
from matchmaker.core.unit import reading, unit
from matchmaker.events.models import Event, EventSlot, EventTable
from matchmaker.events.queries import open_slots
from matchmaker.events.rules import TableKind
from tests.web.test_event_calendar import office, set_up
from tests.web.test_office_edges import EVENT
from tests.web.town import Town


def fields(page: str) -> dict[str, str]:
    """What the form of the hours sends back as it stands on the page."""
    found = re.findall(r'name="((?:name|starts|ends|minutes|pause)_\d+)" type="[a-z-]+" value="([^"]*)"', page)
    return dict(found)


def test_a_day_of_many_sessions_is_saved_as_it_was(own_town: Town) -> None:
    number = own_town.ids["event"]
    with unit(own_town.parts.sessions) as session:
        event = session.get_one(Event, number)
        for one in range(6):
            starts = event.starts_at + timedelta(minutes=30 * one)
            until = starts + timedelta(minutes=20)
            session.add(EventSlot(event_id=number, session=f"第{one}节", starts_at=starts, ends_at=until))
    client = own_town.client("organiser")
    page = client.get(office(own_town, "/agenda")).text
    assert client.post(office(own_town, "/agenda/slots"), data=fields(page)).status_code == 303
    with reading(own_town.parts.sessions) as session:
        assert [one.session for one in open_slots(session, event_id=number)] == [f"第{one}节" for one in range(6)]


def test_booths_stay_in_their_area(own_town: Town) -> None:
    number = own_town.ids["event"]
    with unit(own_town.parts.sessions) as session:
        for place, kind in enumerate((TableKind.BOOTH, TableKind.TABLE), start=1):
            session.add(EventTable(event_id=number, number=place, label=f"甲{place}", kind=kind, area="A区"))
    client = own_town.client("organiser")
    text = client.get(office(own_town, "/agenda")).text.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea")[0]
    assert client.post(office(own_town, "/agenda/tables"), data={"tables": text}).status_code == 303
    with reading(own_town.parts.sessions) as session:
        rows = session.scalars(select(EventTable).where(EventTable.area != "").order_by(EventTable.number)).all()
        assert [(one.label, one.kind, one.area) for one in rows] == [
            ("甲1", TableKind.BOOTH, "A区"),
            ("甲2", TableKind.TABLE, "A区"),
        ]


@pytest.mark.parametrize(
    ("over", "field", "said"),
    [
        ({"meetings_min": "5", "meetings_max": "3"}, "meetings_max", "最多场数不能小于最少场数。"),
        (
            {"registration_opens_at": "2099-02-02T09:00", "registration_closes_at": "2099-02-01T09:00"},
            "registration_closes_at",
            "截止要晚于开放。",
        ),
        ({"registration_closes_at": "2099-03-02T09:00"}, "registration_closes_at", "截止不能晚于活动结束。"),
        ({"ends_at": "2099-03-01T08:00"}, "ends_at", "结束时间应晚于开始时间"),
    ],
)
def test_each_fault_of_the_form_is_told_in_the_pages_words(
    town: Town, over: dict[str, str], field: str, said: str
) -> None:
    answer = town.client("organiser").post("/office/events/new", data=EVENT | over)
    assert answer.status_code == 400
    assert f'id="{field}-fault"' in answer.text
    assert said in answer.text and "填写有误" not in answer.text


def test_an_event_moved_to_another_day_takes_its_hours_along(own_town: Town) -> None:
    set_up(own_town)
    client, number = own_town.client("organiser"), own_town.ids["event"]
    with reading(own_town.parts.sessions) as session:
        before = [one.id for one in open_slots(session, event_id=number)]
    moved = EVENT | {"starts_at": "2099-03-02T08:30", "ends_at": "2099-03-02T12:00"}
    assert client.post(office(own_town, "/edit"), data=moved).status_code == 303
    with reading(own_town.parts.sessions) as session:
        rows = [*open_slots(session, event_id=number)]
        session.expunge_all()
    assert [one.id for one in rows] == before
    local = [one.starts_at.astimezone(DISTRICT_ZONE) for one in rows]
    assert [f"{one:%m-%d %H:%M}" for one in local] == ["03-02 09:00", "03-02 09:20", "03-02 09:40"]


def test_a_morning_is_not_stretched_over_lunch(own_town: Town) -> None:
    client = own_town.client("organiser")
    client.post(office(own_town, "/edit"), data=EVENT | {"ends_at": "2099-03-01T17:00"})
    page = fields(client.get(office(own_town, "/agenda")).text)
    assert (page["ends_1"], page["starts_2"]) == ("2099-03-01T12:00", "2099-03-01T14:00")
