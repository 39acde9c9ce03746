"""Letters to those whom no notice reaches: people with an address and without a login, whoever entered them.

What is to be written stands in a row of its own from the moment it is true; `meetings.letters` puts it into words.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.accounts.models import Membership, Person
from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict
from matchmaker.events.models import Event
from matchmaker.events.rules import EventState
from matchmaker.participants.access import participant_for, planned_event
from matchmaker.participants.badges import participant_of
from matchmaker.participants.models import Participant, ParticipantLetter, Registration
from matchmaker.participants.rules import LetterKind, RegistrationState

COMING = (RegistrationState.CONFIRMED,)
# Whoever was written to before is reminded a day ahead, in waking hours; later than two hours before it is no use.
AHEAD, TOO_LATE = timedelta(hours=24), timedelta(hours=2)
CHANGED = "the list changed since this was shown"


@dataclass(frozen=True)
class Waiting:
    """How many of those who come have not got their link, and how many were not reminded."""

    links: int = 0
    reminders: int = 0


def reached(
    session: Session,
    *,
    event_id: int,
    people: Collection[int] | None = None,
    states: Sequence[RegistrationState] = COMING,
) -> list[Participant]:
    """Who of the event's people (or of these ids) gets letters: has an address, has not stopped them, and is nobody
    whom a notice reaches as a member of the organisation. No actor: verbs ask.
    """
    known = exists().where(
        Membership.organisation_id == Registration.organisation_id,
        Membership.left_at.is_(None),
        Person.id == Membership.person_id,
        or_(Person.id == Participant.person_id, Person.email == Participant.email),
    )
    mine = [Participant.event_id == event_id, Participant.left_at.is_(None), Registration.state.in_(states)]
    mine += [Participant.email != "", Participant.letters_stopped_at.is_(None), ~known]
    if people is not None:
        mine.append(Participant.id.in_(people))
    statement = select(Participant).join(Registration, Registration.id == Participant.registration_id).where(*mine)
    return list(session.scalars(statement.options(joinedload(Participant.registration)).order_by(Participant.id)))


def without_link(session: Session, *, event_id: int, people: Collection[int] | None = None) -> list[Participant]:
    """Those who come, get letters, and were not sent their present link at their present address. No actor."""
    found = reached(session, event_id=event_id, people=people)
    return [one for one, once in _links(session, found).items() if once is not None]


def unreminded(session: Session, event: Event) -> list[Participant]:
    """Those who come, get letters, and were not reminded of the event as it is planned now. No actor."""
    found = reached(session, event_id=event.id)
    known = _asked(session, found)
    return [one for one in found if (one.id, _reminder(event)) not in known]


def can_write(event: Event) -> bool:
    """Whether letters about the event go out at all: it is announced, and not over."""
    return event.state is EventState.ANNOUNCED and event.ends_at > clock.now()


def waiting(session: Session, event: Event) -> Waiting:
    """How many letters each button would send now. No actor: pages ask."""
    if not can_write(event):
        return Waiting()
    left = len(unreminded(session, event)) if event.starts_at > clock.now() else 0
    return Waiting(len(without_link(session, event_id=event.id)), left)


def place(session: Session, actor: Actor, *, event_id: int, people: Collection[int] | None = None) -> int:
    """Send each of those who come their personal link, once; returns how many letters that makes.

    Nobody is written to before the event is announced, or once it is over.
    """
    event = session.get_one(Event, event_id)
    if not can_write(event):
        return 0
    found = _links(session, reached(session, event_id=event_id, people=people))
    return _ask(session, actor, LetterKind.PLACE, {one: once for one, once in found.items() if once is not None})


def ask(
    session: Session, actor: Actor, people: Sequence[Participant], kind: LetterKind, *, once: str, words: str = ""
) -> int:
    """Put a letter of this kind in line for each of these people, unless the same `once` was; returns how many."""
    return _ask(session, actor, kind, dict.fromkeys(people, once), words=words)


def say_cancelled(session: Session, actor: Actor, row: Registration) -> int:
    """Whoever left with the registration just now, and was written to before, learns it by letter too."""
    gone = [one for one in row.people if one.left_at == row.updated_at and one.email and not one.letters_stopped_at]
    told = {number for number, _ in _asked(session, gone)}
    known = [one for one in gone if one.id in told]
    once = f"cancelled:{row.updated_at.isoformat()}"
    return ask(session, actor, known, LetterKind.CANCELLED, once=once, words=row.reason)


def send_links(session: Session, actor: Actor, *, event_id: int, expected: int) -> int:
    """Send everybody who has not got it the personal link. Conflict when these are not `expected` many. Planners."""
    event = planned_event(session, actor, event_id=event_id, lock=True)
    _require_ahead(event)
    if len(without_link(session, event_id=event_id)) != expected:
        raise Conflict(CHANGED)
    return place(session, actor, event_id=event_id)


def send_link(session: Session, actor: Actor, *, participant_id: int) -> int:
    """Send one person the link; for its organisation or a planner. Conflict when there is nothing to send."""
    person = participant_for(session, actor, participant_id=participant_id)
    _require_ahead(session.get_one(Event, person.event_id, with_for_update=True))
    if not place(session, actor, event_id=person.event_id, people=[person.id]):
        raise Conflict("there is no letter to send")
    return 1


def remind(session: Session, actor: Actor, *, event_id: int, expected: int) -> int:
    """Remind everybody who gets letters and was not reminded. Conflict when these are not `expected` many. Planners."""
    event = planned_event(session, actor, event_id=event_id, lock=True)
    _require_ahead(event)
    people = unreminded(session, event)
    if len(people) != expected:
        raise Conflict(CHANGED)
    return ask(session, actor, people, LetterKind.REMINDER, once=_reminder(event))


def remind_due(session: Session) -> int:
    """Remind whoever was written to before of the events of the next day; returns how many letters that makes."""
    moment = clock.now()
    if not 8 <= moment.astimezone(clock.DISTRICT_ZONE).hour < 21:
        return 0
    soon = (Event.starts_at > moment + TOO_LATE, Event.starts_at <= moment + AHEAD)
    made = 0
    for event in session.scalars(select(Event).where(Event.state == EventState.ANNOUNCED, *soon).order_by(Event.id)):
        people = unreminded(session, event)
        told = {number for number, _ in _asked(session, people)}
        worker = Actor.system("worker")
        once = _reminder(event)
        made += ask(session, worker, [one for one in people if one.id in told], LetterKind.REMINDER, once=once)
    return made


def choose(session: Session, *, secret_key: str, token: str, stop: bool) -> Participant:
    """Stop the letters about this event, or have them again, by the personal link. NotFound for one made up."""
    person = participant_of(session, secret_key=secret_key, token=token)
    if (person.letters_stopped_at is not None) is stop:
        return person
    person.letters_stopped_at = clock.now() if stop else None
    person.updated_at = clock.now()
    session.flush()
    actor = Actor(f"{person.name} ({person.badge})", Role.VISITOR, "link")
    detail = {"participant": person.id, "stopped": stop}
    audit.record(session, actor, [audit.Event("event.letters_choice", f"event:{person.event_id}", detail)])
    return person


def of_person(session: Session, actor: Actor, *, participant_id: int) -> Sequence[ParticipantLetter]:
    """What the person was written, and what waits, the newest first; for the organisation or a planner."""
    participant_for(session, actor, participant_id=participant_id)
    mine = select(ParticipantLetter).where(ParticipantLetter.participant_id == participant_id)
    return session.scalars(mine.options(joinedload(ParticipantLetter.mail)).order_by(ParticipantLetter.id.desc())).all()


def _require_ahead(event: Event) -> None:
    if event.state is not EventState.ANNOUNCED:
        raise Conflict("announce the event first")
    if event.ends_at <= clock.now():
        raise Conflict("the event is over")


def _reminder(event: Event) -> str:
    return f"reminder:{event.starts_at.astimezone(clock.DISTRICT_ZONE):%Y-%m-%dT%H:%M}"


def _links(session: Session, people: Sequence[Participant]) -> dict[Participant, str | None]:
    """Under which `once` the person's present link is sent; None when it was. After a cancellation it is sent anew."""
    known = _asked(session, people)
    mine = (ParticipantLetter.participant_id.in_([one.id for one in people]),)
    gone = select(ParticipantLetter.participant_id, func.count()).where(
        *mine, ParticipantLetter.kind == LetterKind.CANCELLED
    )
    times = {number: many for number, many in session.execute(gone.group_by(ParticipantLetter.participant_id))}
    found: dict[Participant, str | None] = {}
    for one in people:
        address = hashlib.sha256(one.email.encode()).hexdigest()[:16]
        once = f"place:{one.link_version}:{times.get(one.id, 0)}:{address}"
        found[one] = None if (one.id, once) in known else once
    return found


def _asked(session: Session, people: Sequence[Participant]) -> set[tuple[int, str]]:
    """(person, once) of everything these were or are to be written."""
    mine = ParticipantLetter.participant_id.in_([one.id for one in people])
    rows = session.execute(select(ParticipantLetter.participant_id, ParticipantLetter.once).where(mine))
    return {(number, once) for number, once in rows}


def _ask(
    session: Session, actor: Actor, kind: LetterKind, wanted: Mapping[Participant, str], *, words: str = ""
) -> int:
    known = _asked(session, list(wanted))
    fresh = {one: once for one, once in wanted.items() if (one.id, once) not in known}
    if not fresh:
        return 0
    moment = clock.now()
    for one, once in fresh.items():
        row = ParticipantLetter(participant_id=one.id, kind=kind, once=once, words=words.strip(), asked_at=moment)
        session.add(row)
    session.flush()
    event_id = next(iter(fresh)).event_id
    detail = {"kind": kind.value, "letters": len(fresh)}
    audit.record(session, actor, [audit.Event("event.letters", f"event:{event_id}", detail)])
    return len(fresh)
