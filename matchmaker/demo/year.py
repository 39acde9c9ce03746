"""A year of activity in the demo district, played through the features' own verbs with the clock of each day.

The same seed, the same days, the same words: every installation shows the same district.
"""

import heapq
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from functools import partial
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Membership, Person
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.demo import texts
from matchmaker.demo.matches import said_of
from matchmaker.introductions import service as introductions
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import Decision, DeclineReason
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import Side, State, Visibility
from matchmaker.matching.live import LiveIndex

SEED = 2026
# The platform opened and took the district's firms and listings in.
FIRST_DAY = datetime(2025, 1, 6, 9, 0, tzinfo=clock.DISTRICT_ZONE)
LAST_DAY = datetime(2026, 11, 20, 18, 0, tzinfo=clock.DISTRICT_ZONE)
DAYS = 330
PAIRS = 260
# Out of a hundred: asks to talk; the rest decides without asking.
ASKS = 45
BASE = "http://127.0.0.1:8000"
Pair = tuple[Listing, Listing]


def has_happened(session: Session) -> bool:
    """Whether the year was played already."""
    return session.scalar(select(Introduction.id).limit(1)) is not None


def play(
    session: Session,
    *,
    engine: LiveIndex | None = None,
    told: Collection[tuple[int, int]] = frozenset(),
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Decisions, introductions and talks between organisations of the same node; returns how many steps were taken.

    Requests keep what `engine` says of the match that day. The pairs in `told` have a story of their own that says
    when they come together: nothing happens between them here.
    """
    return _Year(session, engine, told).play(tick)


class _Year:
    """What is still to happen, in the order of time: each step may put a later one into the diary."""

    def __init__(self, session: Session, engine: LiveIndex | None, told: Collection[tuple[int, int]]) -> None:
        self.session, self.engine, self.told = session, engine, told
        self.chance = Random(SEED)
        self.people = owners(session)
        self.diary: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self.written = 0

    def play(self, tick: Callable[[int, int], None]) -> int:
        pairs = list(_pairs(self.session))
        self.chance.shuffle(pairs)
        for pair in pairs[:PAIRS]:
            start = self._ask if self.chance.randrange(100) < ASKS else self._decide
            self._later(self._some_day(), partial(start, pair))
        done = 0
        while self.diary:
            moment, _number, step = heapq.heappop(self.diary)
            with clock.pretend(moment):
                step(moment)
            done += 1
            tick(done, 0)
        return done

    def _later(self, moment: datetime, step: Callable[[datetime], None]) -> None:
        """Into the diary, unless the year is over by then; equal moments keep their order."""
        if moment <= LAST_DAY:
            self.written += 1
            heapq.heappush(self.diary, (moment, self.written, step))

    def _some_day(self) -> datetime:
        day = LAST_DAY - timedelta(days=self.chance.randrange(1, DAYS))
        return day.replace(hour=self.chance.randrange(8, 18), minute=self.chance.randrange(60))

    def _sides(self, pair: Pair, share: float) -> Pair:
        return pair if self.chance.random() < share else (pair[1], pair[0])

    def _ask(self, pair: Pair, moment: datetime) -> None:
        mine, other = self._sides(pair, 0.6)
        asking, answering = self.people[mine.organisation_id], self.people[other.organisation_id]
        message, fate = self.chance.choice(texts.FIRST), self.chance.random()
        then = moment + timedelta(hours=self.chance.randrange(3, 90))
        if self._is_told(pair):
            return
        row = introductions.ask(
            self.session,
            asking,
            listing_id=mine.id,
            other_id=other.id,
            message=message,
            evidence=said_of(self.session, asking, self.engine, listing_id=mine.id, other_id=other.id),
            base=BASE,
        )
        if fate < 0.25:
            self._later(then, partial(self._refuse, answering, row.id))
        elif fate < 0.85:
            self._later(then, partial(self._accept, (asking, answering), row.id))

    def _refuse(self, who: Actor, number: int, _moment: datetime) -> None:
        reasons = self.chance.sample(list(DeclineReason), self.chance.randrange(1, 3))
        note = self.chance.choice(texts.DECLINES)
        introductions.answer(
            self.session, who, introduction_id=number, accept=False, reasons=reasons, note=note, base=BASE
        )

    def _accept(self, both: tuple[Actor, Actor], number: int, moment: datetime) -> None:
        introductions.answer(self.session, both[1], introduction_id=number, accept=True, base=BASE)
        lines = self.chance.sample(texts.REPLIES, self.chance.randrange(0, 5))
        for turn, line in enumerate(lines):
            moment += timedelta(hours=self.chance.randrange(2, 60))
            who = both[(turn + 1) % 2]
            self._later(moment, partial(self._write, who, number, line))
        if len(lines) >= 3 and self.chance.random() < 0.4:
            self._later(moment + timedelta(days=2), partial(self._close, both[0], number))

    def _write(self, who: Actor, number: int, line: str, _moment: datetime) -> None:
        introductions.write(self.session, who, introduction_id=number, text=line, base=BASE)

    def _close(self, who: Actor, number: int, moment: datetime) -> None:
        self._write(who, number, self.chance.choice(texts.CLOSINGS), moment)
        introductions.end(self.session, who, introduction_id=number, base=BASE)

    def _decide(self, pair: Pair, _moment: datetime) -> None:
        mine, other = self._sides(pair, 0.7)
        later = self.chance.random() < 0.25
        reasons = () if later else self.chance.sample(list(DeclineReason), 1)
        note = "" if later else self.chance.choice(texts.DECLINES)
        if self._is_told(pair):
            return
        introductions.decide(
            self.session,
            self.people[mine.organisation_id],
            listing_id=mine.id,
            other_id=other.id,
            decision=Decision.LATER if later else Decision.DECLINED,
            reasons=reasons,
            note=note,
        )

    def _is_told(self, pair: Pair) -> bool:
        """Asked after chance was, so that the others' year is the same with and without stories."""
        return (pair[0].id, pair[1].id) in self.told


def _pairs(session: Session) -> Iterator[Pair]:
    """Every need with every offer of its first node that another organisation makes."""
    published = select(Listing).where(Listing.state == State.PUBLISHED, Listing.visibility != Visibility.CONSENT)
    rows = session.scalars(published.order_by(Listing.id)).all()
    by_node: dict[str, list[Listing]] = {}
    for row in rows:
        if row.side is Side.OFFER:
            by_node.setdefault(row.node_ids[0], []).append(row)
    for need in (row for row in rows if row.side is Side.NEED):
        for offer in by_node.get(need.node_ids[0], []):
            if offer.organisation_id != need.organisation_id:
                yield need, offer


def owners(session: Session) -> dict[int, Actor]:
    """Who acts for each organisation of the demo, by its id."""
    statement = select(Membership, Person).join(Person, Person.id == Membership.person_id)
    rows = session.execute(statement.order_by(Membership.id.desc()))
    return {row.organisation_id: _actor(person, row.organisation_id) for row, person in rows}


def _actor(person: Person, organisation_id: int) -> Actor:
    own = frozenset({organisation_id})
    return Actor(person.name, person.role, "demo", own, own, person_id=person.id)
