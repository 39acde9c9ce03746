"""A budget that does not reach is shared in proportion, to the fen."""

from collections.abc import Sequence


def share_out(budget: int, amounts: Sequence[int]) -> list[int]:
    """What each claim gets, in fen, when `budget` fen must do for all `amounts` (in the order decided).

    A budget that reaches changes nothing. Otherwise the shares are proportional and add up to the budget exactly: each
    is rounded down, and the fen that are left go one each to the largest remainders, the earlier claim first. No share
    is above its own amount. ValueError for negative numbers.
    """
    if budget < 0 or any(amount < 0 for amount in amounts):
        raise ValueError("a budget and the amounts it is shared over cannot be negative")
    total = sum(amounts)
    if total <= budget:
        return list(amounts)
    shares = [amount * budget // total for amount in amounts]
    left = budget - sum(shares)
    by_remainder = sorted(range(len(amounts)), key=lambda number: (-(amounts[number] * budget % total), number))
    for number in by_remainder[:left]:
        shares[number] += 1
    return shares
