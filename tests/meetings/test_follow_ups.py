"""Half a year later: asked once, answered by a link, changed for thirty days."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core import clock
from matchmaker.core.errors import Conflict, Invalid, NotFound
from matchmaker.core.unit import unit
from matchmaker.mail.models import OutgoingMail
from matchmaker.meetings.follow_ups import AFTER, CHANGEABLE, TOO_LATE, answer, ask_due, question, token_of
from matchmaker.meetings.models import FollowUp
from matchmaker.meetings.outcomes import say
from matchmaker.meetings.queries import meetings_of
from matchmaker.meetings.rules import FollowUpAnswer, OutcomeKind
from matchmaker.notifications.models import Notice
from tests.meetings.hall import Hall
from tests.people import BASE

SECRET = "for tests only"
DAY = timedelta(days=1)


@pytest.fixture
def over(sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    """An event just over: one meeting went well, one did not; one of the sides has an address and no account."""
    with unit(sessions) as session:
        hall = Hall(session, starts_at=clock.now() - timedelta(hours=2), ends_at=clock.now())
        hall.people[4][0].email = "wu@demo.example"
        hall.list_pairs((0, 4, 0.9), (1, 2, 0.8))
        with clock.pretend(clock.now() - DAY):
            hall.published((0, 4, 0, 0), (1, 2, 0, 1))
        good, bad = meetings_of(session, event_id=hall.event.id)
        for meeting, kind in ((good, OutcomeKind.COOPERATION), (bad, OutcomeKind.NOT_INTERESTED)):
            say(session, hall.organiser, meeting_id=meeting.id, registration_id=None, kind=kind)
    return sessions


def ask(sessions: sessionmaker[Session], later: timedelta) -> int:
    with clock.pretend(clock.now() + later):
        return ask_due(sessions, base=BASE, secret_key=SECRET)


def test_each_side_is_asked_once_and_only_when_it_is_time(over: sessionmaker[Session]) -> None:
    assert ask(over, AFTER - DAY) == 0
    assert ask(over, AFTER + DAY) == 2
    assert ask(over, AFTER + DAY) == ask(over, AFTER + 9 * DAY) == 0
    with unit(over) as session:
        notice = session.scalars(select(Notice).where(Notice.text == "event.follow_up")).one()
        letter = session.scalars(select(OutgoingMail).where(OutgoingMail.address == "wu@demo.example")).one()
        rows = {row.registration_id: token_of(SECRET, row) for row in session.scalars(select(FollowUp))}
    assert notice.path.removeprefix("/follow-up/") in rows.values()
    assert any(f"{BASE}/follow-up/{token}" in letter.body for token in rows.values())


def test_what_is_long_past_is_not_asked_any_more(over: sessionmaker[Session]) -> None:
    assert ask(over, TOO_LATE + DAY) == 0


def test_the_answer_may_be_changed_for_thirty_days(over: sessionmaker[Session]) -> None:
    ask(over, AFTER + DAY)
    now = clock.now() + AFTER + 2 * DAY
    with unit(over) as session:
        token = token_of(SECRET, session.scalars(select(FollowUp).order_by(FollowUp.id)).first())  # type: ignore[arg-type]
        with clock.pretend(now):
            answer(session, secret_key=SECRET, token=token, answer=FollowUpAnswer.NEGOTIATION, note=" 还在谈价 ")
        with clock.pretend(now + CHANGEABLE):
            row = answer(session, secret_key=SECRET, token=token, answer=FollowUpAnswer.AGREEMENT)
        assert (row.answer, row.note) == (FollowUpAnswer.AGREEMENT, "")
        with clock.pretend(now + CHANGEABLE + DAY), pytest.raises(Conflict):
            answer(session, secret_key=SECRET, token=token, answer=FollowUpAnswer.ENDED)
        with clock.pretend(now), pytest.raises(Invalid, match="note"):
            answer(session, secret_key=SECRET, token=token, answer=FollowUpAnswer.ENDED, note="长" * 501)
        assert session.scalar(select(func.count()).where(FollowUp.answer == FollowUpAnswer.AGREEMENT)) == 1


@pytest.mark.parametrize("token", ["", "made-up", "IjEi.x"])
def test_a_link_that_was_made_up_opens_nothing(session: Session, token: str) -> None:
    with pytest.raises(NotFound):
        question(session, secret_key=SECRET, token=token)
