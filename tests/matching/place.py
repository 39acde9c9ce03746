"""A place to match in: the verbs that the tests of matching need, in few words."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core.actor import Actor
from matchmaker.core.unit import reading, unit
from matchmaker.listings.life import change_state
from matchmaker.listings.rules import Side, State
from matchmaker.matching import queries, service
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.ranker import Ranker
from matchmaker.matching.results import Filters, MatchPage
from tests.factories import OPERATOR, make_listing


@dataclass
class Place:
    """A database to match in, one process's index of it, and the verbs the tests need."""

    sessions: sessionmaker[Session]
    ranker: Ranker
    index: LiveIndex

    def add(self, **over: Any) -> int:
        """Save one listing and return its id; nothing is encoded."""
        with unit(self.sessions) as session:
            return make_listing(session, **over).id

    def close(self, listing_id: int) -> None:
        with unit(self.sessions) as session:
            change_state(session, OPERATOR, listing_id=listing_id, state=State.CLOSED)

    def refresh(self) -> service.Refreshed:
        return service.refresh(self.sessions, self.ranker)

    def search(self, text: str, **over: Any) -> MatchPage:
        """What a visitor gets for a text; `over` replaces actor, engine, side, filters or top."""
        given = {"actor": Actor.visitor(), "engine": self.index, "side": Side.OFFER, "filters": Filters(), "top": 10}
        with reading(self.sessions) as session:
            page = queries.search(session, text=text, **given | over)
            session.expunge_all()
            return page

    def matches_of(self, listing_id: int, **over: Any) -> MatchPage:
        """What the operator gets for a listing."""
        given = {"actor": OPERATOR, "engine": self.index, "filters": Filters(), "top": 10} | over
        with reading(self.sessions) as session:
            page = queries.matches_of(session, listing_id=listing_id, **given)
            session.expunge_all()
            return page


def ids(page: MatchPage) -> list[int]:
    return [match.listing.id for match in page.matches]


def scores(page: MatchPage) -> dict[int, float]:
    return {match.listing.id: match.score for match in page.matches}
