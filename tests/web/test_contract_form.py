"""The form of a contract: rows with buttons, every fault beside its field, nothing typed lost, two who edit at once."""

import re
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from matchmaker.contracts import queries
from matchmaker.contracts.models import Contract
from matchmaker.core.unit import reading
from matchmaker.web.contracts.reading import GROUPS, in_yuan, record_of, stored, typed
from tests.factories import USCCS
from tests.web.contract_forms import sent
from tests.web.town import REDACTED_OWNER, Town, readable

NEW, WAN = "/my/contracts/new", 10_000 * 100
HOSTILE = "<script>alert('阀')</script>\"'><img src=x onerror=alert(1)>"
SELLER = "佛山市南海区试样阀门有限公司"
RECORD: dict[str, str] = {
    "title": "双级减压阀寿命试验方法研究",
    "kind": "DEV",
    "sub_kind": "entrusted",
    "payment_mode": "instalments",
    "unit": "yuan",
    "total": "1,200,000.00",
    "technology": "1000000",
    "object": "研究减压阀寿命试验方法，\n交付试验大纲。",
    "signed_on": "2026-02-01",
    "parties.0.role": "seller",
    "parties.0.name": SELLER,
    "parties.0.uscc": USCCS[0],
    "parties.0.nature": "150",
    "parties.0.country": "156",
    "parties.1.role": "buyer",
    "parties.1.name": "广州样例有限公司",
    "parties.1.country": "156",
    "ip.0.type": "invention",
    "ip.0.no": "ZL2024TEST",
    "schedule.0.milestone": "签约",
    "schedule.0.amount": "600,000",
}


def contract(town: Town, number: int, who: str = "member") -> Contract:
    """As stored now, with all that belongs to it."""
    with reading(town.parts.sessions) as session:
        found = queries.contract(session, town.actor(who), contract_id=number)
        session.expunge_all()
        return found


def faults(page: str) -> dict[str, str]:
    """Field to message, as the list on top of a refused form leads to them."""
    alert = page.split('role="alert"', 1)[1].split("</div>", 1)[0]
    return dict(re.findall(r'<a href="#([\w.]+)">([^<]+)</a>', alert))


def create(town: Town, who: str = "member", **over: str) -> Any:
    """What comes back for the record with other fields; `__` in a name stands for a dot."""
    form = RECORD | {name.replace("__", "."): text for name, text in over.items()}
    return town.client(who).post(NEW, data={name: text for name, text in form.items() if text != "—"})


def test_a_new_form_begins_with_ones_own_organisation_as_the_seller(town: Town) -> None:
    values = sent(town.client("member").get(NEW).text)
    assert (values["parties.0.role"], values["parties.0.name"]) == ("seller", SELLER)
    assert (values["parties.0.uscc"], values["parties.1.role"]) == (USCCS[0], "buyer")
    form = town.client("member").get(NEW).text
    assert f'id="contract-form" method="post" action="{NEW}"' in form
    assert f'value="add:parties" formnovalidate formaction="{NEW}#parties"' in form
    officers = sent(town.client("officer").get(NEW).text)
    assert officers["parties.0.name"] == ""


def test_a_seller_keeps_a_record_and_comes_to_its_page(own_town: Town) -> None:
    answer = create(own_town)
    assert answer.status_code == 303
    number = int(answer.location.rpartition("/")[2])
    row = contract(own_town, number)
    assert (row.title, row.total_fen, row.technology_fen) == (RECORD["title"], 120 * WAN, 100 * WAN)
    assert [(party.role, party.organisation_id is not None) for party in row.parties] == [
        ("seller", True),
        ("buyer", False),
    ]
    assert row.object == RECORD["object"]
    assert [(due.milestone, due.amount_fen) for due in row.schedule] == [("签约", 60 * WAN)]
    assert RECORD["title"] in own_town.client("member").get(answer.location).text


def test_amounts_are_taken_in_the_unit_that_was_chosen(own_town: Town) -> None:
    answer = create(own_town, unit="wan", total="120", technology="1,000,000元", schedule__0__amount="60")
    row = contract(own_town, int(answer.location.rpartition("/")[2]))
    assert (row.total_fen, row.technology_fen, row.schedule[0].amount_fen) == (120 * WAN, 100 * WAN, 60 * WAN)


@pytest.mark.parametrize(
    ("over", "field", "message"),
    [
        ({"title": "—"}, "title", "请填写这一项。"),
        ({"kind": "—"}, "kind", "请填写这一项。"),
        ({"total": "很多"}, "total", "请填写金额，例如 1,200,000.00，或选择万元填 120。"),
        ({"total": "0"}, "total", "应大于 0"),
        ({"total": "1.234"}, "total", "金额最多两位小数（精确到分）。"),
        ({"total": "9" * 15}, "total", "金额应在 0.01 元到 1000 亿元之间，请核对单位。"),
        ({"technology": "1300000"}, "technology", "技术交易额不能大于合同成交额。"),
        ({"sub_kind": "training"}, "sub_kind", "这个子类不属于所选的合同类别。"),
        ({"parties__0__uscc": USCCS[0][:-1]}, "parties.0.uscc", "统一社会信用代码应为 18 位，这里是 17 位；请核对"),
        (
            {"parties__1__country": "CN"},
            "parties.1.country",
            "代码位数不对：国别代码三位，行政区划代码六位。",
        ),
        ({"parties__1__name": SELLER}, "parties.1.name", "这一方出现了两次。"),
        ({"schedule__0__amount": "两万"}, "schedule.0.amount", "请填写金额，例如 1,200,000.00，或选择万元填 120。"),
        ({"schedule__0__amount": "1300000"}, "schedule", "付款计划各期之和超过了合同成交额。"),
        ({"valid_from": "2026-03-01", "valid_until": "2026-02-20"}, "valid_until", "有效期止早于有效期起。"),
        ({"signed_on": "2099-01-01"}, "signed_on", "日期不能晚于今天。"),
        ({"royalty__rates": "3"}, "royalty.base", "请填写这一项。"),
        ({"payment_mode": "royalty", "schedule__0__milestone": "—"}, "royalty.rates", "请填写这一项。"),
        ({"parties__0__uscc": ""}, "parties", "合同由卖方登记（进口的由买方登记）"),
        ({"object": "阀" * 8001}, "object", "太长，最多 8000 个字"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    town: Town, over: dict[str, str], field: str, message: str
) -> None:
    answer = create(town, **over)
    assert answer.status_code == 400
    assert faults(answer.text).get(field, "").startswith(message), faults(answer.text)
    kept = sent(answer.text)
    form = RECORD | {name.replace("__", "."): text for name, text in over.items()}
    # A list or a box has no place for a code that does not exist.
    assert {name: kept.get(name) for name, text in form.items() if text != "—"} == {
        name: text for name, text in form.items() if text != "—"
    }


def test_hostile_text_is_shown_and_never_acts(town: Town) -> None:
    page = create(town, title=HOSTILE, object=HOSTILE, parties__1__name=HOSTILE, total="x").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert sent(page)["title"] == HOSTILE


def test_rows_are_added_and_taken_away_without_losing_anything(town: Town) -> None:
    client = town.client("member")
    page = client.post(NEW, data=RECORD | {"action": "add:parties"}).text
    values = sent(page)
    assert (values["parties.2.name"], values["parties.2.role"]) == ("", "buyer")
    page = client.post(
        NEW, data=sent(page, parties__2__role="intermediary", parties__2__name="某中介", action="add:ip")
    ).text
    values = sent(page)
    assert (values["parties.2.name"], values["parties.2.role"]) == ("某中介", "intermediary")
    # The empty right keeps its place while one writes, and the button names a row by where it is seen.
    assert "ip.1.no" in sent(page)
    page = client.post(
        NEW, data=sent(page, parties__1__name="", parties__1__role="buyer", action="drop:parties:1")
    ).text
    values = sent(page)
    assert (values["parties.0.name"], values["parties.1.name"]) == (SELLER, "某中介")
    assert "parties.2.name" not in values
    assert (values["ip.0.no"], values["total"]) == ("ZL2024TEST", RECORD["total"])
    kept = client.post(NEW, data=sent(page, total="x")).text
    # What is kept has no empty rows.
    assert "ip.1.no" not in sent(kept)


@pytest.mark.parametrize("action", ["add:nothing", "drop:ip:99", "drop:ip:x", "drop:", "take:XXX:", "", "check"])
def test_a_button_nobody_made_changes_nothing(town: Town, action: str) -> None:
    answer = town.client("member").post(NEW, data=RECORD | {"action": action})
    assert answer.status_code == (303 if action == "save" else 200)
    assert {name: sent(answer.text).get(name) for name in RECORD} == RECORD


def test_no_more_rows_than_there_may_be(town: Town) -> None:
    form = {f"ip.{place}.no": f"ZL{place}" for place in range(GROUPS["ip"].most)}
    values = sent(town.client("member").post(NEW, data=RECORD | form | {"action": "add:ip"}).text)
    assert sum(name.endswith(".no") for name in values) == GROUPS["ip"].most


def test_the_panel_names_the_kind_that_the_text_speaks_for_and_its_test(town: Town) -> None:
    client = town.client("member")
    form = RECORD | {"kind": "SVC", "sub_kind": "", "title": "委托开发新型密封结构", "object": "研制样机，攻克泄漏难题"}
    page = client.post("/my/contracts/panel", data=form).text
    assert "技术开发" in page
    assert "尚未掌握" in page
    assert 'value="take:DEV:entrusted"' in page
    taken = sent(client.post(NEW, data=form | {"action": "take:DEV:entrusted"}).text)
    assert (taken["kind"], taken["sub_kind"], taken["title"]) == ("DEV", "entrusted", form["title"])
    assert "看不出类别" in client.post("/my/contracts/panel", data={"title": "今天天气不错"}).text


def test_the_amount_assistant_deducts_line_by_line_with_its_reasons(own_town: Town) -> None:
    lines = {
        "technology": "",
        "lines.0.kind": "equipment",
        "lines.0.text": "试验台购置",
        "lines.0.amount": "200,000",
        "lines.0.quantity": "1",
        "lines.0.needed": "1",
        "lines.1.kind": "machines",
        "lines.1.text": "样机",
        "lines.1.amount": "100000",
        "lines.1.quantity": "4",
        "lines.1.needed": "2",
    }
    client = own_town.client("member")
    page = readable(client.post(NEW, data=RECORD | lines | {"action": "check"}).text)
    assert "技术交易额 950,000.00" in page
    assert "购置设备、仪器的费用，应从成交额中扣除" in page
    assert "扣除 50,000.00" in page
    answer = client.post(NEW, data=RECORD | lines)
    row = contract(own_town, int(answer.location.rpartition("/")[2]))
    assert (row.technology_fen, len(row.amounts[-1].lines)) == (95 * WAN, 3)
    assert "扣除 50,000.00" in readable(client.get(answer.location).text)
    # What is left over is not a line that somebody typed.
    assert stored(row).counts["lines"] == 2
    wrong = client.post(NEW, data=RECORD | lines | {"lines.0.amount": "2,000,000"})
    assert faults(wrong.text) == {"lines": "各项费用之和超过了合同成交额。"}


def test_who_edits_an_older_version_is_told_and_decides(own_town: Town) -> None:
    place = f"/my/contracts/{own_town.ids['draft_contract']}/edit"
    member, colleague = own_town.client("member"), own_town.client("colleague")
    first, second = (
        sent(member.get(place).text, title="先保存的名称"),
        sent(colleague.get(place).text, title="后保存的名称"),
    )
    assert member.post(place, data=first).status_code == 303
    answer = colleague.post(place, data=second)
    assert answer.status_code == 400
    assert "别人刚刚保存过这份合同" in answer.text
    assert "先保存的名称" in readable(answer.text)
    assert sent(answer.text)["title"] == "后保存的名称"
    assert contract(own_town, own_town.ids["draft_contract"]).title == "先保存的名称"
    assert colleague.post(place, data=sent(answer.text)).status_code == 303
    assert contract(own_town, own_town.ids["draft_contract"]).title == "后保存的名称"


def test_what_is_stored_comes_back_as_it_was(town: Town) -> None:
    row = contract(town, town.ids["contract"])
    found = stored(row)
    form = MultiDict({name: text for name, text in found.values.items() if text})
    assert record_of(typed(form)) == record_of(found)
    answer = town.client("member").get(f"/my/contracts/{row.id}/edit")
    assert sent(answer.text)["schedule.0.amount"] == "1,400,000.00"
    assert sent(answer.text)["parties.1.name"] == REDACTED_OWNER


@pytest.mark.parametrize("who", ["stranger", "auditor", "organiser", "newcomer", "administrator"])
def test_only_the_filing_side_and_officers_open_the_form(town: Town, who: str) -> None:
    place = f"/my/contracts/{town.ids['contract']}/edit"
    known = who in ("stranger", "auditor")
    assert town.client(who).get(place).status_code == (403 if known else 404)
    assert town.client(who).post(place, data=RECORD).status_code == (403 if known else 404)


def test_a_buyer_cannot_begin_the_sellers_contract(own_town: Town) -> None:
    answer = create(own_town, who="stranger")
    assert answer.status_code == 400
    assert faults(answer.text)["parties"].startswith("合同由卖方登记")


def test_a_deal_is_put_down_once(own_town: Town) -> None:
    client, place = own_town.client("member"), f"/my/deals/{own_town.ids['deal']}/contract"
    first = client.post(place)
    assert first.location == f"/my/contracts/{own_town.ids['draft_contract']}/edit"
    order = client.post(f"/my/deals/{own_town.ids['order']}/contract", follow_redirects=True)
    assert "货物订单不是技术合同" in order.text
    deal = client.get(f"/my/deals/{own_town.ids['deal']}").text
    assert f'href="/my/contracts/{own_town.ids["draft_contract"]}"' in deal


@pytest.mark.parametrize(
    ("text", "unit", "yuan"),
    [
        ("1,200,000.00", "yuan", "1200000.00"),
        ("１２０", "wan", "1200000"),
        ("120万元", "yuan", "1200000"),
        ("1200000 元", "wan", "1200000"),
        ("¥1，200", "yuan", "1200"),
        ("一百", "wan", "一百"),
        ("-5", "yuan", "-5"),
        ("1e9", "yuan", "1e9"),
        ("9" * 40, "wan", "9" * 40),
    ],
)
def test_amounts_as_typed_become_yuan_or_stay_for_the_schema_to_refuse(text: str, unit: str, yuan: str) -> None:
    assert in_yuan(text, unit) == yuan


def test_hostile_names_of_fields_are_not_read() -> None:
    form = MultiDict(
        {"ip.999999999.no": "x", "ip.-1.no": "x", "ip.0.evil": "x", "parties.０.name": "x", "ip.7.no": "y"}
    )
    found = typed(form)
    assert found.counts == {"parties": 0, "ip": 1, "schedule": 0, "lines": 0}
    assert found.values["ip.0.no"] == "y"
