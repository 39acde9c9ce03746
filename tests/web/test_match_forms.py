"""The forms of the match inbox and of a request: what was typed stays, and every refusal is said in Chinese."""

import re
from typing import Any

import pytest

from matchmaker.accounts.models import Person
from matchmaker.core import clock
from matchmaker.core.unit import reading, unit
from matchmaker.introductions import queries
from matchmaker.introductions.models import Introduction
from tests.web.test_matches import ASKED, NEED, SECOND, inbox, publish, readable, send
from tests.web.town import Town

OFFER = "七十兆帕高压氢气减压阀"
LONG = "字" * 2001
ENGLISH = re.compile(r"at most|characters|a need meets|choose at least")


def request_of(town: Town) -> Introduction:
    with reading(town.parts.sessions) as session:
        number = town.ids["introduction"]
        row = queries.introduction(session, town.actor("member"), introduction_id=number)
        assert row.messages is not None
        session.expunge_all()
    return row


def ticked(page: str) -> list[str]:
    return re.findall(r'name="reasons" value="(\w+)" checked', page)


def move(town: Town, who: str, listing_id: int, state: str) -> None:
    assert town.client(who).post(f"/my/listings/{listing_id}/state", data={"state": state}).status_code == 303


def test_a_message_that_is_too_long_comes_back_to_be_shortened(own_town: Town) -> None:
    need = publish(own_town, "stranger", side="need", title=SECOND)
    refused = send(own_town, "member", (own_town.ids["offer"], need), message=LONG)
    assert refused.status_code == 400
    assert refused.text.count(f">{LONG}</textarea>") == 1, "only where it was written"
    assert "太长了，请精简。" in readable(refused.text) and not ENGLISH.search(refused.text)
    # The link on top leads to this textarea, and no other one has the same name on the page.
    assert refused.text.count('id="message"') == 1


def test_a_message_is_kept_also_when_its_partner_is_not_suggested(own_town: Town) -> None:
    far = publish(own_town, "stranger", side="need", title="食堂蔬菜配送", detail="每天送菜。", chain_nodes=["FUR-01"])
    refused = send(own_town, "member", (own_town.ids["offer"], far), message=LONG)
    assert refused.status_code == 400
    assert refused.text.count(f">{LONG}</textarea>") == 1
    assert f"/my/matches/{own_town.ids['offer']}/{far}/ask" in refused.text


def test_lines_end_in_one_character(own_town: Town) -> None:
    need = publish(own_town, "stranger", side="need", title=SECOND)
    text = "一\r\n" * 1000
    assert send(own_town, "member", (own_town.ids["offer"], need), message=text).status_code == 303


def test_a_decline_that_is_refused_keeps_all_reasons_and_the_note(own_town: Town) -> None:
    note = "注" * 501
    form: dict[str, Any] = {"decision": "declined", "reasons": ["price", "distance"], "note": note}
    refused = send(own_town, "member", (own_town.ids["offer"], own_town.ids["need"]), **form)
    assert refused.status_code == 400
    assert ticked(refused.text) == ["price", "distance"]
    assert f">{note}</textarea>" in refused.text
    assert "太长了，请精简。" in readable(refused.text) and not ENGLISH.search(refused.text)


def test_a_no_that_is_refused_keeps_all_reasons_and_is_open(own_town: Town) -> None:
    form = {"answer": "no", "reasons": ["price", "distance"], "note": "注" * 501}
    refused = own_town.client("member").post(f"/my/introductions/{own_town.ids['introduction']}/answer", data=form)
    assert refused.status_code == 400
    assert ticked(refused.text) == ["price", "distance"]
    assert re.search(r"<details open>\s*<summary>不合适", refused.text)


def test_a_pair_that_cannot_be_is_refused_in_chinese(own_town: Town) -> None:
    own_need = publish(own_town, "member", side="need", title="自家求购减压阀")
    for form in ({"message": "在吗"}, {"decision": "later"}):
        refused = send(own_town, "member", (own_need, own_town.ids["offer"]), **form)
        assert refused.status_code == 400
        assert "请选择其他单位的" in readable(refused.text) and not ENGLISH.search(refused.text)


def test_what_is_typed_when_asking_back_is_read_in_the_talk(own_town: Town) -> None:
    done = send(own_town, "member", (own_town.ids["offer"], own_town.ids["need"]), message="周二来谈")
    assert done.status_code == 303
    assert "周二来谈" in readable(own_town.client("stranger").get(done.location).text)


def test_after_a_withdrawal_one_can_ask_again_from_the_inbox(own_town: Town) -> None:
    need = own_town.ids["need"]
    assert ASKED in inbox(own_town, "stranger", need)
    own_town.client("stranger").post(f"/my/introductions/{own_town.ids['introduction']}/end")
    page = own_town.client("stranger").get(f"/my/matches/{need}").text
    assert ASKED not in readable(page)
    assert f"/my/matches/{need}/{own_town.ids['offer']}/ask" in page


def test_declining_in_the_inbox_tells_the_one_who_asked(own_town: Town) -> None:
    pair = own_town.ids["offer"], own_town.ids["need"]
    said = send(own_town, "member", pair, decision="declined", reasons=["price", "capacity"], note="排满了")
    assert said.status_code == 303
    row = request_of(own_town)
    assert (row.state, row.reasons, row.answer_note) == ("declined", ["price", "capacity"], "排满了")
    assert f"“{OFFER}”婉拒了对接" in readable(own_town.client("stranger").get("/my/notices").text)


def test_when_everything_was_declined_nothing_is_left_to_do(own_town: Town) -> None:
    pair = own_town.ids["offer"], own_town.ids["need"]
    send(own_town, "member", pair, decision="declined", reasons=["price"])
    page = inbox(own_town, "member", pair[0])
    assert "推荐都处理过了" in page and "没有一条值得打电话" not in page


def test_without_matching_nothing_is_said_of_a_comparison(own_town: Town) -> None:
    own_town.client("member").post(f"/my/organisations/{own_town.ids['organisation']}/matching", data={"off": "true"})
    page = inbox(own_town, "member", own_town.ids["offer"])
    assert "本单位关闭了自动匹配" in page
    assert "没有一条值得打电话" not in page and "比较了" not in page


@pytest.mark.parametrize(("state", "said"), [("closed", "已关闭"), ("on_hold", "暂停"), ("draft", "还没有发布")])
def test_what_is_not_published_is_shown_as_what_it_is_without_forms(own_town: Town, state: str, said: str) -> None:
    offer = own_town.ids["offer"]
    move(own_town, "member", offer, state)
    page = own_town.client("member").get(f"/my/matches/{offer}").text
    assert said in readable(page) and "对方看不到" in page
    assert ("还没有发布" in page) is (state == "draft")
    assert f"/my/matches/{offer}/{own_town.ids['need']}" not in page


def test_who_asked_is_told_to_wait_for_the_answer(own_town: Town) -> None:
    client = own_town.client("stranger")
    address = f"/my/introductions/{own_town.ids['introduction']}/answer"
    page = readable(client.post(address, data={"answer": "yes"}, follow_redirects=True).text)
    assert "请等对方答复" in page and "已经答复或撤回" not in page


def test_a_blocked_person_is_not_shown_as_a_contact(own_town: Town) -> None:
    number = own_town.ids["introduction"]
    own_town.client("colleague").post(f"/my/introductions/{number}/answer", data={"answer": "yes"})
    with unit(own_town.parts.sessions) as session:
        session.get_one(Person, own_town.people["member"]).blocked_at = clock.now()
    page = own_town.client("stranger").get(f"/my/introductions/{number}").text
    assert "李同事" in page and "member@demo.example" not in page


@pytest.mark.parametrize("state", ["closed", "on_hold", "draft"])
def test_a_partner_that_is_gone_is_told_as_that(own_town: Town, state: str) -> None:
    move(own_town, "stranger", own_town.ids["need"], state)
    client, pair = own_town.client("member"), f"/my/matches/{own_town.ids['offer']}/{own_town.ids['need']}"
    for verb, form in (("ask", {"message": "在吗"}), ("decide", {"decision": "declined", "reasons": ["price"]})):
        answer = client.post(f"{pair}/{verb}", data=form, follow_redirects=True)
        assert answer.status_code == 200 and "已不再发布" in readable(answer.text)
    assert NEED not in inbox(own_town, "member", own_town.ids["offer"])
