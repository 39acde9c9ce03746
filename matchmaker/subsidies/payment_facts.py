"""From a contract's payment rows to the payments that a claim states: refunds are taken off."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from matchmaker.contracts.rules import PaymentKind
from matchmaker.subsidies.facts import Payment


@dataclass(frozen=True)
class PaidRow:
    """One row of a contract that was not withdrawn; fen. `row_id` tells which."""

    kind: PaymentKind
    paid_on: date
    amount: int
    technology_amount: int | None
    invoice: bool
    bank_receipt: bool
    row_id: int = 0


def payments_of(rows: Sequence[PaidRow]) -> tuple[Payment, ...]:
    """What was really paid, oldest first.

    A refund is taken off the newest payments made by then, since that is what money is given back of; the part of a
    payment that is itemised as technology shrinks with it, unless the refund says its own part.
    """
    return tuple(payment for _row_id, payment in left_of(rows))


def left_of(rows: Sequence[PaidRow]) -> list[tuple[int, Payment]]:
    """The same, each with the `row_id` of the row that it is left of; what came back whole is not there."""
    ordered = sorted(rows, key=lambda row: row.paid_on)
    kept = [
        (row.row_id, Payment(row.paid_on, row.amount, row.technology_amount, row.invoice, row.bank_receipt))
        for row in ordered
        if row.kind is PaymentKind.PAYMENT
    ]
    for refund in (row for row in ordered if row.kind is PaymentKind.REFUND):
        kept = _without(kept, refund)
    return kept


def _without(payments: list[tuple[int, Payment]], refund: PaidRow) -> list[tuple[int, Payment]]:
    left, technology = refund.amount, refund.technology_amount
    found: list[tuple[int, Payment]] = []
    # The newest first; money cannot come back of what was paid later, unless nothing else is there.
    order = sorted(payments, key=lambda one: (one[1].paid_on <= refund.paid_on, one[1].paid_on), reverse=True)
    for row_id, one in order:
        taken = min(left, one.amount)
        left -= taken
        if taken == one.amount:
            technology = None if technology is None else max(0, technology - (one.technology_amount or 0))
            continue
        found.append((row_id, one if not taken else _smaller(one, taken, technology)))
        technology = technology if not taken else None
    return sorted(found, key=lambda one: one[1].paid_on)


def _smaller(one: Payment, taken: int, technology: int | None) -> Payment:
    rest = one.amount - taken
    if one.technology_amount is None:
        return replace(one, amount=rest)
    part = one.technology_amount * rest // one.amount if technology is None else one.technology_amount - technology
    return replace(one, amount=rest, technology_amount=min(rest, max(0, part)))
