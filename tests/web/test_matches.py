"""The inbox of a listing: who fits and why, who is left out, and what asking, declining and waiting do."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from matchmaker.audit import queries as audit
from matchmaker.core.unit import reading, unit
from matchmaker.introductions import inbox as inboxes
from matchmaker.introductions import queries
from matchmaker.introductions.models import Introduction, PairDecision
from matchmaker.introductions.rules import IntroductionState
from matchmaker.listings.service import save_listings
from matchmaker.mail import queries as mail
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.ranker import Ranker
from matchmaker.notifications import queries as notices
from matchmaker.reference.terms import terms
from tests.factories import USCCS, listing_in
from tests.web.town import REDACTED_OWNER, Town, readable

LEVELS = {3: "强相关", 2: "较强相关", 1: "弱相关"}
HOSTILE = "\"><script>alert('减压阀')</script>"
IMAGE = "<img src=x>"
# What the town's stranger wants, and what fits the member's offer as well.
NEED = "求购七十兆帕氢气减压阀"
SECOND = "七十兆帕减压阀年度采购"
AWAY = "以后再看 · 1"
ASKED = "已请求对接"


def inbox(town: Town, who: str, listing_id: int) -> str:
    answer = town.client(who).get(f"/my/matches/{listing_id}")
    assert answer.status_code == 200
    return readable(answer.text)


def publish(town: Town, who: str, **over: Any) -> int:
    """One more listing of this person's organisation; it speaks of the same valves unless told otherwise."""
    code = {"member": USCCS[0], "stranger": USCCS[1]}[who]
    with unit(town.parts.sessions) as session:
        return save_listings(session, town.actor(who), data=[listing_in(organisation=code, **over)])[0].id


def send(town: Town, who: str, pair: tuple[int, int], **form: Any) -> TestResponse:
    """Press a button beside a suggestion: a form with a message asks, one without decides."""
    mine, other = pair
    verb = "ask" if "message" in form else "decide"
    return town.client(who).post(f"/my/matches/{mine}/{other}/{verb}", data=form)


def decided(town: Town, listing_id: int) -> dict[int, PairDecision]:
    with reading(town.parts.sessions) as session:
        found = queries.decisions_of(session, listing_ids=[listing_id])
        session.expunge_all()
    return {other: row for (_mine, other), row in found.items()}


def talks(town: Town, who: str) -> Sequence[Introduction]:
    with reading(town.parts.sessions) as session:
        found = queries.introductions_of(session, town.actor(who))
        session.expunge_all()
    return found


def written(town: Town) -> tuple[int, int, int, int]:
    """How much there is of everything that asking or deciding writes."""
    listings = [town.ids["offer"], town.ids["need"], town.ids["hidden"]]
    with reading(town.parts.sessions) as session:
        told = sum(notices.inbox(session, town.actor(who))[1] for who in ("member", "stranger"))
        decisions = len(queries.decisions_of(session, listing_ids=listings))
        introductions = len(queries.introductions_of(session, town.actor("stranger")))
        return introductions, decisions, told, len(mail.newest(session))


def test_each_suggestion_has_its_level_and_its_shared_words_best_first(own_town: Town) -> None:
    offer = own_town.ids["offer"]
    weaker = {"title": "供氢系统的密封件", "detail": "要泄漏率低的。", "chain_nodes": ["HYD-10"]}
    publish(own_town, "stranger", side="need", **weaker)
    with reading(own_town.parts.sessions) as session:
        found = inboxes.inbox(session, own_town.actor("member"), own_town.parts.engine, listing_id=offer).fresh
        titles = [match.listing.title for match in found]
    levels = [LEVELS[match.level] for match in found]
    assert titles == [NEED, weaker["title"]] and len(set(levels)) == 2
    page = inbox(own_town, "member", offer)
    assert re.findall("较强相关|强相关|弱相关", page) == levels
    assert page.index(titles[0]) < page.index(titles[1])
    assert page.count("共同要点") == 2
    assert all(word in page for match in found for word in match.shared_terms)


def test_conditions_met_and_missed_are_told_in_chinese(own_town: Town) -> None:
    both = {"form": "service", "cooperation": ["technical_service"]}
    offer = publish(own_town, "member", title="减压阀耐压检测", price_low="5", price_high="9", **both)
    publish(own_town, "stranger", side="need", title="委托检测减压阀", price_low="1", price_high="2", **both)
    page = inbox(own_town, "member", offer)
    for phrase in ("符合：同一环节：高压阀", "符合：合作方式一致：技术服务", "不符合：价格超出预算", "逐句对照"):
        assert phrase in page


def test_listings_of_the_same_organisation_are_left_out(own_town: Town) -> None:
    own_need = publish(own_town, "member", side="need", title="自家求购减压阀")
    theirs = publish(own_town, "stranger", title="外来的减压阀供给")
    page = inbox(own_town, "member", own_town.ids["offer"])
    assert NEED in page and "自家求购减压阀" not in page
    # It fits and is published: another organisation is told of it.
    assert "自家求购减压阀" in inbox(own_town, "stranger", theirs)
    assert "外来的减压阀供给" in inbox(own_town, "member", own_need)


def test_nothing_is_suggested_where_nothing_fits(own_town: Town) -> None:
    publish(own_town, "member", side="need", title="食堂蔬菜配送", detail="每天早上送菜。", chain_nodes=["FUR-01"])
    page = inbox(own_town, "stranger", own_town.ids["hidden"])
    assert "比较了 1 条" in page and "没有足够相关的需求" in page
    assert "食堂蔬菜配送" not in page


def test_the_list_of_inboxes_has_ones_own_published_listings_only(town: Town) -> None:
    page = readable(town.client("member").get("/my/matches").text)
    assert "七十兆帕高压氢气减压阀" in page
    assert "还没写完的阀门供给" not in page and NEED not in page
    assert "还没有发布的供需" in readable(town.client("newcomer").get("/my/matches").text)


def test_asking_reaches_the_other_side_with_the_message_and_what_the_match_said(own_town: Town) -> None:
    offer, need = own_town.ids["offer"], publish(own_town, "stranger", side="need", title=SECOND)
    answer = send(own_town, "member", (offer, need), message="  我们有现货，想先送样。 ")
    assert answer.status_code == 303
    row = next(row for row in talks(own_town, "member") if row.need_id == need)
    assert answer.location == f"/my/introductions/{row.id}"
    assert (row.state, row.message) == (IntroductionState.ASKED, "我们有现货，想先送样。")
    assert row.evidence["level"] in LEVELS and row.evidence["shared_terms"]
    assert "我们有现货，想先送样。" in readable(own_town.client("stranger").get(answer.location).text)
    page = inbox(own_town, "member", offer)
    # It is followed under what was asked, and not suggested a second time.
    assert page.count(SECOND) == 1 and page.index(ASKED) < page.index(SECOND)


def test_a_message_may_be_left_empty(own_town: Town) -> None:
    need = publish(own_town, "stranger", side="need", title=SECOND)
    assert send(own_town, "member", (own_town.ids["offer"], need), message="").status_code == 303
    assert any(row.need_id == need and row.message == "" for row in talks(own_town, "member"))


def test_a_message_that_is_too_long_is_refused_and_asks_nobody(own_town: Town) -> None:
    need = publish(own_town, "stranger", side="need", title=SECOND)
    before = written(own_town)
    answer = send(own_town, "member", (own_town.ids["offer"], need), message="字" * 2001)
    assert answer.status_code == 400
    assert 'href="#message"' in answer.text
    assert written(own_town) == before


def test_declining_needs_a_reason_from_the_list(own_town: Town) -> None:
    pair = own_town.ids["offer"], own_town.ids["need"]
    before = written(own_town)
    none = send(own_town, "member", pair, decision="declined")
    assert none.status_code == 400 and "请至少选择一个理由。" in readable(none.text)
    made_up = send(own_town, "member", pair, decision="declined", reasons=["price", HOSTILE])
    assert made_up.status_code == 400 and "请从列出的理由里选择。" in readable(made_up.text)
    assert HOSTILE not in made_up.text
    unknown = send(own_town, "member", pair, decision="whatever")
    assert unknown.status_code == 400
    assert written(own_town) == before
    assert NEED in inbox(own_town, "member", pair[0])


def test_all_reasons_are_offered_in_chinese(town: Town) -> None:
    page = inbox(town, "member", town.ids["offer"])
    assert all(reason in page for reason in terms("decline_reason", "zh").values())


def test_what_was_declined_is_left_out_and_counted_on_both_sides(own_town: Town) -> None:
    offer, need = own_town.ids["offer"], own_town.ids["need"]
    publish(own_town, "stranger", side="need", title=SECOND)
    assert (
        send(own_town, "member", (offer, need), decision="declined", reasons=["price", "distance"]).status_code == 303
    )
    row = decided(own_town, offer)[need]
    assert (row.decision, row.reasons, row.by) == ("declined", ["price", "distance"], "梁业主")
    page = inbox(own_town, "member", offer)
    assert NEED not in page and SECOND in page
    assert "已略去婉拒过的 1 条" in page
    theirs = inbox(own_town, "stranger", need)
    assert "七十兆帕高压氢气减压阀" not in theirs and "已略去婉拒过的 1 条" in theirs


def test_who_declined_and_why_stands_in_the_audit_log(own_town: Town) -> None:
    offer, need = own_town.ids["offer"], own_town.ids["need"]
    send(own_town, "member", (offer, need), decision="declined", reasons=["capacity"])
    with reading(own_town.parts.sessions) as session:
        entry = audit.page(session, subject=f"listing:{offer}", page=1, per_page=1)[0][0]
        assert (entry.actor, entry.action) == ("梁业主", "match.decide")
        assert entry.detail == {"other": need, "decision": [None, "declined"], "reasons": ["capacity"]}


def test_what_is_put_off_is_kept_aside_and_can_be_asked_for(own_town: Town) -> None:
    offer, need = own_town.ids["offer"], publish(own_town, "stranger", side="need", title=SECOND)
    assert send(own_town, "member", (offer, need), decision="later").status_code == 303
    fresh, _mark, aside = inbox(own_town, "member", offer).partition(AWAY)
    assert SECOND not in fresh and NEED in fresh
    assert SECOND in aside and "请求对接" in aside and NEED not in aside
    assert "已略去" not in fresh, "putting off is no refusal"
    assert send(own_town, "member", (offer, need), message="现在可以谈了").status_code == 303
    page = inbox(own_town, "member", offer)
    assert AWAY not in page and page.index(ASKED) < page.index(SECOND)
    assert decided(own_town, offer)[need].decision == "interested"


def test_putting_off_stays_with_whoever_did_it(own_town: Town) -> None:
    offer, need = own_town.ids["offer"], own_town.ids["need"]
    before = written(own_town)
    send(own_town, "member", (offer, need), decision="later")
    assert AWAY not in inbox(own_town, "stranger", need)
    # One decision more; nobody was told of it.
    assert written(own_town) == (before[0], before[1] + 1, *before[2:])


def test_what_was_put_off_can_still_be_declined(own_town: Town) -> None:
    pair = own_town.ids["offer"], own_town.ids["need"]
    send(own_town, "member", pair, decision="later")
    send(own_town, "member", pair, decision="declined", reasons=["has_partner"])
    page = inbox(own_town, "member", pair[0])
    assert AWAY not in page and NEED not in page and "已略去婉拒过的 1 条" in page


@pytest.mark.parametrize("state", ["closed", "on_hold", "draft"])
def test_with_a_listing_that_is_not_published_nobody_is_asked(own_town: Town, state: str) -> None:
    offer, need = own_town.ids["offer"], publish(own_town, "stranger", side="need", title=SECOND)
    client = own_town.client("member")
    assert client.post(f"/my/listings/{offer}/state", data={"state": state}).status_code == 303
    before = written(own_town)
    assert "对方看不到" in inbox(own_town, "member", offer)
    assert "七十兆帕高压氢气减压阀" not in readable(client.get("/my/matches").text)
    for verb, form in (("ask", {"message": "在吗"}), ("decide", {"decision": "later"})):
        answer = client.post(f"/my/matches/{offer}/{need}/{verb}", data=form, follow_redirects=True)
        assert "已不再发布" in readable(answer.text)
    assert written(own_town) == before


@pytest.mark.parametrize("state", ["closed", "on_hold", "draft"])
def test_a_partner_that_is_not_published_any_more_is_gone(own_town: Town, state: str) -> None:
    offer, need = own_town.ids["offer"], own_town.ids["need"]
    own_town.client("stranger").post(f"/my/listings/{need}/state", data={"state": state})
    before = written(own_town)
    assert NEED not in inbox(own_town, "member", offer)
    for form in ({"message": "在吗"}, {"decision": "later"}):
        assert send(own_town, "member", (offer, need), **form).status_code in (303, 404)
    assert written(own_town) == before


def test_without_automatic_matching_nobody_is_suggested_in_either_direction(own_town: Town) -> None:
    offer, need = own_town.ids["offer"], publish(own_town, "stranger", side="need", title=SECOND)
    client = own_town.client("member")
    switch = f"/my/organisations/{own_town.ids['organisation']}/matching"
    assert "七十兆帕高压氢气减压阀" in inbox(own_town, "stranger", need)
    client.post(switch, data={"off": "true"})
    page = inbox(own_town, "member", offer)
    assert "本单位关闭了自动匹配" in page and NEED not in page and SECOND not in page
    assert "七十兆帕高压氢气减压阀" not in inbox(own_town, "stranger", need)
    client.post(switch, data={"off": "false"})
    page = inbox(own_town, "member", offer)
    assert "关闭了自动匹配" not in page and NEED in page
    assert "七十兆帕高压氢气减压阀" in inbox(own_town, "stranger", need)


def test_a_pair_of_the_same_side_or_the_same_organisation_is_refused(own_town: Town) -> None:
    own_need = publish(own_town, "member", side="need", title="自家求购减压阀")
    before = written(own_town)
    for other in (own_need, own_town.ids["hidden"]):
        for form in ({"message": "在吗"}, {"decision": "later"}):
            assert send(own_town, "member", (own_town.ids["offer"], other), **form).status_code == 400
    assert written(own_town) == before


def test_hostile_text_is_only_text_in_the_inbox(own_town: Town) -> None:
    # One piece stands in both texts and is marked, the other one is not.
    shared = {"title": f"供应减压阀 {HOSTILE}", "summary": HOSTILE, "detail": f"耐压一百零五兆帕。{HOSTILE}"}
    title = f"求购减压阀 {HOSTILE}{IMAGE}"
    offer = publish(own_town, "member", **shared)
    need = publish(own_town, "stranger", side="need", **shared | {"title": title, "summary": IMAGE})
    for form in ({"decision": "later"}, {"message": HOSTILE}, {"message": "x"}):
        page = own_town.client("member").get(f"/my/matches/{offer}").text
        assert "<script>alert" not in page and "<img" not in page
        assert shared["title"] in readable(page) and title in readable(page)
        send(own_town, "member", (offer, need), **form)


def test_asking_needs_no_model(own_town: Town, tmp_path: Path) -> None:
    offer, need = own_town.ids["offer"], publish(own_town, "stranger", side="need", title=SECOND)
    config = replace(own_town.parts.config, encoder="local", encoder_name=str(tmp_path / "no model here"))
    town = replace(own_town, parts=replace(own_town.parts, config=config, engine=LiveIndex(Ranker(config))))
    page = town.client("member").get(f"/my/matches/{offer}")
    assert page.status_code == 503 and "请稍后刷新" in page.text
    assert send(town, "member", (offer, need), message="想谈谈").status_code == 303
    assert any(row.need_id == need and row.evidence == {} for row in talks(town, "member"))


def test_a_helper_asks_for_an_organisation_which_is_told_of_it(own_town: Town) -> None:
    offer, need = own_town.ids["offer"], publish(own_town, "stranger", side="need", title=SECOND)
    client = own_town.client("organiser")
    address = f"/my/matches/{offer}/{need}/ask"
    assert client.post(address, data={"message": "代为联系"}).status_code in (403, 404)
    client.post(f"/office/help/{own_town.ids['organisation']}")
    assert client.post(address, data={"message": "代为联系"}).status_code == 303
    row = next(row for row in talks(own_town, "member") if row.need_id == need)
    assert row.asked_by_id == own_town.ids["organisation"]
    told = readable(own_town.client("member").get("/my/notices").text)
    assert "霍组织代表佛山市南海区试样阀门有限公司进行了操作：请求对接" in told


def test_a_redacted_partner_is_suggested_without_its_name(own_town: Town) -> None:
    need = {
        "title": "想买小批量伺服电机",
        "detail": "四百瓦到两千瓦的伺服电机，可配编码器。",
        "chain_nodes": ["MAC-04"],
    }
    page = inbox(own_town, "member", publish(own_town, "member", side="need", **need))
    assert "伺服电机小批量供应" in page and "脱敏展示" in page
    assert REDACTED_OWNER not in page
