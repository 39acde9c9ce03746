"""The coded values of meetings."""

from collections.abc import Sequence
from enum import StrEnum


class Mark(StrEnum):
    """What the organiser decided on a pair."""

    NONE = "none"
    MUST = "must"
    NEVER = "never"


class RequestState(StrEnum):
    """Where one organisation's request to meet another stands."""

    NONE = "none"
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class TimetableState(StrEnum):
    """A timetable is worked on as a draft; one at a time is published."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class MeetingState(StrEnum):
    """Whether a published meeting still stands."""

    PLANNED = "planned"
    DROPPED = "dropped"


class OutcomeKind(StrEnum):
    """What came of a meeting, said on the day (FEATURES 1.8)."""

    NOT_HELD = "not_held"
    NOT_INTERESTED = "not_interested"
    INFORMATIVE = "informative"
    COOPERATION = "cooperation"


class FollowUpAnswer(StrEnum):
    """What became of it half a year later."""

    CONTINUED = "continued"
    NEGOTIATION = "negotiation"
    AGREEMENT = "agreement"
    ENDED = "ended"


class TaskKind(StrEnum):
    """Work that takes longer than a page may."""

    CANDIDATES = "candidates"
    TIMETABLE = "timetable"


class TaskState(StrEnum):
    """How far such work has come."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


def combined(sides: Sequence[OutcomeKind], desk: OutcomeKind | None) -> OutcomeKind | None:
    """What a meeting came to when both sides and the desk may have said something; None when nobody has.

    The two who sat there know best: the desk counts only while neither has spoken. It takes two to cooperate, so that
    "not interested" of one side stands against the other's hope; that the meeting was not held stands only where
    nobody says what was said in it.
    """
    said = list(sides) or ([desk] if desk is not None else [])
    held = [one for one in said if one is not OutcomeKind.NOT_HELD]
    if not held:
        return said[0] if said else None
    for kind in (OutcomeKind.NOT_INTERESTED, OutcomeKind.COOPERATION):
        if kind in held:
            return kind
    return OutcomeKind.INFORMATIVE
