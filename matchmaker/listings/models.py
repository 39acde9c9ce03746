"""Listings: needs and offers, the chain nodes they belong to, what they said before, and who saw them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Organisation
from matchmaker.core.db import Base, BigId, UtcDateTime, coded
from matchmaker.listings.rules import (
    Form,
    IpStatus,
    IpType,
    Maturity,
    PriceUnit,
    Side,
    State,
    Visibility,
    matching_text,
)


class Listing(Base):
    """A need or an offer of one organisation. Prices are fen; both empty means 面议.

    `change_seq` is the number of the last change: indexes pull what is newer than what they hold.
    `revision` is the number of the newest ListingRevision, `state_reason` the reviewer's last word, `warned_for` the
    `valid_to` that the owner was already warned of.
    `source_ref` is the owner's own name for it; importing the same one again updates instead of doubling.
    """

    __tablename__ = "listings"
    __table_args__ = (
        UniqueConstraint("organisation_id", "source_ref"),
        CheckConstraint("price_low_fen <= price_high_fen", name="price_order"),
        CheckConstraint("trl BETWEEN 1 AND 9", name="trl_range"),
        CheckConstraint("valid_from <= valid_to", name="validity_order"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), index=True)
    source_ref: Mapped[str | None] = mapped_column(String(60))
    side: Mapped[Side] = mapped_column(coded(Side))
    form: Mapped[Form] = mapped_column(coded(Form))
    state: Mapped[State] = mapped_column(coded(State))
    visibility: Mapped[Visibility] = mapped_column(coded(Visibility))
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[str] = mapped_column(Text, default="")
    requirement: Mapped[str] = mapped_column(Text, default="")
    fields: Mapped[list[str]] = mapped_column(JSON, default=list)
    cooperation: Mapped[list[str]] = mapped_column(JSON, default=list)
    maturity: Mapped[Maturity | None] = mapped_column(coded(Maturity))
    trl: Mapped[int | None] = mapped_column(SmallInteger)
    ip_type: Mapped[IpType | None] = mapped_column(coded(IpType))
    ip_status: Mapped[IpStatus | None] = mapped_column(coded(IpStatus))
    ip_no: Mapped[str | None] = mapped_column(String(60))
    price_low_fen: Mapped[int | None] = mapped_column(BigInteger)
    price_high_fen: Mapped[int | None] = mapped_column(BigInteger)
    price_unit: Mapped[PriceUnit | None] = mapped_column(coded(PriceUnit))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    partner_sought: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    state_reason: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    warned_for: Mapped[date | None] = mapped_column(Date)
    change_seq: Mapped[int] = mapped_column(BigInteger, index=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    nodes: Mapped[list["ListingNode"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="ListingNode.node"
    )

    @property
    def body(self) -> str:
        """The compared text beside the title."""
        return matching_text(summary=self.summary, detail=self.detail, requirement=self.requirement)

    @property
    def node_ids(self) -> list[str]:
        return [row.node for row in self.nodes]


class ListingNode(Base):
    """A chain node that the listing is about."""

    __tablename__ = "listing_nodes"

    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id), primary_key=True)
    node: Mapped[str] = mapped_column(String(6), primary_key=True, index=True)


class ListingRevision(Base):
    """What a listing said from this moment on: every field as JSON, so that any two can be compared."""

    __tablename__ = "listing_revisions"
    __table_args__ = (UniqueConstraint("listing_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    number: Mapped[int] = mapped_column(Integer)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))


class ListingDraft(Base):
    """A form that is still being written, exactly as typed; `listing_id` is set when it edits a published listing.

    `saved_as` is the listing it became; until then it is offered again to everybody of the organisation.
    """

    __tablename__ = "listing_drafts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), index=True)
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    listing_id: Mapped[int | None] = mapped_column(ForeignKey(Listing.id))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(Integer, default=1)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_as: Mapped[int | None] = mapped_column(ForeignKey(Listing.id))
    discarded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ListingView(Base):
    """Somebody from outside saw this revision: at most one row per person, revision, manner and day."""

    __tablename__ = "listing_views"
    __table_args__ = (UniqueConstraint("listing_id", "person_id", "revision", "manner", "day"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    person_id: Mapped[int] = mapped_column(BigInteger)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey(Organisation.id))
    revision: Mapped[int] = mapped_column(Integer)
    manner: Mapped[str] = mapped_column(String(20))
    day: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
