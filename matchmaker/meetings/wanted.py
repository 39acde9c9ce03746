"""How much a meeting of two organisations is worth, and who may ask whom: from values alone."""

from collections.abc import Mapping
from typing import Any, Protocol

from matchmaker.accounts.rules import OrganisationKind
from matchmaker.events.rules import Asking, EventKind
from matchmaker.meetings.rules import Mark, RequestState

# The levels of the technology-transfer staff (matching.results.Level), as the list keeps them.
WEAK, FAIR = 1, 2
# Both said yes: above all but the closest matches of texts, since people know more than their texts say, and below 1,
# so that of two agreed pairs the better match still comes first.
AGREED = 0.9
# One side wants it and the other has not answered: enough to win over an equal pair that nobody asked for, too little
# to lift a weak match over a fair one.
ASKED = 0.1
# The organiser insists: never below a pair that agreed. (The solver also puts it before everything else.)
MUST = 0.9
# They have met, or write to each other already: a new face is worth twice as much, which is what an event is for. Two
# that agreed to meet again know why; for them nothing is taken off.
MET = 0.5
# At an event of firms along a chain these two kinds serve everybody, and would ask everybody.
SERVING = frozenset({OrganisationKind.FINANCIAL_INSTITUTION, OrganisationKind.SERVICE_PROVIDER})


class Decided(Protocol):
    """What `meetings.models.EventPair` says of two organisations."""

    @property
    def mark(self) -> Mark:
        """The organiser's decision."""

    @property
    def request(self) -> RequestState:
        """Where a request stands, already EXPIRED when its time is over."""


def worth(row: Mapping[str, Any] | None, pair: Decided | None, asking: Asking) -> float | None:
    """How much the two are to meet, 0..1; None when they are not to meet at all.

    `row` is their row of the matchmaking list, None when the list does not have them. In this order:
    the organiser's NEVER is None and MUST is at least 0.9, whatever the two say; a declined request is None; an
    accepted one, or one that nobody declined where requests are taken as agreed, is at least 0.9; one that waits adds
    0.1 but does not reach 0.9 by that. What nobody asked for is worth its score, half of it when they have met; it is
    None below the level weak, and for rivals, whom no weak resemblance puts at one table.
    """
    score = float(row["score"]) if row is not None else 0.0
    mark = pair.mark if pair is not None else Mark.NONE
    request = pair.request if pair is not None else RequestState.NONE
    if mark is Mark.NEVER:
        return None
    if mark is Mark.MUST:
        return max(score, MUST)
    if request is RequestState.DECLINED:
        return None
    if is_agreed(request, asking):
        return max(score, AGREED)
    known = row is not None and is_known(row)
    if request is RequestState.ASKED:
        return max(score, min(score + ASKED, AGREED)) * (MET if known else 1.0)
    if row is None or row["level"] < WEAK or row.get("rivals"):
        return None
    return score * (MET if known else 1.0)


def is_agreed(request: RequestState, asking: Asking) -> bool:
    """Whether a request stands as good as accepted: with opt-out, silence is a yes."""
    return request is RequestState.ACCEPTED or (request is RequestState.ASKED and asking is Asking.OPT_OUT)


def is_known(row: Mapping[str, Any]) -> bool:
    """Whether the two met at an earlier event, or talk through an accepted introduction."""
    return row.get("met") is not None or bool(row.get("talking"))


def are_rivals(offering: tuple[frozenset[str], frozenset[str]], level: int) -> bool:
    """Whether the two offer on the same chain node while neither needs what the other offers.

    A weak resemblance is no need: it says that both write about the same goods, which rivals do.
    """
    return bool(offering[0] & offering[1]) and level < FAIR


def may_ask(event_kind: EventKind, asker: OrganisationKind | None) -> bool:
    """Whether an organisation of this kind asks for meetings, or is only asked.

    At a supply-chain event banks and service providers are only asked: they could serve every firm there, so that
    their requests would fill the tables with meetings that half of those present did not come for. Everybody else
    asks everybody, and at the other kinds of events money and services are what it is about. None: a firm that is not
    on the platform.
    """
    return event_kind is not EventKind.SUPPLY_CHAIN or asker not in SERVING
