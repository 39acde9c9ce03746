"""Calendars that phones and office programs subscribe to (RFC 5545)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from icalendar import Calendar, Event, vText

from matchmaker.core import clock

PRODUCT = "-//南海供需对接平台//events//ZH"
# How often a subscriber looks again; the day's changes come by notice, not by calendar.
REFRESH = "PT1H"


@dataclass(frozen=True)
class Entry:
    """Something at a time and place. `uid` stays the same when it moves, so that it moves in people's calendars too."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    text: str
    changed_at: datetime
    cancelled: bool = False


def calendar_of(entries: Sequence[Entry], *, name: str) -> bytes:
    """The calendar's text in UTF-8, all times in UTC."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar["X-WR-CALNAME"] = vText(name)
    calendar["X-PUBLISHED-TTL"] = vText(REFRESH)
    for one in entries:
        calendar.add_component(_event(one))
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("summary", entry.title)
    event.add("dtstart", clock.utc(entry.starts_at))
    event.add("dtend", clock.utc(entry.ends_at))
    # Readers take the copy with the newer stamp for the right one.
    event.add("dtstamp", clock.utc(entry.changed_at))
    event.add("last-modified", clock.utc(entry.changed_at))
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    if entry.place:
        event.add("location", entry.place)
    if entry.text:
        event.add("description", entry.text)
    return event
