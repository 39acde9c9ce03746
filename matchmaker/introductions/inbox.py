"""The match inbox of a listing: who is suggested, what was said to whom, and what the match tells."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.core.actor import Actor
from matchmaker.introductions import queries
from matchmaker.introductions.models import PairDecision
from matchmaker.introductions.rules import Decision
from matchmaker.listings import queries as listings
from matchmaker.listings.models import Listing
from matchmaker.matching import queries as matching
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.results import Filters, Level, Match, MatchPage

DEPTH = 20


@dataclass(frozen=True)
class Inbox:
    """Suggested partners of one listing; those put off for later come in a list of their own.

    `declined` counts what is left out because either side declined it; `page` is the whole answer of matching.
    """

    listing: Listing
    page: MatchPage
    fresh: tuple[Match, ...]
    later: tuple[tuple[Match, PairDecision], ...]
    asked: tuple[tuple[Match, PairDecision], ...]
    declined: int


def inbox(session: Session, actor: Actor, engine: LiveIndex, *, listing_id: int) -> Inbox:
    """What is suggested for one's own listing. NotFound for everybody else's."""
    listing = listings.own_listing(session, actor, listing_id=listing_id)
    page = matching.matches_of(session, actor, engine, listing_id=listing_id, filters=Filters(), top=DEPTH)
    decisions = queries.decisions_of(session, listing_ids=[listing_id])
    declined = queries.declined_with(session, listing_id=listing_id)
    shown = [match for match in page.matches if match.level > Level.NONE]
    open_ones = [match for match in shown if match.listing.id not in declined]
    said = {match.listing.id: decisions.get((listing_id, match.listing.id)) for match in open_ones}
    return Inbox(
        listing,
        page,
        tuple(match for match in open_ones if said[match.listing.id] is None),
        _with(open_ones, said, Decision.LATER),
        _with(open_ones, said, Decision.INTERESTED),
        len(shown) - len(open_ones),
    )


def evidence(session: Session, actor: Actor, engine: LiveIndex, *, listing_id: int, other_id: int) -> dict[str, Any]:
    """What matching says of this pair at this moment, to be kept with the introduction; empty when it says nothing."""
    page = matching.matches_of(session, actor, engine, listing_id=listing_id, filters=Filters(), top=DEPTH)
    match = next((one for one in page.matches if one.listing.id == other_id), None)
    if match is None:
        return {}
    return {
        "score": round(match.score, 4),
        "level": int(match.level),
        "shared_terms": list(match.shared_terms),
        "constraints": [{"code": one.code, "met": one.met, "detail": list(one.detail)} for one in match.constraints],
    }


def _with(
    matches: list[Match], said: dict[int, PairDecision | None], decision: Decision
) -> tuple[tuple[Match, PairDecision], ...]:
    found = [(match, said[match.listing.id]) for match in matches]
    return tuple((match, row) for match, row in found if row is not None and row.decision is decision)
