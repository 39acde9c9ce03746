"""Changes on the day: as few printed meetings as possible change, and the difference is shown before it holds."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Invalid
from matchmaker.events.models import EventSlot, EventTable
from matchmaker.events.timetable.repairing import Repair, repair
from matchmaker.events.timetable.shapes import Instance, Meeting
from matchmaker.events.timetable.shapes import Participant as Chair
from matchmaker.meetings.instances import Held, held_of, instance_json, instance_of, sitting, sittings, with_locks
from matchmaker.meetings.models import Timetable
from matchmaker.meetings.queries import fallen, published
from matchmaker.meetings.versions import add_version, publish, record, rows_of
from matchmaker.participants.access import planned_event
from matchmaker.participants.models import Participant

SECONDS = 5.0


@dataclass(frozen=True)
class Change:
    """What happened, in ids of rows; empty for what the desk has marked already.

    `late` says from which slot on somebody is there. Nothing before `keep_until`, nor what has begun, is touched.
    `arrived` are people, such as a walk-in's, who are to get meetings; a mark as missing is taken off them.
    """

    missing: frozenset[int] = frozenset()
    late: Mapping[int, int] = field(default_factory=dict)
    lost_tables: frozenset[int] = frozenset()
    lost_slots: frozenset[int] = frozenset()
    arrived: frozenset[int] = frozenset()
    keep_until: datetime | None = None


@dataclass(frozen=True, order=True)
class Sitting:
    """A meeting of two participants, in ids of rows."""

    a: int
    b: int
    slot: int
    table: int


Moved = tuple[Sitting, Sitting]


@dataclass(frozen=True)
class Difference:
    """What a repair would change: `reseated` change the table, `moved` the slot; both are (before, after).

    `dropped` pairs no longer meet. `unscheduled` are (a, b, reason) of all pairs that do not meet in the hours left.
    `concerned` are the participants to be told; `proven`: no timetable keeps more. `digest` is what `apply` expects.
    """

    kept: int
    dropped: tuple[Sitting, ...]
    reseated: tuple[Moved, ...]
    moved: tuple[Moved, ...]
    added: tuple[Sitting, ...]
    unscheduled: tuple[tuple[int, int, str], ...]
    below_minimum: tuple[int, ...]
    concerned: frozenset[int]
    proven: bool
    digest: str


@dataclass(frozen=True)
class _Mended:
    """A repair with what it started from."""

    before: Timetable
    instance: Instance
    held: Held
    told: Repair
    fallen: set[tuple[int, int]]


def preview(session: Session, actor: Actor, *, event_id: int, change: Change) -> Difference:
    """What the repair of the published timetable would change. Conflict while nothing is published.

    Invalid names what is no slot, table or participant of the event.
    """
    planned_event(session, actor, event_id=event_id)
    return _difference(_mend(session, event_id, change), change)


def apply(session: Session, actor: Actor, *, event_id: int, change: Change, expected: str, base: str) -> Timetable:
    """Mark what happened, make the version that `preview` showed under the digest `expected` and publish it.

    Only those concerned are told. Conflict when it would come out differently by now: show it again.
    """
    planned_event(session, actor, event_id=event_id, lock=True)
    mended = _mend(session, event_id, change)
    shown = _difference(mended, change)
    if shown.digest != expected:
        raise Conflict("the event or its timetable changed since this was shown; look at the difference again")
    _mark(session, event_id, change)
    row = Timetable(event_id=event_id, parent_id=mended.before.id, origin="repaired")
    row.meetings = rows_of(mended.told.meetings, mended.instance, mended.held)
    row.instance, row.figures = instance_json(mended.instance), _figures(mended, shown)
    add_version(session, actor, row)
    record(session, actor, row, "repair", change=_plain(change), concerned=len(shown.concerned))
    return publish(session, actor, timetable_id=row.id, base=base)


def _mend(session: Session, event_id: int, change: Change) -> _Mended:
    before = published(session, event_id=event_id)
    if before is None:
        raise Conflict("no timetable is published")
    order = _require_known(session, event_id, change)
    held = held_of(session, event_id=event_id, until=change.keep_until)
    begun = set(held.meetings)
    rest = tuple(one for one in sittings(before) if one not in begun)
    locks = [one for row in before.meetings if row["locked"] and (one := sitting(row)) not in begun]
    pairs = [(int(one.a), int(one.b)) for one in rest]
    now, _ = instance_of(session, event_id=event_id, also=pairs, held=held, present_too=change.arrived)
    instance = with_locks(_changed(now, change, order), locks)
    arrived = frozenset(map(str, change.arrived))
    told = repair(instance, rest, arrived=arrived, seconds=SECONDS)
    return _Mended(before, instance, held, told, fallen(session, before))


def _changed(instance: Instance, change: Change, order: list[int]) -> Instance:
    """The instance after what happened; `order` are the event's slots by time."""
    lost = {str(one) for one in change.lost_slots}
    slots = tuple(one for one in instance.slots if one not in lost)
    gone = {str(one) for one in change.missing}
    tables = tuple(one for one in instance.tables if int(one) not in change.lost_tables)

    def chair(one: Chair) -> Chair:
        there = set(slots) if one.available is None else set(slots) & one.available
        if int(one.id) in change.late:
            first = order.index(change.late[int(one.id)])
            there &= {str(slot) for slot in order[first:]}
        return replace(
            one,
            available=None if len(there) == len(slots) else frozenset(there),
            table=one.table if one.table in tables else None,
        )

    return replace(
        instance,
        slots=slots,
        tables=tables,
        participants=tuple(chair(one) for one in instance.participants if one.id not in gone),
        pairs=tuple(one for one in instance.pairs if not gone & {one.a, one.b}),
        forbidden=frozenset(both for both in instance.forbidden if not gone & both),
    )


def _difference(mended: _Mended, change: Change) -> Difference:
    told = mended.told
    # What fell away before this repair was told then; what comes back is new to people again.
    lost = {(one.a, one.b): _sitting(one) for one in told.dropped if _both(one) not in mended.fallen}
    new = {(one.a, one.b): _sitting(one) for one in told.added}
    back = [one for one in told.meetings if _both(one) in mended.fallen]
    new |= {(one.a, one.b): _sitting(one) for one in back}
    moves = [pair for pair in told.reseated if _both(pair[0]) not in mended.fallen]
    result = sorted(_sitting(one) for one in (*mended.held.meetings, *told.meetings))
    facts = {
        "before": [mended.before.id, mended.before.revision],
        "change": _plain(change),
        "meetings": [[one.a, one.b, one.slot, one.table] for one in result],
    }
    return Difference(
        kept=len(result) - len(moves) - len(new),
        dropped=tuple(one for both, one in lost.items() if both not in new),
        reseated=tuple((_sitting(old), _sitting(now)) for old, now in moves),
        moved=tuple((one, new[both]) for both, one in lost.items() if both in new),
        added=tuple(one for both, one in new.items() if both not in lost),
        unscheduled=tuple((int(one.a), int(one.b), one.reason.value) for one in told.unscheduled),
        below_minimum=tuple(int(one) for one in told.below_minimum),
        concerned=_people(lost.values(), new.values(), *([_sitting(one) for one in pair] for pair in moves)),
        proven=told.proven,
        digest=hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest(),
    )


def _figures(mended: _Mended, shown: Difference) -> dict[str, Any]:
    worth = {(pair.a, pair.b): pair.utility for pair in mended.instance.pairs}
    names = ("dropped", "reseated", "moved", "added", "concerned")
    return {
        "utility": round(sum(worth[one.a, one.b] for one in mended.told.meetings), 6),
        "unscheduled": [list(one) for one in shown.unscheduled],
        "below_minimum": list(shown.below_minimum),
        "repair": {"kept": shown.kept, **{name: len(getattr(shown, name)) for name in names}},
    }


def _mark(session: Session, event_id: int, change: Change) -> None:
    """Write down what happened, so that every later look at the event knows of it."""
    _mark_people(session, event_id, change)
    moment = clock.now()
    for slot in session.scalars(select(EventSlot).where(EventSlot.id.in_(change.lost_slots))):
        slot.closed_at = slot.closed_at or moment
    for table in session.scalars(select(EventTable).where(EventTable.id.in_(change.lost_tables))):
        table.closed_at = table.closed_at or moment
    session.flush()


def _mark_people(session: Session, event_id: int, change: Change) -> None:
    moment = clock.now()
    touched = {*change.missing, *change.arrived, *change.late}
    for one in session.scalars(select(Participant).where(Participant.id.in_(touched)).with_for_update()):
        if one.id in change.missing:
            one.missing_at, one.checked_in_at = one.missing_at or moment, None
        if one.id in change.arrived:
            one.missing_at = None
        if one.id in change.late:
            first = session.get_one(EventSlot, change.late[one.id]).starts_at
            before = (EventSlot.event_id == event_id, EventSlot.starts_at < first)
            one.away = sorted({*one.away, *session.scalars(select(EventSlot.id).where(*before))})
        one.updated_at = moment


def _require_known(session: Session, event_id: int, change: Change) -> list[int]:
    """The event's slots by time. Invalid when the change names something that is not the event's."""
    slots = select(EventSlot.id).where(EventSlot.event_id == event_id).order_by(EventSlot.starts_at)
    order = list(session.scalars(slots))
    tables = set(session.scalars(select(EventTable.id).where(EventTable.event_id == event_id)))
    people = set(session.scalars(select(Participant.id).where(Participant.event_id == event_id)))
    known = (
        ("missing", change.missing, people),
        ("arrived", change.arrived, people),
        ("late", change.late, people),
        ("late", change.late.values(), order),
        ("lost_tables", change.lost_tables, tables),
        ("lost_slots", change.lost_slots, order),
    )
    faults = [
        Fault(name, "not of this event", str(one)) for name, ids, all_ids in known for one in ids if one not in all_ids
    ]
    faults += [
        Fault("missing", "both missing and there", str(one))
        for one in sorted(change.missing & {*change.arrived, *change.late})
    ]
    if faults:
        raise Invalid(faults)
    return order


def _sitting(one: Meeting) -> Sitting:
    return Sitting(int(one.a), int(one.b), int(one.slot), int(one.table))


def _both(one: Meeting) -> tuple[int, int]:
    return min(int(one.a), int(one.b)), max(int(one.a), int(one.b))


def _people(*groups: Iterable[Sitting]) -> frozenset[int]:
    return frozenset(who for group in groups for one in group for who in (one.a, one.b))


def _plain(change: Change) -> dict[str, Any]:
    return {
        "missing": sorted(change.missing),
        "late": sorted([who, slot] for who, slot in change.late.items()),
        "lost_tables": sorted(change.lost_tables),
        "lost_slots": sorted(change.lost_slots),
        "arrived": sorted(change.arrived),
        "keep_until": change.keep_until.isoformat() if change.keep_until else None,
    }
