"""The market as one process sees it: both sides' indexes, pulled from the database by change number.

Nothing here is the truth. Killing the process loses nothing; the next one pulls the same rows.
"""

import threading
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core import changes
from matchmaker.listings import queries as listings
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import Side, State
from matchmaker.listings.service import STREAM as LISTINGS
from matchmaker.matching.facets import Facets
from matchmaker.matching.models import CorpusSnapshot, ListingVector
from matchmaker.matching.packing import unpack_terms, unpack_vectors
from matchmaker.matching.ranker import Matcher, Ranker, Snapshot, Sparse

VECTORS = "vectors"
CHUNK = 500
# A few new listings are encoded while somebody waits; more are left to the worker, which is at it already.
INLINE = 4


@dataclass
class Market:
    """Everything that belongs to one corpus snapshot, and how far it has followed the database."""

    snapshot_id: int
    snapshot: Snapshot
    sides: dict[Side, Matcher]
    facets: Facets
    listings_seen: int = 0
    vectors_seen: int = 0


class LiveIndex:
    """Shared by the threads of a process; one thread at a time brings it up to date or asks it."""

    def __init__(self, ranker: Ranker) -> None:
        self.ranker = ranker
        self.lock = threading.RLock()
        self.waiting: dict[int, str] = {}
        self._market: Market | None = None

    @property
    def followed(self) -> Market | None:
        """The market as it stands, without loading the model or pulling rows; None before the first question."""
        return self._market

    def market(self, session: Session) -> Market:
        """The market as of the newest committed change. Call with `lock` held."""
        newest = self._newest_snapshot(session)
        if self._market is None or self._market.snapshot_id != newest:
            self._market = self._open(session, newest)
            self.waiting.clear()
        market = self._market
        if market.listings_seen < changes.latest(session, LISTINGS):
            # A session of its own, emptied after every chunk: the caller's rows stay attached, memory stays small.
            with Session(session.get_bind()) as own:
                while changed := listings.changed_since(own, change_seq=market.listings_seen, limit=CHUNK):
                    self._take_in(own, market, list(changed))
                    market.listings_seen = changed[-1].change_seq
                    own.expunge_all()
        self._take_waiting(session, market)
        return market

    def _newest_snapshot(self, session: Session) -> int:
        statement = select(CorpusSnapshot.id).where(CorpusSnapshot.encoder == self.ranker.encoder.fingerprint)
        return session.scalar(statement.order_by(CorpusSnapshot.id.desc()).limit(1)) or 0

    def _open(self, session: Session, snapshot_id: int) -> Market:
        row = session.get(CorpusSnapshot, snapshot_id) if snapshot_id else None
        snapshot = Snapshot.from_bytes(row.body) if row else self.ranker.empty_snapshot()
        sides = {side: self.ranker.matcher(snapshot, side) for side in Side}
        return Market(snapshot_id, snapshot, sides, Facets())

    def _take_in(self, session: Session, market: Market, changed: list[Listing]) -> None:
        stored = self._stored(session, [listing.id for listing in changed])
        for side in Side:
            mine = [listing for listing in changed if listing.side is side]
            gone = [listing.id for listing in mine if listing.state is not State.PUBLISHED]
            market.sides[side].remove(np.array(gone, np.int64))
            market.sides[side.opposite].remove(np.array([listing.id for listing in mine], np.int64))
            ready: list[Listing] = []
            late: list[Listing] = []
            for listing in mine:
                self.waiting.pop(listing.id, None)
                if listing.state is State.PUBLISHED:
                    market.facets.put(listing)
                    row = stored.get(listing.id)
                    (ready if row and row.content_hash == listing.content_hash else late).append(listing)
            _put(market.sides[side], [listing.id for listing in ready], [stored[listing.id] for listing in ready])
            market.sides[side].remove(np.array([listing.id for listing in late], np.int64))
            self.waiting.update({listing.id: listing.content_hash for listing in late})

    def _take_waiting(self, session: Session, market: Market) -> None:
        if not self.waiting:
            return
        latest = changes.latest(session, VECTORS)
        if latest != market.vectors_seen:
            rows = self._stored(session, list(self.waiting))
            self._settle(session, market, rows)
            market.vectors_seen = latest
        if 0 < len(self.waiting) <= INLINE:
            self._encode_inline(session, market)

    def _settle(self, session: Session, market: Market, rows: dict[int, ListingVector]) -> None:
        fit = [key for key, row in rows.items() if row.content_hash == self.waiting[key]]
        found = listings.by_ids(session, fit)
        for side in Side:
            mine = [key for key in fit if found[key].side is side]
            _put(market.sides[side], mine, [rows[key] for key in mine])
        for key in fit:
            del self.waiting[key]

    def _encode_inline(self, session: Session, market: Market) -> None:
        for listing in listings.by_ids(session, list(self.waiting)).values():
            # The caller may look at an older state of the rows than the one that put the listing here.
            if listing.content_hash != self.waiting[listing.id]:
                continue
            encoded = self.ranker.encode(listing.side, [(listing.title, listing.body)])[0]
            only = np.array([listing.id], np.int64)
            market.sides[listing.side].upsert(only, encoded.vector[None], [encoded.terms])
            del self.waiting[listing.id]

    def _stored(self, session: Session, ids: list[int]) -> dict[int, ListingVector]:
        statement = select(ListingVector).where(ListingVector.encoder == self.ranker.encoder.fingerprint)
        found: dict[int, ListingVector] = {}
        for start in range(0, len(ids), CHUNK):
            part = statement.where(ListingVector.listing_id.in_(ids[start : start + CHUNK]))
            found |= {row.listing_id: row for row in session.scalars(part)}
        return found


def _put(matcher: Matcher, ids: list[int], rows: list[ListingVector]) -> None:
    if ids:
        terms: list[Sparse] = [unpack_terms(row.terms) for row in rows]
        matcher.upsert(np.array(ids, np.int64), unpack_vectors([row.vector for row in rows]), terms)
