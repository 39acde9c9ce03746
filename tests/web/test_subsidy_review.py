"""The office at its claims: the queue, each step by the right person, the public notice, and what is put on record."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from matchmaker.accounts.models import Organisation, Person
from matchmaker.audit.models import AuditEntry
from matchmaker.contracts.rules import RelatedParty
from matchmaker.core import clock
from matchmaker.core.unit import reading, unit
from matchmaker.registry import queries as registry
from matchmaker.subsidies import queries
from matchmaker.subsidies.models import Claim
from matchmaker.subsidies.rules import ClaimState
from tests.subsidies.place import SEEN
from tests.web.filled import hidden, send
from tests.web.people import join
from tests.web.town import Town, readable

Visit = Callable[..., FlaskClient]
HOSTILE = '<script>alert("异议")</script>'
LATER = timedelta(days=20)


@pytest.fixture
def visit(own_town: Town) -> Visit:
    """Everybody's one browser in a town of the test's own."""
    return cache(own_town.client)


def claim_of(town: Town, name: str) -> Claim:
    with reading(town.parts.sessions) as session:
        row = queries.claim(session, town.actor("auditor"), claim_id=town.ids[name])
        session.expunge_all()
        return row


def after_close() -> datetime:
    """A morning after the window of the town has closed with its year."""
    return datetime(clock.today().year + 1, 1, 8, 9, tzinfo=clock.DISTRICT_ZONE)


def log(town: Town, name: str) -> list[AuditEntry]:
    """What the audit log says about the claim, newest first."""
    with reading(town.parts.sessions) as session:
        subject = f"claim:{town.ids[name]}"
        rows = list(registry.audit_entries(session, town.actor("auditor"), subject=subject).rows)
        session.expunge_all()
        return rows


def step(visit: Visit, town: Town, who: str, name: str, action: str, **form: object) -> tuple[int, str]:
    """The status and the page after this officer pressed the button for `action`."""
    page = f"/office/subsidies/{town.ids[name]}"
    answer = send(visit(who), page, f"{page}/step", form, action=action)
    return answer.status_code, answer.text


def test_two_officers_bring_a_claim_to_its_approval(own_town: Town, visit: Visit) -> None:
    for action in ("precheck", "town_check", "propose"):
        status, _page = step(visit, own_town, "officer", "claim", action, originals=SEEN)
        assert status == 303
    page = f"/office/subsidies/{own_town.ids['claim']}"
    with clock.pretend(closed := after_close()):
        # Nobody stays logged in until then.
        assert step(own_town.client, own_town, "officer", "claim", "publish_notice")[0] == 303
        assert "核准 · 公示期未满。" in readable(own_town.client("second_officer").get(page).text)
    assert claim_of(own_town, "claim").state is ClaimState.NOTICE
    with clock.pretend(closed + LATER):
        first = readable(own_town.client("officer").get(page).text)
        assert "核准 · 前一步由您作出，这一步须由另一位专员办理。" in first
        status, _page = step(own_town.client, own_town, "second_officer", "claim", "approve", note="公示期满无异议")
    assert status == 303
    row = claim_of(own_town, "claim")
    assert (row.state, row.steps[-1].by, row.steps[-1].reason) == (ClaimState.APPROVED, "冯专员", "公示期满无异议")


def test_while_others_may_claim_from_the_same_budget_no_notice_is_offered(own_town: Town, visit: Visit) -> None:
    for action in ("precheck", "town_check", "propose"):
        step(visit, own_town, "officer", "claim", action, originals=SEEN)
    page, closes = f"/office/subsidies/{own_town.ids['claim']}", f"{clock.today().year}-12-31"
    text = visit("officer").get(page).text
    why = "申领窗口还没有截止：预算由截止前的全部申领共用，截止后才能公示。"
    assert f"开始公示 · {why} {closes} 截止。" in readable(text)
    assert 'value="publish_notice"' not in text
    revision = str(claim_of(own_town, "claim").revision)
    form = {"action": "publish_notice", "once": "0123456789abcdef", "revision": revision}
    refused = visit("officer").post(f"{page}/step", data=form)
    assert refused.status_code == 409
    assert why in refused.text
    visit("officer").set_cookie("language", "en")
    english = readable(visit("officer").get(page).text)
    assert "whoever claims until then shares the budget, so notices wait for the close." in english
    own = visit("member").get(f"/my/subsidies/{own_town.ids['claim']}").text
    assert f"{closes} 截止受理后，与其他申领一起公示。" in own
    assert f"/office/subsidies/{own_town.ids['claim']}" not in visit("officer").get("/office/subsidies?mine=yes").text


def test_payments_with_numbers_only_are_named_until_somebody_saw_the_originals(own_town: Town, visit: Visit) -> None:
    year, page = clock.today().year - 1, f"/office/subsidies/{own_town.ids['claim']}"
    named = f"这些付款只有号码，没有扫描件：{year}-06-01 付款 400,000.00 元 · 发票、银行回单"
    for action in ("precheck", "town_check"):
        assert named in readable(visit("officer").get(page).text)
        step(visit, own_town, "officer", "claim", action)
    own = readable(visit("member").get(f"/my/subsidies/{own_town.ids['claim']}").text)
    assert "付款发票 只有号码，没有扫描件" in own
    status, text = step(visit, own_town, "officer", "claim", "propose", note="同意", originals=" ")
    assert status == 400
    assert "请补传扫描件，或写明何时何处核对过原件、为什么没有扫描件。" in text
    assert "同意</textarea>" in text
    assert step(visit, own_town, "officer", "claim", "propose", originals=SEEN)[0] == 303
    text = readable(visit("second_officer").get(page).text)
    assert named not in text
    for address in (page, f"{page}/trace"):
        text = readable(visit("auditor").get(address).text)
        assert "已核对原件" in text and f"谭专员{SEEN}" in text
    assert "缺扫描件" in text


def test_an_english_page_says_each_line_in_english_and_what_is_stored(own_town: Town, visit: Visit) -> None:
    chinese, english = "400,000 元 × 5 % = 20,000 元", "CNY 400,000 × 5 % = CNY 20,000"
    pages = {"officer": "/office/subsidies/{granted}", "auditor": "/office/subsidies/{granted}/trace"}
    pages |= {"member": "/my/subsidies/{claim}"}
    for who, address in pages.items():
        page = address.format_map(own_town.ids)
        text = visit(who).get(page).text
        assert chinese in text and english not in text
        visit(who).set_cookie("language", "en")
        text = visit(who).get(page).text
        assert english in text and f'lang="zh">{chinese}</span>' in text


def test_who_proposed_is_refused_the_approval_and_the_attempt_is_on_record(own_town: Town, visit: Visit) -> None:
    number, before = own_town.ids["noticed"], claim_of(own_town, "noticed")
    form = {"action": "approve", "once": "0123456789abcdef", "revision": str(before.revision)}
    with clock.pretend(clock.now() + LATER):
        answer = visit("second_officer").post(f"/office/subsidies/{number}/step", data=form)
    assert answer.status_code == 403
    assert "这一步须由另一位专员办理。这次尝试已记入审计日志。" in answer.text
    assert claim_of(own_town, "noticed").state is ClaimState.NOTICE
    refused = log(own_town, "noticed")[0]
    assert (refused.actor, refused.action) == ("冯专员", "refused")


def test_a_member_of_a_party_sees_why_there_are_no_buttons(own_town: Town, visit: Visit) -> None:
    with unit(own_town.parts.sessions) as session:
        join(session, session.get_one(Person, own_town.people["officer"]), own_town.ids["organisation"])
    page = readable(visit("officer").get(f"/office/subsidies/{own_town.ids['claim']}").text)
    assert "您是合同一方的成员，或正在为其代办，须回避" in page
    form = {"action": "precheck", "once": "0123456789abcdef", "revision": "1"}
    answer = visit("officer").post(f"/office/subsidies/{own_town.ids['claim']}/step", data=form)
    assert answer.status_code == 403


def test_a_step_sent_twice_is_taken_once(own_town: Town, visit: Visit) -> None:
    page = f"/office/subsidies/{own_town.ids['claim']}"
    form = hidden(visit("officer").get(page).text, f"{page}/step", action="precheck")
    assert [visit("officer").post(f"{page}/step", data=form).status_code for _ in range(2)] == [303, 303]
    assert [one.after for one in claim_of(own_town, "claim").steps] == [ClaimState.APPLIED, ClaimState.PRECHECKED]


def test_a_page_opened_before_another_step_says_what_changed_and_keeps_the_words(own_town: Town, visit: Visit) -> None:
    page = f"/office/subsidies/{own_town.ids['claim']}"
    old = hidden(visit("officer").get(page).text, f"{page}/step", action="send_back")
    step(visit, own_town, "second_officer", "claim", "precheck")
    answer = visit("officer").post(f"{page}/step", data=old | {"reason": "发票不清楚，请重新上传。"})
    assert answer.status_code == 409
    assert "冯专员 · 预审通过" in readable(answer.text)
    assert "发票不清楚，请重新上传。" in answer.text
    assert claim_of(own_town, "claim").state is ClaimState.PRECHECKED


@pytest.mark.parametrize("action", ["send_back", "refuse"])
def test_to_say_no_needs_a_reason_that_the_applicant_reads(own_town: Town, visit: Visit, action: str) -> None:
    status, page = step(visit, own_town, "officer", "claim", action, reason=" \r\n")
    assert status == 400
    assert "请写明原因。" in page
    # Where it was written is open, so that what is wrong is seen.
    assert re.search(r"<details open><summary[^>]*>(退回补正|不予支持)", page)
    status, page = step(visit, own_town, "officer", "claim", action, reason="长" * 1001)
    assert status == 400
    assert "太长了，请精简。" in page
    assert step(visit, own_town, "officer", "claim", action, reason="回单看不清。")[0] == 303
    own = visit("member").get(f"/my/subsidies/{own_town.ids['claim']}").text
    assert "回单看不清。" in own


def test_an_action_nobody_knows_is_no_step(own_town: Town, visit: Visit) -> None:
    address = f"/office/subsidies/{own_town.ids['claim']}/step"
    assert visit("officer").post(address, data={"action": "pay_me"}).status_code == 400


def test_the_queue_is_filtered_counted_and_taken_out_as_a_workbook(own_town: Town, visit: Visit) -> None:
    with unit(own_town.parts.sessions) as session:
        session.get_one(Organisation, own_town.ids["organisation"]).name = "=1+1 试样阀门"
    page = readable(visit("officer").get("/office/subsidies").text)
    for text in ("共 3 笔", "40,000.00 元", "全部 3", "已申请 1", "公示中 1", "已核准 1"):
        assert text in page
    for query, count in (("state=notice", 1), ("q=C%", 0), ("q=2025", 3), ("town=440605011", 0), ("mine=yes", 3)):
        text = readable(visit("officer").get(f"/office/subsidies?{query}").text)
        assert text.count("试样阀门") == count, query
    assert "试样阀门" not in visit("auditor").get("/office/subsidies?mine=yes").text
    answer = visit("officer").get("/office/subsidies/claims.xlsx?state=notice")
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[3]][1:3] == ["'=1+1 试样阀门", "91440605YYYY000127"]
    assert (sheet["R3"].value, sheet["R4"].value, sheet["A4"].value) == (20_000, 20_000, "合计")
    assert "谭专员" in str(sheet["A1"].value)
    with reading(own_town.parts.sessions) as session:
        person = f"person:{own_town.people['officer']}"
        rows = registry.audit_entries(session, own_town.actor("auditor"), subject=person).rows
        assert rows[0].detail == {"rows": 1, "asked": {"state": "notice"}}


def test_the_auditor_reads_everything_and_has_no_buttons(own_town: Town, visit: Visit) -> None:
    for name in ("claim", "noticed", "granted"):
        page = visit("auditor").get(f"/office/subsidies/{own_town.ids[name]}").text
        assert "核算" in page
        assert f'action="/office/subsidies/{own_town.ids[name]}' not in page


def test_the_public_notice_says_who_gets_what_and_nothing_personal(own_town: Town, visit: Visit) -> None:
    page = readable(visit().get("/notice").text)
    row = claim_of(own_town, "noticed")
    for text in ("佛山市南海区试样阀门有限公司", row.contract.title, "技术开发", "20,000.00 元", str(row.notice_until)):
        assert text in page
    assert row.bank_name
    for secret in (row.bank_name, "5678", "梁业主", "13700000000", "这项技术早已公开"):
        assert secret not in page
    assert claim_of(own_town, "claim").contract.title not in page
    with clock.pretend(clock.now() + LATER):
        assert "现在没有公示" in visit().get("/notice").text


def test_anybody_may_object_and_only_the_office_learns_who(own_town: Town, visit: Visit) -> None:
    address = f"/notice/{own_town.ids['noticed']}"
    refused = visit().post(address, data={"text": HOSTILE, "contact": ""})
    assert refused.status_code == 400
    assert "请留下联系方式，否则无法答复。" in refused.text
    assert HOSTILE not in refused.text
    assert "&lt;script&gt;" in refused.text
    assert visit().post(address, data={"text": HOSTILE, "contact": "匿名 13711112222"}).status_code == 303
    office = visit("officer").get(f"/office/subsidies/{own_town.ids['noticed']}").text
    assert "匿名 13711112222" in office
    assert HOSTILE not in office
    assert "匿名 13711112222" not in str([row.detail for row in log(own_town, "noticed")])
    # What is not shown cannot be objected to.
    assert visit().post(f"/notice/{own_town.ids['claim']}", data={"text": "x", "contact": "y"}).status_code == 404


def test_who_belongs_to_a_party_does_not_learn_who_objected(own_town: Town, visit: Visit) -> None:
    page = f"/office/subsidies/{own_town.ids['noticed']}"
    said, contact = "这项技术早已公开。", "陈 13700000000"
    seen = {who: readable(visit(who).get(page).text) for who in ("second_officer", "auditor")}
    assert [(said in text, contact in text) for text in seen.values()] == [(True, True), (True, False)]
    with unit(own_town.parts.sessions) as session:
        join(session, session.get_one(Person, own_town.people["officer"]), own_town.ids["organisation"])
    for address in (page, f"{page}/trace"):
        text = readable(visit("officer").get(address).text)
        assert said not in text
        assert contact not in text


def test_objections_from_one_address_are_limited(own_town: Town) -> None:
    client = own_town.client(RATELIMIT_ENABLED=True, OBJECTION_RATE="2 per hour")
    address = f"/notice/{own_town.ids['noticed']}"
    answers = [client.post(address, data={"text": f"第{n}次", "contact": "陈"}).status_code for n in range(3)]
    assert answers == [303, 303, 429]
    assert client.get("/notice").status_code == 200


def test_an_upheld_objection_sends_the_claim_back(own_town: Town, visit: Visit) -> None:
    number, voice = own_town.ids["noticed"], own_town.ids["voice"]
    page, address = f"/office/subsidies/{number}", f"/office/subsidies/{number}/voices/{voice}"
    undecided = send(visit("officer"), page, address, {"upheld": "yes", "answer": "属实", "then": ""})
    assert undecided.status_code == 400
    assert "异议成立时，请选择退回补正或不予支持。" in undecided.text
    done = send(visit("officer"), page, address, {"upheld": "yes", "answer": "属实", "then": "returned"})
    assert done.status_code == 303
    assert claim_of(own_town, "noticed").state is ClaimState.RETURNED
    # A voice is answered under its own claim only.
    wrong = f"/office/subsidies/{own_town.ids['claim']}/voices/{voice}"
    assert visit("officer").post(wrong, data={"once": "0123456789abcdef", "answer": "x"}).status_code == 404


def test_an_appeal_is_answered_by_somebody_else_than_who_refused(own_town: Town, visit: Visit) -> None:
    number = own_town.ids["claim"]
    step(visit, own_town, "officer", "claim", "refuse", reason="不符合条件。")
    send(visit("member"), f"/my/subsidies/{number}", f"/my/subsidies/{number}/appeal", {"text": "请复核。"})
    page = f"/office/subsidies/{number}"
    assert "这一步须由另一位专员办理" in readable(visit("officer").get(page).text)
    voice = claim_of(own_town, "claim").voices[0].id
    form = {"upheld": "yes", "answer": "确属技术开发。"}
    assert send(visit("second_officer"), page, f"{page}/voices/{voice}", form, kind="appeal").status_code == 303
    assert claim_of(own_town, "claim").state is ClaimState.TOWN_PASSED


def test_facts_that_changed_since_the_assessment_are_shown(own_town: Town, visit: Visit) -> None:
    with unit(own_town.parts.sessions) as session:
        contract = session.get_one(Claim, own_town.ids["noticed"]).contract
        contract.fiscal_fund, contract.related = True, RelatedParty.DECLARED
        contract.payments[0].invoice_no = ""
    page = readable(visit("officer").get(f"/office/subsidies/{own_town.ids['noticed']}").text)
    assert "核算之后，依据的事实有变化：" in page
    for said in ("财政资金项目 否 → 是", "关联关系 无关联 → 申报关联", "第 1 笔付款：发票 是 → 否"):
        assert said in page
