"""Asking for matches: of a text in one's own words, or of a listing. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from matchmaker.accounts import queries as accounts
from matchmaker.core import changes, clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Fault, Invalid
from matchmaker.listings import queries as listings
from matchmaker.listings.access import STAFF
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import Side
from matchmaker.listings.service import STREAM as LISTINGS
from matchmaker.matching.live import LiveIndex, Market
from matchmaker.matching.models import ListingVector
from matchmaker.matching.packing import unpack
from matchmaker.matching.ranker import Encoded, Hit, Told, explain
from matchmaker.matching.results import Filters, Level, Match, MatchPage, SentencePair
from matchmaker.matching.rules import Constraint, Facts, bonus, constraints

MAX_QUERY = 5000
# Constraints add at most a few places; this many text matches are looked at before the best `top` are kept.
DEEPER = 5
# How many close listings vote for the nodes of a draft, and how many nodes are suggested.
VOTERS = 8
SUGGESTED = 3


@dataclass(frozen=True)
class Draft:
    """A listing that is not stored yet, as far as matching looks at it."""

    side: Side
    title: str
    body: str
    organisation_id: int
    nodes: tuple[str, ...] = ()
    form: str = ""


@dataclass(frozen=True)
class _Asked:
    """The question in every form that answering it takes; `facts` are empty for a free text."""

    title: str
    body: str
    side: Side
    encoded: Encoded
    facts: Facts
    organisation_id: int | None


@dataclass(frozen=True)
class _Ranked:
    """A hit after its constraints: still without reasons."""

    hit: Hit
    listing: Listing
    score: float
    level: Level
    found: tuple[Constraint, ...]


def search(
    session: Session, actor: Actor, engine: LiveIndex, *, text: str, side: Side, filters: Filters, top: int
) -> MatchPage:
    """The listings of `side` that best answer a text. Invalid names the field "q" when it is empty or too long."""
    wanted = text.strip()
    if not any(character.isalnum() for character in wanted):
        raise Invalid([Fault("q", "say in a sentence or more what is needed", wanted[:40])])
    if len(wanted) > MAX_QUERY:
        raise Invalid([Fault("q", f"at most {MAX_QUERY} characters, this has {len(wanted)}", wanted[:40])])
    asking = side.opposite
    encoded = engine.ranker.encode(asking, [("", wanted)])[0]
    asked = _Asked("", wanted, asking, encoded, Facts(), None)
    return _answer(session, actor, engine, asked, filters=filters, top=top)


def matches_of(
    session: Session, actor: Actor, engine: LiveIndex, *, listing_id: int, filters: Filters, top: int
) -> MatchPage:
    """The listings of the other side that best answer a listing. NotFound when the actor may not see it."""
    listing = listings.listing(session, actor, listing_id=listing_id)
    encoded = _stored(session, engine, [listing])[listing.id]
    owner = listing.organisation_id
    asked = _Asked(listing.title, listing.body, listing.side, encoded, facts_of(listing), owner)
    return _answer(session, actor, engine, asked, filters=filters, top=top)


def preview(
    session: Session, actor: Actor, engine: LiveIndex, *, draft: Draft, top: int
) -> tuple[MatchPage, tuple[str, ...]]:
    """What a listing that is still being written would match, and the chain nodes its text suggests, best first.

    Nodes are voted for by the listings of both sides that are closest to the text, each with its score.
    """
    encoded = engine.ranker.encode(draft.side, [(draft.title, draft.body)])[0]
    facts = Facts(nodes=draft.nodes, form=draft.form)
    asked = _Asked(draft.title, draft.body, draft.side, encoded, facts, draft.organisation_id)
    page = _answer(session, actor, engine, asked, filters=Filters(), top=max(top, VOTERS))
    votes: dict[str, float] = {}
    for match in page.matches:
        for node in match.listing.node_ids:
            votes[node] = votes.get(node, 0.0) + match.score
    suggested = sorted((node for node in votes if node not in draft.nodes), key=lambda node: (-votes[node], node))
    return replace(page, matches=page.matches[:top]), tuple(suggested[:SUGGESTED])


def health(session: Session, engine: LiveIndex) -> dict[str, object]:
    """How this process stands: the encoder, and how far its index follows the database."""
    ranker = engine.ranker
    market = engine.followed
    return {
        "encoder": ranker.encoder.fingerprint if ranker.readiness == "ready" else "",
        "state": str(ranker.readiness),
        "listings": changes.latest(session, LISTINGS),
        "listings_seen": market.listings_seen if market else 0,
        "needs": len(market.sides[Side.NEED]) if market else 0,
        "offers": len(market.sides[Side.OFFER]) if market else 0,
        "waiting": len(engine.waiting),
    }


def _answer(
    session: Session, actor: Actor, engine: LiveIndex, asked: _Asked, *, filters: Filters, top: int
) -> MatchPage:
    if asked.organisation_id and accounts.has_matching_off(session, organisation_id=asked.organisation_id):
        return MatchPage((), 0, any_good=False)
    answering = asked.side.opposite
    owners = accounts.ids_in_towns(session, filters.towns) if filters.towns else None
    unmatched = accounts.ids_unmatched(session)
    with engine.lock:
        market = engine.market(session)
        matcher = market.sides[answering]
        ids = matcher.dense.ids
        allowed = matcher.dense.alive & market.facets.passing(
            ids,
            filters,
            day=clock.today(),
            owners=owners,
            besides=unmatched | ({asked.organisation_id} if asked.organisation_id else set()),
            private=actor.role in STAFF,
        )
        question = matcher.question(asked.encoded.vector, asked.encoded.terms)
        depth = top if asked.facts == Facts() else DEEPER * top
        hits = matcher.search(question, depth, allowed=allowed)
        waiting = len(engine.waiting)
    ranked = _with_constraints(session, engine, asked, hits)[:top]
    matches = _with_reasons(session, engine, market, asked, ranked=ranked)
    good = any(_is_good(match) for match in matches)
    return MatchPage(tuple(matches), int(np.count_nonzero(allowed)), waiting, good)


def _is_good(match: Match) -> bool:
    """Worth a phone call. A weak match without a single telling word in common is only the least bad of all."""
    return match.level >= Level.FAIR or (match.level == Level.WEAK and bool(match.shared_terms))


def _with_constraints(session: Session, engine: LiveIndex, asked: _Asked, hits: list[Hit]) -> list[_Ranked]:
    rows = listings.by_ids(session, [hit.id for hit in hits])
    ranked: list[_Ranked] = []
    for hit in hits:
        if (listing := rows.get(hit.id)) is None:
            continue
        theirs = facts_of(listing)
        need, offer = (asked.facts, theirs) if asked.side is Side.NEED else (theirs, asked.facts)
        found = constraints(need, offer)
        score, level = engine.ranker.judged(hit, bonus(found))
        ranked.append(_Ranked(hit, listing, score, Level(level), found))
    return sorted(ranked, key=lambda one: (-one.score, one.listing.id))


def _with_reasons(
    session: Session, engine: LiveIndex, market: Market, asked: _Asked, *, ranked: Sequence[_Ranked]
) -> list[Match]:
    stored = _stored(session, engine, [one.listing for one in ranked])
    mine = Told(asked.title, asked.body, asked.encoded.sentences)
    matches = []
    for one in ranked:
        theirs = Told(one.listing.title, one.listing.body, stored[one.listing.id].sentences)
        need, offer = (mine, theirs) if asked.side is Side.NEED else (theirs, mine)
        terms, pairs = explain(need, offer, asking=asked.side, snapshot=market.snapshot)
        told = tuple(SentencePair(*pair) for pair in pairs)
        matches.append(Match(one.listing, one.score, one.level, terms, told, one.found))
    return matches


def _stored(session: Session, engine: LiveIndex, rows: list[Listing]) -> dict[int, Encoded]:
    """What is kept of these listings' texts; of one that was published a moment ago it is made now."""
    encoder = engine.ranker.encoder
    mine = ListingVector.listing_id.in_([listing.id for listing in rows]), ListingVector.encoder == encoder.fingerprint
    statement = select(ListingVector).options(undefer(ListingVector.sentences)).where(*mine)
    kept = {row.listing_id: row for row in session.scalars(statement)}
    found: dict[int, Encoded] = {}
    for listing in rows:
        row = kept.get(listing.id)
        if row is not None and row.content_hash == listing.content_hash:
            found[listing.id] = unpack(row, encoder.card.dim)
        else:
            found[listing.id] = engine.ranker.encode(listing.side, [(listing.title, listing.body)])[0]
    return found


def facts_of(listing: Listing) -> Facts:
    """What constraints look at."""
    return Facts(
        nodes=tuple(listing.node_ids),
        price_low=listing.price_low_fen,
        price_high=listing.price_high_fen,
        cooperation=tuple(listing.cooperation),
        form=listing.form,
        price_unit=listing.price_unit,
    )
