"""Text from outside is trimmed, and damage in it is refused."""

import pytest
from pydantic import TypeAdapter, ValidationError

from matchmaker.core.text import OptionalText, Text


def test_text_is_trimmed_of_every_kind_of_space() -> None:
    assert TypeAdapter(Text).validate_python("\ufeff \u3000阀门\tA\n") == "阀门\tA"


@pytest.mark.parametrize("damage", ["\x00", "\x1b", "\x7f", "\uffff", "\ufffe", "\ud83d"])
def test_control_characters_are_refused(damage: str) -> None:
    with pytest.raises(ValidationError, match="control characters"):
        TypeAdapter(Text).validate_python(f"阀{damage}门")


@pytest.mark.parametrize(("given", "kept"), [("", None), ("  ", None), (None, None), (" A1 ", "A1")])
def test_blank_optional_text_is_none(given: str | None, kept: str | None) -> None:
    assert TypeAdapter(OptionalText).validate_python(given) == kept
