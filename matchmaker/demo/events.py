"""The demo district's events: who came, whom they met and what came of it; and the coming ones at every stage.

Played through the features' own verbs with the clock of each day, one event after another. Every step is a unit of its
own and is left out when it was done, so that an interrupted run goes on where it stopped.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.models import Membership, Person
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.unit import reading, unit
from matchmaker.demo import texts
from matchmaker.demo.letters import forget_letters
from matchmaker.demo.year import BASE, LAST_DAY, SEED
from matchmaker.events import agenda
from matchmaker.events.models import Event
from matchmaker.events.queries import open_slots
from matchmaker.events.rules import EventKind, EventState, TableKind
from matchmaker.events.schemas import SessionIn, TableIn
from matchmaker.events.timetable.solving import solve
from matchmaker.listings.models import Listing, ListingNode
from matchmaker.listings.rules import State, Visibility
from matchmaker.matching.live import LiveIndex
from matchmaker.meetings import candidates, outcomes, pairs, timetables
from matchmaker.meetings.instances import instance_of
from matchmaker.meetings.models import Meeting
from matchmaker.meetings.queries import meetings_of, published
from matchmaker.meetings.rules import Mark, MeetingState, OutcomeKind
from matchmaker.participants import desk, inviting, registering
from matchmaker.participants.models import Participant, Registration
from matchmaker.participants.queries import confirmed, present
from matchmaker.participants.rules import RegistrationState
from matchmaker.participants.schemas import ParticipantIn, RegistrationIn

MINUTES = 20
TABLES = 8
# How many organisations an event of the past had; the next one is shown whole, with a published timetable.
GUESTS = (10, 15)
NEXT_GUESTS = 36
NEXT_TABLES = 14
SOLVE_S = 2.0
# Of the events on their chains, the part to which those with a login come for sure.
SHOWN = 0.4
# Days from the last day of the demo's year: until then a coming event has its list, or at least its invitations.
SOON, LATER = 10, 30
Tick = Callable[[int, int], None]
Sessions = sessionmaker[Session]
Together = Mapping[str, Sequence[tuple[int, int]]]


def has_happened(sessions: Sessions) -> bool:
    """Whether every event was played already."""
    with reading(sessions) as session:
        return not _left(session)


def play(
    sessions: Sessions,
    engine: LiveIndex,
    *,
    together: Together = MappingProxyType({}),
    tick: Tick = lambda done, total: None,
) -> int:
    """Bring every announced event to where it stands on the last day of the year; returns how many were played.

    `together` are the organisations that meet at an event for sure and agree there, by the event's title.
    """
    with reading(sessions) as session:
        left = _left(session)
        organiser = _organiser(session)
    for done, number in enumerate(left, start=1):
        _Story(sessions, engine, organiser, number, together=together).tell()
        tick(done, len(left))
    with unit(sessions) as session:
        forget_letters(session)
    return len(left)


def _left(session: Session) -> Sequence[int]:
    """Announced events near enough to have a list, that nobody is on yet or that are over without a result."""
    near = (Event.state == EventState.ANNOUNCED, Event.starts_at <= LAST_DAY + timedelta(days=LATER))
    known = select(Registration.event_id).where(Registration.event_id == Event.id).exists()
    coming = (Registration.event_id == Event.id, Registration.state == RegistrationState.CONFIRMED)
    nowhere = (Participant.left_at.is_(None), Participant.checked_in_at.is_(None), Participant.missing_at.is_(None))
    unseen = select(Participant.id).join(Registration).where(*coming, *nowhere).exists()
    planned = (Meeting.event_id == Event.id, Meeting.state == MeetingState.PLANNED)
    unsaid = select(Meeting.id).where(*planned, ~Meeting.outcomes.any()).exists()
    over = Event.ends_at < LAST_DAY
    return session.scalars(
        select(Event.id).where(*near, ~known | (over & (unseen | unsaid))).order_by(Event.starts_at, Event.id)
    ).all()


def _organiser(session: Session) -> Actor:
    person = session.scalars(select(Person).where(Person.email == "organiser@demo.example")).one()
    return Actor(person.name, person.role, "demo", person_id=person.id)


class _Story:
    """One event, step by step; the same words and numbers in every installation."""

    def __init__(
        self, sessions: Sessions, engine: LiveIndex, organiser: Actor, number: int, *, together: Together
    ) -> None:
        self.sessions, self.engine, self.organiser, self.number = sessions, engine, organiser, number
        with reading(sessions) as session:
            event = session.get_one(Event, number)
            self.starts_at, self.ends_at, self.kind = event.starts_at, event.ends_at, event.kind
            self.chains = tuple(event.chains)
            self.together = together.get(event.title, ())
            logins = select(Membership.organisation_id).join(Person).where(Person.password_hash.is_not(None))
            self.logins = frozenset(session.scalars(logins))
        self.sure = list(dict.fromkeys(house for both in self.together for house in both))
        self.chance = Random(f"{SEED}:{number}")
        self.over = self.ends_at < LAST_DAY
        self.next = LAST_DAY <= self.starts_at <= LAST_DAY + timedelta(days=SOON)

    def tell(self) -> None:
        """As far as the event has come on the last day of the year."""
        for days, step in ((40, self._hours), (25, self._guests)):
            with clock.pretend(self._before(days)), unit(self.sessions) as session:
                step(session)
        if not (self.over or self.next):
            return
        with clock.pretend(self._before(4)):
            self._list()
            with unit(self.sessions) as session:
                self._timetable(session)
        if self.over:
            with clock.pretend(self.starts_at + timedelta(minutes=-10)), unit(self.sessions) as session:
                self._arrivals(session)
            with clock.pretend(self.ends_at + timedelta(minutes=5)), unit(self.sessions) as session:
                self._results(session)

    def _before(self, days: int) -> datetime:
        """So many days before the event, and not after the last day of the year."""
        return min(self.starts_at - timedelta(days=days), LAST_DAY - timedelta(hours=days / 10))

    def _hours(self, session: Session) -> None:
        if open_slots(session, event_id=self.number):
            return
        event = session.get_one(Event, self.number)
        event.meetings_min, event.meetings_max = (2, 6) if self.next else (1, 5)
        event.series = {EventKind.FINANCE: "融资对接", EventKind.TECHNOLOGY: "成果对接"}.get(self.kind, "")
        event.registration_closes_at = self.starts_at - timedelta(days=3)
        half = self.starts_at + timedelta(minutes=30)
        until = min(self.ends_at, half + timedelta(minutes=MINUTES * 8))
        sessions = [SessionIn(name="一对一洽谈", starts_at=half, ends_at=until, minutes=MINUTES)]
        tables = [
            TableIn(label=str(number), kind=TableKind.TABLE, area="A区" if number <= TABLES else "B区")
            for number in range(1, (NEXT_TABLES if self.next else TABLES) + 1)
        ]
        agenda.set_slots(session, self.organiser, event_id=self.number, sessions=sessions)
        agenda.set_tables(session, self.organiser, event_id=self.number, tables=tables)

    def _guests(self, session: Session) -> None:
        known = select(func.count()).select_from(Registration).where(Registration.event_id == self.number)
        if session.scalar(known):
            return
        wanted = NEXT_GUESTS if self.next else self.chance.randint(*GUESTS)
        houses = self._houses(session)[:wanted]
        invited = [house for house in houses if self.chance.random() < 0.6]
        text = self.chance.choice(texts.INVITATIONS)
        inviting.invite(session, self.organiser, event_id=self.number, organisation_ids=invited, text=text, base=BASE)
        for house in houses:
            self._answer(session, house, was_invited=house in invited)

    def _answer(self, session: Session, house: int, *, was_invited: bool) -> None:
        """Most come, some say no, some say nothing; who comes on its own waits for the organiser."""
        chance = self.chance.random()
        if was_invited and chance > 0.92 and house not in self.sure:
            self._decline(session, house)
            return
        if not self.over and not self.next and chance > 0.55:
            return
        row = self._register(session, house)
        undecided = not self.over and chance > 0.85 and house not in self.sure
        if row.state is RegistrationState.APPLIED and not undecided:
            registering.decide(
                session,
                self.organiser,
                registration_id=row.id,
                state=RegistrationState.CONFIRMED,
                reason="",
                base=BASE,
            )

    def _register(self, session: Session, house: int) -> Registration:
        person = _owner(session, house)
        listings = self._listings(session, house)
        people = [ParticipantIn(name=person.name, position="负责人", languages=["zh"], person_id=person.id)]
        if self.chance.random() < 0.2:
            people.append(ParticipantIn(name=self.chance.choice(texts.COLLEAGUES), position="技术经理"))
        data = RegistrationIn(listing_ids=listings, people=people)
        return registering.register(
            session, _acting(person, house), event_id=self.number, organisation_id=house, data=data, base=BASE
        )

    def _decline(self, session: Session, house: int) -> None:
        mine = (Registration.event_id == self.number, Registration.organisation_id == house)
        row = session.scalars(select(Registration).where(*mine)).one()
        registering.answer_invitation(
            session,
            _acting(_owner(session, house), house),
            registration_id=row.id,
            accept=False,
            note=self.chance.choice(texts.ABSENCES),
            base=BASE,
        )

    def _houses(self, session: Session) -> list[int]:
        """Organisations with something open on the event's chains, shuffled."""
        open_ones = (Listing.state == State.PUBLISHED, Listing.visibility != Visibility.CONSENT)
        rows = session.execute(select(ListingNode.node, Listing.organisation_id).join(Listing).where(*open_ones))
        found = {house for node, house in rows if not self.chains or node[:3] in self.chains}
        houses = sorted(found)
        self.chance.shuffle(houses)
        others = [house for house in houses if house not in self.sure]
        return self.sure + sorted(others, key=lambda house: not self._is_shown(house))

    def _is_shown(self, house: int) -> bool:
        """Whom a visitor of the demo can log in as comes to more events than chance has it, so that there is to see."""
        return house in self.logins and Random(f"{SEED}:{self.number}:{house}:shown").random() < SHOWN

    def _listings(self, session: Session, house: int) -> list[int]:
        mine = (Listing.organisation_id == house, Listing.state == State.PUBLISHED)
        return list(session.scalars(select(Listing.id).where(*mine).order_by(Listing.id).limit(4)))

    def _list(self) -> None:
        with reading(self.sessions) as session:
            made = candidates.newest(session, event_id=self.number)
        if made is None:
            candidates.make(self.sessions, self.engine, event_id=self.number, by=self.organiser.name)

    def _timetable(self, session: Session) -> None:
        if published(session, event_id=self.number) is not None:
            return
        self._ask_for(session)
        instance, _evidence = instance_of(session, event_id=self.number)
        if not instance.pairs:
            return
        plan = solve(instance, seconds=SOLVE_S, seed=SEED)
        if not plan.meetings:
            return
        made = timetables.make_version(session, self.organiser, event_id=self.number, plan=plan, instance=instance)
        timetables.publish(session, self.organiser, timetable_id=made.id, base=BASE)

    def _ask_for(self, session: Session) -> None:
        """The organiser sees to it that those meet who are going to agree."""
        rows = {row.organisation_id: row.id for row in confirmed(session, event_id=self.number)}
        for one, other in self.together:
            if {one, other} <= rows.keys():
                pairs.mark(
                    session,
                    self.organiser,
                    event_id=self.number,
                    a_id=rows[one],
                    b_id=rows[other],
                    mark=Mark.MUST,
                    note="双方会前都提过想当面谈",
                )

    def _arrivals(self, session: Session) -> None:
        for row in confirmed(session, event_id=self.number):
            for one in present(row.people):
                here = row.organisation_id in self.sure or self.chance.random() < 0.93
                if one.checked_in_at is None and here:
                    desk.check_in(session, self.organiser, participant_id=one.id, here=True)
                elif one.checked_in_at is None:
                    desk.mark_missing(session, self.organiser, participant_id=one.id, missing=True)

    def _results(self, session: Session) -> None:
        for meeting in meetings_of(session, event_id=self.number):
            if meeting.outcomes:
                continue
            absent = meeting.a.missing_at is not None or meeting.b.missing_at is not None
            good = float(meeting.evidence.get("score") or 0.5)
            both = {meeting.a.registration.organisation_id, meeting.b.registration.organisation_id}
            agreed = any(both == set(pair) for pair in self.together)
            kind = OutcomeKind.COOPERATION if agreed else OutcomeKind.NOT_HELD if absent else self._kind(good)
            outcomes.say(
                session,
                self.organiser,
                meeting_id=meeting.id,
                registration_id=None,
                kind=kind,
                note=self.chance.choice(texts.OUTCOMES[kind.value]),
                next_step="两周内互访" if kind is OutcomeKind.COOPERATION else "",
            )

    def _kind(self, score: float) -> OutcomeKind:
        """The better the match, the likelier something comes of it; nothing is sure."""
        chance = self.chance.random() + 0.35 * (score - 0.6)
        if chance > 0.78:
            return OutcomeKind.COOPERATION
        return OutcomeKind.INFORMATIVE if chance > 0.25 else OutcomeKind.NOT_INTERESTED


def _owner(session: Session, house: int) -> Person:
    mine = (Membership.organisation_id == house, Membership.left_at.is_(None))
    return session.scalars(select(Person).join(Membership).where(*mine).order_by(Membership.id).limit(1)).one()


def _acting(person: Person, house: int) -> Actor:
    own = frozenset({house})
    return Actor(person.name, person.role, "demo", own, own, person_id=person.id)
