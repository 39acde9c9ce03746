"""The office at work: verifying, reviewing, answering; and keeping the platform: people, the audit log, the letters."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache
from io import BytesIO
from urllib.parse import quote

import pyotp
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from matchmaker.accounts.rules import Standing
from matchmaker.audit import queries as audit
from matchmaker.audit.models import AuditEntry
from matchmaker.core import clock
from matchmaker.core.actor import Role
from matchmaker.core.unit import reading
from matchmaker.mail import queries as mail
from matchmaker.mail.models import OutgoingMail
from matchmaker.registry import queries as registry
from tests.factories import USCCS
from tests.web.town import PASSWORD, PDF, Town

NAME = "佛山市南海区新起研究所"
FORM = {"uscc": USCCS[2], "name": NAME, "kind": "research_platform", "town": "440605123"}
TITLE, DETAIL = "铝型材挤压模修模服务", "断面复杂的铝型材挤压模，偏壁修模，三天交付。"
OFFER = {"side": "offer", "form": "service", "title": TITLE, "detail": DETAIL, "chain_nodes": "HYD-09"}
OFFER |= {"visibility": "public", "action": "publish"}
Visit = Callable[..., FlaskClient]
HOSTILE = "<script>alert('名称不符')</script>"
ESCAPED = "&lt;script&gt;alert(&#39;名称不符&#39;)&lt;/script&gt;"


@pytest.fixture
def visit(own_town: Town) -> Visit:
    """Everybody's one browser in a town of the test's own."""
    return cache(own_town.client)


@pytest.fixture
def strict(own_town: Town) -> Visit:
    """The same where the district looks at listings before they go out."""
    config = replace(own_town.parts.config, review_listings=True)
    return cache(replace(own_town, parts=replace(own_town.parts, config=config)).client)


def register(visit: Visit, *, licence: bool = True) -> int:
    """The newcomer registers an organisation; with its licence it is handed in. Returns its number."""
    papers = {"licence": (BytesIO(PDF), "事业单位法人证书.pdf")} if licence else {}
    answer = visit("newcomer").post("/my/organisations/new", data=FORM | papers)
    assert answer.status_code == 303
    return int(answer.location.rsplit("/", 1)[1])


def press(visit: Visit, who: str, address: str, **data: str) -> str:
    """What somebody reads after sending a form."""
    return visit(who).post(address, data=data, follow_redirects=True).text


def decide(visit: Visit, number: int, standing: str, reason: str = "") -> tuple[int, str]:
    """What the officer gets to see after the decision."""
    data, address = {"standing": standing, "reason": reason}, f"/office/organisations/{number}"
    answer = visit("officer").post(address, data=data, follow_redirects=True)
    return answer.status_code, answer.text


def publish(visit: Visit, who: str) -> TestResponse:
    return visit(who).post("/my/listings/save", data=OFFER)


def inbox(visit: Visit, who: str) -> str:
    return visit(who).get("/my/notices").text


def standing_of(town: Town, number: int) -> Standing:
    with reading(town.parts.sessions) as session:
        return registry.dossier(session, town.actor("auditor"), organisation_id=number).organisation.standing


def log(town: Town, subject: str = "") -> list[AuditEntry]:
    """What the log says, newest first."""
    with reading(town.parts.sessions) as session:
        rows = list(registry.audit_entries(session, town.actor("auditor"), subject=subject).rows)
        session.expunge_all()
        return rows


def publish_one(visit: Visit) -> int:
    """A listing of the member's, out or handed in for review. Returns its number."""
    return int(publish(visit, "member").location.rsplit("/", 1)[1])


def judge(visit: Visit, number: int, action: str, reason: str = "") -> str:
    return press(visit, "officer", f"/office/listings/{number}", action=action, reason=reason)


def newest_letter(town: Town) -> OutgoingMail:
    with reading(town.parts.sessions) as session:
        letter = mail.newest(session, limit=1)[0]
        session.expunge(letter)
        return letter


def test_what_was_handed_in_waits_for_the_officer_with_its_papers(visit: Visit) -> None:
    number = register(visit)
    assert f"{NAME}提交了登记，等待核验" in inbox(visit, "officer")
    assert NAME in visit("officer").get("/office/organisations").text
    page = visit("officer").get(f"/office/organisations/{number}").text
    for text in (NAME, USCCS[2], "丹灶镇", "待核验", "事业单位法人证书.pdf", "周新来", "newcomer@demo.example"):
        assert text in page
    with visit("officer").get(f"/my/organisations/{number}/licence") as paper:
        assert paper.data == PDF


def test_without_its_licence_a_registration_neither_waits_nor_is_decided(own_town: Town, visit: Visit) -> None:
    number = register(visit, licence=False)
    page = visit("officer").get("/office/organisations").text
    assert "没有等待核验的单位" in page and NAME not in page
    _status, page = decide(visit, number, "verified")
    assert "它的状态已经变了" in page
    assert standing_of(own_town, number) is Standing.PENDING
    assert "已通过核验" not in inbox(visit, "newcomer")


def test_a_listing_becomes_visible_to_others_only_once_its_organisation_is_verified(visit: Visit) -> None:
    number = register(visit)
    refused = publish(visit, "newcomer")
    assert refused.status_code == 400
    assert "单位通过核验后才能发布" in refused.text and DETAIL in refused.text
    assert TITLE not in visit().get("/listings?side=offer").text
    assert decide(visit, number, "verified")[0] == 200
    assert f"{NAME}已通过核验，可以发布供需" in inbox(visit, "newcomer")
    assert publish(visit, "newcomer").status_code == 303
    hall = visit().get("/listings?side=offer").text
    assert TITLE in hall and NAME in hall


@pytest.mark.parametrize(("standing", "reason"), [("returned", ""), ("refused", " \r\n ")])
def test_a_return_or_refusal_needs_a_reason(own_town: Town, visit: Visit, standing: str, reason: str) -> None:
    number = register(visit)
    before = log(own_town)[0].number
    status, page = decide(visit, number, standing, reason)
    assert status == 400
    assert "退回或不通过时，请写明原因和怎么改。" in page
    assert (standing_of(own_town, number), log(own_town)[0].number) == (Standing.PENDING, before)
    assert "的登记" not in inbox(visit, "newcomer")


@pytest.mark.parametrize(("standing", "told"), [("returned", "的登记被退回："), ("refused", "的登记未通过：")])
def test_the_owner_reads_why_it_came_back(own_town: Town, visit: Visit, standing: str, told: str) -> None:
    number = register(visit)
    assert decide(visit, number, standing, f"  {HOSTILE}请换成全称  ")[0] == 200
    assert f"{NAME}{told}{ESCAPED}请换成全称" in inbox(visit, "newcomer")
    page = visit("newcomer").get(f"/my/organisations/{number}").text
    assert f"核验意见：{ESCAPED}请换成全称" in page and "<script>alert" not in page
    assert NAME not in visit("officer").get("/office/organisations").text
    entry = log(own_town, f"organisation:{number}")[0]
    assert (entry.actor, entry.action) == ("谭专员", "organisation.standing")
    assert entry.detail == {"standing": ["pending", standing], "reason": f"{HOSTILE}请换成全称"}
    letter = newest_letter(own_town)
    assert letter.address == "newcomer@demo.example" and "请换成全称" in letter.body


def test_a_decision_that_does_not_exist_is_refused(own_town: Town, visit: Visit) -> None:
    number = register(visit)
    before = log(own_town)[0].number
    for standing in ("", "pending", HOSTILE):
        status, page = decide(visit, number, standing, "原因")
        assert status == 400 and "没有这个决定。" in page, standing
    assert (standing_of(own_town, number), log(own_town)[0].number) == (Standing.PENDING, before)


def test_the_second_of_two_decisions_is_told_that_things_have_changed(own_town: Town, visit: Visit) -> None:
    number = register(visit)
    decide(visit, number, "verified")
    _status, page = decide(visit, number, "refused", "来晚了")
    assert "它的状态已经变了，请再看一遍。" in page
    assert standing_of(own_town, number) is Standing.VERIFIED
    assert "来晚了" not in inbox(visit, "newcomer")


def test_the_registry_is_searched_by_part_of_a_name_or_by_code(town: Town) -> None:
    auditor = town.client("auditor")
    for asked in ("试样阀门", USCCS[0].lower()):
        page = auditor.get("/office/organisations", query_string={"standing": "", "q": asked}).text
        assert "佛山市南海区试样阀门有限公司" in page and "隐名电机" not in page, asked


def test_a_hostile_search_finds_nothing(town: Town) -> None:
    auditor = town.client("auditor")
    for address, empty in (
        ("/office/organisations?standing=&q=", "没有符合条件的单位"),
        ("/office/audit?subject=", "没有记录"),
        ("/office/people?q=", "人员与角色"),
    ):
        for asked in ("%", "organisation:_", "' OR 1=1 --", HOSTILE):
            page = auditor.get(address + quote(asked)).text
            assert empty in page and "demo.example" not in page and "<script>alert" not in page, (address, asked)


def test_without_review_listings_go_out_at_once_and_the_office_is_told_so(visit: Visit) -> None:
    number = publish_one(visit)
    assert visit().get(f"/listings/{number}").status_code == 200
    page = visit("officer").get("/office/listings").text
    assert TITLE not in page and "本平台设置为发布前不审核" in page


def test_where_the_district_reviews_a_listing_waits_and_then_goes_out(own_town: Town, strict: Visit) -> None:
    number = publish_one(strict)
    assert strict().get(f"/listings/{number}").status_code == 404
    assert f"“{TITLE}”等待审核" in inbox(strict, "officer")
    page = strict("officer").get("/office/listings").text
    assert TITLE in page and DETAIL in page
    assert "已记录并通知对方" in judge(strict, number, "publish")
    assert TITLE in strict().get(f"/listings/{number}").text
    assert f"“{TITLE}”已通过审核并发布" in inbox(strict, "member")
    assert log(own_town, f"listing:{number}")[0].detail["state"] == ["review", "published"]
    assert "它的状态已经变了" in judge(strict, number, "publish")


def test_a_listing_is_given_back_only_with_a_reason_that_its_owner_reads(strict: Visit) -> None:
    number = publish_one(strict)
    assert "请写明原因，对方会看到。" in judge(strict, number, "return", " ")
    assert TITLE in strict("officer").get("/office/listings").text
    assert "被退回修改" not in inbox(strict, "member")
    judge(strict, number, "return", f"请补充交期{HOSTILE}")
    assert f"“{TITLE}”被退回修改：请补充交期{ESCAPED}" in inbox(strict, "member")
    page = strict("member").get(f"/listings/{number}").text
    assert f"审核意见：请补充交期{ESCAPED}" in page and "草稿" in page
    assert strict().get(f"/listings/{number}").status_code == 404
    assert "没有等待审核的供需" in strict("officer").get("/office/listings").text


def test_a_published_listing_is_taken_down_with_a_reason_only(own_town: Town, visit: Visit) -> None:
    number = own_town.ids["offer"]
    assert "请写明原因，对方会看到。" in judge(visit, number, "take_down")
    assert visit().get(f"/listings/{number}").status_code == 200
    assert "已记录并通知对方" in judge(visit, number, "take_down", "价格不实")
    assert visit().get(f"/listings/{number}").status_code == 404
    assert "“七十兆帕高压氢气减压阀”被暂停展示：价格不实" in inbox(visit, "member")
    assert "审核意见：价格不实" in visit("member").get(f"/listings/{number}").text
    assert log(own_town, f"listing:{number}")[0].detail["reason"] == "价格不实"


def test_a_data_request_is_due_in_fifteen_working_days_and_then_late(own_town: Town, visit: Visit) -> None:
    def at(day: int) -> datetime:
        return datetime(2020, 3, day, 12, tzinfo=clock.DISTRICT_ZONE)

    with clock.pretend(at(2)):
        visit("stranger").post("/my/data", data={"right": "correct", "text": "请更正我的姓名"})
    for day, late in ((23, False), (24, True)):
        with clock.pretend(at(day)):
            page = own_town.client("officer").get("/office/data-requests").text
        assert "请更正我的姓名" in page and "2020-03-23 前答复" in page
        assert ("已超期" in page) is late


def test_an_answer_says_something_reaches_who_asked_and_is_given_once(own_town: Town, visit: Visit) -> None:
    address = f"/office/data-requests/{own_town.ids['request']}"
    assert "请写下答复。" in press(visit, "officer", address, answer=" \n")
    assert "您的个人信息请求已答复" not in inbox(visit, "member")
    first = press(visit, "officer", address, answer=f"资料已导出{HOSTILE}")
    assert "已答复并通知对方" in first and "谭专员 已答复" in first
    assert "您的个人信息请求已答复" in inbox(visit, "member")
    assert "这个请求已经答复过了" in press(visit, "officer", address, answer="另一个答复")
    page = visit("member").get("/my/data").text
    assert f"资料已导出{ESCAPED}" in page and "另一个答复" not in page
    assert "<script>alert" not in page
    actions = [row.action for row in log(own_town, f"data_request:{own_town.ids['request']}")]
    assert actions == ["data_request.answer", "data_request.ask"]


def test_a_role_opens_the_office_after_the_next_login_and_its_loss_closes_it(own_town: Town, visit: Visit) -> None:
    data = {"name": "陈外人", "email": "stranger@demo.example"}
    visit("stranger")
    assert "角色已更新" in press(visit, "administrator", "/office/people", **data, role="officer")
    assert visit("stranger").get("/my/account").status_code == 303
    assert own_town.client("stranger").get("/office/organisations").status_code == 200
    press(visit, "administrator", "/office/people", **data, role="member")
    assert own_town.client("stranger").get("/office/organisations").status_code == 403
    entries = log(own_town, f"person:{own_town.people['stranger']}")
    roles = [row.detail["role"] for row in entries if "role" in row.detail]
    assert roles == [["officer", "member"], ["member", "officer"]]


def test_a_new_member_of_staff_gets_in_through_a_letter(own_town: Town, visit: Visit) -> None:
    data = {"name": "黎新人", "email": "Li@Demo.example", "role": "organiser"}
    page = press(visit, "administrator", "/office/people", **data)
    assert "黎新人" in page and "li@demo.example" in page
    letter = newest_letter(own_town)
    assert letter.address == "li@demo.example"
    link = re.findall(r"http://127.0.0.1:8000(/reset/\S+)", letter.body)[0]
    assert visit().post(link, data={"password": PASSWORD, "again": PASSWORD}).status_code == 303
    answer = visit().post("/login", data={"login": "li@demo.example", "password": PASSWORD})
    assert answer.location == "/login/code"


def test_a_refused_role_names_its_field_and_makes_nobody(own_town: Town, visit: Visit) -> None:
    before = log(own_town)[0].number
    bad = [("name", ""), ("name", "黎" * 61), ("email", "nowhere"), ("role", "king"), ("role", "visitor"), ("id", "9")]
    for field, value in bad:
        data = {"name": "黎新人", "email": "li@demo.example", "role": "officer"} | {field: value}
        answer = visit("administrator").post("/office/people", data=data)
        assert answer.status_code == 400
        assert re.findall(r'href="#(\w+)"', answer.text.split("需要修改")[1].split("</ul>")[0]) == [field]
        assert all(f'value="{data[name]}"' in answer.text for name in ("name", "email") if data[name])
    assert log(own_town)[0].number == before
    assert "li@demo.example" not in visit("administrator").get("/office/people").text


def test_administrators_do_not_change_their_own_role_however_they_spell_it(own_town: Town, visit: Visit) -> None:
    data = {"name": "麦管理", "email": " ADMINISTRATOR@demo.example", "role": "auditor"}
    answer = visit("administrator").post("/office/people", data=data)
    assert answer.status_code == 400
    assert "不能更改自己的角色。" in answer.text
    assert own_town.actor("administrator").role is Role.ADMINISTRATOR


def test_administrators_neither_block_nor_reset_themselves(own_town: Town, visit: Visit) -> None:
    before, address = log(own_town)[0].number, f"/office/people/{own_town.people['administrator']}"
    for action in ("block", "unblock", "second_factor"):
        page = press(visit, "administrator", address, action=action, reason="试试")
        assert "不能对自己做这个操作，请另一位管理员处理。" in page, action
    assert log(own_town)[0].number == before
    assert visit("administrator").get("/office/people").status_code == 200


def test_blocking_needs_a_reason_and_is_taken_back_with_one(own_town: Town, visit: Visit) -> None:
    def step(action: str, reason: str) -> tuple[str, int]:
        """What the administrator reads, and what the person's next login gets."""
        page = press(visit, "administrator", f"/office/people/{number}", action=action, reason=reason)
        login = {"login": "member@demo.example", "password": PASSWORD}
        return page, own_town.client().post("/login", data=login).status_code

    number = own_town.people["member"]
    page, status = step("block", " ")
    assert "请写明原因。" in page and "已停用" not in page and status == 303
    page, status = step("block", "离职")
    assert "已停用" in page and status == 401
    page, status = step("unblock", "回来")
    assert "已停用" not in page and status == 303
    steps = [(row.action, row.detail["reason"]) for row in log(own_town, f"person:{number}") if "block" in row.action]
    assert steps == [("person.unblock", "回来"), ("person.block", "离职")]


def test_a_lost_second_factor_is_taken_off_and_set_up_anew(own_town: Town, visit: Visit) -> None:
    def code_page() -> tuple[FlaskClient, list[str]]:
        client = own_town.client()
        client.post("/login", data={"login": "officer@demo.example", "password": PASSWORD})
        return client, re.findall(r"\b[A-Z2-7]{32}\b", client.get("/login/code").text)

    client, secrets = code_page()
    client.post("/login/code", data={"code": pyotp.TOTP(secrets[0]).now()})
    assert client.get("/my/account").status_code == 200 and code_page()[1] == []
    press(visit, "administrator", f"/office/people/{own_town.people['officer']}", action="second_factor")
    assert client.get("/my/account").status_code == 303
    assert len(code_page()[1]) == 1 and code_page()[1] != secrets


def test_the_audit_log_is_narrowed_to_one_subject(own_town: Town, visit: Visit) -> None:
    number = register(visit)
    decide(visit, number, "returned", HOSTILE)
    everything = visit("auditor").get("/office/audit").text
    other = next(row.subject for row in log(own_town, "") if row.subject != f"organisation:{number}")
    assert other in everything and f"organisation:{number}" in everything
    page = visit("auditor").get("/office/audit", query_string={"subject": f" organisation:{number} "}).text
    assert "谭专员" in page and "周新来" in page and "organisation.standing" in page
    assert other not in page and "<script>alert" not in page
    assert f"共 {len(log(own_town, f'organisation:{number}'))} 条" in page


def test_an_auditor_can_follow_the_unbroken_chain_on_the_pages(own_town: Town, visit: Visit) -> None:
    decide(visit, register(visit), "verified")
    for number in range(20):
        visit("member").post("/my/data", data={"right": "access", "text": f"第 {number} 次请求"})
    with reading(own_town.parts.sessions) as session:
        assert audit.first_broken(session) is None
        entries, total, _number = audit.page(session, subject="", page=1, per_page=1000)
        digests = [row.digest for row in entries]
        assert [row.number for row in entries] == list(range(total, 0, -1))
    assert total > 30
    last = -(-total // 30)
    pages = "".join(visit("auditor").get(f"/office/audit?page={number}").text for number in range(1, last + 1))
    assert [found for found in re.findall(r"\b[0-9a-f]{64}\b", pages) if found in digests] == digests


@pytest.mark.parametrize("development", [True, False])
def test_the_texts_of_letters_are_shown_in_development_only(own_town: Town, visit: Visit, development: bool) -> None:
    visit().post("/forgotten", data={"email": "member@demo.example"})
    letter = newest_letter(own_town)
    secret = re.findall(r"/reset/(\S+)", letter.body)[0]
    config = replace(own_town.parts.config, development=development)
    page = replace(own_town, parts=replace(own_town.parts, config=config)).client("administrator").get("/office/mails")
    assert "member@demo.example" in page.text and letter.subject in page.text and "等待发送" in page.text
    assert (secret in page.text) is development
