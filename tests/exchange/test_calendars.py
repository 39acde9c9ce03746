"""Calendars are read back with the same library that calendars are read with elsewhere."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from icalendar import Calendar

from matchmaker.exchange.calendars import Entry, calendar_of

BEIJING = timezone(timedelta(hours=8))


def entry(**over: object) -> Entry:
    values: dict[str, object] = {
        "uid": "event-1@nanhai",
        "title": "阀门供需对接会",
        "starts_at": datetime(2026, 11, 27, 9, tzinfo=BEIJING),
        "ends_at": datetime(2026, 11, 27, 12, tzinfo=BEIJING),
        "place": "丹灶会议厅",
        "text": "",
        "changed_at": datetime(2026, 11, 1, tzinfo=UTC),
    }
    return Entry(**(values | over))  # type: ignore[arg-type]


def test_an_entry_comes_back_as_it_was() -> None:
    found = Calendar.from_ical(calendar_of([entry()], name="对接活动"))
    (event,) = found.walk("VEVENT")
    assert (event["UID"], event["SUMMARY"], event["LOCATION"]) == ("event-1@nanhai", "阀门供需对接会", "丹灶会议厅")
    assert event.decoded("dtstart") == datetime(2026, 11, 27, 1, tzinfo=UTC)
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(hours=3)
    assert event["STATUS"] == "CONFIRMED"
    assert found["X-WR-CALNAME"] == "对接活动"


@pytest.mark.parametrize(
    "text", ["逗号,分号;反斜线\\", "第一行\n第二行", "BEGIN:VEVENT\r\nSUMMARY:假的\r\nEND:VEVENT", "长" * 400]
)
def test_text_cannot_break_out_of_its_line(text: str) -> None:
    raw = calendar_of([entry(title=text[:60], text=text)], name="x")
    (event,) = Calendar.from_ical(raw).walk("VEVENT")
    assert str(event["DESCRIPTION"]) == text.replace("\r\n", "\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))


def test_what_is_called_off_is_cancelled_in_calendars_too() -> None:
    (event,) = Calendar.from_ical(calendar_of([entry(cancelled=True)], name="x")).walk("VEVENT")
    assert event["STATUS"] == "CANCELLED"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        calendar_of([entry(starts_at=datetime(2026, 11, 27, 9))], name="x")
