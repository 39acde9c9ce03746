"""Which payments count, and the base they make: the technology amount that was really paid."""

from datetime import date

from matchmaker.subsidies.amounts import spoken
from matchmaker.subsidies.facts import ContractFacts, Inputs, Payment
from matchmaker.subsidies.policy import Policy
from matchmaker.subsidies.reasons import Reason, ReasonCode


def standing(inputs: Inputs) -> tuple[Payment, ...]:
    """All payments of the contract so far.

    A claim lists them all. One that lists only payments later than everything an earlier decision counted is read as
    adding to those, so that both ways to write a later year's claim give the same.
    """
    listed, earlier = inputs.claim.contract.payments, inputs.before.payments
    if listed and earlier and min(one.paid_on for one in listed) > max(one.paid_on for one in earlier):
        return earlier + listed
    return listed


def counted(policy: Policy, inputs: Inputs, payments: tuple[Payment, ...]) -> tuple[tuple[Payment, ...], list[Reason]]:
    """The payments that count, and for each of the others why it does not."""
    asked = policy.eligibility
    first, last = date.min, date.max
    if asked.payment_date_range is not None:
        first, last = inputs.claim.contract.signed_on, inputs.closes_on
    invoice, receipt = "invoice" in asked.payment_evidence, "bank_receipt" in asked.payment_evidence
    counting = [
        one
        for one in payments
        if first <= one.paid_on <= last and (one.invoice or not invoice) and (one.bank_receipt or not receipt)
    ]
    if len(counting) == len(payments):
        return payments, []
    code, others = ReasonCode, []
    for one in payments:
        if one.paid_on < first:
            others.append(_left_out(code.PAYMENT_BEFORE_SIGNING, one, f"早于签订日 {first}"))
        elif one.paid_on > last:
            others.append(_left_out(code.PAYMENT_AFTER_CLOSE, one, f"晚于申报截止日 {last}"))
        elif invoice and not one.invoice:
            others.append(_left_out(code.PAYMENT_WITHOUT_INVOICE, one, "没有发票"))
        elif receipt and not one.bank_receipt:
            others.append(_left_out(code.PAYMENT_WITHOUT_BANK_RECEIPT, one, "没有银行回单"))
    return tuple(counting), others


def _left_out(code: ReasonCode, one: Payment, why: str) -> Reason:
    return Reason(code, f"{one.paid_on} 付款 {spoken(one.amount)}，{why}，不计入")


def base_of(contract: ContractFacts, payments: tuple[Payment, ...]) -> tuple[int, Reason]:
    """The fen of technology amount that these payments paid, rounded down, and how they were reckoned.

    A payment that says how much of it is technology counts with that, the others in the proportion of the contract.
    """
    total, technology = contract.total_amount, contract.technology_amount
    itemised = rest = 0
    for one in payments:
        if one.technology_amount is None:
            rest += one.amount
        else:
            itemised += one.technology_amount
    share = rest * technology // total
    base = min(technology, itemised + share)
    steps = []
    if rest:
        paid = f"已付 {spoken(rest)} ÷ 合同成交额 {spoken(total)}"
        steps.append(f"技术交易额 {spoken(technology)} × {paid} = {spoken(share)}")
    if itemised or not rest:
        steps.append(f"付款中列明的技术部分 {spoken(itemised)}")
    if rest and itemised:
        steps.append(f"合计 {spoken(share + itemised)}")
    if base < share + itemised:
        steps.append(f"以技术交易额 {spoken(base)} 为限")
    return base, Reason(ReasonCode.BASE, "；".join(steps))
