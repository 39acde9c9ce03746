"""The matchmaking list: made beside the pages and kept as it was made.

A row is what `models.CandidateList` says, and besides "talking": whether the two write to each other through an
accepted introduction. "met" is the last earlier event at which they met.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.events.models import Event
from matchmaker.introductions.models import Introduction, PairDecision
from matchmaker.introductions.queries import OPEN_STATES
from matchmaker.introductions.rules import Decision, IntroductionState
from matchmaker.matching.live import LiveIndex
from matchmaker.meetings.candidate_rows import (
    PER_NEED,
    Both,
    History,
    House,
    houses,
    meetings_between,
    rows_of,
    with_terms,
)
from matchmaker.meetings.candidate_views import Candidate, Standing, for_one, newest, standings
from matchmaker.meetings.history import held_before
from matchmaker.meetings.models import CandidateList
from matchmaker.participants.models import Registration

__all__ = ["Candidate", "Stale", "Standing", "for_one", "make", "newest", "stale", "standings"]


@dataclass(frozen=True)
class Stale:
    """What has changed since a list was made: names of organisations."""

    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.joined or self.left or self.changed)


def make(
    sessions: sessionmaker[Session],
    engine: LiveIndex,
    *,
    event_id: int,
    by: str,
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Compute the list of an event and keep it; returns its id. `tick` gets (done, total) and may raise to end it."""
    started = monotonic()
    with reading(sessions) as session:
        if session.get(Event, event_id) is None:
            raise NotFound(f"no event {event_id}")
        coming = houses(session, event_id=event_id)
        besides = declined(session, coming)
        found = meetings_between(session, engine, coming, besides=besides, tick=tick)
        made = rows_of(found, coming, history(session, event_id=event_id, coming=coming))
        rows = with_terms(session, engine, made, tick=tick)
    inputs = {
        "registrations": {str(one.id): one.digest for one in coming},
        "needs": sum(len(one.needs) for one in coming),
        "offers": sum(len(one.offers) for one in coming),
        "declined": len(besides),
        "per_need": PER_NEED,
        "seconds": round(monotonic() - started, 2),
    }
    with unit(sessions) as session:
        kept = CandidateList(event_id=event_id, rows=rows, inputs=inputs, at=clock.now(), by=by)
        session.add(kept)
        session.flush()
        facts = {"list": kept.id, "rows": len(rows), "registrations": len(coming)}
        actor = Actor(name=by, role=Role.ORGANISER, via="worker")
        audit.record(session, actor, [audit.Event("event.candidates", f"event:{event_id}", facts)])
        return kept.id


def stale(session: Session, event_id: int, made: CandidateList) -> Stale:
    """Who came, stepped back, or brings other listings since the list was made. No actor: verbs ask."""
    then: Mapping[str, str] = made.inputs.get("registrations", {})
    now = {str(one.id): one.digest for one in houses(session, event_id=event_id)}
    both = now.keys() & then.keys()
    touched = {*(now.keys() ^ then.keys()), *(one for one in both if now[one] != then[one])}
    columns = select(Registration.id, Registration.name).where(Registration.id.in_([int(one) for one in touched]))
    names = {str(number): name for number, name in session.execute(columns.order_by(Registration.id))}
    return Stale(
        tuple(name for one, name in names.items() if one not in then),
        tuple(name for one, name in names.items() if one not in now),
        tuple(name for one, name in names.items() if one in both),
    )


def declined(session: Session, coming: Sequence[House]) -> set[Both]:
    """The (need, offer) pairs among these listings that one of the two sides declined."""
    needs = {one for house in coming for one in house.needs}
    offers = {one for house in coming for one in house.offers}
    said = (PairDecision.decision == Decision.DECLINED, PairDecision.superseded_at.is_(None))
    rows = session.execute(
        select(PairDecision.listing_id, PairDecision.other_id).where(*said, PairDecision.listing_id.in_(needs | offers))
    )
    found = {(one, other) if one in needs else (other, one) for one, other in rows}
    answered = (Introduction.state == IntroductionState.DECLINED, Introduction.need_id.in_(needs))
    found |= {
        (one, other)
        for one, other in session.execute(select(Introduction.need_id, Introduction.offer_id).where(*answered))
    }
    return {(need, offer) for need, offer in found if need in needs and offer in offers}


def history(session: Session, *, event_id: int, coming: Sequence[House]) -> History:
    """Which of the organisations met at earlier events, and which talk to each other through an introduction."""
    home = {one.organisation_id: one.id for one in coming if one.organisation_id is not None}
    held = held_before(session, event_id=event_id, organisation_ids=list(home))
    met = {_both(home[one], home[other]): event for one, other, event in held}
    sides = (Introduction.need_organisation_id, Introduction.offer_organisation_id)
    open_ones = (Introduction.state.in_(OPEN_STATES), *(side.in_(list(home)) for side in sides))
    talking = {_both(home[one], home[other]) for one, other in session.execute(select(*sides).where(*open_ones))}
    return History(met, talking)


def _both(one: int, other: int) -> Both:
    return min(one, other), max(one, other)
