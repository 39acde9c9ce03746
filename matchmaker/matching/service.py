"""The work behind matching: encoding what is due, and taking corpus snapshots. Rows say what is due."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core import changes, clock
from matchmaker.core.unit import reading, unit
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import Side, State
from matchmaker.listings.service import STREAM as LISTINGS
from matchmaker.matching.live import VECTORS
from matchmaker.matching.models import CorpusSnapshot, ListingVector
from matchmaker.matching.packing import pack_sentences, pack_terms, pack_vector, unpack_terms, unpack_vectors
from matchmaker.matching.ranker import Ranker

CHUNK = 64
# A snapshot is renewed when there are half as many offers or needs again, or none was ever taken. The first few needs
# hardly move a mean, so that they count as more than they are.
GROWTH = 1.5
FEW_NEEDS = 50


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did."""

    encoded: int
    snapshot_taken: bool


def refresh(
    sessions: sessionmaker[Session], ranker: Ranker, *, tick: Callable[[int, int], None] = lambda done, total: None
) -> Refreshed:
    """Encode every published listing whose vector is missing or old, then renew the snapshot if it is due.

    Each chunk is committed on its own: a killed refresh loses one chunk, and the next one goes on behind it.
    `tick` gets (done, total).
    """
    with reading(sessions) as session:
        total = session.scalar(select(func.count()).select_from(_due(ranker).subquery())) or 0
    done = 0
    while chunk := _next_chunk(sessions, ranker):
        _encode(sessions, ranker, chunk)
        done += len(chunk)
        tick(done, max(total, done))
    with unit(sessions) as session:
        taken = _snapshot_is_due(session, ranker)
        if taken:
            take_snapshot(session, ranker)
    return Refreshed(done, taken)


def lacks_vectors(session: Session) -> bool:
    """Whether some published listing has no fitting vector of any encoder: a cheap look that loads no model."""
    kept = exists().where(ListingVector.listing_id == Listing.id, ListingVector.content_hash == Listing.content_hash)
    return session.scalar(select(Listing.id).where(Listing.state == State.PUBLISHED, ~kept).limit(1)) is not None


def take_snapshot(session: Session, ranker: Ranker) -> None:
    """Make the present listings what scores are relative to. Scores may move a little at this moment, then stay."""
    columns = (ListingVector.vector, ListingVector.terms)
    offers = session.execute(_of_side(ranker, Side.OFFER, *columns).order_by(ListingVector.listing_id)).all()
    needs = session.scalars(_of_side(ranker, Side.NEED, ListingVector.vector)).all()
    taken = ranker.empty_snapshot()
    if offers:
        asked = unpack_vectors(needs) if needs else None
        vectors = unpack_vectors([row.vector for row in offers])
        taken = ranker.snapshot(vectors, [unpack_terms(row.terms) for row in offers], asked)
    session.add(
        CorpusSnapshot(
            encoder=ranker.encoder.fingerprint,
            taken_at=clock.now(),
            change_seq=changes.latest(session, LISTINGS),
            documents=len(offers),
            needs=len(needs),
            body=taken.to_bytes(),
        )
    )


def _due(ranker: Ranker):  # type: ignore[no-untyped-def]
    fresh = (ListingVector.listing_id == Listing.id) & (ListingVector.encoder == ranker.encoder.fingerprint)
    missing = or_(ListingVector.listing_id.is_(None), ListingVector.content_hash != Listing.content_hash)
    return select(Listing.id).outerjoin(ListingVector, fresh).where(Listing.state == State.PUBLISHED, missing)


def _next_chunk(sessions: sessionmaker[Session], ranker: Ranker) -> Sequence[Listing]:
    with reading(sessions) as session:
        ids = session.scalars(_due(ranker).order_by(Listing.id).limit(CHUNK)).all()
        rows = session.scalars(select(Listing).where(Listing.id.in_(ids))).all()
        session.expunge_all()
        return rows


def _encode(sessions: sessionmaker[Session], ranker: Ranker, chunk: Sequence[Listing]) -> None:
    rows: list[ListingVector] = []
    for side in Side:
        mine = [listing for listing in chunk if listing.side is side]
        encoded = ranker.encode(side, [(listing.title, listing.body) for listing in mine]) if mine else []
        for listing, one in zip(mine, encoded, strict=True):
            rows.append(
                ListingVector(
                    listing_id=listing.id,
                    encoder=ranker.encoder.fingerprint,
                    content_hash=listing.content_hash,
                    vector=pack_vector(one.vector),
                    terms=pack_terms(one.terms),
                    sentences=pack_sentences(one.sentences),
                )
            )
    with unit(sessions) as session:
        # First the number: it makes two refreshes take turns, so that neither inserts what the other just did.
        changes.take(session, VECTORS)
        for row in rows:
            session.merge(row)


def _of_side(ranker: Ranker, side: Side, *columns: Any) -> Select[Any]:
    mine = (ListingVector.encoder == ranker.encoder.fingerprint, Listing.side == side, Listing.state == State.PUBLISHED)
    return (
        select(*columns).select_from(ListingVector).join(Listing, Listing.id == ListingVector.listing_id).where(*mine)
    )


def _snapshot_is_due(session: Session, ranker: Ranker) -> bool:
    newest = select(CorpusSnapshot.documents, CorpusSnapshot.needs)
    newest = newest.where(CorpusSnapshot.encoder == ranker.encoder.fingerprint).order_by(CorpusSnapshot.id.desc())
    before = session.execute(newest.limit(1)).first()
    offers, needs = (session.scalar(_of_side(ranker, side, func.count())) or 0 for side in (Side.OFFER, Side.NEED))
    if not offers or before is None:
        return bool(offers)
    more_offers, more_needs = offers / before.documents, (needs + FEW_NEEDS) / (before.needs + FEW_NEEDS)
    return bool(max(more_offers, more_needs) >= GROWTH)
