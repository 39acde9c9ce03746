"""The coded values of an event, and what follows from its numbers alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Protocol

# What one more table in ten and a little leaves for changes on the day (b2match's advice: +10–20 %).
SPARE = 0.15
# 佛山市南海区制造业高质量发展行动方案 二(八)1: more than 60 matchmaking events a year.
YEARLY_TARGET = 60


class EventKind(StrEnum):
    """The plan's kinds (二(八)1): 产业链供需对接 技术成果对接 融资对接 协同创新."""

    SUPPLY_CHAIN = "supply_chain"
    TECHNOLOGY = "technology"
    FINANCE = "finance"
    CO_INNOVATION = "co_innovation"


class EventState(StrEnum):
    """Where an event stands; visitors see announced ones."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    CANCELLED = "cancelled"


class EventStage(StrEnum):
    """How far an event has come, as the calendar tells it."""

    PLANNED = "planned"
    ANNOUNCED = "announced"
    OPEN = "open"
    FULL = "full"
    RUNNING = "running"
    OVER = "over"
    CALLED_OFF = "called_off"


class Entry(StrEnum):
    """How organisations come in: only when invited, anybody after approval, or anybody at once."""

    INVITED = "invited"
    APPROVAL = "approval"
    OPEN = "open"


class Asking(StrEnum):
    """How participants may ask each other for a meeting: not at all, with a yes needed, or taken as agreed."""

    OFF = "off"
    OPT_IN = "opt_in"
    OPT_OUT = "opt_out"


class TableKind(StrEnum):
    """A table anybody may sit at, or the booth of one participant."""

    TABLE = "table"
    BOOTH = "booth"


class Announced(Protocol):
    """What `stage_of` reads of an event."""

    @property
    def state(self) -> EventState: ...
    @property
    def entry(self) -> Entry: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def capacity(self) -> int | None: ...
    @property
    def registration_opens_at(self) -> datetime | None: ...
    @property
    def registration_closes_at(self) -> datetime | None: ...


class Slot(Protocol):
    """What `sessions_of` reads of a slot."""

    @property
    def session(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


def stage_of(event: Announced, *, confirmed: int, now: datetime) -> EventStage:
    """Where the event stands with so many organisations confirmed.

    An event that only takes those it invited is not open; one whose registration has closed is announced, until it is
    full or begins.
    """
    if event.state is EventState.CANCELLED:
        return EventStage.CALLED_OFF
    if event.state is EventState.DRAFT:
        return EventStage.PLANNED
    if event.starts_at <= now:
        return EventStage.OVER if event.ends_at <= now else EventStage.RUNNING
    if event.capacity is not None and confirmed >= event.capacity:
        return EventStage.FULL
    opens, closes = event.registration_opens_at, event.registration_closes_at
    shut = event.entry is Entry.INVITED or (opens is not None and now < opens) or (closes is not None and closes <= now)
    return EventStage.ANNOUNCED if shut else EventStage.OPEN


def halves_of(starts_at: datetime, ends_at: datetime) -> list[tuple[datetime, datetime]]:
    """A morning until noon and an afternoon from 14:00, as far as the event lies in them; given in its own zone."""
    noon, two = (starts_at.replace(hour=hour, minute=0, second=0, microsecond=0) for hour in (12, 14))
    halves = ((starts_at, min(ends_at, noon)), (max(starts_at, two), min(ends_at, two + timedelta(hours=8))))
    return [half for half in halves if half[0] < half[1]] or [(starts_at, ends_at)]


def tables_advised(meetings: int, slots: int) -> int:
    """How many tables `meetings` need in `slots`, with room for changes; 0 when there is nothing to place."""
    return ceil(meetings * (1 + SPARE) / slots) if meetings and slots else 0


def lay_out(starts_at: datetime, ends_at: datetime, *, minutes: int, pause: int = 0) -> list[tuple[datetime, datetime]]:
    """The slots of one session: as many stretches of `minutes`, `pause` minutes apart, as fit before its end."""
    found = []
    step, length = timedelta(minutes=minutes + pause), timedelta(minutes=minutes)
    while starts_at + length <= ends_at:
        found.append((starts_at, starts_at + length))
        starts_at += step
    return found


def sessions_of(slots: Sequence[Slot]) -> list[tuple[str, datetime, datetime, int, int]]:
    """(name, start, end, minutes of a slot, minutes between two) of the sessions that open slots make up, by time.

    The inverse of `lay_out`: slots of one name and length at one distance belong together.
    """
    found: list[list[Slot]] = []
    for slot in slots:
        if not (found and _continues(found[-1], slot)):
            found.append([])
        found[-1].append(slot)
    told = []
    for one in found:
        gap = one[1].starts_at - one[0].ends_at if len(one) > 1 else timedelta()
        length = one[0].ends_at - one[0].starts_at
        told.append((one[0].session, one[0].starts_at, one[-1].ends_at, _minutes(length), _minutes(gap)))
    return told


def _continues(before: Sequence[Slot], slot: Slot) -> bool:
    last = before[-1]
    gap = slot.starts_at - last.ends_at
    usual = before[1].starts_at - before[0].ends_at if len(before) > 1 else gap
    length = last.ends_at - last.starts_at
    return (
        slot.session == last.session
        and slot.ends_at - slot.starts_at == length
        and gap == usual
        and timedelta() <= gap <= timedelta(hours=2)
    )


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)
