"""The people an organisation sends: named, changed, replaced, with a personal link each."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Invalid, NotFound
from matchmaker.participants import queries, registering
from matchmaker.participants.badges import link_token, participant_of
from matchmaker.participants.models import Participant, Registration
from matchmaker.participants.rules import RegistrationState
from matchmaker.participants.schemas import BroughtIn, ParticipantIn
from tests.events.place import make_event, make_participant, make_registration
from tests.factories import make_organisation
from tests.people import BASE, make_actor

_S = RegistrationState
SECRET = "for tests only"


def present(row: Registration) -> list[str]:
    return [person.name for person in queries.present(row.people)]


@pytest.fixture
def planner(session: Session) -> Actor:
    return make_actor(session, role=Role.ORGANISER, name="霍组织")


def test_people_are_named_changed_and_leave_but_never_the_last(session: Session, planner: Actor) -> None:
    organisation, event = make_organisation(session), make_event(session)
    member = make_actor(session, organisation.id)
    row = make_registration(session, event, organisation_id=organisation.id)
    first = row.people[0]

    def save(who: Actor, number: int | None = None, **values: Any) -> Participant:
        given = ParticipantIn.model_validate({"name": "李代表"} | values)
        return registering.save_participant(session, who, registration_id=row.id, data=given, participant_id=number)

    with pytest.raises(Conflict, match="last person"):
        registering.leave(session, member, participant_id=first.id)
    added = save(member, languages=["yue", "en"], away=[event.slots[0].id], meetings_max=5)
    assert (added.languages, added.away, added.meetings_max) == (["yue", "en"], [event.slots[0].id], 5)
    with pytest.raises(Invalid, match="comes already"):
        save(member)
    changed = save(member, added.id, name="换来的代表")
    assert (changed.id, changed.badge, changed.away) == (added.id, added.badge, [])
    registering.leave(session, member, participant_id=first.id)
    assert present(row) == ["换来的代表"]
    with pytest.raises(Conflict):
        save(member, first.id, name="已经走了")
    for number in range(5):
        save(member, name=f"代表{number}")
    with pytest.raises(Conflict, match="at most 6"):
        save(member, name="第七位")


def test_tables_and_promised_meetings_are_the_organisers_to_give(session: Session, planner: Actor) -> None:
    organisation, event = make_organisation(session), make_event(session)
    member = make_actor(session, organisation.id)
    row = make_registration(session, event, organisation_id=organisation.id)
    one, table = row.people[0], event.tables[0]

    def save(who: Actor, **values: Any) -> Participant:
        given = ParticipantIn.model_validate({"name": one.name} | values)
        return registering.save_participant(session, who, registration_id=row.id, data=given, participant_id=one.id)

    save(planner, table_id=table.id, meetings_min=2)
    save(member, table_id=event.tables[1].id, meetings_min=9, meetings_max=9)
    assert (one.table_id, one.meetings_min, one.meetings_max) == (table.id, 2, 9)
    other = make_registration(session, event, "别的公司")
    clash = ParticipantIn(name=other.people[0].name, table_id=table.id)
    with pytest.raises(Invalid, match="another organisation"):
        registering.save_participant(
            session, planner, registration_id=other.id, data=clash, participant_id=other.people[0].id
        )
    elsewhere = make_event(session, tables=1)
    for wrong in ({"table_id": elsewhere.tables[0].id}, {"away": [elsewhere.slots[0].id]}, {"person_id": 10**9}):
        with pytest.raises(Invalid) as refused:
            save(planner, **wrong)
        assert [fault.field for fault in refused.value.faults] == list(wrong)


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "长" * 61}, {"phone": "拨打"}, {"email": "x"}, {"languages": ["fr"]}, {"meetings_max": -1}],
)
def test_what_cannot_be_right_of_a_person_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        ParticipantIn.model_validate({"name": "梁代表"} | wrong)


def test_others_do_not_learn_of_a_registration(session: Session) -> None:
    event = make_event(session)
    other = make_organisation(session)
    row = make_registration(session, event, organisation_id=other.id)
    stranger = make_actor(session)
    tries: list[Callable[[], object]] = [
        lambda: registering.cancel(session, stranger, registration_id=row.id, reason="", base=BASE),
        lambda: registering.leave(session, stranger, participant_id=row.people[0].id),
        lambda: registering.revoke_link(session, stranger, participant_id=row.people[0].id),
        lambda: registering.save_brought(session, stranger, registration_id=row.id, data=BroughtIn()),
        lambda: registering.save_participant(
            session, stranger, registration_id=row.id, data=ParticipantIn(name="外人")
        ),
    ]
    for one in tries:
        with pytest.raises(NotFound):
            one()
    # One that only stands on the call list is the organiser's secret, also from the organisation itself.
    row.state = _S.LISTED
    session.flush()
    with pytest.raises(NotFound):
        registering.cancel(session, make_actor(session, other.id), registration_id=row.id, reason="", base=BASE)


def test_a_revoked_link_opens_nothing_and_the_new_one_does(session: Session, planner: Actor) -> None:
    row = make_registration(session, make_event(session), people=2)
    one = row.people[0]
    old = link_token(SECRET, one)
    assert participant_of(session, secret_key=SECRET, token=old) is one
    registering.revoke_link(session, planner, participant_id=one.id)
    for dead in (old, "made up", link_token("another secret", one)):
        with pytest.raises(NotFound):
            participant_of(session, secret_key=SECRET, token=dead)
    fresh = link_token(SECRET, one)
    assert participant_of(session, secret_key=SECRET, token=fresh) is one
    registering.leave(session, planner, participant_id=one.id)
    with pytest.raises(NotFound):
        participant_of(session, secret_key=SECRET, token=fresh)


def test_a_person_who_is_replaced_keeps_a_row(session: Session, planner: Actor) -> None:
    row = make_registration(session, make_event(session), people=1)
    make_participant(session, row, "来替换的人")
    session.refresh(row)
    registering.leave(session, planner, participant_id=row.people[0].id)
    assert [person.left_at is None for person in row.people] == [False, True]
