"""A budget that does not reach is shared in proportion, exactly, and nobody gets more than the own amount."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.subsidies.comparing import compare
from matchmaker.subsidies.sharing import share_out
from tests.subsidies.claim_rows import claim, facts, paid, seed, uscc, varied

FEN = st.integers(0, 10**12)


def test_a_budget_that_reaches_changes_nothing() -> None:
    assert share_out(100, [60, 40]) == [60, 40]
    assert share_out(10**15, []) == []


@pytest.mark.parametrize(
    ("budget", "amounts", "shares"),
    [
        (50, [60, 40], [30, 20]),
        # A third each leaves one fen: equal remainders, so it goes to the first.
        (100, [100, 100, 100], [34, 33, 33]),
        # 3.3, 6.6 and 0: the fen goes to the larger remainder, not to the first.
        (10, [33, 67, 0], [3, 7, 0]),
        (0, [5, 5], [0, 0]),
        (1, [0, 1, 1], [0, 1, 0]),
    ],
)
def test_shares_are_proportional_and_the_last_fen_go_to_the_largest_remainders(
    budget: int, amounts: list[int], shares: list[int]
) -> None:
    assert share_out(budget, amounts) == shares


@pytest.mark.parametrize(("budget", "amounts"), [(-1, [1]), (1, [-1])])
def test_negative_numbers_are_refused(budget: int, amounts: list[int]) -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        share_out(budget, amounts)


@given(FEN, st.lists(FEN, max_size=40))
def test_the_shares_add_up_to_the_budget_and_stay_within_a_fen_of_their_proportion(
    budget: int, amounts: list[int]
) -> None:
    shares, total = share_out(budget, amounts), sum(amounts)
    assert sum(shares) == min(budget, total)
    for share, amount in zip(shares, amounts, strict=True):
        assert 0 <= share <= amount
        assert share == amount or abs(share * total - amount * budget) < total


def test_two_versions_are_compared_claim_by_claim_unit_by_unit_and_in_all() -> None:
    service = {"kind": "SVC", "total_amount": "800000", "technology_amount": "800000", "payments": [paid("800000")]}
    small = {"total_amount": "60000", "technology_amount": "60000", "payments": [paid("60000")]}
    other = {"uscc": uscc(2), "division": "440605"}
    rows = [claim("B", contract=service), claim("A"), claim("C", contract=small, applicant=other)]
    found = compare(seed("nh-techdeal-2023"), seed("nh-techdeal-2026"), [facts(row) for row in rows])
    assert [(one.claim_id, one.first.granted, one.second.granted) for one in found.claims] == [
        ("A", 60_000_00, 60_000_00),
        ("B", 24_000_00, 32_000_00),
        ("C", 0, 3_000_00),
    ]
    assert {one.uscc: (one.first, one.second) for one in found.units} == {
        uscc(1): (84_000_00, 92_000_00),
        uscc(2): (0, 3_000_00),
    }
    assert (found.first.eligible, found.first.needed, found.first.budget) == (2, 84_000_00, None)
    assert (found.second.eligible, found.second.needed, found.second.budget) == (3, 95_000_00, 20_000_000_00)


def test_a_budget_for_the_comparison_holds_for_both() -> None:
    policies = varied({}), varied({"beneficiaries.buyer.rates.DEV": 0.1, "budget.yearly_total": 1})
    rows = [claim("A"), claim("B", applicant={"uscc": uscc(2), "division": "440605"})]
    found = compare(*policies, [facts(row) for row in rows], budget=150_000_00)
    assert (found.first.needed, found.first.granted) == (120_000_00, 120_000_00)
    assert (found.second.needed, found.second.granted) == (240_000_00, 150_000_00)
    assert [one.second.granted for one in found.claims] == [75_000_00, 75_000_00]
