"""技术合同登记表 as a workbook of one page, to be completed and printed."""

from io import BytesIO
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from matchmaker.exchange.registration_form import COLUMNS, TITLE, Box, Form, Look, Row
from matchmaker.exchange.written import written

_WIDTH = 4.3
_LINE_HEIGHT, _LEAST = 15.5, 26
_THIN = Side(style="thin", color="000000")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_FONT = "宋体"
_LABEL = PatternFill("solid", fgColor="EEF1F4")
_MISSING = PatternFill("solid", fgColor="FFF6D6")
# Chinese characters that one grid column holds at this size of letters.
_PER_COLUMN = 2.05


def sheet(form: Form) -> bytes:
    """The workbook's bytes. Codes are text, so that no program shortens them."""
    book = Workbook()
    page: Any = book.active
    page.title = TITLE
    for number in range(1, COLUMNS + 1):
        page.column_dimensions[get_column_letter(number)].width = _WIDTH
    _span(page, (1, 1), COLUMNS, TITLE).font = Font(name=_FONT, size=20, bold=True)
    page.cell(1, 1).alignment = Alignment(horizontal="center", vertical="center")
    page.row_dimensions[1].height = 40
    _span(page, (2, 1), 14, f"合同登记编号：{form.number}").font = Font(name=_FONT, size=11)
    right = _span(page, (2, 15), 10, f"合同编号：{form.own_number}")
    right.font, right.alignment = Font(name=_FONT, size=11), Alignment(horizontal="right")
    for place, row in enumerate(form.rows, start=3):
        _row(page, place, row)
    _foot(page, len(form.rows) + 3, form)
    _for_paper(page)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _row(page: Any, place: int, row: Row) -> None:
    column = 1
    for box in row:
        _draw(page, place, column, box)
        column += box.span
    lines = max(_lines(box) for box in row)
    page.row_dimensions[place].height = max(_LEAST, lines * _LINE_HEIGHT + 8)


def _lines(box: Box) -> int:
    room = box.span * _PER_COLUMN
    return sum(max(1, ceil(_letters(line) / room)) for line in box.text.split("\n"))


def _letters(text: str) -> float:
    return sum(0.55 if letter.isascii() else 1 for letter in text)


def _draw(page: Any, place: int, column: int, box: Box) -> None:
    cell = _span(page, (place, column), box.span, box.text)
    label = box.look is Look.LABEL
    cell.font = Font(name=_FONT, size=10.5, bold=label)
    centred = label or box.look is Look.CENTRED
    cell.alignment = Alignment(
        horizontal="center" if centred else "left", vertical="center", wrap_text=True, indent=0 if centred else 1
    )
    cell.number_format = "@"
    if label or box.look is Look.MISSING:
        cell.fill = _LABEL if label else _MISSING
    for number in range(column, column + box.span):
        page.cell(place, number).border = _BORDER


def _span(page: Any, place: tuple[int, int], span: int, text: str) -> Any:
    row, column = place
    page.merge_cells(start_row=row, end_row=row, start_column=column, end_column=column + span - 1)
    return page.cell(row, column, written(text) or None)


def _foot(page: Any, place: int, form: Form) -> None:
    if form.missing:
        cell = _span(page, (place, 1), COLUMNS, f"尚缺（浅黄格）：{'、'.join(form.missing)}")
        cell.font = Font(name=_FONT, size=9, color="9A4A0A")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.row_dimensions[place].height = 30


def _for_paper(page: Any) -> None:
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.orientation = "portrait"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_options.horizontalCentered = True
    page.page_margins.left = page.page_margins.right = 0.5
    page.page_margins.footer = 0.3
    page.page_margins.top = page.page_margins.bottom = 0.6
    page.oddFooter.right.text = "第 &P 页，共 &N 页"
    page.sheet_view.showGridLines = False
