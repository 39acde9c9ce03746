"""Printing in two languages, for chosen people, and what the log keeps of everything that leaves the house."""

import re
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from matchmaker.audit.models import AuditEntry
from matchmaker.core.unit import reading, unit
from matchmaker.participants.models import Participant
from tests.web.town import Town, readable


def address(town: Town, rest: str = "") -> str:
    return f"/office/events/{town.ids['fair']}{rest}"


def printed(answer: Any) -> str:
    assert answer.status_code == 200 and answer.mimetype == "application/pdf", answer.status_code
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
    return re.sub(r"\s", "", text)


def rows(answer: Any) -> list[list[Any]]:
    return [list(row) for row in load_workbook(BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True)]


def logged(town: Town) -> list[dict[str, Any]]:
    with reading(town.parts.sessions) as session:
        found = select(AuditEntry.detail).where(AuditEntry.action == "event.export").order_by(AuditEntry.number)
        return list(session.scalars(found))


def test_schedules_speak_each_persons_language_or_the_one_asked_for(own_town: Town) -> None:
    with unit(own_town.parts.sessions) as session:
        session.get_one(Participant, own_town.ids["participant"]).languages = ["en"]
    client = own_town.client("organiser")
    both = printed(client.get(address(own_town, "/print/schedules.pdf")))
    assert both.count("Personalschedule") == both.count("个人日程") == 1
    english = printed(client.get(address(own_town, "/print/schedules.pdf?language=en")))
    assert english.count("Personalschedule") == 2 and "个人日程" not in english and "Mon2March2099" in english
    chinese = printed(client.get(address(own_town, "/print/schedules.pdf?language=zh")))
    assert chinese.count("个人日程") == 2
    assert "1 人只用外语" in readable(client.get(address(own_town, "/print")).text)
    page = client.get(address(own_town, "/print?language=en")).text
    assert f'href="{address(own_town, "/print/cards.pdf?language=en")}"' in page
    assert printed(client.get(address(own_town, "/print/schedules.pdf?language=xx"))) == both
    own = f"/my/events/{own_town.ids['registration']}/schedule.pdf"
    assert "Personalschedule" in printed(own_town.client("member").get(own))


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("cards", "Meetingsatthistable"),
        ("door", "2people,byorganisation"),
        ("grid", "Tables1to2"),
        ("badges", "Badges"),
    ],
)
def test_everything_else_is_printed_in_english_when_asked(own_town: Town, what: str, said: str) -> None:
    client = own_town.client("organiser")
    english = printed(client.get(address(own_town, f"/print/{what}.pdf?language=en")))
    assert said in english and "Timetableversion1" in english
    assert said not in printed(client.get(address(own_town, f"/print/{what}.pdf")))
    heads = rows(client.get(address(own_town, f"/print/{what}.xlsx?language=en")))[0]
    assert all(str(head).isascii() for head in heads)


def test_the_workbook_of_schedules_is_of_the_same_people(own_town: Town) -> None:
    client = own_town.client("organiser")
    everybody = rows(client.get(address(own_town, "/print/schedules.xlsx")))
    one = rows(client.get(address(own_town, f"/print/schedules.xlsx?participant={own_town.ids['participant']}")))
    assert (len(everybody) - 1, len(one) - 1) == (6, 3)
    same = client.get(address(own_town, f"/print/schedules.xlsx?since={own_town.ids['published']}"))
    assert (same.status_code, same.location) == (303, address(own_town, "/print"))
    assert client.get(address(own_town, "/print/schedules.xlsx?participant=999999")).status_code == 404


def test_what_left_the_house_is_in_the_log(own_town: Town) -> None:
    client = own_town.client("organiser")
    registration = own_town.ids["registration"]
    # Other tests print here too.
    before = len(logged(own_town))
    for path in (
        f"/print/schedules.pdf?participant={own_town.ids['participant']}",
        "/print/door.xlsx",
        "/candidates.xlsx",
        f"/candidates/{registration}.pdf",
        "/report.pdf",
    ):
        assert client.get(address(own_town, path)).status_code == 200
    assert own_town.client("auditor").get("/office/events/year.xlsx?year=2099").status_code == 200
    assert logged(own_town)[before:] == [
        {"what": "schedules", "form": "pdf", "people": 1},
        {"what": "door", "form": "xlsx", "people": 2},
        {"what": "candidates", "form": "xlsx", "pairs": 1},
        {"what": "candidates", "form": "pdf", "registration": registration, "pairs": 1},
        {"what": "report", "form": "pdf"},
        {"what": "year", "form": "xlsx", "year": 2099},
    ]
    # What was refused or empty left nothing behind.
    assert own_town.client("member").get(address(own_town, "/print/door.xlsx")).status_code == 403
    assert client.get(address(own_town, "/print/schedules.pdf?participant=999999")).status_code == 404
    assert len(logged(own_town)) == before + 6
