"""Registrations of organisations, the people they send, and how the guest list was made."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Organisation, Person
from matchmaker.core.db import Base, BigId, UtcDateTime, coded, new_key
from matchmaker.events.models import Event, EventTable
from matchmaker.listings.models import Listing
from matchmaker.mail.models import OutgoingMail
from matchmaker.participants.rules import LetterKind, RegistrationSource, RegistrationState

_KNOWN = text("organisation_id IS NOT NULL")


class Registration(Base):
    """An organisation at an event: one row from the call list to the day.

    A firm that walks in or is imported need not be on the platform: then `organisation_id` is empty, and `need_text`
    and `offer_text` say what it came for. `name`, `uscc` and `town` are as they were when it came onto the list.
    """

    __tablename__ = "registrations"
    __table_args__ = (
        Index(
            "uq_registrations_organisation",
            "event_id",
            "organisation_id",
            unique=True,
            sqlite_where=_KNOWN,
            postgresql_where=_KNOWN,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=new_key)
    event_id: Mapped[int] = mapped_column(ForeignKey(Event.id), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey(Organisation.id), index=True)
    name: Mapped[str] = mapped_column(String(120))
    uscc: Mapped[str] = mapped_column(String(18), default="")
    town: Mapped[str] = mapped_column(String(9), default="")
    state: Mapped[RegistrationState] = mapped_column(coded(RegistrationState))
    source: Mapped[RegistrationSource] = mapped_column(coded(RegistrationSource))
    need_text: Mapped[str] = mapped_column(Text, default="")
    offer_text: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    invitation: Mapped[str] = mapped_column(Text, default="")
    invited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    event: Mapped[Event] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    people: Mapped[list["Participant"]] = relationship(back_populates="registration", order_by="Participant.id")
    brought: Mapped[list["BroughtListing"]] = relationship(
        cascade="all, delete-orphan", order_by="BroughtListing.listing_id"
    )


class BroughtListing(Base):
    """A listing that the organisation brings to the event; it is matched there by these only."""

    __tablename__ = "brought_listings"

    registration_id: Mapped[int] = mapped_column(ForeignKey(Registration.id), primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id), primary_key=True)

    listing: Mapped[Listing] = relationship()


class Participant(Base):
    """One person who sits at a table. `away` are ids of slots in which the person cannot come.

    `badge` is the short code on the badge. `link_version` is part of the personal link: raising it ends the old one.
    A person who is replaced or whose organisation steps back has `left_at`. Nobody is both here and missing. Who wants
    no letters about this event has `letters_stopped_at`.
    """

    __tablename__ = "participants"
    __table_args__ = (UniqueConstraint("event_id", "badge"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=new_key)
    event_id: Mapped[int] = mapped_column(ForeignKey(Event.id))
    registration_id: Mapped[int] = mapped_column(ForeignKey(Registration.id), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id), index=True)
    name: Mapped[str] = mapped_column(String(60))
    position: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    away: Mapped[list[int]] = mapped_column(JSON, default=list)
    meetings_min: Mapped[int | None] = mapped_column(SmallInteger)
    meetings_max: Mapped[int | None] = mapped_column(SmallInteger)
    table_id: Mapped[int | None] = mapped_column(ForeignKey(EventTable.id))
    badge: Mapped[str] = mapped_column(String(8))
    link_version: Mapped[int] = mapped_column(Integer, default=1)
    checked_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    missing_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    letters_stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    registration: Mapped[Registration] = relationship(back_populates="people")


class ParticipantLetter(Base):
    """Something that a participant whom no notice reaches is to be written.

    Asked for in the transaction of what it tells of, and put into words a moment later, with the schedule as it is
    then. `once` makes writing of the same thing twice impossible. It waits until `done_at`; `mail_id` is the letter,
    empty when nothing had to be said any more.
    """

    __tablename__ = "participant_letters"
    __table_args__ = (UniqueConstraint("participant_id", "once"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey(Participant.id))
    kind: Mapped[LetterKind] = mapped_column(coded(LetterKind))
    once: Mapped[str] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    mail_id: Mapped[int | None] = mapped_column(ForeignKey(OutgoingMail.id))

    participant: Mapped[Participant] = relationship()
    mail: Mapped[OutgoingMail | None] = relationship()


class GuestRanking(Base):
    """One run of the list builder: everything it was asked with, and what came out, so that it can be redone."""

    __tablename__ = "guest_rankings"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=new_key)
    event_id: Mapped[int] = mapped_column(ForeignKey(Event.id), index=True)
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))
