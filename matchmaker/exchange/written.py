"""What is written into a cell of a workbook: never a formula, whoever typed it, and nothing a workbook cannot hold."""

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

# What a spreadsheet program might take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def storable(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return str(ILLEGAL_CHARACTERS_RE.sub("", text))


def written(value: object) -> object:
    """The value for a cell; text that looks like a formula gets the apostrophe that keeps it text."""
    if not isinstance(value, str):
        return value
    text = storable(value)
    return f"'{text}" if text.startswith(FORMULA) else text
