"""The pages and buttons that start a deal: an introduction, what came of a meeting, and forms for putting one down."""

from typing import Any

import pytest
from sqlalchemy import select

from matchmaker.accounts.models import Person
from matchmaker.core.unit import reading, unit
from matchmaker.deals.models import Deal
from matchmaker.introductions import service as introductions
from matchmaker.meetings.outcomes import say
from matchmaker.meetings.rules import OutcomeKind
from matchmaker.participants.models import Registration
from tests.deals.pair import met, speak
from tests.web.people import log_in
from tests.web.town import BASE, Town, readable

HOSTILE = "\"><script>alert('交易')</script>"
OWN, OTHER = "佛山市南海区试样阀门有限公司", "佛山市南海区隐名电机有限公司"
NEW = {"organisation_id": 1, "role": "seller", "partner": OTHER, "kind": "technology", "title": "减压阀许可"}


def deals_of(town: Town) -> list[tuple[str, str]]:
    with reading(town.parts.sessions) as session:
        return [(row.title, row.origin.value) for row in session.scalars(select(Deal).order_by(Deal.id))]


def test_an_accepted_introduction_is_put_down_with_one_click(own_town: Town) -> None:
    number = own_town.ids["introduction"]
    press, there = f"/my/introductions/{number}/deal", f"/my/introductions/{number}"
    early = own_town.client("member").post(press, follow_redirects=True)
    assert "双方同意对接后才能登记为交易。" in readable(early.text) and "登记为交易</button>" not in early.text
    with unit(own_town.parts.sessions) as session:
        introductions.answer(session, own_town.actor("member"), introduction_id=number, accept=True, base=BASE)
    assert press in own_town.client("stranger").get(there).text
    made = own_town.client("stranger").post(press, follow_redirects=True)
    assert all(words in readable(made.text) for words in ("求购七十兆帕氢气减压阀", OWN, OTHER, "匹配日期"))
    again = own_town.client("member").post(press)
    assert again.location == made.request.path
    for who in ("member", "stranger", "officer", "auditor"):
        seen = own_town.client(who).get(there).text
        assert made.request.path in seen and press not in seen
    # What did not come of an event is none of the organisers' business.
    assert made.request.path not in own_town.client("organiser").get(there).text


@pytest.fixture
def fair(own_town: Town) -> tuple[Town, dict[str, int]]:
    """A meeting of an hour ago in the town's database, between two organisations with owners."""
    with unit(own_town.parts.sessions) as session:
        hall, meeting = met(session)
        speak(hall, meeting, 0)
        speak(hall, meeting, 1, OutcomeKind.INFORMATIVE)
        ids = {"event": hall.event.id, "meeting": meeting.id, "first": hall.registrations[0].id}
        ids |= {"second": hall.registrations[1].id}
        ids |= {f"owner{number}": hall.owners[number].person_id or 0 for number in (0, 1)}
    return own_town, ids


def as_person(town: Town, number: int) -> Any:
    client = town.client()
    with reading(town.parts.sessions) as session:
        log_in(client, session.get_one(Person, number))
    return client


def test_cooperation_starts_a_deal_in_one_click_for_a_side_and_leads_there_afterwards(
    fair: tuple[Town, dict[str, int]],
) -> None:
    town, ids = fair
    first, second = as_person(town, ids["owner0"]), as_person(town, ids["owner1"])
    mine, press = f"/my/events/{ids['first']}/outcomes", f"/my/events/{ids['first']}/outcomes/{ids['meeting']}/deal"
    assert press in first.get(mine).text
    theirs = second.get(f"/my/events/{ids['second']}/outcomes").text
    assert "登记为交易" not in theirs, "this side did not say cooperation"
    refused = second.post(press.replace(str(ids["first"]), str(ids["second"]), 1), follow_redirects=True)
    assert "请先把洽谈结果记为“可能合作”。" in readable(refused.text)
    assert second.post(press).status_code == 404
    made = first.post(press, follow_redirects=True)
    assert "交易已登记" in readable(made.text) and "活动洽谈" in readable(made.text)
    for client, where in ((first, mine), (second, f"/my/events/{ids['second']}/outcomes")):
        assert "已登记为交易" in readable(client.get(where).text)


def test_the_desk_starts_one_and_the_report_counts_it(fair: tuple[Town, dict[str, int]]) -> None:
    town, ids = fair
    desk = f"/office/events/{ids['event']}/outcomes"
    press = f"{desk}/{ids['meeting']}/deal"
    organiser = town.client("organiser")
    assert press in organiser.get(desk).text
    made = organiser.post(press)
    assert made.status_code == 303
    seen = organiser.get(made.location)
    assert "登记为交易" not in organiser.get(desk).text.partition("已登记为交易")[0]
    assert "推进" not in readable(seen.text) and "备注" in readable(seen.text)
    report = readable(organiser.get(f"/office/events/{ids['event']}/report").text)
    assert "洽谈后登记交易 1 笔" in report
    assert "阀门" in readable(organiser.get("/office/deals?view=table").text)


def test_a_firm_that_is_not_on_the_platform_is_told_as_the_reason(fair: tuple[Town, dict[str, int]]) -> None:
    town, ids = fair
    with unit(town.parts.sessions) as session:
        session.get_one(Registration, ids["second"]).organisation_id = None
    press = f"/my/events/{ids['first']}/outcomes/{ids['meeting']}/deal"
    answer = as_person(town, ids["owner0"]).post(press, follow_redirects=True)
    assert "有一方还没有在平台登记单位" in readable(answer.text)


def test_a_deal_by_hand_is_put_down_and_the_other_side_told(own_town: Town) -> None:
    assert OWN in readable(own_town.client("member").get("/my/deals/new").text)
    made = own_town.client("member").post("/my/deals/new", data=NEW | {"amount": "12.5"}, follow_redirects=True)
    assert all(words in readable(made.text) for words in ("交易已登记并通知对方", "12.5 万元", "自行登记"))
    assert f"{OWN}登记了交易“减压阀许可”" in readable(own_town.client("stranger").get("/my/notices").text)
    assert deals_of(own_town)[-1] == ("减压阀许可", "hand")


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"partner": "没有这家单位"}, "平台上没有这家单位"),
        ({"partner": "隐名电机"}, "平台上没有这家单位"),
        ({"partner": OWN}, "买方和卖方要是两家不同的单位。"),
        ({"role": ""}, "请选择本单位是买方还是卖方。"),
        ({"title": ""}, "请填写这一项。"),
        ({"title": HOSTILE * 9}, "太长"),
        ({"amount": "一百"}, "价格应是以万元为单位的数字"),
        ({"next_on": "2020-01-01"}, "这一天已经过去"),
        ({"kind": "barter"}, "不在允许的取值里"),
        ({"stage": "completed"}, "没有这个字段"),
    ],
)
def test_a_form_that_is_not_right_is_shown_again_with_everything_typed(town: Town, over: Any, said: str) -> None:
    before = deals_of(town)
    answer = town.client("member").post("/my/deals/new", data=NEW | {"summary": "先做样件"} | over)
    assert answer.status_code == 400
    assert said in readable(answer.text) and "先做样件" in answer.text and "<script>alert" not in answer.text
    assert deals_of(town) == before


def test_nobody_puts_one_down_for_an_organisation_of_others(town: Town) -> None:
    for who in ("stranger", "newcomer", "officer", "auditor"):
        assert town.client(who).post("/my/deals/new", data=NEW).status_code == 403
    assert "核验通过的单位才能登记交易" in readable(town.client("newcomer").get("/my/deals/new").text)


def test_the_office_puts_one_down_for_two_organisations_by_parts_of_their_names(own_town: Town) -> None:
    form = {"buyer": "隐名", "seller": "试样阀门", "kind": "order", "title": "采购阀门一批"}
    made = own_town.client("officer").post("/office/deals/new", data=form, follow_redirects=True)
    assert made.status_code == 200 and "采购阀门一批" in readable(made.text)
    for who in ("member", "stranger"):
        assert "谭专员登记了交易“采购阀门一批”" in readable(own_town.client(who).get("/my/notices").text)
    vague = own_town.client("officer").post("/office/deals/new", data=form | {"seller": "佛山市"})
    assert vague.status_code == 400
    assert "有几家单位名称相近，请写全称：" in readable(vague.text) and OWN in readable(vague.text)


def test_nobody_says_cooperation_for_the_desk_by_a_sides_address(fair: tuple[Town, dict[str, int]]) -> None:
    town, ids = fair
    press = f"/my/events/{ids['first']}/outcomes/{ids['meeting']}/deal"
    assert town.client("organiser").post(press).status_code == 404
    with unit(town.parts.sessions) as session:
        actor = town.actor("organiser")
        say(session, actor, meeting_id=ids["meeting"], registration_id=None, kind=OutcomeKind.COOPERATION)
    assert (
        town.client("organiser").post(f"/office/events/{ids['event']}/outcomes/{ids['meeting']}/deal").status_code
        == 303
    )
