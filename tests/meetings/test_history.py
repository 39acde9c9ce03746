"""Who met before: at events that are over, in meetings that took place as far as anybody said."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.meetings.history import held_before, partners_before
from matchmaker.meetings.models import Outcome
from matchmaker.meetings.queries import meetings_of
from matchmaker.meetings.rules import OutcomeKind
from tests.meetings.hall import Hall

K = OutcomeKind


@pytest.fixture
def hall(session: Session) -> Hall:
    """The first two firms had a meeting; so had the third and a firm that is not on the platform."""
    made = Hall(session, starts_at=clock.now() + timedelta(hours=1), ends_at=clock.now() + timedelta(hours=4))
    made.list_pairs((0, 1, 0.9), (2, 4, 0.8))
    made.published((0, 1, 0, 0), (2, 4, 0, 1))
    return made


def later(hall: Hall, event_id: int = 0) -> list[tuple[int, int, int]]:
    with clock.pretend(hall.event.ends_at + timedelta(hours=1)):
        return [tuple(one) for one in held_before(hall.session, event_id=event_id)]


def test_only_what_is_over_counts_and_not_the_event_itself(session: Session, hall: Hall) -> None:
    one, other = (hall.registrations[number].organisation_id or 0 for number in (0, 1))
    assert held_before(session, event_id=0) == []
    assert later(hall) == [(one, other, hall.event.id)]
    assert later(hall, hall.event.id) == []
    with clock.pretend(hall.event.ends_at):
        assert partners_before(session, event_id=0) == {one: {other}, other: {one}}
        assert held_before(session, event_id=0, organisation_ids=[one]) == []


@pytest.mark.parametrize(
    ("sides", "desk", "held"),
    [
        ((), None, True),
        ((), K.NOT_HELD, False),
        ((K.NOT_HELD,), K.INFORMATIVE, False),
        ((K.NOT_HELD, K.COOPERATION), K.NOT_HELD, True),
        ((K.INFORMATIVE,), None, True),
    ],
)
def test_all_words_together_say_whether_it_was_held(
    session: Session, hall: Hall, sides: tuple[OutcomeKind, ...], desk: OutcomeKind | None, held: bool
) -> None:
    meeting = next(one for one in meetings_of(session, event_id=hall.event.id) if one.a_id == hall.who(0))
    words = [(hall.registrations[number].id, kind) for number, kind in enumerate(sides)]
    for side, kind in [*words, *([(None, desk)] if desk else [])]:
        session.add(Outcome(meeting_id=meeting.id, registration_id=side, kind=kind, by="test", at=clock.now()))
    session.flush()
    assert bool(later(hall)) is held


def test_whoever_was_missing_met_nobody(session: Session, hall: Hall) -> None:
    hall.people[1][0].missing_at = clock.now()
    session.flush()
    assert later(hall) == []
