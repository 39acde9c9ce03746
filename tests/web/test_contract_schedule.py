"""A new payment schedule on the pages: with a change of registration, and afterwards; and whose money entries are."""

import pytest
from sqlalchemy import select

from matchmaker.audit.models import AuditEntry
from matchmaker.contracts import paying, queries
from matchmaker.contracts.schemas import PaymentIn
from matchmaker.core.unit import reading, unit
from tests.web.contract_forms import sent
from tests.web.test_contract_form import contract, faults
from tests.web.test_contract_pages import place, post, register, step
from tests.web.town import Town, readable

FORM = "form contract-form"
CHANGED = {"reason": "追加样机一套", "amount.total": "3000000", "amount.technology": "2500000"}
OFF = "付款计划合计 2,400,000.00 元，与合同成交额 3,000,000.00 元不符。"


@pytest.fixture
def changed(own_town: Town) -> Town:
    """The contract's price rose by a change of registration that left the schedule as it was."""
    register(own_town)
    assert step(own_town, "officer", "changed", **CHANGED).status_code == 303
    return own_town


def dues(town: Town) -> list[tuple[str, int]]:
    with reading(town.parts.sessions) as session:
        row = queries.contract(session, town.actor("officer"), contract_id=town.ids["contract"])
        return [(due.milestone, due.amount_fen) for due in row.schedule]


def test_a_change_of_registration_takes_its_schedule_along(own_town: Town) -> None:
    register(own_town)
    officer, address = own_town.client("officer"), place(own_town, "/steps/changed")
    page = officer.get(address).text
    values = sent(page, FORM, **{name.replace(".", "__"): text for name, text in CHANGED.items()})
    assert (values["schedule.0.milestone"], values["schedule.1.amount"]) == ("签约", "1,000,000.00")
    values["action"] = "add:schedule"
    more = sent(officer.post(address, data=values).text, FORM, schedule__2__milestone="追加", action="save")
    assert (more["amount.total"], more["schedule.2.amount"]) == ("3000000", "")
    more["schedule.2.amount"] = "500000"
    refused = officer.post(address, data=more)
    assert faults(refused.text) == {"schedule": "付款计划各期之和须等于合同成交额。"}
    assert sent(refused.text, FORM)["schedule.2.milestone"] == "追加"
    # Nothing was written halfway.
    assert contract(own_town, own_town.ids["contract"]).total_fen == 240_000_000
    more["schedule.2.amount"] = "600000"
    assert officer.post(address, data=more).status_code == 303
    assert dues(own_town) == [("签约", 140_000_000), ("验收", 100_000_000), ("追加", 60_000_000)]
    page = readable(officer.get(place(own_town)).text)
    assert "付款计划的变更" in page and "谭专员" in page and "追加样机一套" in page and "不再适用" in page


def test_all_rows_taken_away_are_not_taken_for_left_alone(own_town: Town) -> None:
    register(own_town)
    refused = step(own_town, "officer", "changed", scheduled="true", **CHANGED)
    assert faults(refused.text) == {"schedule": "请至少填写一期付款。"}


def test_the_seller_mends_the_schedule_that_a_change_left_behind(changed: Town) -> None:
    seller, address = changed.client("member"), place(changed, "/schedule")
    page = seller.get(place(changed)).text
    assert OFF in readable(page) and f'href="{address}"' in page
    values = sent(seller.get(address).text, FORM, schedule__1__amount="很多", reason="")
    assert faults(seller.post(address, data=values).text)["schedule.1.amount"].startswith("请填写金额")
    values["schedule.1.amount"] = "1,600,000"
    assert faults(seller.post(address, data=values).text) == {"reason": "请写明原因，1000 字以内。"}
    values["reason"] = "补充协议第二条"
    assert seller.post(address, data=values).status_code == 303
    assert dues(changed) == [("签约", 140_000_000), ("验收", 160_000_000)]
    for who in ("member", "stranger", "auditor"):
        page = readable(changed.client(who).get(place(changed)).text)
        assert OFF not in page and "补充协议第二条" in page and "梁业主" in page
    assert "有新的付款计划" in readable(changed.client("stranger").get("/my/notices").text)
    # Whoever had the page open before loses nothing and decides anew.
    values["schedule.0.milestone"] = "合同生效"
    answer = seller.post(address, data=values)
    assert answer.status_code == 409 and "别人刚刚改过" in answer.text
    assert sent(answer.text, FORM)["schedule.0.milestone"] == "合同生效"
    assert seller.post(address, data=sent(answer.text, FORM, action="save")).status_code == 303
    assert dues(changed)[0][0] == "合同生效"


def test_the_buyer_reads_the_schedule_and_changes_none(changed: Town) -> None:
    assert "/schedule" not in changed.client("stranger").get(place(changed)).text
    form = {"schedule.0.milestone": "一次", "schedule.0.amount": "3000000", "reason": "我方要求"}
    assert post(changed, "stranger", "/schedule", **form).status_code == 403
    assert post(changed, "newcomer", "/schedule", **form).status_code == 404
    assert dues(changed) == [("签约", 140_000_000), ("验收", 100_000_000)]


def test_before_the_registration_the_schedule_is_changed_with_the_record(town: Town) -> None:
    answer = town.client("member").get(place(town, "/schedule"))
    assert (answer.status_code, answer.location) == (303, f"{place(town, '/edit')}#payment")


def test_the_other_sides_entry_is_disputed_and_not_struck_out(own_town: Town) -> None:
    with unit(own_town.parts.sessions) as session:
        row = queries.contract(session, own_town.actor("member"), contract_id=own_town.ids["contract"])
        row.deal_id = own_town.ids["deal"]
        money = PaymentIn.model_validate({"paid_on": row.signed_on, "amount": "500", "receipt_no": "H9"})
        officers = paying.add_payment(session, own_town.actor("officer"), contract_id=row.id, data=money).id
    entry = f"/payments/{own_town.ids['payment']}"
    page = own_town.client("stranger").get(place(own_town, entry)).text
    assert f"{entry}/withdraw" not in page
    assert f'href="/my/deals/{own_town.ids["deal"]}#notes"' in page
    assert f"{entry}/withdraw" in own_town.client("member").get(place(own_town, entry)).text
    for who, address in (("stranger", entry), ("member", f"/payments/{officers}")):
        answer = post(own_town, who, f"{address}/withdraw", reason="没有这笔")
        assert answer.status_code == 403
        assert "这笔记录不是本单位登记的，没有撤回。" in readable(answer.text)
    assert contract(own_town, own_town.ids["contract"]).paid_fen == 140_050_000
    with reading(own_town.parts.sessions) as session:
        refused = select(AuditEntry.actor).where(AuditEntry.action == "refused").order_by(AuditEntry.number.desc())
        assert list(session.scalars(refused.limit(2))) == ["梁业主", "陈外人"]
    assert post(own_town, "officer", f"{entry}/withdraw", reason="双方核对后撤回").status_code == 303
