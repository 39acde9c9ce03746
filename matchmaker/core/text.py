"""What a piece of text from outside may contain before it is stored: an annotated type for every schema."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

# Tab, line feed and carriage return are how people lay out a description; every other control character is damage.
_CONTROL = frozenset(map(chr, range(32))) - frozenset("\t\n\r") | {"\x7f"}
# What XML cannot hold would break every spreadsheet it is exported to; half a surrogate pair cannot even be stored.
_UNSTORABLE = re.compile("[\ufffe\uffff\ud800-\udfff]")


def _no_control_characters(text: str) -> str:
    if any(character in _CONTROL for character in text) or _UNSTORABLE.search(text):
        raise ValueError("contains control characters such as NUL; save the file as UTF-8 text again")
    return text


def _trimmed(value: object) -> object:
    return value.strip("\u3000 \t\r\n\u00a0\ufeff") if isinstance(value, str) else value


def _none_for_blank(value: object) -> object:
    return None if value == "" else value


Text = Annotated[str, BeforeValidator(_trimmed), AfterValidator(_no_control_characters)]
OptionalText = Annotated[Text | None, BeforeValidator(_none_for_blank), BeforeValidator(_trimmed)]
