"""The printouts of an event as workbooks: opened again, everything is there once, and nothing typed is a formula."""

from collections import Counter
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from matchmaker.exchange import event_sheets
from matchmaker.exchange.printouts import Programme, Talk
from tests.exchange.hall import make_guest, make_hall, with_people

EVIL = '=HYPERLINK("http://x.example","点我")'
SHEETS = {
    "个人日程": event_sheets.schedules_sheet,
    "桌位安排": event_sheets.cards_sheet,
    "签到表": event_sheets.door_sheet,
    "总表": event_sheets.grid_sheet,
    "胸卡名单": event_sheets.badges_sheet,
}
Write = Callable[[Programme], bytes]


def opened(content: bytes) -> Any:
    """The one sheet of the workbook."""
    book = load_workbook(BytesIO(content))
    assert len(book.worksheets) == 1
    return book.worksheets[0]


def rows(content: bytes) -> list[dict[str, Any]]:
    """Its rows by their headers."""
    head, *rest = opened(content).iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rest]


@pytest.mark.parametrize("name", SHEETS)
def test_every_sheet_is_ready_for_the_printer(name: str) -> None:
    programme = make_hall(title="铝 & 氢对接会")
    sheet = opened(SHEETS[name](programme))
    assert sheet.title == name and sheet.print_title_rows == "$1:$1"
    assert sheet.freeze_panes is not None and str(sheet.page_setup.paperSize) == "9"
    wide = sum(one.width for one in sheet.column_dimensions.values())
    assert sheet.page_setup.orientation == ("landscape" if wide > 100 else "portrait")
    assert sheet.oddHeader.left.text == f"铝 && 氢对接会　{name}"
    assert "时间表第3版" in sheet.oddFooter.left.text
    assert all(cell.font.bold for cell in sheet[1])


@pytest.mark.parametrize("name", SHEETS)
def test_what_people_typed_is_never_a_formula(name: str) -> None:
    talk = Talk(1, 1, 1, 2, "+1+1", "@SUM(A1)", asking=1)
    programme = make_hall(guests=2, talks=(talk,))
    programme = with_people(programme, organisation=EVIL, name="-2+3", position="=1\x0b", badge="AB\x00C")
    sheet = opened(SHEETS[name](programme))
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type != "f" for cell in cells)
    typed = [cell for cell in cells if str(cell.value).startswith(("=", "+", "-", "@"))]
    assert typed and all(cell.quotePrefix for cell in typed)
    assert any(str(cell.value).startswith(EVIL) for cell in typed)


def test_schedules_have_a_row_for_everybody_and_every_slot() -> None:
    programme = make_hall(guests=7, slots=5)
    found = rows(event_sheets.schedules_sheet(programme))
    assert len(found) == 7 * 5
    met = Counter(row["胸卡号"] for row in found if row["对方单位"])
    each = Counter(who for talk in programme.talks for who in (talk.a_id, talk.b_id))
    assert met == Counter({one.badge: each[one.id] for one in programme.people if each[one.id]})
    assert all((row["备注"] == "空闲") == (row["桌位"] is None) for row in found)
    some = [one for one in programme.guests if one.id == 3]
    assert {row["胸卡号"] for row in rows(event_sheets.schedules_sheet(programme, some))} == {"B0003"}
    assert rows(event_sheets.schedules_sheet(programme, [])) == []


def test_the_sheets_speak_english_too() -> None:
    programme = make_hall(guests=3).spoken("en")
    for write in SHEETS.values():
        sheet = opened(write(programme))
        assert all(str(cell.value).isascii() for cell in sheet[1])
        assert sheet.oddFooter.left.text.startswith("Timetable version 3, printed")
    assert {row["Remark"] for row in rows(event_sheets.schedules_sheet(programme))} >= {"Free"}


def test_somebody_who_is_away_is_not_idle() -> None:
    programme = with_people(make_hall(guests=1), away=frozenset({2}))
    assert [row["备注"] for row in rows(event_sheets.schedules_sheet(programme))] == ["空闲", "不参加", "空闲", "空闲"]


def test_every_meeting_stands_once_at_its_table_and_once_in_the_grid() -> None:
    programme = make_hall(guests=8, slots=6, tables=3)
    wanted = Counter(
        (programme.place[talk.table_id].label, programme.hour[talk.slot_id].time) for talk in programme.talks
    )
    assert Counter((row["桌位"], row["时间"]) for row in rows(event_sheets.cards_sheet(programme))) == wanted
    grid = [
        (table, row["时间"].rpartition(" ")[2])
        for row in rows(event_sheets.grid_sheet(programme))
        for table, cell in row.items()
        if table != "时间" and cell
    ]
    assert Counter(grid) == wanted
    pairs = {
        frozenset(cell.split("\n"))
        for row in rows(event_sheets.grid_sheet(programme))
        for cell in list(row.values())[1:]
        if cell
    }
    assert len(pairs) == len(programme.talks)


@pytest.mark.parametrize("write", [event_sheets.door_sheet, event_sheets.badges_sheet])
def test_everybody_stands_once_on_the_lists_of_people(write: Write) -> None:
    found = rows(write(make_hall(guests=23)))
    assert [row["胸卡号"] for row in found] == [f"B{number:04d}" for number in range(1, 24)]


def test_a_badge_leads_to_the_desk_and_numbers_are_numbers() -> None:
    programme = make_hall(people=(make_guest(1), make_guest(2)), talks=(Talk(2, 3, 1, 2),))
    assert rows(event_sheets.badges_sheet(programme))[0]["二维码内容"] == make_guest(1).desk
    first = rows(event_sheets.door_sheet(programme))[0]
    assert (first["序号"], first["首场时间"], first["首场桌位"]) == (1, "09:20", "3")


@pytest.mark.parametrize("name", SHEETS)
def test_an_event_without_a_timetable_has_its_sheets(name: str) -> None:
    sheet = opened(SHEETS[name](make_hall(hours=(), places=(), talks=(), version=None)))
    assert sheet.max_row >= 1 and "时间表尚未公布" in sheet.oddFooter.left.text
