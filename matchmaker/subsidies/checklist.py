"""The papers and facts that a claim needs, what of them is there, and what is still missing."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.contracts.models import Contract
from matchmaker.contracts.rules import IN_FORCE, PartyRole, PaymentKind, RelatedParty
from matchmaker.files.models import StoredFile
from matchmaker.subsidies.evidence import unscanned_of
from matchmaker.subsidies.gathering import CONTRACT_PARTS
from matchmaker.subsidies.models import Claim
from matchmaker.subsidies.moving import subject_of
from matchmaker.subsidies.policies import policy_of
from matchmaker.subsidies.policy import Policy


@dataclass(frozen=True)
class CheckItem:
    """One line: whether it is there, whether the claim cannot go on without it, and what it is.

    `number_only` when it is there, but of some payment that counts only as a typed number, without the scan.
    """

    code: str
    done: bool
    needed: bool
    text_zh: str
    text_en: str
    number_only: bool = False


@dataclass(frozen=True)
class _Paper:
    policy: Policy
    claim: Claim
    contract: Contract
    purposes: frozenset[str]
    unscanned: frozenset[str]

    @property
    def payments(self) -> list[tuple[bool, bool]]:
        """Invoice and bank receipt of every payment that stands."""
        rows = [one for one in self.contract.payments if one.withdrawn_at is None and one.kind is PaymentKind.PAYMENT]
        return [
            (bool(one.invoice_no or one.invoice_file_id), bool(one.receipt_no or one.receipt_file_id)) for one in rows
        ]


def checklist(session: Session, claim: Claim) -> list[CheckItem]:
    """What this claim needs under its policy, in the order in which the office looks at it."""
    contract = session.scalars(select(Contract).where(Contract.id == claim.contract_id).options(*CONTRACT_PARTS)).one()
    papers = select(StoredFile.purpose).where(
        StoredFile.subject == subject_of(claim), StoredFile.withdrawn_at.is_(None)
    )
    unscanned = frozenset(name for one in unscanned_of(claim, contract) for name in one.papers)
    paper = _Paper(policy_of(claim.window.policy), claim, contract, frozenset(session.scalars(papers)), unscanned)
    items = [*_contract_items(paper), *_payment_items(paper), *_claim_items(paper)]
    return [one for one in items if one is not None]


def _contract_items(paper: _Paper) -> list[CheckItem | None]:
    asked, contract = paper.policy.eligibility, paper.contract
    registered = contract.state in IN_FORCE and bool(contract.registration_no)
    unrelated = contract.related in (RelatedParty.NONE, RelatedParty.CLEARED)
    return [
        _item("registered", registered, "合同已认定登记", "the contract is registered", needed=asked.registered),
        _item(
            "matched",
            contract.matched_on is not None,
            "经本平台对接，且早于签订",
            "matched on the platform before it was signed",
            needed=asked.via_platform,
        ),
        _item(
            "unrelated",
            unrelated,
            "双方无关联关系",
            "the parties are not related",
            needed=asked.related_party == "exclude",
        ),
    ]


def _payment_items(paper: _Paper) -> list[CheckItem | None]:
    evidence, payments = paper.policy.eligibility.payment_evidence, paper.payments
    return [
        _item("payment", bool(payments), "有付款记录", "there is a payment", needed=True),
        _item(
            "invoice",
            any(invoice for invoice, _receipt in payments),
            "付款发票",
            "the invoice of a payment",
            needed="invoice" in evidence,
            number_only="invoice" in paper.unscanned,
        ),
        _item(
            "bank_receipt",
            any(receipt for _invoice, receipt in payments),
            "银行回单",
            "the bank receipt of a payment",
            needed="bank_receipt" in evidence,
            number_only="bank_receipt" in paper.unscanned,
        ),
    ]


def _claim_items(paper: _Paper) -> list[CheckItem | None]:
    claim, purposes = paper.claim, paper.purposes
    own = paper.policy.enabled.get(claim.role)
    mandate = claim.role is PartyRole.INTERMEDIARY and own is not None and own.needs_paid_mandate
    return [
        _item("declared", claim.declared, "真实性与无关联承诺", "the declaration", needed=True),
        _item("account", bool(claim.bank_account), "收款账户", "the account to pay to", needed=True),
        _item("mandate", "mandate" in purposes, "付费委托协议", "the paid mandate", needed=True) if mandate else None,
        _item("aid", "aid" in purposes, "上级补助文件", "the paper on aid from higher levels", needed=True)
        if claim.higher_level_aid_fen
        else None,
        _item("statement", "statement" in purposes, "补充说明", "a statement of one's own", needed=False),
    ]


def _item(code: str, done: bool, text_zh: str, text_en: str, *, needed: bool, number_only: bool = False) -> CheckItem:
    return CheckItem(code, done, needed, text_zh, text_en, number_only)
