"""Versions of a timetable: made, copied, published and taken back; the meetings people were told of follow them."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict
from matchmaker.events.models import Event
from matchmaker.events.rules import EventState
from matchmaker.events.timetable.checking import faults
from matchmaker.events.timetable.shapes import Instance, Plan
from matchmaker.events.timetable.shapes import Meeting as Sitting
from matchmaker.meetings.access import timetable_for
from matchmaker.meetings.instances import (
    Evidence,
    Held,
    held_of,
    instance_json,
    instance_of,
    sittings,
)
from matchmaker.meetings.models import Meeting, Outcome, Timetable
from matchmaker.meetings.placing import Blocked, Board, Clash, Found
from matchmaker.meetings.queries import people_of, published
from matchmaker.meetings.rules import MeetingState, TimetableState
from matchmaker.meetings.telling import tell_changed, tell_first, tell_withdrawn
from matchmaker.participants.access import planned_event

Row = dict[str, Any]
Both = tuple[int, int]


def make_version(
    session: Session,
    actor: Actor,
    *,
    event_id: int,
    plan: Plan,
    instance: Instance,
    origin: str = "solved",
    held: Held | None = None,
    parent_id: int | None = None,
) -> Timetable:
    """A new draft with this plan behind what is `held`: the event's next number."""
    planned_event(session, actor, event_id=event_id, lock=True)
    figures = {
        "utility": plan.utility,
        "upper_bound": plan.upper_bound,
        "optimal": plan.optimal,
        "unscheduled": [[int(one.a), int(one.b), one.reason.value] for one in plan.unscheduled],
        "below_minimum": [int(one) for one in plan.below_minimum],
    }
    row = Timetable(event_id=event_id, parent_id=parent_id, origin=origin, figures=figures)
    row.meetings, row.instance = rows_of(plan.meetings, instance, held or Held()), instance_json(instance)
    return add_version(session, actor, row)


def rows_of(meetings: Sequence[Sitting], instance: Instance, held: Held) -> list[Row]:
    """Meetings as a version keeps them: what is held, and stays, then the new ones with their locks."""
    locked = {(one.a, one.b) for one in instance.pairs if one.locked}
    locked |= {(one.a, one.b) for one in held.meetings}
    return [
        {
            "a": int(one.a),
            "b": int(one.b),
            "slot": int(one.slot),
            "table": int(one.table),
            "locked": (one.a, one.b) in locked,
        }
        for one in (*held.meetings, *meetings)
    ]


def add_version(session: Session, actor: Actor, row: Timetable) -> Timetable:
    """Save a new draft under the event's next number. The event is locked by the caller."""
    last = session.scalar(select(func.max(Timetable.number)).where(Timetable.event_id == row.event_id))
    moment = clock.now()
    row.number, row.state, row.revision = (last or 0) + 1, TimetableState.DRAFT, 1
    row.made_at, row.updated_at, row.made_by = moment, moment, actor.name
    session.add(row)
    session.flush()
    record(session, actor, row, "make", origin=row.origin, meetings=len(row.meetings))
    return row


def copy_as_draft(session: Session, actor: Actor, *, timetable_id: int) -> Timetable:
    """A new draft that begins as this version is (origin "copied")."""
    found = timetable_for(session, actor, timetable_id=timetable_id)
    planned_event(session, actor, event_id=found.event_id, lock=True)
    row = Timetable(event_id=found.event_id, parent_id=found.id, origin="copied")
    row.meetings, row.figures, row.instance = list(found.meetings), dict(found.figures), dict(found.instance)
    return add_version(session, actor, row)


def publish(session: Session, actor: Actor, *, timetable_id: int, base: str) -> Timetable:
    """Make a draft the one that holds, and tell those whose meetings changed; at first everybody who comes.

    Blocked lists what no longer fits the event as it is now; Conflict when it is no draft or has no meetings, or the
    event is not announced.
    """
    found = draft_for(session, actor, timetable_id=timetable_id)
    state = session.get_one(Event, found.event_id).state
    if state is not EventState.ANNOUNCED:
        raise Conflict(f"the event is {state}")
    if not found.meetings:
        raise Conflict("the timetable has no meetings")
    evidence = _require_sound(session, found)
    before = published(session, event_id=found.event_id)
    moment = clock.now()
    if before is not None:
        before.state, before.updated_at = TimetableState.SUPERSEDED, moment
    found.state, found.published_at, found.published_by = TimetableState.PUBLISHED, moment, actor.name
    found.updated_at = moment
    concerned = _follow(session, found, evidence)
    session.flush()
    record(session, actor, found, "publish", before=before.number if before else None, people=len(concerned))
    if before is None:
        tell_first(session, actor, found, base=base)
    else:
        tell_changed(session, actor, found, people=concerned, base=base)
    return found


def unpublish(session: Session, actor: Actor, *, timetable_id: int, base: str) -> Timetable:
    """Take the published timetable back and tell everybody in it. Conflict once a meeting has an outcome."""
    found = timetable_for(session, actor, timetable_id=timetable_id)
    planned_event(session, actor, event_id=found.event_id, lock=True)
    session.refresh(found)
    if found.state is not TimetableState.PUBLISHED:
        raise Conflict(f"version {found.number} is {found.state}, not published")
    said = select(Outcome.id).join(Meeting).where(Meeting.event_id == found.event_id).limit(1)
    if session.scalar(said) is not None:
        raise Conflict("meetings of this timetable have outcomes")
    moment = clock.now()
    found.state, found.updated_at = TimetableState.WITHDRAWN, moment
    people = set()
    for one in _meetings(session, found.event_id).values():
        if one.state is MeetingState.PLANNED:
            one.state, one.updated_at = MeetingState.DROPPED, moment
            people |= {one.a_id, one.b_id}
    session.flush()
    record(session, actor, found, "unpublish")
    tell_withdrawn(session, actor, found, people=people, base=base)
    return found


def draft_for(session: Session, actor: Actor, *, timetable_id: int, revision: int | None = None) -> Timetable:
    """The draft, with its event locked. Conflict when it is none, or is not as it was at this revision."""
    found = timetable_for(session, actor, timetable_id=timetable_id)
    planned_event(session, actor, event_id=found.event_id, lock=True)
    session.refresh(found)
    if found.state is not TimetableState.DRAFT:
        raise Conflict(f"version {found.number} is {found.state}; copy it to change it")
    if revision is not None and found.revision != revision:
        raise Conflict("somebody changed this timetable meanwhile; look at it again")
    return found


def blocked(session: Session, event_id: int, found: Collection[Found]) -> Blocked:
    """The clashes with people by their names."""
    people = people_of(session, event_id=event_id)

    def name(who: str) -> str:
        one = people.get(int(who)) if who.isdecimal() else None
        return f"{one.name} · {one.registration.name}" if one else who

    said = dict.fromkeys(found)
    return Blocked(
        [(code.value, names if code is Clash.RESOURCE else tuple(name(who) for who in names)) for code, names in said]
    )


def record(session: Session, actor: Actor, row: Timetable, action: str, **detail: object) -> None:
    """What was done to the version, under its event."""
    facts = {"timetable": row.id, "number": row.number, **detail}
    audit.record(session, actor, [audit.Event(f"event.timetable.{action}", f"event:{row.event_id}", facts)])


def _require_sound(session: Session, draft: Timetable) -> Evidence:
    """Blocked when the draft does not fit the event as it is now, or changes what has begun."""
    held = held_of(session, event_id=draft.event_id)
    all_of_it = sittings(draft)
    changed = set(held.meetings) - set(all_of_it)
    if changed:
        names = [(Clash.CLOSED, (one.a, one.b)) for one in sorted(changed)]
        raise blocked(session, draft.event_id, names)
    begun = set(held.meetings)
    rest = tuple(one for one in all_of_it if one not in begun)
    pairs = [(int(one.a), int(one.b)) for one in rest]
    instance, evidence = instance_of(session, event_id=draft.event_id, also=pairs, held=held)
    board = Board(instance, rest)
    found = [clash for one in rest for clash in board.clashes(one, without=(one,))]
    if found:
        raise blocked(session, draft.event_id, found)
    if wrong := faults(instance.hosting(rest), rest):
        raise Conflict("; ".join(wrong))
    return evidence


def _follow(session: Session, timetable: Timetable, evidence: Evidence) -> set[int]:
    """Bring the meetings people were told of behind the published version; whose meetings changed."""
    rows, concerned, moment = _meetings(session, timetable.event_id), set[int](), clock.now()
    wanted = {(one["a"], one["b"]): one for one in timetable.meetings}
    for both, one in wanted.items():
        row = rows.get(both) or Meeting(event_id=timetable.event_id, a_id=both[0], b_id=both[1], created_at=moment)
        is_new = row.state is not MeetingState.PLANNED
        if is_new or (row.slot_id, row.table_id) != (one["slot"], one["table"]):
            concerned |= set(both)
            row.updated_at = moment
        if is_new:
            row.evidence = evidence.get(both) or row.evidence or {}
        row.slot_id, row.table_id, row.locked = one["slot"], one["table"], one["locked"]
        row.state, row.timetable_id = MeetingState.PLANNED, timetable.id
        session.add(row)
    for both, row in rows.items():
        if both not in wanted and row.state is MeetingState.PLANNED:
            row.state, row.updated_at = MeetingState.DROPPED, moment
            concerned |= set(both)
    return concerned


def _meetings(session: Session, event_id: int) -> dict[Both, Meeting]:
    found = session.scalars(select(Meeting).where(Meeting.event_id == event_id).order_by(Meeting.id))
    return {(one.a_id, one.b_id): one for one in found}
