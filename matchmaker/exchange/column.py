"""What a column of a file is, and when two spellings of its header are the same."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

# The first word of a template's example row: such rows are never imported.
EXAMPLE = "示例"


class Cell(StrEnum):
    """How a cell's value is read."""

    TEXT = "text"
    CODE = "code"
    NODES = "nodes"
    TERM = "term"
    TERMS = "terms"
    TOWN = "town"
    DATE = "date"
    PRICE = "price"
    MONEY = "money"
    MONEY_WAN = "money_wan"
    PERIOD = "period"
    YES_NO = "yes_no"
    WHOLE = "whole"
    TITLES = "titles"
    IGNORED = "ignored"


@dataclass(frozen=True)
class Column:
    """One column: `field` is the schema's, `header` the template's; `terms` names the list of coded values."""

    field: str
    header: str
    cell: Cell
    note: str = ""
    synonyms: tuple[str, ...] = ()
    required: bool = False
    terms: str = ""
    width: int = 16
    example: str = ""


def fold(text: str) -> str:
    """One spelling for what people type alike: width, case, spaces, dashes, quotes and required-marks do not count."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s_*\"'“”‘’「」]+", "", re.sub(r"[‐-―−]", "-", plain))


def fold_header(text: str) -> tuple[str, ...]:
    """The spellings to look a header up by: as written, and without what stands in brackets, such as a unit."""
    whole = fold(text)
    return whole, re.sub(r"\(.*?\)", "", whole)
