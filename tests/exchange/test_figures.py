"""Amounts on official papers: grouped figures and capital numerals."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.core.money import MAX_FEN
from matchmaker.exchange.figures import capital, yuan

VALUES = {digit: number for number, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (15, "壹角伍分"),
        (105, "壹元零伍分"),
        (110, "壹元壹角整"),
        (1010, "壹拾元壹角整"),
        (6_000_000, "陆万元整"),
        (100_000_000, "壹佰万元整"),
        (10_000_100, "壹拾万零壹元整"),
        (100_050_000_000, "壹拾亿零伍拾万元整"),
        (12_345_678_901, "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元零壹分"),
        (300_500, "叁仟零伍元整"),
    ],
)
def test_amounts_in_capital_numerals(fen: int, said: str) -> None:
    assert capital(fen) == said


def read(text: str) -> int:
    """The yuan that capital numerals say, read from the left."""
    total = group = digit = 0
    for sign in text:
        if sign in VALUES:
            digit = VALUES[sign]
        elif sign in PLACES:
            group, digit = group + digit * PLACES[sign], 0
        elif sign == "万":
            total, group, digit = total + (group + digit) * 10_000, 0, 0
        else:
            total, group, digit = (total + group + digit) * 100_000_000, 0, 0
    return total + group + digit


@given(st.integers(1, MAX_FEN // 100))
def test_capital_numerals_read_back_as_the_same_yuan(amount: int) -> None:
    said = capital(amount * 100)
    assert said.endswith("元整")
    assert read(said.removesuffix("元整")) == amount
    assert "零零" not in said
    assert not re.search("零[万亿元]", said)


@pytest.mark.parametrize("fen", [-1, MAX_FEN + 1])
def test_what_is_no_amount_is_not_written_out(fen: int) -> None:
    with pytest.raises(ValueError, match="no amount"):
        capital(fen)


@pytest.mark.parametrize(
    ("fen", "said"), [(0, "0.00"), (5, "0.05"), (123_456_789, "1,234,567.89"), (-123_456, "-1,234.56")]
)
def test_grouped_figures_keep_every_fen(fen: int, said: str) -> None:
    assert yuan(fen) == said
