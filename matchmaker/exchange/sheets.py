"""The only place that knows how workbooks are read and written."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.datavalidation import DataValidation

from matchmaker.exchange import archive, template
from matchmaker.exchange.columns import Cell, Column, Kind
from matchmaker.exchange.headers import SEARCHED_ROWS, HeaderRow, Known, find_header
from matchmaker.exchange.rows import MAX_COLUMNS, BadCell, RawRow, Table, refuse

LAST_ROW = 1_048_576
_BATCH = 100
_FORMULA = "单元格 {} 是公式；请复制这一列，用“选择性粘贴 → 数值”粘贴后再导入"
_ERROR = "单元格 {} 是 Excel 的错误值；请改正后再导入"


@contextmanager
def open_sheet(path: Path, known: Known) -> Iterator[Table]:
    """The sheet of the workbook that has a header row we know, its rows read as they are asked for.

    Refuses dangerous and damaged files, workbooks without such a sheet, and with more than one.
    """
    merges = archive.inspect(path)
    with path.open("rb") as file:
        book = _loaded(path, file)
        try:
            yield _table(path, book, merges, known)
        finally:
            book.close()


def _loaded(path: Path, file: IO[bytes]) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_workbook(file, read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # a crafted workbook can make the library raise anything at all
        refuse(path, f"工作簿打不开（{type(error).__name__}）；请用 Excel 打开后另存为新的 .xlsx")


def _table(path: Path, book: Any, merges: dict[str, list[str]], known: Known) -> Table:
    found = [(sheet, header) for sheet in _data_sheets(book) if (header := _header(path, sheet, known))]
    if not found:
        refuse(path, f"各工作表的前 {SEARCHED_ROWS} 行里都没有找到表头；请使用模板的表头")
    if len(found) > 1:
        titles = "、".join(f"“{sheet.title}”" for sheet, _ in found)
        refuse(path, f"工作表 {titles} 都有表头；一个文件只导入一张表，请把其余的另存")
    sheet, header = found[0]
    owners = _owners(header, merges.get(sheet._worksheet_path, []))
    names = tuple(name for index, name in enumerate(header.names) if name and owners[index] == index)
    if len(names) > MAX_COLUMNS:
        refuse(path, f"列数超过 {MAX_COLUMNS}；请只保留模板里的列", where=f"第 {header.index + 1} 行")
    return Table(names, _rows(path, sheet, header, owners))


def _data_sheets(book: Any) -> list[Any]:
    return [s for s in book.worksheets if s.sheet_state == "visible" and s.title != template.VALUES_SHEET]


def _header(path: Path, sheet: Any, known: Known) -> HeaderRow | None:
    grid = [[_header_text(cell) for cell in row] for _, row in islice(_cells(path, sheet), SEARCHED_ROWS)]
    return find_header(grid, known)


def _header_text(cell: Any) -> str:
    return "" if cell.value is None else str(cell.value).strip("\u3000\u00a0\ufeff \t\r\n")


def _owners(header: HeaderRow, merges: Sequence[str]) -> dict[int, int]:
    """For each column, the one whose header it stands under: a header merged over three columns owns all three."""
    owners = {index: index for index in range(len(header.names))}
    for area in merges:
        try:
            left, top, right, bottom = range_boundaries(area)
        except (ValueError, TypeError):
            continue  # a merge that names no cells merges nothing
        rows = range(header.index + 1, header.index + header.height + 1)
        if top in rows and bottom in rows and left <= len(header.names):
            for index in range(left, min(right, MAX_COLUMNS)):
                if index >= len(header.names) or not header.names[index]:
                    owners[index] = left - 1
    return owners


def _cells(path: Path, sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """Numbered rows of cells. In batches, because silencing the library's warnings costs more than a row."""
    sheet.reset_dimensions()  # some programs write a wrong one, and rows would be missed
    rows, number = sheet.iter_rows(), 0
    while True:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                batch = list(islice(rows, _BATCH))
        except Exception as error:  # as above: the sheet is only parsed here
            refuse(
                path,
                f"工作表读到这里出错（{type(error).__name__}）；请另存为新的 .xlsx",
                where=f"第 {number + 1} 行之后",
            )
        for row in batch:
            number += 1
            yield number, row
        if len(batch) < _BATCH:
            return
        if number > LAST_ROW:
            refuse(path, f"工作表的行号超过 {LAST_ROW}，已损坏")


def _rows(path: Path, sheet: Any, header: HeaderRow, owners: dict[int, int]) -> Iterator[RawRow]:
    for number, row in _cells(path, sheet):
        if number <= header.index + header.height:
            continue
        values: dict[str, list[object]] = {}
        for index, cell in enumerate(row):
            value = None if cell.value is None else _value(cell, f"{get_column_letter(index + 1)}{number}")
            if value is None:
                continue
            owner = owners.get(index, index)
            if owner >= len(header.names) or not header.names[owner]:
                refuse(path, "这一列没有表头，却有内容；请补上表头，或删去这一列", where=f"单元格 {cell.coordinate}")
            values.setdefault(header.names[owner], []).append(value)
        if values:
            yield RawRow(number, {name: _joined(found) for name, found in values.items()})


def _value(cell: Any, place: str) -> object:
    value, kind = cell.value, cell.data_type
    if kind == "f":
        return BadCell(str(getattr(value, "text", value)), _FORMULA.format(place))
    if kind == "e":
        return BadCell(str(value), _ERROR.format(place))
    if isinstance(value, str):
        # Excel writes a carriage return inside a cell as this escape.
        return value.replace("_x000D_\n", "\n").replace("_x000D_", "\n") if value.strip() else None
    return value


def _joined(values: list[object]) -> object:
    """The values under one merged header; several can only be a list, one a line."""
    if len(values) == 1:
        return values[0]
    return next((value for value in values if isinstance(value, BadCell)), None) or "\n".join(map(str, values))


_HEAD = PatternFill("solid", fgColor="1F4E5F")
_HEAD_OPTIONAL = PatternFill("solid", fgColor="5F8494")
_GREY = Font(color="999999", italic=True)
_TYPED_AS_TEXT = (Cell.CODE, Cell.NODES, Cell.TITLES, Cell.TEXT)


def write_template(kind: Kind, target: Path | IO[bytes]) -> None:
    """Write an empty workbook to fill in: headers with notes, a grey example, drop-downs, all allowed values."""
    book = Workbook()
    sheet = book.active
    sheet.title = template.SHEET_NAMES[kind]
    values = book.create_sheet(template.VALUES_SHEET)
    next_column = 1
    for number, column in enumerate(template.filled_columns(kind), start=1):
        _write_column(sheet, number, column)
        allowed = template.value_list(column)
        if allowed is not None:
            area = _write_values(values, next_column, allowed)
            next_column += len(allowed.headings) + 1
            if template.has_drop_down(column):
                _add_drop_down(sheet, number, column, area)
    sheet.freeze_panes = values.freeze_panes = "A2"
    sheet.row_dimensions[1].height = 26
    book.save(target)


def _write_column(sheet: Any, number: int, column: Column) -> None:
    letter = get_column_letter(number)
    sheet.column_dimensions[letter].width = column.width
    if column.cell in _TYPED_AS_TEXT:
        sheet.column_dimensions[letter].number_format = "@"
    head = sheet.cell(1, number, f"{column.header}*" if column.required else column.header)
    head.font = Font(bold=True, color="FFFFFF")
    head.fill = _HEAD if column.required else _HEAD_OPTIONAL
    head.alignment = Alignment(vertical="center", wrap_text=True)
    needed = "必填。" if column.required else "选填。"
    head.comment = Comment(f"{needed}{column.note}", "模板", width=260, height=110)
    example = sheet.cell(2, number, column.example or None)
    example.font = _GREY
    example.number_format = "@"


def _write_values(sheet: Any, first: int, allowed: template.ValueList) -> str:
    """Returns the area that holds the values to write, for a drop-down."""
    for offset, heading in enumerate(allowed.headings):
        sheet.cell(1, first + offset, heading).font = Font(bold=True)
        longest = max(len(row[offset]) for row in allowed.rows)
        sheet.column_dimensions[get_column_letter(first + offset)].width = min(2 * longest + 4, 44)
    for number, row in enumerate(allowed.rows, start=2):
        for offset, text in enumerate(row):
            sheet.cell(number, first + offset, text).number_format = "@"
    letter = get_column_letter(first)
    return f"'{template.VALUES_SHEET}'!${letter}$2:${letter}${len(allowed.rows) + 1}"


def _add_drop_down(sheet: Any, number: int, column: Column, area: str) -> None:
    rule = DataValidation(type="list", formula1=area, allow_blank=True)
    rule.showErrorMessage = template.takes_one(column)
    rule.errorTitle, rule.error = column.header, "请从下拉列表选择"
    rule.showInputMessage = True
    rule.promptTitle, rule.prompt = column.header, column.note
    letter = get_column_letter(number)
    rule.add(f"{letter}3:{letter}20000")
    sheet.add_data_validation(rule)
