"""The coded values of deals, and which stage may follow which."""

from datetime import date, timedelta
from enum import StrEnum


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


def path_of(kind: DealKind) -> tuple[DealStage, ...]:
    """The stages a deal of this kind goes through; goods are never registered as a technology contract."""
    return tuple(stage for stage in PATH if kind is DealKind.TECHNOLOGY or stage is not DealStage.REGISTERED)


def next_stages(kind: DealKind, stage: DealStage) -> frozenset[DealStage]:
    """Where a deal may go from here: one step on, any step back, or its end. An ended one can be taken up again."""
    path = path_of(kind)
    if stage is DealStage.ENDED:
        return frozenset({DealStage.TALKS})
    if stage is DealStage.COMPLETED:
        return frozenset()
    place = path.index(stage)
    return frozenset({*path[:place], path[place + 1], DealStage.ENDED})


def is_stalled(stage: DealStage, *, touched_on: date, next_on: date | None, today: date) -> bool:
    """Whether nobody moves it: its next step is overdue, or nothing was said for `STALLED_AFTER`."""
    if stage in OVER:
        return False
    return (next_on is not None and next_on < today) or touched_on + STALLED_AFTER < today
