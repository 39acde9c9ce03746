"""Organisations and what they are recognised as."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.rules import OrganisationKind, Scale, TitleKind
from matchmaker.core.db import Base, BigId, UtcDateTime, coded


class Organisation(Base):
    """A registered body, known by its unified social credit code."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uscc: Mapped[str] = mapped_column(String(18), unique=True)
    name: Mapped[str] = mapped_column(String(120), index=True)
    kind: Mapped[OrganisationKind] = mapped_column(coded(OrganisationKind))
    town: Mapped[str] = mapped_column(String(9), index=True)
    scale: Mapped[Scale | None] = mapped_column(coded(Scale))
    intro: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    nodes: Mapped[list["OrganisationNode"]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    titles: Mapped[list["OrganisationTitle"]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class OrganisationNode(Base):
    """A chain node the organisation works in."""

    __tablename__ = "organisation_nodes"

    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), primary_key=True)
    node: Mapped[str] = mapped_column(String(6), primary_key=True, index=True)


class OrganisationTitle(Base):
    """A recognition with its certificate; whether it holds today follows from its dates."""

    __tablename__ = "organisation_titles"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), index=True)
    title: Mapped[TitleKind] = mapped_column(coded(TitleKind))
    certificate_no: Mapped[str | None] = mapped_column(String(60))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)

    def holds_on(self, day: date) -> bool:
        """Whether the title is valid on `day`; a missing date means no limit on that side."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)
