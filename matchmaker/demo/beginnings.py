"""How the stories of the demo district begin: by what its year and its events brought about, else by themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from matchmaker.core import clock
from matchmaker.demo.cast import Beginning, How, Sides
from matchmaker.demo.stories import Story, number_of
from matchmaker.demo.year import FIRST_DAY, LAST_DAY
from matchmaker.events.models import Event
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import IntroductionState
from matchmaker.meetings.models import Meeting
from matchmaker.meetings.outcomes import outcome_of
from matchmaker.meetings.rules import MeetingState, OutcomeKind
from matchmaker.participants.models import Participant


@dataclass(frozen=True)
class Met:
    """A meeting of two organisations that is over: who asked for something there, and whether they would go on."""

    meeting_id: int
    event: str
    at: datetime
    buyer_id: int
    seller_id: int
    need_id: int
    offer_id: int
    score: float
    agreed: bool


@dataclass(frozen=True)
class Known:
    """What the demo's year and its events brought about."""

    accepted: Sequence[Introduction]
    meetings: Sequence[Met]


def known_of(session: Session) -> Known:
    """The introductions that both sides agreed to, and the meetings over a need and an offer, in their order."""
    agreed = select(Introduction).where(Introduction.state == IntroductionState.ACCEPTED).order_by(Introduction.id)
    rows = session.scalars(agreed.options(joinedload(Introduction.need), joinedload(Introduction.offer))).all()
    titles = {number: title for number, title in session.execute(select(Event.id, Event.title))}
    people = (joinedload(one).joinedload(Participant.registration) for one in (Meeting.a, Meeting.b))
    planned = select(Meeting).where(Meeting.state == MeetingState.PLANNED).order_by(Meeting.id)
    loaded = planned.options(joinedload(Meeting.slot), joinedload(Meeting.outcomes), *people)
    met = [_met(row, titles) for row in session.scalars(loaded).unique()]
    return Known(rows, [one for one in met if one is not None])


def begins(story: Story, sides: Sides, known: Known) -> Beginning:
    """At its event, with a request on its day, or by hand where it names no pair of listings or no day."""
    both = (sides.buyer_id, sides.seller_id)
    for met in known.meetings:
        if story.event == met.event and (met.buyer_id, met.seller_id) == both:
            return Beginning(How.MET, met.at, met.meeting_id)
    if story.on is None:
        return Beginning(How.HAND, FIRST_DAY + timedelta(days=number_of(story)))
    at = datetime.combine(story.on, time(9), clock.DISTRICT_ZONE)
    return Beginning(How.HAND if None in (sides.need_id, sides.offer_id) else How.ASKED, at)


def told_pairs(stories: Sequence[Story], sides: Mapping[str, Sides]) -> frozenset[tuple[int, int]]:
    """The (need, offer) pairs whose story says when or where they come together; the year leaves them to it."""
    known = (sides[story.ref] for story in stories if story.ref in sides and (story.on or story.event))
    return frozenset((one.need_id, one.offer_id) for one in known if one.need_id and one.offer_id)


def together(stories: Sequence[Story], sides: Mapping[str, Sides]) -> dict[str, list[tuple[int, int]]]:
    """Who meets at which event, by its title."""
    found: dict[str, list[tuple[int, int]]] = {}
    for story in stories:
        if story.event and story.ref in sides:
            found.setdefault(story.event, []).append((sides[story.ref].buyer_id, sides[story.ref].seller_id))
    return found


def _met(meeting: Meeting, titles: Mapping[int, str]) -> Met | None:
    """What is known of a meeting; nothing when it is to come, or no need and offer stand behind it."""
    said, first, second = meeting.evidence, meeting.a.registration, meeting.b.registration
    houses = (first.organisation_id, second.organisation_id)
    if None in houses or not (said.get("need") and said.get("offer")) or meeting.slot.ends_at > LAST_DAY:
        return None
    asks_first = said.get(said.get("asker", "a"), first.id) == first.id
    buyer, seller = (houses[0] or 0, houses[1] or 0) if asks_first else (houses[1] or 0, houses[0] or 0)
    return Met(
        meeting_id=meeting.id,
        event=titles[meeting.event_id],
        at=meeting.slot.ends_at,
        buyer_id=buyer,
        seller_id=seller,
        need_id=said["need"],
        offer_id=said["offer"],
        score=said.get("score") or 0.0,
        agreed=outcome_of(meeting) is OutcomeKind.COOPERATION,
    )
