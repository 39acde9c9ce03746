"""What a listing may look like when it comes in."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.factories import listing_in


def test_prices_come_in_wan_and_leave_as_fen() -> None:
    data = listing_in(price_low="0.5", price_high="1,000")
    assert (data.price_low, data.price_high) == (500_000, 1_000_000_000)


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({"title": "阀"}, "at least 4"),
        ({"title": "阀" * 121}, "at most 120"),
        ({"detail": " "}, "at least 1"),
        ({"detail": "长" * 8001}, "at most 8000"),
        ({"detail": "坏\x00"}, "control characters"),
        ({"chain_nodes": []}, "at least 1"),
        ({"chain_nodes": ["HYD-77"]}, "unknown chain node"),
        ({"price_low": "2", "price_high": "1"}, "price_high lies below"),
        ({"price_low": "1e999999"}, "not an"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-31"}, "valid_to lies before"),
        ({"trl": 10}, "less than or equal to 9"),
        ({"cooperation": ["supply", "equity", "transfer", "other"]}, "at most 3"),
        ({"organisation": "91440605YYYY000128"}, "wrong check character"),
        ({"side": "both"}, "Input should be"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_a_wrong_field_is_refused(over: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        listing_in(**over)
