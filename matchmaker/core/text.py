"""What a piece of text from outside may contain before it is stored: an annotated type for every schema."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

# Tab, line feed and carriage return are how people lay out a description; every other control character is damage.
_CONTROL = frozenset(map(chr, range(32))) - frozenset("\t\n\r") | {"\x7f"}


def _no_control_characters(text: str) -> str:
    if any(character in _CONTROL for character in text):
        raise ValueError("contains control characters such as NUL; save the file as UTF-8 text again")
    return text


def _trimmed(value: object) -> object:
    return value.strip("\u3000 \t\r\n\u00a0\ufeff") if isinstance(value, str) else value


def _none_for_blank(value: object) -> object:
    return None if value == "" else value


Text = Annotated[str, BeforeValidator(_trimmed), AfterValidator(_no_control_characters)]
OptionalText = Annotated[Text | None, BeforeValidator(_none_for_blank), BeforeValidator(_trimmed)]
