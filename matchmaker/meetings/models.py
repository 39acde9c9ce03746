"""Pairs at an event, timetables, meetings, outcomes, and the work behind them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.core.db import Base, BigId, UtcDateTime, coded, new_key
from matchmaker.events.models import Event, EventSlot, EventTable
from matchmaker.meetings.rules import (
    FollowUpAnswer,
    Mark,
    MeetingState,
    OutcomeKind,
    RequestState,
    TaskKind,
    TaskState,
    TimetableState,
)
from matchmaker.participants.models import Participant, Registration

_FROM_SIDE = text("superseded_at IS NULL AND registration_id IS NOT NULL")
_FROM_DESK = text("superseded_at IS NULL AND registration_id IS NULL")


class CandidateList(Base):
    """The matchmaking list as computed at one moment. Every row is a pair of registrations with its best match:

    {"a": registration, "b": registration, "need": listing or null, "offer": listing or null, "asker": "a" or "b",
    "score": 0..1, "level": 0..3, "terms": [shared terms], "conditions": [[code, met, [details]]], "more": how many
    further pairs of listings are at least weak, "met": event id of an earlier meeting or null, "talking": whether they
    write to each other through an accepted introduction, "rivals": bool}.
    """

    __tablename__ = "candidate_lists"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=new_key)
    event_id: Mapped[int] = mapped_column(ForeignKey(Event.id), index=True)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))


class EventPair(Base):
    """Two organisations at an event: what the organiser decided and what they asked of each other.

    `a_id` is the smaller registration. `needs` names resources their meeting occupies. A request that was not
    answered by `expires_at` counts as expired.
    """

    __tablename__ = "event_pairs"
    __table_args__ = (UniqueConstraint("a_id", "b_id"), CheckConstraint("a_id < b_id", name="order"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=new_key)
    event_id: Mapped[int] = mapped_column(ForeignKey(Event.id), index=True)
    a_id: Mapped[int] = mapped_column(ForeignKey(Registration.id))
    b_id: Mapped[int] = mapped_column(ForeignKey(Registration.id), index=True)
    mark: Mapped[Mark] = mapped_column(coded(Mark), default=Mark.NONE)
    note: Mapped[str] = mapped_column(Text, default="")
    needs: Mapped[list[str]] = mapped_column(JSON, default=list)
    request: Mapped[RequestState] = mapped_column(coded(RequestState), default=RequestState.NONE)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey(Registration.id))
    message: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    a: Mapped[Registration] = relationship(foreign_keys=a_id)
    b: Mapped[Registration] = relationship(foreign_keys=b_id)


class Timetable(Base):
    """One version of an event's timetable. Only a draft changes.

    `meetings`: [{"a": participant, "b": participant, "slot": id, "table": id, "locked": bool}]. `figures`: utility,
    upper_bound, optimal, unscheduled [[a, b, reason]], below_minimum [participant], seconds; missing after a move by
    hand means it was not solved. `instance` is what the solver was given (DESIGN 6.1), so that it can be solved again.
    """

    __tablename__ = "timetables"
    __table_args__ = (UniqueConstraint("event_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=new_key)
    event_id: Mapped[int] = mapped_column(ForeignKey(Event.id))
    number: Mapped[int] = mapped_column(Integer)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("timetables.id"))
    state: Mapped[TimetableState] = mapped_column(coded(TimetableState))
    origin: Mapped[str] = mapped_column(String(20))
    meetings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    instance: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(200))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by: Mapped[str] = mapped_column(String(200), default="")


class Meeting(Base):
    """A meeting people were told of. It keeps its row when a later timetable moves or drops it.

    `a_id` is the smaller participant. `evidence` is the candidate row the meeting goes back to, as it was then.
    """

    __tablename__ = "meetings"
    __table_args__ = (UniqueConstraint("a_id", "b_id"), CheckConstraint("a_id < b_id", name="order"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=new_key)
    event_id: Mapped[int] = mapped_column(ForeignKey(Event.id), index=True)
    a_id: Mapped[int] = mapped_column(ForeignKey(Participant.id))
    b_id: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey(EventSlot.id))
    table_id: Mapped[int] = mapped_column(ForeignKey(EventTable.id))
    state: Mapped[MeetingState] = mapped_column(coded(MeetingState), default=MeetingState.PLANNED)
    locked: Mapped[bool] = mapped_column(default=False)
    timetable_id: Mapped[int | None] = mapped_column(ForeignKey(Timetable.id))
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    a: Mapped[Participant] = relationship(foreign_keys=a_id)
    b: Mapped[Participant] = relationship(foreign_keys=b_id)
    slot: Mapped[EventSlot] = relationship()
    table: Mapped[EventTable] = relationship()
    outcomes: Mapped[list["Outcome"]] = relationship(order_by="Outcome.id", back_populates="meeting")


class Outcome(Base):
    """What one side, or the desk when `registration_id` is empty, says of a meeting; a new word supersedes the last."""

    __tablename__ = "outcomes"
    __table_args__ = (
        Index(
            "uq_outcomes_side",
            "meeting_id",
            "registration_id",
            unique=True,
            sqlite_where=_FROM_SIDE,
            postgresql_where=_FROM_SIDE,
        ),
        Index("uq_outcomes_desk", "meeting_id", unique=True, sqlite_where=_FROM_DESK, postgresql_where=_FROM_DESK),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=new_key)
    meeting_id: Mapped[int] = mapped_column(ForeignKey(Meeting.id))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey(Registration.id))
    kind: Mapped[OutcomeKind] = mapped_column(coded(OutcomeKind))
    note: Mapped[str] = mapped_column(Text, default="")
    next_step: Mapped[str] = mapped_column(String(200), default="")
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    meeting: Mapped[Meeting] = relationship(back_populates="outcomes")


class FollowUp(Base):
    """The question half a year later, to one side of a meeting that went well."""

    __tablename__ = "follow_ups"
    __table_args__ = (UniqueConstraint("meeting_id", "registration_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=new_key)
    meeting_id: Mapped[int] = mapped_column(ForeignKey(Meeting.id))
    registration_id: Mapped[int] = mapped_column(ForeignKey(Registration.id))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[FollowUpAnswer | None] = mapped_column(coded(FollowUpAnswer))
    note: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    meeting: Mapped[Meeting] = relationship()


class EventTask(Base):
    """Work for the worker: asked for on a page, done beside it. One killed while running is found by `beat_at`."""

    __tablename__ = "event_tasks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey(Event.id), index=True)
    kind: Mapped[TaskKind] = mapped_column(coded(TaskKind))
    state: Mapped[TaskState] = mapped_column(coded(TaskState), index=True)
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    progress: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[str] = mapped_column(Text, default="")
    result_id: Mapped[int | None] = mapped_column(Integer)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(200))
    beat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stop_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PackMerge(Base):
    """An event pack that came back: which one, and what it changed or could not change."""

    __tablename__ = "pack_merges"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey(Event.id), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    report: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))
