"""What came of a meeting: who may say it, what stands, and what all of it comes to."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Invalid, NotFound
from matchmaker.meetings.figures import Talk, changed, sums, unmet
from matchmaker.meetings.models import Meeting, Outcome
from matchmaker.meetings.outcomes import outcome_of, say, say_by_link, word_of
from matchmaker.meetings.queries import meetings_of
from matchmaker.meetings.rules import MeetingState, OutcomeKind, combined
from matchmaker.participants.badges import link_token
from tests.meetings.hall import Hall
from tests.people import make_actor

K = OutcomeKind
SECRET = "for tests only"


@pytest.mark.parametrize(
    ("sides", "desk", "all_in_all"),
    [
        ([], None, None),
        ([], K.NOT_HELD, K.NOT_HELD),
        ([K.COOPERATION], K.NOT_HELD, K.COOPERATION),
        ([K.COOPERATION, K.NOT_INTERESTED], None, K.NOT_INTERESTED),
        ([K.COOPERATION, K.INFORMATIVE], None, K.COOPERATION),
        ([K.NOT_HELD, K.INFORMATIVE], None, K.INFORMATIVE),
        ([K.NOT_HELD, K.NOT_HELD], K.COOPERATION, K.NOT_HELD),
    ],
)
def test_all_words_come_to_one(sides: list[K], desk: K | None, all_in_all: K | None) -> None:
    assert combined(sides, desk) is all_in_all


def test_the_order_of_words_does_not_matter() -> None:
    for one, other in product(K, K):
        assert combined([one, other], None) is combined([other, one], None)


@pytest.fixture
def hall(session: Session) -> Hall:
    """A published meeting of the first two in the first slot, which has begun."""
    made = Hall(session, starts_at=clock.now() - timedelta(minutes=5), ends_at=clock.now() + timedelta(hours=8))
    made.list_pairs((0, 1, 0.9))
    with clock.pretend(clock.now() - timedelta(hours=1)):
        made.publish(made.draft((0, 1, 0, 0)))
    return made


def only(session: Session, hall: Hall) -> Meeting:
    return meetings_of(session, event_id=hall.event.id)[0]


def test_a_later_word_of_a_side_supersedes_the_earlier(session: Session, hall: Hall) -> None:
    meeting, side = only(session, hall), hall.registrations[0].id
    owner = hall.owners[0]
    say(session, owner, meeting_id=meeting.id, registration_id=side, kind=K.INFORMATIVE)
    say(session, owner, meeting_id=meeting.id, registration_id=side, kind=K.COOPERATION, note="下周看样")
    say(session, owner, meeting_id=meeting.id, registration_id=side, kind=K.COOPERATION, note="下周看样")
    rows = session.execute(select(Outcome.kind, Outcome.superseded_at.is_(None)).order_by(Outcome.id))
    assert [tuple(row) for row in rows] == [(K.INFORMATIVE, False), (K.COOPERATION, True)]
    session.expire_all()
    word = word_of(only(session, hall), side)
    assert word is not None
    assert (word.kind, word.note) == (K.COOPERATION, "下周看样")
    assert word_of(only(session, hall), hall.registrations[1].id) is None
    assert outcome_of(only(session, hall)) is K.COOPERATION


def test_both_sides_and_the_desk_speak_for_themselves_only(session: Session, hall: Hall) -> None:
    meeting = only(session, hall)
    one, other = (row.id for row in hall.registrations[:2])
    say(session, hall.organiser, meeting_id=meeting.id, registration_id=None, kind=K.NOT_HELD)
    say(session, hall.owners[1], meeting_id=meeting.id, registration_id=other, kind=K.NOT_INTERESTED)
    attempts: list[tuple[Actor, int | None]] = [
        (hall.owners[0], other),
        (hall.owners[0], None),
        (hall.owners[2], hall.registrations[2].id),
        (hall.owners[2], one),
        (hall.organiser, one),
        (make_actor(session, role=Role.AUDITOR), None),
        (Actor.visitor(), one),
    ]
    for who, side in attempts:
        with pytest.raises(NotFound):
            say(session, who, meeting_id=meeting.id, registration_id=side, kind=K.COOPERATION)
    session.expire_all()
    assert outcome_of(only(session, hall)) is K.NOT_INTERESTED


def test_a_personal_link_speaks_for_its_person_and_ends_with_it(session: Session, hall: Hall) -> None:
    meeting, person, stranger = only(session, hall), hall.people[1][0], hall.people[3][0]
    token = link_token(SECRET, person)
    row = say_by_link(session, secret_key=SECRET, token=token, meeting_id=meeting.id, kind=K.INFORMATIVE)
    assert (row.registration_id, row.by) == (hall.registrations[1].id, f"{person.name} ({person.badge})")
    with pytest.raises(NotFound):
        foreign = link_token(SECRET, stranger)
        say_by_link(session, secret_key=SECRET, token=foreign, meeting_id=meeting.id, kind=K.INFORMATIVE)
    person.link_version += 1
    with pytest.raises(NotFound):
        say_by_link(session, secret_key=SECRET, token=token, meeting_id=meeting.id, kind=K.COOPERATION)


def test_nothing_is_said_of_what_has_not_begun_or_was_dropped(session: Session, hall: Hall) -> None:
    meeting = only(session, hall)
    with pytest.raises(Invalid, match="note"):
        say(session, hall.organiser, meeting_id=meeting.id, registration_id=None, kind=K.INFORMATIVE, note="长" * 501)
    with clock.pretend(meeting.slot.starts_at - timedelta(minutes=1)), pytest.raises(Conflict, match="not begun"):
        say(session, hall.organiser, meeting_id=meeting.id, registration_id=None, kind=K.INFORMATIVE)
    meeting.state = MeetingState.DROPPED
    with pytest.raises(Conflict, match="dropped"):
        say(session, hall.organiser, meeting_id=meeting.id, registration_id=None, kind=K.INFORMATIVE)


def test_sums_count_what_was_kept() -> None:
    talks = [
        Talk((1, 2), (10, 20), K.COOPERATION),
        Talk((1, 3), (10, 30), K.NOT_HELD),
        Talk((2, 3), (20, 30), K.INFORMATIVE),
        Talk((1, 4), (10, 40), None),
    ]
    found = sums(talks, came=[1, 2, 3])
    assert (found.planned, found.kept, found.not_held, found.unknown) == (4, 2, 1, 1)
    assert (found.average, found.fewest) == (1.3, 1)
    assert found.outcomes == {K.NOT_HELD: 1, K.NOT_INTERESTED: 0, K.INFORMATIVE: 1, K.COOPERATION: 1}
    assert sums([], came=[]).average == 0


def test_a_need_is_met_by_a_meeting_worth_having() -> None:
    needs = {1: (10, ["HYD-01", "HYD-02"]), 2: (20, ["HYD-01"]), 3: (30, ["HYD-01"])}
    talks = [Talk((1, 2), (20, 40), K.INFORMATIVE), Talk((1, 2), (30, 40), K.NOT_INTERESTED)]
    assert unmet(needs, talks) == {"HYD-01": 2, "HYD-02": 1}


def test_what_a_version_changed_is_counted() -> None:
    before = [{"a": 1, "b": 2, "slot": 1, "table": 1}, {"a": 1, "b": 3, "slot": 2, "table": 1}]
    after = [{"a": 1, "b": 2, "slot": 1, "table": 2}, {"a": 4, "b": 5, "slot": 2, "table": 1}]
    assert changed(before, after) == (1, 1, 1)
    assert changed(before, before) == (0, 0, 0)
