"""The listing desk after publishing: review, versions and who saw them, states, renewal, and the files of a listing."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from matchmaker.core import clock
from matchmaker.core.unit import reading
from matchmaker.files.models import StoredFile
from matchmaker.files.service import MAX_BYTES
from matchmaker.listings import attachments, drafts, history, life, queries
from matchmaker.listings.rules import State
from tests.web.test_desk import NEED, sent, words
from tests.web.town import BASE, PDF, Town, copy_town

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
EXE = b"MZ\x90\x00" + b"\x00" * 200
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
WRONG_KIND = "只接受 PDF、PNG、JPEG 和不含宏的 Office 文件"


def with_review(town: Town) -> Town:
    """The same town in a district whose officers look at everything first."""
    return replace(town, parts=replace(town.parts, config=replace(town.parts.config, review_listings=True)))


def state_of(town: Town, listing_id: int, who: str = "member") -> State:
    with reading(town.parts.sessions) as session:
        return queries.own_listing(session, town.actor(who), listing_id=listing_id).state


def versions(town: Town, listing_id: int) -> int:
    with reading(town.parts.sessions) as session:
        return len(history.revisions(session, town.actor("member"), listing_id=listing_id))


def change(client: FlaskClient, listing_id: int, **over: str) -> TestResponse:
    """Open the form of a listing, change these fields, and publish."""
    page = client.get(f"/my/listings/{listing_id}/edit").text
    return client.post("/my/listings/save", data=sent(page, action="publish", **over), follow_redirects=True)


def step(client: FlaskClient, listing_id: int, state: str) -> TestResponse:
    data = {"state": state, "next": "list"}
    return client.post(f"/my/listings/{listing_id}/state", data=data, follow_redirects=True)


def test_going_back_and_publishing_again_makes_no_second_listing(own_town: Town) -> None:
    town = with_review(own_town)
    client, officer = town.client("member"), town.client("officer")
    form = NEED | {"action": "publish"}
    first = client.post("/my/listings/save", data=form, follow_redirects=True)
    tasks = officer.get("/my/notices").text.count(str(NEED["title"]))
    # The page went on saving what stood in it, as a draft.
    kept = client.post("/my/listings/draft", data=NEED).get_json()
    known = {"draft_id": str(kept["draft_id"]), "draft_version": "1"}
    again = client.post("/my/listings/save", data=form | known, follow_redirects=True)
    assert again.request.path == first.request.path
    assert "同样的内容已经发布过，没有重复发布" in words(again.text)
    assert "已提交审核" not in words(again.text)
    with reading(town.parts.sessions) as session:
        titles = [row.title for row in queries.own(session, town.actor("member"))]
        assert titles.count(str(NEED["title"])) == 1
        assert NEED["title"] not in [row.content["title"] for row in drafts.open_drafts(session, town.actor("member"))]
    assert officer.get("/my/notices").text.count(str(NEED["title"])) == tasks > 0


def test_where_officers_review_a_listing_goes_to_them_first(own_town: Town) -> None:
    town = with_review(own_town)
    client, officer, visitor = town.client("member"), town.client("officer"), town.client()
    assert "提交审核" in client.get("/my/listings/new").text
    posted = client.post("/my/listings/save", data=NEED | {"action": "publish"}, follow_redirects=True)
    assert "已提交审核，通过后发布" in posted.text and "已发布，正在" not in posted.text
    number = int(posted.request.path.rsplit("/", 1)[1])
    assert state_of(town, number) is State.REVIEW
    assert visitor.get(f"/listings/{number}").status_code == 404
    assert "“求购小批量不锈钢针型阀”等待审核" in officer.get("/my/notices").text
    officer.post(f"/office/listings/{number}", data={"action": "publish"})
    assert "求购小批量不锈钢针型阀" in visitor.get(f"/listings/{number}").text


def test_where_officers_review_a_change_and_an_old_draft_wait_for_them_too(own_town: Town) -> None:
    town = with_review(own_town)
    client, offer, draft = town.client("member"), own_town.ids["offer"], own_town.ids["draft_listing"]
    assert "已提交审核" in change(client, offer, title="没人看过的新标题").text
    step(client, draft, "published")
    assert (state_of(town, offer), state_of(town, draft)) == (State.REVIEW, State.REVIEW)
    hall = town.client().get("/listings?side=offer").text
    assert "没人看过的新标题" not in hall and "还没写完的阀门供给" not in hall


def test_a_change_makes_a_version_that_says_what_changed_and_who_saw_which(own_town: Town) -> None:
    client, stranger, number = own_town.client("member"), own_town.client("stranger"), own_town.ids["offer"]
    stranger.get(f"/listings/{number}")
    own_town.client().get(f"/listings/{number}")
    change(client, number, title="七十兆帕减压阀二代", price_high="3", visibility="redacted", trl="8")
    stranger.get(f"/listings/{number}.pdf")
    page = words(client.get(f"/my/listings/{number}/history").text)
    changed, seen = page.split("谁看过")
    for line in (
        "名称 七十兆帕高压氢气减压阀 七十兆帕减压阀二代",
        "最高价格（元） 20,000.00 30,000.00",
        "公开范围 公开 脱敏",
        "技术就绪度 — 8",
    ):
        assert line in changed
    assert "最低价格" not in changed and "详细说明" not in changed
    assert "佛山市南海区隐名电机有限公司 陈外人 2 单页 PDF" in seen
    assert "佛山市南海区隐名电机有限公司 陈外人 1 网页" in seen
    assert "梁业主" not in seen


def test_any_two_versions_are_compared_and_odd_numbers_do_no_harm(own_town: Town) -> None:
    client, number = own_town.client("member"), own_town.ids["offer"]
    change(client, number, title="减压阀第二版")
    change(client, number, title="减压阀第三版")
    address = f"/my/listings/{number}/history"
    assert "减压阀第二版 减压阀第三版" in words(client.get(address).text)
    assert "名称 七十兆帕高压氢气减压阀 减压阀第三版" in words(client.get(f"{address}?old=1&new=3").text)
    for odd in ("?old=2&new=2", "?old=0&new=99", "?old=<script>&new=-1"):
        answer = client.get(address + odd)
        assert answer.status_code == 200
        assert "只有一个版本，或两个版本相同" in answer.text, odd


def test_publishing_again_without_a_change_makes_no_version(own_town: Town) -> None:
    client, number = own_town.client("member"), own_town.ids["offer"]
    assert change(client, number).status_code == 200
    assert versions(own_town, number) == 1
    refused = change(client, number, price_high="0.5")
    assert refused.status_code == 400
    assert versions(own_town, number) == 1


def test_an_owner_puts_on_hold_closes_and_publishes_again(own_town: Town) -> None:
    client, visitor, number = own_town.client("member"), own_town.client(), own_town.ids["offer"]
    for state, named, seen in (
        ("on_hold", "暂停", 404),
        ("published", "已发布", 200),
        ("closed", "已关闭", 404),
        ("published", "已发布", 200),
        ("draft", "草稿", 404),
    ):
        page = step(client, number, state)
        assert "状态已更新" in page.text
        assert f"供给 {named} 2099-12-31" in words(page.text)
        assert visitor.get(f"/listings/{number}").status_code == seen
        found = "七十兆帕高压氢气减压阀" in visitor.get("/listings?side=offer").text
        assert found is (seen == 200), state


@pytest.mark.parametrize("state", ["expired", "review", "draft"])
def test_a_step_that_is_not_the_owners_or_does_not_exist_is_refused(own_town: Town, state: str) -> None:
    client, number = own_town.client("member"), own_town.ids["offer"]
    before = State.PUBLISHED
    if state == "draft":
        step(client, number, "closed")
        before = State.CLOSED
    assert "现在不能这样更改" in step(client, number, state).text
    unknown = step(client, number, "<script>")
    assert unknown.status_code == 400
    assert "没有这个状态" in unknown.text
    assert state_of(own_town, number) is before


def test_what_has_run_out_is_renewed_with_one_click(own_town: Town) -> None:
    client, visitor, number = own_town.client("member"), own_town.client(), own_town.ids["offer"]
    change(client, number, valid_to=(clock.today() + timedelta(days=10)).isoformat())
    with clock.pretend(clock.now() + timedelta(days=11)):
        life.keep_time(own_town.parts.sessions, base=BASE)
        assert "供给 已过期" in words(client.get("/my/listings").text)
        assert visitor.get(f"/listings/{number}").status_code == 404
        assert "过期的请续期" in step(client, number, "published").text
        until = clock.today() + timedelta(days=180)
        page = client.post(f"/my/listings/{number}/renew", data={"next": "list"}, follow_redirects=True)
        assert f"已续期至 {until.isoformat()}" in page.text
        assert f"供给 已发布 {until.isoformat()}" in words(page.text)
        assert visitor.get(f"/listings/{number}").status_code == 200


def test_only_what_was_published_is_renewed(own_town: Town) -> None:
    client, draft = own_town.client("member"), own_town.ids["draft_listing"]
    step(client, own_town.ids["offer"], "closed")
    for number in (draft, own_town.ids["offer"]):
        answer = client.post(f"/my/listings/{number}/renew", follow_redirects=True)
        assert "只有发布过的供需可以续期" in answer.text
    assert state_of(own_town, draft) is State.DRAFT
    assert state_of(own_town, own_town.ids["offer"]) is State.CLOSED


def upload(client: FlaskClient, listing_id: int, *files: tuple[str, bytes]) -> TestResponse:
    """Send these files as a browser does, and see what the page says then."""
    parts = MultiDict([("attachment", FileStorage(BytesIO(content), filename=name)) for name, content in files])
    boundary, body = encode_multipart(parts)
    kind = f"multipart/form-data; boundary={boundary}"
    address = f"/my/listings/{listing_id}/files"
    return client.post(address, data=body, content_type=kind, follow_redirects=True)


def kept(town: Town, of: str = "offer") -> dict[str, int]:
    """Name to number of the files of a listing that are not withdrawn, oldest first."""
    with reading(town.parts.sessions) as session:
        owner = town.actor("member")
        listing = queries.own_listing(session, owner, listing_id=town.ids[of])
        return {file.name: file.id for file in attachments.attachments(session, owner, listing=listing)}


def office(*more: str) -> bytes:
    """A document of an office program that holds these parts."""
    file = BytesIO()
    with ZipFile(file, "w") as book:
        for name in ("[Content_Types].xml", *more):
            book.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("说明书.pdf", PDF, "application/pdf"),
        ("照片.png", PNG, "image/png"),
        ("清单.xlsx", office("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
    ids=["pdf", "picture", "sheet"],
)
def test_an_attachment_comes_back_as_a_download_that_cannot_act(
    own_town: Town, name: str, content: bytes, kind: str
) -> None:
    page = upload(own_town.client("member"), own_town.ids["offer"], (name, content))
    assert "附件已添加" in page.text and name in page.text
    file = kept(own_town)[name]
    visitor = own_town.client()
    assert name in visitor.get(f"/listings/{own_town.ids['offer']}").text
    with visitor.get(f"/listings/{own_town.ids['offer']}/files/{file}") as answer:
        assert (answer.status_code, answer.data, answer.mimetype) == (200, content, kind)
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "no-store" in answer.headers["Cache-Control"]


@pytest.fixture(scope="module")
def refusing(town: Town, tmp_path_factory: pytest.TempPathFactory) -> tuple[Town, FlaskClient]:
    """A copy that every refusal leaves as it was, so that one will do for all of them."""
    copy = copy_town(town, tmp_path_factory.mktemp("refusing"))
    return copy, copy.client("member")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("安装.exe", EXE, WRONG_KIND),
        ("执照.pdf", EXE, WRONG_KIND),
        ("执照.pdf", "其实是文字".encode(), WRONG_KIND),
        ("图.svg", SVG, WRONG_KIND),
        ("网页.pdf", b"<html><script>alert(1)</script></html>", WRONG_KIND),
        ("压缩.docx", office("other.txt"), WRONG_KIND),
        ("带宏.xlsx", office("xl/workbook.xml", "xl/vbaProject.bin"), WRONG_KIND),
        ("空白.pdf", b"", "文件是空的"),
        ("太大.pdf", PDF + b"0" * MAX_BYTES, "文件超过 10 MB"),
    ],
    ids=["program", "program as PDF", "text as PDF", "SVG", "page as PDF", "archive", "macros", "empty", "too large"],
)
def test_a_file_that_may_not_be_there_is_refused_by_name(
    refusing: tuple[Town, FlaskClient], name: str, content: bytes, said: str
) -> None:
    place, client = refusing
    page = upload(client, place.ids["offer"], ("好的.pdf", PDF), (name, content))
    assert f"{name} {said}" in words(page.text)
    assert "附件已添加" not in page.text
    assert list(kept(place)) == ["检测报告.pdf"]


def test_no_file_too_many_files_and_far_too_much_are_refused(own_town: Town) -> None:
    client, number = own_town.client("member"), own_town.ids["offer"]
    assert "请先选择文件" in upload(client, number).text
    ten = [(f"第{count}份.pdf", PDF) for count in range(10)]
    assert "最多 10 个附件" in upload(client, number, *ten).text
    flood = upload(client, number, ("洪水.pdf", PDF + b"0" * (33 * 1024 * 1024)))
    assert flood.status_code == 413
    assert "内容太大" in flood.text
    assert list(kept(own_town)) == ["检测报告.pdf"]
    assert "附件已添加" in upload(client, number, *ten[:9]).text
    assert len(kept(own_town)) == 10


def test_a_hostile_file_name_does_nothing(own_town: Town) -> None:
    client, number = own_town.client("member"), own_town.ids["offer"]
    refused = upload(client, number, ("<script>alert(1).html", b"<html>"))
    assert WRONG_KIND in refused.text and "<script>alert" not in refused.text
    page = upload(client, number, ("..\\../<img src=x onerror=alert(1)>.html", PDF))
    assert "附件已添加" in page.text and "<img src=x" not in page.text
    name, file = list(kept(own_town).items())[-1]
    assert name.endswith(".pdf") and not set(name) & set('/\\<>"')
    with client.get(f"/listings/{number}/files/{file}") as answer:
        assert answer.mimetype == "application/pdf" and ".." not in answer.headers["Content-Disposition"]


def test_a_withdrawn_file_is_gone_for_everybody_and_remains_on_record(own_town: Town) -> None:
    client, number, file = own_town.client("member"), own_town.ids["offer"], own_town.ids["file"]
    address = f"/my/listings/{number}/files/{file}/withdraw"
    page = client.post(address, follow_redirects=True)
    assert "附件已撤下" in page.text and "检测报告.pdf" not in page.text
    for who in ("member", "officer", "stranger", None):
        assert own_town.client(who).get(f"/listings/{number}/files/{file}").status_code == 404
    assert client.post(address).status_code == 404
    with reading(own_town.parts.sessions) as session:
        row = session.get_one(StoredFile, file)
        assert (row.name, row.withdrawn_by) == ("检测报告.pdf", "梁业主")


def test_a_file_is_withdrawn_and_opened_only_through_its_own_listing(own_town: Town) -> None:
    client, secret = own_town.client("member"), own_town.ids["hidden_file"]
    number = own_town.ids["offer"]
    assert client.post(f"/my/listings/{number}/files/{secret}/withdraw").status_code == 404
    assert client.get(f"/listings/{number}/files/{secret}").status_code == 404
    with own_town.client("stranger").get(f"/listings/{own_town.ids['hidden']}/files/{secret}") as answer:
        assert answer.status_code == 200


def test_files_of_what_is_not_published_stay_inside(own_town: Town) -> None:
    client, number = own_town.client("member"), own_town.ids["draft_listing"]
    upload(client, number, ("草图.pdf", PDF))
    address = f"/listings/{number}/files/{kept(own_town, 'draft_listing')['草图.pdf']}"
    for who, status in (("colleague", 200), ("stranger", 404), (None, 404)):
        with own_town.client(who).get(address) as answer:
            assert answer.status_code == status, who


def test_the_owner_learns_who_took_a_file(own_town: Town) -> None:
    number, file = own_town.ids["offer"], own_town.ids["file"]
    for who in ("stranger", "colleague"):
        with own_town.client(who).get(f"/listings/{number}/files/{file}") as answer:
            assert answer.status_code == 200
    seen = words(own_town.client("member").get(f"/my/listings/{number}/history").text).split("谁看过")[1]
    assert "陈外人 1 附件" in seen and "李同事" not in seen
