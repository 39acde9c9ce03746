"""The pages of deals: the board and the table, and one deal with everything that carries it on."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import TestResponse

from matchmaker.core import clock
from matchmaker.core.unit import reading, unit
from matchmaker.deals.models import Deal
from tests.web.town import PDF, Town, readable

HOSTILE = "\"><script>alert('交易')</script>"
TITLE = "减压阀密封结构联合开发"
OWN, OTHER = "佛山市南海区试样阀门有限公司", "佛山市南海区隐名电机有限公司"


def address(town: Town, verb: str = "", deal: str = "deal") -> str:
    return f"/my/deals/{town.ids[deal]}" + (f"/{verb}" if verb else "")


def page(town: Town, who: str, deal: str = "deal") -> str:
    answer = town.client(who).get(address(town, deal=deal))
    assert answer.status_code == 200
    return readable(answer.text)


def send(town: Town, who: str, verb: str, deal: str = "deal", **form: Any) -> TestResponse:
    """Press a button on the deal's page, and read what comes of it; the page was opened just before."""
    form = {"revision": row_of(town, deal).revision} | form
    if verb in ("notes", "files"):
        del form["revision"]
    return town.client(who).post(address(town, verb, deal), data=form, follow_redirects=True)


def row_of(town: Town, deal: str = "deal") -> Deal:
    with reading(town.parts.sessions) as session:
        row = session.get_one(Deal, town.ids[deal])
        list(row.steps), list(row.notes)
        session.expunge_all()
    return row


def edit(town: Town, who: str, **over: Any) -> TestResponse:
    return send(town, who, "edit", **({"kind": "technology", "title": TITLE} | over))


# Lists


def test_ones_own_board_shows_the_other_side_and_what_comes_next(town: Town) -> None:
    seen = readable(town.client("stranger").get("/my/deals").text)
    assert all(words in seen for words in (TITLE, f"卖方：{OWN}", "80 万元", "核对图纸", "已了结", "采购密封圈"))
    assert "进行中 2" in seen
    assert "还没有交易" in readable(town.client("newcomer").get("/my/deals").text)


def test_what_stands_still_is_marked_on_board_table_and_home(own_town: Town) -> None:
    with unit(own_town.parts.sessions) as session:
        session.get_one(Deal, own_town.ids["order"]).updated_at = clock.now() - timedelta(days=31)
    for who, where in (("member", "/my/deals"), ("officer", "/office/deals")):
        client = own_town.client(who)
        assert "停滞 1" in readable(client.get(where).text)
        table = client.get(f"{where}?view=table&stalled=1").text
        assert "采购减压阀五百只" in table and TITLE not in table
        assert re.search(r"<strong>1</strong><span>停滞的交易", client.get("/").text)
    assert "停滞</span>" in own_town.client("stranger").get(address(own_town, deal="order")).text


def test_the_offices_table_is_sifted_and_sums_by_stage(town: Town) -> None:
    client = town.client("auditor")
    whole = readable(client.get("/office/deals?view=table").text)
    assert all(words in whole for words in (TITLE, "采购减压阀五百只", "采购密封圈", "共 3 笔，金额合计 80 万元"))
    for query, titles in (
        ("kind=order", {"采购减压阀五百只", "采购密封圈"}),
        ("stage=ended", {"采购密封圈"}),
        ("origin=introduction", set()),
        ("chain=HYD&q=联合", {TITLE}),
        ("town=440605123&owner=none", set()),
        (f"owner={town.people['stranger']}", {"采购减压阀五百只"}),
        (f"event={10**17}", set()),
        ("kind=nonsense&stage=&town=1&chain=2&event=x&owner=y&page=-3", {TITLE, "采购减压阀五百只", "采购密封圈"}),
    ):
        seen = client.get(f"/office/deals?view=table&{query}").text
        body = seen.partition("<tbody>")[2]
        assert {one for one in (TITLE, "采购减压阀五百只", "采购密封圈") if one in body} == titles, query
    assert readable(client.get("/office/deals").text).count(TITLE) == 1


def test_hostile_words_are_only_words_on_every_page(own_town: Town) -> None:
    edit(own_town, "member", title=HOSTILE, summary=HOSTILE, next_step=HOSTILE)
    send(own_town, "member", "notes", text=HOSTILE, reach="both")
    send(own_town, "member", "move", stage="intent", note=HOSTILE)
    for who, where in (
        ("stranger", address(own_town)),
        ("stranger", address(own_town, "edit")),
        ("stranger", "/my/deals"),
        ("stranger", "/my/deals?view=table"),
        ("officer", "/office/deals"),
        ("stranger", "/my/notices"),
    ):
        seen = own_town.client(who).get(where).text
        assert "<script>alert" not in seen and HOSTILE in readable(seen), where


# One deal


def test_each_reader_sees_the_notes_that_are_for_them(own_town: Town) -> None:
    town = own_town
    send(town, "stranger", "notes", text="样件下周寄到。", reach="both")
    assert "陈外人 在交易" in readable(town.client("member").get("/my/notices").text)
    for who, own in (("stranger", True), ("member", False), ("officer", False), ("auditor", False)):
        seen = page(town, who)
        assert "样件下周寄到。" in seen and ("底价七十万。" in seen) is own
        assert "方案.pdf" in seen
    assert "写一条" not in page(town, "auditor") and "退回或终止" not in page(town, "auditor")


def test_others_learn_of_nothing(town: Town) -> None:
    for who in ("newcomer", "organiser", "administrator"):
        refused = town.client(who).get(address(town))
        assert refused.status_code == 404 and TITLE not in refused.text


def test_a_deal_moves_on_with_a_word_and_back_with_a_reason(own_town: Town) -> None:
    done = send(own_town, "stranger", "move", stage="intent", note="双方确认意向")
    assert "已更新，对方会收到通知。" in readable(done.text) and "双方确认意向" in readable(done.text)
    assert f"“{TITLE}”进入“意向”：{OTHER} 双方确认意向" in readable(own_town.client("member").get("/my/notices").text)
    refused = send(own_town, "member", "move", stage="talks", note=" ")
    assert refused.status_code == 400 and "请写明原因，对方会看到。" in readable(refused.text)
    send(own_town, "member", "move", stage="ended", note="成本太高")
    assert "已终止：成本太高" in page(own_town, "stranger").replace(" ", "")
    assert own_town.client("member").get(address(own_town, "edit")).status_code == 303
    send(own_town, "member", "move", stage="talks", note="降了成本")
    assert [step.after for step in row_of(own_town).steps] == ["talks", "intent", "ended", "talks"]


def test_an_order_asks_for_its_amount_on_signing_and_keeps_what_was_typed(own_town: Town) -> None:
    assert "订单金额" not in page(own_town, "member", "order")
    send(own_town, "member", "move", "order", stage="intent")
    assert "订单金额（万元）" in page(own_town, "member", "order")
    for amount, said in (("", "签约的订单要有金额，请填写。"), ("三百", "价格应是以万元为单位的数字")):
        refused = send(own_town, "member", "move", "order", stage="signed", note="合同已盖章", amount=amount)
        assert refused.status_code == 400
        assert said in readable(refused.text) and "合同已盖章" in refused.text
    send(own_town, "member", "move", "order", stage="signed", amount="300")
    assert (row_of(own_town, "order").stage, row_of(own_town, "order").amount_fen) == ("signed", 300_000_000)
    send(own_town, "stranger", "move", "order", stage="performing")
    send(own_town, "stranger", "move", "order", stage="completed")
    assert "已完成，没有下一步。" in page(own_town, "member", "order")


def test_registration_is_offered_to_the_office_only(own_town: Town) -> None:
    for stage in ("intent", "signed"):
        send(own_town, "member", "move", stage=stage)
    button = 'name="stage" value="registered"'
    assert button in own_town.client("officer").get(address(own_town)).text
    seen = own_town.client("member").get(address(own_town)).text
    assert button not in seen and "技术合同认定登记后，交易会自动进入“登记”。" in seen
    assert send(own_town, "member", "move", stage="registered").status_code == 403
    assert send(own_town, "officer", "move", stage="registered").status_code == 200


@pytest.mark.parametrize("form", [{"stage": "married"}, {"stage": "intent", "revision": "x"}, {"stage": "completed"}])
def test_a_stage_nobody_offered_changes_nothing(own_town: Town, form: dict[str, str]) -> None:
    answer = send(own_town, "member", "move", **form)
    assert answer.status_code in (400, 409)
    assert row_of(own_town).stage == "talks"


def test_who_comes_late_is_told_and_loses_nothing(own_town: Town) -> None:
    edit(own_town, "stranger", summary="先做两件样品", next_step="寄样")
    late = edit(own_town, "member", revision=1, summary="先谈价格", amount="90")
    assert late.status_code == 409
    seen = readable(late.text)
    assert "别人刚刚改过这笔交易" in seen and "别人刚刚改成：先做两件样品" in seen and "先谈价格" in late.text
    assert 'value="90"' in late.text and row_of(own_town).summary == "先做两件样品"
    late = send(own_town, "member", "move", stage="intent", note="我们同意", revision=1)
    assert late.status_code == 409 and "我们同意" in late.text and "您的操作没有执行" in readable(late.text)
    late = send(own_town, "member", "next", next_step="来访", revision=1)
    assert late.status_code == 409 and 'value="来访"' in late.text
    assert send(own_town, "member", "owner", person_id="", revision=1).status_code == 409
    again = edit(own_town, "member", summary="先谈价格", amount="90")
    assert again.status_code == 200 and row_of(own_town).summary == "先谈价格"


def test_an_edit_that_is_not_right_is_refused_and_kept(own_town: Town) -> None:
    answer = edit(own_town, "member", summary="先谈价格", amount="-3", next_on="2020-01-01")
    assert answer.status_code == 400
    assert "价格超出范围" in readable(answer.text) and "先谈价格" in answer.text
    assert row_of(own_town).revision == 1


def test_listings_are_linked_on_the_edit_page_until_signing(own_town: Town) -> None:
    form = own_town.client("stranger").get(address(own_town, "edit")).text
    assert "求购七十兆帕氢气减压阀" in form and "伺服电机" not in form
    edit(own_town, "stranger", need_id=own_town.ids["need"], offer_id=own_town.ids["offer"])
    assert row_of(own_town).need_id == own_town.ids["need"]
    seen = page(own_town, "member")
    assert "当时的内容" in seen and "用于车载供氢系统" in seen
    wrong = edit(own_town, "member", need_id=own_town.ids["offer"])
    assert wrong.status_code == 400 and "没有这条供需，请重新选择。" in readable(wrong.text)
    for stage in ("intent", "signed"):
        send(own_town, "member", "move", stage=stage)
    assert "关联供需" not in readable(own_town.client("member").get(address(own_town, "edit")).text)
    assert "关联供需" in readable(own_town.client("officer").get(address(own_town, "edit")).text)


def test_what_comes_next_is_said_on_the_page(own_town: Town) -> None:
    day = (clock.today() + timedelta(days=2)).isoformat()
    done = send(own_town, "member", "next", next_step="寄三件样品", next_on=day)
    assert "下一步已记下。" in readable(done.text) and day in done.text
    assert f"“{TITLE}”的下一步：寄三件样品（{day}）" in readable(own_town.client("stranger").get("/my/notices").text)
    refused = send(own_town, "member", "next", next_step="太晚", next_on="2020-01-01")
    assert refused.status_code == 400 and 'value="太晚"' in refused.text
    assert row_of(own_town).next_step == "寄三件样品"


def test_who_looks_after_it_is_chosen_among_ones_own(own_town: Town) -> None:
    colleague, stranger = own_town.people["colleague"], own_town.people["stranger"]
    assert "跟进人已更新。" in readable(send(own_town, "member", "owner", person_id=colleague).text)
    assert "梁业主请您跟进交易" in readable(own_town.client("colleague").get("/my/notices").text)
    for wrong in (stranger, "9" * 30, "x"):
        refused = send(own_town, "member", "owner", person_id=wrong)
        assert refused.status_code == 400 and "请从列出的人员里选。" in readable(refused.text)
    send(own_town, "officer", "owner", person_id=own_town.people["officer"])
    assert row_of(own_town).owner_id == own_town.people["officer"]


def test_a_note_for_the_office_is_read_there_and_refused_when_empty(own_town: Town) -> None:
    send(own_town, "member", "notes", text="请帮忙约对方", reach="office")
    assert "请帮忙约对方" in page(own_town, "officer") and "请帮忙约对方" not in page(own_town, "stranger")
    for form, said in (
        ({"text": " ", "reach": "both"}, "请先写点什么。"),
        ({"text": "字" * 2001, "reach": "both"}, "太长了，请精简。"),
        ({"text": "您好", "reach": "everybody"}, "请选择谁能看到。"),
    ):
        refused = send(own_town, "member", "notes", **form)
        assert refused.status_code == 400 and said in readable(refused.text) and form["text"].strip() in refused.text


def test_papers_are_brought_opened_and_taken_back(own_town: Town) -> None:
    upload = {"attachment": (BytesIO(PDF), "图纸.pdf")}
    assert "图纸.pdf" in readable(send(own_town, "stranger", "files", **upload).text)
    got = own_town.client("member").get(address(own_town, f"files/{own_town.ids['deal_file']}"))
    assert got.data == PDF and got.headers["Content-Disposition"].startswith("attachment")
    got.close()
    for content, name, said in ((b"", "", "请先选择文件。"), (b"MZ", "a.exe", "只接受 PDF")):
        refused = send(own_town, "member", "files", attachment=(BytesIO(content), name))
        assert refused.status_code == 400 and said in readable(refused.text)
    away = f"files/{own_town.ids['deal_file']}/withdraw"
    assert send(own_town, "stranger", away).status_code == 403
    assert "方案.pdf" not in readable(send(own_town, "member", away).text)
    elsewhere = address(own_town, f"files/{own_town.ids['file']}")
    assert own_town.client("member").get(elsewhere).status_code == 404


def test_a_helper_acts_as_the_organisation_which_is_told(own_town: Town) -> None:
    helper = own_town.client("organiser")
    helper.post(f"/office/help/{own_town.ids['organisation']}")
    assert helper.get("/office/deals").location == "/my/deals"
    assert helper.get("/").status_code == 200
    done = helper.post(address(own_town, "move"), data={"revision": 1, "stage": "intent"}, follow_redirects=True)
    assert "已更新，对方会收到通知。" in readable(done.text)
    assert "推进交易" in readable(own_town.client("member").get("/my/notices").text)


def test_the_pages_speak_english(town: Town) -> None:
    for who, where in (("member", "/my/deals"), ("member", address(town)), ("officer", "/office/deals?view=table")):
        client = town.client(who)
        client.set_cookie("language", "en")
        assert "Put down a deal" in client.get("/my/deals").text
        assert client.get(where).status_code == 200
