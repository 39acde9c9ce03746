"""The coded values of deals, and which stage may follow which."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any


class DealKind(StrEnum):
    """A technology deal may become a technology contract; an order for goods (供应链订单) is recorded and ends here."""

    TECHNOLOGY = "technology"
    ORDER = "order"


class DealOrigin(StrEnum):
    """What a deal started from."""

    INTRODUCTION = "introduction"
    MEETING = "meeting"
    HAND = "hand"


class DealStage(StrEnum):
    """How far a deal has come: 洽谈 → 意向 → 签约 → 登记 → 履约 → 完成, or 终止."""

    TALKS = "talks"
    INTENT = "intent"
    SIGNED = "signed"
    REGISTERED = "registered"
    PERFORMING = "performing"
    COMPLETED = "completed"
    ENDED = "ended"


class NoteReach(StrEnum):
    """Who reads a note on a deal."""

    OWN = "own"
    BOTH = "both"
    OFFICE = "office"


OVER = frozenset({DealStage.COMPLETED, DealStage.ENDED})
# A stage is left for the next one, for an earlier one when it was set too early, or for the end.
PATH = (
    DealStage.TALKS,
    DealStage.INTENT,
    DealStage.SIGNED,
    DealStage.REGISTERED,
    DealStage.PERFORMING,
    DealStage.COMPLETED,
)
# After this long without a word, or past its own date, a deal is stalled.
STALLED_AFTER = timedelta(days=30)
# Who was told that a deal stands still is told again after this long, if nothing has happened since.
REMIND_EVERY = timedelta(days=7)


def path_of(kind: DealKind) -> tuple[DealStage, ...]:
    """The stages a deal of this kind goes through; goods are never registered as a technology contract."""
    return tuple(stage for stage in PATH if kind is DealKind.TECHNOLOGY or stage is not DealStage.REGISTERED)


def next_stages(kind: DealKind, stage: DealStage) -> frozenset[DealStage]:
    """Where a deal may go from here: one step on, any step back, or its end. An ended one can be taken up again.

    Registration is asked for, not owed, so that it may be passed over.
    """
    path = path_of(kind)
    if stage is DealStage.ENDED:
        return frozenset({DealStage.TALKS})
    if stage is DealStage.COMPLETED:
        return frozenset()
    place = path.index(stage)
    over = {DealStage.PERFORMING} if path[place + 1] is DealStage.REGISTERED else set()
    return frozenset({*path[:place], path[place + 1], *over, DealStage.ENDED})


def onward(kind: DealKind, stage: DealStage) -> tuple[DealStage, ...]:
    """The stages ahead of this one that a deal may go to now, the nearest first; without its end."""
    path = path_of(kind)
    ahead = path[path.index(stage) + 1 :] if stage in path else path[:1]
    return tuple(one for one in ahead if one in next_stages(kind, stage))


def needs_reason(kind: DealKind, before: DealStage, after: DealStage) -> bool:
    """Whether a change of stage has to say why: an end, a step back, and taking up what was ended."""
    return after not in onward(kind, before) or before is DealStage.ENDED


def is_further(kind: DealKind, stage: DealStage, than: DealStage) -> bool:
    """Whether `stage` lies ahead of `than` on the way of this kind; an end lies nowhere on it."""
    path = path_of(kind)
    return stage in path and than in path and path.index(stage) > path.index(than)


def is_stalled(stage: DealStage, *, touched_on: date, next_on: date | None, today: date) -> bool:
    """Whether nobody moves it: its next step is overdue, or nothing was said for `STALLED_AFTER`."""
    if stage in OVER:
        return False
    return (next_on is not None and next_on < today) or touched_on + STALLED_AFTER < today


def suggested_kind(forms: Iterable[str]) -> DealKind:
    """What a deal over listings of these forms most likely is: technology and services, or goods and capacity."""
    return DealKind.TECHNOLOGY if {"technology", "service"} & set(forms) else DealKind.ORDER


def reads_note(reach: NoteReach, *, author: int | None, side: int | None, office: bool) -> bool:
    """Whether a note is for this reader: a side by its organisation, or the office.

    `author` is the organisation that wrote it, None for the office. What one side tells the office stays between them;
    what a side keeps for itself is nobody else's, the office's and the auditor's neither.
    """
    if side is not None and side == author:
        return True
    if reach is NoteReach.BOTH:
        return office or side is not None
    return reach is NoteReach.OFFICE and office


def evidence_of(
    said: Mapping[str, Any], *, at: datetime, need: Mapping[str, Any] | None, offer: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What a match said, in the one shape a deal keeps it in, from what an introduction or a meeting kept.

    {"score": 0..1 or null, "level": 0..3 or null, "terms": [...], "conditions": [{"code", "met", "detail": [...]}],
    "at": moment in ISO form, "need": {"id", "revision", "title"} or null, "offer": the same}.
    """
    conditions = said.get("constraints") or said.get("conditions") or []
    return {
        "score": said.get("score"),
        "level": said.get("level"),
        "terms": list(said.get("shared_terms") or said.get("terms") or ()),
        "conditions": [_condition(one) for one in conditions],
        "at": at.isoformat(),
        "need": dict(need) if need else None,
        "offer": dict(offer) if offer else None,
    }


def _condition(one: Any) -> dict[str, Any]:
    code, met, detail = (one["code"], one["met"], one["detail"]) if isinstance(one, Mapping) else one
    return {"code": code, "met": met, "detail": list(detail)}
