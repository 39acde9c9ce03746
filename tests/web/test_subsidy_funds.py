"""The money of a round: budget, batches, the pack for the payment system, what is paid, taken back and reversed."""

import json
import re
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from matchmaker.core import clock
from matchmaker.core.db import new_key
from matchmaker.core.unit import reading, unit
from matchmaker.exchange.payment_pack import MANIFEST, SHEET, check
from matchmaker.registry import queries as registry
from matchmaker.subsidies import ledger, queries, windows
from matchmaker.subsidies.models import Claim, PaymentBatch
from matchmaker.subsidies.rules import Account, ClaimState
from tests.subsidies.place import WAN, policy_text
from tests.web.filled import hidden, send
from tests.web.granted import registered
from tests.web.town import PDF, Town, readable

Visit = Callable[..., FlaskClient]
ACCOUNT = "8001000012345678"


@pytest.fixture
def visit(own_town: Town) -> Visit:
    """Everybody's one browser in a town of the test's own."""
    return cache(own_town.client)


def balances(town: Town) -> dict[Account, int]:
    with reading(town.parts.sessions) as session:
        return ledger.balances(session, window_id=town.ids["window"])


def claim_of(town: Town, name: str) -> Claim:
    with reading(town.parts.sessions) as session:
        row = queries.claim(session, town.actor("auditor"), claim_id=town.ids[name])
        session.expunge_all()
        return row


def page_of(town: Town) -> str:
    return f"/office/subsidies/windows/{town.ids['window']}"


def test_a_budget_form_sent_twice_books_once(own_town: Town, visit: Visit) -> None:
    page = page_of(own_town)
    form = hidden(visit("officer").get(page).text, f"{page}/budget") | {"amount": "6,000,000", "reason": "追加"}
    assert [visit("officer").post(f"{page}/budget", data=form).status_code for _ in range(2)] == [303, 303]
    assert balances(own_town)[Account.APPROPRIATION] == -600 * WAN
    other = visit("officer").post(f"{page}/budget", data=form | {"amount": "7000000"})
    assert other.status_code == 409
    assert "这个页面已经用过，请刷新后重试。" in other.text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"amount": "一百万", "reason": "x"}, "请填写金额（元），最多两位小数。"),
        ({"amount": "", "reason": "x"}, "请填写金额（元），最多两位小数。"),
        ({"amount": "9" * 30, "reason": "x"}, "请填写金额（元），最多两位小数。"),
        ({"amount": "6000000", "reason": ""}, "请写明原因。"),
    ],
)
def test_a_budget_that_makes_no_sense_is_said_beside_its_field(
    own_town: Town, visit: Visit, form: dict[str, object], said: str
) -> None:
    answer = send(visit("officer"), page_of(own_town), f"{page_of(own_town)}/budget", form)
    assert answer.status_code == 400
    assert said in answer.text
    assert balances(own_town)[Account.APPROPRIATION] == -500 * WAN


def test_a_budget_does_not_go_below_what_is_promised(own_town: Town, visit: Visit) -> None:
    form = {"amount": "100", "reason": "核减"}
    answer = send(visit("officer"), page_of(own_town), f"{page_of(own_town)}/budget", form)
    assert answer.status_code == 409
    assert "不能减到已核准和已拨付的金额以下。" in answer.text


def test_the_round_shows_its_money_as_a_bar_and_its_ledger(own_town: Town, visit: Visit) -> None:
    text = visit("auditor").get(page_of(own_town)).text
    page = readable(text)
    for said in ("预算5,000,000.00 元", "已核准待拨20,000.00 元", "拟支持与公示中20,000.00 元"):
        assert said in page
    assert "可用余额4,980,000.00 元" in page
    drawn = re.findall(r'class="money-(\w+)" x="(\d+)" width="(\d+)"', text)
    assert [name for name, _x, _width in drawn] == ["committed", "reserved", "available"]
    widths = [int(width) for _name, _x, width in drawn]
    assert 999 <= sum(widths) <= 1000
    assert f'action="{page_of(own_town)}' not in text


def test_the_ledger_is_read_by_the_page_and_its_sums_are_of_all(own_town: Town, visit: Visit) -> None:
    page = page_of(own_town)
    with unit(own_town.parts.sessions) as session:
        for number in range(queries.PER_PAGE):
            given = {"amount_fen": (501 + number) * WAN, "reason": f"第{number}次追加", "once": new_key()}
            windows.set_budget(session, own_town.actor("officer"), window_id=own_town.ids["window"], **given)
    newest, oldest = (visit("auditor").get(f"{page}?page={number}").text for number in (1, 2))
    assert f'href="{page}?page=2#ledger"' in newest and "第 1 页，共 2 页" in newest
    assert "第49次追加" in newest and "年度预算" not in newest
    assert "年度预算" in oldest and "第49次追加" not in oldest
    for text in (newest, oldest):
        assert "预算5,500,000.00 元" in readable(text) and "共 52 条" in readable(text)
    # What did not go through shows the newest again, with the way to the others.
    refused = send(visit("officer"), page, f"{page}/budget", {"amount": "一", "reason": "x"})
    assert f'href="{page}?page=2#ledger"' in refused.text


def test_a_wrong_entry_is_reversed_by_another_officer(own_town: Town, visit: Visit) -> None:
    page, first = page_of(own_town), own_town.ids["entry"]
    send(visit("officer"), page, f"{page}/budget", {"amount": "6000000", "reason": "追加"})
    with reading(own_town.parts.sessions) as session:
        wrong = ledger.entries(session, window_id=own_town.ids["window"])[-1].id
    address = f"{page}/entries/{wrong}/reverse"
    assert send(visit("officer"), page, address, {"reason": "录错"}).status_code == 403
    assert send(visit("second_officer"), page, address, {"reason": "录错"}).status_code == 303
    assert balances(own_town)[Account.APPROPRIATION] == -500 * WAN
    text = visit("officer").get(page).text
    assert f"冲正第 {wrong} 号" in text
    assert address not in text
    # An entry of one round is not another one's.
    forged = visit("second_officer").post(
        "/office/subsidies/windows/999/entries/1/reverse", data={"once": "0123456789ab"}
    )
    assert forged.status_code == 404
    # What is promised already cannot be taken from under it.
    answer = send(visit("second_officer"), page, f"{page}/entries/{first}/reverse", {"reason": "录错"})
    assert answer.status_code == 409
    assert "账户余额不足，没有入账。" in answer.text
    assert balances(own_town)[Account.APPROPRIATION] == -500 * WAN


def test_a_round_is_opened_under_a_version(own_town: Town, visit: Visit) -> None:
    page = "/office/subsidies/windows"
    form: dict[str, object] = {"policy_row_id": own_town.ids["policy"], "year": 2031, "title": "2031 年奖补"}
    form |= {"limited": "false", "opens_on": "2031-03-01"}
    wrong = send(visit("officer"), page, "", form | {"closes_on": "2031-02-01"})
    assert wrong.status_code == 400
    assert "截止日期不能早于开始日期。" in wrong.text
    assert 'value="2031 年奖补"' in wrong.text
    done = send(visit("officer"), page, "", form | {"closes_on": "2031-03-31"})
    assert done.status_code == 303
    assert "不设上限" in visit("officer").get(done.location).text


def test_looking_for_contracts_by_hand_says_how_many(own_town: Town, visit: Visit) -> None:
    with unit(own_town.parts.sessions) as session:
        registered(session, own_town)
    answer = visit("officer").post(f"{page_of(own_town)}/find", follow_redirects=True)
    assert "新找到 1 份可以申领的合同，已通知单位。" in answer.text


def pack(visit: Visit, town: Town, who: str = "officer", purpose: str = "移交区财政国库支付") -> TestResponse:
    page = f"/office/subsidies/batches/{town.ids['batch']}"
    with send(visit(who), page, f"{page}/pack.zip", {"purpose": purpose}) as answer:
        # Read to the end, or the file behind it stays open.
        assert answer.data
        return answer


def test_the_pack_needs_a_purpose_is_whole_and_is_on_record(own_town: Town, visit: Visit) -> None:
    batch = own_town.ids["batch"]
    refused = pack(visit, own_town, purpose=" ")
    assert refused.status_code == 400
    assert "请先填写内容。" in refused.text
    answer = pack(visit, own_town)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Cache-Control"] == "private, no-store"
    content = answer.data
    assert check(BytesIO(content)).odd == ()
    with zipfile.ZipFile(BytesIO(content)) as opened:
        manifest = json.loads(opened.read(MANIFEST))
        sheet = load_workbook(BytesIO(opened.read(SHEET))).active
        scans = [opened.read(name) for name in opened.namelist() if name.endswith(".pdf")]
    assert manifest["total"] == "20,000.00"
    assert sheet is not None
    assert (sheet["E3"].value, sheet["F3"].value) == (ACCOUNT, 20_000)
    assert PDF in scans
    with reading(own_town.parts.sessions) as session:
        row = session.get_one(PaymentBatch, batch)
        subject = f"subsidy_batch:{batch}"
        entries = registry.audit_entries(session, own_town.actor("auditor"), subject=subject).rows
        assert [one.detail["purpose"] for one in entries] == ["移交区财政国库支付"]
        assert row.sha256 in visit("auditor").get(f"/office/subsidies/batches/{batch}").text
    assert pack(visit, own_town, who="second_officer").data == content


def test_a_pack_is_held_against_its_batch(own_town: Town, visit: Visit) -> None:
    page = f"/office/subsidies/batches/{own_town.ids['batch']}"
    content = pack(visit, own_town).data

    def told(sent: bytes) -> tuple[int, str]:
        answer = send(visit("auditor"), page, f"{page}/check", {"pack": (BytesIO(sent), "batch.zip")})
        return answer.status_code, readable(answer.text)

    status, page_text = told(content)
    assert status == 200
    assert "与移交时一致，每个文件都没有改动。" in page_text
    at = content.index(b"%PDF-1.4\n1 0 obj")
    status, page_text = told(content[:at] + b"%PDF-1.5" + content[at + 8 :])
    assert status == 400
    assert "这个文件不是资金包，或资金包已损坏。" in page_text
    other = BytesIO()
    with zipfile.ZipFile(other, "w") as made:
        made.writestr(MANIFEST, json.dumps({"files": {}, "payees": [], "total_fen": 0}))
    assert "不是这一批移交的资金包。" in told(other.getvalue())[1]
    assert "这个文件不是资金包" in told(b"")[1]
    assert "请选择资金包（.zip）。" in visit("officer").post(f"{page}/check").text


def test_the_page_of_a_batch_shows_accounts_by_their_last_digits(own_town: Town, visit: Visit) -> None:
    text = visit("officer").get(f"/office/subsidies/batches/{own_town.ids['batch']}").text
    assert ACCOUNT not in text
    assert ACCOUNT[-4:] in text
    assert "导出资金包" not in visit("auditor").get(f"/office/subsidies/batches/{own_town.ids['batch']}").text


def test_papers_that_changed_since_the_hand_over_stop_the_pack(own_town: Town, visit: Visit) -> None:
    assert pack(visit, own_town).status_code == 200
    with unit(own_town.parts.sessions) as session:
        session.get_one(PaymentBatch, own_town.ids["batch"]).sha256 = "0" * 64
    answer = pack(visit, own_town)
    assert answer.status_code == 409
    assert "这一批的材料与首次移交时不同，没有导出。" in answer.text


def test_what_the_payment_system_paid_is_recorded_with_its_receipt_once(own_town: Town, visit: Visit) -> None:
    number = own_town.ids["granted"]
    page, address = f"/office/subsidies/{number}", f"/office/subsidies/{number}/paid"
    with clock.pretend(clock.now() + timedelta(days=21)):
        officer = own_town.client("second_officer")
        form = hidden(officer.get(page).text, address) | {"paid_on": clock.today().isoformat()}
        early = officer.post(address, data=form | {"paid_on": "2001-01-01"})
        assert early.status_code == 400
        assert "拨付日期须在核准日与今天之间。" in early.text
        for _ in range(2):
            sent = form | {"receipt": (BytesIO(PDF), "回单.pdf")}
            assert officer.post(address, data=sent).status_code == 303
    row = claim_of(own_town, "granted")
    assert row.state is ClaimState.PAID
    assert balances(own_town)[Account.PAID] == 2 * WAN
    with reading(own_town.parts.sessions) as session:
        names = [one.name for one in queries.files_of(session, [row])[number]]
    assert names.count("回单.pdf") == 1


def test_who_approved_does_not_record_the_payment(own_town: Town, visit: Visit) -> None:
    number = own_town.ids["granted"]
    assert "前一步由您作出" in readable(visit("officer").get(f"/office/subsidies/{number}").text)
    row = claim_of(own_town, "granted")
    form = {"once": "0123456789abcdef", "revision": str(row.revision), "paid_on": date.today().isoformat()}
    assert visit("officer").post(f"/office/subsidies/{number}/paid", data=form).status_code == 403


def test_what_was_not_paid_leaves_its_batch_and_goes_into_another(own_town: Town, visit: Visit) -> None:
    number = own_town.ids["granted"]
    page = f"/office/subsidies/{number}"
    assert send(visit("second_officer"), page, f"{page}/take-out", {"reason": "户名不符，退票"}).status_code == 303
    window = page_of(own_town)
    none = send(visit("second_officer"), window, f"{window}/batches", {})
    assert none.status_code == 400
    assert "请至少选择一笔申领。" in none.text
    # The claw-back that waits keeps it out of the next batch.
    answer = send(visit("second_officer"), window, f"{window}/batches", {"claims": str(number)})
    assert answer.status_code == 409
    assert "所选申领里有不能拨付的" in answer.text
    back = f"{page}/claw-backs/{own_town.ids['claw_back']}"
    assert send(visit("officer"), page, back, {"action": "drop", "answer": "核实无误"}).status_code == 303
    answer = send(visit("second_officer"), window, f"{window}/batches", {"claims": str(number)})
    assert answer.status_code == 303
    assert "第 2 批" in visit("officer").get(answer.location).text


def test_money_is_taken_back_by_two_and_booked_as_it_returns(own_town: Town, visit: Visit) -> None:
    number, back = own_town.ids["granted"], own_town.ids["claw_back"]
    page = f"/office/subsidies/{number}"
    address = f"{page}/claw-backs/{back}"
    assert "由您提出，须由另一位专员确认。" in visit("second_officer").get(page).text
    form = {"once": "0123456789abcdef", "action": "confirm", "answer": "属实"}
    assert visit("second_officer").post(address, data=form).status_code == 403
    assert visit("officer").post(address, data=form).status_code == 409
    with clock.pretend(clock.now() + timedelta(days=21)):
        second, first = own_town.client("second_officer"), own_town.client("officer")
        send(second, page, f"{page}/paid", {"paid_on": clock.today().isoformat()})
        confirmed = send(first, page, address, {"action": "confirm", "answer": "属实"})
        assert confirmed.status_code == 303
        assert balances(own_town)[Account.RECEIVABLE] == WAN
        much = send(first, page, address, {"amount": "20000", "on": clock.today().isoformat()}, action="recover")
        assert much.status_code == 400
        assert "不超过还没有追回的部分" in much.text
        some = send(first, page, address, {"amount": "4000", "on": clock.today().isoformat()}, action="recover")
        assert some.status_code == 303
    assert balances(own_town)[Account.RECEIVABLE] == WAN - 400_000


POLICIES = "/office/policies"


def test_a_version_is_loaded_and_compared_with_the_one_before(own_town: Town, visit: Visit) -> None:
    answer = send(visit("officer"), POLICIES, "", {"text": policy_text(version="2", rate="0.08")})
    assert answer.status_code == 303
    page = readable(visit("auditor").get(answer.location).text)
    assert "与上一版 1 的差别" in page
    assert "+ buyer: {enabled: true, rates: {DEV: 0.08" in page
    assert "8 %" in page
    row = int(answer.location.rsplit("/", 1)[1])
    dry = f"{page_of(own_town)}/dry-run?policy={row}"
    text = readable(visit("officer").get(dry).text)
    for said in ("现行 1", "试算 2", "+12,000.00 元", "相差 +36,000.00 元"):
        assert said in text
    book = load_workbook(BytesIO(visit("auditor").get(dry.replace("dry-run", "dry-run.xlsx")).data))
    assert book.sheetnames == ["逐笔", "按单位"]
    assert [cell.value for cell in book["逐笔"]["J"][2:]] == [12_000, 12_000, 12_000, 36_000]
    assert [cell.value for cell in book["按单位"][4]] == ["合计", None, 60_000, 96_000, 36_000]
    # Only looked at: nothing was decided anew.
    assert [claim_of(own_town, name).amount_fen for name in ("noticed", "granted")] == [2 * WAN, 2 * WAN]


def test_a_file_is_read_as_well_as_pasted_text(visit: Visit) -> None:
    file = (BytesIO(b"\xef\xbb\xbf" + policy_text(version="3").encode()), "policy.yaml")
    assert send(visit("officer"), POLICIES, "", {"file": file}).status_code == 303


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"text": " "}, "请选择文件，或粘贴政策全文。"),
        ({"file": (b"\xff\xfe\x00", "policy.yaml")}, "文件不是 UTF-8 编码的文本。"),
        ({"text": policy_text(version="9").replace("caps:", "capz:")}, "capz：没有这个键，是不是 caps？"),
        (
            {"text": policy_text(version="9", rate="five")},
            "第 9 行 beneficiaries.buyer.rates.DEV：请写小数，例如 0.05。现在写的是 'five'。",
        ),
        ({"text": policy_text(version="9", cap=-4)}, "不能小于 0。现在写的是 -4。"),
        ({"text": policy_text(version="9").replace("party: exclude", "party: no")}, "只能写 'exclude'、'allow'。"),
        ({"text": policy_text(version="9").replace("title:", "source: a\ntitle:")}, "写了两次，前一次在第 4 行。"),
        ({"text": "a: [1"}, "第 1 行 file"),
        ({"text": policy_text().replace("试验办法", "另一个")}, "同一政策同一版本已经载入过"),
    ],
)
def test_a_policy_that_cannot_be_loaded_is_refused_by_line_and_key(
    own_town: Town, visit: Visit, form: dict[str, object], said: str
) -> None:
    if "file" in form:
        content, name = form["file"]  # type: ignore[misc]
        form = {"file": (BytesIO(content), name)}
    answer = send(visit("officer"), POLICIES, "", form)
    assert answer.status_code in (400, 409)
    assert said in readable(answer.text)
    if text := str(form.get("text", "")).strip():
        # What was pasted is not lost.
        assert text.splitlines()[-1] in readable(answer.text)
