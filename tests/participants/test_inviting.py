"""The call list: who is invited with what, who is asked again, and what an answer does."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.accounts.rules import Standing
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.events.models import Event
from matchmaker.events.rules import Entry, EventState
from matchmaker.notifications import texts
from matchmaker.notifications.models import Notice
from matchmaker.participants import inviting, registering
from matchmaker.participants.models import Registration
from matchmaker.participants.rules import RegistrationState
from tests.events.place import START, make_event
from tests.factories import USCCS, make_organisation
from tests.people import BASE, make_actor

_S = RegistrationState


class Place:
    """An event by invitation, three organisations, and somebody of each."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.planner = make_actor(session, role=Role.ORGANISER)
        self.event = make_event(session, entry=Entry.INVITED)
        self.firms = [
            make_organisation(session, uscc=code, name=f"第{number}家有限公司") for number, code in enumerate(USCCS[:3])
        ]
        self.members = [make_actor(session, firm.id, name=f"第{firm.id}家负责人") for firm in self.firms]

    def invite(self, *firms: Organisation, text: str = "诚邀带样件参加") -> int:
        ids = [firm.id for firm in firms or self.firms]
        return inviting.invite(
            self.session, self.planner, event_id=self.event.id, organisation_ids=ids, text=text, base=BASE
        )

    def remind(self) -> int:
        return inviting.remind(self.session, self.planner, event_id=self.event.id, base=BASE)

    def row(self, number: int) -> Registration:
        mine = Registration.organisation_id == self.firms[number].id
        return self.session.scalars(select(Registration).where(mine)).one()

    def answer(self, number: int, *, accept: bool, who: Actor | None = None, note: str = "") -> Registration:
        return registering.answer_invitation(
            self.session,
            who or self.members[number],
            registration_id=self.row(number).id,
            accept=accept,
            note=note,
            base=BASE,
        )

    def notices(self, number: int) -> list[Notice]:
        mine = Notice.person_id == self.members[number].person_id
        return list(self.session.scalars(select(Notice).where(mine).order_by(Notice.id)))


@pytest.fixture
def place(session: Session) -> Place:
    return Place(session)


def test_an_invitation_goes_to_all_of_an_organisation_with_the_organisers_own_words(place: Place) -> None:
    colleague = make_actor(place.session, place.firms[0].id, name="同事")
    assert place.invite(place.firms[0]) == 1
    row = place.row(0)
    assert (row.state, row.invitation) == (_S.INVITED, "诚邀带样件参加") and row.invited_at is not None
    people = place.session.scalars(select(Notice.person_id)).all()
    assert set(people) == {place.members[0].person_id, colleague.person_id}
    one = place.notices(0)[0]
    assert (one.text, one.path) == ("event.invited", f"/my/events/{row.id}")
    said = texts.write(one.text, one.details, "zh")
    assert (
        "诚邀带样件参加" in said
        and place.event.title in said
        and "(" not in texts.write(one.text, one.details, "en")[:10]
    )


def test_who_was_invited_or_answered_is_left_alone(place: Place) -> None:
    assert place.invite() == 3
    place.answer(0, accept=True)
    place.answer(1, accept=False, note="那天有检查")
    assert place.invite(text="再次诚邀") == 0
    assert [place.row(number).state for number in range(3)] == [_S.CONFIRMED, _S.DECLINED, _S.INVITED]
    assert place.row(2).invitation == "诚邀带样件参加" and place.row(1).note == "那天有检查"


def test_the_call_list_is_silent_and_holds_everybody_once(place: Place) -> None:
    place.firms[2].standing = Standing.PENDING
    place.session.flush()
    ids = [firm.id for firm in place.firms]
    args = (place.session, place.planner)
    assert inviting.list_organisations(*args, event_id=place.event.id, organisation_ids=[*ids, 10**9]) == 2
    assert inviting.list_organisations(*args, event_id=place.event.id, organisation_ids=ids) == 0
    assert place.row(0).state is _S.LISTED and place.notices(0) == []
    assert place.invite() == 2


def test_only_those_who_say_nothing_are_reminded_and_not_again_for_two_days(place: Place) -> None:
    place.invite()
    place.answer(0, accept=True)
    place.answer(1, accept=False)
    assert place.remind() == 1
    assert place.remind() == 0
    assert [one.text for one in place.notices(2)] == ["event.invited", "event.reminded"]
    with clock.pretend(clock.now() + timedelta(days=2)):
        assert place.remind() == 1


def test_a_yes_comes_with_whoever_said_it_and_a_no_can_be_taken_back(place: Place) -> None:
    place.invite()
    row = place.answer(0, accept=True)
    assert [person.name for person in row.people] == [place.members[0].name]
    assert row.people[0].person_id == place.members[0].person_id and row.answered_at is not None
    place.answer(1, accept=False)
    assert place.answer(1, accept=True).state is _S.CONFIRMED
    # The organiser may answer for somebody who called; then nobody is named yet.
    assert place.answer(2, accept=True, who=place.planner).people == []


def test_an_answer_is_given_once_and_by_the_invited(place: Place) -> None:
    place.invite(place.firms[0])
    with pytest.raises(NotFound):
        place.answer(0, accept=True, who=place.members[1])
    place.answer(0, accept=True)
    with pytest.raises(Conflict, match="no invitation"):
        place.answer(0, accept=False)


def test_a_full_event_lets_an_invited_firm_wait(place: Place) -> None:
    place.event.capacity = 1
    place.invite()
    assert [place.answer(number, accept=True).state for number in range(3)] == [_S.CONFIRMED, _S.WAITING, _S.WAITING]


def test_after_the_closing_time_a_yes_is_too_late(place: Place) -> None:
    place.invite()
    place.event.registration_closes_at = clock.now()
    with pytest.raises(Conflict, match="closed"):
        place.answer(0, accept=True)
    assert place.answer(0, accept=False).state is _S.DECLINED


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"state": EventState.DRAFT}, "announce"),
        ({"state": EventState.CANCELLED}, "announce"),
        ({"starts_at": START.replace(year=2020)}, "begun"),
    ],
)
def test_nobody_is_invited_to_what_is_not_ahead(place: Place, over: dict[str, object], said: str) -> None:
    for name, value in over.items():
        setattr(place.event, name, value)
    with pytest.raises(Conflict, match=said):
        place.invite()
    with pytest.raises(Conflict, match=said):
        place.remind()


def test_inviting_is_the_planners(place: Place) -> None:
    def tries(who: Actor, event: Event) -> None:
        inviting.invite(place.session, who, event_id=event.id, organisation_ids=[], text="", base=BASE)

    for who in (place.members[0], make_actor(place.session, role=Role.AUDITOR), Actor.visitor()):
        with pytest.raises(Forbidden):
            tries(who, place.event)
        with pytest.raises(Forbidden):
            inviting.remind(place.session, who, event_id=place.event.id, base=BASE)
        with pytest.raises(Forbidden):
            inviting.list_organisations(place.session, who, event_id=place.event.id, organisation_ids=[])
    with pytest.raises(Invalid):
        place.invite(text="长" * 2001)
    with pytest.raises(NotFound):
        inviting.remind(place.session, place.planner, event_id=10**9, base=BASE)
