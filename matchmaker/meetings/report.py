"""What came of an event, and of the year: rows gathered, then summed."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden, NotFound
from matchmaker.events.access import can_plan
from matchmaker.events.models import Event
from matchmaker.events.rules import YEARLY_TARGET, EventState
from matchmaker.listings.models import Listing, ListingNode
from matchmaker.listings.rules import Side
from matchmaker.meetings.figures import Sums, Talk, changed, sums, unmet
from matchmaker.meetings.models import FollowUp, Meeting, Outcome, Timetable
from matchmaker.meetings.outcomes import outcome_of, with_words
from matchmaker.meetings.queries import meetings_of
from matchmaker.meetings.rules import FollowUpAnswer, MeetingState, OutcomeKind, TimetableState
from matchmaker.participants.models import BroughtListing, Participant, Registration
from matchmaker.participants.rules import RegistrationState

_PUBLISHED = (TimetableState.PUBLISHED, TimetableState.SUPERSEDED)


@dataclass(frozen=True)
class Report:
    """One event in numbers. `changes` are (moved, dropped, added) after the first publication."""

    registered: int
    confirmed: int
    people: int
    attended: int
    missing: int
    sums: Sums
    unmet: dict[str, int] = field(default_factory=dict)
    versions: int = 0
    changes: tuple[int, int, int] = (0, 0, 0)
    follow_ups: dict[FollowUpAnswer, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One event in the year's list."""

    event: Event
    houses: int
    planned: int
    cooperation: int


@dataclass(frozen=True)
class Year:
    """The year against the plan's target."""

    year: int
    target: int
    held: int
    planned: int
    lines: tuple[Line, ...]
    by_kind: dict[str, int]
    by_town: dict[str, int]


def report(session: Session, actor: Actor, *, event_id: int) -> Report:
    """The event's report, for planners and auditors."""
    _require_reader(actor)
    if session.get(Event, event_id) is None:
        raise NotFound(f"no event {event_id}")
    states = select(Registration.state, func.count()).where(Registration.event_id == event_id)
    counts = Counter({state: number for state, number in session.execute(states.group_by(Registration.state))})
    asked = sum(counts.values()) - counts[RegistrationState.LISTED] - counts[RegistrationState.INVITED]
    people = _people(session, event_id)
    talks = _talks(session, event_id)
    came = [one.id for one in people if one.checked_in_at is not None]
    versions = _versions(session, event_id)
    steps = [changed(one.meetings, other.meetings) for one, other in pairwise(versions)]
    return Report(
        registered=asked,
        confirmed=counts[RegistrationState.CONFIRMED],
        people=len(people),
        attended=len(came),
        missing=sum(one.missing_at is not None for one in people),
        sums=sums(talks, came or [one.id for one in people]),
        unmet=unmet(_needs(session, event_id), talks),
        versions=len(versions),
        changes=(sum(one[0] for one in steps), sum(one[1] for one in steps), sum(one[2] for one in steps)),
        follow_ups=_answers(session, event_id),
    )


def year(session: Session, actor: Actor, *, year: int) -> Year:
    """All announced events of a calendar year with their meetings, for planners and auditors."""
    _require_reader(actor)
    first, last = (datetime(number, 1, 1, tzinfo=clock.DISTRICT_ZONE) for number in (year, year + 1))
    this = (Event.state == EventState.ANNOUNCED, Event.starts_at >= first, Event.starts_at < last)
    rows = session.scalars(select(Event).where(*this).order_by(Event.starts_at)).all()
    houses = _count(session, Registration.event_id, Registration.state == RegistrationState.CONFIRMED)
    planned = _count(session, Meeting.event_id, Meeting.state == MeetingState.PLANNED)
    good = select(Meeting.event_id, func.count(func.distinct(Meeting.id))).join(Outcome)
    good = good.where(Outcome.superseded_at.is_(None), Outcome.kind == OutcomeKind.COOPERATION)
    cooperation = {number: found for number, found in session.execute(good.group_by(Meeting.event_id))}
    over = [one for one in rows if one.ends_at <= clock.now()]
    return Year(
        year=year,
        target=YEARLY_TARGET,
        held=len(over),
        planned=len(rows) - len(over),
        lines=tuple(
            Line(one, houses.get(one.id, 0), planned.get(one.id, 0), cooperation.get(one.id, 0)) for one in rows
        ),
        by_kind=dict(Counter(one.kind.value for one in rows)),
        by_town=dict(Counter(one.town for one in rows)),
    )


def _require_reader(actor: Actor) -> None:
    if actor.role is not Role.AUDITOR and (not can_plan(actor) or actor.acting_for is not None):
        raise Forbidden(f"{actor.name} reads no reports of events")


def _count(session: Session, key, limit) -> dict[int, int]:  # type: ignore[no-untyped-def]
    return {number: found for number, found in session.execute(select(key, func.count()).where(limit).group_by(key))}


def _people(session: Session, event_id: int) -> list[Participant]:
    coming = (
        Participant.event_id == event_id,
        Participant.left_at.is_(None),
        Registration.state == RegistrationState.CONFIRMED,
    )
    return list(session.scalars(select(Participant).join(Registration).where(*coming)))


def _talks(session: Session, event_id: int) -> list[Talk]:
    rows = with_words(session, meetings_of(session, event_id=event_id))
    return [Talk((one.a_id, one.b_id), (one.a.registration_id, one.b.registration_id), outcome_of(one)) for one in rows]


def _versions(session: Session, event_id: int) -> list[Timetable]:
    told = (Timetable.event_id == event_id, Timetable.state.in_(_PUBLISHED), Timetable.published_at.is_not(None))
    return list(session.scalars(select(Timetable).where(*told).order_by(Timetable.published_at, Timetable.id)))


def _needs(session: Session, event_id: int) -> dict[int, tuple[int, list[str]]]:
    brought = (
        Registration.event_id == event_id,
        Registration.state == RegistrationState.CONFIRMED,
        Listing.side == Side.NEED,
    )
    statement = (
        select(BroughtListing.listing_id, Registration.id, ListingNode.node)
        .join(Registration, Registration.id == BroughtListing.registration_id)
        .join(Listing, Listing.id == BroughtListing.listing_id)
        .join(ListingNode, ListingNode.listing_id == Listing.id)
        .where(*brought)
    )
    found: dict[int, tuple[int, list[str]]] = {}
    for listing, owner, node in session.execute(statement):
        found.setdefault(listing, (owner, []))[1].append(node)
    return found


def _answers(session: Session, event_id: int) -> dict[FollowUpAnswer, int]:
    said = (Meeting.event_id == event_id, FollowUp.answer.is_not(None))
    rows = session.execute(select(FollowUp.answer, func.count()).join(Meeting).where(*said).group_by(FollowUp.answer))
    return {answer: number for answer, number in rows if answer is not None}
