"""Printing an event: what there is, who may have it, and what is said while there is nothing yet."""

import re
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from matchmaker.core import clock
from matchmaker.core.unit import unit
from matchmaker.meetings.rules import TimetableState
from tests.events.place import make_event, make_registration
from tests.exchange.hall import publish_rows
from tests.web.town import Town, readable

KINDS = ("schedules", "cards", "door", "grid", "badges")
EVIL = '=HYPERLINK("http://x.example")<script>'


@pytest.fixture
def hall(own_town: Town) -> Town:
    """The town with an event of three confirmed organisations, one of them the member's, and no timetable."""
    with unit(own_town.parts.sessions) as session:
        event = make_event(session)
        own = make_registration(session, event, "甲阀门", organisation_id=own_town.ids["organisation"], people=2)
        foreign = make_registration(session, event, EVIL, organisation_id=own_town.ids["other_organisation"])
        third = make_registration(session, event, "丙检测")
        ids = {"event": event.id, "own": own.id, "foreign": foreign.id, "third": third.id, "person": own.people[0].id}
    return replace(own_town, ids=own_town.ids | ids)


@pytest.fixture
def published(hall: Town) -> Town:
    """The same with a timetable: the member's first person meets both others."""
    return _publish(hall, ("own", "foreign", 0), ("own", "third", 1))


def _publish(hall: Town, *meetings: tuple[str, str, int]) -> Town:
    from matchmaker.events.models import Event
    from matchmaker.participants.models import Registration

    with unit(hall.parts.sessions) as session:
        event = session.get_one(Event, hall.ids["event"])
        rows = [
            (session.get_one(Registration, hall.ids[a]), session.get_one(Registration, hall.ids[b]), slot)
            for a, b, slot in meetings
        ]
        return replace(hall, ids=hall.ids | {"timetable": publish_rows(session, event, *rows).id})


def printed(answer: Any) -> str:
    """The text of a PDF that came."""
    assert answer.status_code == 200 and answer.mimetype == "application/pdf", answer.status_code
    assert answer.headers["Cache-Control"] == "private, no-store"
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
    return re.sub(r"\s", "", text)


def address(town: Town, rest: str = "") -> str:
    return f"/office/events/{town.ids['event']}/print{rest}"


def test_the_page_says_what_there_is_and_on_how_many_pages(published: Town) -> None:
    answer = published.client("organiser").get(address(published))
    assert answer.status_code == 200
    text = readable(answer.text)
    assert "参会 4 人" in text and "洽谈 2 场" in text and "时间表第 1 版" in text
    assert re.findall(r"(\d+) 页 A4", text) == ["2", "3", "1", "1", "1"]
    for kind in KINDS:
        for form in ("pdf", "xlsx"):
            assert f'href="{address(published, f"/{kind}.{form}")}"' in answer.text
    assert "只打印改动的" not in text and "<script>" not in answer.text.partition("<main")[2].partition("</main")[0]


@pytest.mark.parametrize("kind", KINDS)
def test_everything_comes_as_pdf_and_as_workbook(published: Town, kind: str) -> None:
    client = published.client("officer")
    text = printed(client.get(address(published, f"/{kind}.pdf")))
    assert "甲阀门" in text and "阀门供需对接会" in text and "2099" in text
    answer = client.get(address(published, f"/{kind}.xlsx"))
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    cells = [cell for row in load_workbook(BytesIO(answer.data)).worksheets[0].iter_rows() for cell in row]
    assert any("甲阀门" in str(cell.value) for cell in cells)
    assert any(EVIL in str(cell.value) for cell in cells) and all(cell.data_type != "f" for cell in cells)


def test_without_a_timetable_only_door_list_and_badges_come(hall: Town) -> None:
    client = hall.client("organiser")
    for kind in ("door", "badges"):
        assert "甲阀门" in printed(client.get(address(hall, f"/{kind}.pdf")))
    for kind in ("schedules", "cards", "grid"):
        for form in ("pdf", "xlsx"):
            answer = client.get(address(hall, f"/{kind}.{form}"))
            assert (answer.status_code, answer.location) == (303, address(hall))
    text = readable(client.get(address(hall)).text)
    assert "还没有公布的时间表" in text and len(re.findall(r"\d+ 页 A4", text)) == 2
    assert text.count("公布时间表后可打印") == 3


def test_an_event_without_people_says_what_to_do(hall: Town) -> None:
    with unit(hall.parts.sessions) as session:
        empty = make_event(session, slots=0, tables=0).id
    client = hall.client("organiser")
    assert "还没有可以打印的内容" in readable(client.get(f"/office/events/{empty}/print").text)
    for kind in KINDS:
        answer = client.get(f"/office/events/{empty}/print/{kind}.pdf", follow_redirects=True)
        assert answer.status_code == 200 and "还没有确认参加的人" in answer.text


def test_one_persons_schedule(published: Town) -> None:
    client = published.client("organiser")
    text = printed(client.get(address(published, f"/schedules.pdf?participant={published.ids['person']}")))
    assert "第1份，共1份" in text
    for wrong in ("participant=999999", "participant=x", f"participant={'9' * 30}", "since=999999", "since=-1"):
        assert client.get(address(published, f"/schedules.pdf?{wrong}")).status_code == 404, wrong


def test_only_those_concerned_since_an_earlier_version(published: Town) -> None:
    from matchmaker.meetings.models import Timetable

    client = published.client("organiser")
    with unit(published.parts.sessions) as session:
        now = session.get_one(Timetable, published.ids["timetable"])
        old = Timetable(event_id=now.event_id, number=9, state=TimetableState.SUPERSEDED, origin="solved")
        old.meetings = [one | {"slot": one["slot"] + 1} if place else one for place, one in enumerate(now.meetings)]
        old.made_at = old.updated_at = old.published_at = clock.now()
        old.made_by = "test"
        session.add(old)
        session.flush()
        before, same = old.id, now.id
    assert "第 9 版（" in readable(client.get(address(published)).text)
    assert "2 人有变化" in readable(client.get(address(published)).text)
    text = printed(client.get(address(published, f"/schedules.pdf?since={before}")))
    assert "第1份，共2份" in text and "丙检测" in text
    answer = client.get(address(published, f"/schedules.pdf?since={same}"), follow_redirects=True)
    assert "不用重印" in answer.text


def test_the_members_own_schedule_and_nobody_elses(published: Town, hall: Town) -> None:
    own, foreign = f"/my/events/{hall.ids['own']}/schedule.pdf", f"/my/events/{hall.ids['foreign']}/schedule.pdf"
    text = printed(published.client("member").get(own))
    assert "第1份，共2份" in text and "丙检测" in text
    assert "第1份，共2份" in printed(published.client("organiser").get(own))
    assert published.client("member").get(foreign).status_code == 404
    assert published.client("stranger").get(own).status_code == 404
    assert published.client().get(own).status_code == 303


def test_before_publishing_the_member_is_told(hall: Town) -> None:
    answer = hall.client("member").get(f"/my/events/{hall.ids['own']}/schedule.pdf", follow_redirects=True)
    assert answer.status_code == 200 and "日程还没有公布" in answer.text


@pytest.mark.parametrize("rest", ["", "/door.pdf", "/badges.xlsx"])
def test_printing_is_for_those_who_plan(published: Town, rest: str) -> None:
    for who in ("member", "auditor", "administrator"):
        assert published.client(who).get(address(published, rest)).status_code == 403, who
    assert published.client().get(address(published, rest)).status_code == 303
    assert published.client("organiser").get(f"/office/events/999999/print{rest}").status_code == 404
    assert published.client("organiser").get(address(published, "/menu.pdf")).status_code == 404
