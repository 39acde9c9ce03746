"""The printouts of an event as workbooks, to be sorted, searched and mailed. Nothing typed by anybody is a formula."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from matchmaker.exchange.printouts import Guest, Hour, Programme
from matchmaker.exchange.written import FORMULA, storable

Columns = Sequence[tuple[str, int]]
Rows = Sequence[Sequence[object]]
_HEAD = PatternFill("solid", fgColor="1F4E5F")
_TOP = Alignment(wrap_text=True, vertical="top")
_LINE = Side(style="thin", color="C5CDD6")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_SCHEDULES = (
    ("单位", 34),
    ("姓名", 12),
    ("胸卡号", 10),
    ("日期", 16),
    ("时间", 14),
    ("桌位", 10),
    ("对方单位", 34),
    ("对方姓名", 12),
    ("对方职务", 14),
    ("需求", 36),
    ("供给", 36),
    ("备注", 12),
)
_CARDS = (
    ("桌位", 10),
    ("区域", 16),
    ("日期", 16),
    ("时间", 14),
    ("单位甲", 34),
    ("姓名甲", 12),
    ("单位乙", 34),
    ("姓名乙", 12),
    ("需求", 36),
    ("供给", 36),
)
_DOOR = (
    ("序号", 7),
    ("单位", 40),
    ("姓名", 14),
    ("职务", 16),
    ("胸卡号", 10),
    ("首场时间", 12),
    ("首场桌位", 12),
    ("签到", 20),
)
_BADGES = (("单位", 40), ("姓名", 14), ("职务", 18), ("胸卡号", 10), ("二维码内容", 60))
_GRID_HOUR, _GRID_CELL = 22, 26


def schedules_sheet(programme: Programme, guests: Sequence[Guest] | None = None) -> bytes:
    """个人日程: a row for each of these people and each slot, also idle ones; everybody without."""
    chosen = programme.guests if guests is None else guests
    rows = [_appointment(programme, guest, hour) for guest in chosen for hour in programme.hours]
    return _book(programme, "个人日程", _SCHEDULES, rows)


def cards_sheet(programme: Programme) -> bytes:
    """桌位安排: a row for each meeting, table by table."""
    rows = []
    for place in programme.places:
        for talk in programme.talks_at(place.id):
            hour, a, b = programme.hour[talk.slot_id], programme.by_id[talk.a_id], programme.by_id[talk.b_id]
            sides = (a.organisation, a.name, b.organisation, b.name)
            rows.append((place.label, place.area, hour.day, hour.time, *sides, talk.need, talk.offer))
    return _book(programme, "桌位安排", _CARDS, rows)


def door_sheet(programme: Programme) -> bytes:
    """签到表: everybody who comes, with the first meeting and a place to sign."""
    rows = []
    for number, guest in enumerate(programme.guests, start=1):
        talk = programme.first_of(guest.id)
        first = (programme.start_of(talk), programme.place[talk.table_id].label) if talk else ("", "")
        rows.append((number, guest.organisation, guest.name, guest.position, guest.badge, *first, ""))
    return _book(programme, "签到表", _DOOR, rows)


def grid_sheet(programme: Programme) -> bytes:
    """总表: a row for each slot, a column for each table, both organisations in the cell."""
    here = {(talk.slot_id, talk.table_id): talk for talk in programme.talks}

    def cell(hour: Hour, table_id: int) -> str:
        talk = here.get((hour.id, table_id))
        if talk is None:
            return ""
        return "\n".join(programme.by_id[who].organisation for who in (talk.a_id, talk.b_id))

    columns = [("时间", _GRID_HOUR), *((place.label, _GRID_CELL) for place in programme.places)]
    rows = [
        (f"{hour.day} {hour.time}", *(cell(hour, place.id) for place in programme.places)) for hour in programme.hours
    ]
    return _book(programme, "总表", columns, rows, whole=False)


def badges_sheet(programme: Programme) -> bytes:
    """胸卡名单: what stands on each badge, for a printer's mail merge."""
    rows = [(one.organisation, one.name, one.position, one.badge, one.desk) for one in programme.guests]
    return _book(programme, "胸卡名单", _BADGES, rows)


def _appointment(programme: Programme, guest: Guest, hour: Hour) -> tuple[object, ...]:
    mine = (guest.organisation, guest.name, guest.badge, hour.day, hour.time)
    talk = programme.talks_of(guest.id).get(hour.id)
    if talk is None:
        return (*mine, *[""] * 6, "不参加" if hour.id in guest.away else "空闲")
    other = programme.by_id[talk.partner_of(guest.id)]
    table = programme.place[talk.table_id].label
    return (*mine, table, other.organisation, other.name, other.position, talk.need, talk.offer, "")


def _book(programme: Programme, name: str, columns: Columns, rows: Rows, *, whole: bool = True) -> bytes:
    """One sheet with a header that stays; `whole` fits its width onto the page, else columns run over pages."""
    book = Workbook()
    sheet = book.active
    sheet.title = name
    for number, (header, width) in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
        cell = _put(sheet, 1, number, header)
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    for index, row in enumerate(rows, start=2):
        for number, value in enumerate(row, start=1):
            cell = _put(sheet, index, number, value)
            cell.alignment, cell.border = _TOP, _BORDER
    sheet.freeze_panes = "C2" if whole else "B2"
    sheet.auto_filter.ref = sheet.dimensions if whole else None
    _for_paper(sheet, programme, whole=whole, wide=sum(width for _, width in columns) > 100)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _put(sheet: Any, row: int, column: int, value: object) -> Any:
    """Text is written as text: it stays so even when somebody edits the cell."""
    if not isinstance(value, str):
        return sheet.cell(row, column, value)
    cell = sheet.cell(row, column)
    text = storable(value)
    if text:
        cell.value = text
        cell.data_type = "s"
        cell.quotePrefix = text.startswith(FORMULA)
    return cell


def _for_paper(sheet: Any, programme: Programme, *, whole: bool, wide: bool) -> None:
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if wide else "portrait"
    sheet.page_setup.fitToWidth = 1 if whole else 0
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = whole
    sheet.print_title_rows = "1:1"
    if not whole:
        sheet.print_title_cols = "A:A"
    # Ampersands begin a code there.
    title = programme.title.replace("&", "&&")[:80]
    sheet.oddHeader.left.text = f"{title}　{sheet.title}"
    sheet.oddHeader.right.text = programme.when
    sheet.oddFooter.left.text = programme.edition
    sheet.oddFooter.right.text = "第 &P 页，共 &N 页"
