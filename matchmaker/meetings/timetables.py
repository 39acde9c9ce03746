"""A timetable changed by hand, meeting by meeting: moved, exchanged, locked, added, removed. Only drafts change."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Fault, Invalid, NotFound
from matchmaker.events.timetable.shapes import Meeting
from matchmaker.meetings.access import timetable_for
from matchmaker.meetings.instances import held_of, instance_of, sitting, stored_instance
from matchmaker.meetings.models import Timetable
from matchmaker.meetings.placing import Blocked, Board, Clash, Found
from matchmaker.meetings.versions import (
    blocked,
    copy_as_draft,
    draft_for,
    make_version,
    publish,
    record,
    unpublish,
)
from matchmaker.participants.models import Participant

__all__ = [
    "Blocked",
    "Clash",
    "add_meeting",
    "copy_as_draft",
    "lock_meeting",
    "make_version",
    "move",
    "moves_possible",
    "publish",
    "remove_meeting",
    "unpublish",
]

Place = tuple[int, int, tuple[str, ...]]
# What a search found out is true no more once other pairs meet.
OF_THE_SEARCH = ("upper_bound", "optimal", "seconds")


def move(
    session: Session,
    actor: Actor,
    *,
    timetable_id: int,
    revision: int,
    a: int,
    b: int,
    slot_id: int,
    table_id: int | None,
) -> Timetable:
    """Put the meeting of these two participants elsewhere; None is any free table. What stands there changes places
    with it when both stay legal. Blocked says what is in the way, Conflict that somebody changed the version."""
    draft = draft_for(session, actor, timetable_id=timetable_id, revision=revision)
    hand = _Hand(session, draft)
    one = hand.meeting(a, b)
    found, changes = hand.moved(one, str(slot_id), None if table_id is None else str(table_id))
    if found:
        raise blocked(session, draft.event_id, found)
    rows = [_at(row, changes.get(sitting(row))) for row in draft.meetings]
    _save(draft, rows)
    places = [[[old.slot, old.table], [new.slot, new.table]] for old, new in changes.items()]
    record(session, actor, draft, "move", pairs=[[one.a, one.b] for one in changes], places=places)
    return draft


def moves_possible(session: Session, actor: Actor, *, timetable_id: int, a: int, b: int) -> Sequence[Place]:
    """(slot, table, codes of what is in the way) for every hour and table that is left; where there are no codes, the
    meeting of these two may go, or be added when they have none yet. A meeting that stands there changes places."""
    found = timetable_for(session, actor, timetable_id=timetable_id)
    both = _pair(session, found, a, b)
    hand = _Hand(session, found, also=[both])
    one = hand.find(*both)
    places = []
    for slot in hand.board.instance.slots:
        for table in hand.board.instance.tables:
            if one is None:
                clashes = hand.board.clashes(Meeting(str(both[0]), str(both[1]), slot, table))
            else:
                clashes, _ = hand.moved(one, slot, table)
            places.append((int(slot), int(table), tuple(dict.fromkeys(code.value for code, _ in clashes))))
    return places


def lock_meeting(
    session: Session, actor: Actor, *, timetable_id: int, revision: int, a: int, b: int, locked: bool
) -> Timetable:
    """Hold a meeting where it is, also when the timetable is solved anew; or let go of it."""
    draft = draft_for(session, actor, timetable_id=timetable_id, revision=revision)
    one = _find(draft, a, b)
    rows = [row | {"locked": locked} if sitting(row) == one else row for row in draft.meetings]
    _save(draft, rows, origin=draft.origin)
    record(session, actor, draft, "lock", pair=[one.a, one.b], locked=locked)
    return draft


def remove_meeting(session: Session, actor: Actor, *, timetable_id: int, revision: int, a: int, b: int) -> Timetable:
    """Take a meeting out of a draft. Blocked when it is locked or has begun."""
    draft = draft_for(session, actor, timetable_id=timetable_id, revision=revision)
    hand = _Hand(session, draft)
    one = hand.meeting(a, b)
    if found := hand.fastened(one):
        raise blocked(session, draft.event_id, found)
    _save(draft, [row for row in draft.meetings if sitting(row) != one])
    _count_anew(draft)
    record(session, actor, draft, "remove", pair=[one.a, one.b], place=[one.slot, one.table])
    return draft


def add_meeting(
    session: Session,
    actor: Actor,
    *,
    timetable_id: int,
    revision: int,
    a: int,
    b: int,
    slot_id: int,
    table_id: int | None,
) -> Timetable:
    """Put a meeting of two participants into a draft; None is any free table. Blocked says what is in the way."""
    draft = draft_for(session, actor, timetable_id=timetable_id, revision=revision)
    both = _pair(session, draft, a, b)
    hand = _Hand(session, draft, also=[both])
    if hand.find(*both) is not None:
        raise blocked(session, draft.event_id, [(Clash.MET, (str(both[0]), str(both[1])))])
    wanted = Meeting(str(both[0]), str(both[1]), str(slot_id), "" if table_id is None else str(table_id))
    found, one = hand.placed(wanted)
    if found:
        raise blocked(session, draft.event_id, found)
    row = {"a": both[0], "b": both[1], "slot": slot_id, "table": int(one.table), "locked": False}
    _save(draft, [*draft.meetings, row])
    _count_anew(draft)
    record(session, actor, draft, "add", pair=list(both), place=[one.slot, one.table])
    return draft


class _Hand:
    """A version as it can be changed now: the board without what has begun, and what is locked."""

    def __init__(self, session: Session, found: Timetable, also: Collection[tuple[int, int]] = ()) -> None:
        held = held_of(session, event_id=found.event_id)
        self._found = found
        self._begun = set(held.meetings)
        self._locked = {sitting(row) for row in found.meetings if row["locked"]}
        rest = [one for row in found.meetings if (one := sitting(row)) not in self._begun]
        pairs = [*also, *((int(one.a), int(one.b)) for one in rest)]
        instance, _ = instance_of(session, event_id=found.event_id, also=pairs, held=held)
        self.board = Board(instance, rest)

    def meeting(self, a: int, b: int) -> Meeting:
        """The meeting of these two. NotFound when they have none."""
        return _find(self._found, a, b)

    def find(self, a: int, b: int) -> Meeting | None:
        """The same, or None."""
        return _lookup(self._found, a, b)

    def fastened(self, one: Meeting) -> list[Found]:
        """What keeps the meeting from being touched at all."""
        if one in self._begun:
            return [(Clash.CLOSED, (one.a, one.b))]
        return [(Clash.LOCKED, (one.a, one.b))] if one in self._locked else []

    def placed(self, wanted: Meeting, *, without: Collection[Meeting] = ()) -> tuple[list[Found], Meeting]:
        """(what is in the way, the meeting at a table of its own when it named none)."""
        table = wanted.table or self.board.free_table(wanted, without=without)
        if table is None:
            return [(Clash.TABLE, ())], wanted
        one = Meeting(wanted.a, wanted.b, wanted.slot, table)
        return self.board.clashes(one, without=without), one

    def moved(self, one: Meeting, slot: str, table: str | None) -> tuple[list[Found], dict[Meeting, Meeting]]:
        """(what is in the way, where the meeting and the one it changes places with go)."""
        if found := self.fastened(one):
            return found, {}
        if table is None:
            table = self.board.free_table(Meeting(one.a, one.b, slot, one.table), without=[one])
            if table is None:
                return [(Clash.TABLE, ())], {}
        target = Meeting(one.a, one.b, slot, table)
        other = self.board.at(slot, table)
        if other is None or other == one:
            return self.board.clashes(target, without=[one]), {one: target}
        if found := self.fastened(other):
            return found, {}
        back = Meeting(other.a, other.b, one.slot, one.table)
        found = self.board.clashes(target, without=[one, other], beside=[back])
        found += self.board.clashes(back, without=[one, other], beside=[target])
        return [(Clash.TABLE, (other.a, other.b)), *found] if found else [], {one: target, other: back}


def _find(found: Timetable, a: int, b: int) -> Meeting:
    one = _lookup(found, a, b)
    if one is None:
        raise NotFound(f"{a} and {b} do not meet in version {found.number}")
    return one


def _lookup(found: Timetable, a: int, b: int) -> Meeting | None:
    both = (min(a, b), max(a, b))
    return next((sitting(row) for row in found.meetings if (row["a"], row["b"]) == both), None)


def _pair(session: Session, found: Timetable, a: int, b: int) -> tuple[int, int]:
    """The two participants of the event, the smaller id first."""
    people = [session.get(Participant, who) for who in (a, b)]
    known = [one for one in people if one is not None and one.event_id == found.event_id]
    if len(known) < len(people):
        raise NotFound(f"no participants {a} and {b} at event {found.event_id}")
    if known[0].registration_id == known[1].registration_id:
        raise Invalid([Fault("b", "both are of one organisation", str(b))])
    return min(a, b), max(a, b)


def _at(row: dict[str, Any], place: Meeting | None) -> dict[str, Any]:
    return row if place is None else row | {"slot": int(place.slot), "table": int(place.table)}


def _save(draft: Timetable, rows: list[dict[str, Any]], *, origin: str = "moved") -> None:
    draft.meetings, draft.origin = rows, origin
    draft.revision += 1
    draft.updated_at = clock.now()


def _count_anew(draft: Timetable) -> None:
    """Figures of pairs chosen by hand, by what the solver was given; its bound was for what it chose."""
    instance = stored_instance(draft)
    rest = [one for row in draft.meetings if (one := sitting(row)).slot in instance.slots]
    worth = {(pair.a, pair.b): pair.utility for pair in instance.pairs}
    meetings = Counter(who for one in rest for who in (one.a, one.b))
    met = {(row["a"], row["b"]) for row in draft.meetings}
    kept = {name: value for name, value in draft.figures.items() if name not in OF_THE_SEARCH}
    draft.figures = kept | {
        "utility": round(sum(worth.get((one.a, one.b), 0.0) for one in rest), 6),
        "below_minimum": [int(one.id) for one in instance.participants if meetings[one.id] < one.min_meetings],
        "unscheduled": [one for one in kept.get("unscheduled", []) if (one[0], one[1]) not in met],
    }
