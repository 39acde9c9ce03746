"""How the workbooks of an event look: one kind of heading row, widths, what stays in sight, and a page that fits."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

A4 = 9
_HEAD = PatternFill("solid", fgColor="1F4E5F")
_LINE = Side(style="thin", color="C5CDD6")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
# Wider than this, in characters, a sheet lies across.
PORTRAIT_MOST = 100


def set_widths(sheet: Any, widths: Iterable[int]) -> int:
    """How wide the columns are, in characters; returns how many characters that makes."""
    many = list(widths)
    for number, width in enumerate(many, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    return sum(many)


def dress_title(cell: Any) -> Any:
    """The name of it all, on top."""
    cell.font = Font(bold=True, size=14)
    return cell


def dress_head(cell: Any) -> Any:
    """A cell of a heading row."""
    cell.font, cell.fill = Font(bold=True, color="FFFFFF"), _HEAD
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell


def dress_body(cell: Any) -> Any:
    """A cell below it: as many lines as it takes, with a thin line around."""
    cell.alignment, cell.border = Alignment(wrap_text=True, vertical="top"), _BORDER
    return cell


def set_page(sheet: Any, *, wide: int, frozen: str | None, head: int = 1, whole: bool = True) -> None:
    """A4, across for more than a hundred characters, with row `head` on top of every page; None freezes nothing.

    `whole` fits the width onto one page; otherwise columns run over pages, and the first stands on each.
    """
    sheet.freeze_panes = frozen
    setup = sheet.page_setup
    setup.paperSize, setup.orientation = A4, "landscape" if wide > PORTRAIT_MOST else "portrait"
    setup.fitToWidth, setup.fitToHeight = 1 if whole else 0, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = whole
    sheet.print_title_rows = f"{head}:{head}"
    if not whole:
        sheet.print_title_cols = "A:A"


def set_edges(sheet: Any, *, head: tuple[str, str], foot: tuple[str, str]) -> None:
    """What stands on the left and right above and below every printed page."""
    # Ampersands begin a code there; those of the page's number are meant.
    sheet.oddHeader.left.text, sheet.oddHeader.right.text = (text.replace("&", "&&") for text in head)
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = foot[0].replace("&", "&&"), foot[1]


def saved(book: Any) -> bytes:
    """The workbook's bytes."""
    file = BytesIO()
    book.save(file)
    return file.getvalue()
