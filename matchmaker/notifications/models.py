"""Notices to people, and how often each wants letters about what."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.accounts.models import Organisation, Person
from matchmaker.core.db import Base, BigId, UtcDateTime, coded
from matchmaker.notifications.rules import NoticeKind, Pace


class Notice(Base):
    """One thing told to one person; `path` is where to act on it.

    `text` is a key of the texts that the door knows, `details` fill it in: so it reads in the reader's own language.
    `once` makes telling twice impossible: a second notice with the same key to the same person is left out.
    `letter_at` is when a letter carried it, or None while it waits for the person's next digest.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("person_id", "once"),
        Index("ix_notices_inbox", "person_id", "created_at"),
        Index("ix_notices_waiting", "letter_at", "pace"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey(Organisation.id))
    kind: Mapped[NoticeKind] = mapped_column(coded(NoticeKind))
    text: Mapped[str] = mapped_column(String(60))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    path: Mapped[str] = mapped_column(String(200))
    once: Mapped[str] = mapped_column(String(120))
    pace: Mapped[Pace] = mapped_column(coded(Pace))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    letter_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NoticePace(Base):
    """A person's choice for one kind; without a row the default of the rules holds."""

    __tablename__ = "notice_paces"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    kind: Mapped[NoticeKind] = mapped_column(coded(NoticeKind), primary_key=True)
    pace: Mapped[Pace] = mapped_column(coded(Pace))
