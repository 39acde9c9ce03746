"""What the printouts of an event are made of: plain data read once, which the drawing functions put on paper."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import NotFound
from matchmaker.events.models import Event, EventSlot, EventTable
from matchmaker.exchange.printouts_words import day_text, full_day, short_day, word
from matchmaker.listings.models import Listing
from matchmaker.meetings.models import Meeting, Timetable
from matchmaker.meetings.queries import meetings_of, published, timetable, versions
from matchmaker.participants.access import planned_event, registration_for
from matchmaker.participants.badges import link_token
from matchmaker.participants.models import Participant
from matchmaker.participants.queries import confirmed, present
from matchmaker.participants.rules import written_language

# A pause at least this long is said on a schedule; shorter ones are for changing tables.
PAUSE = timedelta(minutes=10)
NOON_PAUSE = timedelta(minutes=45)
TEXT_SHOWN = 60
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Hour:
    """A slot, in the district's time."""

    id: int
    session: str
    starts_at: datetime
    ends_at: datetime

    @property
    def time(self) -> str:
        return f"{self.starts_at:%H:%M}-{self.ends_at:%H:%M}"


@dataclass(frozen=True)
class Place:
    """A table."""

    id: int
    number: int
    label: str
    area: str = ""


@dataclass(frozen=True)
class Guest:
    """A participant. `coming` is false for those who left, whom a meeting still names; `language` is what it reads."""

    id: int
    registration_id: int
    organisation: str
    name: str
    position: str = ""
    badge: str = ""
    link: str = ""
    desk: str = ""
    away: frozenset[int] = frozenset()
    coming: bool = True
    language: str = "zh"

    @property
    def order(self) -> tuple[bytes, bytes, int]:
        """As in a telephone book: the bytes of GBK follow pinyin for all common characters."""
        return (self.organisation.encode("gbk", "replace"), self.name.encode("gbk", "replace"), self.id)


@dataclass(frozen=True)
class Talk:
    """A planned meeting, and what it is about. `asking` is the registration whose need it is."""

    slot_id: int
    table_id: int
    a_id: int
    b_id: int
    need: str = ""
    offer: str = ""
    asking: int | None = None

    def partner_of(self, guest_id: int) -> int:
        """The id of the other one."""
        return self.b_id if guest_id == self.a_id else self.a_id


@dataclass(frozen=True)
class Programme:
    """Everything about one event that goes onto paper, in the language it speaks, "zh" or "en".

    `version` is None while no timetable is published.
    """

    title: str
    venue: str
    starts_at: datetime
    ends_at: datetime
    printed_at: datetime
    version: int | None
    hours: tuple[Hour, ...] = ()
    places: tuple[Place, ...] = ()
    people: tuple[Guest, ...] = ()
    talks: tuple[Talk, ...] = ()
    language: str = "zh"

    def spoken(self, language: str) -> "Programme":
        """The same in this language."""
        return self if language == self.language else self._translated

    @cached_property
    def _translated(self) -> "Programme":
        return replace(self, language="zh" if self.language == "en" else "en")

    def word(self, key: str, **values: object) -> str:
        """One of the printouts' own words."""
        return word(key, self.language, **values)

    @cached_property
    def guests(self) -> tuple[Guest, ...]:
        """Those who come, in the order of the lists."""
        return tuple(sorted((one for one in self.people if one.coming), key=lambda one: one.order))

    @cached_property
    def by_id(self) -> dict[int, Guest]:
        return {one.id: one for one in self.people}

    @cached_property
    def hour(self) -> dict[int, Hour]:
        return {one.id: one for one in self.hours}

    @cached_property
    def place(self) -> dict[int, Place]:
        return {one.id: one for one in self.places}

    @cached_property
    def _of_guest(self) -> dict[int, dict[int, Talk]]:
        found: dict[int, dict[int, Talk]] = {}
        for talk in self.talks:
            for who in (talk.a_id, talk.b_id):
                found.setdefault(who, {})[talk.slot_id] = talk
        return found

    def talks_of(self, guest_id: int) -> dict[int, Talk]:
        """The person's meetings by slot."""
        return self._of_guest.get(guest_id, {})

    def first_of(self, guest_id: int) -> Talk | None:
        """The person's first meeting."""
        mine = self.talks_of(guest_id)
        return next((mine[one.id] for one in self.hours if one.id in mine), None)

    def talks_at(self, table_id: int) -> list[Talk]:
        """The meetings at a table in the order of the day."""
        here = {talk.slot_id: talk for talk in self.talks if talk.table_id == table_id}
        return [here[one.id] for one in self.hours if one.id in here]

    @cached_property
    def several_days(self) -> bool:
        return len({one.starts_at.date() for one in self.hours}) > 1

    def start_of(self, talk: Talk) -> str:
        """When a meeting begins, with the day where there are several."""
        start = self.hour[talk.slot_id].starts_at
        return f"{short_day(start, self.language)} {start:%H:%M}" if self.several_days else f"{start:%H:%M}"

    def day(self, hour: Hour) -> str:
        """The day of a slot."""
        return day_text(hour.starts_at, self.language)

    @property
    def when(self) -> str:
        """The event's day and hours."""
        last = f"{self.ends_at:%H:%M}"
        if self.starts_at.date() != self.ends_at.date():
            last = f"{day_text(self.ends_at, self.language)} {last}"
        return f"{full_day(self.starts_at, self.language)} {self.starts_at:%H:%M}-{last}"

    @property
    def edition(self) -> str:
        """By what an old printout is recognised."""
        told = self.word("version", number=self.version) if self.version is not None else self.word("no_version")
        return self.word("edition", version=told, moment=f"{self.printed_at:%Y-%m-%d %H:%M}")


def headings(hours: Sequence[Hour], language: str = "zh") -> list[str]:
    """What stands above each slot: the day, the session and the pause before it, where they change; "" elsewhere."""
    found, several = [], len({one.starts_at.date() for one in hours}) > 1
    for before, one in zip((None, *hours), hours, strict=False):
        parts = []
        new_day = before is None or before.starts_at.date() != one.starts_at.date()
        if several and new_day:
            parts.append(day_text(one.starts_at, language))
        if one.session and (new_day or before is None or before.session != one.session):
            parts.append(one.session)
        if before is not None and not new_day and (rest := _pause(before, one, hours, language)):
            parts.append(rest)
        found.append("　".join(parts))
    return found


def _pause(before: Hour, after: Hour, hours: Sequence[Hour], language: str) -> str:
    length = after.starts_at - before.ends_at
    gaps = [late.starts_at - early.ends_at for early, late in pairwise(hours)]
    usual = min(gaps, default=timedelta())
    if length < PAUSE or (length <= usual and before.session == after.session):
        return ""
    noon = length >= NOON_PAUSE and before.ends_at.hour <= 13 <= after.starts_at.hour + 1
    return f"{word('noon' if noon else 'rest', language)} {before.ends_at:%H:%M}-{after.starts_at:%H:%M}"


def changed_people(old: Iterable[Row], new: Iterable[Row]) -> set[int]:
    """Whose schedules two lists of meetings (as a timetable keeps them) tell apart: other partner, slot or table."""
    before, after = _places(old), _places(new)
    return {who for who in before.keys() | after.keys() if before.get(who) != after.get(who)}


def _places(rows: Iterable[Row]) -> dict[int, set[tuple[int, int, int]]]:
    found: dict[int, set[tuple[int, int, int]]] = {}
    for row in rows:
        for mine, other in (("a", "b"), ("b", "a")):
            found.setdefault(row[mine], set()).add((row["slot"], row["table"], row[other]))
    return found


def changed_since(session: Session, actor: Actor, *, event_id: int, timetable_id: int) -> set[int]:
    """Whose meetings are not as they were in that earlier version. NotFound when it is another event's."""
    planned_event(session, actor, event_id=event_id)
    old = timetable(session, actor, timetable_id=timetable_id)
    if old.event_id != event_id:
        raise NotFound(f"no timetable {timetable_id} of event {event_id}")
    rows = meetings_of(session, event_id=event_id)
    new = [{"a": one.a_id, "b": one.b_id, "slot": one.slot_id, "table": one.table_id} for one in rows]
    return changed_people(old.meetings, new)


def earlier_versions(session: Session, actor: Actor, *, event_id: int) -> list[tuple[Timetable, int]]:
    """The versions that were published before, the newest first, with how many schedules have changed since."""
    now = published(session, event_id=event_id)
    if now is None:
        return []
    rows = [one for one in versions(session, actor, event_id=event_id) if one.published_at and one.id != now.id]
    return [(one, len(changed_since(session, actor, event_id=event_id, timetable_id=one.id))) for one in rows]


def programme(session: Session, actor: Actor, *, event_id: int, base: str, secret_key: str) -> Programme:
    """The event as it is printed now, for planners."""
    event = planned_event(session, actor, event_id=event_id)
    return _read(session, event, base=base, secret_key=secret_key)


def own_programme(
    session: Session, actor: Actor, *, registration_id: int, base: str, secret_key: str
) -> tuple[Programme, list[Guest]]:
    """(the event, the organisation's own people in it), for the organisation itself and for planners."""
    mine = registration_for(session, actor, registration_id=registration_id)
    found = _read(session, mine.event, base=base, secret_key=secret_key)
    return found, [one for one in found.guests if one.registration_id == mine.id]


def _read(session: Session, event: Event, *, base: str, secret_key: str) -> Programme:
    plan = published(session, event_id=event.id)
    rows = meetings_of(session, event_id=event.id) if plan is not None else []
    # Held on to, so that nobody's organisation is read a second time.
    registrations = confirmed(session, event_id=event.id)
    coming = {one.id: one for mine in registrations for one in present(mine.people)}
    named = {one.id: one for row in rows for one in (row.a, row.b)}
    titles = _titles(session, rows)

    def guest(one: Participant) -> Guest:
        return Guest(
            one.id,
            one.registration_id,
            one.registration.name,
            one.name,
            one.position,
            one.badge,
            f"{base}/p/{link_token(secret_key, one)}",
            f"{base}/office/events/{event.id}/desk?q={one.badge}",
            frozenset(one.away),
            one.id in coming,
            written_language(one.languages),
        )

    return Programme(
        event.title,
        event.venue,
        _local(event.starts_at),
        _local(event.ends_at),
        _local(clock.now()),
        plan.number if plan else None,
        _hours(event.slots, {row.slot_id for row in rows}),
        _places_of(event.tables, {row.table_id for row in rows}),
        tuple(guest(one) for one in (named | coming).values()),
        tuple(_talk(row, titles) for row in rows),
    )


def _local(moment: datetime) -> datetime:
    return moment.astimezone(clock.DISTRICT_ZONE)


def _hours(rows: Iterable[EventSlot], used: Collection[int]) -> tuple[Hour, ...]:
    shown = [one for one in rows if one.closed_at is None or one.id in used]
    return tuple(Hour(one.id, one.session, _local(one.starts_at), _local(one.ends_at)) for one in shown)


def _places_of(rows: Iterable[EventTable], used: Collection[int]) -> tuple[Place, ...]:
    shown = [one for one in rows if one.closed_at is None or one.id in used]
    return tuple(Place(one.id, one.number, one.label, one.area) for one in shown)


def _titles(session: Session, rows: Iterable[Meeting]) -> dict[int, str]:
    """The titles of all listings that the meetings go back to."""
    wanted = {one for row in rows for key in ("need", "offer") if (one := row.evidence.get(key)) is not None}
    if not wanted:
        return {}
    found = session.execute(select(Listing.id, Listing.title).where(Listing.id.in_(wanted)))
    return {number: title for number, title in found}


def _talk(row: Meeting, titles: Mapping[int, str]) -> Talk:
    """The meeting with what each side came for: a listing's title, or what a firm without one wrote."""
    bare = Talk(row.slot_id, row.table_id, row.a_id, row.b_id)
    asker = row.evidence.get(str(row.evidence.get("asker", "")))
    sides = {one.registration_id: one.registration for one in (row.a, row.b)}
    if asker not in sides:
        return bare
    giver = next(one for number, one in sides.items() if number != asker)
    need = titles.get(row.evidence.get("need") or 0) or _short(sides[asker].need_text)
    offer = titles.get(row.evidence.get("offer") or 0) or _short(giver.offer_text)
    return Talk(row.slot_id, row.table_id, row.a_id, row.b_id, need, offer, asker)


def _short(text: str) -> str:
    one_line = re.sub(r"\s+", " ", text).strip()
    return one_line if len(one_line) <= TEXT_SHOWN else one_line[: TEXT_SHOWN - 1] + "…"
