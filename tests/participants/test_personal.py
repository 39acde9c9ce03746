"""A person's own data at events: handed out whole, and gone when the person leaves."""

from datetime import timedelta

from sqlalchemy.orm import Session

from matchmaker.participants.badges import link_token, participant_of
from matchmaker.participants.personal import GONE, forget, own_participations
from tests.events.place import START, make_event, make_participant, make_registration
from tests.people import as_actor, make_person


def test_a_person_sees_and_leaves_every_event_and_no_one_elses(session: Session) -> None:
    person, other = make_person(session, "梁试样"), make_person(session, "陈外人")
    past = make_event(session, starts_at=START - timedelta(days=36500), ends_at=START - timedelta(days=36499))
    rows = [make_registration(session, event, people=0) for event in (past, make_event(session, title="下一场"))]
    mine = [
        make_participant(session, row, "梁试样", person_id=person.id, phone="13700000001", email="liang@demo.example")
        for row in rows
    ]
    theirs = make_participant(session, rows[1], "陈外人", person_id=other.id, phone="13700000002")
    actor = as_actor(session, person)
    told = own_participations(session, actor)
    assert [(one["event"], one["phone"]) for one in told] == [
        ("阀门供需对接会", "13700000001"),
        ("下一场", "13700000001"),
    ]
    token = link_token("secret", mine[1])
    assert participant_of(session, secret_key="secret", token=token).id == mine[1].id
    assert forget(session, actor) == 2
    assert {(one.name, one.phone, one.email) for one in mine} == {(GONE, "", "")}
    # Who was there stays counted; who was to come does not come.
    assert [one.left_at is None for one in mine] == [True, False]
    assert (theirs.name, theirs.phone, theirs.left_at) == ("陈外人", "13700000002", None)
