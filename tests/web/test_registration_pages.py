"""The pages of registration: the organiser's list, an organisation's own events, the personal page, the import."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from matchmaker.core.unit import unit
from matchmaker.events.models import Event, EventSlot
from matchmaker.events.rules import Entry
from matchmaker.meetings.models import Meeting
from matchmaker.participants import inviting
from matchmaker.participants.badges import link_token
from matchmaker.participants.models import Participant, Registration
from matchmaker.participants.rules import RegistrationState
from tests.events.place import make_event, make_registration
from tests.exchange.test_participants import as_xlsx, row
from tests.factories import USCCS
from tests.people import BASE
from tests.web.conftest import HOSTILE
from tests.web.town import Town, readable

_S = RegistrationState
NAME = "佛山市南海区试样阀门有限公司"


class Hall:
    """A town with an event that has hours and tables, where members register at once."""

    def __init__(self, town: Town) -> None:
        self.town = town
        with unit(town.parts.sessions) as session:
            self.event = make_event(session, entry=Entry.OPEN, title=f"密封件对接会 {HOSTILE}").id

    @contextmanager
    def work(self) -> Iterator[Session]:
        with unit(self.town.parts.sessions) as session:
            yield session

    def get(self, who: str | None, address: str) -> TestResponse:
        return self.town.client(who).get(address)

    def post(self, who: str | None, address: str, **form: Any) -> TestResponse:
        return self.town.client(who).post(address, data=form, follow_redirects=True)

    def office(self, rest: str = "") -> str:
        return f"/office/events/{self.event}/people{rest}"

    def register(self, who: str = "member", **form: Any) -> TestResponse:
        given = {
            "organisation_id": self.town.ids["organisation"],
            "name_1": "梁代表",
            "listing_ids": self.town.ids["offer"],
        }
        return self.post(who, f"/events/{self.event}/register", **(given | form))

    def rows(self) -> list[Registration]:
        with self.work() as session:
            found = list(session.scalars(select(Registration).where(Registration.event_id == self.event)))
            for one in found:
                assert one.people is not None and one.brought is not None
            session.expunge_all()
        return found

    def link(self, participant_id: int) -> str:
        with self.work() as session:
            person = session.get_one(Participant, participant_id)
            return f"/p/{link_token(self.town.parts.config.secret_key, person)}"


@pytest.fixture
def hall(own_town: Town) -> Hall:
    return Hall(own_town)


def invited(hall: Hall) -> int:
    with hall.work() as session:
        ids = [hall.town.ids["organisation"]]
        planner = hall.town.actor("organiser")
        inviting.invite(session, planner, event_id=hall.event, organisation_ids=ids, text=f"请来 {HOSTILE}", base=BASE)
    return hall.rows()[0].id


def test_a_member_registers_and_finds_the_event_among_its_own(hall: Hall) -> None:
    form = hall.get("member", f"/events/{hall.event}/register")
    assert form.status_code == 200 and HOSTILE not in form.text
    assert (
        "七十兆帕高压氢气减压阀" in form.text
        and "还没写完的阀门供给" not in form.text
        and 'value="梁业主"' in form.text
    )
    done = hall.register(name_2="李代表", languages_1=["zh", "yue"], need_text="密封圈")
    assert done.status_code == 200 and "报名成功，已确认参加。" in done.text and "粤语" in done.text
    kept = hall.rows()[0]
    assert (kept.state, kept.need_text, [one.name for one in kept.people]) == (
        _S.CONFIRMED,
        "密封圈",
        ["梁代表", "李代表"],
    )
    assert [one.listing_id for one in kept.brought] == [hall.town.ids["offer"]]
    assert "核对参会人和可到场的时段" in hall.get("colleague", "/my/events").text
    again = hall.town.client("member").get(f"/events/{hall.event}/register")
    assert again.status_code == 303 and again.location == f"/my/events/{kept.id}"


def test_what_was_typed_stays_when_something_is_wrong(hall: Hall) -> None:
    answer = hall.register(name_1="", email_2="坏的", name_2="李代表", need_text="想找密封圈")
    assert answer.status_code == 400
    assert 'id="name_1-fault"' in answer.text and 'id="email_2-fault"' in answer.text
    assert "想找密封圈" in answer.text and 'value="李代表"' in answer.text and hall.rows() == []
    stranger = hall.register(listing_ids=hall.town.ids["need"])
    assert stranger.status_code == 400 and "只能带本单位已发布的供需信息。" in stranger.text


def test_nobody_registers_for_others(hall: Hall) -> None:
    for who in ("stranger", "newcomer", "organiser", "auditor"):
        assert hall.register(who).status_code == 403
    assert hall.town.client(None).post(f"/events/{hall.event}/register").status_code == 303
    assert "先登记单位" in hall.get("newcomer", f"/events/{hall.event}/register").text
    assert hall.rows() == []


def test_why_one_cannot_register_is_said_at_once(hall: Hall) -> None:
    with hall.work() as session:
        session.get_one(Event, hall.event).entry = Entry.INVITED
    page = hall.get("member", f"/events/{hall.event}/register")
    assert page.status_code == 200 and "这个活动只限受邀单位参加。" in page.text
    assert hall.register().status_code == 400


def test_an_invitation_is_answered_on_its_page(hall: Hall) -> None:
    number = invited(hall)
    page = hall.get("member", f"/my/events/{number}")
    assert "请来" in page.text and HOSTILE not in page.text and "重新报名" not in page.text
    no = hall.post("member", f"/my/events/{number}/answer", answer="no", note="有检查")
    assert "已答复不参加" in no.text and hall.rows()[0].state is _S.DECLINED
    yes = hall.post("colleague", f"/my/events/{number}/answer", answer="yes")
    assert "已答复参加" in yes.text and [one.name for one in hall.rows()[0].people] == ["李同事"]
    late = hall.post("member", f"/my/events/{number}/answer", answer="no")
    assert "报名的状态刚刚变了" in late.text and hall.rows()[0].state is _S.CONFIRMED


def test_people_hours_and_listings_are_changed_by_their_own_organisation(hall: Hall) -> None:
    hall.register()
    kept = hall.rows()[0]
    person = kept.people[0].id
    with hall.work() as session:
        slot = session.scalars(select(EventSlot.id).where(EventSlot.event_id == hall.event)).first()
    form = hall.get("member", f"/my/events/people/{person}")
    assert "固定桌位" not in form.text and "09:00" in form.text
    hall.post("member", f"/my/events/people/{person}", name="梁新名", away=slot, meetings_max="3", table_id="1")
    changed = hall.rows()[0].people[0]
    assert (changed.name, changed.away, changed.meetings_max, changed.table_id) == ("梁新名", [slot], 3, None)
    bad = hall.post("member", f"/my/events/people/{person}", name="", phone="13700000000")
    assert bad.status_code == 400 and 'value="13700000000"' in bad.text
    hall.post("member", f"/my/events/{kept.id}/new", name="李二")
    assert "至少要留一位" not in hall.post("member", f"/my/events/people/{person}/leave").text
    assert "至少要留一位" in hall.post("member", f"/my/events/people/{person + 1}/leave").text
    hall.post("member", f"/my/events/{kept.id}/brought", offer_text="样件")
    assert (hall.rows()[0].brought, hall.rows()[0].offer_text) == ([], "样件")
    gone = hall.post("member", f"/my/events/{kept.id}/cancel", reason="改期")
    assert "已取消报名" in gone.text and hall.rows()[0].state is _S.CANCELLED and "重新报名" in gone.text


def test_what_is_an_organisations_own_is_closed_to_others(hall: Hall) -> None:
    hall.register()
    kept = hall.rows()[0]
    person = kept.people[0].id
    pages = [f"/my/events/{kept.id}", f"/my/events/{kept.id}/new", f"/my/events/{kept.id}/calendar.ics"]
    pages += [f"/my/events/people/{person}"]
    posts = [f"/my/events/{kept.id}/{verb}" for verb in ("answer", "cancel", "brought", "new")]
    posts += [f"/my/events/people/{person}", f"/my/events/people/{person}/leave", f"/my/events/people/{person}/revoke"]
    for who in ("stranger", "newcomer", "organiser", "officer", "auditor"):
        assert {hall.get(who, page).status_code for page in pages} == {404}, who
        assert {hall.post(who, post, name="外人").status_code for post in posts} == {404}, who
    assert hall.rows()[0].state is _S.CONFIRMED
    with hall.work() as session:
        session.get_one(Registration, kept.id).state = _S.LISTED
    assert hall.get("member", f"/my/events/{kept.id}").status_code == 404


def test_the_organiser_sees_counts_finds_people_and_decides(hall: Hall) -> None:
    with hall.work() as session:
        event = session.get_one(Event, hall.event)
        event.entry = Entry.APPROVAL
        make_registration(session, event, "候补的公司", state=_S.WAITING)
        make_registration(session, event, "别的公司")
    hall.register()
    page = readable(hall.get("organiser", hall.office()).text)
    assert (
        "全部 3" in page
        and "待审核 1" in page
        and "候补 1" in page
        and HOSTILE not in hall.get("organiser", hall.office()).text
    )
    badge = hall.rows()[2].people[0].badge
    found = hall.get("organiser", hall.office(f"?q={badge}")).text
    assert NAME in found and "别的公司" not in found
    assert NAME not in hall.get("officer", hall.office("?state=waiting")).text
    number = hall.rows()[2].id
    one = hall.get("organiser", hall.office(f"/{number}"))
    assert one.status_code == 200 and "七十兆帕高压氢气减压阀" in one.text
    assert "请写明原因" in hall.post("organiser", hall.office(f"/{number}/decide"), state="refused").text
    hall.post("organiser", hall.office(f"/{number}/decide"), state="confirmed")
    assert hall.rows()[2].state is _S.CONFIRMED
    hall.post("organiser", hall.office(f"/{number}/cancel"), reason="撤场")
    assert hall.rows()[2].state is _S.CANCELLED


def test_the_organiser_adds_a_firm_fixes_a_table_and_reminds(hall: Hall) -> None:
    bad = hall.post("organiser", hall.office("/add"), name="某某公司", person_name="黄一", uscc="9144")
    assert bad.status_code == 400 and 'value="某某公司"' in bad.text
    hall.post("organiser", hall.office("/add"), name="某某公司", person_name="黄一", phone="13800000000")
    hall.post("organiser", hall.office("/add"), name=NAME, uscc=USCCS[0], person_name="梁一")
    first, second = hall.rows()
    assert (first.organisation_id, second.organisation_id) == (None, hall.town.ids["organisation"])
    person = f"/office/events/{hall.event}/participants/{first.people[0].id}"
    with hall.work() as session:
        tables = [(table.id, table.label) for table in session.get_one(Event, hall.event).tables]
    hall.post("organiser", person, name="黄一", table_id=tables[0][0], meetings_min="1")
    assert hall.rows()[0].people[0].table_id == tables[0][0]
    clash = hall.post(
        "organiser",
        f"/office/events/{hall.event}/participants/{second.people[0].id}",
        name="梁一",
        table_id=tables[0][0],
    )
    assert clash.status_code == 400 and "这张桌已固定给别的单位。" in clash.text
    invited_before = hall.post("organiser", hall.office("/remind"))
    assert "已提醒 0 家" in invited_before.text


def test_an_address_of_another_event_leads_nowhere(hall: Hall) -> None:
    hall.register()
    kept = hall.rows()[0]
    other = f"/office/events/{hall.town.ids['event']}"
    addresses = [f"{other}/people/{kept.id}", f"{other}/participants/{kept.people[0].id}"]
    assert [hall.get("organiser", address).status_code for address in addresses] == [404, 404]
    assert hall.post("organiser", f"{other}/people/{kept.id}/cancel").status_code == 404
    for who, status in (("member", 403), ("auditor", 403), ("administrator", 403)):
        assert hall.get(who, hall.office()).status_code == status
    assert hall.get("organiser", "/office/events/999999/people").status_code == 404


def test_a_list_is_imported_with_a_report_for_every_row(hall: Hall) -> None:
    def send(*rows: dict[str, object], **form: str) -> TestResponse:
        return hall.post("organiser", hall.office("/import"), file=(BytesIO(as_xlsx(rows)), "名单.xlsx"), **form)

    assert "保留正确的行" in hall.get("organiser", hall.office("/import")).text
    template = hall.get("organiser", hall.office("/import-template.xlsx"))
    assert template.status_code == 200 and template.data.startswith(b"PK")
    bad = send(row(), row(姓名="李二", 手机=HOSTILE))
    assert bad.status_code == 400 and "第 3 行" in bad.text and HOSTILE not in bad.text and hall.rows() == []
    kept = send(row(), row(姓名="李二", 手机=HOSTILE), partial="true")
    assert "正确的行已经写入" in kept.text and len(hall.rows()[0].people) == 1
    good = send(row(), row(姓名="李二"))
    assert good.status_code == 200 and "新增或更新 1 行，未变 1 行" in good.text
    assert hall.post("organiser", hall.office("/import")).status_code == 400
    assert hall.post("member", hall.office("/import")).status_code == 403


def meet(hall: Hall) -> tuple[int, int]:
    """Two people with one meeting between them; returns their ids."""
    hall.register()
    with hall.work() as session:
        event = session.get_one(Event, hall.event)
        other = make_registration(session, event, f"对方公司 {HOSTILE}")
        mine = session.scalars(select(Participant).where(Participant.name == "梁代表")).one()
        theirs = other.people[0]
        pair = {"a_id": min(mine.id, theirs.id), "b_id": max(mine.id, theirs.id)}
        at = {"created_at": event.created_at, "updated_at": event.created_at}
        place = {"slot_id": event.slots[1].id, "table_id": event.tables[2].id}
        session.add(Meeting(event_id=event.id, **pair, **place, **at))
        return mine.id, theirs.id


def test_the_personal_page_shows_one_persons_day_without_a_login(hall: Hall) -> None:
    mine, theirs = meet(hall)
    answer = hall.get(None, hall.link(mine))
    assert answer.status_code == 200
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    said = readable(answer.text)
    assert "梁代表" in said and "对方公司" in said and "09:20" in said and HOSTILE not in answer.text
    assert 'src="data:image/svg+xml' in answer.text and hall.rows()[0].people[0].badge in said
    assert "13700000000" not in answer.text and hall.link(theirs) not in answer.text
    feed = hall.get(None, hall.link(mine) + "/calendar.ics")
    text = feed.get_data(as_text=True)
    assert feed.mimetype == "text/calendar" and feed.headers["Cache-Control"] == "no-store"
    assert text.count("BEGIN:VEVENT") == 1 and ("20990302T012000Z" in text or "20990302T092000" in text)
    own = hall.get("member", f"/my/events/{hall.rows()[0].id}/calendar.ics")
    assert own.get_data(as_text=True).count("BEGIN:VEVENT") == 1


def test_a_revoked_or_made_up_link_opens_nothing(hall: Hall) -> None:
    hall.register()
    kept = hall.rows()[0]
    person = kept.people[0].id
    old = hall.link(person)
    form = hall.get("member", f"/my/events/people/{person}").text
    assert old in form
    shown = hall.post("member", f"/my/events/people/{person}/revoke").text
    fresh = hall.link(person)
    assert fresh != old and fresh in shown and old not in shown
    for dead in (old, f"{old}/calendar.ics", "/p/made-up", "/p/" + "x" * 400, f"{fresh}x"):
        assert hall.get(None, dead).status_code == 404
    assert hall.get(None, fresh).status_code == 200
    hall.post("organiser", f"/office/events/{hall.event}/participants/{person}/revoke")
    assert hall.get(None, fresh).status_code == 404
    hall.post("member", f"/my/events/{kept.id}/cancel")
    assert hall.get(None, hall.link(person)).status_code == 404


def test_no_field_is_marked_twice(hall: Hall) -> None:
    """A label leads to one field only."""
    hall.register()
    invited_page = hall.rows()[0]
    pages = [
        ("member", f"/my/events/{invited_page.id}"),
        ("member", f"/my/events/people/{invited_page.people[0].id}"),
        ("organiser", hall.office()),
        ("organiser", hall.office(f"/{invited_page.id}")),
        ("organiser", hall.office(f"/{invited_page.id}/new")),
        ("stranger", f"/events/{hall.event}/register"),
    ]
    for who, address in pages:
        ids = re.findall(r'\bid="([^"]+)"', hall.get(who, address).text)
        assert sorted({one for one in ids if ids.count(one) > 1}) == [], address
