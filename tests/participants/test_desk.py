"""The desk at the door: arriving, missing, being found, and walking in."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Forbidden, NotFound
from matchmaker.events.rules import EventState
from matchmaker.participants import desk
from matchmaker.participants.models import Participant, Registration
from matchmaker.participants.rules import RegistrationSource, RegistrationState
from matchmaker.participants.schemas import WalkInIn
from tests.events.place import make_event, make_registration
from tests.factories import USCCS, make_organisation
from tests.people import make_actor


def walk_in(session: Session, officer: Actor, event_id: int, **over: str) -> Registration:
    data = WalkInIn.model_validate({"name": "佛山市南海区现场有限公司", "person_name": "黄一现"} | over)
    return desk.walk_in(session, officer, event_id=event_id, data=data)


def test_whoever_arrives_is_not_missing_and_the_other_way_round(session: Session, officer: Actor) -> None:
    person = make_registration(session, make_event(session)).people[0]
    desk.mark_missing(session, officer, participant_id=person.id, missing=True)
    assert person.missing_at is not None
    desk.check_in(session, officer, participant_id=person.id, here=True)
    assert (person.missing_at, person.checked_in_at is not None) == (None, True)
    with pytest.raises(Conflict, match="is here"):
        desk.mark_missing(session, officer, participant_id=person.id, missing=True)
    first = person.checked_in_at
    desk.check_in(session, officer, participant_id=person.id, here=True)
    assert person.checked_in_at == first
    desk.check_in(session, officer, participant_id=person.id, here=False)
    assert person.checked_in_at is None


def test_people_are_found_by_badge_or_by_part_of_a_name(session: Session, officer: Actor) -> None:
    event, other = make_event(session), make_event(session, title="另一场")
    person = make_registration(session, event, "甲阀门有限公司").people[0]
    make_registration(session, event, "乙阀门有限公司")
    make_registration(session, other, "甲阀门有限公司")
    gone = make_registration(session, event, "丙阀门有限公司", state=RegistrationState.CANCELLED).people[0]

    def find(text: str) -> list[int]:
        return [one.id for one in desk.find(session, officer, event_id=event.id, text=text)]

    assert find(person.badge.lower()) == find("甲阀门") == [person.id]
    assert len(find("阀门")) == 2
    assert find(gone.badge) == find("  ") == find("%") == find("没有这个人") == []


def test_a_firm_nobody_knows_comes_in_at_once(session: Session, officer: Actor) -> None:
    event = make_event(session, capacity=1)
    make_registration(session, event)
    row = walk_in(session, officer, event.id, need_text="想买减压阀")
    assert (row.state, row.source, row.need_text) == (
        RegistrationState.CONFIRMED,
        RegistrationSource.WALK_IN,
        "想买减压阀",
    )
    assert [(one.name, one.checked_in_at is not None) for one in row.people] == [("黄一现", True)]


@pytest.mark.parametrize("how", [{"uscc": USCCS[0]}, {"name": "佛山市南海区试样阀门有限公司"}])
def test_a_firm_with_an_account_is_known_by_code_or_name(session: Session, officer: Actor, how: dict[str, str]) -> None:
    event, own = make_event(session), make_organisation(session)
    row = walk_in(session, officer, event.id, **how)
    assert (row.organisation_id, row.name) == (own.id, "佛山市南海区试样阀门有限公司")
    again = walk_in(session, officer, event.id, **how, person_name="黄二现")
    assert again.id == row.id
    assert {one.name for one in again.people} == {"黄一现", "黄二现"}
    # The same person at the door twice is one person.
    walk_in(session, officer, event.id, **how, person_name="黄二现")
    assert session.scalar(select(func.count()).select_from(Participant)) == 2


@pytest.mark.parametrize("state", [RegistrationState.DECLINED, RegistrationState.WAITING, RegistrationState.INVITED])
def test_who_was_not_to_come_comes_after_all(session: Session, officer: Actor, state: RegistrationState) -> None:
    event, own = make_event(session), make_organisation(session)
    make_registration(session, event, own.name, organisation_id=own.id, people=0, state=state)
    assert walk_in(session, officer, event.id, uscc=USCCS[0]).state is RegistrationState.CONFIRMED
    assert session.scalar(select(func.count()).select_from(Registration)) == 1


def test_nobody_walks_into_an_event_that_is_off(session: Session, officer: Actor) -> None:
    event = make_event(session, state=EventState.CANCELLED)
    with pytest.raises(Conflict, match="called off"):
        walk_in(session, officer, event.id)


def test_the_desk_is_the_organisers(session: Session, officer: Actor) -> None:
    own = make_organisation(session)
    event = make_event(session)
    person = make_registration(session, event, own.name, organisation_id=own.id).people[0]
    attempts: list[Callable[[Actor], object]] = [
        lambda who: desk.check_in(session, who, participant_id=person.id, here=True),
        lambda who: desk.mark_missing(session, who, participant_id=person.id, missing=True),
        lambda who: desk.find(session, who, event_id=event.id, text="x"),
        lambda who: walk_in(session, who, event.id),
    ]
    for who in (make_actor(session, own.id), make_actor(session, role=Role.AUDITOR)):
        for attempt in attempts:
            with pytest.raises(Forbidden):
                attempt(who)
    with pytest.raises(NotFound):
        desk.check_in(session, officer, participant_id=person.id + 99, here=True)
    assert person.checked_in_at is None
