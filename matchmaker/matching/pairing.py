"""Matches in bulk: many needs against many offers at once, with the very scores that a single question gives.

Score and level depend on the pair and the corpus snapshot only, so that a list made here and a page that shows one
match never contradict each other.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from matchmaker.accounts import queries as accounts
from matchmaker.listings import queries as listings
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import Side, State
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.models import ListingVector
from matchmaker.matching.packing import unpack
from matchmaker.matching.queries import facts_of
from matchmaker.matching.ranker import Encoded, Matcher, Snapshot, Told, explain
from matchmaker.matching.results import Level
from matchmaker.matching.rules import Constraint, bonus, constraints

CHUNK = 500
# Constraints lift a pair by a few places: so many times more text matches are looked at than are kept.
DEEPER = 5
Both = tuple[int, int]


@dataclass(frozen=True)
class Pairing:
    """A need and an offer that answers it. `score` is 0..1; `terms` are filled in by `terms_for`."""

    need_id: int
    offer_id: int
    score: float
    level: Level
    conditions: tuple[Constraint, ...] = ()
    terms: tuple[str, ...] = ()


def pairings(
    session: Session,
    engine: LiveIndex,
    *,
    need_ids: Collection[int],
    offer_ids: Collection[int],
    per_need: int = 20,
    besides: Collection[Both] = (),
) -> list[Pairing]:
    """The best `per_need` offers of every need among these listings, best first within a need.

    Left out: what is not published, houses that are not verified or take no part in matching, pairs within one house,
    and (need, offer) pairs in `besides`, such as those one side declined.
    """
    rows = _open_ones(session, {*need_ids, *offer_ids})
    needs = [rows[one] for one in sorted(set(need_ids)) if one in rows and rows[one].side is Side.NEED]
    offers = [rows[one] for one in sorted(set(offer_ids)) if one in rows and rows[one].side is Side.OFFER]
    if not needs or not offers or per_need < 1:
        return []
    snapshot, kept = _snapshot(session, engine), _encoded(session, engine, [*needs, *offers])
    matcher = _index(engine, snapshot, Side.OFFER, [(one.id, kept[one.id]) for one in offers])
    questions = [matcher.question(kept[one.id].vector, kept[one.id].terms) for one in needs]
    unwanted = set(besides)
    found = []
    for need, hits in zip(needs, matcher.search_many(questions, DEEPER * per_need), strict=True):
        judged = []
        for hit in hits:
            offer = rows[hit.id]
            if offer.organisation_id != need.organisation_id and (need.id, offer.id) not in unwanted:
                conditions = constraints(facts_of(need), facts_of(offer))
                score, level = engine.ranker.judged(hit, bonus(conditions))
                judged.append(Pairing(need.id, offer.id, score, Level(level), conditions))
        found += sorted(judged, key=lambda one: (-one.score, one.offer_id))[:per_need]
    return found


def text_pairings(
    session: Session, engine: LiveIndex, *, side: Side, text: str, listing_ids: Collection[int], top: int
) -> list[tuple[int, float, Level]]:
    """(listing, score, level) of those among the listings that best answer a free text of `side`, best first."""
    rows = [one for one in _open_ones(session, set(listing_ids)).values() if one.side is side.opposite]
    if not rows or not any(character.isalnum() for character in text):
        return []
    rows.sort(key=lambda one: one.id)
    snapshot, kept = _snapshot(session, engine), _encoded(session, engine, rows)
    matcher = _index(engine, snapshot, side.opposite, [(one.id, kept[one.id]) for one in rows])
    asked = engine.ranker.encode(side, [("", text.strip())])[0]
    hits = matcher.search(matcher.question(asked.vector, asked.terms), top)
    judged = [(hit.id, *engine.ranker.judged(hit, 0.0)) for hit in hits]
    return sorted(((one, score, Level(level)) for one, score, level in judged), key=lambda one: (-one[1], one[0]))


def text_scores(
    session: Session, engine: LiveIndex, *, needs: Sequence[str], offers: Sequence[str]
) -> list[list[tuple[float, Level]]]:
    """[need][offer] (score, level) of free texts, for houses that have no listings; blank texts get 0."""
    found = [[(0.0, Level.NONE)] * len(offers) for _ in needs]
    said = [place for place, text in enumerate(offers) if any(map(str.isalnum, text))]
    asked = [place for place, text in enumerate(needs) if any(map(str.isalnum, text))]
    if not said or not asked:
        return found
    snapshot = _snapshot(session, engine)
    kept = engine.ranker.encode(Side.OFFER, [("", offers[place].strip()) for place in said])
    matcher = _index(engine, snapshot, Side.OFFER, list(zip(said, kept, strict=True)))
    for place, one in zip(asked, engine.ranker.encode(Side.NEED, [("", needs[p].strip()) for p in asked]), strict=True):
        for hit in matcher.score(matcher.question(one.vector, one.terms), said):
            score, level = engine.ranker.judged(hit, 0.0)
            found[place][hit.id] = (score, Level(level))
    return found


def terms_for(session: Session, engine: LiveIndex, pairs: Sequence[Pairing]) -> dict[Both, tuple[str, ...]]:
    """The telling words that both listings of a pair share, best first."""
    rows = listings.by_ids(session, {number for one in pairs for number in (one.need_id, one.offer_id)})
    snapshot = _snapshot(session, engine)
    nothing = np.zeros((0, engine.ranker.encoder.card.dim), np.float32)
    found = {}
    for one in pairs:
        need, offer = rows[one.need_id], rows[one.offer_id]
        told = [Told(row.title, row.body, nothing) for row in (need, offer)]
        found[one.need_id, one.offer_id] = explain(told[0], told[1], asking=Side.NEED, snapshot=snapshot)[0]
    return found


def _open_ones(session: Session, ids: set[int]) -> dict[int, Listing]:
    unmatched = accounts.ids_unmatched(session)
    found: dict[int, Listing] = {}
    ordered = sorted(ids)
    for start in range(0, len(ordered), CHUNK):
        found |= listings.by_ids(session, ordered[start : start + CHUNK])
    return {
        number: one
        for number, one in found.items()
        if one.state is State.PUBLISHED and one.organisation_id not in unmatched
    }


def _snapshot(session: Session, engine: LiveIndex) -> Snapshot:
    with engine.lock:
        return engine.market(session).snapshot


def _index(engine: LiveIndex, snapshot: Snapshot, side: Side, rows: Sequence[tuple[int, Encoded]]) -> Matcher:
    matcher = engine.ranker.matcher(snapshot, side)
    ids = np.array([number for number, _ in rows], np.int64)
    matcher.upsert(ids, np.stack([one.vector for _, one in rows]), [one.terms for _, one in rows])
    return matcher


def _encoded(session: Session, engine: LiveIndex, rows: Sequence[Listing]) -> dict[int, Encoded]:
    """What is kept of these listings' texts; what the worker has not come to yet is encoded now."""
    encoder = engine.ranker.encoder
    found: dict[int, Encoded] = {}
    for start in range(0, len(rows), CHUNK):
        part = {one.id: one for one in rows[start : start + CHUNK]}
        mine = (ListingVector.listing_id.in_(part), ListingVector.encoder == encoder.fingerprint)
        for row in session.scalars(select(ListingVector).where(*mine).options(undefer(ListingVector.sentences))):
            if row.content_hash == part[row.listing_id].content_hash:
                found[row.listing_id] = unpack(row, encoder.card.dim)
    for side in Side:
        late = [one for one in rows if one.id not in found and one.side is side]
        made = engine.ranker.encode(side, [(one.title, one.body) for one in late]) if late else []
        found |= {one.id: encoded for one, encoded in zip(late, made, strict=True)}
    return found
