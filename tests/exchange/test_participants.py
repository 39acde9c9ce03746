"""Importing an organiser's list of participants: good, bad, twice, hostile."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.audit.models import AuditEntry
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden, Invalid
from matchmaker.events.models import Event
from matchmaker.exchange.participant_columns import COLUMNS, languages_in, write_template
from matchmaker.exchange.participants import import_participants
from matchmaker.exchange.report import ImportReport
from matchmaker.notifications.models import Notice
from matchmaker.participants.models import Participant, Registration
from matchmaker.participants.rules import RegistrationSource, RegistrationState
from tests.events.place import make_event, make_registration
from tests.exchange.factories import uscc
from tests.factories import make_organisation
from tests.people import BASE, make_actor

_S = RegistrationState
HEADERS = (
    "单位名称",
    "统一社会信用代码",
    "镇街",
    "姓名",
    "职务",
    "手机",
    "邮箱",
    "语言",
    "需求",
    "供给",
    "固定桌位",
    "备注",
)


def row(**over: object) -> dict[str, object]:
    """A good row of a firm without an account."""
    return {
        "单位名称": "佛山市南海区来宾五金有限公司",
        "镇街": "大沥镇",
        "姓名": "黄来宾",
        "手机": "13800000001",
    } | over


def as_xlsx(rows: Iterable[dict[str, object]], headers: tuple[str, ...] = HEADERS) -> bytes:
    book, file = Workbook(), io.BytesIO()
    book.active.append(headers)
    for one in rows:
        book.active.append([one.get(header) for header in headers])
    book.save(file)
    return file.getvalue()


def as_csv(rows: Iterable[dict[str, object]], encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADERS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


class Place:
    """An event with tables 1 to 3, and a planner."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.planner = make_actor(session, role=Role.ORGANISER)
        self.event: Event = make_event(session)

    def take(self, *rows: dict[str, object], **over: Any) -> ImportReport:
        who = over.pop("who", self.planner)
        given = {"name": "名单.xlsx", "content": as_xlsx(rows), "partial": False, "base": BASE} | over
        return import_participants(self.session, who, event_id=self.event.id, **given)

    def rows(self) -> list[Registration]:
        return list(self.session.scalars(select(Registration).order_by(Registration.id)))

    def messages(self, *rows: dict[str, object], **over: Any) -> list[str]:
        return [str(fault) for fault in self.take(*rows, **over).faults]

    def everything(self) -> list[object]:
        """All that an import could change."""
        people = self.session.execute(select(Participant.id, Participant.updated_at, Participant.left_at)).all()
        rows = self.session.execute(select(Registration.id, Registration.updated_at, Registration.state)).all()
        counts = [self.session.scalar(select(func.count()).select_from(one)) for one in (AuditEntry, Notice)]
        return [people, rows, counts]


@pytest.fixture
def place(session: Session) -> Place:
    return Place(session)


def test_people_come_in_under_their_organisations_known_and_unknown(place: Place) -> None:
    known = make_organisation(place.session)
    other = make_organisation(place.session, uscc=uscc(7), name="佛山市南海区全称相同有限公司")
    member = make_actor(place.session, known.id)
    report = place.take(
        row(单位名称="阀门", 统一社会信用代码=known.uscc, 姓名="梁一", 语言="普通话、粤语", 固定桌位=2, 需求="密封圈"),
        row(单位名称=known.name, 统一社会信用代码=known.uscc, 姓名="梁二", 需求="弹簧", 供给="阀门"),
        row(单位名称=other.name, 姓名="李一", 手机="0757-8633 0000", 邮箱="LI@Demo.example"),
        row(姓名="黄一"),
        row(姓名="黄二", 职务="总经理", 备注="下午才到"),
    )
    assert report.ok and (report.rows, report.written, report.unchanged) == (5, 5, 0)
    first, second, third = place.rows()
    assert (first.organisation_id, second.organisation_id, third.organisation_id) == (known.id, other.id, None)
    assert {one.state for one in place.rows()} == {_S.CONFIRMED} and first.source is RegistrationSource.IMPORT
    assert (first.name, first.need_text, first.offer_text) == (known.name, "密封圈\n弹簧", "阀门")
    assert (third.town, third.note, [one.position for one in third.people]) == ("440605125", "下午才到", ["", "总经理"])
    assert (second.people[0].phone, second.people[0].email) == ("075786330000", "li@demo.example")
    one = first.people[0]
    assert (one.languages, one.table_id) == (["zh", "yue"], place.event.tables[1].id)
    told = place.session.scalars(select(Notice.text).where(Notice.person_id == member.person_id)).all()
    assert told == ["event.confirmed"]


def test_the_same_file_twice_changes_nothing(place: Place) -> None:
    known = make_organisation(place.session)
    make_actor(place.session, known.id)
    rows = (
        row(单位名称=known.name, 姓名="梁一", 语言="英语", 固定桌位="1", 需求="密封圈"),
        row(姓名="黄一", 统一社会信用代码=uscc(9)),
        row(姓名="黄二", 统一社会信用代码=uscc(9), 需求="弹簧"),
        row(单位名称="第三家没有代码", 镇街=""),
    )
    assert place.take(*rows).written == 4
    place.session.expire_all()
    before = place.everything()
    again = place.take(*rows, name="名单.csv", content=as_csv(rows, "gb18030"))
    assert again.ok and (again.written, again.unchanged) == (0, 4)
    assert place.everything() == before


def test_a_better_file_corrects_and_leaves_alone_what_it_does_not_say(place: Place) -> None:
    place.take(row(职务="采购", 语言="粤语", 固定桌位="1"))
    person = place.rows()[0].people[0]
    person.away, badge = [place.event.slots[0].id], person.badge
    report = place.take(row(职务="采购经理", 手机=""), row(姓名="黄新人"))
    assert (report.written, report.unchanged) == (2, 0)
    assert (person.position, person.phone, person.badge) == ("采购经理", "13800000001", badge)
    assert (person.languages, person.table_id) == (["yue"], place.event.tables[0].id)
    assert person.away == [place.event.slots[0].id]


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"姓名": ""}, "「姓名」：必填"),
        ({"单位名称": ""}, "「单位名称」：必填"),
        ({"单位名称": "长" * 5_000}, "太长，最多 120 个字，这里有 5000 个"),
        ({"姓名": "长" * 5_000}, "太长，最多 60 个字"),
        ({"统一社会信用代码": "91440605MA00000000"}, "校验位不符"),
        ({"统一社会信用代码": "9144"}, "应为 18 位"),
        ({"统一社会信用代码": 9.1440605e17}, "Excel 把它当成了数字"),
        ({"手机": "明天再报"}, "不是有效的电话号码"),
        ({"邮箱": "黄"}, "不是有效的邮箱地址"),
        ({"语言": "普通话、火星语"}, "没有“火星语”这种语言"),
        ({"固定桌位": "99"}, "没有“99”这张桌"),
        ({"镇街": "番禺区"}, "不在允许的取值里"),
        ({"姓名": '=HYPERLINK("http://evil.example")'}, "是公式"),
        ({"需求": "=1+1"}, "是公式"),
        ({"备注": "#REF!"}, "错误值"),
        ({"职务": True}, "这里应填文字"),
    ],
)
def test_a_bad_cell_is_told_with_its_row_and_nothing_is_written(
    place: Place, over: dict[str, object], said: str
) -> None:
    book = [row(单位名称="好的一家有限公司"), row(**over)]
    messages = place.messages(*book)
    assert len(messages) == 1 and messages[0].startswith("第 3 行") and said in messages[0]
    assert place.rows() == []
    kept = place.take(*book, partial=True)
    assert (kept.rows, kept.written, kept.bad_rows) == (2, 1, 1) and len(place.rows()) == 1


def test_what_looks_like_a_formula_in_csv_stays_text(place: Place) -> None:
    bad = row(姓名="@SUM(1)", 备注="=cmd|' /C calc'!A0", 手机="+8613800000001")
    assert place.take(bad, name="名单.csv", content=as_csv([bad])).ok
    assert (place.rows()[0].note, place.rows()[0].people[0].name) == ("=cmd|' /C calc'!A0", "@SUM(1)")


def test_rows_that_do_not_fit_together_are_told(place: Place) -> None:
    known = make_organisation(place.session)
    make_organisation(place.session, uscc=uscc(7), name="同名有限公司")
    make_organisation(place.session, uscc=uscc(8), name="同名有限公司")
    make_registration(place.session, place.event, "已经取消的公司", state=_S.CANCELLED)
    taken = make_registration(place.session, place.event, "占着一号桌")
    taken.people[0].table_id = place.event.tables[0].id
    place.session.flush()
    messages = place.messages(
        row(单位名称="完全不同的一家", 统一社会信用代码=known.uscc),
        row(单位名称="同名有限公司"),
        row(单位名称="已经取消的公司"),
        row(单位名称="要一号桌", 固定桌位="1"),
        row(单位名称="要二号桌", 固定桌位="2"),
        row(单位名称="也要二号桌", 固定桌位="2"),
        row(姓名="同一个人"),
        row(姓名="同一个人"),
        *(row(单位名称="人太多", 姓名=f"代表{number}") for number in range(7)),
    )
    said = ["与单位名称不一致", "几家同名单位", "已不参加或未通过", "已固定给别的单位", "已固定给别的单位"]
    said += ["与第 8 行是同一个人", "最多 6 人"]
    assert len(messages) == len(said)
    assert [text for text, message in zip(said, messages, strict=True) if text not in message] == []
    assert place.rows()[0].name == "已经取消的公司" and len(place.rows()) == 2


def test_when_places_run_out_the_rest_waits_in_the_order_of_the_file(place: Place) -> None:
    place.event.capacity = 1
    invited = make_registration(place.session, place.event, "先邀请的公司", people=0, state=_S.INVITED)
    assert place.take(row(单位名称="先邀请的公司"), row(单位名称="后面的公司")).ok
    assert [one.state for one in place.rows()] == [_S.CONFIRMED, _S.WAITING]
    assert place.rows()[0].id == invited.id


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("名单.xls", b"x", "只接受"),
        ("名单.jsonl", b"{}", "只接受"),
        ("../../etc/passwd", b"x", "只接受"),
        ("名单.xlsx", b"not a workbook", "工作簿"),
        ("名单.csv", b"", "空的"),
        ("名单.csv", "姓名,单位名称\n".encode(), "没有数据行"),
        ("名单.csv", "甲,乙\n1,2\n".encode(), "没有找到表头"),
        ("名单.csv", "姓名,单位名称,车牌\n黄一,某公司,粤E\n".encode(), "不认识的表头"),
        ("名单.csv", "姓名,手机\n黄一,13800000000\n".encode(), "缺少这个必填列"),
        ("名单.csv", "姓名,代表,单位名称\n黄一,黄二,某公司\n".encode(), "出现了两次"),
        ("a\0b.csv", "姓名,单位名称\n".encode(), "没有数据行"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_as_a_whole(place: Place, name: str, content: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        place.take(name=name, content=content, partial=True)


def test_headers_may_be_written_as_people_write_them(place: Place) -> None:
    headers = ("序号", "企业名称 *", "代表姓名", "联系电话（手机）", "e-mail")
    rows = [
        {
            "序号": 1,
            "企业名称 *": "某某有限公司",
            "代表姓名": "黄一",
            "联系电话（手机）": 13800000000,
            "e-mail": "a@b.example",
        }
    ]
    assert place.take(content=as_xlsx(rows, headers)).ok
    person = place.rows()[0].people[0]
    assert (person.name, person.phone, person.email) == ("黄一", "13800000000", "a@b.example")


def test_importing_is_the_planners(place: Place) -> None:
    for who in (make_actor(place.session), make_actor(place.session, role=Role.AUDITOR), Actor.visitor()):
        with pytest.raises(Forbidden):
            place.take(row(), who=who)


def test_the_template_can_be_filled_in_and_its_example_is_passed_over(place: Place) -> None:
    file = io.BytesIO()
    write_template(file, tables=["1", "2"])
    book = load_workbook(io.BytesIO(file.getvalue()))
    sheet = book.worksheets[0]
    assert tuple(cell.value.rstrip("*") for cell in sheet[1]) == HEADERS
    sheet.append(["某某有限公司", None, "大沥镇", "黄一", None, None, None, "普通话", None, None, "2"])
    filled = io.BytesIO()
    book.save(filled)
    report = place.take(content=filled.getvalue())
    assert report.ok and (report.rows, report.written) == (1, 1)


def test_every_header_of_the_issue_has_a_column() -> None:
    assert {column.header for column in COLUMNS if column.field} == set(HEADERS)


@given(
    st.lists(st.sampled_from(["普通话", "粤语", "英文", "日语", "韩语", "德语"]), max_size=4),
    st.sampled_from("、,/ ；"),
)
def test_languages_are_read_however_they_are_divided(names: list[str], mark: str) -> None:
    found = languages_in(mark.join(names))
    assert len(found) == len(set(names)) and set(found) <= {"zh", "yue", "en", "ja", "ko", "de"}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4), st.sampled_from(["", "1", "2", "9"])), max_size=8))
def test_whatever_is_imported_is_imported_once(place: Place, lines: list[tuple[int, int, str]]) -> None:
    rows = [row(单位名称=f"第{firm}家公司", 姓名=f"代表{who}", 固定桌位=table) for firm, who, table in lines]
    nested = place.session.begin_nested()
    if rows:
        first = place.take(*rows, partial=True)
        assert first.written + first.bad_rows == first.rows
        before = place.everything()
        again = place.take(*rows, partial=True)
        assert (again.written, again.unchanged, again.bad_rows) == (0, first.written, first.bad_rows)
        assert place.everything() == before
    nested.rollback()
