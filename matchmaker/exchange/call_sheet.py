"""The call sheet of a guest list: whom to phone, why, and room for what they said."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from matchmaker.accounts.models import Organisation
from matchmaker.events.models import Event
from matchmaker.exchange.written import written
from matchmaker.participants.guest_list import Contact
from matchmaker.participants.rules import RegistrationState
from matchmaker.reference.terms import terms
from matchmaker.reference.towns import towns

_COLUMNS = (
    ("序号", 6),
    ("单位", 32),
    ("镇街", 10),
    ("联系人", 10),
    ("电话", 14),
    ("为什么请", 60),
    ("名单状态", 10),
    ("通话时间", 14),
    ("结果", 14),
    ("备注", 24),
)
_LINE = Side(style="thin", color="C5CDD6")


def call_sheet(
    event: Event,
    rows: Sequence[Mapping[str, Any]],
    *,
    houses: Mapping[int, Organisation],
    titles: Mapping[int, str],
    people: Mapping[int, Sequence[Contact]],
    states: Mapping[int, RegistrationState],
) -> bytes:
    """One row for each organisation of the list, in its order, ready for a printer (A4 across)."""
    book = Workbook()
    sheet = book.active
    sheet.title = "电话邀请"
    sheet.append([written(event.title)])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append([name for name, _ in _COLUMNS])
    known = terms("registration_state")
    for number, row in enumerate(rows, start=1):
        house = houses[row["id"]]
        called = people.get(row["id"], ())
        town = towns().get(house.town)
        sheet.append(
            [
                number,
                written(house.name),
                town.name_zh if town else "",
                written("\n".join(one.name for one in called[:2])),
                written("\n".join(one.phone for one in called[:2])),
                written("\n".join(why(row, houses, titles))),
                known[states[row["id"]].value] if row["id"] in states else "",
                "",
                "",
                "",
            ]
        )
    _dress(sheet)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def why(row: Mapping[str, Any], houses: Mapping[int, Organisation], titles: Mapping[int, str]) -> list[str]:
    """The two best partners and the pairs of listings, then what was left unmet before."""
    lines = []
    for link in row["links"][:2]:
        other = houses.get(link["other"])
        need, offer = titles.get(link["need_id"], ""), titles.get(link["offer_id"], "")
        lines.append(f"{other.name if other else ''}：{need} ↔ {offer}")
    lines += [f"上次没对接上：{titles[number]}" for number in row["carried"][:1] if number in titles]
    return lines


def _dress(sheet: Any) -> None:
    for place, (_, width) in enumerate(_COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    border = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = border
    for cell in sheet[2]:
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F4E5F")
    sheet.freeze_panes = "C3"
    sheet.print_title_rows = "2:2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
