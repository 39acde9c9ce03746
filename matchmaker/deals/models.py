"""Deals between two organisations, their steps and notes. Their files are kept under the subject "deal:ID"."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Organisation, Person
from matchmaker.core.db import Base, BigId, UtcDateTime, coded, new_key
from matchmaker.deals.rules import DealKind, DealOrigin, DealStage, NoteReach
from matchmaker.introductions.models import Introduction
from matchmaker.listings.models import Listing
from matchmaker.meetings.models import Meeting


class Deal(Base):
    """One thing that two organisations do together. The buyer is who needs, the seller who offers.

    `evidence` is what the match said when the deal's introduction or meeting came about: {"score", "level", "terms",
    "conditions", "at", "need": {"id", "revision", "title"} or null, "offer": the same}. `matched_on` is the day of the
    match or listing that brought the two together on the platform; empty when they came by themselves.
    `revision` rises with every change, so that two who edit at once do not undo each other.
    """

    __tablename__ = "deals"
    __table_args__ = (
        CheckConstraint("buyer_id <> seller_id", name="two_sides"),
        CheckConstraint("amount_fen >= 0", name="amount"),
        # One deal per meeting and per introduction: a second click finds the first one's deal.
        Index("uq_deals_introduction_id", "introduction_id", unique=True),
        Index("uq_deals_meeting_id", "meeting_id", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=new_key)
    kind: Mapped[DealKind] = mapped_column(coded(DealKind))
    origin: Mapped[DealOrigin] = mapped_column(coded(DealOrigin))
    stage: Mapped[DealStage] = mapped_column(coded(DealStage), index=True)
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(Text, default="")
    buyer_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), index=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), index=True)
    need_id: Mapped[int | None] = mapped_column(ForeignKey(Listing.id))
    offer_id: Mapped[int | None] = mapped_column(ForeignKey(Listing.id))
    introduction_id: Mapped[int | None] = mapped_column(ForeignKey(Introduction.id))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey(Meeting.id))
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    matched_on: Mapped[date | None] = mapped_column(Date)
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id), index=True)
    next_step: Mapped[str] = mapped_column(String(200), default="")
    next_on: Mapped[date | None] = mapped_column(Date)
    ended_reason: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(200))
    stage_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When its owner and both sides were last told that it stands still.
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    buyer: Mapped[Organisation] = relationship(foreign_keys=buyer_id)
    seller: Mapped[Organisation] = relationship(foreign_keys=seller_id)
    need: Mapped[Listing | None] = relationship(foreign_keys=need_id)
    offer: Mapped[Listing | None] = relationship(foreign_keys=offer_id)
    owner: Mapped[Person | None] = relationship()
    meeting: Mapped[Meeting | None] = relationship()
    introduction: Mapped[Introduction | None] = relationship()
    steps: Mapped[list["DealStep"]] = relationship(order_by="DealStep.id")
    notes: Mapped[list["DealNote"]] = relationship(order_by="DealNote.id")


class DealStep(Base):
    """One change of stage; the first has no `before`."""

    __tablename__ = "deal_steps"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey(Deal.id), index=True)
    before: Mapped[DealStage | None] = mapped_column(coded(DealStage))
    after: Mapped[DealStage] = mapped_column(coded(DealStage))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))


class DealNote(Base):
    """Something said on a deal. `organisation_id` is empty for the office."""

    __tablename__ = "deal_notes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey(Deal.id), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey(Organisation.id))
    reach: Mapped[NoteReach] = mapped_column(coded(NoteReach))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))
