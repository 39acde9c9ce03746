"""Building a guest list on its page, inviting from it, and taking the call sheet along."""

import re
from io import BytesIO

from openpyxl import load_workbook
from sqlalchemy import select

from matchmaker.core.unit import reading, unit
from matchmaker.events.models import Event
from matchmaker.participants.models import GuestRanking, Registration
from tests.web.town import Town, readable

FORM = {"number": "20", "weeks": "4", "only_new": "true"}


def address(town: Town, path: str = "") -> str:
    return f"/office/events/{town.ids['event']}/guests{path}"


def build(town: Town, **over: str) -> str:
    """The page of a new list; the town's two organisations fit each other."""
    with unit(town.parts.sessions) as session:
        session.get_one(Event, town.ids["event"]).chains = ["HYD"]
    client = town.client("organiser")
    answer = client.post(address(town), data=FORM | over)
    assert answer.status_code == 303, readable(answer.text)
    return client.get(answer.location).text


def test_a_list_is_built_with_reasons_and_organisations_are_invited_from_it(own_town: Town) -> None:
    page = build(own_town)
    text = readable(page)
    assert "名单：2 家" in text
    assert "求购七十兆帕氢气减压阀 ↔ 七十兆帕高压氢气减压阀" in text
    chosen = re.findall(r'name="chosen" value="(\d+)"', page)
    client = own_town.client("organiser")
    form = {"chosen": chosen, "action": "invite", "text": "请来谈谈减压阀。"}
    assert client.post(address(own_town, "/invite"), data=form).status_code == 303
    assert "已邀请 2 家" in readable(client.get(address(own_town)).text)
    with reading(own_town.parts.sessions) as session:
        rows = session.scalars(select(Registration).where(Registration.event_id == own_town.ids["event"])).all()
        assert {(row.state.value, row.invitation) for row in rows} == {("invited", "请来谈谈减压阀。")}
    member = own_town.client("member")
    assert "阀门供需对接会" in readable(member.get("/my/notices").text)


def test_quotas_are_written_by_name(own_town: Town) -> None:
    assert "名单：2 家" in readable(build(own_town, towns="丹灶镇=2"))
    # A partner that is not invited is no reason to come.
    assert "没有合适的单位" in readable(build(own_town, towns="丹灶镇=1"))
    client = own_town.client("organiser")
    answer = client.post(address(own_town), data=FORM | {"towns": "丹灶镇 很多", "veto": "没有这家"})
    assert (answer.status_code, "看不懂“丹灶镇 很多”" in answer.text, "没有这家" in answer.text) == (400, True, True)
    answer = client.post(address(own_town), data=FORM | {"veto": "没有这家"})
    assert (answer.status_code, "平台上没有的单位" in answer.text) == (400, True)
    assert client.post(address(own_town), data=FORM | {"number": "-1"}).status_code == 400


def test_nobody_chosen_invites_nobody(own_town: Town) -> None:
    build(own_town)
    client = own_town.client("organiser")
    client.post(address(own_town, "/invite"), data={"action": "invite", "chosen": ["x", "9" * 30]})
    assert "请先勾选单位" in readable(client.get(address(own_town)).text)
    with reading(own_town.parts.sessions) as session:
        assert session.scalars(select(Registration).where(Registration.event_id == own_town.ids["event"])).all() == []


def test_the_list_is_redone_and_taken_to_the_phone(own_town: Town) -> None:
    build(own_town)
    client = own_town.client("organiser")
    with reading(own_town.parts.sessions) as session:
        number = session.scalars(select(GuestRanking.id).where(GuestRanking.event_id == own_town.ids["event"])).one()
    client.post(address(own_town, f"/{number}/redo"))
    assert "结果完全一致" in readable(client.get(address(own_town)).text)
    answer = client.get(address(own_town, f"/{number}/call-sheet.xlsx"))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    assert sheet.max_row == 4
    assert own_town.client("member").get(address(own_town, f"/{number}/call-sheet.xlsx")).status_code == 403


def test_lower_limits_are_written_like_the_upper_ones_and_told_when_not_reached(own_town: Town) -> None:
    page = readable(build(own_town, towns="丹灶镇=1-5"))
    assert "名单：2 家" in page and "没有达到" not in page
    text = build(own_town, towns="丹灶镇≥4\n大沥镇=2-", kinds="enterprise=9")
    page = readable(text)
    assert (
        "有 2 项“至少”没有达到" in page
        and "丹灶镇：要至少 4 家，名单上 2 家。 有供需能对上、又没有排除的一共只有 2 家" in page
    )
    assert ">丹灶镇=4-\n大沥镇=2-</textarea>" in text and "企业=9</textarea>" in text
    client = own_town.client("organiser")
    for towns, said in (
        ("丹灶镇=5-2", "至少的数不能大于最多的数"),
        ("丹灶镇=500-", "至少的数合计超过了名单的家数"),
        ("丹灶镇≥2-5", "看不懂“丹灶镇≥2-5”"),
        ("丹灶镇", "看不懂“丹灶镇”"),
    ):
        answer = client.post(address(own_town), data=FORM | {"towns": towns})
        assert (answer.status_code, said in readable(answer.text)) == (400, True), towns
