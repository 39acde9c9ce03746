"""Telling people: once, at the pace they chose, in their language, and with a digest that is made up when missed."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden, NotFound
from matchmaker.core.unit import unit
from matchmaker.mail.models import OutgoingMail
from matchmaker.notifications import queries, service, texts
from matchmaker.notifications.models import Notice
from matchmaker.notifications.rules import NoticeKind, Pace
from matchmaker.notifications.service import News
from matchmaker.reference.terms import terms
from tests.factories import make_organisation
from tests.people import BASE, as_actor, join, make_actor, make_person

MONDAY = datetime(2026, 11, 16, 7, 0, tzinfo=clock.DISTRICT_ZONE)


def news(once: str = "one", kind: NoticeKind = NoticeKind.MATCH) -> News:
    details = {"mine": "减压阀", "other": "求购阀门", "level": 3}
    return News(kind, "match.found", "/my/matches/1", once, details)


def letters(session: Session) -> list[OutgoingMail]:
    return list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def test_the_same_is_told_once(session: Session) -> None:
    person = make_person(session)
    assert [service.tell(session, [news(), news()], people=[person.id, person.id], base=BASE) for _ in range(2)] == [
        1,
        0,
    ]


def test_an_immediate_notice_brings_a_letter_with_the_address_to_act_on(session: Session) -> None:
    person = make_person(session)
    service.tell(session, [news(kind=NoticeKind.INTRODUCTION)], people=[person.id], base=BASE)
    (letter,) = letters(session)
    assert letter.address == person.email
    assert letter.subject == "“减压阀”有新的匹配：求购阀门（强相关）"
    assert f"{BASE}/my/matches/1" in letter.body


def test_letters_speak_the_readers_language(session: Session) -> None:
    person = make_person(session, language="en")
    service.tell(session, [news(kind=NoticeKind.INTRODUCTION)], people=[person.id], base=BASE)
    assert letters(session)[0].subject.startswith("A new match for “减压阀”")


@pytest.mark.parametrize(
    ("pace", "notices", "at_once"), [(Pace.OFF, 0, 0), (Pace.INBOX, 1, 0), (Pace.DAILY, 1, 0), (Pace.IMMEDIATE, 1, 1)]
)
def test_each_kind_comes_at_the_pace_chosen(session: Session, pace: Pace, notices: int, at_once: int) -> None:
    who = make_actor(session)
    service.set_paces(session, who, paces={NoticeKind.MATCH: pace})
    assert queries.paces(session, who)[NoticeKind.MATCH] is pace
    session.flush()
    told = service.tell(session, [news()], people=[who.person_id or 0], base=BASE)
    assert (told, len(letters(session))) == (notices, at_once)


@pytest.mark.parametrize("over", [{"email_verified_at": None}, {"blocked_at": MONDAY}, {"anonymised_at": MONDAY}])
def test_no_letter_goes_to_who_is_not_there(session: Session, over: dict[str, datetime | None]) -> None:
    person = make_person(session, **over)
    service.tell(session, [news(kind=NoticeKind.INTRODUCTION)], people=[person.id], base=BASE)
    assert letters(session) == []


def test_daily_digests_wait_for_the_morning_and_come_once(sessions: sessionmaker[Session]) -> None:
    with unit(sessions) as session, clock.pretend(MONDAY):
        person = make_person(session)
        service.tell(session, [news("a"), news("b")], people=[person.id], base=BASE)
    sent = []
    for moment in (MONDAY + timedelta(minutes=30), MONDAY + timedelta(hours=2), MONDAY + timedelta(hours=3)):
        with clock.pretend(moment):
            sent.append(service.send_digests(sessions, base=BASE))
    assert sent == [0, 1, 0]
    with unit(sessions) as session:
        (letter,) = letters(session)
        assert (letter.subject, letter.body.count("减压阀")) == ("您有 2 条新消息", 2)


def test_weekly_digests_come_on_monday_and_a_missed_one_is_made_up(sessions: sessionmaker[Session]) -> None:
    wednesday = MONDAY + timedelta(days=2)
    with unit(sessions) as session, clock.pretend(wednesday):
        who = make_actor(session)
        service.set_paces(session, who, paces={NoticeKind.MATCH: Pace.WEEKLY})
        session.flush()
        service.tell(session, [news()], people=[who.person_id or 0], base=BASE)
    sent = []
    for moment in (wednesday + timedelta(days=3), MONDAY + timedelta(days=8)):
        with clock.pretend(moment):
            sent.append(service.send_digests(sessions, base=BASE))
    assert sent == [0, 1]


def test_an_organisation_and_a_role_are_told_person_by_person(session: Session) -> None:
    organisation = make_organisation(session)
    first, second = make_person(session), make_person(session)
    for person in (first, second):
        join(session, person, organisation.id)
    service.tell_organisation(session, news(), organisation_id=organisation.id, base=BASE, besides=first.id)
    officer = make_person(session, role=Role.OFFICER)
    service.tell_role(session, news("role"), role=Role.OFFICER, base=BASE)
    assert session.scalars(select(Notice.person_id).order_by(Notice.id)).all() == [second.id, officer.id]


def test_an_inbox_is_ones_own(session: Session) -> None:
    person = make_person(session)
    who, other = as_actor(session, person), make_actor(session)
    service.tell(session, [news("a"), news("b")], people=[person.id], base=BASE)
    rows, total, number = queries.inbox(session, who)
    assert (total, number, queries.unread(session, who)) == (2, 1, 2)
    service.mark_read(session, other, notice_ids=[rows[0].id])
    assert queries.unread(session, who) == 2
    with pytest.raises(NotFound):
        queries.path_of(session, other, notice_id=rows[0].id)
    service.mark_read(session, who, notice_ids=[rows[0].id])
    assert queries.unread(session, who) == 1
    with pytest.raises(Forbidden):
        service.mark_read(session, Actor.visitor())


def test_every_text_has_both_languages_with_the_same_names() -> None:
    import re

    for key, (chinese, english) in texts.TEXTS.items():
        assert sorted(re.findall(r"%\((\w+)\)s", chinese)) == sorted(re.findall(r"%\((\w+)\)s", english)), key


def test_reasons_are_words_and_a_missing_detail_breaks_nothing() -> None:
    written = texts.write("introduction.declined", {"other": "阀门", "reasons": ["price"]}, "zh")
    assert written == f"“阀门”婉拒了对接：{terms('decline_reason', 'zh')['price']}"
    assert texts.write("match.found", {}, "en") == "A new match for “(mine)”: (other) ((level))"
