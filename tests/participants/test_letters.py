"""Who gets letters: those with an address whom no notice reaches, each thing once, unless they stopped them."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Person
from matchmaker.audit.models import AuditEntry
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Forbidden, NotFound
from matchmaker.events.models import Event
from matchmaker.events.rules import EventState
from matchmaker.participants import arriving, desk, letters, registering
from matchmaker.participants.badges import link_token
from matchmaker.participants.models import Participant, ParticipantLetter, Registration
from matchmaker.participants.rules import RegistrationState, written_language
from matchmaker.participants.schemas import ArrivalIn, ParticipantIn, WalkInIn
from tests.events.place import START, make_event, make_participant, make_registration
from tests.factories import make_organisation
from tests.people import BASE, make_actor

SECRET = "for tests only"
_S = RegistrationState


@pytest.fixture
def planner(session: Session) -> Actor:
    return make_actor(session, role=Role.ORGANISER)


@pytest.fixture
def event(session: Session) -> Event:
    return make_event(session)


def somebody(session: Session, event: Event, name: str = "散客公司", **over: object) -> Participant:
    row = make_registration(session, event, name, people=0, **over)  # type: ignore[arg-type]
    return make_participant(session, row, f"{name}代表", email=f"guest{row.id}@demo.example")


def asked(session: Session) -> list[tuple[int, str]]:
    rows = session.scalars(select(ParticipantLetter).order_by(ParticipantLetter.id))
    return [(row.participant_id, row.kind.value) for row in rows]


def test_only_those_are_written_to_whom_no_notice_reaches(session: Session, event: Event) -> None:
    house = make_organisation(session)
    owner = make_actor(session, house.id)
    own = make_registration(session, event, house.name, organisation_id=house.id, people=0)
    known = session.get_one(Person, owner.person_id)
    make_participant(session, own, "用账号的邮箱", email=known.email)
    make_participant(session, own, "连着账号", email="other@demo.example", person_id=owner.person_id)
    colleague = make_participant(session, own, "没有账号的同事", email="colleague@demo.example")
    guest = somebody(session, event)
    somebody(session, event, "候补的", state=_S.WAITING)
    make_participant(session, guest.registration, "没留邮箱")
    make_participant(session, guest.registration, "不来了", email="gone@demo.example", left_at=clock.now())
    make_participant(session, guest.registration, "不要邮件", email="no@demo.example", letters_stopped_at=clock.now())
    assert letters.reached(session, event_id=event.id) == [colleague, guest]
    assert letters.reached(session, event_id=event.id, people=[guest.id]) == [guest]


def test_the_link_is_sent_once_and_anew_when_it_or_the_address_changed(
    session: Session, event: Event, planner: Actor
) -> None:
    one, other = somebody(session, event), somebody(session, event, "另一家公司")
    with pytest.raises(Conflict, match="changed"):
        letters.send_links(session, planner, event_id=event.id, expected=3)
    assert letters.send_links(session, planner, event_id=event.id, expected=2) == 2
    assert letters.send_links(session, planner, event_id=event.id, expected=0) == 0
    with pytest.raises(Conflict):
        letters.send_link(session, planner, participant_id=one.id)
    registering.revoke_link(session, planner, participant_id=one.id)
    other.email = "right@demo.example"
    assert letters.without_link(session, event_id=event.id) == [one, other]
    assert letters.send_link(session, planner, participant_id=one.id) == 1
    assert asked(session) == [(one.id, "place"), (other.id, "place"), (one.id, "place")]
    details = session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "event.letters")).all()
    assert details == [{"kind": "place", "letters": 2}, {"kind": "place", "letters": 1}]


@pytest.mark.parametrize("state", [EventState.DRAFT, EventState.CANCELLED])
def test_nobody_is_written_to_about_an_event_that_is_not_announced(
    session: Session, planner: Actor, state: EventState
) -> None:
    event = make_event(session, state=state)
    somebody(session, event)
    assert letters.place(session, planner, event_id=event.id) == 0
    with pytest.raises(Conflict):
        letters.send_links(session, planner, event_id=event.id, expected=1)
    with pytest.raises(Conflict):
        letters.remind(session, planner, event_id=event.id, expected=1)


def test_those_who_plan_send_and_the_organisation_its_own(session: Session, event: Event) -> None:
    house = make_organisation(session)
    member, stranger = make_actor(session, house.id), make_actor(session)
    own = make_registration(session, event, house.name, organisation_id=house.id, people=0)
    mine = make_participant(session, own, "同事", email="colleague@demo.example")
    for who in (member, Actor.visitor()):
        with pytest.raises(Forbidden):
            letters.send_links(session, who, event_id=event.id, expected=1)
        with pytest.raises(Forbidden):
            letters.remind(session, who, event_id=event.id, expected=1)
    with pytest.raises(NotFound):
        letters.send_link(session, stranger, participant_id=mine.id)
    with pytest.raises(NotFound):
        letters.of_person(session, stranger, participant_id=mine.id)
    assert letters.send_link(session, member, participant_id=mine.id) == 1
    assert [one.kind for one in letters.of_person(session, member, participant_id=mine.id)] == ["place"]


def test_coming_in_and_stepping_back_are_written_and_a_whole_list_waits_for_the_organiser(
    session: Session, event: Event, planner: Actor
) -> None:
    def take_in(name: str, *, by_letter: bool) -> Registration:
        person = ParticipantIn(name=f"{name}代表", email=f"p{by_letter}@demo.example")
        arriving.take_in(
            session,
            planner,
            event_id=event.id,
            arrival=ArrivalIn(name=name),
            people=[person],
            base=BASE,
            by_letter=by_letter,
        )
        return session.scalars(select(Registration).where(Registration.name == name)).one()

    take_in("名单上的公司", by_letter=False)
    assert asked(session) == []
    row = take_in("电话来的公司", by_letter=True)
    walked = desk.walk_in(
        session,
        planner,
        event_id=event.id,
        data=WalkInIn(name="现场的公司", person_name="黄一现", email="walk@demo.example"),
    )
    one, other = row.people[0], walked.people[0]
    assert asked(session) == [(one.id, "place"), (other.id, "place")]
    registering.cancel(session, planner, registration_id=row.id, reason="改期", base=BASE)
    registering.decide(session, planner, registration_id=row.id, state=_S.CONFIRMED, reason="", base=BASE)
    assert [kind for who, kind in asked(session) if who == one.id] == ["place", "cancelled", "place"]
    words = session.scalars(select(ParticipantLetter.words).where(ParticipantLetter.kind == "cancelled")).one()
    assert words == "改期"


def test_a_person_added_later_gets_the_link_too(session: Session, event: Event, planner: Actor) -> None:
    row = make_registration(session, event)
    for state, many in ((_S.APPLIED, 0), (_S.CONFIRMED, 1)):
        row.state = state
        data = ParticipantIn(name=f"新代表{many}", email=f"new{many}@demo.example")
        registering.save_participant(session, planner, registration_id=row.id, data=data)
        assert len(asked(session)) == many


def test_a_reminder_goes_out_once_for_each_date_and_by_itself_to_those_written_to_before(
    session: Session, event: Event, planner: Actor
) -> None:
    known, silent = somebody(session, event), somebody(session, event, "没写过信的公司")
    letters.place(session, planner, event_id=event.id, people=[known.id])
    with clock.pretend(START - timedelta(hours=30)):
        assert letters.remind_due(session) == 0
    with clock.pretend(START - timedelta(hours=23)):
        assert letters.remind_due(session) == 1
        assert letters.remind_due(session) == 0
        assert letters.unreminded(session, event) == [silent]
        assert letters.remind(session, planner, event_id=event.id, expected=1) == 1
    event.ends_at += timedelta(days=3)
    # At night everybody sleeps, and an hour before they are on their way.
    event.starts_at += timedelta(hours=12)
    with clock.pretend(event.starts_at - timedelta(hours=23)):
        assert letters.remind_due(session) == 0
    event.starts_at = START + timedelta(days=1)
    with clock.pretend(event.starts_at - timedelta(hours=1)):
        assert letters.remind_due(session) == 0
    with clock.pretend(event.starts_at - timedelta(hours=20)):
        assert letters.remind_due(session) == 2


def test_letters_are_stopped_and_taken_up_again_by_the_link(session: Session, event: Event) -> None:
    one = somebody(session, event)
    token = link_token(SECRET, one)
    for stop in (True, True, False):
        letters.choose(session, secret_key=SECRET, token=token, stop=stop)
        assert letters.reached(session, event_id=event.id) == ([] if stop else [one])
    logged = session.execute(select(AuditEntry.actor, AuditEntry.detail).where(AuditEntry.via == "link")).all()
    assert [(who, detail["stopped"]) for who, detail in logged] == [
        (f"{one.name} ({one.badge})", True),
        (f"{one.name} ({one.badge})", False),
    ]
    one.link_version += 1
    session.flush()
    with pytest.raises(NotFound):
        letters.choose(session, secret_key=SECRET, token=token, stop=True)


@pytest.mark.parametrize(
    ("languages", "written"),
    [((), "zh"), (("zh", "en"), "zh"), (("yue",), "zh"), (("en",), "en"), (("de", "ja"), "en")],
)
def test_the_language_of_a_letter_follows_what_the_person_reads(languages: tuple[str, ...], written: str) -> None:
    assert written_language(languages) == written
