"""Reading workbooks: what Excel does to them, and what must not get through."""

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from itertools import islice
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from matchmaker.core.errors import Invalid
from matchmaker.exchange.columns import Kind
from matchmaker.exchange.headers import column_of
from matchmaker.exchange.rows import BadCell, RawRow
from matchmaker.exchange.sheets import open_sheet


def known(text: str) -> bool:
    return column_of(Kind.LISTINGS, text) is not None


def read(path: Path) -> tuple[tuple[str, ...] | None, list[RawRow]]:
    with open_sheet(path, known) as table:
        return table.headers, list(table.rows)


def test_rows_carry_their_excel_numbers_and_types(xlsx: Callable[..., Path]) -> None:
    path = xlsx(
        [["标题", "详情", "有效期起", "技术就绪度"], [], ["阀", "好阀_x000D_\n耐压", datetime(2026, 3, 1), 5.0]]
    )
    assert read(path) == (
        ("标题", "详情", "有效期起", "技术就绪度"),
        [RawRow(3, {"标题": "阀", "详情": "好阀\n耐压", "有效期起": datetime(2026, 3, 1), "技术就绪度": 5})],
    )


def test_blank_cells_and_formatted_empty_rows_are_left_out(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["标题", "详情", "形式"])
    book.active.append(["阀", " ", "　"])
    book.active.cell(5000, 1).number_format = "@"
    book.save(tmp_path / "f.xlsx")
    assert read(tmp_path / "f.xlsx")[1] == [RawRow(2, {"标题": "阀"})]


def test_formula_cell_is_named(xlsx: Callable[..., Path]) -> None:
    _, rows = read(xlsx([["标题", "详情"], ["阀", '=HYPERLINK("http://x")']]))
    assert rows[0].cells["详情"] == BadCell(
        '=HYPERLINK("http://x")', "单元格 B2 是公式；请复制这一列，用“选择性粘贴 → 数值”粘贴后再导入"
    )


def test_error_cell_is_named(xlsx: Callable[..., Path]) -> None:
    _, rows = read(xlsx([["标题", "详情"], ["阀", "#N/A"]]))
    assert rows[0].cells["详情"] == BadCell("#N/A", "单元格 B2 是 Excel 的错误值；请改正后再导入")


def test_date_cell_out_of_range_is_an_error_value(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["标题", "有效期起"])
    book.active.append(["阀", 99_999_999])
    book.active["B2"].number_format = "yyyy-mm-dd"
    book.save(tmp_path / "f.xlsx")
    assert isinstance(read(tmp_path / "f.xlsx")[1][0].cells["有效期起"], BadCell)


def test_merged_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    book = Workbook()
    book.active["A1"] = "南海区供需信息登记表"
    book.active.merge_cells("A1:C1")
    book.active.append(["标题", "详情", "形式"])
    book.active.append(["阀", "好阀", "产品"])
    book.save(tmp_path / "f.xlsx")
    assert read(tmp_path / "f.xlsx") == (
        ("标题", "详情", "形式"),
        [RawRow(3, {"标题": "阀", "详情": "好阀", "形式": "产品"})],
    )


def test_header_merged_over_two_rows_and_columns_is_read(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["标题", "详情", "价格（万元）", None])
    book.active.append([None, None, "最低", "最高"])
    book.active.append(["阀", "好阀", 1, 2.5])
    for area in ("A1:A2", "B1:B2", "C1:D1"):
        book.active.merge_cells(area)
    book.save(tmp_path / "f.xlsx")
    headers, rows = read(tmp_path / "f.xlsx")
    assert headers == ("标题", "详情", "价格（万元）最低", "价格（万元）最高")
    assert rows == [RawRow(3, {"标题": "阀", "详情": "好阀", "价格（万元）最低": 1, "价格（万元）最高": 2.5})]


def test_values_under_one_merged_header_are_a_list(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["标题", "合作方式", None, None, "详情"])
    book.active.append(["阀", "技术转让", None, "合作开发", "好阀"])
    book.active.merge_cells("B1:D1")
    book.save(tmp_path / "f.xlsx")
    headers, rows = read(tmp_path / "f.xlsx")
    assert headers == ("标题", "合作方式", "详情")
    assert rows == [RawRow(2, {"标题": "阀", "合作方式": "技术转让\n合作开发", "详情": "好阀"})]


def test_column_with_values_but_no_header_is_refused(xlsx: Callable[..., Path]) -> None:
    with pytest.raises(Invalid, match=r"f\.xlsx 单元格 C2: 这一列没有表头"):
        read(xlsx([["标题", "详情"], ["阀", "好阀", "多出来的"]]))


def test_too_many_columns_are_refused(xlsx: Callable[..., Path]) -> None:
    with pytest.raises(Invalid, match="列数超过 100"):
        read(xlsx([["标题", "详情", *[f"列{n}" for n in range(10_000)]]]))


def test_workbook_without_our_headers_is_refused(xlsx: Callable[..., Path]) -> None:
    with pytest.raises(Invalid, match="没有找到表头"):
        read(xlsx([["甲", "乙"], [1, 2]]))


def test_two_sheets_with_headers_are_refused(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["标题", "详情"])
    book.create_sheet("二").append(["标题", "详情"])
    book.save(tmp_path / "f.xlsx")
    with pytest.raises(Invalid, match="“Sheet”、“二” 都有表头"):
        read(tmp_path / "f.xlsx")


def test_hidden_sheets_are_passed_over(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["标题", "详情"])
    hidden = book.create_sheet("二")
    hidden.append(["标题", "详情"])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "f.xlsx")
    assert read(tmp_path / "f.xlsx")[0] == ("标题", "详情")


def test_rows_beyond_a_wrong_dimension_are_read(xlsx: Callable[..., Path]) -> None:
    path = xlsx([["标题", "详情"], ["阀", "好阀"]])
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'<dimension ref="A1:B2"', b'<dimension ref="A1"')
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    assert b'<dimension ref="A1"' in parts[sheet]
    assert len(read(path)[1]) == 1


def test_row_number_far_beyond_excel_ends_in_a_refusal(xlsx: Callable[..., Path]) -> None:
    path = xlsx([["标题", "详情"], ["阀", "好阀"]])
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'<row r="2">', b'<row r="99999999999">')
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    with pytest.raises(Invalid, match="行号超过"):
        read(path)


def test_cell_of_a_million_characters_is_passed_on_for_its_column_to_refuse(xlsx: Callable[..., Path]) -> None:
    path = xlsx([["标题", "详情"], ["阀", "好阀"]])
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for name in parts:
        parts[name] = parts[name].replace("好阀".encode(), ("好" * 1_000_000).encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    assert read(path)[1][0].cells["详情"] == "好" * 1_000_000


def test_shared_strings_as_excel_writes_them_are_read(xlsx: Callable[..., Path]) -> None:
    path = xlsx([["标题", "详情"], ["阀", "好阀"]])
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name).decode() for name in old.namelist()}
    sheet, main = "xl/worksheets/sheet1.xml", "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strings = ["标题", "详情", "阀", "好阀"]
    for number, text in enumerate(strings):
        inline = f't="inlineStr"><is><t>{text}</t></is></c>'
        assert inline in parts[sheet]
        parts[sheet] = parts[sheet].replace(inline, f't="s"><v>{number}</v></c>')
    items = "".join(f"<si><r><t>{text[0]}</t></r><r><t>{text[1:]}</t></r></si>" for text in strings)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{main}">{items}</sst>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    entry = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace("</Types>", entry)
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    assert read(path) == (("标题", "详情"), [RawRow(2, {"标题": "阀", "详情": "好阀"})])


def test_missing_part_ends_in_a_refusal(xlsx: Callable[..., Path]) -> None:
    path = xlsx([["标题", "详情"], ["阀", "好阀"]])
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist() if "workbook.xml" not in name}
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    with pytest.raises(Invalid, match="工作簿打不开"):
        read(path)


def test_date_cells_of_a_1904_workbook_are_read(tmp_path: Path) -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(["标题", "有效期起"])
    book.active.append(["阀", date(2026, 3, 1)])
    book.save(tmp_path / "f.xlsx")
    assert read(tmp_path / "f.xlsx")[1][0].cells["有效期起"] == datetime(2026, 3, 1)


def test_rows_are_read_lazily(xlsx: Callable[..., Path]) -> None:
    """A broken cell near the end of 3,000 rows is not met while the first rows are taken."""
    path = xlsx([["标题", "详情"], *([f"阀{n}", "好阀"] for n in range(3_000))])
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'r="A2990"', b'r="?"')
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    with open_sheet(path, known) as table:
        assert [row.number for row in islice(table.rows, 1000)] == list(range(2, 1002))
        with pytest.raises(Invalid, match="读到这里出错"):
            list(table.rows)
