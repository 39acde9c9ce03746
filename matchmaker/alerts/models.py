"""Saved searches, what was already told, and how far the watch has come."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.accounts.models import Person
from matchmaker.core.db import Base, BigId, UtcDateTime, coded
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import Side


class SavedSearch(Base):
    """A question that a person asks again with every new listing. `filters` are the query parameters of its address."""

    __tablename__ = "saved_searches"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    name: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    side: Mapped[Side] = mapped_column(coded(Side))
    filters: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ToldPair(Base):
    """`watcher` ("listing:12", "search:3") was told of this listing: never again."""

    __tablename__ = "told_pairs"
    __table_args__ = (UniqueConstraint("watcher", "listing_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    watcher: Mapped[str] = mapped_column(String(40))
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class WatchProgress(Base):
    """The newest listing change that has been compared with everything; one row named "listings"."""

    __tablename__ = "watch_progress"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    change_seq: Mapped[int] = mapped_column(BigInteger)
