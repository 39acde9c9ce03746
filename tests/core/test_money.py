"""Amounts in 万元 become fen exactly, or are refused."""

import pytest

from matchmaker.core.money import MAX_FEN, fen_from_wan, fen_from_yuan, wan_from_fen, yuan_from_fen


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("0", 0),
        ("12.5", 12_500_000),
        ("1,200", 1_200_000_000),
        ("1，200", 1_200_000_000),
        ("0.000001", 1),
        ("1e3", 10**9),
    ],
)
def test_an_amount_becomes_whole_fen(text: str, fen: int) -> None:
    assert fen_from_wan(text) == fen


@pytest.mark.parametrize(
    "text",
    ["", "面议", "NaN", "sNaN", "Infinity", "-1", "-0.000001", "1e999999", "1e-999999", "0.0000001", "10000000.000001"],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        fen_from_wan(text)


def test_a_digit_too_fine_to_keep_is_refused_not_rounded() -> None:
    with pytest.raises(ValueError):
        fen_from_wan("1." + "0" * 40 + "1")


def test_the_largest_amount_is_accepted() -> None:
    assert fen_from_wan("10000000") == MAX_FEN


@pytest.mark.parametrize(("fen", "text"), [(0, "0"), (1, "0.000001"), (12_500_000, "12.5"), (10**9, "1000")])
def test_fen_are_written_shortest_and_read_back(fen: int, text: str) -> None:
    assert wan_from_fen(fen) == text
    assert fen_from_wan(text) == fen


@pytest.mark.parametrize(
    ("text", "fen"), [("0", 0), ("2400000.00", 240_000_000), ("1,200.5", 120_050), ("１２．５", 1250), ("0.01", 1)]
)
def test_an_amount_in_yuan_becomes_whole_fen_and_back(text: str, fen: int) -> None:
    assert fen_from_yuan(text) == fen
    assert fen_from_yuan(yuan_from_fen(fen)) == fen


@pytest.mark.parametrize("text", ["", "面议", "NaN", "-0.01", "0.001", "100000000000.01"])
def test_what_is_no_amount_in_yuan_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        fen_from_yuan(text)


def test_an_amount_in_yuan_keeps_its_two_decimals() -> None:
    assert (yuan_from_fen(120_050), yuan_from_fen(MAX_FEN)) == ("1200.50", "100000000000.00")
