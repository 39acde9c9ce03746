"""A redacted listing never leaks whose it is: page source, lists, search, export, PDF, files, letters, addresses."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from matchmaker.core import clock
from matchmaker.core.unit import reading
from matchmaker.mail.models import OutgoingMail
from matchmaker.notifications.models import Notice
from tests.factories import USCCS
from tests.web.town import REDACTED_OWNER, Town

SECRETS = (REDACTED_OWNER, "隐名电机", USCCS[1], "陈外人", "stranger@demo.example", "ZL2026SECRET01", "样本.pdf")
OUTSIDERS = (None, "member", "newcomer")
PAGES = (
    "/listings/{hidden}",
    "/listings?q=伺服电机",
    "/listings?side=offer",
    "/listings?q=ZL2026SECRET01",
    "/search?q=伺服电机小批量供应",
)


def leaks(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("who", OUTSIDERS)
@pytest.mark.parametrize(
    "address",
    [
        "/listings/{hidden}",
        "/listings?q=伺服电机",
        "/search?q=伺服电机小批量供应",
        "/listings?side=offer",
        "/listings?q=ZL2026SECRET01",
    ],
)
def test_no_page_names_the_owner(town: Town, who: str | None, address: str) -> None:
    answer = town.client(who).get(address.format(**town.ids))
    assert answer.status_code == 200
    # What one typed oneself is not a leak.
    assert leaks(answer.text.replace("ZL2026SECRET01", "") if "SECRET" in address else answer.text) == []


@pytest.mark.parametrize("who", OUTSIDERS)
def test_the_sheet_names_nobody(town: Town, who: str | None) -> None:
    answer = town.client(who).get(f"/listings/{town.ids['hidden']}.pdf")
    pages = PdfReader(BytesIO(answer.data))
    text = "".join(page.extract_text() for page in pages.pages)
    assert "伺服电机小批量供应" in text
    assert leaks(text + str(pages.metadata) + str(answer.headers)) == []


def test_the_owner_and_the_office_see_the_name_on_the_sheet(town: Town) -> None:
    for who in ("stranger", "officer"):
        answer = town.client(who).get(f"/listings/{town.ids['hidden']}.pdf")
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
        assert REDACTED_OWNER in text


def test_the_export_names_nobody(town: Town) -> None:
    answer = town.client("member").get("/listings/export.xlsx")
    sheet = load_workbook(BytesIO(answer.data)).active
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert "伺服电机小批量供应" in cells
    assert leaks("\n".join(cells)) == []


@pytest.mark.parametrize("who", OUTSIDERS)
def test_its_files_are_not_there(town: Town, who: str | None) -> None:
    address = f"/listings/{town.ids['hidden']}/files/{town.ids['hidden_file']}"
    assert town.client(who).get(address).status_code == 404
    with town.client("stranger").get(address) as answer:
        assert answer.status_code == 200


def test_a_request_to_talk_names_nobody_before_both_agree(own_town: Town) -> None:
    town = own_town
    client = town.client("stranger")
    need = {
        "side": "need",
        "form": "product",
        "title": "想买小批量伺服电机",
        "detail": "四百瓦伺服电机。",
        "chain_nodes": "MAC-04",
    }
    member = town.client("member")
    posted = member.post("/my/listings/save", data=need | {"visibility": "public", "action": "publish"})
    number = int(posted.location.rsplit("/", 1)[1])
    asked_at = clock.now()
    client.post(f"/my/matches/{town.ids['hidden']}/{number}/ask", data={"message": "我们有现货"})
    inbox = member.get("/my/introductions").text
    assert "伺服电机小批量供应" in inbox
    with reading(town.parts.sessions) as session:
        theirs = OutgoingMail.address.in_(("member@demo.example", "colleague@demo.example"))
        own = select(OutgoingMail).where(theirs, OutgoingMail.created_at >= asked_at)
        letters = "\n".join(f"{row.subject}\n{row.body}" for row in session.scalars(own))
        news = select(Notice).where(Notice.person_id == town.people["member"], Notice.created_at >= asked_at)
        mine = session.scalars(news).all()
        path = next(row.path for row in mine if row.text == "introduction.asked" and "伺服" in str(row.details))
        told = "\n".join(f"{row.path} {row.details}" for row in mine)
    page = member.get(path).text
    assert leaks(inbox + letters + told + page) == []
    member.post(f"{path}/answer", data={"answer": "yes"})
    agreed = member.get(path).text
    assert REDACTED_OWNER in agreed and "stranger@demo.example" in agreed
