"""The listing desk when something stands in the way: the form comes back as typed, in the words of the page."""

from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.datastructures import MultiDict

from matchmaker.accounts.models import Person
from matchmaker.core.unit import unit
from matchmaker.listings import drafts
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.ranker import Ranker
from tests.factories import USCCS, listing_in
from tests.web.people import join
from tests.web.test_desk import FULL, NEED, faults, open_drafts, sent, shown, stored, words
from tests.web.test_desk_files import PDF, upload
from tests.web.test_language import CHINESE
from tests.web.town import REDACTED_OWNER, Town

HUGE = "9" * 30
NOT_READY = "匹配模型正在载入或暂不可用，请稍后再试。"
LONG = FULL | {"detail": "长" * 40_001}


def of_both(town: Town) -> str:
    """Make the member one of the other organisation's people too; returns its number as forms hold it."""
    other = town.ids["other_organisation"]
    with unit(town.parts.sessions) as session:
        join(session, session.get_one(Person, town.people["member"]), other)
    return str(other)


def test_a_draft_reopens_under_the_organisation_chosen_last(own_town: Town) -> None:
    other, client = of_both(own_town), own_town.client("member")
    own = {"organisation_id": str(own_town.ids["organisation"])}
    told = client.post("/my/listings/draft", data=NEED | own).get_json()
    known = {"draft_id": str(told["draft_id"]), "draft_version": "1", "organisation_id": other}
    assert client.post("/my/listings/draft", data=NEED | known).status_code == 200
    page = client.get(f"/my/listings/new?draft={told['draft_id']}").text
    assert sent(page)["organisation_id"] == other
    posted = client.post("/my/listings/save", data=sent(page, action="publish"))
    assert REDACTED_OWNER in own_town.client().get(posted.location.replace("/my/matches/", "/listings/")).text


@pytest.mark.parametrize("action", ["publish", "draft"])
def test_going_back_after_publishing_loses_no_text(own_town: Town, action: str) -> None:
    client = own_town.client("member")
    told = client.post("/my/listings/draft", data=NEED).get_json()
    known = NEED | {"draft_id": str(told["draft_id"]), "draft_version": "1"}
    assert client.post("/my/listings/save", data=known | {"action": "publish"}).status_code == 303
    again = known | {"title": "求购小批量不锈钢球阀", "action": action}
    answer = client.post("/my/listings/save", data=again, follow_redirects=True)
    assert answer.status_code == 200
    assert ("求购小批量不锈钢球阀" in open_drafts(own_town)) is (action == "draft")
    assert "求购小批量不锈钢球阀" in client.get("/my/listings").text
    late = client.post("/my/listings/draft", data=known | {"title": "又写了几句"}).get_json()
    assert late["draft_id"] != told["draft_id"] and late["draft_version"] == 1


def test_a_draft_that_is_too_long_comes_back_as_typed(own_town: Town) -> None:
    before, client = stored(own_town), own_town.client("member")
    answer = client.post("/my/listings/save", data=LONG | {"action": "draft"})
    said = "草稿总共最多 40,000 个字"
    assert answer.status_code == 400
    assert said in faults(answer.text)["detail"] and "characters" not in words(answer.text)
    assert shown(answer.text, LONG) == LONG
    saved = client.post("/my/listings/draft", data=LONG)
    assert saved.status_code == 400 and said in saved.get_json()["message"]
    assert stored(own_town) == before


@pytest.mark.parametrize("action", ["publish", "draft"])
def test_a_listing_that_would_change_its_organisation_comes_back_as_typed(own_town: Town, action: str) -> None:
    chosen = NEED | {"organisation_id": of_both(own_town)}
    before, client = stored(own_town), own_town.client("member")
    known = {"listing_id": str(own_town.ids["offer"]), "action": action}
    answer = client.post("/my/listings/save", data=chosen | known)
    assert answer.status_code == 400
    assert "不能换单位" in faults(answer.text)["organisation_id"]
    assert shown(answer.text, chosen) == chosen and sent(answer.text)["listing_id"] == known["listing_id"]
    assert "不能换单位" in client.post("/my/listings/draft", data=chosen | known).get_json()["message"]
    assert stored(own_town) == before


@pytest.mark.parametrize("number", [HUGE, "9" * 19, "-1", "x"])
def test_numbers_that_nothing_has_are_unknown_and_not_left_out(own_town: Town, number: str) -> None:
    before, client = stored(own_town), own_town.client("member")
    assert client.get(f"/my/listings/new?draft={number}").status_code == 404
    for field in ("draft_id", "listing_id", "organisation_id"):
        for action in ("publish", "draft"):
            answer = client.post("/my/listings/save", data=NEED | {field: number, "action": action})
            assert answer.status_code == 400, (field, action)
            assert shown(answer.text, NEED) == NEED
        assert client.post("/my/listings/draft", data=NEED | {field: number}).status_code in (400, 403), field
        checked = client.post("/my/listings/save", data=NEED | {field: number, "action": "check"})
        assert checked.status_code == (400 if field == "organisation_id" else 200)
        assert client.post("/my/listings/panel", data=NEED | {field: number}).status_code in (200, 403)
    assert stored(own_town) == before
    version = client.post("/my/listings/draft", data=NEED | {"draft_version": number})
    assert version.status_code == 200


def test_a_form_whose_draft_is_not_ones_own_is_kept_by_pressing_again(own_town: Town) -> None:
    client = own_town.client("stranger")
    theirs = NEED | {"draft_id": str(own_town.ids["draft"]), "draft_version": "1", "action": "draft"}
    answer = client.post("/my/listings/save", data=theirs)
    assert answer.status_code == 400 and "再次提交会成为新的一条" in answer.text
    assert client.post("/my/listings/save", data=sent(answer.text, action="draft")).status_code == 303
    assert open_drafts(own_town, "stranger") == [NEED["title"]] and open_drafts(own_town) == ["半句话"]


def test_looking_who_would_match_tells_nothing_of_another_organisation(own_town: Town) -> None:
    secret = NEED | {"organisation": USCCS[1], "title": "仅撮合方可见的求购绝密针型阀", "visibility": "consent"}
    with unit(own_town.parts.sessions) as session:
        drafts.publish(session, own_town.actor("stranger"), data=listing_in(**secret))
    typed = NEED | {"organisation_id": str(own_town.ids["other_organisation"]), "title": "求购绝密的针型阀"}
    answer = own_town.client("member").post("/my/listings/save", data=typed | {"action": "check"})
    assert "仅撮合方可见的求购绝密针型阀" not in answer.text
    assert list(faults(answer.text)) == ["organisation_id"]


def test_without_a_model_the_panel_says_so_and_still_says_what_is_missing(town: Town, tmp_path: Path) -> None:
    config = replace(town.parts.config, encoder="local", encoder_name=str(tmp_path / "no model here"))
    broken = replace(town, parts=replace(town.parts, config=config, engine=LiveIndex(Ranker(config))))
    client = broken.client("member")
    beside = client.post("/my/listings/panel", data=NEED).text
    checked = client.post("/my/listings/save", data=NEED | {"action": "check"})
    for page in (beside, checked.text):
        assert NOT_READY in page and "再多写几个字" not in page and "完整度" in page
    assert shown(checked.text, NEED) == NEED
    assert "再多写几个字" in client.post("/my/listings/panel", data={"title": "阀"}).text


def test_an_end_in_the_past_is_not_published_but_may_stand_in_a_draft(own_town: Town) -> None:
    before, client = stored(own_town), own_town.client("member")
    typed = NEED | {"valid_to": "2020-01-01"}
    answer = client.post("/my/listings/save", data=typed | {"action": "publish"})
    assert answer.status_code == 400
    assert "截止日期已经过去" in faults(answer.text)["valid_to"]
    assert shown(answer.text, typed) == typed and stored(own_town) == before
    assert client.post("/my/listings/save", data=typed | {"action": "draft"}).status_code == 303


@pytest.mark.parametrize(
    ("field", "over", "said"),
    [
        ("ip_no", {"ip_no": "A" * 61}, "最多 60 个字，这里有 61 个"),
        ("price_high", {"price_low": "3", "price_high": "2"}, "价格上限低于价格下限；请核对"),
        ("form", {"form": "weapon"}, "请从页面列出的选项里选"),
        ("chain_nodes", {"chain_nodes": ["XXX-99"]}, "请从页面列出的环节里选"),
        ("trl", {"trl": "9" * 5000}, "整数太大"),
        ("valid_from", {"valid_from": "2026-03-01T10:00"}, "只填日期"),
    ],
)
def test_a_page_speaks_of_no_spreadsheet_and_in_its_own_language(
    town: Town, field: str, over: dict[str, str], said: str
) -> None:
    client = town.client("member")
    typed = FULL | over | {"action": "publish"}
    message = faults(client.post("/my/listings/save", data=typed).text)[field]
    assert said in message
    assert [word for word in ("两列", "模板", "表头", "项", "填写有误") if word in message.replace("选项", "")] == []
    client.get("/language/en")
    english = faults(client.post("/my/listings/save", data=typed).text)[field]
    assert not CHINESE.search(english)
    assert [word for word in ("sheet", "items", "price_", "template") if word in english] == []


@pytest.mark.parametrize(
    ("address", "data", "said"),
    [
        ("/register", {"name": "李新来", "email": "没有这个邮箱", "agreed": "true"}, "不是有效的邮箱地址"),
        ("/register", {"name": "李新来", "email": "a@demo.example", "phone": "12", "agreed": "true"}, "电话号码"),
        ("/register", {"name": "李新来", "email": "a@demo.example"}, "请先阅读并同意"),
        ("/my/organisations/1/members", {"name": "李新来", "email": "@"}, "不是有效的邮箱地址"),
    ],
)
def test_other_pages_say_in_chinese_what_is_wrong(town: Town, address: str, data: dict[str, str], said: str) -> None:
    client = town.client("member" if address.startswith("/my") else None)
    page = words(client.post(address, data=MultiDict(data)).text)
    assert said in page
    assert [text for text in ("not an", "not a ", "填写有误", "consent") if text in page] == []


def test_when_one_of_several_files_is_bad_the_page_says_that_none_was_added(own_town: Town) -> None:
    client, number = own_town.client("member"), own_town.ids["offer"]
    both = upload(client, number, ("好的.pdf", PDF), ("坏的.exe", b"MZ\x90\x00"))
    assert "这次选的文件都没有添加" in both.text
    alone = upload(client, number, ("坏的.exe", b"MZ\x90\x00"))
    assert "这次选的文件都没有添加" not in alone.text
    assert "好的.pdf" not in client.get(f"/listings/{number}").text
