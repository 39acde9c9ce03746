"""An organisation's subsidies: what was found for it, one confirmation, what it sees of the office, and its appeal."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.unit import reading, unit
from matchmaker.subsidies import finding, queries, reviewing
from matchmaker.subsidies.models import Claim, ClaimStep, Window
from matchmaker.subsidies.rules import ClaimState
from tests.web.filled import hidden, send
from tests.web.granted import BASE, PDF, do, registered
from tests.web.town import Town, readable

Visit = Callable[..., FlaskClient]
ACCOUNT = "6228 4800 1234 5678 9012"
CONFIRM: dict[str, object] = {"declared": "true", "bank_name": "佛山农商银行丹灶支行", "bank_account": ACCOUNT}


@pytest.fixture
def visit(own_town: Town) -> Visit:
    """Everybody's one browser in a town of the test's own."""
    return cache(own_town.client)


@pytest.fixture
def found(own_town: Town) -> int:
    """A claim that the platform found for the member's organisation; its number."""
    with unit(own_town.parts.sessions) as session:
        contract = registered(session, own_town)
        window = session.get_one(Window, own_town.ids["window"])
        made = finding.find_eligible(session, window=window, today=clock.today(), base=BASE)
        return next(one.id for one in made if one.contract_id == contract.id)


def claim_of(town: Town, number: int) -> Claim:
    with reading(town.parts.sessions) as session:
        row = queries.claim(session, town.actor("auditor"), claim_id=number)
        session.expunge_all()
        return row


def refuse(town: Town, number: int, reason: str) -> None:
    with unit(town.parts.sessions) as session:
        claim = session.get_one(Claim, number)
        do(session, reviewing.refuse, claim, town.actor("second_officer"), reason=reason)


def steps(session: Session, number: int) -> list[ClaimState]:
    return [row.after for row in session.query(ClaimStep).filter_by(claim_id=number).order_by(ClaimStep.id)]


def test_what_was_found_says_how_much_by_which_policy_and_why(visit: Visit, found: int) -> None:
    assert "免申即享" in visit("member").get("/my/subsidies").text
    page = readable(visit("member").get(f"/my/subsidies/{found}").text)
    for text in ("20,000.00 元", "× 5 % = 20,000 元", "试验办法（NH-TEST，版本 1），test", "确认即可申领"):
        assert text in page
    # What is missing, and how to get it.
    assert "收款账户 确认时填写本单位账户。" in page


def test_one_confirmation_is_the_whole_application_and_sent_twice_is_done_once(
    own_town: Town, visit: Visit, found: int
) -> None:
    page, address = f"/my/subsidies/{found}", f"/my/subsidies/{found}/confirm"
    form = hidden(visit("member").get(page).text, address) | CONFIRM
    assert [visit("member").post(address, data=form).status_code for _ in range(2)] == [303, 303]
    row = claim_of(own_town, found)
    assert (row.state, row.bank_name, row.declared) == (ClaimState.APPLIED, "佛山农商银行丹灶支行", True)
    with reading(own_town.parts.sessions) as session:
        assert steps(session, found) == [ClaimState.FOUND, ClaimState.APPLIED]


def test_the_account_is_kept_sealed_and_shown_by_its_last_digits(own_town: Town, visit: Visit, found: int) -> None:
    send(visit("member"), f"/my/subsidies/{found}", f"/my/subsidies/{found}/confirm", CONFIRM)
    digits = ACCOUNT.replace(" ", "")
    assert digits not in claim_of(own_town, found).bank_account
    for who, page in (("member", f"/my/subsidies/{found}"), ("officer", f"/office/subsidies/{found}")):
        text = visit(who).get(page).text
        assert digits not in text.replace(" ", "")
        assert "9012" in text


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"bank_account": "12"}, "银行账号应为 8 到 32 位数字。"),
        ({"bank_account": "<script>"}, "银行账号应为 8 到 32 位数字。"),
        ({"bank_name": ""}, "请填写这一项。"),
        ({"declared": ""}, "请填写这一项。"),
        ({"declared": "false"}, "须勾选声明才能申领。"),
        ({"higher_level_aid": "1.234"}, "请填写金额（元），最多两位小数。"),
        ({"higher_level_aid": "-5"}, "请填写金额（元），最多两位小数。"),
    ],
)
def test_what_cannot_be_confirmed_is_said_beside_its_field_and_nothing_is_lost(
    own_town: Town, visit: Visit, found: int, over: dict[str, object], said: str
) -> None:
    form = CONFIRM | {"higher_level_aid": "1200"} | over
    answer = send(visit("member"), f"/my/subsidies/{found}", f"/my/subsidies/{found}/confirm", form)
    assert answer.status_code == 400
    assert said in answer.text
    kept = str(form["bank_name"])
    assert f'value="{kept}"' in answer.text
    assert claim_of(own_town, found).state is ClaimState.FOUND


def test_a_form_opened_before_something_changed_says_what_changed_and_does_nothing(
    own_town: Town, visit: Visit, found: int
) -> None:
    address = f"/my/subsidies/{found}/confirm"
    form = hidden(visit("member").get(f"/my/subsidies/{found}").text, address) | CONFIRM
    paper = {"purpose": "statement", "file": (BytesIO(PDF), "说明.pdf")}
    assert visit("colleague").post(f"/my/subsidies/{found}/files", data=paper).status_code == 303
    answer = visit("member").post(address, data=form)
    assert answer.status_code == 409
    page = readable(answer.text)
    assert "您打开页面之后，这笔申领有了变化，没有办理。" in page
    assert "李同事 · 添加了附件" in page
    assert 'value="佛山农商银行丹灶支行"' in answer.text
    assert claim_of(own_town, found).state is ClaimState.FOUND


def test_papers_are_added_seen_and_taken_out_again(visit: Visit, found: int) -> None:
    page, address = f"/my/subsidies/{found}", f"/my/subsidies/{found}/files"
    wrong = send(visit("member"), page, address, {"purpose": "statement", "file": (BytesIO(b"MZ"), "说明.exe")})
    assert wrong.status_code == 400
    assert "只接受 PDF、PNG、JPEG 和不含宏的 Office 文件。" in wrong.text
    none = send(visit("member"), page, address, {"purpose": "statement"})
    assert "请选择文件。" in none.text
    send(visit("member"), page, address, {"purpose": "aid", "file": (BytesIO(PDF), "省级资助.pdf")})
    text = visit("member").get(page).text
    assert "省级资助.pdf" in text
    link = text.split("省级资助.pdf")[0].rsplit('href="', 1)[1].split('"')[0]
    with visit("member").get(link) as paper:
        assert (paper.data, paper.headers["Content-Security-Policy"]) == (PDF, "default-src 'none'; sandbox")
    assert visit("stranger").get(link).status_code == 404
    assert visit("member").post(f"{link}/withdraw").status_code == 303
    assert "省级资助.pdf" not in visit("member").get(page).text


def test_a_claim_is_withdrawn_with_a_reason(own_town: Town, visit: Visit, found: int) -> None:
    page, address = f"/my/subsidies/{found}", f"/my/subsidies/{found}/withdraw"
    refused = send(visit("member"), page, address, {"reason": " "})
    assert refused.status_code == 400
    assert "请写明原因。" in refused.text
    assert send(visit("member"), page, address, {"reason": "改由卖方申领"}).status_code == 303
    assert claim_of(own_town, found).state is ClaimState.WITHDRAWN


def test_what_was_not_found_is_applied_for_once(own_town: Town, visit: Visit) -> None:
    with unit(own_town.parts.sessions) as session:
        contract = registered(session, own_town).id
    text = visit("member").get("/my/subsidies").text
    link = next(part.split('"')[0] for part in text.split('href="') if f"contract_id={contract}" in part)
    link = link.replace("&amp;", "&")
    form = hidden(visit("member").get(link).text, "") | CONFIRM
    first = visit("member").post("/my/subsidies/apply", data=form)
    assert first.status_code == 303
    assert visit("member").post("/my/subsidies/apply", data=form).location == first.location
    number = int(first.location.rsplit("/", 1)[1])
    assert claim_of(own_town, number).contract_id == contract
    assert link not in visit("member").get("/my/subsidies").text.replace("&amp;", "&")
    # Somebody else's contract is nobody else's business.
    assert visit("newcomer").post("/my/subsidies/apply", data=form).status_code == 404


def test_a_refusal_shows_its_reason_and_is_appealed_against(own_town: Town, visit: Visit) -> None:
    number = own_town.ids["claim"]
    refuse(own_town, number, "合同标的是<b>货物</b>采购。")
    page, address = f"/my/subsidies/{number}", f"/my/subsidies/{number}/appeal"
    assert "合同标的是&lt;b&gt;货物&lt;/b&gt;采购。" in visit("member").get(page).text
    assert send(visit("member"), page, address, {"text": ""}).status_code == 400
    answer = send(visit("member"), page, address, {"text": "标的是密封结构的开发，附技术协议。"})
    assert answer.status_code == 303
    assert "标的是密封结构的开发" in visit("officer").get(f"/office/subsidies/{number}").text
    again = send(visit("member"), page, address, {"text": "再说一遍。"})
    assert again.status_code == 409
    assert "已有一份申诉正在复核。" in again.text


def test_after_sixty_days_nobody_appeals_any_more(own_town: Town, visit: Visit) -> None:
    number = own_town.ids["claim"]
    with clock.pretend(clock.now() - timedelta(days=61)):
        refuse(own_town, number, "不符合条件。")
    form = {"once": "0123456789abcdef", "text": "现在才看到。"}
    answer = visit("member").post(f"/my/subsidies/{number}/appeal", data=form)
    assert answer.status_code == 409
    assert "已经超过期限。" in answer.text


def test_an_objector_stays_unknown_to_the_applicant(own_town: Town, visit: Visit) -> None:
    page = visit("member").get(f"/my/subsidies/{own_town.ids['noticed']}").text
    assert "异议" in page
    assert "这项技术早已公开" not in page
    assert "13700000000" not in page


def test_without_anything_to_claim_the_page_says_what_to_do(visit: Visit) -> None:
    assert "正在受理" in visit("newcomer").get("/my/subsidies").text
    answer = visit("newcomer").get("/my/subsidies/apply?window_id=1&contract_id=x&role=buyer")
    assert (answer.status_code, answer.location) == (303, "/my/subsidies")
