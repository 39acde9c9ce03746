"""The columns of a list of participants: their names, what their cells mean, and the empty sheet to fill in."""

import difflib
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from matchmaker.core.errors import Fault, Invalid
from matchmaker.exchange.cells import CellError
from matchmaker.exchange.columns import EXAMPLE, Cell, Column, fold, fold_header
from matchmaker.exchange.rows import shown
from matchmaker.exchange.template import VALUES_SHEET
from matchmaker.reference import towns

SHEET_NAME = "参会人"
LANGUAGES = {
    "zh": ("普通话", "中文", "国语", "汉语", "mandarin"),
    "yue": ("粤语", "广东话", "白话", "cantonese"),
    "en": ("英语", "英文", "english"),
    "ja": ("日语", "日文", "japanese"),
    "ko": ("韩语", "韩文", "朝鲜语", "korean"),
    "de": ("德语", "德文", "german"),
}
COLUMNS = (
    Column(
        "organisation",
        "单位名称",
        Cell.TEXT,
        "营业执照上的全称。同一单位来几个人就填几行，每行都写单位名称。",
        required=True,
        width=36,
        example=f"{EXAMPLE} 佛山市南海区示例阀门有限公司",
        synonyms=("企业名称", "公司名称", "机构名称", "单位", "公司", "参会单位", "organisation", "company"),
    ),
    Column(
        "uscc",
        "统一社会信用代码",
        Cell.CODE,
        "填了就按代码认单位，没有则按全称认。整列须为“文本”格式。",
        width=24,
        example="91440605MA00000000",
        synonyms=("信用代码", "社会信用代码", "单位代码", "机构代码", "code"),
    ),
    Column(
        "town", "镇街", Cell.TOWN, "区外单位留空。", example="丹灶镇", synonyms=("所属镇街", "所在镇街", "镇", "街道")
    ),
    Column(
        "name",
        "姓名",
        Cell.TEXT,
        "到场的人，坐到桌边的那一位。",
        required=True,
        width=12,
        example="陈小姐",
        synonyms=("参会人", "参会人姓名", "代表", "代表姓名", "联系人", "name"),
    ),
    Column(
        "position", "职务", Cell.TEXT, "", width=14, example="采购经理", synonyms=("职位", "岗位", "position", "title")
    ),
    Column(
        "phone",
        "手机",
        Cell.CODE,
        "整列须为“文本”格式。",
        example="13800000000",
        synonyms=("手机号", "手机号码", "电话", "联系电话", "联系方式", "phone", "mobile"),
    ),
    Column(
        "email",
        "邮箱",
        Cell.CODE,
        "",
        width=24,
        example="chen@demo.example",
        synonyms=("电子邮箱", "邮件", "email", "e-mail"),
    ),
    Column(
        "languages",
        "语言",
        Cell.TEXT,
        f"多个用顿号隔开：{'、'.join(names[0] for names in LANGUAGES.values())}。",
        example="普通话、粤语",
        synonyms=("语种", "沟通语言", "languages"),
    ),
    Column("need_text", "需求", Cell.TEXT, "想找什么，一两句话。", width=36, synonyms=("采购需求", "想找什么", "need")),
    Column(
        "offer_text", "供给", Cell.TEXT, "能提供什么，一两句话。", width=36, synonyms=("产品", "能提供什么", "offer")
    ),
    Column(
        "table", "固定桌位", Cell.CODE, "桌号；不固定则留空。", synonyms=("桌位", "桌号", "展位", "展位号", "table")
    ),
    Column("note", "备注", Cell.TEXT, "", width=24, synonyms=("说明", "note")),
    Column("", "序号", Cell.IGNORED, synonyms=("编号", "No.", "#")),
)
_HEAD, _HEAD_OPTIONAL = PatternFill("solid", fgColor="1F4E5F"), PatternFill("solid", fgColor="5F8494")
_AS_TEXT = (Cell.CODE, Cell.TEXT)


@cache
def _by_spelling() -> dict[str, Column]:
    found: dict[str, Column] = {}
    for column in COLUMNS:
        for spelling in (column.header, column.field, *column.synonyms):
            if spelling:
                found |= dict.fromkeys(fold_header(spelling), column)
    return found


def column_of(header: str) -> Column | None:
    """The column that this header means, if any."""
    accepted = _by_spelling()
    return next((accepted[name] for name in fold_header(header) if name in accepted), None)


def mapping_for(headers: Sequence[str]) -> dict[str, Column]:
    """The columns of a table by its headers; Invalid names each header that is unknown, double or missing."""
    mapping: dict[str, Column] = {}
    faults: list[Fault] = []
    first: dict[str, str] = {}
    for header in headers:
        column = column_of(header)
        if column is None:
            faults.append(_fault(header, _unknown(header)))
        elif column.field in first and column.field:
            faults.append(_fault(header, f"与“{first[column.field]}”是同一列，出现了两次；请删去一列"))
        else:
            first[column.field] = header
            mapping[header] = column
    wanted = [column.header for column in COLUMNS if column.required and column.field not in first]
    faults += [_fault(header, "缺少这个必填列；请按模板补上表头") for header in wanted]
    if faults:
        raise Invalid(faults)
    return mapping


def languages_in(text: str) -> list[str]:
    """The codes of the languages named in a cell. CellError for one we do not have."""
    known = {fold(name): code for code, names in LANGUAGES.items() for name in (code, *names)}
    found = []
    for part in re.split(r"[、,，;；/|\s]+", text):
        if part and fold(part) not in known:
            allowed = "、".join(names[0] for names in LANGUAGES.values())
            raise CellError(f"没有“{shown(part)}”这种语言；可填：{allowed}")
        if part:
            found.append(known[fold(part)])
    return list(dict.fromkeys(found))


def write_template(target: Path | IO[bytes], *, tables: Sequence[str] = ()) -> None:
    """Write an empty workbook to fill in: headers with notes, a grey example row, lists of towns and tables."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET_NAME
    values = book.create_sheet(VALUES_SHEET)
    lists = {"town": [town.name_zh for town in towns.towns().values()], "table": list(tables)}
    lists["languages"] = [names[0] for names in LANGUAGES.values()]
    filled = [column for column in COLUMNS if column.cell is not Cell.IGNORED]
    for number, column in enumerate(filled, start=1):
        _write_column(sheet, number, column)
    for place, (field, allowed) in enumerate(lists.items(), start=1):
        column = next(one for one in filled if one.field == field)
        for row, text in enumerate((column.header, *allowed), start=1):
            values.cell(row, place, text).number_format = "@"
        if allowed:
            letter, only = get_column_letter(place), field != "languages"
            _add_list(sheet, filled.index(column) + 1, values=letter, count=len(allowed), only=only)
    sheet.freeze_panes = values.freeze_panes = "A2"
    book.save(target)


def _write_column(sheet: Any, number: int, column: Column) -> None:
    letter = get_column_letter(number)
    sheet.column_dimensions[letter].width = column.width
    if column.cell in _AS_TEXT:
        sheet.column_dimensions[letter].number_format = "@"
    head = sheet.cell(1, number, f"{column.header}*" if column.required else column.header)
    head.font, head.alignment = Font(bold=True, color="FFFFFF"), Alignment(vertical="center", wrap_text=True)
    head.fill = _HEAD if column.required else _HEAD_OPTIONAL
    head.comment = Comment(f"{'必填。' if column.required else '选填。'}{column.note}", "模板", width=260, height=110)
    example = sheet.cell(2, number, column.example or None)
    example.font, example.number_format = Font(color="999999", italic=True), "@"


def _add_list(sheet: Any, number: int, *, values: str, count: int, only: bool) -> None:
    area = f"'{VALUES_SHEET}'!${values}$2:${values}${count + 1}"
    rule = DataValidation(type="list", formula1=area, allow_blank=True, showErrorMessage=only)
    letter = get_column_letter(number)
    rule.add(f"{letter}3:{letter}5000")
    sheet.add_data_validation(rule)


def _fault(header: str, message: str) -> Fault:
    return Fault(f"表头“{shown(header)}”", message)


def _unknown(header: str) -> str:
    accepted = _by_spelling()
    near = difflib.get_close_matches(fold_header(header[:100])[0], accepted, n=1, cutoff=0.5)
    hint = f"是否想写“{accepted[near[0]].header}”？" if near else "请对照模板改名，或删去这一列"
    return f"不认识的表头；{hint}"
