"""Refunds are taken off the newest payments, and never more comes out than went in."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.contracts.rules import PaymentKind
from matchmaker.subsidies.payment_facts import PaidRow, payments_of

FIRST = date(2025, 6, 1)


def row(day: int, amount: int, technology: int | None = None, *, back: bool = False) -> PaidRow:
    """Money paid, or given back, so many days after the first."""
    kind = PaymentKind.REFUND if back else PaymentKind.PAYMENT
    return PaidRow(kind, FIRST + timedelta(days=day), amount, technology, invoice=True, bank_receipt=True)


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        ([row(0, 100)], [(0, 100, None)]),
        ([row(5, 50), row(0, 100)], [(0, 100, None), (5, 50, None)]),
        ([row(0, 100), row(5, 50), row(9, 30, back=True)], [(0, 100, None), (5, 20, None)]),
        ([row(0, 100), row(5, 50), row(9, 70, back=True)], [(0, 80, None)]),
        # What was paid later is not what was given back.
        ([row(0, 100), row(3, 30, back=True), row(5, 50)], [(0, 70, None), (5, 50, None)]),
        ([row(0, 100), row(3, 150, back=True), row(5, 50)], []),
        ([row(0, 100, 80), row(3, 50, back=True)], [(0, 50, 40)]),
        ([row(0, 100, 80), row(3, 50, 10, back=True)], [(0, 50, 50)]),
        ([row(0, 100, 80), row(3, 20, 20, back=True)], [(0, 80, 60)]),
        ([row(0, 100, 80), row(1, 40, 30), row(3, 60, 50, back=True)], [(0, 80, 60)]),
        ([row(0, 60, back=True)], []),
        ([], []),
    ],
)
def test_what_was_really_paid(rows: list[PaidRow], left: list[tuple[int, int, int | None]]) -> None:
    found = [((one.paid_on - FIRST).days, one.amount, one.technology_amount) for one in payments_of(rows)]
    assert found == left


ROWS = st.lists(
    st.builds(
        lambda day, amount, part, back: row(day, amount, None if part is None else amount * part // 10, back=back),
        st.integers(0, 400),
        st.integers(1, 10**12),
        st.none() | st.integers(0, 10),
        st.booleans(),
    ),
    max_size=8,
)


@given(ROWS)
def test_no_fen_appears_or_vanishes(rows: list[PaidRow]) -> None:
    found = payments_of(rows)
    paid = sum(one.amount for one in rows if one.kind is PaymentKind.PAYMENT)
    back = sum(one.amount for one in rows if one.kind is PaymentKind.REFUND)
    assert sum(one.amount for one in found) == max(0, paid - back)
    assert all(one.technology_amount is None or 0 <= one.technology_amount <= one.amount for one in found)
    assert [one.paid_on for one in found] == sorted(one.paid_on for one in found)
