"""Unified social credit codes: the district's own kinds of codes pass, everything damaged is refused."""

import pytest

from matchmaker.accounts.rules import ALPHABET, CLASSES, clean_uscc, has_odd_organisation_digit

VALID = (
    "91440605YYYY000127",
    "91440605YYYY000202",
    "12440600YYYY00039U",
    "92440605YYYY00047N",
    "52440605YYYY00063G",
    "N2440605YYYY000554",
)
ODD = "91440605YYYY000101"


def _with_check_character(first17: str) -> str:
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    total = sum(ALPHABET.index(c) * w for c, w in zip(first17, weights, strict=True))
    return first17 + ALPHABET[(31 - total % 31) % 31]


@pytest.mark.parametrize("code", VALID)
def test_valid_codes_pass(code: str) -> None:
    assert clean_uscc(code) == code
    assert not has_odd_organisation_digit(code)


@pytest.mark.parametrize("written", ["91440605yyyy000127", " 91440605 YYYY 0001 27 ", "n2440605yyyy000554"])
def test_a_code_is_brought_to_its_compact_form(written: str) -> None:
    assert clean_uscc(written) in VALID


@pytest.mark.parametrize("code", VALID)
def test_a_wrong_check_character_is_refused_and_named(code: str) -> None:
    wrong = "0" if code[17] != "0" else "1"
    with pytest.raises(ValueError, match=f"wrong check character: {wrong}, it should be {code[17]}"):
        clean_uscc(code[:17] + wrong)


def test_two_characters_swapped_are_noticed() -> None:
    with pytest.raises(ValueError, match="check character"):
        clean_uscc("91440605YYYY001027")


@pytest.mark.parametrize("letter", "IOZSV")
def test_letters_that_no_code_has_are_refused_by_name(letter: str) -> None:
    with pytest.raises(ValueError, match=f"has no {letter}"):
        clean_uscc(f"91440605YYY{letter}000127")


@pytest.mark.parametrize("code", ["", "9144", "91440605YYYY00012", "91440605YYYY0001277"])
def test_a_wrong_length_is_refused_with_the_length(code: str) -> None:
    with pytest.raises(ValueError, match=f"18 characters, this has {len(code)}"):
        clean_uscc(code)


@pytest.mark.parametrize("start", ["94440605", "11X40605", "01440605", "B1440605", "N4440605", "Y2440605"])
def test_an_authority_or_class_that_does_not_exist_is_refused(start: str) -> None:
    with pytest.raises(ValueError, match=f"no registration authority gives codes that start with {start}"):
        clean_uscc(_with_check_character(f"{start}YYYY00012"))


@pytest.mark.parametrize("start", [f"{authority}{kind}" for authority, kinds in CLASSES.items() for kind in kinds])
def test_every_authority_and_class_of_the_standard_passes(start: str) -> None:
    code = _with_check_character(f"{start}440605YYYY00012")
    assert clean_uscc(code) == code


def test_an_odd_organisation_digit_is_a_warning_only() -> None:
    assert clean_uscc(ODD) == ODD
    assert has_odd_organisation_digit(ODD)
