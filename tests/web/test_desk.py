"""The listing desk while one writes: publishing, drafts that save themselves, the panel, refusals that lose nothing."""

import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from matchmaker.accounts.models import Person
from matchmaker.core.unit import reading, unit
from matchmaker.listings import drafts, queries
from matchmaker.listings.models import ListingDraft
from tests.factories import USCCS
from tests.web.people import join
from tests.web.town import REDACTED_OWNER, Town, copy_town

Typed = Mapping[str, str | Sequence[str]]
HOSTILE = "<script>alert('阀')</script>\"'><img src=x onerror=alert(1)>"
NEED: dict[str, str | Sequence[str]] = {
    "side": "need",
    "form": "product",
    "title": "求购小批量不锈钢针型阀",
    "detail": "用于氢气管路的针型阀，需要三百只。",
    "chain_nodes": ["HYD-09"],
    "visibility": "public",
}
FULL = NEED | {
    "summary": "长期采购，先试一批",
    "requirement": "耐压七十兆帕\n泄漏率有报告",
    "fields": ["materials", "energy"],
    "cooperation": ["joint_development", "supply"],
    "maturity": "pilot_tested",
    "trl": "7",
    "ip_type": "invention",
    "ip_status": "granted",
    "ip_no": "ZL2020TEST1",
    "price_low": "0.5",
    "price_high": "12.5",
    "price_unit": "set",
    "valid_from": "2020-01-01",
    "valid_to": "2099-06-30",
    "partner_sought": "做过加氢站的单位",
}
# What a page can show again whatever was typed; a box or a list has no place for a code that does not exist.
FREE = {"title", "summary", "detail", "requirement", "partner_sought", "ip_no", "price_low", "price_high"}
FREE |= {"valid_from", "valid_to", "cooperation", "fields"}
VALVE = {"title": "七十兆帕高压氢气减压阀", "detail": "用于车载供氢系统，耐压一百零五兆帕，泄漏率低。"}


class FormReader(HTMLParser):
    """What a browser would send of the listing form on a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: MultiDict[str, str] = MultiDict()
        self._area = self._list = ""
        self.feed(page[page.index("listing-form") :].split(">", 1)[1].split("</form>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "input" and (given.get("type") not in ("radio", "checkbox") or "checked" in given):
            self.values.add(name, value)
        elif tag == "textarea":
            self._area = name
        elif tag == "select":
            self._list = name
        elif tag == "option" and ("selected" in given or self._list not in self.values):
            self.values.setlist(self._list, [value])

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] = self.values.get(self._area, "") + data

    def handle_endtag(self, tag: str) -> None:
        self._area = "" if tag == "textarea" else self._area


def shown(page: str, typed: Typed) -> dict[str, str | Sequence[str]]:
    """What the form on this page holds of the fields that were typed."""
    values = FormReader(page).values
    return {name: values.get(name, "") if isinstance(typed[name], str) else values.getlist(name) for name in typed}


def sent(page: str, **over: str) -> MultiDict[str, str]:
    """The form on this page as the browser sends it, after these fields were changed."""
    values = FormReader(page).values
    for name, value in over.items():
        values[name] = value
    return values


def words(page: str) -> str:
    """What one reads on the page."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def faults(page: str) -> dict[str, str]:
    """Field to message, as the list on top of a refused form leads to them."""
    alert = page.split('role="alert"', 1)[1].split("</div>", 1)[0]
    return dict(re.findall(r'<a href="#(\w+)">([^<]+)</a>', alert))


def stored(town: Town) -> tuple[list[object], list[object]]:
    """Every listing and every draft there is, with its version."""
    with reading(town.parts.sessions) as session:
        rows = queries.changed_since(session, change_seq=0, limit=100)
        kept = session.scalars(select(ListingDraft).order_by(ListingDraft.id))
        listed: list[object] = [(row.id, row.organisation_id, row.title, row.state, row.revision) for row in rows]
        return listed, [(row.id, row.version, row.content, row.saved_as, row.discarded_at) for row in kept]


def open_drafts(town: Town, who: str = "member") -> list[str]:
    with reading(town.parts.sessions) as session:
        return [row.content["title"] for row in drafts.open_drafts(session, town.actor(who))]


def test_a_published_need_says_to_everybody_exactly_what_was_typed(own_town: Town) -> None:
    client = own_town.client("member")
    answer = client.post("/my/listings/save", data=FULL | {"action": "publish"}, follow_redirects=True)
    assert "已发布，正在为您匹配" in answer.text
    number = int(answer.request.path.rsplit("/", 1)[1])
    page = words(own_town.client().get(f"/listings/{number}").text)
    told = [
        "求购小批量不锈钢针型阀",
        "需求",
        "产品",
        "每套 0.5–12.5 万元",
        "长期采购，先试一批",
        "高压阀",
        "泄漏率有报告",
    ]
    told += ["新材料、新能源与高效节能", "合作开发、产品采购", "通过中试", "7 级", "发明专利", "已授权", "ZL2020TEST1"]
    told += ["2020-01-01 至 2099-06-30", "做过加氢站的单位", "佛山市南海区试样阀门有限公司"]
    assert [one for one in told if one not in page] == []
    assert shown(client.get(f"/my/listings/{number}/edit").text, FULL) == FULL


def test_a_draft_keeps_even_what_could_not_be_published_and_a_colleague_goes_on(own_town: Town) -> None:
    typed = NEED | {"title": "半", "detail": "", "price_low": "大概三万", "chain_nodes": [], "valid_to": "2020-01-01"}
    listed, _drafts = stored(own_town)
    answer = own_town.client("member").post(
        "/my/listings/save", data=typed | {"action": "draft"}, follow_redirects=True
    )
    assert "草稿已保存" in answer.text
    assert stored(own_town)[0] == listed
    colleague = own_town.client("colleague")
    link = re.findall(r'href="(/my/listings/new\?draft=\d+)">半<', colleague.get("/my/listings").text)[0]
    assert shown(colleague.get(link).text, typed) == typed
    assert own_town.client("stranger").get(link).status_code == 404
    assert "半句话" not in own_town.client("stranger").get("/my/listings").text


def test_the_form_saves_itself_and_publishing_uses_the_draft_up(own_town: Town) -> None:
    client = own_town.client("member")
    first = client.post("/my/listings/draft", data=NEED | {"title": "针"}, content_type="multipart/form-data")
    told = first.get_json()
    assert (told["draft_version"], told["message"]) == (1, "草稿已保存")
    known = {"draft_id": str(told["draft_id"]), "draft_version": "1"}
    second = client.post("/my/listings/draft", data=NEED | known).get_json()
    assert second["draft_id"] == told["draft_id"] and second["draft_version"] == 2
    assert open_drafts(own_town) == [NEED["title"], "半句话"]
    # Published as a browser does it: from the draft's own page.
    page = client.get(f"/my/listings/new?draft={told['draft_id']}").text
    client.post("/my/listings/save", data=sent(page, action="publish"))
    assert open_drafts(own_town) == ["半句话"]
    assert "求购小批量不锈钢针型阀" in own_town.client().get("/listings?side=need").text


def test_a_second_window_is_told_and_overwrites_nothing(own_town: Town) -> None:
    client = own_town.client("member")
    number = client.post("/my/listings/draft", data=NEED).get_json()["draft_id"]
    stale = NEED | {"draft_id": str(number), "draft_version": "1"}
    assert client.post("/my/listings/draft", data=stale | {"title": "第一个窗口写的"}).status_code == 200
    before = stored(own_town)
    late = stale | {"title": "第二个窗口写的"}
    refused = client.post("/my/listings/draft", data=late)
    assert refused.status_code == 409
    assert "在别处改过" in refused.get_json()["message"]
    page = client.post("/my/listings/save", data=late | {"action": "draft"})
    assert page.status_code == 400
    assert "在别处改过，请复制您的文字" in page.text and shown(page.text, late) == late
    assert stored(own_town) == before


def test_a_discarded_draft_is_offered_no_more_and_late_text_begins_another(own_town: Town) -> None:
    client, number = own_town.client("member"), own_town.ids["draft"]
    answer = client.post(f"/my/listings/drafts/{number}/discard", follow_redirects=True)
    assert "草稿已丢弃" in answer.text and "半句话" not in answer.text
    assert client.get(f"/my/listings/new?draft={number}").status_code == 404
    late = client.post("/my/listings/draft", data=NEED | {"draft_id": str(number), "draft_version": "1"})
    assert late.get_json()["draft_id"] != number and open_drafts(own_town) == [NEED["title"]]
    assert client.post(f"/my/listings/drafts/{number}/discard").status_code == 404
    with reading(own_town.parts.sessions) as session:
        assert session.get_one(ListingDraft, number).content["title"] == "半句话"


def panel(client: FlaskClient, typed: Typed) -> str:
    answer = client.post("/my/listings/panel", data=typed)
    assert answer.status_code == 200
    return words(answer.text)


def test_the_panel_says_what_is_missing_until_nothing_is(town: Town) -> None:
    client = town.client("member")
    bare = panel(client, {"side": "need", "form": "product", "title": "阀", "detail": "要阀"})
    assert "完整度 0%" in bare and "选择产业链环节" in bare and "再多写几个字" in bare
    detail = "316L 不锈钢针型阀三百只，耐压七十兆帕，公差正负五微米，附 GB/T 检测报告，交期四周。" * 2
    complete = FULL | {"title": "求购不锈钢针型阀三百只", "detail": detail, "summary": ""}
    assert "完整度 100% 写得很完整。" in panel(client, complete)
    without = panel(client, complete | {"detail": detail.replace("三百只", "若干"), "title": "求购不锈钢针型阀若干"})
    assert "写明数量或批量" in without and "100%" not in without
    technology = panel(client, complete | {"form": "technology", "maturity": "", "trl": ""})
    assert "选择成熟度" in technology and "写明数量或批量" not in technology


def test_the_panel_finds_partners_and_their_nodes_and_names_no_hidden_owner(town: Town) -> None:
    client = town.client("member")
    typed = {
        "side": "need",
        "title": "采购小批量伺服电机",
        "detail": "四百瓦到两千瓦的伺服电机，可配编码器，支持定制轴端。",
    }
    found = panel(client, typed)
    assert "伺服电机小批量供应" in found and "脱敏展示" in found
    assert "可能的产业链环节 伺服电机驱动" in found
    assert REDACTED_OWNER not in found and "隐名" not in found
    assert "可能的产业链环节" not in panel(client, typed | {"chain_nodes": ["MAC-04", "没有这个"]})


def test_the_panel_points_to_ones_own_listing_of_the_same_thing(town: Town) -> None:
    client = town.client("member")
    same = VALVE | {"side": "offer"}
    assert "与您已有的供需很像 七十兆帕高压氢气减压阀 已发布" in panel(client, same)
    for other in ({"side": "need"}, {"listing_id": str(town.ids["offer"])}, {"detail": "铝型材挤压模具修磨" * 9}):
        assert "与您已有的供需很像" not in panel(client, same | other), other
    assert "与您已有的供需很像" not in panel(town.client("stranger"), same)


def test_looking_who_would_match_writes_nothing_and_keeps_what_was_typed(own_town: Town) -> None:
    before = stored(own_town)
    typed = FULL | {"title": "", "price_low": "三万"}
    answer = own_town.client("member").post("/my/listings/save", data=typed | {"action": "check"})
    assert answer.status_code == 200
    assert "完整度" in words(answer.text) and "现在会匹配到" in words(answer.text)
    assert shown(answer.text, typed) == typed
    assert stored(own_town) == before


REFUSED: list[tuple[str, Typed, str]] = [
    ("title", {"title": ""}, "请填写这一项"),
    ("title", {"title": "阀门好"}, "至少 4 个字"),
    ("title", {"title": "长" * 121}, "最多 120 个字，这里有 121 个"),
    ("title", {"title": "求购\x07针型阀"}, "控制字符"),
    ("summary", {"summary": "长" * 501}, "最多 500 个字"),
    ("detail", {"detail": " \u3000 "}, "请填写这一项"),
    ("detail", {"detail": "长" * 8001}, "最多 8000 个字"),
    ("partner_sought", {"partner_sought": "长" * 501}, "最多 500 个字"),
    ("chain_nodes", {"chain_nodes": []}, "请填写这一项"),
    ("chain_nodes", {"chain_nodes": ["HYD-09", "XXX-99"]}, "没有“XXX-99”这个产业链环节"),
    ("chain_nodes", {"chain_nodes": [f"HYD-0{number}" for number in range(1, 7)]}, "最多填 5 项，这里有 6 项"),
    ("cooperation", {"cooperation": ["transfer", "equity", "supply", "other"]}, "最多填 3 项，这里有 4 项"),
    ("cooperation", {"cooperation": ["bribery"]}, "不在允许的取值里"),
    ("fields", {"fields": ["electronics", "materials", "energy", "software"]}, "最多填 3 项，这里有 4 项"),
    ("price_high", {"price_low": "3", "price_high": "2.99"}, "价格上限低于价格下限"),
    ("price_low", {"price_low": "三万"}, "以万元为单位的数字"),
    ("price_low", {"price_low": "-1"}, "价格超出范围"),
    ("price_high", {"price_high": "12.0000001"}, "精确到分"),
    ("trl", {"trl": "0"}, "不能小于 1"),
    ("trl", {"trl": "高"}, "应填整数"),
    ("side", {"side": "both"}, "不在允许的取值里"),
    ("form", {"form": "weapon"}, "不在允许的取值里"),
    ("ip_status", {"ip_status": "=1+1"}, "不在允许的取值里"),
    ("visibility", {"visibility": "secret"}, "不在允许的取值里"),
    ("valid_to", {"valid_from": "2099-02-01", "valid_to": "2099-01-31"}, "截止日期早于起始日期"),
    ("valid_from", {"valid_from": "明天"}, "日期读不懂"),
]


@pytest.fixture(scope="module")
def refusing(town: Town, tmp_path_factory: pytest.TempPathFactory) -> tuple[Town, FlaskClient]:
    """A copy that every refusal leaves as it was, so that one will do for all of them."""
    copy = copy_town(town, tmp_path_factory.mktemp("refusing"))
    return copy, copy.client("member")


@pytest.mark.parametrize(("field", "over", "said"), REFUSED)
def test_a_refusal_names_the_field_and_keeps_what_was_typed(
    refusing: tuple[Town, FlaskClient], field: str, over: Typed, said: str
) -> None:
    place, client = refusing
    before = stored(place)
    typed = {**FULL, **over}
    answer = client.post("/my/listings/save", data=typed | {"action": "publish"})
    assert answer.status_code == 400
    assert list(faults(answer.text)) == [field] and said in faults(answer.text)[field]
    assert f'id="{field}"' in answer.text  # where the list of faults leads
    lost = {field} if field not in FREE or "取值" in said else set()
    kept = {name: value for name, value in typed.items() if name not in lost}
    assert shown(answer.text, kept) == kept
    assert stored(place) == before


def test_every_wrong_field_is_named_at_once(own_town: Town) -> None:
    wrong = {"title": "", "trl": "0", "price_low": "三万", "valid_to": "明天", "chain_nodes": []}
    answer = own_town.client("member").post("/my/listings/save", data=FULL | wrong | {"action": "publish"})
    assert set(faults(answer.text)) == set(wrong)
    assert "有 5 处需要修改，内容没有丢失" in answer.text


def test_a_refused_form_still_belongs_to_its_draft(own_town: Town) -> None:
    client = own_town.client("member")
    told = client.post("/my/listings/draft", data=NEED).get_json()
    known = {"draft_id": str(told["draft_id"]), "draft_version": "1"}
    page = client.post("/my/listings/save", data=NEED | known | {"title": "", "action": "publish"}).text
    client.post("/my/listings/save", data=sent(page, title="补上名称的针型阀", action="draft"))
    assert open_drafts(own_town) == ["补上名称的针型阀", "半句话"]


@pytest.mark.parametrize("name", ["state", "organisation", "ref", "revision", "price_low_fen"])
def test_the_form_takes_no_field_it_does_not_have(refusing: tuple[Town, FlaskClient], name: str) -> None:
    place, client = refusing
    before = stored(place)
    answer = client.post("/my/listings/save", data=NEED | {name: USCCS[1], "action": "publish"})
    assert answer.status_code == 400
    assert "不认识的内容" in answer.text and shown(answer.text, NEED) == NEED
    assert stored(place) == before


@pytest.mark.parametrize(("field", "of"), [("listing_id", "need"), ("draft_id", "draft"), ("organisation_id", "")])
def test_numbers_of_others_in_the_form_change_nothing(own_town: Town, field: str, of: str) -> None:
    who = "stranger" if field == "draft_id" else "member"
    theirs = NEED | {field: str(own_town.ids[of or "other_organisation"])}
    before = stored(own_town)
    for action in ("publish", "draft"):
        answer = own_town.client(who).post("/my/listings/save", data=theirs | {"action": action})
        assert answer.status_code in (400, 403, 404), action
    assert stored(own_town) == before


def test_hostile_text_is_only_ever_shown(own_town: Town) -> None:
    client = own_town.client("member")
    texts = ("title", "summary", "detail", "requirement", "partner_sought", "ip_no")
    typed = FULL | dict.fromkeys(texts, HOSTILE) | {"ip_no": HOSTILE[:60]}
    draft = client.post("/my/listings/draft", data=typed).get_json()["draft_id"]
    refused = client.post("/my/listings/save", data=typed | {"trl": "0", "price_low": HOSTILE, "action": "publish"})
    posted = client.post("/my/listings/save", data=typed | {"action": "publish"})
    number = int(posted.location.rsplit("/", 1)[1])
    changed = typed | {"listing_id": str(number), "title": f"改 {HOSTILE}", "action": "publish"}
    client.post("/my/listings/save", data=changed)
    addresses = ["/my/listings", f"/my/listings/new?draft={draft}", f"/my/listings/{number}/edit"]
    addresses += [f"/my/listings/{number}/history", f"/listings/{number}", f"/my/matches/{number}"]
    pages = [client.get(address).text for address in addresses]
    pages += [refused.text, client.post("/my/listings/panel", data=typed).text]
    assert all("alert(" in page for page in pages)
    assert [page for page in pages if "<script>alert" in page or "<img src=x" in page] == []
    assert shown(refused.text, typed)["title"] == HOSTILE


def test_a_person_of_two_organisations_chooses_for_which(own_town: Town) -> None:
    other = own_town.ids["other_organisation"]
    with unit(own_town.parts.sessions) as session:
        join(session, session.get_one(Person, own_town.people["member"]), other)
    client = own_town.client("member")
    page = client.get("/my/listings/new").text
    assert "以哪个单位发布" in page and "试样阀门" in page and REDACTED_OWNER in page
    chosen = NEED | {"organisation_id": str(other)}
    refused = client.post("/my/listings/save", data=chosen | {"trl": "0", "action": "publish"})
    assert shown(refused.text, chosen) == chosen
    number = client.post("/my/listings/draft", data=chosen).get_json()["draft_id"]
    assert shown(client.get(f"/my/listings/new?draft={number}").text, chosen) == chosen
    posted = client.post("/my/listings/save", data=chosen | {"action": "publish"})
    public = words(own_town.client().get(posted.location.replace("/my/matches/", "/listings/")).text)
    assert REDACTED_OWNER in public and "试样阀门" not in public


def test_a_person_of_no_organisation_is_led_to_register_one(own_town: Town) -> None:
    before, client = stored(own_town), own_town.client("newcomer")
    page = client.get("/my/listings/new")
    assert page.status_code == 200
    assert "先登记您的单位" in page.text and "/my/organisations/new" in page.text
    for action in ("publish", "draft"):
        assert client.post("/my/listings/save", data=NEED | {"action": action}).status_code in (400, 403)
    assert stored(own_town) == before


def test_an_organisation_not_yet_verified_writes_drafts_but_publishes_nothing(own_town: Town) -> None:
    client = own_town.client("newcomer")
    own = {"uscc": USCCS[2], "name": "佛山市南海区新起研究所", "kind": "research_platform", "town": "440605123"}
    assert client.post("/my/organisations/new", data=own).status_code == 303
    listed, _drafts = stored(own_town)
    refused = client.post("/my/listings/save", data=NEED | {"action": "publish"})
    assert refused.status_code == 400
    assert "单位通过核验后才能发布，请先存为草稿" in refused.text and shown(refused.text, NEED) == NEED
    assert client.post("/my/listings/save", data=sent(refused.text, action="draft")).status_code == 303
    assert open_drafts(own_town, "newcomer") == [NEED["title"]]
    assert stored(own_town)[0] == listed
