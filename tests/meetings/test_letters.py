"""Letters put into words: one for everything that waits, with the schedule as it is then, and nothing twice."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core import clock
from matchmaker.core.unit import unit
from matchmaker.events import service as events
from matchmaker.events.models import Event
from matchmaker.mail.models import OutgoingMail
from matchmaker.meetings import timetables
from matchmaker.meetings.letters import write_due
from matchmaker.meetings.models import Timetable
from matchmaker.participants import announcing, letters, registering
from matchmaker.participants.badges import link_token
from matchmaker.participants.models import Participant, ParticipantLetter, Registration
from tests.events.place import make_participant
from tests.meetings.hall import Hall, move
from tests.people import BASE

SECRET = "for tests only"
GUEST, COLLEAGUE, ENGLISH = "guest@demo.example", "colleague@demo.example", "english@demo.example"


class Post:
    """An event with three people who get letters: of the firm without an account, a member's colleague, a foreigner."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self.sessions = sessions
        with unit(sessions) as session:
            self.hall = Hall(session)
            self.hall.people[4][0].email = GUEST
            make_participant(session, self.hall.registrations[0], "甲方同事", email=COLLEAGUE)
            make_participant(session, self.hall.registrations[4], "Jane Doe", email=ENGLISH, languages=["en"])
            self.event_id = self.hall.event.id
            self.registrations = [one.id for one in self.hall.registrations]

    def hall_in(self, session: Session) -> Hall:
        """The same hall, seen in this session."""
        hall = self.hall
        hall.session, hall.event = session, session.get_one(Event, self.event_id)
        hall.registrations = [session.get_one(Registration, one) for one in self.registrations]
        hall.people = [list(one.people) for one in hall.registrations]
        hall.slots, hall.tables = list(hall.event.slots), list(hall.event.tables)
        return hall

    def written(self) -> dict[str, OutgoingMail]:
        """What the next round writes, by address."""
        with unit(self.sessions) as session:
            last = session.scalars(select(OutgoingMail.id).order_by(OutgoingMail.id.desc()).limit(1)).first() or 0
        write_due(self.sessions, base=BASE, secret_key=SECRET)
        with unit(self.sessions) as session:
            found = session.scalars(select(OutgoingMail).where(OutgoingMail.id > last)).all()
            session.expunge_all()
        assert len({one.address for one in found}) == len(found)
        return {one.address: one for one in found}


@pytest.fixture
def post(sessions: sessionmaker[Session]) -> Post:
    return Post(sessions)


def test_the_link_comes_with_its_calendar_and_the_way_to_stop(post: Post) -> None:
    with unit(post.sessions) as session:
        letters.send_links(session, post.hall.organiser, event_id=post.event_id, expected=3)
    found = post.written()
    assert set(found) == {GUEST, COLLEAGUE, ENGLISH}
    with unit(post.sessions) as session:
        person = session.scalars(select(Participant).where(Participant.email == GUEST)).one()
        page = f"{BASE}/p/{link_token(SECRET, person)}"
        name = person.name
    body = found[GUEST].body
    assert body.startswith(f"{name}，您好：") and "洽谈日程公布后会再写信给您" in body
    for text in (
        page,
        f"{page}/calendar.ics",
        f"{page}#letters",
        "2099-03-02 09:00",
        "丹灶会议厅（丹灶镇）",
        "散客戊有限公司",
    ):
        assert text in body, text
    assert found[GUEST].subject == "您参加“阀门供需对接会”已确认"
    assert "Dear Jane Doe" in found[ENGLISH].body and "Danzao" in found[ENGLISH].body
    assert post.written() == {}


def test_a_published_timetable_is_written_to_all_and_a_change_to_those_concerned(post: Post) -> None:
    with unit(post.sessions) as session:
        hall = post.hall_in(session)
        first = hall.published((0, 4, 0, 0), (1, 2, 0, 1)).id
    found = post.written()
    assert set(found) == {GUEST, COLLEAGUE, ENGLISH}
    assert "09:00–09:20　桌位 1　佛山市南海区试样甲有限公司" in found[GUEST].body
    assert "目前没有给您安排洽谈" in found[COLLEAGUE].body and "You have no meetings so far" in found[ENGLISH].body
    with unit(post.sessions) as session:
        hall = post.hall_in(session)
        draft = timetables.copy_as_draft(session, hall.organiser, timetable_id=first)
        hall.publish(move(hall, draft, (0, 4), 2, 1))
    found = post.written()
    assert set(found) == {GUEST}
    assert found[GUEST].subject == "“阀门供需对接会”：您的洽谈有变动" and "09:40–10:00　桌位 2" in found[GUEST].body
    with unit(post.sessions) as session:
        hall = post.hall_in(session)
        now = session.scalars(select(Timetable).order_by(Timetable.number.desc())).first()
        assert now is not None
        timetables.unpublish(session, hall.organiser, timetable_id=now.id, base=BASE)
    assert {address: one.subject for address, one in post.written().items()} == {GUEST: "“阀门供需对接会”的日程已撤回"}


def test_several_things_make_one_letter_and_what_was_taken_back_makes_none(post: Post) -> None:
    with unit(post.sessions) as session:
        hall = post.hall_in(session)
        letters.send_links(session, hall.organiser, event_id=post.event_id, expected=3)
        version = hall.published((0, 4, 0, 0))
        version_id = version.id
    found = post.written()
    assert found[GUEST].subject == "您参加“阀门供需对接会”已确认" and "桌位 1" in found[GUEST].body
    with unit(post.sessions) as session:
        kinds = {row.kind.value: row.mail_id for row in session.scalars(select(ParticipantLetter))}
        assert kinds["place"] == kinds["timetable"]
        hall = post.hall_in(session)
        again = timetables.copy_as_draft(session, hall.organiser, timetable_id=version_id)
        timetables.unpublish(session, hall.organiser, timetable_id=version_id, base=BASE)
        hall.publish(again)
    found = post.written()
    assert set(found) == {GUEST, COLLEAGUE, ENGLISH} and all("撤回" not in one.subject for one in found.values())


def test_calling_off_and_holding_after_all(post: Post) -> None:
    def change(verb: str, **over: str) -> None:
        with unit(post.sessions) as session:
            event = post.hall_in(session).event
            state = event.state
            getattr(events, verb)(session, post.hall.organiser, event_id=event.id, **over)
            announcing.tell_change(
                session, post.hall.organiser, event=event, state=state, starts_at=event.starts_at, base=BASE
            )

    change("call_off", reason="台风")
    found = post.written()
    assert set(found) == {GUEST, COLLEAGUE, ENGLISH}
    assert "原因：台风" in found[GUEST].body and "/p/" not in found[GUEST].body
    change("announce")
    assert {one.subject for address, one in post.written().items() if address != ENGLISH} == {
        "“阀门供需对接会”恢复举办"
    }
    change("call_off", reason="台风")
    change("announce")
    # Nobody has heard of what was taken back at once.
    assert all("已取消" not in one.subject for one in post.written().values())


def test_who_steps_back_or_stops_is_left_in_peace(post: Post) -> None:
    with unit(post.sessions) as session:
        hall = post.hall_in(session)
        letters.send_links(session, hall.organiser, event_id=post.event_id, expected=3)
        person = session.scalars(select(Participant).where(Participant.email == COLLEAGUE)).one()
        letters.choose(session, secret_key=SECRET, token=link_token(SECRET, person), stop=True)
    assert set(post.written()) == {GUEST, ENGLISH}
    with unit(post.sessions) as session:
        hall = post.hall_in(session)
        for number in (4, 0):
            registering.cancel(
                session, hall.organiser, registration_id=hall.registrations[number].id, reason="改期", base=BASE
            )
    found = post.written()
    assert set(found) == {GUEST, ENGLISH} and "原因：改期" in found[GUEST].body and "/p/" not in found[GUEST].body


def test_nothing_is_written_once_the_event_is_over_and_a_later_look_writes_what_is_due(post: Post) -> None:
    with unit(post.sessions) as session:
        hall = post.hall_in(session)
        letters.send_links(session, hall.organiser, event_id=post.event_id, expected=3)
        ends = hall.event.ends_at
    with clock.pretend(ends + timedelta(hours=1)):
        assert post.written() == {}
    with unit(post.sessions) as session:
        assert all(row.done_at and row.mail_id is None for row in session.scalars(select(ParticipantLetter)))
        session.query(ParticipantLetter).update({"done_at": None})
    write_due(post.sessions, base=BASE, secret_key=SECRET)
    with unit(post.sessions) as session:
        assert len(session.scalars(select(OutgoingMail).where(OutgoingMail.body.contains("/p/"))).all()) == 3
