"""Passwords are checked and never readable; weak ones are refused with the reason."""

import pytest

from matchmaker.accounts import passwords
from matchmaker.accounts.passwords import Sealer
from matchmaker.accounts.rules import password_fault


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Ab1!xyz", "at least 10"),
        ("alllowercase", "three of"),
        ("lower12345", "three of"),
        ("Aa1!" * 40, "at most 128"),
        ("ababababababab", "different characters"),
        ("Chen.wei2026!", "name in the e-mail"),
    ],
)
def test_weak_passwords_are_refused_with_the_reason(password: str, reason: str) -> None:
    assert reason in str(password_fault(password, email="chen.wei@demo.example"))


@pytest.mark.parametrize("password", ["Lower12345", "汉字也算小写Ab1!!", "a long plain phrase"])
def test_three_classes_or_a_long_phrase_are_enough(password: str) -> None:
    assert password_fault(password, email="chen.wei@demo.example") is None


def test_a_password_is_right_or_not_and_without_one_never() -> None:
    kept = passwords.hash_password("Correct-Horse-9")
    assert "Correct" not in kept
    assert [passwords.is_right(kept, text) for text in ("Correct-Horse-9", "correct-horse-9", "")] == [
        True,
        False,
        False,
    ]
    assert passwords.is_right(None, "nobody") is False
    assert passwords.is_right("not a hash", "x") is False


def test_a_seal_opens_only_with_the_same_secret() -> None:
    sealed = Sealer("one").seal("JBSWY3DP")
    assert "JBSWY3DP" not in sealed
    assert Sealer("one").open(sealed) == "JBSWY3DP"
    with pytest.raises(ValueError, match="another secret key"):
        Sealer("two").open(sealed)
