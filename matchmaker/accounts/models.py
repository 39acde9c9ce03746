"""Organisations, what they are recognised as, the people in them, and what was decided about them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey, Integer, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.rules import (
    DataRight,
    MemberRank,
    OrganisationKind,
    Scale,
    Standing,
    TitleKind,
    TokenPurpose,
)
from matchmaker.core.actor import Role
from matchmaker.core.db import Base, BigId, UtcDateTime, coded


class Organisation(Base):
    """A registered body, known by its unified social credit code.

    `standing_reason` is the officer's last word to the organisation. `matching_off` keeps its listings out of every
    match and alert (个人信息保护法 24: a choice without automated decisions); keyword search still finds them.
    """

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uscc: Mapped[str] = mapped_column(String(18), unique=True)
    name: Mapped[str] = mapped_column(String(120), index=True)
    kind: Mapped[OrganisationKind] = mapped_column(coded(OrganisationKind))
    town: Mapped[str] = mapped_column(String(9), index=True)
    scale: Mapped[Scale | None] = mapped_column(coded(Scale))
    intro: Mapped[str] = mapped_column(Text, default="")
    standing: Mapped[Standing] = mapped_column(coded(Standing), default=Standing.VERIFIED, server_default="verified")
    standing_reason: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    matching_off: Mapped[bool] = mapped_column(default=False, server_default=false())
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


class OrganisationReview(Base):
    """One step of an organisation's verification: who decided what, when, and why."""

    __tablename__ = "organisation_reviews"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), index=True)
    standing: Mapped[Standing] = mapped_column(coded(Standing))
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))


class Person(Base):
    """Somebody who can log in. `email` is lower case. Without a password the person was invited and has not come yet.

    `session_version` is part of every login: raising it ends them all. `totp_secret` is sealed with the installation's
    secret; `totp_step` is the last time step used, so that no code works twice. A person who left has
    `anonymised_at`: name, address and phone are gone, the row stays for the log.
    """

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    phone: Mapped[str | None] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    role: Mapped[Role] = mapped_column(coded(Role))
    language: Mapped[str] = mapped_column(String(2), default="zh")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    email_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_secret: Mapped[str | None] = mapped_column(String(300))
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    failed_logins: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    session_version: Mapped[int] = mapped_column(Integer, default=1)
    blocked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    anonymised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    memberships: Mapped[list["Membership"]] = relationship(back_populates="person")


class Membership(Base):
    """A person in an organisation, as long as `left_at` is empty. Coming back opens the same row again."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("organisation_id", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    rank: Mapped[MemberRank] = mapped_column(coded(MemberRank))
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship()
    person: Mapped[Person] = relationship(back_populates="memberships")


class OneTimeToken(Base):
    """A link in a letter, kept as the SHA-256 of its secret. An invitation also names the organisation and rank."""

    __tablename__ = "one_time_tokens"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[TokenPurpose] = mapped_column(coded(TokenPurpose))
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey(Organisation.id))
    rank: Mapped[MemberRank | None] = mapped_column(coded(MemberRank))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Assistance(Base):
    """帮办代办: an organisation lets one member of staff act for it for a limited time.

    Asked for by staff (`granted_at` empty) or given by an owner; holds from `granted_at` to the end of `until`, unless
    `ended_at` is set by either side.
    """

    __tablename__ = "assistances"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    purpose: Mapped[str] = mapped_column(String(200))
    until: Mapped[date] = mapped_column(Date)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    granted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    granted_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))

    organisation: Mapped[Organisation] = relationship()
    staff: Mapped[Person] = relationship(foreign_keys=staff_id)


class DataRequest(Base):
    """A person's request about their own data, to be answered by `due_on` (15 working days)."""

    __tablename__ = "data_requests"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    right: Mapped[DataRight] = mapped_column(coded(DataRight))
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date] = mapped_column(Date)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[str | None] = mapped_column(String(200))

    person: Mapped[Person] = relationship()
