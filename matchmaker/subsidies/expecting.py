"""What the claims of a window that wait to be assessed would take from its budget."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from matchmaker.contracts.models import Contract
from matchmaker.core.errors import Conflict
from matchmaker.subsidies.books import Books
from matchmaker.subsidies.facts import ClaimFacts
from matchmaker.subsidies.gathering import CONTRACT_PARTS, facts_of_claim, granted
from matchmaker.subsidies.models import Claim, Window
from matchmaker.subsidies.policies import policy_of
from matchmaker.subsidies.running import decide_in_turn, in_order


def expected_fen(session: Session, *, window: Window, claim_ids: Sequence[int]) -> int:
    """What these claims would get if they were decided now, after what is granted and each knowing the ones before it.

    A constant number of statements. A claim whose contract lacks what no decision can do without counts as nought.
    """
    if not claim_ids:
        return 0
    claims = _claims(session, claim_ids)
    facts = _facts(session, claims, window)
    books = _books(session, claims, window)
    days = (window.opens_on, window.closes_on)
    decided = decide_in_turn(policy_of(window.policy), in_order(facts), books=books, window=days)
    return sum(outcome.amount for _inputs, outcome in decided)


def _claims(session: Session, claim_ids: Sequence[int]) -> Sequence[Claim]:
    statement = select(Claim).where(Claim.id.in_(claim_ids)).order_by(Claim.id)
    return session.scalars(statement.options(joinedload(Claim.organisation))).all()


def _facts(session: Session, claims: Sequence[Claim], window: Window) -> list[ClaimFacts]:
    wanted = select(Contract).where(Contract.id.in_({one.contract_id for one in claims}))
    contracts = {row.id: row for row in session.scalars(wanted.options(*CONTRACT_PARTS))}
    found = []
    for claim in claims:
        try:
            found.append(facts_of_claim(claim, contracts[claim.contract_id], as_of=window.closes_on))
        except Conflict:
            continue
    return found


def _books(session: Session, claims: Sequence[Claim], window: Window) -> Books:
    books = Books()
    for one in granted(
        session,
        policy_id=window.policy.policy_id,
        contract_ids={claim.contract_id for claim in claims},
        organisation_ids={claim.organisation_id for claim in claims},
        year=window.year,
    ):
        books.add(one.inputs, one.outcome)
    return books
