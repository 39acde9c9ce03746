"""A person's own meetings, as a page shows them and as a calendar takes them in."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Response

from matchmaker.exchange.calendars import Entry, calendar_of
from matchmaker.meetings import queries as meetings
from matchmaker.web.language import _

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@dataclass(frozen=True)
class Appointment:
    """One meeting from one side: when, where, with whom."""

    meeting: Any
    person: Any
    partner: Any


def appointments(session: Any, people: Iterable[Any]) -> list[Appointment]:
    """The meetings of these people in the order of the day; two colleagues in one meeting would be two rows."""
    found = [
        Appointment(row, person, row.b if row.a_id == person.id else row.a)
        for person in people
        for row in meetings.meetings_of_participant(session, participant_id=person.id)
    ]
    return sorted(found, key=lambda one: (one.meeting.slot.starts_at, one.person.id))


def calendar_file(event: Any, found: Iterable[Appointment]) -> Response:
    """The appointments as an .ics file; the same meeting keeps its entry when it moves."""
    entries = [
        Entry(
            uid=f"meeting-{one.meeting.key}-{one.person.key}",
            title=_("与%(name)s洽谈", name=one.partner.registration.name),
            starts_at=one.meeting.slot.starts_at,
            ends_at=one.meeting.slot.ends_at,
            place=_("%(venue)s，%(table)s 号桌", venue=event.venue, table=one.meeting.table.label),
            text=_(
                "%(event)s：%(own)s 与 %(partner)s",
                event=event.title,
                own=one.person.name,
                partner=" ".join((one.partner.name, one.partner.position)).strip(),
            ),
            changed_at=one.meeting.updated_at,
        )
        for one in found
    ]
    response = Response(calendar_of(entries, name=event.title), mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="event-{event.id}.ics"'
    response.headers.update(PRIVATE)
    return response
