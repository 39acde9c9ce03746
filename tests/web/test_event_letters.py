"""Letters on the pages: a button says how many, one person's link, what was written, and the way to stop them."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from matchmaker.core.unit import reading, unit
from matchmaker.mail.models import OutgoingMail
from matchmaker.meetings.letters import write_due
from matchmaker.participants.badges import link_token
from matchmaker.participants.models import Participant, ParticipantLetter
from tests.events.place import make_event, make_participant, make_registration
from tests.web.town import Town, readable

GUEST = "guest@demo.example"


@pytest.fixture
def fair(own_town: Town) -> Town:
    """An event with a guest of a firm without an account, and a colleague of the member without a login."""
    with unit(own_town.parts.sessions) as session:
        event = make_event(session)
        own = make_registration(session, event, "甲阀门", organisation_id=own_town.ids["organisation"], people=0)
        other = make_registration(session, event, "散客公司", people=0)
        colleague = make_participant(session, own, "甲同事", email="rep@demo.example")
        guest = make_participant(session, other, "Jane Doe", email=GUEST, languages=["en"])
        ids = {"event": event.id, "colleague": colleague.id, "guest": guest.id}
    return replace(own_town, ids=own_town.ids | ids)


def waiting(town: Town) -> int:
    with reading(town.parts.sessions) as session:
        return len(session.scalars(select(ParticipantLetter).where(ParticipantLetter.done_at.is_(None))).all())


def token(town: Town, who: str = "guest") -> str:
    with reading(town.parts.sessions) as session:
        return link_token(town.parts.config.secret_key, session.get_one(Participant, town.ids[who]))


def test_the_button_says_how_many_and_sends_no_more_and_no_less(fair: Town) -> None:
    client, address = fair.client("organiser"), f"/office/events/{fair.ids['event']}"
    page = client.get(f"{address}/people").text
    assert "给 2 人发送个人链接" in page and "提醒 2 人按时参加" in page
    for wrong in ("3", "", "x", "9" * 30):
        answer = client.post(f"{address}/letters", data={"kind": "place", "expected": wrong}, follow_redirects=True)
        assert "按新的封数再发" in answer.text and waiting(fair) == 0
    answer = client.post(f"{address}/letters", data={"kind": "place", "expected": "2"}, follow_redirects=True)
    assert "已交给发信队列：2 封" in answer.text and "发送个人链接" not in readable(answer.text)
    client.post(f"{address}/letters", data={"kind": "reminder", "expected": "2"})
    assert waiting(fair) == 4
    assert write_due(fair.parts.sessions, base="http://x", secret_key=fair.parts.config.secret_key) == 2
    with reading(fair.parts.sessions) as session:
        body = session.scalars(select(OutgoingMail.body).where(OutgoingMail.address == GUEST)).one()
    assert f"http://x/p/{token(fair)}" in body


def test_one_person_is_sent_the_link_and_the_page_tells_what_was_written(fair: Town) -> None:
    office = f"/office/events/{fair.ids['event']}/participants/{fair.ids['guest']}"
    own = f"/my/events/people/{fair.ids['colleague']}"
    for who, address in (("organiser", office), ("member", own)):
        client = fair.client(who)
        assert "把链接发到" in client.get(address).text
        page = readable(client.post(f"{address}/letter", follow_redirects=True).text)
        assert "即将发往" in page and "等待发出" in page and "把链接发到" not in page
        again = readable(client.post(f"{address}/letter", follow_redirects=True).text)
        assert "没有要发的信" in again
    assert waiting(fair) == 2
    assert fair.client("stranger").post(f"{own}/letter").status_code == 404


def test_letters_are_stopped_and_had_again_on_the_personal_page(fair: Town) -> None:
    visitor, address = fair.client(), f"/p/{token(fair)}"
    page = visitor.get(address).text
    # It speaks what the participant reads, until somebody chooses.
    assert f"we write to {GUEST}" in readable(page) and 'lang="en"' in page
    answer = visitor.post(f"{address}/letters", data={"stop": "yes"})
    assert (answer.status_code, answer.location) == (303, f"{address}#letters")
    assert "You stopped the letters" in visitor.get(address).text
    organiser = fair.client("organiser")
    assert "给 1 人发送个人链接" in organiser.get(f"/office/events/{fair.ids['event']}/people").text
    page = organiser.get(f"/office/events/{fair.ids['event']}/participants/{fair.ids['guest']}").text
    assert "本人已停收这场活动的邮件" in page
    visitor.post(f"{address}/letters", data={"stop": "no"})
    assert "给 2 人发送个人链接" in organiser.get(f"/office/events/{fair.ids['event']}/people").text
    visitor.get("/language/zh")
    assert "不再发邮件" in visitor.get(address).text
    assert visitor.post("/p/made-up/letters", data={"stop": "yes"}).status_code == 404


def test_whoever_is_added_by_hand_or_walks_in_is_written_to(fair: Town) -> None:
    client, address = fair.client("organiser"), f"/office/events/{fair.ids['event']}"
    form = {"name": "电话来的公司", "person_name": "黄一", "email": "phone@demo.example"}
    assert client.post(f"{address}/people/add", data=form).status_code == 303
    form = {"name": "现场的公司", "person_name": "黄二", "email": "walk@demo.example"}
    assert client.post(f"{address}/walk-in", data=form).status_code == 303
    assert waiting(fair) == 2
    answer = client.post(f"{address}/walk-in", data=form | {"email": "not an address"})
    assert answer.status_code == 400 and re.search(r'id="email"[^>]*aria-invalid="true"', answer.text)
