"""Who leaves is forgotten: no name, no address, no letters, no searches; and no unknown word is acted upon."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from matchmaker.accounts.models import Membership
from matchmaker.accounts.rules import MemberRank
from matchmaker.alerts import service as alerts
from matchmaker.alerts.models import SavedSearch
from matchmaker.core.actor import Role
from matchmaker.core.unit import reading, unit
from matchmaker.exchange.listing_rows import MOST_ROWS
from matchmaker.listings.rules import Side
from matchmaker.mail import service as mail
from matchmaker.mail.models import OutgoingMail
from tests.factories import USCCS, make_listing
from tests.web.town import PDF, Town


def office_file() -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as folder:
        folder.writestr("[Content_Types].xml", "<Types/>")
        folder.writestr("word/document.xml", "<document/>")
    return file.getvalue()


def test_who_leaves_is_in_no_letter_and_no_search_any_more(own_town: Town) -> None:
    client = own_town.client("colleague")
    with unit(own_town.parts.sessions) as session:
        who = own_town.actor("colleague")
        alerts.save_search(session, who, name="压铸", text="铝合金压铸壳体", side=Side.OFFER, filters={})
        mail.queue(session, address="colleague@demo.example", subject="李同事，您好", body="李同事的信")
    assert client.post("/my/data/leave", data={"sure": "true"}).status_code == 303
    with reading(own_town.parts.sessions) as session:
        letters = session.scalars(select(OutgoingMail)).all()
        said = "".join(f"{row.address}{row.subject}{row.body}" for row in letters)
        assert "colleague@demo.example" not in said
        assert "李同事" not in said
        assert all(row.sent_at or row.given_up_at for row in letters if not row.address)
        mine = select(SavedSearch).where(SavedSearch.person_id == own_town.people["colleague"])
        assert [(row.ended_at is None, row.text) for row in session.scalars(mine)] == [(False, "")]


def test_the_copy_of_ones_data_has_searches_and_settings(town: Town) -> None:
    copy = town.client("member").get("/my/data.json").get_json()
    assert [row["text"] for row in copy["saved_searches"]] == ["七十兆帕减压阀"]
    assert isinstance(copy["notice_settings"], dict)
    assert "七十兆帕减压阀" not in town.client("colleague").get("/my/data.json").text


def test_an_unknown_action_on_a_member_changes_nothing(own_town: Town) -> None:
    address = f"/my/organisations/{own_town.ids['organisation']}/members/{own_town.people['member']}"
    assert own_town.client("member").post(address, data={"action": "xyz"}).status_code == 400
    with reading(own_town.parts.sessions) as session:
        mine = select(Membership.rank).where(Membership.person_id == own_town.people["member"])
        assert session.scalars(mine).one() is MemberRank.OWNER


def test_matching_is_switched_by_a_word_only(own_town: Town) -> None:
    address = f"/my/organisations/{own_town.ids['organisation']}/matching"
    client = own_town.client("member")
    client.post(address, data={"off": "true"})
    assert client.post(address).status_code == 400
    assert "已关闭" in client.get(f"/my/organisations/{own_town.ids['organisation']}").text


def test_a_licence_is_a_scan_and_the_refusal_is_chinese(own_town: Town) -> None:
    address = f"/my/organisations/{own_town.ids['organisation']}/licence"
    client = own_town.client("member")
    upload = {"licence": (BytesIO(office_file()), "执照.docx")}
    answer = client.post(address, data=upload, content_type="multipart/form-data")
    assert answer.status_code == 400
    assert "只接受 PDF、PNG、JPEG 文件。" in answer.text
    good = {"licence": (BytesIO(PDF), "新执照.pdf")}
    assert client.post(address, data=good, content_type="multipart/form-data").status_code == 303


def test_a_recognition_without_its_name_is_not_dropped(own_town: Town) -> None:
    form = {
        "uscc": USCCS[0],
        "name": "佛山市南海区试样阀门有限公司",
        "kind": "enterprise",
        "town": "440605123",
        "title": [""],
        "certificate_no": ["GR2026DEMO0001"],
        "valid_from": [""],
        "valid_to": [""],
    }
    answer = own_town.client("member").post(f"/my/organisations/{own_town.ids['organisation']}/edit", data=form)
    assert answer.status_code == 400
    assert "请选择称号" in answer.text
    assert "GR2026DEMO0001" in answer.text


@pytest.mark.parametrize(("more", "warned"), [(0, False), (1, True)])
def test_an_export_warns_only_when_rows_are_missing(own_town: Town, more: int, warned: bool) -> None:
    most = MOST_ROWS[Role.MEMBER]
    with unit(own_town.parts.sessions) as session:
        for number in range(most + more):
            make_listing(session, ref=f"x{number}", title=f"出口件{number}", detail="出口专用。")
    client = own_town.client("member")
    answer = client.get("/listings/export.xlsx?q=出口件&page=2")
    assert len(list(load_workbook(BytesIO(answer.data)).active.rows)) == most + 1
    assert ("行为限" in client.get("/").text) is warned
