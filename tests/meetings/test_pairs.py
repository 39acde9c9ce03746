"""Marks of the organiser and requests between participants: who may, how many, how long, and what ends them."""

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.rules import OrganisationKind
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from matchmaker.core.unit import unit
from matchmaker.events.models import Event
from matchmaker.events.rules import Asking
from matchmaker.meetings import pairs
from matchmaker.meetings.models import EventPair
from matchmaker.meetings.rules import Mark, RequestState
from matchmaker.notifications.models import Notice
from matchmaker.participants.models import Registration
from matchmaker.participants.rules import RegistrationState
from tests.events.place import make_event, make_registration
from tests.factories import USCCS, make_organisation
from tests.people import BASE, make_actor

NAMES = ("试样阀门", "试样电机", "试样研究院")


@dataclass
class Hall:
    """An event with three organisations, an owner of each, and an organiser."""

    session: Session
    event: Event
    homes: list[Registration]
    owners: list[Actor]
    organiser: Actor

    def ask(self, one: int = 0, other: int = 1, *, who: Actor | None = None, message: str = "想谈阀门") -> EventPair:
        return pairs.ask(
            self.session,
            who or self.owners[one],
            event_id=self.event.id,
            from_id=self.homes[one].id,
            to_id=self.homes[other].id,
            message=message,
            base=BASE,
        )

    def answer(self, pair: EventPair, who: Actor, *, accept: bool = True) -> EventPair:
        return pairs.answer_request(self.session, who, pair_id=pair.id, accept=accept, base=BASE)

    def mark(self, value: Mark, *, who: Actor | None = None, b: int = 1, **over: Any) -> EventPair:
        given = {"note": "", "needs": ()} | over
        ids = {"event_id": self.event.id, "a_id": self.homes[0].id, "b_id": self.homes[b].id}
        return pairs.mark(self.session, who or self.organiser, **ids, mark=value, **given)

    def told(self, number: int) -> list[str]:
        mine = select(Notice.text).where(Notice.person_id == self.owners[number].person_id).order_by(Notice.id)
        return list(self.session.scalars(mine))


def make_hall(session: Session, **over: Any) -> Hall:
    event = make_event(session, **over)
    houses = [make_organisation(session, uscc=uscc, name=name) for uscc, name in zip(USCCS, NAMES, strict=False)]
    homes = [make_registration(session, event, one.name, organisation_id=one.id) for one in houses]
    owners = [make_actor(session, one.id, name=f"{one.name}负责人") for one in houses]
    return Hall(session, event, homes, owners, make_actor(session, role=Role.ORGANISER, name="霍组织"))


@pytest.fixture
def hall(session: Session) -> Hall:
    return make_hall(session, resources={"英语翻译": 1})


def test_the_organiser_marks_two_and_says_why(hall: Hall) -> None:
    row = hall.mark(Mark.MUST, note=" 镇街推荐 ", needs=("英语翻译",))
    assert (row.a_id, row.b_id, row.mark) == (hall.homes[0].id, hall.homes[1].id, Mark.MUST)
    assert (row.note, row.needs) == ("镇街推荐", ["英语翻译"])
    again = pairs.mark(
        hall.session,
        hall.organiser,
        event_id=hall.event.id,
        a_id=hall.homes[1].id,
        b_id=hall.homes[0].id,
        mark=Mark.NEVER,
        note="",
    )
    assert (again.id, again.mark, again.needs) == (row.id, Mark.NEVER, [])


@pytest.mark.parametrize("over", [{"note": "长" * 501}, {"needs": ("投影仪",)}, {"b": 0}])
def test_a_mark_names_what_is_wrong(hall: Hall, over: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        hall.mark(Mark.MUST, **over)


def test_only_planners_mark_and_only_who_comes_to_this_event(hall: Hall, session: Session) -> None:
    for who in (hall.owners[0], make_actor(session, role=Role.AUDITOR), Actor.visitor()):
        with pytest.raises(Forbidden):
            hall.mark(Mark.MUST, who=who)
    hall.homes.append(make_registration(session, make_event(session), "别的活动"))
    with pytest.raises(NotFound):
        hall.mark(Mark.MUST, b=3)
    hall.homes[1].state = RegistrationState.CANCELLED
    with pytest.raises(Conflict):
        hall.mark(Mark.NEVER)
    assert hall.mark(Mark.NONE, note="等消息").note == "等消息"


def test_a_request_is_asked_told_and_agreed(hall: Hall) -> None:
    row = hall.ask()
    assert (row.request, row.asked_by_id, row.message) == (RequestState.ASKED, hall.homes[0].id, "想谈阀门")
    assert row.asked_at and row.expires_at == row.asked_at + timedelta(hours=hall.event.request_hours)
    assert hall.answer(row, hall.owners[1]).request is RequestState.ACCEPTED
    assert (hall.told(0), hall.told(1)) == (["event.request_accepted"], ["event.request_asked"])
    assert pairs.requests_of(hall.session, registration_id=hall.homes[0].id) == pairs.Requests(agreed=1, left=7)
    assert pairs.requests_of(hall.session, registration_id=hall.homes[1].id) == pairs.Requests(agreed=1, left=8)


def test_asking_each_other_is_a_yes(hall: Hall) -> None:
    first, second = hall.ask(0, 1), hall.ask(1, 0)
    assert (second.id, second.request, second.asked_by_id) == (first.id, RequestState.ACCEPTED, hall.homes[0].id)


def test_a_no_stands_but_who_said_it_may_ask(hall: Hall) -> None:
    row = hall.answer(hall.ask(), hall.owners[1], accept=False)
    assert (row.request, hall.told(0)) == (RequestState.DECLINED, ["event.request_declined"])
    with pytest.raises(Conflict, match="declined"):
        hall.ask()
    assert hall.ask(1, 0).asked_by_id == hall.homes[1].id


def test_a_yes_can_be_taken_back_and_a_request_withdrawn(hall: Hall) -> None:
    row = hall.answer(hall.ask(), hall.owners[1])
    assert hall.answer(row, hall.owners[1], accept=False).request is RequestState.DECLINED
    other = hall.ask(0, 2)
    pairs.withdraw_request(hall.session, hall.owners[0], pair_id=other.id, base=BASE)
    assert (other.request, hall.told(2)) == (RequestState.WITHDRAWN, ["event.request_asked", "event.request_withdrawn"])
    assert hall.ask(0, 2).request is RequestState.ASKED


def test_a_request_that_nobody_answered_is_over_after_its_time(hall: Hall) -> None:
    row = hall.ask()
    both = (hall.homes[0].id, hall.homes[1].id)
    with clock.pretend(clock.now() + timedelta(hours=hall.event.request_hours, seconds=1)):
        assert pairs.pairs_of(hall.session, event_id=hall.event.id)[both].request is RequestState.EXPIRED
        with pytest.raises(Conflict):
            hall.answer(row, hall.owners[1])
        assert pairs.requests_of(hall.session, registration_id=both[0]).left == 8
        again = hall.ask()
    assert (again.id, again.request) == (row.id, RequestState.ASKED)
    hall.session.expire_all()
    assert pairs.pairs_of(hall.session, event_id=hall.event.id)[both].request is RequestState.ASKED


def test_looking_at_an_expired_request_changes_nothing(hall: Hall) -> None:
    row = hall.ask()
    hall.session.flush()
    with clock.pretend(clock.now() + timedelta(days=9)):
        pairs.pairs_of(hall.session, event_id=hall.event.id)
    assert not hall.session.dirty
    hall.session.expire(row)
    assert row.request is RequestState.ASKED


def test_where_silence_is_a_yes_a_request_does_not_expire(session: Session) -> None:
    hall = make_hall(session, asking=Asking.OPT_OUT)
    row = hall.ask()
    assert row.expires_at is None
    assert hall.answer(row, hall.owners[1], accept=False).request is RequestState.DECLINED


def test_a_veto_ends_all_asking(hall: Hall) -> None:
    row = hall.ask()
    hall.mark(Mark.NEVER)
    with pytest.raises(Conflict, match="cannot be arranged"):
        hall.answer(row, hall.owners[1])
    with pytest.raises(Conflict, match="cannot be arranged"):
        hall.ask(1, 0)
    assert pairs.requests_of(hall.session, registration_id=hall.homes[1].id).to_answer == 0
    assert pairs.requests_of(hall.session, registration_id=hall.homes[0].id) == pairs.Requests(left=8)


def test_requests_are_refused_where_they_make_no_sense(session: Session) -> None:
    hall = make_hall(session)
    with pytest.raises(Invalid):
        hall.ask(message="长" * 301)
    with pytest.raises(Invalid):
        hall.ask(0, 0)
    with clock.pretend(hall.event.ends_at), pytest.raises(Conflict, match="over"):
        hall.ask()
    hall.homes[2].state = RegistrationState.WAITING
    with pytest.raises(NotFound):
        hall.ask(0, 2)
    with pytest.raises(Conflict, match="confirmed"):
        hall.ask(2, 0)
    hall.event.asking = Asking.OFF
    with pytest.raises(Conflict, match="no requests"):
        hall.ask()


def test_a_bank_is_asked_but_does_not_ask_at_a_supply_chain_event(hall: Hall) -> None:
    bank = hall.homes[2].organisation
    assert bank is not None
    bank.kind = OrganisationKind.FINANCIAL_INSTITUTION
    with pytest.raises(Conflict, match="only asked"):
        hall.ask(2, 0)
    row = hall.ask(0, 2)
    assert hall.answer(row, hall.owners[2]).request is RequestState.ACCEPTED


def test_nobody_asks_or_answers_for_others(hall: Hall, session: Session) -> None:
    row = hall.ask()
    strangers = (hall.owners[2], make_actor(session), make_actor(session, role=Role.AUDITOR), Actor.visitor())
    for who in strangers:
        with pytest.raises(NotFound):
            hall.ask(1, 0, who=who)
        with pytest.raises(NotFound):
            hall.answer(row, who)
        with pytest.raises(NotFound):
            pairs.withdraw_request(session, who, pair_id=row.id, base=BASE)
    with pytest.raises(Conflict):
        hall.answer(row, hall.owners[0])
    with pytest.raises(Conflict):
        pairs.withdraw_request(session, hall.owners[1], pair_id=row.id, base=BASE)
    with pytest.raises(NotFound):
        pairs.answer_request(session, hall.organiser, pair_id=row.id + 1, accept=True, base=BASE)


def test_the_organiser_acts_for_a_side_and_that_side_is_told(hall: Hall) -> None:
    row = hall.ask(who=hall.organiser)
    assert row.asked_by_id == hall.homes[0].id
    hall.answer(row, hall.organiser)
    assert hall.told(0) == ["event.request_for_you", "event.request_accepted"]
    assert hall.told(1) == ["event.request_asked", "event.request_for_you"]


def test_the_maximum_counts_what_is_open_or_agreed(session: Session) -> None:
    hall = make_hall(session, requests_max=1)
    row = hall.answer(hall.ask(), hall.owners[1])
    with pytest.raises(Conflict, match="no requests are left"):
        hall.ask(0, 2)
    assert hall.ask(2, 0).asked_by_id == hall.homes[2].id
    hall.answer(row, hall.owners[1], accept=False)
    # Saying yes to somebody else costs nothing.
    assert hall.ask(0, 2).request is RequestState.ACCEPTED


def test_two_at_once_do_not_pass_the_maximum(sessions: sessionmaker[Session]) -> None:
    with unit(sessions) as session:
        hall = make_hall(session, requests_max=1)
        event_id, homes, owner = hall.event.id, [one.id for one in hall.homes], hall.owners[0]
    start, ends = threading.Barrier(2), list[str]()

    def run(other: int) -> None:
        start.wait()
        try:
            with unit(sessions) as own:
                pairs.ask(own, owner, event_id=event_id, from_id=homes[0], to_id=other, message="", base=BASE)
            ends.append("asked")
        except DomainError as error:
            ends.append(str(error))

    threads = [threading.Thread(target=run, args=(other,)) for other in homes[1:]]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(ends) == ["asked", pairs.TOO_MANY]
