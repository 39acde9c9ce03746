"""The printouts of an event as workbooks, to be sorted, searched and mailed. Nothing typed by anybody is a formula."""

from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

from matchmaker.exchange import dressing
from matchmaker.exchange.printouts import Guest, Hour, Programme
from matchmaker.exchange.written import FORMULA, storable

# Each column's word and its width in characters.
Columns = Sequence[tuple[str, int]]
Rows = Sequence[Sequence[object]]
_SCHEDULES = (
    ("organisation", 34),
    ("name", 12),
    ("badge", 10),
    ("date", 16),
    ("time", 14),
    ("table", 10),
    ("partner_organisation", 34),
    ("partner_name", 12),
    ("partner_position", 14),
    ("need", 36),
    ("offer", 36),
    ("remark", 12),
)
_CARDS = (
    ("table", 10),
    ("area", 16),
    ("date", 16),
    ("time", 14),
    ("one_organisation", 34),
    ("one_name", 12),
    ("other_organisation", 34),
    ("other_name", 12),
    ("need", 36),
    ("offer", 36),
)
_DOOR = (
    ("number", 7),
    ("organisation", 40),
    ("name", 14),
    ("position", 16),
    ("badge", 10),
    ("first_time", 12),
    ("first_table", 12),
    ("signature", 20),
)
_BADGES = (("organisation", 40), ("name", 14), ("position", 18), ("badge", 10), ("code", 60))
_GRID_HOUR, _GRID_CELL = 22, 26


def schedules_sheet(programme: Programme, guests: Sequence[Guest] | None = None) -> bytes:
    """Personal schedules: a row for each of these people and each slot, also idle ones; everybody without."""
    chosen = programme.guests if guests is None else guests
    rows = [_appointment(programme, guest, hour) for guest in chosen for hour in programme.hours]
    return _book(programme, programme.word("schedules"), _named(programme, _SCHEDULES), rows)


def cards_sheet(programme: Programme) -> bytes:
    """The tables: a row for each meeting, table by table."""
    rows = []
    for place in programme.places:
        for talk in programme.talks_at(place.id):
            hour, a, b = programme.hour[talk.slot_id], programme.by_id[talk.a_id], programme.by_id[talk.b_id]
            sides = (a.organisation, a.name, b.organisation, b.name)
            rows.append((place.label, place.area, programme.day(hour), hour.time, *sides, talk.need, talk.offer))
    return _book(programme, programme.word("card_list"), _named(programme, _CARDS), rows)


def door_sheet(programme: Programme) -> bytes:
    """The door list: everybody who comes, with the first meeting and a place to sign."""
    rows = []
    for number, guest in enumerate(programme.guests, start=1):
        talk = programme.first_of(guest.id)
        first = (programme.start_of(talk), programme.place[talk.table_id].label) if talk else ("", "")
        rows.append((number, guest.organisation, guest.name, guest.position, guest.badge, *first, ""))
    return _book(programme, programme.word("door"), _named(programme, _DOOR), rows)


def grid_sheet(programme: Programme) -> bytes:
    """The whole grid: a row for each slot, a column for each table, both organisations in the cell."""
    here = {(talk.slot_id, talk.table_id): talk for talk in programme.talks}

    def cell(hour: Hour, table_id: int) -> str:
        talk = here.get((hour.id, table_id))
        if talk is None:
            return ""
        return "\n".join(programme.by_id[who].organisation for who in (talk.a_id, talk.b_id))

    columns = [(programme.word("time"), _GRID_HOUR), *((place.label, _GRID_CELL) for place in programme.places)]
    rows = [
        (f"{programme.day(hour)} {hour.time}", *(cell(hour, place.id) for place in programme.places))
        for hour in programme.hours
    ]
    return _book(programme, programme.word("grid"), columns, rows, whole=False)


def badges_sheet(programme: Programme) -> bytes:
    """The badge list: what stands on each badge, for a printer's mail merge."""
    rows = [(one.organisation, one.name, one.position, one.badge, one.desk) for one in programme.guests]
    return _book(programme, programme.word("badge_list"), _named(programme, _BADGES), rows)


def _appointment(programme: Programme, guest: Guest, hour: Hour) -> tuple[object, ...]:
    mine = (guest.organisation, guest.name, guest.badge, programme.day(hour), hour.time)
    talk = programme.talks_of(guest.id).get(hour.id)
    if talk is None:
        return (*mine, *[""] * 6, programme.word("absent" if hour.id in guest.away else "free"))
    other = programme.by_id[talk.partner_of(guest.id)]
    table = programme.place[talk.table_id].label
    return (*mine, table, other.organisation, other.name, other.position, talk.need, talk.offer, "")


def _named(programme: Programme, columns: Columns) -> Columns:
    return [(programme.word(key), width) for key, width in columns]


def _book(programme: Programme, name: str, columns: Columns, rows: Rows, *, whole: bool = True) -> bytes:
    """One sheet with a header that stays; `whole` fits its width onto the page, else columns run over pages."""
    book = Workbook()
    sheet = book.active
    sheet.title = name
    wide = dressing.set_widths(sheet, (width for _, width in columns))
    for number, (header, _) in enumerate(columns, start=1):
        dressing.dress_head(_put(sheet, 1, number, header))
    for index, row in enumerate(rows, start=2):
        for number, value in enumerate(row, start=1):
            dressing.dress_body(_put(sheet, index, number, value))
    sheet.auto_filter.ref = sheet.dimensions if whole else None
    dressing.set_page(sheet, wide=wide, frozen="C2" if whole else "B2", whole=whole)
    head = (f"{programme.title[:80]}　{sheet.title}", programme.when)
    dressing.set_edges(sheet, head=head, foot=(programme.edition, programme.word("book_page")))
    return dressing.saved(book)


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
