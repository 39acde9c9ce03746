"""An event pack comes back: what was done on the laptop joins what was done here, and nothing is lost on either side.

Every row is compared field by field with what both sides last had in common. What only one side changed is taken; what
both changed differently stays as it is here and is reported. A timetable is one thing: when both sides published a new
one, the one here stands whole, since half of each would seat two meetings at one table. Merging the same pack again
changes nothing.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.db import Base
from matchmaker.core.errors import Conflict as Refused
from matchmaker.core.errors import Fault, Invalid
from matchmaker.events.models import EventSlot, EventTable
from matchmaker.exchange import pack
from matchmaker.exchange.pack_rows import LISTINGS, TABLES, Keys, bring, decoded, encoded, rows_of
from matchmaker.exchange.three_way import Conflict, merge_fields
from matchmaker.meetings.models import EventPair, Meeting, Outcome, PackMerge, Timetable
from matchmaker.meetings.rules import MeetingState, TimetableState
from matchmaker.participants.access import planned_event
from matchmaker.participants.badges import new_badge
from matchmaker.participants.models import Participant, Registration

# What a timetable says of a meeting.
_PLANNED = ("slot_id", "table_id", "state", "locked", "timetable_id")


@dataclass
class Merged:
    """What a merge did: rows added and changed by table, and what it could not decide."""

    added: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    again: bool = False

    def as_json(self) -> dict[str, Any]:
        """For the stored report."""
        return {
            "added": self.added,
            "changed": self.changed,
            "conflicts": [one.as_json() for one in self.conflicts],
        }


def merge(session: Session, actor: Actor, *, event_id: int, content: bytes) -> Merged:
    """Bring a saved pack of this event home. Invalid for another event's pack or a damaged one."""
    event = planned_event(session, actor, event_id=event_id, lock=True)
    data, digest = pack.read(content)
    told = data["event"]
    if told.get("id") != event.id or told.get("created_at") != event.created_at.isoformat():
        raise Invalid([Fault("pack", "this pack belongs to another event")])
    if session.scalar(select(PackMerge.id).where(PackMerge.digest == digest)) is not None:
        return Merged(again=True)
    grown_from = data.get("grown_from")
    base = _base(session, event_id, grown_from)
    work = _Work(session, event_id, base=base, came=data["rows"])
    try:
        for table in TABLES:
            for one in data["rows"][table.__tablename__].values():
                work.take(table, one)
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid([Fault("pack", f"a row of the pack cannot be read: {error}")]) from error
    work.settle()
    report = work.merged.as_json() | {"rows": data["rows"], "copy": (grown_from or {}).get("copy")}
    session.add(PackMerge(event_id=event_id, digest=digest, report=report, at=clock.now(), by=actor.name))
    counts = {
        "added": work.merged.added,
        "changed": work.merged.changed,
        "conflicts": len(work.merged.conflicts),
    }
    audit.record(session, actor, [audit.Event("event.pack_merged", f"event:{event_id}", counts)])
    return work.merged


def merges(session: Session, actor: Actor, *, event_id: int) -> list[PackMerge]:
    """Packs of this event that left and came back, newest first."""
    planned_event(session, actor, event_id=event_id)
    statement = select(PackMerge).where(PackMerge.event_id == event_id).order_by(PackMerge.id.desc())
    return list(session.scalars(statement))


def _base(session: Session, event_id: int, grown_from: dict[str, str] | None) -> dict[str, dict[str, Any]]:
    """What both sides last had in common: what this copy said when it came back before, else the pack that left."""
    if not grown_from:
        raise Invalid([Fault("pack", "this pack was saved here and not on a laptop; nothing in it is new")])
    statement = select(PackMerge).where(PackMerge.event_id == event_id).order_by(PackMerge.id.desc())
    rows = session.scalars(statement).all()
    before = next((row for row in rows if row.report.get("copy") == grown_from.get("copy")), None)
    left = next((row for row in rows if row.digest == grown_from.get("digest")), None)
    found = before or left
    if found is None:
        raise Refused("the pack that this one grew from has not left from here")
    common: dict[str, dict[str, Any]] = found.report["rows"]
    return common


class _Work:
    """One merge: rows are taken table by table, so that what they point to is known already."""

    def __init__(self, session: Session, event_id: int, *, base: dict[str, Any], came: dict[str, Any]) -> None:
        self.session, self.event_id, self.base = session, event_id, base
        self.keys = Keys(session, event_id)
        self.merged = Merged()
        here = {row.key for row in self.keys.rows[Timetable].values() if row.state is TimetableState.PUBLISHED}
        newly = [names - _published(base) for names in (here, _published(came))]
        self.own_plan_stands = all(newly) and newly[0] != newly[1]
        self.new_timetables: set[str] = set()

    def take(self, table: type[Base], came: dict[str, Any]) -> None:
        """One row of the pack."""
        before = self.base[table.__tablename__].get(came["key"])
        here = self.keys.rows[table].get(came["key"])
        if here is None:
            here = self._same(table, came)
            if here is not None:
                self.keys.put(here, also=came["key"])
                came = came | {"key": here.key}
        if table is Meeting and self.own_plan_stands:
            stands = encoded(here, self.keys) if here is not None else {"state": MeetingState.DROPPED.value}
            came = came | {name: stands[name] for name in _PLANNED if name in stands}
        if here is None:
            self._add(table, came)
        else:
            self._join(table, here, before, came)

    def settle(self) -> None:
        """What no row can see alone: one timetable is published, nobody sits in two places."""
        published = [
            row for row in rows_of(self.session, Timetable, self.event_id) if row.state is TimetableState.PUBLISHED
        ]
        foreign = [row for row in published if row.key in self.new_timetables]
        if len(published) > 1 and foreign:
            for row in foreign:
                row.state = TimetableState.SUPERSEDED
                self._tell("timetables", str(row.number), "state", before=None, here="superseded", came="published")
        meetings = [row for row in rows_of(self.session, Meeting, self.event_id) if row.state is MeetingState.PLANNED]
        seen: dict[tuple[str, int, int], Meeting] = {}
        for row in meetings:
            places = [
                ("table", row.slot_id, row.table_id),
                *(("person", row.slot_id, one) for one in (row.a_id, row.b_id)),
            ]
            for place in places:
                other = seen.setdefault(place, row)
                if other is not row:
                    self._tell("meetings", row.key, place[0], before=None, here=other.key, came=row.key)

    def _add(self, table: type[Base], came: dict[str, Any]) -> None:
        if table is Timetable:
            came = came | {"number": self._next_number()}
        if table is Participant and self._badge_taken(came["badge"]):
            badge = new_badge(self.session, event_id=self.event_id)
            self._tell("participants", came["name"], "badge", before=None, here=badge, came=came["badge"])
            came = came | {"badge": badge}
        if table is Outcome and came["superseded_at"] is None:
            came = self._one_word(came)
        row = pack.new_row(table, came, self.keys, event_id=self.event_id)
        self.session.add(row)
        self.session.flush()
        self.keys.put(row)
        if isinstance(row, Registration):
            bring(self.session, row, came[LISTINGS])
        self._count(self.merged.added, table)
        if table is Timetable:
            self.new_timetables.add(row.key)

    def _join(self, table: type[Base], here: Any, before: dict[str, Any] | None, came: dict[str, Any]) -> None:
        taken, both = merge_fields(before, encoded(here, self.keys), came)
        if table is Timetable:
            both = [one for one in both if one[0] != "number"]
        for name, common in both:
            now = encoded(here, self.keys)[name]
            self._tell(table.__tablename__, _name(here), name, before=common, here=now, came=came[name])
        if not taken:
            return
        if LISTINGS in taken:
            bring(self.session, here, taken.pop(LISTINGS))
        for name, value in decoded(table, taken, self.keys).items():
            setattr(here, name, value)
        if hasattr(here, "updated_at"):
            here.updated_at = clock.now()
        self.session.flush()
        self._count(self.merged.changed, table)

    def _same(self, table: type[Base], came: dict[str, Any]) -> Any | None:
        """A row made here meanwhile that means the same thing as one made on the laptop."""
        values = decoded(table, came, self.keys)
        rows = list(self.keys.rows[table].values())
        if table is Registration and came["organisation_id"] is not None:
            return next((row for row in rows if row.organisation_id == came["organisation_id"]), None)
        if table is EventSlot:
            return next((row for row in rows if row.starts_at == values["starts_at"]), None)
        if table is EventTable:
            return next((row for row in rows if row.label == came["label"]), None)
        if table in (EventPair, Meeting):
            both = {values["a_id"], values["b_id"]}
            return next((row for row in rows if {row.a_id, row.b_id} == both), None)
        return None

    def _one_word(self, came: dict[str, Any]) -> dict[str, Any]:
        """Both places heard the same side: the later word stands, the earlier one is kept as superseded."""
        values = decoded(Outcome, came, self.keys)
        rows = [row for row in self.keys.rows[Outcome].values() if row.superseded_at is None]
        same = [
            row
            for row in rows
            if (row.meeting_id, row.registration_id) == (values["meeting_id"], values["registration_id"])
        ]
        for row in same:
            if row.kind != values["kind"]:
                self._tell("outcomes", row.key, "kind", before=None, here=row.kind.value, came=came["kind"])
            if row.at > values["at"]:
                return came | {"superseded_at": row.at.isoformat()}
            row.superseded_at = values["at"]
            self.session.flush()
        return came

    def _badge_taken(self, badge: str) -> bool:
        mine = (Participant.event_id == self.event_id, Participant.badge == badge)
        return self.session.scalar(select(Participant.id).where(*mine)) is not None

    def _next_number(self) -> int:
        mine = Timetable.event_id == self.event_id
        return (self.session.scalar(select(func.max(Timetable.number)).where(mine)) or 0) + 1

    def _count(self, counts: dict[str, int], table: type[Base]) -> None:
        counts[table.__tablename__] = counts.get(table.__tablename__, 0) + 1

    def _tell(self, table: str, row: str, name: str, *, before: Any, here: Any, came: Any) -> None:
        self.merged.conflicts.append(Conflict(table, row, name, before, here, came))


def _published(rows: dict[str, dict[str, Any]]) -> set[str]:
    """Keys of the timetables that stand published in a pack."""
    tables = rows[Timetable.__tablename__].values()
    return {one["key"] for one in tables if one["state"] == TimetableState.PUBLISHED}


def _name(row: Any) -> str:
    """What somebody calls this row."""
    return str(getattr(row, "name", "") or getattr(row, "label", "") or getattr(row, "number", "") or row.key)
