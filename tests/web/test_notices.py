"""What one is told and how: the inbox, the pace of letters, saved searches, and the rights over one's own data."""

import re
from datetime import timedelta
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from matchmaker.accounts.models import Person
from matchmaker.alerts import queries as alerts
from matchmaker.core import clock, workdays
from matchmaker.core.unit import reading, unit
from matchmaker.mail.models import OutgoingMail
from matchmaker.notifications import queries as notices
from matchmaker.notifications import service as notifications
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News
from matchmaker.reference.terms import terms
from matchmaker.registry import queries as registry
from tests.web.town import BASE, NAMES, PASSWORD, Town

HOSTILE = "<script>alert(1)</script>"
QUESTION = "求购七十兆帕氢气减压阀"
SEARCHES, SETTINGS = "/my/searches", "/my/notices/settings"


def tell(town: Town, who: str, *titles: str, kind: NoticeKind = NoticeKind.LISTING) -> int:
    """Tell this person that these listings have expired; returns how many notices were made."""
    moment = clock.now().isoformat()
    news = [News(kind, "listing.expired", "/my/listings", f"{kind}{one}{moment}", {"title": one}) for one in titles]
    with unit(town.parts.sessions) as session:
        return notifications.tell(session, news, people=[town.people[who]], base=BASE)


def unread(town: Town, who: str) -> int:
    with reading(town.parts.sessions) as session:
        return notices.unread(session, town.actor(who))


def letters_to(town: Town, who: str) -> int:
    mine = OutgoingMail.address == f"{who}@demo.example"
    with reading(town.parts.sessions) as session:
        return session.scalar(select(func.count()).where(mine)) or 0


def lines(client: FlaskClient, page: int = 1) -> list[str]:
    """The listings that the inbox says have expired, in the order shown."""
    shown = unescape(client.get(f"/my/notices?page={page}").text)
    return re.findall(r">“([^”]*)”已到期，不再参与匹配<", shown)


def chosen(client: FlaskClient) -> dict[str, str]:
    """Kind to pace, as the settings page shows them selected."""
    page = client.get(SETTINGS).text
    kinds, paces = re.findall(r'<select id="(\w+)"', page), re.findall(r'value="(\w+)" selected', page)
    return dict(zip(kinds, paces, strict=True))


def saved(town: Town, who: str) -> list[str]:
    with reading(town.parts.sessions) as session:
        return [row.name for row in alerts.saved_searches(session, town.actor(who))]


def requests_filed(town: Town, who: str) -> list[str]:
    with reading(town.parts.sessions) as session:
        rows = registry.data_requests(session, town.actor("auditor"))
        return [row.text for row in rows if row.person_id == town.people[who]]


def faults(answer: TestResponse) -> list[str]:
    """The fields that a refusal names."""
    return re.findall(r'<li><a href="#(\w+)">', answer.text)


def test_the_inbox_shows_ones_own_newest_first(own_town: Town) -> None:
    tell(own_town, "newcomer", "一号阀门")
    tell(own_town, "newcomer", "二号阀门", f"{HOSTILE}阀门")
    tell(own_town, "colleague", "别人的阀门")
    client = own_town.client("newcomer")
    assert lines(client) == [f"{HOSTILE}阀门", "二号阀门", "一号阀门"]
    page = client.get("/my/notices").text
    assert "共 3 条" in page and "供需状态与到期" in page and HOSTILE not in page


def test_opening_a_notice_leads_to_its_place_and_marks_only_that_one(own_town: Town) -> None:
    tell(own_town, "member", "一号阀门")
    before = unread(own_town, "member")
    client = own_town.client("member")
    assert client.post(f"/my/notices/{own_town.ids['notice']}").location == "/my/listings"
    assert unread(own_town, "member") == before - 1


def test_somebody_elses_notice_stays_unread(own_town: Town) -> None:
    before = unread(own_town, "member")
    other = own_town.client("stranger")
    assert other.post(f"/my/notices/{own_town.ids['notice']}").status_code == 404
    other.post("/my/notices/read")
    assert (unread(own_town, "member"), unread(own_town, "stranger")) == (before, 0)


def test_all_are_read_at_once_and_the_menu_counts_what_is_left(own_town: Town) -> None:
    tell(own_town, "newcomer", "一号阀门", "二号阀门")
    client = own_town.client("newcomer")
    assert re.search(r"消息</span>\s*<span[^>]*>2</span>", client.get("/").text)
    assert client.post("/my/notices/read").location == "/my/notices"
    assert unread(own_town, "newcomer") == 0
    assert not re.search(r"消息</span>\s*<span[^>]*>\d+</span>", client.get("/").text)
    assert lines(client) == ["二号阀门", "一号阀门"], "read is not gone"


def test_a_long_inbox_has_pages_and_one_beyond_the_last_is_the_last(own_town: Town) -> None:
    told = [f"阀门{number:02d}" for number in range(35)]
    assert tell(own_town, "newcomer", *told) == 35
    client = own_town.client("newcomer")
    first, last = lines(client), lines(client, 2)
    assert first + last == told[::-1] and len(last) == 5
    assert lines(client, 99) == last and "第 2 页，共 2 页" in client.get("/my/notices?page=99").text


def test_the_settings_show_what_holds_and_keep_what_is_chosen(own_town: Town) -> None:
    client = own_town.client("newcomer")
    before = chosen(client)
    assert set(before) == {kind.value for kind in NoticeKind}
    assert (before["match"], before["introduction"]) == ("daily", "immediate")
    paces = list(terms("pace"))
    wanted = {kind.value: paces[number % len(paces)] for number, kind in enumerate(NoticeKind)}
    assert client.post(SETTINGS, data=wanted, follow_redirects=True).status_code == 200
    assert chosen(client) == wanted
    assert chosen(own_town.client("member")) == before, "a choice is one's own"


def test_each_kind_switched_off_is_told_no_more_and_only_that_kind(own_town: Town) -> None:
    client = own_town.client("newcomer")
    for kind in NoticeKind:
        client.post(SETTINGS, data={one.value: "off" if one is kind else "immediate" for one in NoticeKind})
        letters = letters_to(own_town, "newcomer")
        heard = {one for one in NoticeKind if tell(own_town, "newcomer", f"{kind}后的阀门", kind=one)}
        assert heard == set(NoticeKind) - {kind}
        assert letters_to(own_town, "newcomer") == letters + len(heard)
    told = len(NoticeKind) * (len(NoticeKind) - 1)
    assert sum(len(lines(client, page)) for page in range(1, -(-told // 30) + 1)) == told


def test_letters_come_at_the_pace_chosen_on_the_page(own_town: Town) -> None:
    client = own_town.client("newcomer")
    due = {"immediate": (1, 1), "daily": (0, 1), "weekly": (0, 1), "inbox": (0, 0)}
    for pace, (at_once, within_a_week) in due.items():
        client.post(SETTINGS, data={"listing": pace})
        before = letters_to(own_town, "newcomer")
        assert tell(own_town, "newcomer", f"{pace}阀门") == 1
        assert letters_to(own_town, "newcomer") == before + at_once, pace
        with clock.pretend(clock.now() + timedelta(days=8)):
            notifications.send_digests(own_town.parts.sessions, base=BASE)
        assert letters_to(own_town, "newcomer") == before + within_a_week, pace


def test_an_unknown_pace_is_refused_and_nothing_of_the_form_is_kept(own_town: Town) -> None:
    client = own_town.client("newcomer")
    before = chosen(client)
    for pace in ("hourly", "", HOSTILE):
        answer = client.post(SETTINGS, data={"match": "off", "listing": pace})
        assert answer.status_code == 400 and "请从列出的方式里选择。" in answer.text
    assert chosen(client) == before


def save_form(page: str) -> dict[str, list[str]]:
    """What the form “收藏这个查找” on a page of results would send."""
    form = page.partition(f'action="{SEARCHES}"')[2].partition("</form>")[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(unescape(value))
    return found


def test_a_saved_search_is_reopened_by_its_address_with_everything_that_was_asked(own_town: Town) -> None:
    client = own_town.client("newcomer")
    asked = {"q": QUESTION, "side": "need", "chain": ["HYD", "ALU"], "town": "440605123", "form": "product"}
    results = client.get("/search", query_string=asked).text
    assert client.post(SEARCHES, data=save_form(results) | {"name": ["盯着减压阀"]}).status_code == 303
    page = client.get(SEARCHES).text
    assert "已收藏。有新的合适供需时会通知您。" in page
    address = unescape(re.findall(r'href="(/search\?[^"]*)">盯着减压阀<', page)[0])
    again = client.get(address)
    shown = {"q": [QUESTION], "side": ["need"], "chain": ["ALU", "HYD"], "town": ["440605123"], "form": ["product"]}
    assert again.status_code == 200
    assert {name: values for name, values in save_form(again.text).items() if name != "csrf_token"} == shown
    assert f'href="/listings/{own_town.ids["need"]}"' in again.text


def test_a_search_without_a_name_is_called_by_its_words_and_shown_as_text(own_town: Town) -> None:
    client = own_town.client("newcomer")
    client.post(SEARCHES, data={"q": f"{HOSTILE}阀门", "side": "offer"})
    assert saved(own_town, "newcomer") == [f"{HOSTILE}阀门"[:30]]
    page = client.get(SEARCHES).text
    assert HOSTILE not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "盯着" not in own_town.client("member").get(SEARCHES).text


def test_a_saved_search_is_ended_by_its_owner_once(own_town: Town) -> None:
    address, owner = f"{SEARCHES}/{own_town.ids['search']}/end", own_town.client("member")
    assert own_town.client("colleague").post(address).status_code == 404
    assert saved(own_town, "member") == ["减压阀"]
    assert owner.post(address).status_code == 303
    assert "还没有收藏" in owner.get(SEARCHES).text and saved(own_town, "member") == []
    assert owner.post(address).status_code == 404


def test_thirty_searches_run_at_once_and_ending_one_makes_room(own_town: Town) -> None:
    client = own_town.client("newcomer")
    for number in range(30):
        client.post(SEARCHES, data={"q": f"第{number}种阀门", "name": f"收藏{number}"})
    answer = client.post(SEARCHES, data={"q": "又一种阀门", "name": "多出来的"}, follow_redirects=True)
    assert "最多收藏 30 个查找，请先结束一个。" in answer.text
    assert (len(saved(own_town, "newcomer")), "多出来的" in saved(own_town, "newcomer")) == (30, False)
    client.post(re.findall(rf"({SEARCHES}/\d+/end)", answer.text)[0])
    client.post(SEARCHES, data={"q": "又一种阀门", "name": "多出来的"})
    assert saved(own_town, "newcomer")[0] == "多出来的" and len(saved(own_town, "newcomer")) == 30


def test_what_cannot_be_asked_is_not_saved_and_says_why(own_town: Town) -> None:
    client = own_town.client("newcomer")
    wrong = {
        "请先写下您的需求或供给": {"q": " 。 "},
        "文字共 5001 字，超过了 5000 字的上限": {"q": "阀" * 5001},
        "文字里有无法识别的控制字符": {"q": "阀\0门"},
        "查找方向只能是供给或需求": {"q": QUESTION, "side": "both"},
        "没有“XYZ”这一项": {"q": QUESTION, "chain": "XYZ"},
    }
    for said, form in wrong.items():
        assert said in client.post(SEARCHES, data=form, follow_redirects=True).text
    assert client.post(SEARCHES, data={"q": QUESTION, "name": "名" * 61}).status_code == 303
    assert saved(own_town, "newcomer") == []


def test_the_download_holds_ones_own_data_and_nobody_elses(own_town: Town) -> None:
    tell(own_town, "member", "我的阀门")
    tell(own_town, "colleague", "同事的阀门")
    client = own_town.client("member")
    client.post("/my/data", data={"right": "correct", "text": "请更正我的电话"})
    own_town.client("stranger").post("/my/data", data={"right": "delete", "text": "请删除陈某的记录"})
    answer = client.get("/my/data.json")
    assert answer.mimetype == "application/json" and "attachment" in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    data = answer.get_json()
    person = {"name": "梁业主", "email": "member@demo.example", "phone": "13700000000", "role": "member"}
    assert person.items() <= data["person"].items()
    assert [row["organisation"] for row in data["memberships"]] == ["佛山市南海区试样阀门有限公司"]
    assert [row["text"] for row in data["requests"]] == ["请给我一份资料", "请更正我的电话"]
    assert {"title": "我的阀门"} in [row["details"] for row in data["notices"]]
    plain = str(data)
    others = [word for who, name in NAMES.items() if who != "member" for word in (name, f"{who}@demo.example")]
    assert [word for word in (*others, "同事的阀门", "请删除陈某的记录", "argon2") if word in plain] == []


def test_a_request_about_ones_data_reaches_the_office_and_its_answer_comes_back(own_town: Town) -> None:
    client, officer = own_town.client("newcomer"), own_town.client("officer")
    wanted = {"right": "correct", "text": f"我的电话写错了{HOSTILE}"}
    page = client.post("/my/data", data=wanted, follow_redirects=True).text
    due = workdays.after(clock.today(), 15).isoformat()
    for text in ("请求已提交，我们会在 15 个工作日内答复。", "更正我的信息", "我的电话写错了", f"{due} 前答复"):
        assert text in page
    waiting = officer.get("/office/data-requests").text
    assert "我的电话写错了" in waiting and "周新来" in waiting and HOSTILE not in page + waiting
    assert f"有新的个人信息请求，请在 {due} 前答复" in officer.get("/my/notices").text
    with reading(own_town.parts.sessions) as session:
        rows = registry.data_requests(session, own_town.actor("officer"))
        number = next(row.id for row in rows if row.person_id == own_town.people["newcomer"])
    officer.post(f"/office/data-requests/{number}", data={"answer": "已更正，请核对。"})
    page = client.get("/my/data").text
    assert "已答复" in page and "已更正，请核对。" in page
    assert "您的个人信息请求已答复" in client.get("/my/notices").text


def test_a_request_that_says_nothing_is_refused_and_not_filed(own_town: Town) -> None:
    client = own_town.client("newcomer")
    wrong = [("text", ""), ("text", "删"), ("text", "删" * 2001), ("right", "everything"), ("person_id", "1")]
    for field, value in wrong:
        form = {"right": "delete", "text": "请删除我的全部信息", field: value}
        answer = client.post("/my/data", data=form)
        assert (answer.status_code, faults(answer)) == (400, [field]), value
        assert form["text"] in answer.text, "what was typed stays"
    assert requests_filed(own_town, "newcomer") == []


def test_leaving_takes_the_person_off_every_page_and_ends_the_login(own_town: Town) -> None:
    tell(own_town, "colleague", "同事的阀门")
    client, other = own_town.client("colleague"), own_town.client("colleague")
    assert client.post("/my/data/leave", data={"sure": "true"}, follow_redirects=True).status_code == 200
    assert other.get("/my/account").status_code == 303, "logged out everywhere"
    login = {"login": "colleague@demo.example", "password": PASSWORD}
    assert own_town.client().post("/login", data=login).status_code == 401
    own = f"/my/organisations/{own_town.ids['organisation']}"
    members = own_town.client("member").get(own).text
    assert "梁业主" in members and "已注销用户" not in members, "no longer one of the organisation"
    seen = members + own_town.client("administrator").get("/office/people").text
    assert [word for word in ("李同事", "colleague@demo.example", "13700000001") if word in seen] == []
    with reading(own_town.parts.sessions) as session:
        row = session.get_one(Person, own_town.people["colleague"])
        kept = (row.name, row.phone, row.password_hash, row.totp_secret)
        assert kept == ("已注销用户", None, None, None) and row.email.endswith("@gone.invalid")


def test_the_address_of_who_left_may_register_anew(own_town: Town) -> None:
    own_town.client("colleague").post("/my/data/leave", data={"sure": "true"})
    form = {"name": "李回来", "email": "colleague@demo.example", "agreed": "true"}
    own_town.client().post("/register", data=form)
    with reading(own_town.parts.sessions) as session:
        again = session.scalar(select(Person).where(Person.email == "colleague@demo.example"))
        assert again is not None and (again.name, again.memberships) == ("李回来", [])


def test_the_last_owner_and_staff_hand_over_before_they_leave(own_town: Town) -> None:
    why = {"member": "您是单位唯一的负责人，请先移交负责人。", "officer": "工作人员请先由管理员收回角色。"}
    for who, said in why.items():
        client = own_town.client(who)
        answer = client.post("/my/data/leave", data={"sure": "true"})
        assert answer.status_code == 400 and said in answer.text
        assert NAMES[who] in client.get("/my/account").text
