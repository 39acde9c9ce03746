"""What is printed for an event: everybody and every meeting exactly as often as it should, and nothing ever cut off."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from matchmaker.exchange import pdf_page, printouts_people, printouts_schedules, printouts_tables
from matchmaker.exchange.printouts import Hour, Programme, Talk, changed_people, headings
from matchmaker.exchange.printouts_schedules import MANNERS, ROOM, lay_out, schedules
from matchmaker.exchange.printouts_words import WORDS, word
from tests.exchange.hall import START, make_guest, make_hall, with_people

LONG = "佛山市南海区" + "特别长的单位名称" * 6 + "有限责任公司"


def pages(content: bytes) -> list[str]:
    """The text of each page without spaces and line ends."""
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(BytesIO(content)).pages]


def meetings_each(programme: Programme) -> Counter[int]:
    """How many meetings everybody has."""
    return Counter(who for talk in programme.talks for who in (talk.a_id, talk.b_id))


# Text that fits


@given(st.text(alphabet="南海阀门有限公司（），。A1-b \u3000x", max_size=80), st.integers(12, 200))
def test_wrapping_loses_nothing_and_keeps_within_the_room(text: str, room: int) -> None:
    lines = pdf_page.wrapped(text, room, 10)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    # A mark that may not stand at an end of a line takes its neighbour along.
    assert all(pdf_page.text_width(line, 10) <= room or len(line) <= 3 for line in lines)


@given(st.text(min_size=1, max_size=130), st.integers(40, 300), st.integers(8, 60))
def test_fitting_shrinks_until_it_fits_and_leaves_nothing_out(text: str, room: int, height: int) -> None:
    said = pdf_page.plain(text)
    block = pdf_page.fitting(said, room, height, (12, 9, 6))
    assert re.sub(r"\s", "", "".join(block.lines)) == re.sub(r"\s", "", said)
    assert block.height <= height or block.size < 3.3


@given(st.text(max_size=60))
def test_plain_text_has_only_what_the_font_has(text: str) -> None:
    said = pdf_page.plain(text)
    assert all(one == "・" or one == "€" or 0x3400 <= ord(one) < 0x4DB6 or one.encode("gbk") for one in said)
    assert not set("\n\r\t") & set(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("𠮷野家", "〓野家"),
        ("10 Nm³/h", "10 Nm3/h"),
        ("甲\n乙", "甲 乙"),
        ("A·B", "A・B"),
        ("㙓", "㙓"),
        ("niño", "nino"),
    ],
)
def test_what_the_font_lacks_is_said_otherwise_or_seen_to_be_missing(text: str, said: str) -> None:
    assert pdf_page.plain(text) == said


def test_markup_shows_what_is_missing_and_keeps_its_tags() -> None:
    assert pdf_page.markup("𠮷 <b> CO₂") == "〓 &lt;b&gt; CO<sub>2</sub>"


# Personal schedules


@pytest.mark.parametrize("guests", [1, 2, 7, 12])
def test_two_schedules_a_page_and_everybody_with_every_meeting_once(guests: int) -> None:
    programme = make_hall(guests=guests, slots=5)
    found = pages(schedules(programme))
    assert len(found) == ceil(guests / 2) == printouts_schedules.schedule_pages(programme)
    text, each = "".join(found), meetings_each(programme)
    for guest in programme.people:
        assert text.count(guest.badge) == 1
        # Once on the own schedule, once on each partner's.
        assert text.count(guest.organisation) == 1 + each[guest.id]
    idle = sum(len(programme.hours) - each[guest.id] for guest in programme.people)
    assert text.count(word("idle", "zh").replace("　", "")) == idle
    for hour in programme.hours:
        assert text.count(hour.time) == guests
    assert text.count("时间表第3版，2099-03-0118:00打印") == guests
    assert text.count("休息09:40-11:40") == guests


def test_everybody_reads_their_own_language_and_one_may_be_asked_for() -> None:
    programme = make_hall(guests=4, slots=5)
    people = [replace(one, language="en") if one.id == 2 else one for one in programme.people]
    programme = replace(programme, people=tuple(people))
    text = "".join(pages(schedules(programme)))
    assert (text.count("个人日程"), text.count("Personalschedule")) == (3, 1)
    assert text.count("Break09:40-11:40") == 1 and text.count("休息09:40-11:40") == 3
    for language, other in (("zh", "Personalschedule"), ("en", "个人日程")):
        assert other not in "".join(pages(schedules(programme, language=language)))
    assert programme.spoken("en").spoken("zh") == programme and programme.spoken("zh") is programme


def test_days_read_in_both_languages() -> None:
    programme = make_hall(ends_at=START + timedelta(days=1, hours=3))
    assert programme.when == "2099年3月2日（周一） 09:00-3月3日（周二） 12:00"
    assert programme.spoken("en").when == "Mon 2 March 2099 09:00-Tue 3 March 12:00"
    for key, (chinese, english) in WORDS.items():
        assert re.findall(r"%\(\w+\)", chinese) == re.findall(r"%\(\w+\)", english) and english.isascii(), key


def test_the_lower_pile_follows_the_upper_one() -> None:
    programme = make_hall(guests=6)
    found = pages(schedules(programme))
    assert [re.findall(r"B\d{4}", page) for page in found] == [
        ["B0001", "B0004"],
        ["B0002", "B0005"],
        ["B0003", "B0006"],
    ]


def test_some_peoples_schedules_and_nobodys() -> None:
    programme = make_hall()
    some = [one for one in programme.guests if one.id in (2, 5)]
    assert re.findall(r"B\d{4}", "".join(pages(schedules(programme, some)))) == ["B0002", "B0005"]
    assert "B0" not in "".join(pages(schedules(programme, [])))


def test_what_a_meeting_is_about_is_seen_from_each_side() -> None:
    talk = Talk(1, 1, 1, 2, "求购减压阀", "七十兆帕减压阀", asking=2)
    text = pages(schedules(make_hall(guests=4, talks=(talk,)), [make_guest(1)]))[0]
    assert "我方供给：七十兆帕减压阀" in text and "对方需求：求购减压阀" in text
    text = pages(schedules(make_hall(guests=4, talks=(talk,)), [make_guest(2)]))[0]
    assert "我方需求：求购减压阀" in text and "对方供给：七十兆帕减压阀" in text


@pytest.mark.parametrize("slots", [8, 12, 16, 20])
@pytest.mark.parametrize("name", ["佛山市南海区试样阀门有限公司", LONG + "㙓𠮷"])
def test_a_full_day_with_the_longest_names_fits_on_one_half(slots: int, name: str) -> None:
    programme = make_hall(guests=22, slots=slots, tables=11)
    texts = {"need": "寻找铝型材无铬钝化的合作单位，年处理量三千吨" * 3, "offer": "无铬钝化线产能共享" * 6, "asking": 1}
    talks = tuple(replace(talk, **texts) for talk in programme.talks)
    programme = with_people(
        replace(programme, talks=talks), organisation=name, name="欧阳娜娜" * 3, position="总经理" * 6
    )
    for guest in programme.guests:
        halves = lay_out(programme, guest)
        assert len(halves) == 1 and sum(row.height for row in halves[0].rows) <= ROOM
        assert halves[0].size >= MANNERS[-1].sizes[-1]
    text = "".join(pages(schedules(programme)))
    assert text.count(name.replace("𠮷", "〓")) == 22 + 2 * len(programme.talks)


def test_a_day_that_cannot_fit_goes_on_over_the_page() -> None:
    programme = make_hall(guests=62, slots=60, tables=31)
    halves = lay_out(programme, programme.guests[0])
    assert len(halves) > 1 and sum(bool(row.time) for half in halves for row in half.rows) == 60
    text = "".join(pages(schedules(programme, programme.guests[:1])))
    assert all(text.count(hour.time) == 1 for hour in programme.hours)


def test_pauses_sessions_and_days_are_said_where_they_begin() -> None:
    def hour(number: int, minutes: int, session: str, days: int = 0) -> Hour:
        begin = START + timedelta(days=days, minutes=minutes)
        return Hour(number, session, begin, begin + timedelta(minutes=20))

    day = [hour(1, 0, "上午"), hour(2, 20, "上午"), hour(3, 55, "上午"), hour(4, 300, "下午")]
    assert headings(day) == ["上午", "", "休息 09:40-09:55", "下午　午休 10:15-14:00"]
    # Changing tables is no pause, however long it regularly takes.
    assert headings([hour(1, 0, ""), hour(2, 35, ""), hour(3, 70, "")]) == ["", "", ""]
    assert headings([day[0], hour(2, 0, "上午", 1)]) == ["3月2日（周一）　上午", "3月3日（周二）　上午"]
    assert headings([]) == []


def test_three_hundred_schedules_stand_two_on_a_page() -> None:
    programme = make_hall(guests=300, slots=16, tables=40)
    assert len(PdfReader(BytesIO(schedules(programme))).pages) == 150


def test_whose_schedule_has_changed() -> None:
    places = ((1, 2, 1, 1), (3, 4, 1, 2), (1, 4, 2, 1))
    old = [dict(zip(("a", "b", "slot", "table"), one, strict=True)) for one in places]
    assert changed_people(old, reversed(old)) == set()
    assert changed_people(old, old[:2]) == {1, 4}
    assert changed_people([], old) == {1, 2, 3, 4}
    assert changed_people(old, [old[0] | {"table": 3}, *old[1:]]) == {1, 2}
    assert changed_people(old, [old[0], {"a": 3, "b": 5, "slot": 1, "table": 2}, old[2]]) == {3, 4, 5}


# Tables


def test_a_card_for_each_table_says_every_meeting_on_both_faces() -> None:
    programme = make_hall(guests=12, slots=16, tables=5)
    found = pages(printouts_tables.cards(programme))
    assert len(found) == 5
    for place, text in zip(programme.places, found, strict=True):
        talks = programme.talks_at(place.id)
        each = Counter(who for talk in talks for who in (talk.a_id, talk.b_id))
        for guest in programme.people:
            assert text.count(guest.organisation) == 2 * each[guest.id]
        assert text.count("一楼") == text.count("本桌洽谈安排") == 2


def test_a_card_takes_long_names_and_long_labels() -> None:
    programme = with_people(make_hall(guests=12, slots=20, tables=2), organisation=LONG)
    lines = printouts_tables.card_lines(programme, programme.talks_at(1))
    assert sum(line.height for line in lines) <= printouts_tables.LIST_TOP - printouts_tables.LIST_LOW
    labelled = replace(
        programme, places=tuple(replace(one, label="二楼贵宾厅展位甲区之第十二号洽谈桌") for one in programme.places)
    )
    text = pages(printouts_tables.cards(labelled))[0]
    assert text.count("二楼贵宾厅展位甲区之第十二号洽谈桌") == 2 and text.count(LONG) == 2 * 2 * len(
        programme.talks_at(1)
    )


def test_a_table_without_meetings_says_so() -> None:
    assert pages(printouts_tables.cards(make_hall(tables=1, talks=())))[0].count(word("free_table", "zh")) == 2


@pytest.mark.parametrize(("tables", "columns"), [(3, [3]), (10, [10]), (11, [6, 5]), (40, [10, 10, 10, 10])])
def test_the_grid_has_ten_tables_a_page_at_most_and_every_meeting_once(tables: int, columns: list[int]) -> None:
    programme = make_hall(guests=82, slots=6, tables=tables)
    parts = printouts_tables.grid_pages(programme)
    assert list(dict.fromkeys(part.places for part in parts)) == [
        programme.places[sum(columns[:index]) : sum(columns[: index + 1])] for index in range(len(columns))
    ]
    cells = [(hour.id, place.id) for part in parts for hour in part.hours for place in part.places]
    assert sorted(cells) == sorted((hour.id, place.id) for hour in programme.hours for place in programme.places)
    found = pages(printouts_tables.grid(programme))
    text, each = "".join(found), meetings_each(programme)
    assert all(text.count(guest.organisation) == each[guest.id] for guest in programme.people)
    for number, (part, page) in enumerate(zip(parts, found, strict=True), start=1):
        assert all(hour.time in page for hour in part.hours) and f"第{number}页，共{len(parts)}页" in page


def test_a_grid_with_long_names_runs_over_pages() -> None:
    programme = with_people(make_hall(guests=22, slots=20, tables=10), organisation=LONG)
    parts = printouts_tables.grid_pages(programme)
    assert len(parts) > 1
    room = printouts_tables.HIGH - printouts_tables.GRID_TOP - printouts_tables.GRID_LOW - printouts_tables.HEAD_HIGH
    assert all(sum(part.heights) <= room for part in parts)
    assert "".join(pages(printouts_tables.grid(programme))).count(LONG) == 2 * len(programme.talks)


# People


def test_the_door_list_has_everybody_once_in_order_with_its_header_on_each_page() -> None:
    programme = make_hall(guests=70)
    found = pages(printouts_people.door(programme))
    assert len(found) == len(printouts_people.door_pages(programme)) == 3
    assert re.findall(r"B\d{4}", "".join(found)) == [f"B{number:04d}" for number in range(1, 71)]
    assert all(
        "".join(word(key, "zh") for key in printouts_people.TITLES) in page and "共70人" in page for page in found
    )


def test_lists_are_in_the_order_of_pinyin() -> None:
    names = ("珠江阀门", "安德传感", "南海检测", "佛山电机", "𠮷野机械")
    people = tuple(make_guest(number, organisation=name) for number, name in enumerate(names, start=1))
    programme = make_hall(people=people, talks=())
    assert [one.organisation for one in programme.guests] == [
        "𠮷野机械",
        "安德传感",
        "佛山电机",
        "南海检测",
        "珠江阀门",
    ]


def test_ten_badges_a_page_and_each_once() -> None:
    programme = make_hall(guests=23)
    found = pages(printouts_people.badges(programme))
    assert len(found) == 3 == printouts_people.badge_pages(programme)
    text = "".join(found)
    assert all(text.count(guest.badge) == text.count(guest.organisation) == 1 for guest in programme.people)


def test_badges_and_door_list_take_long_names() -> None:
    programme = with_people(make_hall(guests=3), organisation=LONG, name="欧阳娜娜" * 15, position="副总经理" * 15)
    for content in (printouts_people.badges(programme), printouts_people.door(programme)):
        text = "".join(pages(content))
        assert text.count(LONG) == text.count("欧阳娜娜" * 15) == 3


def test_everything_can_be_printed_of_an_event_with_nothing_in_it() -> None:
    empty = make_hall(guests=2, hours=(), places=(), talks=(), version=None)
    assert "时间表尚未公布" in pages(printouts_people.door(empty))[0]
    assert len(pages(schedules(empty))) == 1 and printouts_tables.grid_pages(empty) == []
    assert len(pages(printouts_people.badges(empty))) == 1
