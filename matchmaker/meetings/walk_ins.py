"""Somebody walks in at 8:50: who of those present fits, when both are free, and a meeting at once."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, NotFound
from matchmaker.events.models import Event, EventSlot
from matchmaker.events.queries import open_slots, open_tables
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.results import Level
from matchmaker.meetings import timetables
from matchmaker.meetings.candidate_rows import History, House, Row, houses, meetings_with, rows_of
from matchmaker.meetings.candidates import declined
from matchmaker.meetings.models import Timetable
from matchmaker.meetings.pairs import pairs_of
from matchmaker.meetings.queries import meetings_of, published
from matchmaker.meetings.rules import Mark
from matchmaker.participants.access import planned_event
from matchmaker.participants.models import Participant
from matchmaker.participants.queries import confirmed, present

TOP = 8


@dataclass(frozen=True)
class Partner:
    """One person of an organisation that fits, and the slots in which both are free and a table is left."""

    person: Participant
    score: float
    level: Level
    slots: tuple[EventSlot, ...]


def partners(
    session: Session, actor: Actor, engine: LiveIndex, *, event_id: int, participant_id: int, top: int = TOP
) -> list[Partner]:
    """Who fits the newcomer among those who are here (or, before anybody is, expected), best first.

    Matched as the matchmaking list matches; without rivals, whom the organiser keeps apart, and whom it meets already.
    """
    event = planned_event(session, actor, event_id=event_id)
    newcomer = session.get(Participant, participant_id)
    if newcomer is None or newcomer.event_id != event_id:
        raise NotFound(f"no participant {participant_id} at event {event_id}")
    rows = {row.id: row for row in confirmed(session, event_id=event_id)}
    known = {house.id: house for house in houses(session, event_id=event_id)}
    mine = known.get(newcomer.registration_id)
    if mine is None:
        return []
    vetoed = {both for both, pair in pairs_of(session, event_id=event_id).items() if pair.mark is Mark.NEVER}
    free = _Free(session, event)
    found = []
    for row in _matches(session, engine, mine, known.values()):
        number = row["b"] if row["a"] == mine.id else row["a"]
        people = [one for one in present(rows[number].people) if one.missing_at is None]
        here = [one for one in people if one.checked_in_at is not None] or people
        if here and (row["a"], row["b"]) not in vetoed and not free.have_met(mine.id, number):
            slots = tuple(free.together(newcomer, here[0]))
            found.append(Partner(here[0], row["score"], Level(row["level"]), slots))
    return sorted(found, key=lambda one: (not one.slots, -one.score, one.person.id))[:top]


def _matches(session: Session, engine: LiveIndex, mine: House, everybody: Collection[House]) -> list[Row]:
    """The rows that a matchmaking list would have for the newcomer, as far as they match at all."""
    others = [house for house in everybody if house.id != mine.id]
    found = meetings_with(session, engine, mine, others, besides=declined(session, list(everybody)))
    made = (row for row, _ in rows_of(found, [mine, *others], History()))
    return [row for row in made if row["level"] >= Level.WEAK and not row["rivals"]]


def place(
    session: Session, actor: Actor, *, event_id: int, participant_id: int, other_id: int, slot_id: int, base: str
) -> Timetable:
    """Put the two together at any free table of this slot. Nobody else's schedule changes, and only the two are told.

    Conflict while nothing is published; Blocked says what came in between.
    """
    planned_event(session, actor, event_id=event_id, lock=True)
    now = published(session, event_id=event_id)
    if now is None:
        raise Conflict("nothing is published yet")
    draft = timetables.copy_as_draft(session, actor, timetable_id=now.id)
    a, b = sorted((participant_id, other_id))
    timetables.add_meeting(
        session,
        actor,
        timetable_id=draft.id,
        revision=draft.revision,
        a=a,
        b=b,
        slot_id=slot_id,
        table_id=None,
    )
    return timetables.publish(session, actor, timetable_id=draft.id, base=base)


class _Free:
    """Who sits where in the published timetable, from now on."""

    def __init__(self, session: Session, event: Event) -> None:
        self.most = event.meetings_max
        self.meetings = meetings_of(session, event_id=event.id)
        self.slots = [one for one in open_slots(session, event_id=event.id) if one.starts_at > clock.now()]
        self.tables = len(open_tables(session, event_id=event.id))
        self.count = Counter(who for one in self.meetings for who in (one.a_id, one.b_id))
        self.busy = {(who, one.slot_id) for one in self.meetings for who in (one.a_id, one.b_id)}

    def together(self, one: Participant, other: Participant) -> list[EventSlot]:
        """The slots that both have free, with a table left; none for somebody who has had enough."""
        if any(self._is_full(who) for who in (one, other)):
            return []
        return [slot for slot in self.slots if self._is_free(one, slot.id) and self._is_free(other, slot.id)]

    def have_met(self, one: int, other: int) -> bool:
        """Whether the two registrations have a meeting already."""
        return any({row.a.registration_id, row.b.registration_id} == {one, other} for row in self.meetings)

    def _is_full(self, who: Participant) -> bool:
        most = who.meetings_max if who.meetings_max is not None else self.most
        return most is not None and self.count[who.id] >= most

    def _is_free(self, who: Participant, slot_id: int) -> bool:
        taken = sum(one.slot_id == slot_id for one in self.meetings)
        return taken < self.tables and (who.id, slot_id) not in self.busy and slot_id not in who.away
