"""The day on its pages: scanning, missing, walking in, saying what came of it, and the report."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from matchmaker.core import clock
from matchmaker.core.unit import reading, unit
from matchmaker.events.models import EventSlot
from matchmaker.meetings.follow_ups import ask_due, token_of
from matchmaker.meetings.models import FollowUp, Meeting, Outcome
from matchmaker.participants.badges import link_token
from matchmaker.participants.models import Participant
from tests.web.town import Town, readable


@pytest.fixture
def fair(own_town: Town) -> Iterator[Town]:
    """The town's event, ten minutes after its first slot began."""
    with clock.pretend(_first_slot(own_town) + timedelta(minutes=10)):
        yield own_town


def _first_slot(town: Town) -> datetime:
    with reading(town.parts.sessions) as session:
        mine = EventSlot.event_id == town.ids["fair"]
        return session.scalars(select(EventSlot.starts_at).where(mine).order_by(EventSlot.starts_at)).first()  # type: ignore[return-value]


def address(town: Town, path: str) -> str:
    return f"/office/events/{town.ids['fair']}/{path}"


def person(town: Town, number: int | None = None) -> Any:
    with reading(town.parts.sessions) as session:
        found = session.get_one(Participant, number or town.ids["participant"])
        session.expunge(found)
        return found


def said(town: Town) -> list[tuple[int | None, str]]:
    with reading(town.parts.sessions) as session:
        rows = session.scalars(select(Outcome).where(Outcome.superseded_at.is_(None)).order_by(Outcome.id))
        return [(row.registration_id, row.kind.value) for row in rows]


def test_a_scanned_badge_is_checked_in_at_once(fair: Town) -> None:
    client = fair.client("organiser")
    page = readable(client.get(address(fair, "desk")).text)
    assert "马上有洽谈、还没到" in page
    badge = person(fair).badge
    # Scanners type what the QR code holds: the bare code, or the address with the code in it.
    for scanned in (badge.lower(), f"http://x/office/events/1/desk?q={badge}"):
        client.post(address(fair, f"desk/{fair.ids['participant']}"), data={"action": "gone"})
        answer = client.post(address(fair, "desk"), data={"q": scanned})
        assert answer.status_code == 303
        assert "已签到" in readable(client.get(answer.location).text)
        assert person(fair).checked_in_at == clock.now()


def test_a_name_is_shown_to_choose_from_and_nobody_is_nobody(fair: Town) -> None:
    client = fair.client("organiser")
    answer = client.post(address(fair, "desk"), data={"q": "试样阀门"}, follow_redirects=True)
    assert "查找结果" in readable(answer.text)
    assert person(fair).checked_in_at is None
    answer = client.post(address(fair, "desk"), data={"q": "<b>没有</b>"}, follow_redirects=True)
    assert "没有找到" in answer.text
    assert "<b>没有" not in answer.text


def test_missing_leads_to_a_repair(fair: Town) -> None:
    client, mark = fair.client("organiser"), address(fair, f"desk/{fair.ids['participant']}")
    assert client.post(mark, data={"action": "missing"}).status_code == 303
    page = client.get(address(fair, "desk")).text
    assert f"/timetable/repair?missing={fair.ids['participant']}" in page
    client.post(mark, data={"action": "here"})
    assert person(fair).missing_at is None
    client.post(mark, data={"action": "missing"})
    assert person(fair).missing_at is None
    assert client.post(address(fair, "desk/987654"), data={"action": "here"}).status_code == 404


def test_somebody_walks_in_and_sits_down(fair: Town) -> None:
    client = fair.client("organiser")
    form = {"name": "佛山市南海区现场有限公司", "person_name": "黄一现", "need_text": "求购七十兆帕高压氢气减压阀"}
    assert client.post(address(fair, "walk-in"), data=form | {"name": ""}).status_code == 400
    answer = client.post(address(fair, "walk-in"), data=form)
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "佛山市南海区试样阀门有限公司" in readable(page)
    other, slot = re.search(r'name="other" value="(\d+)".*?name="slot" value="(\d+)"', page, re.DOTALL).groups()  # type: ignore[union-attr]
    assert client.post(answer.location, data={"other": other, "slot": slot}).status_code == 303
    page = readable(client.get(answer.location).text)
    assert "已排入，只通知了双方" in page
    assert "已排的洽谈" in page
    with reading(fair.parts.sessions) as session:
        assert len(session.scalars(select(Meeting).where(Meeting.event_id == fair.ids["fair"])).all()) == 2
    # Taken meanwhile: said in words, nothing changed.
    client.post(answer.location, data={"other": other, "slot": slot})
    assert "换一个" in readable(client.get(answer.location).text)
    assert client.post(answer.location, data={"other": "x", "slot": "9" * 40}).status_code == 303


def test_outcomes_take_two_taps_from_the_desk_a_member_and_a_link(fair: Town) -> None:
    meeting, own = fair.ids["meeting"], fair.ids["registration"]
    desk, member = fair.client("organiser"), fair.client("member")
    assert desk.post(address(fair, f"outcomes/{meeting}"), data={"kind": "not_held"}).status_code == 303
    form = {"kind": "cooperation", "note": "价格只能自己知道"}
    assert member.post(f"/my/events/{own}/outcomes/{meeting}", data=form).status_code == 303
    with reading(fair.parts.sessions) as session:
        both = session.get_one(Meeting, meeting)
        other = both.a if both.a.registration_id != own else both.b
        token = link_token(fair.parts.config.secret_key, other)
    visitor = fair.client()
    assert visitor.post(f"/p/{token}/outcomes/{meeting}", data={"kind": "informative"}).status_code == 303
    assert said(fair) == [(None, "not_held"), (own, "cooperation"), (fair.ids["other_registration"], "informative")]
    page = readable(desk.get(address(fair, "outcomes")).text)
    assert "价格只能自己知道" in page and "合计：可能合作" in page
    assert "价格只能自己知道" not in visitor.get(f"/p/{token}").text
    stranger = fair.client("stranger")
    theirs = f"/my/events/{fair.ids['other_registration']}/outcomes"
    assert "价格只能自己知道" not in stranger.get(theirs).text
    assert stranger.post(f"/my/events/{own}/outcomes/{meeting}", data={"kind": "informative"}).status_code == 404
    assert visitor.post("/p/made-up/outcomes/1", data={"kind": "informative"}).status_code == 404


def test_an_outcome_that_is_none_changes_nothing(fair: Town) -> None:
    desk, meeting = fair.client("organiser"), fair.ids["meeting"]
    for form in ({"kind": "wonderful"}, {}, {"kind": "informative", "note": "长" * 501}):
        assert desk.post(address(fair, f"outcomes/{meeting}"), data=form).status_code == 303
    with clock.pretend(clock.now() - timedelta(days=1)):
        desk.post(address(fair, f"outcomes/{meeting}"), data={"kind": "informative"})
    assert said(fair) == []


def test_the_board_shows_the_hall_and_turns_over(fair: Town) -> None:
    page = readable(fair.client("organiser").get(address(fair, "board")).text)
    assert "正在进行" in page and "下一场" in page
    assert "佛山市南海区试样阀门有限公司" in page
    with clock.pretend(clock.now() + timedelta(days=1)):
        assert "全部结束" in fair.client("organiser").get(address(fair, "board")).text


def test_the_report_is_read_on_a_page_in_a_workbook_and_on_paper(fair: Town) -> None:
    desk = fair.client("organiser")
    desk.post(address(fair, f"desk/{fair.ids['participant']}"), data={"action": "here"})
    desk.post(address(fair, f"outcomes/{fair.ids['meeting']}"), data={"kind": "cooperation"})
    with unit(fair.parts.sessions) as session:
        session.get_one(Meeting, fair.ids["meeting"]).a.registration.event.title = "=1+1"
    page = readable(fair.client("auditor").get(address(fair, "report")).text)
    assert "1实到人数" in page and "1可能合作" in page
    sheet: Any = load_workbook(BytesIO(desk.get(address(fair, "report.xlsx")).data)).active
    cells = {str(row[0].value): row[1].value for row in sheet.iter_rows()}
    assert (sheet["A1"].value, cells["实到人数"], cells["可能合作"], cells["安排场次"]) == ("'=1+1", 1, 1, 1)
    text = PdfReader(BytesIO(desk.get(address(fair, "report.pdf")).data)).pages[0].extract_text()
    assert "实到人数" in text and "可能合作" in text


def test_the_year_has_every_announced_event(fair: Town) -> None:
    desk = fair.client("organiser")
    page = readable(desk.get("/office/events/year?year=2099").text)
    assert "2099 年对接活动" in page and "氢能阀门洽谈会" in page and "全年目标 60 场" in page
    sheet: Any = load_workbook(BytesIO(desk.get("/office/events/year.xlsx?year=2099").data)).active
    assert {row[1].value for row in sheet.iter_rows(min_row=5)} == {"氢能阀门洽谈会", "阀门供需对接会"}
    for odd in ("x", "99999999999", "-1"):
        assert desk.get(f"/office/events/year?year={odd}").status_code == 200


def test_half_a_year_later_a_link_takes_the_answer(fair: Town) -> None:
    fair.client("organiser").post(address(fair, f"outcomes/{fair.ids['meeting']}"), data={"kind": "cooperation"})
    with clock.pretend(clock.now() + timedelta(days=200)):
        config = fair.parts.config
        assert ask_due(fair.parts.sessions, base=config.public_url, secret_key=config.secret_key) == 2
        with reading(fair.parts.sessions) as session:
            token = token_of(config.secret_key, session.scalars(select(FollowUp)).all()[0])
        visitor = fair.client()
        assert "后来怎么样" in visitor.get(f"/follow-up/{token}").text
        assert visitor.post(f"/follow-up/{token}", data={"answer": "nonsense"}).status_code == 400
        form = {"answer": "agreement", "note": "签了年度框架"}
        assert visitor.post(f"/follow-up/{token}", data=form).status_code == 303
        page = visitor.get(f"/follow-up/{token}").text
        assert "签了年度框架" in page and "您已答复" in readable(page)
        assert "达成协议" in readable(fair.client("auditor").get(address(fair, "report")).text)
    assert visitor.get("/follow-up/made-up").status_code == 404
