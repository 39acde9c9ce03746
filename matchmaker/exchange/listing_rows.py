"""Listings as a spreadsheet to take away: only what this reader may know, a limited number of rows."""

from collections.abc import Iterable
from typing import IO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from matchmaker.core.actor import Actor, Role
from matchmaker.core.money import wan_from_fen
from matchmaker.exchange.written import written
from matchmaker.listings.access import can_see_organisation
from matchmaker.listings.models import Listing
from matchmaker.reference.chains import nodes
from matchmaker.reference.terms import terms
from matchmaker.reference.towns import towns

MOST_ROWS = {Role.MEMBER: 200, Role.ORGANISER: 2000, Role.OFFICER: 10_000, Role.AUDITOR: 10_000}
_HEADERS = {
    "zh": (
        ("编号", 8),
        ("方向", 8),
        ("名称", 44),
        ("简介", 50),
        ("类型", 8),
        ("产业链环节", 28),
        ("发布单位", 34),
        ("镇街", 10),
        ("成熟度", 12),
        ("合作方式", 24),
        ("价格下限（万元）", 14),
        ("价格上限（万元）", 14),
        ("计价单位", 10),
        ("有效期至", 12),
        ("期望合作对象", 40),
    ),
    "en": (
        ("No.", 8),
        ("Side", 8),
        ("Title", 44),
        ("Summary", 50),
        ("Form", 12),
        ("Chain nodes", 28),
        ("Organisation", 34),
        ("Town", 12),
        ("Maturity", 18),
        ("Cooperation", 24),
        ("Lowest price (10,000 CNY)", 14),
        ("Highest price (10,000 CNY)", 14),
        ("Price per", 14),
        ("Valid to", 12),
        ("Partner sought", 40),
    ),
}
_HIDDEN = {"zh": "脱敏展示", "en": "not disclosed"}


def write_listings(actor: Actor, rows: Iterable[Listing], file: IO[bytes], *, language: str) -> None:
    """One sheet with a frozen header row; prices are numbers, days are days."""
    book = Workbook()
    sheet = book.active
    sheet.title = "listings"
    headers = _HEADERS[language]
    sheet.append([name for name, _width in headers])
    for number, (_name, width) in enumerate(headers, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
        sheet.cell(1, number).font = Font(bold=True)
        sheet.cell(1, number).alignment = Alignment(wrap_text=True, vertical="top")
    for row in rows:
        sheet.append([written(value) for value in _cells(actor, row, language)])
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "D2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    book.save(file)


def _cells(actor: Actor, row: Listing, language: str) -> list[object]:
    def term(kind: str, code: str | None) -> str:
        return terms(kind, language).get(code, code) if code else ""

    chinese = language == "zh"
    named = [nodes()[node].name_zh if chinese else nodes()[node].name_en for node in row.node_ids if node in nodes()]
    town = towns().get(row.organisation.town)
    comma = "、" if chinese else ", "
    return [
        row.id,
        term("side", row.side),
        row.title,
        row.summary,
        term("form", row.form),
        comma.join(named),
        row.organisation.name if can_see_organisation(actor, row) else _HIDDEN[language],
        (town.name_zh if chinese else town.name_en) if town else row.organisation.town,
        term("maturity", row.maturity),
        comma.join(term("cooperation", code) for code in row.cooperation),
        float(wan_from_fen(row.price_low_fen)) if row.price_low_fen is not None else None,
        float(wan_from_fen(row.price_high_fen)) if row.price_high_fen is not None else None,
        term("price_unit", row.price_unit),
        row.valid_to,
        row.partner_sought,
    ]
