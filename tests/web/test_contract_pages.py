"""A contract's page and its steps: what is next, the money, the papers, related parties, the form for the registry."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from matchmaker.accounts.models import Person
from matchmaker.audit.models import AuditEntry
from matchmaker.contracts.rules import ContractState, RelatedParty
from matchmaker.core import clock
from matchmaker.core.unit import reading, unit
from tests.web.people import join
from tests.web.test_contract_form import contract, faults
from tests.web.town import PDF, REDACTED_OWNER, Town, readable

NUMBER = "2026440601000777"


def place(town: Town, rest: str = "", name: str = "contract") -> str:
    return f"/my/contracts/{town.ids[name]}{rest}"


def post(town: Town, who: str, rest: str, **form: object) -> Any:
    """Send a form of the contract's page; `__` in a name stands for a dot."""
    data = {name.replace("__", "."): value for name, value in form.items()}
    return town.client(who).post(place(town, rest), data=data)


def scan() -> tuple[BytesIO, str]:
    return BytesIO(PDF), "扫描件.pdf"


def step(town: Town, who: str, state: str, **form: object) -> Any:
    """Take a step today with the revision that the page would carry."""
    known = contract(town, town.ids["contract"])
    given = {"revision": known.revision, "happened_on": clock.today().isoformat()}
    return post(town, who, f"/steps/{state}", **(given | form))


def register(town: Town, **form: object) -> Any:
    """Hand it in, and enter what the certificate says."""
    step(town, "member", "submitted")
    given = {"registration_no": NUMBER, "registrar": "佛山市技术合同登记站", "paper": scan()}
    return step(town, "officer", "registered", **(given | form))


def test_the_page_says_where_it_stands_and_what_is_next_until_when(town: Town) -> None:
    row = contract(town, town.ids["contract"])
    page = readable(town.client("member").get(place(town)).text)
    assert f"须在有效期内由卖方登记，截至 {row.valid_until}" in page
    for text in (
        row.title,
        REDACTED_OWNER,
        "2,400,000.00",
        "2,000,000.00",
        "1,400,000.00",
        "F0001",
        "合同.pdf",
        "已付清",
    ):
        assert text in page, text
    # Of two instalments one is paid, and the other is not due yet.
    assert page.count("已付清") == 1
    assert "没有附合同文本" not in page


def test_the_list_says_the_same_in_a_line(town: Town) -> None:
    page = readable(town.client("member").get("/my/contracts").text)
    assert "须在有效期内由卖方登记" in page
    assert "补齐资料，双方签章后标记为已签约" in page
    assert "已签约 1" in page
    assert "我的技术合同" in town.client("stranger").get("/my/contracts").text
    assert "还没有技术合同" in town.client("newcomer").get("/my/contracts").text


def test_every_finding_leads_to_the_field_to_mend(town: Town) -> None:
    page = town.client("member").get(place(town, name="draft_contract")).text
    edit = place(town, "/edit", "draft_contract")
    assert f'href="{edit}#signed_on"' in page or f'href="{edit}#valid_from"' in page
    form = town.client("member").get(edit).text
    fields = {part.split('"', 1)[0] for part in page.split(f'href="{edit}#')[1:]}
    assert fields
    assert [name for name in fields if f'id="{name}"' not in form] == []


@pytest.mark.parametrize("who", ["stranger", "auditor"])
def test_who_only_reads_finds_no_buttons_that_would_be_refused(town: Town, who: str) -> None:
    page = town.client(who).get(place(town)).text
    assert "/steps/" not in page
    assert "/edit" not in page.split("<main", 1)[1]
    assert ("/payments/new" in page) is (who == "stranger")


def test_the_seller_hands_it_in_and_an_officer_registers_it(own_town: Town) -> None:
    assert step(own_town, "member", "submitted").status_code == 303
    missing = step(own_town, "officer", "registered", registration_no="12", registrar="")
    assert missing.status_code == 400
    assert faults(missing.text)["registration_no"] == "登记编号应为 14 或 16 位数字。"
    without = step(own_town, "officer", "registered", registration_no=NUMBER, registrar="登记站")
    assert faults(without.text) == {"paper": "请上传登记证明的扫描件。"}
    assert NUMBER in without.text
    assert register(own_town).status_code == 303
    row = contract(own_town, own_town.ids["contract"])
    assert (row.state, row.registration_no) == (ContractState.REGISTERED, NUMBER)
    page = readable(own_town.client("member").get(place(own_town)).text)
    assert NUMBER in page
    assert "收付下一期：验收" in page


def test_a_change_registration_keeps_the_amounts_before(own_town: Town) -> None:
    register(own_town)
    over = {"amount__total": "230 万元", "amount__technology": "1,900,000", "reason": "减少样机"}
    refused = step(own_town, "officer", "changed", **(over | {"amount__technology": "3000000"}))
    assert faults(refused.text) == {"amount.technology": "技术交易额不能大于合同成交额。"}
    assert 'value="230 万元"' in refused.text
    assert step(own_town, "officer", "changed", **over).status_code == 303
    row = contract(own_town, own_town.ids["contract"])
    assert [one.total_fen for one in row.amounts] == [240_000_000, 230_000_000]
    page = readable(own_town.client("auditor").get(place(own_town)).text)
    assert "2,300,000.00 / 1,900,000.00" in page
    assert "减少样机" in page


@pytest.mark.parametrize("state", ["supplement", "refused"])
def test_what_comes_back_says_why(own_town: Town, state: str) -> None:
    step(own_town, "member", "submitted")
    silent = step(own_town, "officer", state)
    assert faults(silent.text) == {"reason": "请写明原因，1000 字以内。"}
    assert step(own_town, "officer", state, reason="指标没有检测方法").status_code == 303
    assert "指标没有检测方法" in own_town.client("stranger").get(place(own_town)).text


def test_a_deal_whose_contract_fell_through_says_so_and_how_to_end_it(own_town: Town) -> None:
    deal = f"/my/deals/{own_town.ids['deal']}"
    assert "技术合同已注销" not in readable(own_town.client("member").get(deal).text)
    known = contract(own_town, own_town.ids["draft_contract"])
    form = {"revision": known.revision, "happened_on": clock.today().isoformat(), "reason": "双方不再合作"}
    address = place(own_town, "/steps/cancelled", "draft_contract")
    assert own_town.client("member").post(address, data=form).status_code == 303
    for who in ("member", "stranger", "officer"):
        page = own_town.client(who).get(deal).text
        assert f"技术合同已注销： {known.title}" in readable(page).replace("：", "： ").replace("  ", " ")
        # The button that ends the deal is there without another click.
        assert "<details open><summary>退回或终止" in page
    assert "技术合同已注销" not in readable(own_town.client("organiser").get("/office/deals").text)


def test_what_the_registry_decides_is_not_the_sellers_to_say(own_town: Town) -> None:
    step(own_town, "member", "submitted")
    assert step(own_town, "member", "registered", registration_no=NUMBER, registrar="登记站").status_code == 403
    assert own_town.client("member").get(place(own_town, "/steps/registered")).status_code == 403
    assert contract(own_town, own_town.ids["contract"]).state is ContractState.SUBMITTED


def test_a_step_that_does_not_follow_is_explained(own_town: Town) -> None:
    page = own_town.client("officer").get(place(own_town, "/steps/registered"))
    assert "不能直接变为“已登记”" in readable(page.text)
    answer = step(own_town, "officer", "registered", registration_no=NUMBER, registrar="登记站", paper=scan())
    assert answer.status_code == 303
    assert contract(own_town, own_town.ids["contract"]).state is ContractState.SIGNED
    assert own_town.client("officer").get(place(own_town, "/steps/elsewhere")).status_code == 404


def test_signing_names_what_the_record_still_lacks(own_town: Town) -> None:
    known = contract(own_town, own_town.ids["draft_contract"])
    data = {"revision": known.revision, "happened_on": clock.today().isoformat()}
    answer = own_town.client("member").post(place(own_town, "/steps/signed", "draft_contract"), data=data)
    assert answer.status_code == 400
    assert "有效期止: 签约的合同须填写这一项。" in readable(answer.text)


def test_an_older_page_does_not_move_it(own_town: Town) -> None:
    answer = step(own_town, "member", "submitted", revision=1)
    assert answer.status_code == 303
    assert contract(own_town, own_town.ids["contract"]).state is ContractState.SIGNED


def pay(town: Town, who: str = "member", **over: object) -> Any:
    given = {"kind": "payment", "paid_on": clock.today().isoformat(), "amount": "100,000.00"}
    return post(town, who, "/payments/new", **(given | over))


def test_money_is_entered_with_its_papers(own_town: Town) -> None:
    assert pay(own_town, amount="20 万元", invoice=scan(), receipt=scan(), receipt_no="H0002").status_code == 303
    row = contract(own_town, own_town.ids["contract"])
    assert row.paid_fen == 160_000_000
    assert all((row.payments[-1].invoice_file_id, row.payments[-1].receipt_file_id))
    assert "1,600,000.00" in own_town.client("stranger").get(place(own_town)).text


@pytest.mark.parametrize(
    ("over", "field", "message"),
    [
        ({"amount": ""}, "amount", "请填写这一项。"),
        ({"amount": "一百"}, "amount", "请填写金额"),
        ({"amount": "1,000,000.01"}, "amount", "累计收付超过了合同成交额"),
        ({"kind": "refund", "amount": "1,400,000.01"}, "amount", "退款超过了已收付的金额。"),
        ({"technology": "100,000.01"}, "technology", "技术部分不能大于这笔金额。"),
        ({"paid_on": "2099-01-01"}, "paid_on", "日期不能晚于今天。"),
        ({"receipt_no": "H0001"}, "receipt_no", "这个回单号已经登记过。"),
        ({"kind": "gift"}, "kind", "不在允许的取值里"),
    ],
)
def test_money_that_cannot_be_is_refused_beside_its_field(
    own_town: Town, over: dict[str, str], field: str, message: str
) -> None:
    answer = pay(own_town, note="备注留着", **over)
    assert answer.status_code == 400
    assert faults(answer.text)[field].startswith(message), faults(answer.text)
    assert "备注留着" in answer.text
    assert contract(own_town, own_town.ids["contract"]).paid_fen == 140_000_000


def test_the_buyer_shows_the_bank_slip(own_town: Town) -> None:
    assert faults(pay(own_town, who="stranger").text) == {"receipt": "请上传银行回单。"}
    assert pay(own_town, who="stranger", receipt=scan()).status_code == 303


def test_a_wrong_entry_is_withdrawn_and_stays_to_be_seen(own_town: Town) -> None:
    one = f"/payments/{own_town.ids['payment']}"
    silent = post(own_town, "member", f"{one}/withdraw", reason=" ")
    assert faults(silent.text) == {"reason": "请写明原因，1000 字以内。"}
    assert post(own_town, "member", f"{one}/withdraw", reason="重复登记").status_code == 303
    row = contract(own_town, own_town.ids["contract"])
    assert (row.paid_fen, row.payments[0].withdrawn_reason) == (0, "重复登记")
    assert "重复登记" in own_town.client("auditor").get(place(own_town)).text
    assert post(own_town, "member", f"{one}/withdraw", reason="再撤一次").status_code == 303


def test_a_paper_that_was_missing_is_added_later(own_town: Town) -> None:
    one = f"/payments/{own_town.ids['payment']}"
    assert faults(post(own_town, "member", f"{one}/papers").text) == {"invoice": "请先选择文件。"}
    text = (BytesIO(b"just words"), "发票.pdf")
    assert "只接受 PDF" in post(own_town, "member", f"{one}/papers", invoice=text).text
    assert post(own_town, "member", f"{one}/papers", invoice=scan()).status_code == 303
    number = contract(own_town, own_town.ids["contract"]).payments[0].invoice_file_id
    with own_town.client("stranger").get(place(own_town, f"/files/{number}")) as answer:
        assert answer.data == PDF
    other = f"/my/contracts/{own_town.ids['draft_contract']}/payments/{own_town.ids['payment']}"
    assert own_town.client("member").get(other).status_code in (403, 404)


def test_papers_come_with_their_purpose_and_go(own_town: Town) -> None:
    assert faults(post(own_town, "member", "/files", purpose="text").text) == {"paper": "请先选择文件。"}
    assert "请选择文件的用途" in post(own_town, "member", "/files", purpose="novel", paper=scan()).text
    assert post(own_town, "member", "/files", purpose="ip_proof", paper=scan()).status_code == 303
    assert "知识产权证明" in readable(own_town.client("member").get(place(own_town)).text)
    paper = f"/files/{own_town.ids['contract_paper']}"
    assert post(own_town, "member", f"{paper}/withdraw").status_code == 303
    assert "合同.pdf" not in own_town.client("member").get(place(own_town)).text
    assert own_town.client("member").get(place(own_town, paper)).status_code == 404


def test_a_tie_is_declared_and_an_officer_says_what_it_is(own_town: Town) -> None:
    assert faults(post(own_town, "member", "/related", word="declare", note="x").text)["note"].startswith("太短")
    assert post(own_town, "member", "/related", word="declare", note="同一集团").status_code == 303
    assert contract(own_town, own_town.ids["contract"]).related is RelatedParty.DECLARED
    assert post(own_town, "member", "/related", word="clear", evidence="我说没有").status_code == 403
    cleared = post(own_town, "officer", "/related", word="clear", evidence="已查工商档案", proof=scan())
    assert cleared.status_code == 303
    assert contract(own_town, own_town.ids["contract"]).related is RelatedParty.CLEARED
    page = readable(own_town.client("stranger").get(place(own_town)).text)
    assert "已核实排除" in page
    assert "已查工商档案" in page
    assert post(own_town, "member", "/related", word="shout", note="x").status_code == 400


def test_the_registration_form_comes_as_workbook_and_as_pdf(town: Town) -> None:
    sheet = town.client("stranger").get(place(town, "/registration-form.xlsx"))
    texts = [cell.value for row in load_workbook(BytesIO(sheet.data)).active.iter_rows() for cell in row]  # type: ignore[union-attr]
    assert REDACTED_OWNER in texts
    assert "2,400,000.00" in texts
    pdf = town.client("auditor").get(place(town, "/registration-form.pdf"))
    assert (pdf.mimetype, pdf.data[:4]) == ("application/pdf", b"%PDF")
    assert pdf.headers["Content-Disposition"].startswith("attachment")


def test_in_english_the_page_speaks_english(town: Town) -> None:
    client = town.client("member")
    client.get("/language/en")
    page = readable(client.get(place(town)).text)
    assert "The seller must register it while it is valid, until" in page
    assert "Technology development" in page
    assert "Pre-check for registration" in page


def test_nobody_decides_about_their_own_organisations_contract_and_trying_is_remembered(own_town: Town) -> None:
    step(own_town, "member", "submitted")
    with unit(own_town.parts.sessions) as session:
        officer = session.get_one(Person, own_town.people["officer"])
        join(session, officer, own_town.ids["organisation"])
    given = {"registration_no": NUMBER, "registrar": "登记站", "paper": scan()}
    assert step(own_town, "officer", "registered", **given).status_code == 403
    assert post(own_town, "officer", "/related", word="clear", evidence="我说没有关联").status_code == 403
    assert contract(own_town, own_town.ids["contract"]).state is ContractState.SUBMITTED
    with reading(own_town.parts.sessions) as session:
        subject = f"contract:{own_town.ids['contract']}"
        by_officer = (AuditEntry.action == "refused", AuditEntry.subject == subject, AuditEntry.actor == "谭专员")
        entries = session.scalars(select(AuditEntry).where(*by_officer).order_by(AuditEntry.number))
        assert [entry.detail["action"] for entry in entries] == ["contract.registered", "contract.related.clear"]
