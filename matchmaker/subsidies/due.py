"""Claw-backs that facts of today call for: a registration that is gone, a price that was given back."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.contracts.models import Contract, ContractAmount, ContractPayment
from matchmaker.contracts.rules import IN_FORCE, ContractState, RelatedParty
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.subsidies import decisions, ledger, moving
from matchmaker.subsidies.amounts import spoken
from matchmaker.subsidies.engine import decide
from matchmaker.subsidies.facts import Inputs
from matchmaker.subsidies.gathering import inputs_of
from matchmaker.subsidies.models import Claim, ClawBack, Decision
from matchmaker.subsidies.policies import policy_of
from matchmaker.subsidies.reasons import ReasonCode
from matchmaker.subsidies.rules import Account, ClaimState, ClawBackReason
from matchmaker.subsidies.telling import tell_office

_GRANTED = (ClaimState.APPROVED, ClaimState.PAID)
_GONE = {
    ContractState.REVOKED: ClawBackReason.REGISTRATION_REVOKED,
    ContractState.CANCELLED: ClawBackReason.CONTRACT_RESCINDED,
}
_SAID = {
    ClawBackReason.REGISTRATION_REVOKED: "合同的认定登记已撤销",
    ClawBackReason.CONTRACT_RESCINDED: "合同已注销",
}


@dataclass(frozen=True)
class Owed:
    """Why money is to be taken back, how much in fen, and in which words."""

    reason: ClawBackReason
    fen: int
    text: str


def open_if_due(session: Session, actor: Actor, *, claim_id: int, base: str) -> ClawBack | None:
    """Open a claw-back when the facts of today no longer carry what the claim was granted; None when they do.

    The platform only finds it: an officer takes it up, and another one decides. What was found and turned down is not
    opened again for the same amount and reason.
    """
    claim = moving.hold(session, claim_id)
    if claim.state not in _GRANTED or any(one.confirmed is None for one in claim.claw_backs):
        return None
    found = owed(session, claim)
    return _open(session, actor, claim, found, base=base) if found is not None else None


def owed(session: Session, claim: Claim) -> Owed | None:
    """What is to be taken back as the facts stand today; None when nothing is.

    Reasons that the policy does not name are left to the office.
    """
    wanted = policy_of(claim.window.policy).clawback
    accounts = ledger.balances(session, claim_id=claim.id)
    held = accounts[Account.COMMITTED] + accounts[Account.PAID]
    gone = _GONE.get(claim.contract.state)
    if gone is not None:
        return Owed(gone, held, _SAID[gone]) if gone in wanted and held else None
    row = decisions.current(session, claim)
    if row is None or claim.contract.state not in IN_FORCE:
        return None
    reason, still = _still_carried(session, claim, row)
    if still >= held or reason not in wanted:
        return None
    return Owed(reason, held - still, f"按现在的材料只应支持 {spoken(still)}")


def _still_carried(session: Session, claim: Claim, row: Decision) -> tuple[ClawBackReason, int]:
    """What the decision would give on the contract as it stands today, in fen, and what it would be called if less."""
    share = Inputs.from_json(row.inputs).share
    inputs = inputs_of(session, claim, share=share, earlier_than=row.id, as_of=clock.today())
    outcome = decide(policy_of(claim.window.policy), inputs)
    hidden = {ReasonCode.RELATED_PARTY, ReasonCode.FISCAL_FUND} & {one.code for one in outcome.reasons}
    reason = ClawBackReason.FALSE_DECLARATION if hidden else ClawBackReason.REFUND_RECEIVED
    # More than was decided then is for a later claim.
    return reason, min(row.amount_fen, outcome.amount)


def _open(session: Session, actor: Actor, claim: Claim, owed: Owed, *, base: str) -> ClawBack | None:
    once = f"due:{claim.id}:{owed.reason}:{owed.fen}"
    if session.scalar(select(ClawBack.id).where(ClawBack.once == once)) is not None:
        return None
    row = ClawBack(
        claim_id=claim.id,
        reason=owed.reason,
        amount_fen=owed.fen,
        text=owed.text,
        once=once,
        proposed_at=clock.now(),
        proposed_by=actor.name,
    )
    session.add(row)
    session.flush()
    session.expire(claim, ["claw_backs"])
    tell_office(session, claim, "claw_back_due", base=base, details={"back": spoken(owed.fen)})
    detail = {"claw_back": row.id, "reason": owed.reason, "amount_fen": owed.fen}
    audit.record(session, actor, [audit.Event("subsidy.claw_back_found", moving.subject_of(claim), detail)])
    return row


def suspects(session: Session) -> Sequence[int]:
    """Granted claims whose contract is not in force or between related parties, or whose payments or amounts changed
    after the decision that holds; whatever else was done with the claim since does not hide that.
    """
    tied = Contract.related.in_((RelatedParty.DECLARED, RelatedParty.DETECTED))
    paid = exists().where(
        ContractPayment.contract_id == Claim.contract_id,
        or_(ContractPayment.at > Decision.at, ContractPayment.withdrawn_at > Decision.at),
    )
    changed = exists().where(ContractAmount.contract_id == Claim.contract_id, ContractAmount.at > Decision.at)
    statement = (
        select(Claim.id)
        .join(Contract, Contract.id == Claim.contract_id)
        .join(Decision, (Decision.claim_id == Claim.id) & Decision.superseded_at.is_(None))
        .where(Claim.state.in_(_GRANTED), or_(Contract.state.not_in(IN_FORCE), tied, paid, changed))
        .order_by(Claim.id)
    )
    return session.scalars(statement).all()
