"""Rows of an event as plain data that means the same in another database: keys instead of numbers."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import inspect as inspected
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core.db import Base, UtcDateTime
from matchmaker.events.models import EventSlot, EventTable
from matchmaker.meetings.models import EventPair, Meeting, Outcome, Timetable
from matchmaker.participants.models import BroughtListing, Participant, Registration

# Each only points to those before it.
TABLES: tuple[type[Base], ...] = (
    *(EventSlot, EventTable, Registration, Participant),
    *(EventPair, Timetable, Meeting, Outcome),
)
REFERENCES: dict[type[Base], dict[str, type[Base]]] = {
    EventSlot: {},
    EventTable: {},
    Registration: {},
    Participant: {"registration_id": Registration, "table_id": EventTable},
    EventPair: {"a_id": Registration, "b_id": Registration, "asked_by_id": Registration},
    Timetable: {"parent_id": Timetable},
    Meeting: {
        "a_id": Participant,
        "b_id": Participant,
        "slot_id": EventSlot,
        "table_id": EventTable,
        "timetable_id": Timetable,
    },
    Outcome: {"meeting_id": Meeting, "registration_id": Registration},
}
# Numbers of this database, or what changes with every touch. A login is nobody's business on another machine.
LOCAL = {"id", "event_id", "person_id", "updated_at", "instance", "revision"}
LISTINGS = "listings"
_IN_MEETINGS: dict[str, type[Base]] = {"a": Participant, "b": Participant, "slot": EventSlot, "table": EventTable}
_IN_EVIDENCE: dict[str, type[Base]] = {"a": Registration, "b": Registration}


class Keys:
    """Which number has which key in this database, for the rows of one event."""

    def __init__(self, session: Session, event_id: int) -> None:
        self.rows: dict[type[Base], dict[str, Any]] = {}
        self._key: dict[type[Base], dict[int, str]] = {}
        for table in TABLES:
            self.put_all(table, rows_of(session, table, event_id))

    def put_all(self, table: type[Base], rows: list[Any]) -> None:
        """Know these rows, and no others of their table."""
        self.rows[table] = {row.key: row for row in rows}
        self._key[table] = {row.id: row.key for row in rows}

    def put(self, row: Any, *, also: str | None = None) -> None:
        """Know one more row; `also` is a second key that means the same."""
        self.rows[type(row)][also or row.key] = row
        self._key[type(row)].setdefault(row.id, row.key)

    def key(self, table: type[Base], number: object) -> str | None:
        """The key of a number, None for none or for one that is not of this event."""
        known = self._key[table]
        return known.get(int(str(number))) if str(number).isdecimal() else None

    def number(self, table: type[Base], key: object) -> int | None:
        """The number here of a key, None when there is none."""
        row = self.rows[table].get(str(key))
        return None if row is None else int(row.id)


def rows_of(session: Session, table: type[Base], event_id: int) -> list[Any]:
    """All rows of the table that belong to the event, oldest first."""
    statement: Any = select(table).order_by(table.id)  # type: ignore[attr-defined]
    if table is Outcome:
        return list(session.scalars(statement.join(Meeting).where(Meeting.event_id == event_id)))
    return list(session.scalars(statement.where(table.event_id == event_id)))  # type: ignore[attr-defined]


def encoded(row: Any, keys: Keys) -> dict[str, Any]:
    """The row's fields as JSON, with keys for numbers; a registration also tells which listings it brings."""
    references = REFERENCES[type(row)]
    found: dict[str, Any] = {}
    for column in inspected(type(row)).columns:
        name = column.key
        if name in LOCAL:
            continue
        value = getattr(row, name)
        if name in references:
            value = keys.key(references[name], value) if value is not None else None
        found[name] = _plain(value)
    found |= _numbers_to_keys(row, keys)
    if isinstance(row, Registration):
        found[LISTINGS] = sorted(one.listing_id for one in row.brought)
    return found


def decoded(table: type[Base], data: Mapping[str, Any], keys: Keys) -> dict[str, Any]:
    """The inverse of `encoded`, for the database that `keys` knows; without the listings."""
    references = REFERENCES[table]
    columns = {column.key: column for column in inspected(table).columns}
    found: dict[str, Any] = {}
    for name, value in data.items():
        if name not in columns or name in LOCAL:
            continue
        column = columns[name]
        if name in references:
            value = keys.number(references[name], value) if value is not None else None
        elif value is not None and isinstance(column.type, UtcDateTime):
            value = datetime.fromisoformat(value)
        elif value is not None and getattr(column.type, "enum_class", None) is not None:
            value = column.type.enum_class(value)  # type: ignore[attr-defined]
        found[name] = value
    return _keys_to_numbers(table, found, keys)


def bring(session: Session, registration: Registration, listing_ids: list[int]) -> None:
    """Make these the listings that the registration brings, as far as they are known here."""
    from matchmaker.listings.models import Listing

    known = set(session.scalars(select(Listing.id).where(Listing.id.in_(listing_ids))))
    registration.brought[:] = [one for one in registration.brought if one.listing_id in known]
    present = {one.listing_id for one in registration.brought}
    registration.brought.extend(BroughtListing(listing_id=number) for number in sorted(known - present))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _numbers_to_keys(row: Any, keys: Keys) -> dict[str, Any]:
    if isinstance(row, Participant):
        return {"away": [key for number in row.away if (key := keys.key(EventSlot, number))]}
    if isinstance(row, Timetable):
        meetings = [
            {k: keys.key(_IN_MEETINGS[k], v) if k in _IN_MEETINGS else v for k, v in one.items()}
            for one in row.meetings
        ]
        return {"meetings": meetings, "figures": _figures(row.figures, lambda number: keys.key(Participant, number))}
    if isinstance(row, Meeting):
        return {"evidence": {k: keys.key(Registration, v) if k in _IN_EVIDENCE else v for k, v in row.evidence.items()}}
    return {}


def _keys_to_numbers(table: type[Base], found: dict[str, Any], keys: Keys) -> dict[str, Any]:
    if table is Participant and "away" in found:
        found["away"] = [number for key in found["away"] if (number := keys.number(EventSlot, key))]
    if table is Timetable and "meetings" in found:
        found["meetings"] = [
            {k: keys.number(_IN_MEETINGS[k], v) if k in _IN_MEETINGS else v for k, v in one.items()}
            for one in found["meetings"]
        ]
    if table is Timetable and "figures" in found:
        found["figures"] = _figures(found["figures"], lambda key: keys.number(Participant, key))
    if table is Meeting and "evidence" in found:
        found["evidence"] = {
            k: keys.number(Registration, v) if k in _IN_EVIDENCE else v for k, v in found["evidence"].items()
        }
    return found


def _figures(figures: Mapping[str, Any], change: Any) -> dict[str, Any]:
    """The figures with the participants they name under their other name."""
    told = dict(figures)
    if "unscheduled" in told:
        told["unscheduled"] = [[change(a), change(b), *rest] for a, b, *rest in told["unscheduled"]]
    if "below_minimum" in told:
        told["below_minimum"] = [change(one) for one in told["below_minimum"]]
    return told
