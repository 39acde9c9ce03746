"""From rows to what the engine decides on: the contract as it stands, the applicant, and what was granted before."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from matchmaker.accounts.models import Organisation
from matchmaker.contracts.models import Contract, ContractParty, ContractPayment
from matchmaker.contracts.rules import IN_FORCE, PartyRole
from matchmaker.core import clock
from matchmaker.core.errors import Conflict
from matchmaker.subsidies import ledger
from matchmaker.subsidies.books import Books
from matchmaker.subsidies.engine import inputs_for
from matchmaker.subsidies.facts import Applicant, Before, ClaimFacts, ContractFacts, Inputs, Outcome, Payment
from matchmaker.subsidies.models import Claim, ClawBack, Decision, PolicyVersion, Window
from matchmaker.subsidies.payment_facts import PaidRow, left_of, payments_of
from matchmaker.subsidies.policies import policy_of
from matchmaker.subsidies.rules import RESERVING, ClaimState, ClawBackReason, claim_number, contract_number

# What `contract_facts` reads beside the contract's own row.
CONTRACT_PARTS = (
    selectinload(Contract.amounts),
    selectinload(Contract.payments),
    selectinload(Contract.parties).joinedload(ContractParty.organisation),
)
# Nothing was handed over yet, so the reservation is the decision's own amount.
_PENDING = frozenset({ClaimState.PROPOSED, ClaimState.NOTICE})


@dataclass(frozen=True)
class Granted:
    """One standing decision, with what of it still counts: `held_fen` against the caps, `used_base` as claimed."""

    decision_id: int
    claim_id: int
    contract_id: int
    organisation_id: int
    year: int
    inputs: Inputs
    outcome: Outcome


def inputs_of(
    session: Session,
    claim: Claim,
    *,
    share: int | None = None,
    earlier_than: int | None = None,
    leaving_out: Collection[int] = (),
    as_of: date | None = None,
) -> Inputs:
    """What the engine decides this claim on, as the rows stand now.

    `earlier_than` counts only decisions before that one as granted before; `leaving_out` are claims that are being
    decided anew together with this one. Amounts are those in force on `as_of`, which is the window's last day unless
    said. Conflict when the contract lacks something that no decision can do without.
    """
    window = claim.window
    facts = claim_facts(session, claim, as_of=as_of or window.closes_on)
    others = granted(
        session,
        policy_id=window.policy.policy_id,
        contract_ids=[claim.contract_id],
        organisation_ids=[claim.organisation_id],
        year=window.year,
    )
    counted = [
        one
        for one in others
        if one.claim_id != claim.id
        and one.claim_id not in leaving_out
        and (earlier_than is None or one.decision_id < earlier_than)
    ]
    return inputs_for(
        policy_of(window.policy),
        facts,
        before(counted, facts),
        opens_on=window.opens_on,
        closes_on=window.closes_on,
        share=share,
    )


def before(counted: Iterable[Granted], facts: ClaimFacts) -> Before:
    """What these decisions leave behind for a claim. Our claims state all payments, so none are carried over."""
    books = Books()
    for one in counted:
        books.add(one.inputs, one.outcome)
    return replace(books.before(facts), payments=())


def claim_facts(session: Session, claim: Claim, *, as_of: date) -> ClaimFacts:
    """The claim as the engine's record; applied for today while nobody has applied."""
    contract = session.scalars(select(Contract).where(Contract.id == claim.contract_id).options(*CONTRACT_PARTS)).one()
    return facts_of_claim(claim, contract, as_of=as_of)


def facts_of_claim(claim: Claim, contract: Contract, *, as_of: date) -> ClaimFacts:
    """The same with the contract at hand; `CONTRACT_PARTS` should be loaded."""
    return facts_for(
        claim_number(claim.id),
        contract,
        claim.organisation,
        role=claim.role,
        applied_on=claim.applied_on or clock.today(),
        higher_level_aid=claim.higher_level_aid_fen,
        as_of=as_of,
    )


def facts_for(
    name: str,
    contract: Contract,
    organisation: Organisation,
    *,
    role: PartyRole,
    applied_on: date,
    higher_level_aid: int,
    as_of: date,
) -> ClaimFacts:
    """The same for a contract that is only thought of as a claim; `CONTRACT_PARTS` should be loaded."""
    mandates = [party.paid_mandate for party in contract.parties if party.organisation_id == organisation.id]
    mandate = any(mandates) if role is PartyRole.INTERMEDIARY else None
    return ClaimFacts(
        claim_id=name,
        role=role,
        applied_on=applied_on,
        contract=contract_facts(contract, as_of=as_of),
        applicant=Applicant(organisation.uscc, organisation.town, paid_mandate=mandate),
        higher_level_aid=higher_level_aid,
    )


def contract_facts(contract: Contract, *, as_of: date) -> ContractFacts:
    """The contract with its amounts as in force on `as_of`, and every payment that was not withdrawn.

    One whose registration was cancelled or revoked counts as not registered.
    """
    total, technology = _amounts(contract, as_of)
    missing = [name for name, value in (("signed_on", contract.signed_on), ("total", total)) if value is None]
    if missing or contract.signed_on is None or total is None or technology is None:
        raise Conflict(f"contract {contract.id} lacks {', '.join(missing) or 'technology'}")
    registered = contract.state in IN_FORCE
    return ContractFacts(
        contract_id=contract_number(contract.id),
        kind=contract.kind,
        total_amount=total,
        technology_amount=technology,
        signed_on=contract.signed_on,
        # A contract without an end is valid as long as it is registered.
        valid_until=contract.valid_until or date.max,
        registration_no=contract.registration_no if registered else None,
        registered_on=contract.registered_on if registered else None,
        matched_on=contract.matched_on,
        related_party=contract.related,
        fiscal_fund=contract.fiscal_fund,
        payments=payments_of(_standing(contract)),
    )


def paid_rows(contract: Contract) -> dict[int, Payment]:
    """What is left of each payment of the contract after what came back, by the payment's id."""
    return dict(left_of(_standing(contract)))


def granted(
    session: Session, *, policy_id: str, contract_ids: Collection[int], organisation_ids: Collection[int], year: int
) -> list[Granted]:
    """What stands under any version of this policy: for these contracts, and for these units in this year.

    In the order decided, in a constant number of statements. A proposal reserves its amount; afterwards counts what is
    committed, paid or still to be paid back, so that money which came back frees the caps.
    """
    concerned = or_(
        Claim.contract_id.in_(contract_ids), and_(Claim.organisation_id.in_(organisation_ids), Window.year == year)
    )
    statement = (
        select(Decision, Claim, Window.year)
        .join(Claim, Claim.id == Decision.claim_id)
        .join(Window, Window.id == Claim.window_id)
        .join(PolicyVersion, PolicyVersion.id == Decision.policy_row_id)
        .where(Decision.superseded_at.is_(None), PolicyVersion.policy_id == policy_id, concerned)
        .where(Claim.state.in_([*RESERVING, ClaimState.CLAWED_BACK]))
        .order_by(Decision.id)
    )
    rows = session.execute(statement.execution_options(populate_existing=True)).all()
    ids = [claim.id for _decision, claim, _year in rows]
    held, back = ledger.with_applicant(session, ids), _taken_back(session, ids)
    found = []
    for decision, claim, its_year in rows:
        outcome = Outcome.from_json(decision.outcome)
        amount = outcome.amount if claim.state in _PENDING else held[claim.id]
        used = _still_used(outcome, back.get(claim.id, {}))
        outcome = replace(outcome, amount=amount, used_base=used)
        inputs = Inputs.from_json(decision.inputs)
        found.append(
            Granted(decision.id, claim.id, claim.contract_id, claim.organisation_id, its_year, inputs, outcome)
        )
    return found


def _still_used(outcome: Outcome, back: dict[ClawBackReason, int]) -> int:
    """The base that stays used: what was refunded may be paid and claimed again, what was claimed falsely may not."""
    refunded = back.get(ClawBackReason.REFUND_RECEIVED, 0)
    if not refunded or not outcome.amount:
        return outcome.used_base
    return outcome.used_base * max(0, outcome.amount - refunded) // outcome.amount


def _taken_back(session: Session, claim_ids: Sequence[int]) -> dict[int, dict[ClawBackReason, int]]:
    total = func.sum(ClawBack.amount_fen)
    confirmed = (ClawBack.claim_id.in_(claim_ids), ClawBack.confirmed.is_(True))
    statement = select(ClawBack.claim_id, ClawBack.reason, total).where(*confirmed)
    found: dict[int, dict[ClawBackReason, int]] = {}
    for claim_id, reason, fen in session.execute(statement.group_by(ClawBack.claim_id, ClawBack.reason)):
        found.setdefault(claim_id, {})[reason] = int(fen)
    return found


def _amounts(contract: Contract, as_of: date) -> tuple[int | None, int | None]:
    """Total and technology part in force on that day; the contract's own figures when its history says nothing."""
    known = [row for row in contract.amounts if row.effective_on <= as_of]
    if not known:
        return contract.total_fen, contract.technology_fen
    newest = max(known, key=lambda row: (row.effective_on, row.id))
    return newest.total_fen, newest.technology_fen


def _standing(contract: Contract) -> list[PaidRow]:
    return [_paid(row) for row in contract.payments if row.withdrawn_at is None]


def _paid(row: ContractPayment) -> PaidRow:
    return PaidRow(
        kind=row.kind,
        paid_on=row.paid_on,
        amount=row.amount_fen,
        technology_amount=row.technology_fen,
        invoice=bool(row.invoice_no) or row.invoice_file_id is not None,
        bank_receipt=bool(row.receipt_no) or row.receipt_file_id is not None,
        row_id=row.id,
    )
