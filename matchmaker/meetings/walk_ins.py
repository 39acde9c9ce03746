"""Somebody walks in at 8:50: who of those present fits, when both are free, and a meeting at once."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, NotFound
from matchmaker.events.models import Event, EventSlot
from matchmaker.events.queries import open_slots, open_tables
from matchmaker.listings.rules import Side
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.pairing import pairings, text_pairings, text_scores
from matchmaker.matching.results import Level
from matchmaker.meetings import timetables
from matchmaker.meetings.candidate_rows import House, houses
from matchmaker.meetings.models import Timetable
from matchmaker.meetings.queries import meetings_of, published
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
    """Who fits the newcomer among those who are here (or, before anybody is, expected), best first."""
    event = planned_event(session, actor, event_id=event_id)
    newcomer = session.get(Participant, participant_id)
    if newcomer is None or newcomer.event_id != event_id:
        raise NotFound(f"no participant {participant_id} at event {event_id}")
    rows = {row.id: row for row in confirmed(session, event_id=event_id)}
    known = {house.id: house for house in houses(session, event_id=event_id)}
    mine = known.get(newcomer.registration_id)
    if mine is None:
        return []
    scores = _scores(session, engine, mine, [house for number, house in known.items() if number != mine.id])
    free = _Free(session, event)
    found = []
    for number, (score, level) in scores.items():
        people = [one for one in present(rows[number].people) if one.missing_at is None]
        here = [one for one in people if one.checked_in_at is not None] or people
        if here and level >= Level.WEAK and not free.have_met(newcomer.registration_id, number):
            found.append(Partner(here[0], score, level, tuple(free.together(newcomer, here[0]))))
    return sorted(found, key=lambda one: (not one.slots, -one.score, one.person.id))[:top]


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


def _scores(session: Session, engine: LiveIndex, mine: House, others: list[House]) -> dict[int, tuple[float, Level]]:
    """The best (score, level) with each other organisation, whoever of the two needs it."""
    found: dict[int, tuple[float, Level]] = {}

    def take(number: int, score: float, level: Level) -> None:
        found[number] = max(found.get(number, (0.0, Level.NONE)), (score, level))

    owner = {number: house.id for house in others for number in (*house.needs, *house.offers)}
    theirs = {
        Side.NEED: [n for one in others for n in one.needs],
        Side.OFFER: [n for one in others for n in one.offers],
    }
    pairs = pairings(session, engine, need_ids=mine.needs, offer_ids=theirs[Side.OFFER])
    pairs += pairings(session, engine, need_ids=theirs[Side.NEED], offer_ids=mine.offers, per_need=1)
    for pair in pairs:
        take(owner[pair.need_id if pair.need_id in owner else pair.offer_id], pair.score, pair.level)
    for side, text in ((Side.NEED, mine.need_text), (Side.OFFER, mine.offer_text)):
        listed = theirs[side.opposite]
        for number, score, level in text_pairings(
            session, engine, side=side, text=text, listing_ids=listed, top=len(listed)
        ):
            take(owner[number], score, level)
    asked = text_scores(session, engine, needs=[mine.need_text], offers=[one.offer_text for one in others])
    offered = text_scores(session, engine, needs=[one.need_text for one in others], offers=[mine.offer_text])
    for place_, house in enumerate(others):
        take(house.id, *asked[0][place_])
        take(house.id, *offered[place_][0])
    return found
