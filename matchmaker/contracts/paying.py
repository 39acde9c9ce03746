"""Money on a contract: paid or paid back, with its papers. A wrong row is withdrawn with a reason, never changed."""

from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.contracts.access import (
    can_refund_only,
    files_for,
    is_office,
    organisation_of,
    require_payer,
    require_withdrawer,
    side_of,
)
from matchmaker.contracts.following import follow
from matchmaker.contracts.holding import held, keep_paper, one_of_a_kind, subject
from matchmaker.contracts.models import Contract, ContractPayment
from matchmaker.contracts.rules import ROYALTIES, ContractState, FilePurpose, PartyRole, PaymentKind
from matchmaker.contracts.schemas import MAX_REASON, Paper, PaymentIn
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Invalid, NotFound
from matchmaker.core.money import yuan_from_fen

_SAME_SLIP = "this slip is counted on the contract already"
_TWIN = "a payment of this day and amount is entered already: the slip's number must tell them apart"


def add_payment(
    session: Session,
    actor: Actor,
    *,
    contract_id: int,
    data: PaymentIn,
    folder: Path | None = None,
    invoice: Paper | None = None,
    receipt: Paper | None = None,
) -> ContractPayment:
    """Enter money that buyer or seller paid or paid back. A buyer shows the bank slip, for it paid.

    Invalid names `amount` when more would be paid than the contract's total (royalties apart) or more come back than
    was paid; `technology`, `paid_on`, `receipt_no` and `receipt` likewise. A form sent twice is refused: two payments
    of one day and amount must have slips with different numbers. Conflict for a draft, and after the end unless money
    comes back or an officer makes up for it.
    """
    contract = held(session, actor, contract_id)
    require_payer(actor, contract)
    _require_time(actor, contract, data)
    _require_fits(contract, data)
    _require_new(contract, data)
    if _is_buyer_only(actor, contract) and receipt is None:
        raise Invalid([Fault("receipt", "attach the bank slip")])
    row = _row(actor, contract, data)
    with one_of_a_kind(session, Fault("receipt_no", _SAME_SLIP, data.receipt_no)):
        session.add(row)
    _attach(session, actor, contract, row, folder=folder, invoice=invoice, receipt=receipt)
    _count(session, contract)
    detail = {"payment": row.id, "kind": row.kind.value, "amount_fen": row.amount_fen, "on": row.paid_on.isoformat()}
    audit.record(session, actor, [audit.Event("contract.payment", subject(contract), detail)])
    follow(session, actor, contract)
    return row


def complete_payment(
    session: Session,
    actor: Actor,
    *,
    payment_id: int,
    folder: Path,
    invoice: Paper | None = None,
    receipt: Paper | None = None,
) -> ContractPayment:
    """Add a paper that was missing. Conflict when it is there already: then withdraw the row and enter it anew."""
    contract, row = _payment(session, actor, payment_id)
    if (invoice and row.invoice_file_id) or (receipt and row.receipt_file_id):
        raise Conflict("this paper is there already; withdraw the payment and enter it anew")
    _attach(session, actor, contract, row, folder=folder, invoice=invoice, receipt=receipt)
    papers = [name for name, paper in (("invoice", invoice), ("receipt", receipt)) if paper]
    detail = {"payment": row.id, "papers": papers}
    audit.record(session, actor, [audit.Event("contract.payment_papers", subject(contract), detail)])
    return row


def withdraw_payment(session: Session, actor: Actor, *, payment_id: int, reason: str) -> ContractPayment:
    """Take a wrong row out of the count, with the reason; it stays to be seen.

    Forbidden for everybody but the party that entered it and the office. Conflict when it was withdrawn before, or when
    more would have come back than was paid.
    """
    contract, row = _payment(session, actor, payment_id)
    require_withdrawer(actor, contract, row)
    if not reason.strip() or len(reason) > MAX_REASON:
        raise Invalid([Fault("reason", f"say why, in at most {MAX_REASON} characters")])
    if row.kind is PaymentKind.PAYMENT and contract.paid_fen < row.amount_fen:
        raise Conflict("more would have come back than was paid; withdraw the refund first")
    restored = contract.paid_fen + row.amount_fen
    if row.kind is PaymentKind.REFUND and _limit(contract) < restored:
        raise Conflict("more would be paid than the contract's total; withdraw a payment first")
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = clock.now(), actor.name, reason.strip()
    session.flush()
    _count(session, contract)
    detail = {"payment": row.id, "amount_fen": row.amount_fen, "reason": row.withdrawn_reason}
    audit.record(session, actor, [audit.Event("contract.payment_withdrawn", subject(contract), detail)])
    return row


def _row(actor: Actor, contract: Contract, data: PaymentIn) -> ContractPayment:
    plain = data.model_dump(include={"kind", "paid_on", "invoice_no", "receipt_no", "note"})
    row = ContractPayment(contract_id=contract.id, **plain, at=clock.now(), by=actor.name)
    row.amount_fen, row.technology_fen = data.amount, data.technology
    row.organisation_id = organisation_of(actor, contract)
    return row


def _payment(session: Session, actor: Actor, payment_id: int) -> tuple[Contract, ContractPayment]:
    """The contract, locked, and its payment. NotFound for strangers, Conflict for a row that counts no more."""
    row = session.get(ContractPayment, payment_id)
    if row is None:
        raise NotFound(f"no payment {payment_id}")
    contract = held(session, actor, row.contract_id)
    require_payer(actor, contract)
    session.refresh(row)
    if row.withdrawn_at is not None:
        raise Conflict(f"payment was withdrawn: {payment_id}")
    return contract, row


def _require_time(actor: Actor, contract: Contract, data: PaymentIn) -> None:
    if contract.state is ContractState.DRAFT:
        raise Conflict("nothing is paid on a draft: record the signing first")
    if can_refund_only(actor, contract) and data.kind is PaymentKind.PAYMENT:
        raise Conflict(f"only money that came back is entered on contract {contract.id}, which is {contract.state}")
    if data.paid_on > clock.today():
        raise Invalid([Fault("paid_on", "the day lies in the future", data.paid_on.isoformat())])


def _require_fits(contract: Contract, data: PaymentIn) -> None:
    """The parts stay within the whole (DOMAIN 1.3); what a royalty brings is not known before."""
    given = yuan_from_fen(data.amount)
    if data.technology is not None and data.technology > data.amount:
        raise Invalid([Fault("technology", "the technology part exceeds the payment")])
    if data.kind is PaymentKind.REFUND:
        if data.amount > contract.paid_fen:
            raise Invalid([Fault("amount", "more would come back than was paid", given)])
        return
    if contract.payment_mode not in ROYALTIES and contract.total_fen is None:
        raise Invalid([Fault("amount", "enter the contract's total first")])
    if contract.paid_fen + data.amount > _limit(contract):
        raise Invalid([Fault("amount", "more would be paid than the contract's total", given)])
    if contract.payment_mode not in ROYALTIES and _technology_paid(contract, data) > (contract.technology_fen or 0):
        raise Invalid([Fault("technology", "more would be paid than the contract's technology amount")])


def _require_new(contract: Contract, data: PaymentIn) -> None:
    """Nothing tells a payment without a number from its twin; the database sees to equal numbers."""
    facts = (data.kind, data.paid_on, data.amount)
    for row in contract.payments:
        twin = row.withdrawn_at is None and (row.kind, row.paid_on, row.amount_fen) == facts
        if twin and not (data.receipt_no and row.receipt_no):
            raise Invalid([Fault("receipt_no", _TWIN, data.receipt_no)])


def _limit(contract: Contract) -> int:
    royalty = contract.payment_mode in ROYALTIES
    # A royalty has no limit; no column holds more than this.
    return 2**62 if royalty else (contract.total_fen or 0)


def _technology_paid(contract: Contract, data: PaymentIn) -> int:
    """What the papers call technology, with this payment; 0 when this one says nothing of it."""
    if data.technology is None:
        return 0
    counted = [row for row in contract.payments if row.withdrawn_at is None]
    signs = {PaymentKind.PAYMENT: 1, PaymentKind.REFUND: -1}
    return data.technology + sum(signs[row.kind] * (row.technology_fen or 0) for row in counted)


def _is_buyer_only(actor: Actor, contract: Contract) -> bool:
    is_buyer = side_of(actor, contract) is PartyRole.BUYER
    return is_buyer and not files_for(actor, contract) and not is_office(actor, contract)


def _attach(
    session: Session,
    actor: Actor,
    contract: Contract,
    row: ContractPayment,
    *,
    folder: Path | None,
    invoice: Paper | None,
    receipt: Paper | None,
) -> None:
    for purpose, paper in ((FilePurpose.INVOICE, invoice), (FilePurpose.RECEIPT, receipt)):
        if file := keep_paper(session, actor, contract, folder=folder, purpose=purpose, paper=paper):
            setattr(row, f"{purpose.value}_file_id", file.id)
    session.flush()


def _count(session: Session, contract: Contract) -> None:
    """Add up what counts. The contract is locked, so nobody adds to it meanwhile."""
    mine = (ContractPayment.contract_id == contract.id, ContractPayment.withdrawn_at.is_(None))
    statement = select(ContractPayment.kind, func.sum(ContractPayment.amount_fen)).where(*mine)
    sums = {kind: int(fen) for kind, fen in session.execute(statement.group_by(ContractPayment.kind))}
    contract.paid_fen = sums.get(PaymentKind.PAYMENT, 0) - sums.get(PaymentKind.REFUND, 0)
    session.flush()
    session.expire(contract, ["payments"])
