"""Decisions on suggested partners, introductions, and what is said on them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Organisation, Person
from matchmaker.core.db import Base, BigId, UtcDateTime, coded
from matchmaker.introductions.rules import Decision, IntroductionState
from matchmaker.listings.models import Listing

_CURRENT = text("superseded_at IS NULL")


class PairDecision(Base):
    """What the owner of `listing_id` said to `other_id`. A new decision supersedes the one before, which stays."""

    __tablename__ = "pair_decisions"
    __table_args__ = (
        Index(
            "uq_pair_decisions_current",
            "listing_id",
            "other_id",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    other_id: Mapped[int] = mapped_column(ForeignKey(Listing.id), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), index=True)
    decision: Mapped[Decision] = mapped_column(coded(Decision))
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    note: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Introduction(Base):
    """One need and one offer whose owners are brought together; one row per pair.

    `evidence` is what the match said when it was asked for: score, level, shared terms, constraints. The revisions
    name what both listings said then. `asked_by_id` is the organisation that asked; the other one answers.
    """

    __tablename__ = "introductions"
    __table_args__ = (UniqueConstraint("need_id", "offer_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    offer_id: Mapped[int] = mapped_column(ForeignKey(Listing.id), index=True)
    need_revision: Mapped[int] = mapped_column(Integer)
    offer_revision: Mapped[int] = mapped_column(Integer)
    need_organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), index=True)
    offer_organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    asked_person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    answered_person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    state: Mapped[IntroductionState] = mapped_column(coded(IntroductionState), index=True)
    message: Mapped[str] = mapped_column(Text, default="")
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    answer_note: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    need: Mapped[Listing] = relationship(foreign_keys=need_id)
    offer: Mapped[Listing] = relationship(foreign_keys=offer_id)
    messages: Mapped[list["IntroductionMessage"]] = relationship(order_by="IntroductionMessage.id")


class IntroductionMessage(Base):
    """One contribution to the talk between the two organisations."""

    __tablename__ = "introduction_messages"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    introduction_id: Mapped[int] = mapped_column(ForeignKey(Introduction.id), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    author: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
