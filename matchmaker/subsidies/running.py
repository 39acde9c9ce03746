"""Decides claims one after another, each knowing what the ones before it got, and keeps a year within its budget."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import groupby

from matchmaker.subsidies.books import Books
from matchmaker.subsidies.engine import decide, inputs_for, shared
from matchmaker.subsidies.facts import ClaimFacts, Inputs, Outcome
from matchmaker.subsidies.policy import Policy
from matchmaker.subsidies.sharing import share_out

Decided = tuple[Inputs, Outcome]
Days = tuple[date, date]


def in_order(claims: Iterable[ClaimFacts]) -> list[ClaimFacts]:
    """The order in which claims are decided: by the day of application, and within a day by claim_id as text."""
    return sorted(claims, key=lambda claim: (claim.applied_on, claim.claim_id))


def decide_in_turn(
    policy: Policy,
    claims: Iterable[ClaimFacts],
    *,
    books: Books,
    budget: int | None = None,
    window: Days | None = None,
) -> Iterator[Decided]:
    """Every claim with its inputs and outcome; `claims` must be in order, `books` know what came before and go on.

    `budget` is what one calendar year may grant, in fen: a year that needs more is shared out in proportion, and its
    decisions come out when the year is over. What the budget cut is lost: later payments do not bring it back.
    `window` are its first and last day, where they are not the policy's own.
    """
    for _, year in groupby(claims, key=lambda claim: claim.applied_on.year):
        decided = _decide(policy, year, books, window)
        yield from decided if budget is None else _within(budget, list(decided), books)


def _decide(policy: Policy, claims: Iterable[ClaimFacts], books: Books, window: Days | None) -> Iterator[Decided]:
    opens_on, closes_on = window or (None, None)
    for claim in claims:
        inputs = inputs_for(policy, claim, books.before(claim), opens_on=opens_on, closes_on=closes_on)
        outcome = decide(policy, inputs)
        books.add(inputs, outcome)
        yield inputs, outcome


def _within(budget: int, year: list[Decided], books: Books) -> Iterator[Decided]:
    shares = share_out(budget, [outcome.amount for _, outcome in year])
    for (inputs, outcome), share in zip(year, shares, strict=True):
        if share == outcome.amount:
            yield inputs, outcome
        else:
            contract = inputs.claim.contract.contract_id
            books.cut(contract, inputs.claim.role, outcome.amount - share)
            yield replace(inputs, share=share), shared(outcome, share)
