"""What another version of the policy would have given for a window's claims: whom, how much, against the budget."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.accounts.models import Organisation
from matchmaker.contracts.models import Contract
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, NotFound
from matchmaker.subsidies import ledger
from matchmaker.subsidies.access import require_office_reader
from matchmaker.subsidies.books import Books
from matchmaker.subsidies.comparing import Comparison
from matchmaker.subsidies.comparing import compare as compare_claims
from matchmaker.subsidies.facts import ClaimFacts, Inputs
from matchmaker.subsidies.gathering import CONTRACT_PARTS, Granted, facts_of_claim, granted
from matchmaker.subsidies.models import Claim, PolicyVersion, Window
from matchmaker.subsidies.policies import policy_of, version
from matchmaker.subsidies.policy import ClaimWindow, Policy
from matchmaker.subsidies.rules import Account, ClaimState, claim_number

Tick = Callable[[int, int], None]
# Nobody asked for these, or whoever did took it back.
LEFT_OUT = (ClaimState.FOUND, ClaimState.WITHDRAWN)


@dataclass(frozen=True)
class DryRun:
    """Both versions over the same claims. `names` by code of the unit, `claims` by the number that the run gave them.

    `skipped` are claims whose contract lacks what no decision can do without.
    """

    window: Window
    first: PolicyVersion
    second: PolicyVersion
    comparison: Comparison
    names: dict[str, str]
    claims: dict[str, int]
    skipped: tuple[int, ...]
    budget_fen: int | None


def compare(session: Session, actor: Actor, *, window_id: int, policy_row_id: int, tick: Tick | None = None) -> DryRun:
    """Run a window's claims under its own version and another one, each with its own rates and caps; writes nothing.

    Claims go in with the facts of their newest decision, on the days of the window, after what earlier windows
    granted. A budget that binds holds for both. For officers and auditors. `tick` gets (done, total) of the claims.
    """
    require_office_reader(actor)
    window = session.get(Window, window_id, options=[joinedload(Window.policy)])
    if window is None:
        raise NotFound(f"no window {window_id}")
    other = version(session, row_id=policy_row_id)
    rows = _claims(session, window)
    # Before `granted` reads the claims anew and leaves out whose they are.
    names = {row.organisation.uscc: row.organisation.name for row in rows}
    facts, skipped = _facts(session, rows, window, tick)
    earlier = _earlier(session, window, rows)
    budget = -ledger.balances(session, window_id=window.id)[Account.APPROPRIATION] if window.limited else None
    first, second = (_on_days(policy_of(one), window) for one in (window.policy, other))
    found = compare_claims(first, second, facts, budget=budget, opening=lambda: _books(earlier))
    return DryRun(
        window=window,
        first=window.policy,
        second=other,
        comparison=found,
        names=names,
        claims={claim_number(row.id): row.id for row in rows},
        skipped=skipped,
        budget_fen=budget,
    )


def _claims(session: Session, window: Window) -> Sequence[Claim]:
    whole = joinedload(Claim.organisation).options(selectinload(Organisation.nodes), selectinload(Organisation.titles))
    statement = select(Claim).where(Claim.window_id == window.id, Claim.state.not_in(LEFT_OUT)).order_by(Claim.id)
    return session.scalars(statement.options(whole, selectinload(Claim.decisions))).all()


def _facts(
    session: Session, rows: Sequence[Claim], window: Window, tick: Tick | None
) -> tuple[list[ClaimFacts], tuple[int, ...]]:
    found, skipped = [], []
    contracts = _contracts(session, [row.contract_id for row in rows if not row.decisions])
    for done, row in enumerate(rows, start=1):
        try:
            found.append(_facts_of(row, contracts.get(row.contract_id), window))
        except Conflict:
            skipped.append(row.id)
        if tick is not None:
            tick(done, len(rows))
    return found, tuple(skipped)


def _contracts(session: Session, ids: Sequence[int]) -> dict[int, Contract]:
    """The contracts of claims that were never decided, with all that the engine reads."""
    rows = session.scalars(select(Contract).where(Contract.id.in_(ids)).options(*CONTRACT_PARTS))
    return {row.id: row for row in rows}


def _facts_of(row: Claim, contract: Contract | None, window: Window) -> ClaimFacts:
    """What it was decided on; for one that never was (its `contract` is given), what it would be decided on now."""
    if contract is None or row.decisions:
        return Inputs.from_json(row.decisions[-1].inputs).claim
    return facts_of_claim(row, contract, as_of=window.closes_on)


def _earlier(session: Session, window: Window, rows: Sequence[Claim]) -> list[Granted]:
    """What stands on these contracts from other windows, and for these units in the same year."""
    mine = {row.id for row in rows}
    standing = granted(
        session,
        policy_id=window.policy.policy_id,
        contract_ids={row.contract_id for row in rows},
        organisation_ids={row.organisation_id for row in rows},
        year=window.year,
    )
    return [one for one in standing if one.claim_id not in mine and one.year <= window.year]


def _books(earlier: Sequence[Granted]) -> Books:
    books = Books()
    for one in earlier:
        books.add(one.inputs, one.outcome)
    return books


def _on_days(policy: Policy, window: Window) -> Policy:
    """The policy with the days on which claims were really made: a version is compared by what it gives."""
    days = ClaimWindow(opens=_day_of_year(window.opens_on), closes=_day_of_year(window.closes_on))
    return policy.model_copy(update={"window": days})


def _day_of_year(day: date) -> str:
    # A policy's window has no 29 February.
    return "02-28" if (day.month, day.day) == (2, 29) else day.strftime("%m-%d")
