"""Events as the calendar shows them."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.accounts.models import Person
from matchmaker.core.db import Base, BigId, UtcDateTime, coded
from matchmaker.events.rules import EventKind, EventState


class Event(Base):
    """One matchmaking event."""

    __tablename__ = "events"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="time_order"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    kind: Mapped[EventKind] = mapped_column(coded(EventKind))
    state: Mapped[EventState] = mapped_column(coded(EventState))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    town: Mapped[str] = mapped_column(String(9))
    venue: Mapped[str] = mapped_column(String(120))
    chains: Mapped[list[str]] = mapped_column(JSON, default=list)
    summary: Mapped[str] = mapped_column(Text, default="")
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
