"""What the solver is given for an event: hours, tables, people and pairs as they are now. Ids are the rows' as text."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.errors import NotFound
from matchmaker.events.models import Event, EventSlot
from matchmaker.events.queries import open_slots, open_tables
from matchmaker.events.rules import TableKind
from matchmaker.events.timetable.reading import read_instance
from matchmaker.events.timetable.shapes import Instance, Lock, Meeting, Pair
from matchmaker.events.timetable.shapes import Participant as Chair
from matchmaker.meetings.candidates import newest
from matchmaker.meetings.models import EventPair, Timetable
from matchmaker.meetings.pairs import pairs_of
from matchmaker.meetings.queries import published
from matchmaker.meetings.rules import Mark, RequestState
from matchmaker.meetings.wanted import worth
from matchmaker.participants.models import Participant
from matchmaker.participants.queries import confirmed, present

Row = dict[str, Any]
Evidence = dict[tuple[int, int], Row]
Both = tuple[int, int]


@dataclass(frozen=True)
class Held:
    """The published meetings that have begun: they stay as they are, and no hour before `until` is to be had."""

    meetings: tuple[Meeting, ...] = ()
    until: datetime | None = None


def held_of(session: Session, *, event_id: int, until: datetime | None = None) -> Held:
    """What is held now, or until a later moment. Nothing before the first publication."""
    found = published(session, event_id=event_id)
    if found is None:
        return Held()
    border = max(clock.now(), until or clock.now())
    begun = (EventSlot.event_id == event_id, EventSlot.starts_at < border)
    slots = {str(one) for one in session.scalars(select(EventSlot.id).where(*begun))}
    return Held(tuple(one for one in sittings(found) if one.slot in slots), border)


def sittings(timetable: Timetable) -> tuple[Meeting, ...]:
    """The version's meetings as the solver writes them."""
    return tuple(sitting(one) for one in timetable.meetings)


def sitting(row: Mapping[str, Any]) -> Meeting:
    """A stored meeting as the solver writes it."""
    return Meeting(str(row["a"]), str(row["b"]), str(row["slot"]), str(row["table"]))


def instance_of(
    session: Session,
    *,
    event_id: int,
    locks: Collection[Meeting] = (),
    also: Collection[Both] = (),
    held: Held | None = None,
    present_too: Collection[int] = (),
) -> tuple[Instance, Evidence]:
    """(the instance, the candidate row behind each pair of participants that has one).

    Locks that have become impossible are left out; the pairs of the others and of `also` are there even when nobody
    wants them to meet. What is `held` is no part of it: its hours are gone, its people have so many meetings behind
    them, and its organisations do not meet again. `present_too` are people who come although they are marked missing.
    """
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound(f"no event {event_id}")
    held = held or Held()
    until = held.until
    hours = open_slots(session, event_id=event_id)
    slots = tuple(str(one.id) for one in hours if until is None or one.starts_at >= until)
    # Booths last: they are for everybody while they are nobody's, but other tables come before.
    furniture = sorted(open_tables(session, event_id=event_id), key=lambda one: one.kind is TableKind.BOOTH)
    tables = {str(one.id): one.kind is TableKind.BOOTH for one in furniture}
    people = _coming(session, event_id, present_too)
    pairs = [*also, *((int(one.a), int(one.b)) for one in locks)]
    wishes = _Wishes(session, event, people, held=held, also=pairs)
    instance = Instance(
        slots,
        tuple(tables),
        tuple(_chairs(event, people, slots=slots, tables=tables, held=held)),
        tuple(wishes.pairs.values()),
        frozenset(wishes.forbidden),
        wishes.resources(),
    )
    return with_locks(instance, locks), wishes.evidence


def with_locks(instance: Instance, locks: Collection[Meeting]) -> Instance:
    """The same with these meetings locked where they are, as far as the instance allows them."""
    kept = {(one.a, one.b): Lock(one.slot, one.table) for one in _possible(instance, locks)}
    return replace(instance, pairs=tuple(replace(one, locked=kept.get((one.a, one.b))) for one in instance.pairs))


def _possible(instance: Instance, locks: Collection[Meeting]) -> Iterator[Meeting]:
    chairs = {one.id: one for one in instance.participants}
    for one in locks:
        there = one.slot in instance.slots and one.table in instance.tables
        if not there or frozenset((one.a, one.b)) in instance.forbidden:
            continue
        both = [chair for who in (one.a, one.b) if (chair := chairs.get(who)) is not None]
        free = all(who.available is None or one.slot in who.available for who in both)
        if free and all(who.table in (None, one.table) for who in both):
            yield one


def instance_json(instance: Instance) -> dict[str, Any]:
    """The instance as DESIGN 6.1 writes it; `reading.read_instance` reads the same instance from it."""
    return {
        "slots": list(instance.slots),
        "tables": list(instance.tables),
        "participants": [
            {
                "id": one.id,
                "available": None if one.available is None else sorted(one.available),
                "max_meetings": one.max_meetings,
                "min_meetings": one.min_meetings,
                "table": one.table,
                "organisation": one.organisation,
                "booth": one.booth,
            }
            for one in instance.participants
        ],
        "pairs": [_pair_json(one) for one in instance.pairs],
        "forbidden": sorted(sorted(both) for both in instance.forbidden),
        "resources": dict(instance.resources),
    }


def stored_instance(timetable: Timetable) -> Instance:
    """What the solver was given when this version was made; an empty one for a version that it did not make."""
    if not timetable.instance:
        return Instance((), (), (), ())
    return read_instance(json.dumps(timetable.instance), is_over=True)


def _pair_json(one: Pair) -> Row:
    shown: Row = {"a": one.a, "b": one.b, "utility": one.utility}
    if one.locked:
        shown["locked"] = {"slot": one.locked.slot, "table": one.locked.table}
    if one.must:
        shown["must"] = True
    if one.needs:
        shown["needs"] = list(one.needs)
    return shown


def _coming(session: Session, event_id: int, present_too: Collection[int]) -> list[Participant]:
    """The people of confirmed organisations who still come and are not marked missing."""
    homes = confirmed(session, event_id=event_id)
    people = [one for home in homes for one in present(home.people)]
    return [one for one in people if one.missing_at is None or one.id in present_too]


def _chairs(
    event: Event, people: Iterable[Participant], *, slots: tuple[str, ...], tables: Mapping[str, bool], held: Held
) -> Iterator[Chair]:
    """What each person can do in the hours that are left. A minimum above one's own maximum gives way.

    `tables` says of each whether it is a booth; nobody else is sent to somebody's.
    """
    behind = Counter(who for one in held.meetings for who in (one.a, one.b))
    for one in people:
        name = str(one.id)
        most = one.meetings_max if one.meetings_max is not None else event.meetings_max
        least = one.meetings_min if one.meetings_min is not None else event.meetings_min
        left = None if most is None else max(0, most - behind[name])
        least = max(0, least - behind[name])
        away = {str(slot) for slot in one.away} & set(slots)
        table = str(one.table_id) if str(one.table_id) in tables else None
        yield Chair(
            name,
            frozenset(slots) - away if away else None,
            left,
            least if left is None else min(least, left),
            table,
            f"r{one.registration_id}",
            table is not None and tables[table],
        )


class _Wishes:
    """Who is to meet whom, from the matchmaking list, the organiser's marks and the requests."""

    def __init__(
        self, session: Session, event: Event, people: Iterable[Participant], *, held: Held, also: Collection[Both]
    ) -> None:
        self._event = event
        self._home = {one.id: one.registration_id for one in people}
        self._people: dict[int, list[int]] = {}
        for person, home in self._home.items():
            self._people.setdefault(home, []).append(person)
        self._met = _met(session, held)
        self._marked = pairs_of(session, event_id=event.id)
        listed = newest(session, event_id=event.id)
        self._rows = {_both(row["a"], row["b"]): row for row in (listed.rows if listed else [])}
        self.pairs: dict[Both, Pair] = {}
        self.forbidden: set[frozenset[str]] = set()
        self.evidence: Evidence = {}
        for homes in sorted({*self._rows, *self._marked}):
            self._take(homes)
        for both in also:
            self._add(_both(*both), utility=0.0)

    def resources(self) -> dict[str, int]:
        """How many there are of everything that is needed; of what the event does not have, none."""
        needed = {name: 0 for pair in self.pairs.values() for name in pair.needs}
        return needed | (self._event.resources or {})

    def _take(self, homes: Both) -> None:
        """All pairs of people of two organisations. Those that were refused stand there to be listed as such."""
        row, pair = self._rows.get(homes), self._marked.get(homes)
        value = worth(row, pair, self._event.asking)
        refused = value is None and pair is not None and _is_refused(pair)
        for a, b in product(self._people.get(homes[0], ()), self._people.get(homes[1], ())):
            both = _both(a, b)
            if refused:
                self.forbidden.add(frozenset(map(str, both)))
            if row is not None:
                self.evidence[both] = row
            if value is not None or refused:
                self._add(both, utility=min(1.0, max(0.0, round(value or 0.0, 6))))

    def _add(self, both: Both, *, utility: float) -> None:
        homes = {self._home.get(who) for who in both}
        if both in self.pairs or None in homes or len(homes) == 1 or frozenset(homes) in self._met:
            return
        a, b = (self._home[who] for who in both)
        marked = self._marked.get(_both(a, b))
        must = marked is not None and marked.mark is Mark.MUST
        needs = tuple(dict.fromkeys(marked.needs)) if marked is not None else ()
        self.pairs[both] = Pair(str(both[0]), str(both[1]), utility, None, must, needs)


def _met(session: Session, held: Held) -> set[frozenset[int | None]]:
    """The organisations that have met; also those whose people have left since."""
    people = {int(who) for one in held.meetings for who in (one.a, one.b)}
    found = session.execute(select(Participant.id, Participant.registration_id).where(Participant.id.in_(people)))
    home = {person: registration for person, registration in found}
    return {frozenset((home.get(int(one.a)), home.get(int(one.b)))) for one in held.meetings}


def _is_refused(pair: EventPair) -> bool:
    """Whether somebody said no; a pair that is merely weak may still be brought together by hand."""
    return pair.mark is Mark.NEVER or pair.request is RequestState.DECLINED


def _both(one: int, other: int) -> Both:
    return (one, other) if one < other else (other, one)
