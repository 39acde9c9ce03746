"""The matchmaking list as workbooks and as a PDF: complete, readable, and harmless whatever was typed."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Role
from matchmaker.events.models import Event
from matchmaker.exchange.match_pdf import partners_pdf
from matchmaker.exchange.match_sheets import NO_PARTNER, one_book, whole_book
from matchmaker.meetings import pairs
from matchmaker.meetings.candidate_views import everyone, for_one, standings
from matchmaker.meetings.models import CandidateList
from matchmaker.meetings.rules import Mark
from matchmaker.participants.models import Registration
from tests.events.place import make_event, make_registration
from tests.factories import USCCS, make_listing, make_organisation
from tests.people import make_actor

FORMULA = '=HYPERLINK("http://x","点我")'


class Hall:
    """阀门 offers what the firm with the hostile name needs; a third one has nobody."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.event: Event = make_event(session)
        seller = make_organisation(session, name="佛山市南海区阀门有限公司")
        buyer = make_organisation(session, uscc=USCCS[1], name="佛山市南海区整车有限公司")
        offer = make_listing(session, title="七十兆帕减压阀")
        need = make_listing(session, organisation=USCCS[1], side="need", title="+求购减压阀")
        need.title += "\u0001"
        self.seller = make_registration(session, self.event, seller.name, organisation_id=seller.id)
        self.buyer = make_registration(session, self.event, FORMULA, organisation_id=buyer.id)
        self.alone: Registration = make_registration(session, self.event, "没人要的公司")
        row: dict[str, Any] = {"a": self.seller.id, "b": self.buyer.id, "need": need.id, "offer": offer.id}
        row |= {"asker": "b", "score": 0.871, "level": 3, "terms": ["减压阀", "=七十兆帕"], "conditions": [], "more": 2}
        row |= {"met": None, "talking": True, "rivals": False}
        session.add(CandidateList(event_id=self.event.id, rows=[row], inputs={}, at=clock.now(), by="霍组织"))
        organiser = make_actor(session, role=Role.ORGANISER)
        both = {"a_id": self.seller.id, "b_id": self.buyer.id}
        pairs.mark(session, organiser, event_id=self.event.id, **both, mark=Mark.MUST, note="@内部备注")

    def seen(self, home: Registration) -> list[Any]:
        return list(for_one(self.session, event_id=self.event.id, registration_id=home.id))


@pytest.fixture
def hall(session: Session) -> Hall:
    return Hall(session)


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = load_workbook(BytesIO(content))
    for sheet in book.worksheets:
        assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    return {sheet.title: [list(line) for line in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


def words(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).replace("\n", "")


def test_the_whole_list_has_every_pair_once_and_from_both_sides(hall: Hall) -> None:
    event = hall.event.id
    found = sheets(whole_book(everyone(hall.session, event_id=event), standings(hall.session, event_id=event)))
    assert list(found) == ["全部撮合", "按单位", "单位情况"]
    (line,) = found["全部撮合"][1:]
    assert line[:5] == [f"'{FORMULA}", hall.seller.name, "强相关", 87, "'+求购减压阀"]
    assert line[5:8] == ["七十兆帕减压阀", "减压阀、=七十兆帕", 2] and "必须安排" in line and "'@内部备注" in line
    assert [(line[0], line[1], line[3]) for line in found["按单位"][1:]] == [
        (f"'{FORMULA}", 1, "对方能供"),
        (hall.seller.name, 1, "对方需要"),
    ]
    assert next((line[0], line[2], line[-1]) for line in found["单位情况"][1:]) == ("没人要的公司", 0, NO_PARTNER)


def test_one_organisations_list_is_from_its_own_side(hall: Hall) -> None:
    (line,) = sheets(one_book(hall.seller, hall.seen(hall.seller)))["撮合名单"][1:]
    assert line[:4] == [hall.seller.name, 1, f"'{FORMULA}", "对方需要"]


def test_the_pdf_says_who_and_why_and_keeps_the_organisers_words_inside(hall: Hall) -> None:
    rows = hall.seen(hall.seller)
    office = words(partners_pdf(hall.event, hall.seller, rows, office=True))
    assert "强相关" in office and "求购减压阀" in office and "内部备注" in office and "必须安排" in office
    own = words(partners_pdf(hall.event, hall.seller, rows, office=False))
    assert "求购减压阀" in own and "内部备注" not in own and "必须安排" not in own


def test_a_pdf_without_partners_says_so_and_a_long_one_has_several_pages(hall: Hall) -> None:
    assert NO_PARTNER in words(partners_pdf(hall.event, hall.alone, hall.seen(hall.alone), office=True))
    (one,) = hall.seen(hall.seller)
    many = [one, *[one | {"mark": Mark.NONE} for _ in range(59)], one]
    content = partners_pdf(hall.event, hall.seller, many, office=True)
    assert len(PdfReader(BytesIO(content)).pages) > 1
    assert "31 家" in words(content) and "另有 30 家" in words(content)
