"""What matching keeps: a vector per listing and encoder, and the corpus snapshots that scores are relative to."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.core.db import Base, BigId, UtcDateTime
from matchmaker.listings.models import Listing


class ListingVector(Base):
    """What matching needs of a listing's text. Valid as long as `content_hash` is the listing's.

    A row whose hash differs from its listing's, or is missing, says what is still to be encoded. Packed by
    `matching.packing`: `vector` float32 [d], `terms` n-gram buckets and weights, `sentences` float16 [s, d].
    """

    __tablename__ = "listing_vectors"

    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id), primary_key=True)
    encoder: Mapped[str] = mapped_column(String(80), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    terms: Mapped[bytes] = mapped_column(LargeBinary)
    sentences: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class CorpusSnapshot(Base):
    """Mean vectors of both sides and n-gram frequencies of the offers at one moment; an encoder's newest is in force.

    Scores change only when a new snapshot is taken, never because a listing came or went.
    """

    __tablename__ = "corpus_snapshots"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    encoder: Mapped[str] = mapped_column(String(80), index=True)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    change_seq: Mapped[int] = mapped_column(BigInteger)
    documents: Mapped[int] = mapped_column(Integer)
    needs: Mapped[int] = mapped_column(Integer, server_default="0")
    body: Mapped[bytes] = mapped_column(LargeBinary)
