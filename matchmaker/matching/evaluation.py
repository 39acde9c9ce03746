"""How well matching finds, among a district's own offers, those of a need's nodes: nodes are the labels.

What staff or the registering organisation chose as a listing's chain nodes was not seen by either leg, which read
texts only. An offer that shares a node with the need is right, another one of its chain half right.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import ndcg_score
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.listings.models import Listing
from matchmaker.listings.rules import Side, State
from matchmaker.matching.live import LiveIndex, Market
from matchmaker.matching.models import ListingVector
from matchmaker.matching.packing import unpack_terms, unpack_vectors

TOP = 10
RIGHT, HALF_RIGHT = 1.0, 0.5


@dataclass(frozen=True)
class Figures:
    """recall@10 of the right offers and nDCG@10 with half right ones counting half; each the mean over needs, 0..1."""

    recall_at_10: float
    ndcg_at_10: float


@dataclass(frozen=True)
class DistrictFigures:
    """Both legs together and each alone, over `needs` that have a right answer among `offers`."""

    both: Figures
    dense: Figures
    lexical: Figures
    needs: int
    offers: int


def gain(need: Sequence[str], offer: Sequence[str]) -> float:
    """What an offer is worth to a need, from their chain nodes: 1 a node in common, 0.5 a chain, 0 nothing."""
    if set(need) & set(offer):
        return RIGHT
    return HALF_RIGHT if _chains(need) & _chains(offer) else 0.0


def judge(scores: Sequence[NDArray[np.float32]], gains: Sequence[NDArray[np.float64]]) -> Figures:
    """Per need its offers' scores and gains, in the same order. Every need has at least one right offer."""
    recalls, ndcgs = [], []
    for score, worth in zip(scores, gains, strict=True):
        first = np.argsort(-score, kind="stable")[:TOP]
        recalls.append(float((worth[first] == RIGHT).sum() / (worth == RIGHT).sum()))
        # Of one document scikit-learn makes no ranking.
        ndcgs.append(float(ndcg_score(worth[None], score[None], k=TOP)) if len(score) > 1 else 1.0)
    return Figures(float(np.mean(recalls)), float(np.mean(ndcgs)))


def district(
    session: Session, index: LiveIndex, *, tick: Callable[[int, int], None] = lambda done, total: None
) -> DistrictFigures | None:
    """Ask every published need of this installation for its offers; None when no need has a right answer.

    An organisation's own offers are no answers to it. `tick` gets (done, total).
    """
    with index.lock:
        market = index.market(session)
        offers = {row.id: row for row in _listings(session, Side.OFFER) if row.id not in index.waiting}
        needs = [row for row in _listings(session, Side.NEED) if row.id not in index.waiting]
        legs: list[NDArray[np.float32]] = []
        gains: list[NDArray[np.float64]] = []
        for done, need in enumerate(needs, start=1):
            others = [row for row in offers.values() if row.organisation_id != need.organisation_id]
            worth = np.array([gain(need.node_ids, row.node_ids) for row in others])
            if (worth == RIGHT).any():
                row = session.get_one(ListingVector, (need.id, index.ranker.encoder.fingerprint))
                legs.append(_legs(market, row, [one.id for one in others]))
                gains.append(worth)
            tick(done, len(needs))
    if not legs:
        return None
    fused = [index.ranker.calibration.fuse(dense, lexical) for dense, lexical in legs]
    return DistrictFigures(
        both=judge(fused, gains),
        dense=judge([leg[0] for leg in legs], gains),
        lexical=judge([leg[1] for leg in legs], gains),
        needs=len(legs),
        offers=len(offers),
    )


def _chains(nodes: Sequence[str]) -> set[str]:
    return {node.partition("-")[0] for node in nodes}


def _listings(session: Session, side: Side) -> Sequence[Listing]:
    return session.scalars(
        select(Listing).where(Listing.side == side, Listing.state == State.PUBLISHED).order_by(Listing.id)
    ).all()


def _legs(market: Market, need: ListingVector, offers: list[int]) -> NDArray[np.float32]:
    """Dense and lexical scores, [2, offers]."""
    matcher = market.sides[Side.OFFER]
    question = matcher.question(unpack_vectors([need.vector])[0], unpack_terms(need.terms))
    return np.array([(hit.dense, hit.lexical) for hit in matcher.score(question, offers)], np.float32).T
