"""Payments that count and of which there is a typed number only: which, and who saw their originals, when and why.

The engine counts a number as evidence. Whoever proposes money on it says that the paper itself was there to be seen;
the words stand in the claim's step, and with the papers they are about in the audit log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.audit.models import AuditEntry
from matchmaker.contracts.models import Contract, ContractPayment
from matchmaker.core.errors import Conflict, Fault, Invalid
from matchmaker.subsidies.amounts import spoken
from matchmaker.subsidies.counting import counted
from matchmaker.subsidies.facts import Before, Inputs
from matchmaker.subsidies.gathering import CONTRACT_PARTS, facts_of_claim, paid_rows
from matchmaker.subsidies.models import Claim
from matchmaker.subsidies.moving import subject_of
from matchmaker.subsidies.policies import policy_of

_PAPERS = {"invoice": "发票", "bank_receipt": "银行回单"}
# What the entry of a step is called in the audit log, and where in it stands what was seen.
_STEP, _SEEN = "subsidy.state", "originals"


@dataclass(frozen=True)
class Unscanned:
    """A payment that counts; `papers` are those of "invoice" and "bank_receipt" of which only the number is there."""

    payment_id: int
    paid_on: date
    amount_fen: int
    papers: tuple[str, ...]

    @property
    def spoken(self) -> str:
        """The payment and its papers in Chinese, as the step keeps them."""
        return f"{self.paid_on} 付款 {spoken(self.amount_fen)}的{'、'.join(_PAPERS[one] for one in self.papers)}"


@dataclass(frozen=True)
class Seen:
    """An officer's word that originals were seen: when, whose, in which words; `papers` as (payment, paper)."""

    at: datetime
    by: str
    text: str
    papers: frozenset[tuple[int, str]]


def unscanned(session: Session, claim: Claim) -> list[Unscanned]:
    """The payments that count for this claim, as the engine counts them, and lack a scan that the policy asks for."""
    contract = session.scalars(select(Contract).where(Contract.id == claim.contract_id).options(*CONTRACT_PARTS)).one()
    return unscanned_of(claim, contract)


def unscanned_of(claim: Claim, contract: Contract) -> list[Unscanned]:
    """The same with the contract at hand; `CONTRACT_PARTS` should be loaded."""
    policy, window = policy_of(claim.window.policy), claim.window
    try:
        facts = facts_of_claim(claim, contract, as_of=window.closes_on)
    except Conflict:
        # Nothing can be decided on this contract, so nothing counts.
        return []
    inputs = Inputs(facts, Before(), window.opens_on, window.closes_on)
    paid, found = paid_rows(contract), []
    for row in contract.payments:
        lacking = _lacking(row, policy.eligibility.payment_evidence)
        if lacking and row.id in paid and counted(policy, inputs, (paid[row.id],))[0]:
            found.append(Unscanned(row.id, row.paid_on, row.amount_fen, lacking))
    return found


def statements(session: Session, claim: Claim) -> list[Seen]:
    """What officers said of originals they saw for this claim, oldest first."""
    mine = (AuditEntry.subject == subject_of(claim), AuditEntry.action == _STEP)
    rows = session.scalars(select(AuditEntry).where(*mine).order_by(AuditEntry.number))
    return [_read(row) for row in rows if _SEEN in row.detail]


def unseen(session: Session, claim: Claim) -> list[Unscanned]:
    """Those of the unscanned papers that nobody yet said to have seen in the original."""
    known = frozenset[tuple[int, str]]().union(*(one.papers for one in statements(session, claim)))
    found = []
    for one in unscanned(session, claim):
        left = tuple(paper for paper in one.papers if (one.payment_id, paper) not in known)
        if left:
            found.append(Unscanned(one.payment_id, one.paid_on, one.amount_fen, left))
    return found


def require_statement(lacking: Sequence[Unscanned], text: str) -> None:
    """Invalid when there are papers that nobody saw, and no word of who saw them."""
    if lacking and not text:
        named = "; ".join(f"{one.paid_on} {', '.join(one.papers)}" for one in lacking)
        raise Invalid([Fault("originals", f"typed numbers without a scan, say who saw the originals: {named}")])


def in_words(lacking: Sequence[Unscanned], text: str) -> str:
    """The statement as the step keeps it."""
    papers = f"（{'；'.join(one.spoken for one in lacking)}）" if lacking else ""
    return f"已核对原件{papers}：{text}"


def for_log(lacking: Sequence[Unscanned], text: str) -> dict[str, Any]:
    """The statement as the audit log keeps it, beside the step."""
    papers = [[one.payment_id, paper] for one in lacking for paper in one.papers]
    return {_SEEN: {"text": text, "papers": papers}}


def _lacking(row: ContractPayment, asked: Sequence[str]) -> tuple[str, ...]:
    files = {"invoice": row.invoice_file_id, "bank_receipt": row.receipt_file_id}
    return tuple(paper for paper in _PAPERS if paper in asked and files[paper] is None)


def _read(row: AuditEntry) -> Seen:
    said = row.detail[_SEEN]
    papers = frozenset((int(payment), str(paper)) for payment, paper in said["papers"])
    return Seen(row.at, row.actor, str(said["text"]), papers)
