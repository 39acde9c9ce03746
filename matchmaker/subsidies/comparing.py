"""A dry run: what two policies would give for the same claims, by claim and by unit, and whether the budget reaches."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from matchmaker.subsidies.books import Books
from matchmaker.subsidies.facts import ClaimFacts
from matchmaker.subsidies.policy import Policy
from matchmaker.subsidies.running import Days, Decided, decide_in_turn, in_order


@dataclass(frozen=True, slots=True)
class Given:
    """What one policy gives for one claim: `needed` by its rules, `granted` after the budget, both in fen."""

    eligible: bool
    needed: int
    granted: int


@dataclass(frozen=True, slots=True)
class ComparedClaim:
    """One claim under both policies, in the order decided."""

    claim_id: str
    uscc: str
    first: Given
    second: Given


@dataclass(frozen=True, slots=True)
class ComparedUnit:
    """What one unit gets in all under each policy, in fen."""

    uscc: str
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Total:
    """All claims under one policy, in fen: how many are eligible, what they need, what they get, the yearly budget."""

    eligible: int
    needed: int
    granted: int
    budget: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two policies over the same claims; units by code."""

    claims: tuple[ComparedClaim, ...]
    units: tuple[ComparedUnit, ...]
    first: Total
    second: Total


def compare(
    first: Policy,
    second: Policy,
    claims: Iterable[ClaimFacts],
    *,
    budget: int | None = None,
    window: Days | None = None,
    opening: Callable[[], Books] = Books,
) -> Comparison:
    """Run the same claims under both policies.

    `budget` (fen a year) and `window` (its first and last day) hold for both; without them, each policy's own.
    `opening` makes the books of what was granted before the claims at hand, anew for each run.
    """
    ordered = in_order(claims)
    budgets = [one.budget.yearly_total if budget is None else budget for one in (first, second)]
    runs = [
        _given(decide_in_turn(one, ordered, books=opening(), budget=most, window=window))
        for one, most in zip((first, second), budgets, strict=True)
    ]
    compared = tuple(
        ComparedClaim(claim.claim_id, claim.applicant.uscc, a, b) for claim, a, b in zip(ordered, *runs, strict=True)
    )
    return Comparison(compared, _units(compared), _total(runs[0], budgets[0]), _total(runs[1], budgets[1]))


def _given(decided: Iterable[Decided]) -> list[Given]:
    return [Given(one.eligible, one.amount if one.unshared is None else one.unshared, one.amount) for _, one in decided]


def _units(claims: tuple[ComparedClaim, ...]) -> tuple[ComparedUnit, ...]:
    sums: dict[str, tuple[int, int]] = {}
    for one in claims:
        first, second = sums.get(one.uscc, (0, 0))
        sums[one.uscc] = (first + one.first.granted, second + one.second.granted)
    return tuple(ComparedUnit(uscc, *both) for uscc, both in sorted(sums.items()))


def _total(given: list[Given], budget: int | None) -> Total:
    needed, granted = sum(one.needed for one in given), sum(one.granted for one in given)
    return Total(sum(one.eligible for one in given), needed, granted, budget)
