"""What staff does for others: acting for an organisation with its consent (帮办代办), and planning events."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import cache

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from matchmaker.accounts.models import Assistance
from matchmaker.audit.models import AuditEntry
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.unit import reading
from matchmaker.events import queries as events
from matchmaker.events.models import Event
from matchmaker.listings import queries as listings
from matchmaker.listings.rules import State
from matchmaker.registry import queries as registry
from tests.factories import USCCS
from tests.web.town import Town

NAME = "佛山市南海区试样阀门有限公司"
BANNER = f"您正在代表“{NAME}”操作"
HOSTILE = "<script>alert('会')</script>"
ESCAPED = "&lt;script&gt;alert(&#39;会&#39;)&lt;/script&gt;"
EVENT = {"title": "铝型材模具供需对接会", "kind": "technology", "state": "announced", "venue": "大沥会展中心二楼"}
EVENT |= {"starts_at": "2099-05-06T14:30", "ends_at": "2099-05-06T17:00", "town": "440605123"}
Visit = Callable[..., FlaskClient]


@pytest.fixture
def visit(own_town: Town) -> Visit:
    """Everybody's one browser in a town of the test's own."""
    return cache(own_town.client)


@pytest.fixture
def helper(own_town: Town, visit: Visit) -> FlaskClient:
    """The organiser's browser, acting for the member's organisation with the consent that the town comes with."""
    assert visit("organiser").post(f"/office/help/{own_town.ids['organisation']}").location == "/my/listings"
    return visit("organiser")


def in_days(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def ask(visit: Visit, **over: str) -> TestResponse:
    """The officer asks the member's organisation for its consent; its code may be typed carelessly."""
    data = {"uscc": f" {USCCS[0].lower()} ", "purpose": "代填三季度供需", "until": in_days(7)} | over
    return visit("officer").post("/office/assistance", data=data)


def assistances(town: Town, who: str) -> list[Assistance]:
    with reading(town.parts.sessions) as session:
        rows = list(registry.assistances_for_staff(session, town.actor(who)))
        session.expunge_all()
        return rows


def answer(visit: Visit, who: str, number: int, action: str) -> int:
    return visit(who).post(f"/my/assistance/{number}", data={"action": action}).status_code


def wrong_fields(refused: TestResponse) -> list[str]:
    """The fields that the list of what is wrong leads to."""
    return re.findall(r'href="#(\w+)"', refused.text.split("需要修改")[1].split("</ul>")[0])


def inbox(visit: Visit, who: str) -> str:
    return visit(who).get("/my/notices").text


def log(town: Town, subject: str = "") -> list[AuditEntry]:
    """What the log says, newest first."""
    with reading(town.parts.sessions) as session:
        rows = list(registry.audit_entries(session, town.actor("auditor"), subject=subject).rows)
        session.expunge_all()
        return rows


def state_of_offer(town: Town) -> State:
    with reading(town.parts.sessions) as session:
        return listings.listing(session, town.actor("auditor"), listing_id=town.ids["offer"]).state


def hold(client: FlaskClient, town: Town) -> int:
    """Put the organisation's offer on hold: something only those who may act for it can do."""
    return client.post(f"/my/listings/{town.ids['offer']}/state", data={"state": "on_hold"}).status_code


def test_nothing_is_allowed_between_asking_and_the_owners_consent(own_town: Town, visit: Visit) -> None:
    assert ask(visit).status_code == 303
    number = assistances(own_town, "officer")[0].id
    assert "等待同意" in visit("officer").get("/office/assistance").text
    assert f"谭专员申请在 {in_days(7)} 前为{NAME}帮办代办：代填三季度供需" in inbox(visit, "member")
    begin = f"/office/help/{own_town.ids['organisation']}"
    assert visit("officer").post(begin).status_code == 403
    assert [answer(visit, who, number, "grant") for who in ("officer", "colleague", "stranger")] == [404] * 3
    assert "等您答复" in visit("member").get(f"/my/organisations/{own_town.ids['organisation']}").text
    assert answer(visit, "member", number, "grant") == 303
    assert f"{NAME}同意您帮办代办至 {in_days(7)}" in inbox(visit, "officer")
    assert "生效中" in visit("officer").get("/office/assistance").text
    assert visit("officer").post(begin).location == "/my/listings"
    assert BANNER in visit("officer").get("/my/listings").text
    actions = [row.action for row in log(own_town, f"organisation:{own_town.ids['organisation']}")]
    assert actions[:3] == ["assistance.begin", "assistance.grant", "assistance.ask"]


def test_what_the_owner_declined_cannot_be_granted_or_used_any_more(own_town: Town, visit: Visit) -> None:
    ask(visit)
    number = assistances(own_town, "officer")[0].id
    assert answer(visit, "member", number, "end") == 303
    assert f"{NAME}的帮办代办已结束" in inbox(visit, "officer")
    assert answer(visit, "member", number, "grant") == 409
    assert visit("officer").post(f"/office/help/{own_town.ids['organisation']}").status_code == 403
    assert "已终止" in visit("officer").get("/office/assistance").text


def test_a_refused_request_to_help_names_its_field_and_keeps_what_was_typed(own_town: Town, visit: Visit) -> None:
    before = log(own_town)[0].number
    for field, value in (
        ("uscc", ""),
        ("uscc", USCCS[3]),
        ("uscc", "'; DROP TABLE organisations --"),
        ("purpose", ""),
        ("purpose", "代" * 201),
        ("until", ""),
        ("until", "明天"),
        ("until", in_days(-1)),
        ("until", in_days(91)),
        ("granted_at", "2026-01-01"),
    ):
        refused = ask(visit, **{field: value})
        assert (refused.status_code, wrong_fields(refused)) == (400, [field]), value
        kept = "代填三季度供需" if field != "purpose" else USCCS[0].lower()
        assert kept in refused.text, value
    assert (assistances(own_town, "officer"), log(own_town)[0].number) == ([], before)
    assert "谭专员申请" not in inbox(visit, "member")


def test_the_banner_stands_on_every_page_until_the_helper_stops(own_town: Town, visit: Visit) -> None:
    client = visit("organiser")
    assert BANNER not in client.get("/my/listings").text
    client.post(f"/office/help/{own_town.ids['organisation']}")
    for address in ("/", "/listings", "/my/listings", "/events", "/office/assistance", "/search?q=减压阀"):
        assert BANNER in client.get(address).text, address
    assert BANNER not in visit("member").get("/my/listings").text
    assert "已结束代办" in client.post("/office/stop-helping", follow_redirects=True).text
    assert BANNER not in client.get("/my/listings").text
    assert hold(client, own_town) in (403, 404)
    assert state_of_offer(own_town) is State.PUBLISHED


@pytest.mark.parametrize(
    ("address", "data", "what"),
    [
        ("/my/listings/{offer}/state", {"state": "on_hold"}, "更改“七十兆帕高压氢气减压阀”的状态"),
        (
            "/my/listings/save",
            {"side": "offer", "form": "service", "title": "阀门检测服务", "detail": "高压阀门泄漏率检测，两天出报告。"}
            | {"chain_nodes": "HYD-09", "visibility": "public", "action": "publish"},
            "发布“阀门检测服务”",
        ),
        (
            "/my/organisations/{organisation}/edit",
            {"uscc": USCCS[0], "name": NAME, "kind": "enterprise", "town": "440605123", "intro": "阀门厂"},
            "修改单位资料",
        ),
    ],
)
def test_what_is_done_on_behalf_is_marked_in_the_log_and_told_to_the_organisation(
    own_town: Town, visit: Visit, helper: FlaskClient, address: str, data: dict[str, str], what: str
) -> None:
    before = log(own_town)[0].number
    assert helper.post(address.format(**own_town.ids), data=data).status_code == 303
    fresh = [row for row in log(own_town) if row.number > before]
    mark = f"organisation:{own_town.ids['organisation']}"
    assert fresh and {(row.actor, row.detail.get("on_behalf_of")) for row in fresh} == {("霍组织", mark)}
    for who in ("member", "colleague"):
        assert f"霍组织代表{NAME}进行了操作：{what}" in inbox(visit, who)
    page = visit("auditor").get("/office/audit", query_string={"subject": fresh[0].subject}).text
    assert "霍组织" in page and "on_behalf_of" in page and mark in page


def test_what_is_refused_on_behalf_is_not_told(own_town: Town, visit: Visit, helper: FlaskClient) -> None:
    before = log(own_town)[0].number
    refused = helper.post("/my/listings/save", data={"side": "offer", "title": "阀门", "action": "publish"})
    assert refused.status_code == 400
    assert "进行了操作" not in inbox(visit, "member")
    assert log(own_town)[0].number == before


def test_members_own_steps_bear_no_mark(own_town: Town, visit: Visit) -> None:
    assert hold(visit("member"), own_town) == 303
    assert "on_behalf_of" not in log(own_town, f"listing:{own_town.ids['offer']}")[0].detail
    assert "进行了操作" not in inbox(visit, "colleague")


def test_a_helper_has_neither_the_owners_rights_nor_the_offices_nor_anothers(
    own_town: Town, helper: FlaskClient
) -> None:
    before = log(own_town)[0].number
    profile = {"uscc": USCCS[1], "name": "佛山市南海区隐名电机有限公司", "kind": "enterprise", "town": "440605123"}
    staff = str(own_town.people["officer"])
    offered: dict[str, str] = {"purpose": "代填供需信息", "until": in_days(3)}
    for address, data in (
        ("/my/organisations/{organisation}/members", {"name": "新同事", "email": "new@demo.example"}),
        ("/my/organisations/{organisation}/matching", {"off": "true"}),
        ("/my/organisations/{organisation}/assistance", offered | {"staff_id": staff}),
        ("/my/organisations/{other_organisation}/edit", profile),
        ("/my/listings/{hidden}/state", {"state": "closed"}),
        ("/office/events/new", EVENT),
        ("/office/assistance", offered | {"uscc": USCCS[1]}),
    ):
        assert helper.post(address.format(**own_town.ids), data=data).status_code in (403, 404), address
    assert log(own_town)[0].number == before


def test_an_officer_does_not_decide_while_acting_for_somebody(own_town: Town, visit: Visit) -> None:
    ask(visit)
    answer(visit, "member", assistances(own_town, "officer")[0].id, "grant")
    visit("officer").post(f"/office/help/{own_town.ids['organisation']}")
    other = f"/office/organisations/{own_town.ids['other_organisation']}"
    assert visit("officer").post(other, data={"standing": "returned", "reason": "竞争对手"}).status_code == 403
    request = f"/office/data-requests/{own_town.ids['request']}"
    assert visit("officer").post(request, data={"answer": "已处理"}).status_code == 403
    assert "竞争对手" not in inbox(visit, "stranger") and "已答复" not in inbox(visit, "member")


def test_the_help_ends_at_once_when_the_owner_ends_it(own_town: Town, visit: Visit, helper: FlaskClient) -> None:
    assert BANNER in helper.get("/my/listings").text
    assert answer(visit, "member", own_town.ids["assistance"], "end") == 303
    assert hold(helper, own_town) in (403, 404)
    assert state_of_offer(own_town) is State.PUBLISHED
    page = helper.get("/office/assistance").text
    assert BANNER not in page and "已终止" in page
    assert f"{NAME}的帮办代办已结束" in inbox(visit, "organiser")
    assert helper.post(f"/office/help/{own_town.ids['organisation']}").status_code == 403


def test_the_help_ends_at_midnight_of_its_last_day(own_town: Town, visit: Visit) -> None:
    until: date = assistances(own_town, "organiser")[0].until
    midnight = datetime.combine(until + timedelta(days=1), time(), tzinfo=clock.DISTRICT_ZONE)
    client, begin = visit("organiser"), f"/office/help/{own_town.ids['organisation']}"
    with clock.pretend(midnight - timedelta(minutes=5)):
        assert client.post(begin).status_code == 303
        assert BANNER in client.get("/my/listings").text
    with clock.pretend(midnight + timedelta(minutes=5)):
        assert hold(client, own_town) in (403, 404)
        page = client.get("/office/assistance").text
        assert BANNER not in page and "已到期" in page
        assert client.post(begin).status_code == 403
    assert state_of_offer(own_town) is State.PUBLISHED


def test_the_organisation_is_told_when_the_helper_gives_up(own_town: Town, visit: Visit) -> None:
    assert answer(visit, "organiser", own_town.ids["assistance"], "end") == 303
    assert f"{NAME}的帮办代办已结束" in inbox(visit, "member")
    assert answer(visit, "organiser", own_town.ids["assistance"], "end") == 409


def test_the_district_follows_introductions_without_contact_details(town: Town) -> None:
    for who in ("organiser", "officer", "auditor"):
        page = town.client(who).get("/office/introductions").text
        assert "求购七十兆帕氢气减压阀" in page and NAME in page
        assert "member@demo.example" not in page and "1370000" not in page


def plan(visit: Visit, **over: str) -> TestResponse:
    return visit("organiser").post("/office/events/new", data=EVENT | over)


def change(visit: Visit, number: int, **over: str) -> TestResponse:
    return visit("organiser").post(f"/office/events/{number}/edit", data=EVENT | over)


def number_of(answer: TestResponse) -> int:
    assert answer.status_code == 303
    return int(answer.location.rsplit("/", 1)[1])


def calendar(town: Town) -> list[Event]:
    """All that is planned, drafts too."""
    with reading(town.parts.sessions) as session:
        rows = list(events.coming(session, Actor.system("test")))
        session.expunge_all()
        return rows


def test_an_announced_event_is_in_the_public_calendar_at_the_districts_time(own_town: Town, visit: Visit) -> None:
    number = number_of(plan(visit, chains="HYD", summary=f"欢迎{HOSTILE}"))
    calendar_page, page = visit().get("/events").text, visit().get(f"/events/{number}").text
    for text in ("铝型材模具供需对接会", "2099-05-06 14:30", "大沥会展中心二楼", "丹灶镇", "氢能"):
        assert text in calendar_page and text in page, text
    assert "2099-05-06 17:00" in page and f"欢迎{ESCAPED}" in page and "<script>alert" not in page
    entry = log(own_town, f"event:{number}")[0]
    assert (entry.actor, entry.action) == ("霍组织", "event.save")


def test_a_draft_is_for_the_staff_only_until_it_is_announced(own_town: Town, visit: Visit) -> None:
    number = number_of(plan(visit, state="draft"))
    for who in (None, "member"):
        client = visit(who)
        assert client.get(f"/events/{number}").status_code == 404
        assert "铝型材模具" not in client.get("/events").text + client.get("/").text
    assert "草稿" in visit("officer").get(f"/events/{number}").text
    change(visit, number)
    assert "铝型材模具" in visit().get("/events").text


def test_an_event_is_changed_in_the_form_that_shows_what_is_stored(own_town: Town, visit: Visit) -> None:
    number = number_of(plan(visit))
    form = visit("organiser").get(f"/office/events/{number}/edit").text
    for text in ("铝型材模具供需对接会", "2099-05-06T14:30", "2099-05-06T17:00", "大沥会展中心二楼"):
        assert f'value="{text}"' in form
    change(visit, number, venue="里水文化中心", starts_at="2099-05-06T15:00")
    page = visit().get(f"/events/{number}").text
    assert "里水文化中心" in page and "2099-05-06 15:00" in page and "大沥会展中心" not in page
    assert log(own_town, f"event:{number}")[0].detail["venue"] == ["大沥会展中心二楼", "里水文化中心"]


def test_a_cancelled_event_is_shown_as_cancelled_and_counts_no_longer(own_town: Town, visit: Visit) -> None:
    year = clock.now().astimezone(clock.DISTRICT_ZONE).year
    times = {"starts_at": f"{year}-12-31T22:00", "ends_at": f"{year}-12-31T23:59"}
    number = number_of(plan(visit, **times))
    assert "今年已公布 1 场" in visit().get("/events").text
    change(visit, number, **times, state="cancelled")
    assert "已取消" in visit().get(f"/events/{number}").text
    assert "今年已公布 0 场" in visit().get("/events").text


def test_a_refused_event_names_its_field_and_changes_nothing(own_town: Town, visit: Visit) -> None:
    before = [(row.id, row.title, row.venue, row.updated_at) for row in calendar(own_town)]
    for field, value in (
        ("title", ""),
        ("title", "会" * 121),
        ("kind", "party"),
        ("state", "secret"),
        ("town", "110000000"),
        ("venue", " "),
        ("chains", "XYZ"),
        ("summary", "长" * 2001),
        ("starts_at", "2099-02-30T09:00"),
        ("ends_at", EVENT["starts_at"]),
        ("organiser_id", "1"),
    ):
        kept = f'value="{EVENT["venue" if field != "venue" else "title"]}"'
        for refused in (plan(visit, **{field: value}), change(visit, own_town.ids["event"], **{field: value})):
            assert (refused.status_code, wrong_fields(refused)) == (400, [field]), value
            assert kept in refused.text, value
    assert [(row.id, row.title, row.venue, row.updated_at) for row in calendar(own_town)] == before


def test_an_event_that_is_not_there_is_not_changed(visit: Visit) -> None:
    assert change(visit, 999).status_code == 404
    assert visit("organiser").get("/office/events/999/edit").status_code == 404
    assert visit().get("/events/999").status_code == 404
