"""Stepping back on the pages: what falls away is shown and asked, then a repair is offered and the others are told."""

import re

import pytest
from sqlalchemy import select

from matchmaker.core.unit import reading, unit
from matchmaker.meetings.models import Meeting
from matchmaker.meetings.rules import MeetingState
from matchmaker.participants.models import Participant, Registration
from tests.web.town import Town, readable


def office(town: Town, path: str) -> str:
    return f"/office/events/{town.ids['fair']}{path}"


def seen_on(page: str) -> str:
    return re.search(r'name="seen" value="(\w+)"', page)[1]  # type: ignore[index]


def stands(town: Town) -> bool:
    with reading(town.parts.sessions) as session:
        return session.get_one(Meeting, town.ids["meeting"]).state is MeetingState.PLANNED


@pytest.mark.parametrize(("verb", "state"), [("cancel", "cancelled"), ("decide", "refused")])
def test_the_organiser_sees_what_falls_away_and_is_led_to_the_repair(own_town: Town, verb: str, state: str) -> None:
    client, address = own_town.client("organiser"), office(own_town, f"/people/{own_town.ids['registration']}")
    assert "已排 1 场洽谈" in client.get(address).text
    form = {"reason": "改期", "state": "refused"}
    answer = client.post(f"{address}/{verb}", data=form)
    page = readable(answer.text)
    assert answer.status_code == 409 and "这 1 场洽谈会取消" in page and "佛山市南海区隐名电机有限公司" in page
    assert stands(own_town)
    assert client.post(f"{address}/{verb}", data=form | {"seen": "made-up"}).status_code == 409
    answer = client.post(f"{address}/{verb}", data=form | {"seen": seen_on(answer.text)})
    assert (answer.status_code, answer.location) == (303, office(own_town, "/timetable/repair"))
    assert not stands(own_town)
    with reading(own_town.parts.sessions) as session:
        row = session.get_one(Registration, own_town.ids["registration"])
        assert (row.state, row.reason) == (state, "改期")
    assert "洽谈取消，请看新的日程" in readable(own_town.client("stranger").get("/my/notices").text)
    page = client.get(office(own_town, "/timetable?version=1")).text
    assert "有 1 场洽谈因一方退出已经取消" in page and "meet-fallen" in page
    assert "1 场洽谈落空，补排" in client.get(office(own_town, "")).text


def test_the_organisation_is_asked_too_and_the_other_side_is_told(own_town: Town) -> None:
    client, address = own_town.client("member"), f"/my/events/{own_town.ids['registration']}"
    answer = client.post(f"{address}/cancel", data={"reason": "改期"})
    assert answer.status_code == 409 and "能来时请换人参加" in answer.text
    answer = client.post(f"{address}/cancel", data={"reason": "改期", "seen": seen_on(answer.text)})
    assert (answer.status_code, answer.location) == (303, address) and not stands(own_town)
    assert "1 场洽谈已取消，对方会收到通知" in client.get(address).text
    assert own_town.client("stranger").post(f"{address}/cancel").status_code == 404


def test_one_person_who_leaves_is_asked_about(own_town: Town) -> None:
    with unit(own_town.parts.sessions) as session:
        first = session.get_one(Participant, own_town.ids["participant"])
        session.add(
            Participant(
                event_id=first.event_id,
                registration_id=first.registration_id,
                name="第二人",
                badge="ZZZZZ",
                created_at=first.created_at,
                updated_at=first.updated_at,
            )
        )
    for who, address in (
        ("member", f"/my/events/people/{own_town.ids['participant']}"),
        ("organiser", office(own_town, f"/participants/{own_town.ids['participant']}")),
    ):
        answer = own_town.client(who).post(f"{address}/leave")
        assert answer.status_code == 409 and "从名单移出，1 场洽谈一并取消" in readable(answer.text), who
    assert stands(own_town)
    answer = own_town.client("organiser").post(f"{address}/leave", data={"seen": seen_on(answer.text)})
    assert answer.location == office(own_town, "/timetable/repair") and not stands(own_town)
    with reading(own_town.parts.sessions) as session:
        left = select(Participant.name).where(Participant.left_at.is_not(None))
        assert session.scalars(left).all() == [session.get_one(Participant, own_town.ids["participant"]).name]


def test_a_repair_may_leave_the_first_hours_as_they_are(own_town: Town) -> None:
    client, address = own_town.client("organiser"), office(own_town, "/timetable/repair")
    with reading(own_town.parts.sessions) as session:
        slots = [slot.id for slot in session.get_one(Meeting, own_town.ids["meeting"]).a.registration.event.slots]
    form = {"lost_slots": str(slots[0])}
    moved = client.post(address, data=form)
    assert re.search(r"换时间</dt><dd>1<", moved.text)
    kept = client.post(address, data=form | {"keep_until": str(slots[1])})
    assert re.search(r"不变</dt><dd>1<", kept.text) and f'name="keep_until" value="{slots[1]}"' in kept.text
    for wrong in ("x", "999999", "-1"):
        answer = client.post(address, data=form | {"keep_until": wrong})
        assert answer.status_code == 400 and "请从列出的时段里选择" in answer.text
