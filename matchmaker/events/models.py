"""Events, the hours and tables they have, and how people come in."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Integer, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Person
from matchmaker.core.db import Base, BigId, UtcDateTime, coded, new_key
from matchmaker.events.rules import Asking, Entry, EventKind, EventState, TableKind


class Event(Base):
    """One matchmaking event. `series` is the name that events of one kind share; `copied_from_id` the one before.

    `capacity` counts organisations, None means no limit. `resources` says how many interpreters or pieces of equipment
    there are at any time, by name. `requests_max` and `request_hours` limit what a participant may ask for.
    `cancelled_reason` is what people are told when it is called off.
    """

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
    series: Mapped[str] = mapped_column(String(60), default="", server_default=text("''"))
    copied_from_id: Mapped[int | None] = mapped_column(Integer)
    capacity: Mapped[int | None] = mapped_column(Integer)
    entry: Mapped[Entry] = mapped_column(coded(Entry), default=Entry.APPROVAL, server_default="approval")
    registration_opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    registration_closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asking: Mapped[Asking] = mapped_column(coded(Asking), default=Asking.OPT_IN, server_default="opt_in")
    requests_max: Mapped[int] = mapped_column(SmallInteger, default=8, server_default="8")
    request_hours: Mapped[int] = mapped_column(SmallInteger, default=72, server_default="72")
    meetings_min: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    meetings_max: Mapped[int | None] = mapped_column(SmallInteger)
    resources: Mapped[dict[str, int] | None] = mapped_column(JSON)
    cancelled_reason: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    organiser: Mapped[Person | None] = relationship()
    slots: Mapped[list["EventSlot"]] = relationship(order_by="EventSlot.starts_at")
    tables: Mapped[list["EventTable"]] = relationship(order_by="EventTable.number")


class EventSlot(Base):
    """A stretch of time for one meeting, in a session such as 上午. Closed ones stay for what was planned in them."""

    __tablename__ = "event_slots"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="time_order"),
        UniqueConstraint("event_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey(Event.id))
    key: Mapped[str] = mapped_column(String(32), unique=True, default=new_key)
    session: Mapped[str] = mapped_column(String(40), default="")
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EventTable(Base):
    """A place where one meeting at a time can be held; `number` is its order, `label` what stands on its card."""

    __tablename__ = "event_tables"
    __table_args__ = (UniqueConstraint("event_id", "label"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey(Event.id))
    key: Mapped[str] = mapped_column(String(32), unique=True, default=new_key)
    number: Mapped[int] = mapped_column(Integer)
    label: Mapped[str] = mapped_column(String(20))
    kind: Mapped[TableKind] = mapped_column(coded(TableKind))
    area: Mapped[str] = mapped_column(String(60), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
