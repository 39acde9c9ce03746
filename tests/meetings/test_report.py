"""The report of an event and of the year, from rows."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden, NotFound
from matchmaker.events.rules import EventState
from matchmaker.meetings.outcomes import say
from matchmaker.meetings.queries import meetings_of
from matchmaker.meetings.report import report, year
from matchmaker.meetings.rules import OutcomeKind
from matchmaker.participants import desk
from matchmaker.participants.rules import RegistrationState
from tests.events.place import START, make_event, make_registration
from tests.factories import USCCS, make_listing
from tests.meetings.hall import Hall
from tests.people import make_actor


@pytest.fixture
def hall(session: Session) -> Hall:
    """Two meetings published, one of them moved afterwards; the first two came, the third did not."""
    made = Hall(session, starts_at=clock.now() - timedelta(minutes=5), ends_at=clock.now() + timedelta(hours=8))
    need = make_listing(session, organisation=USCCS[2], side="need", title="求购氢气传感器", chain_nodes=["HYD-09"])
    row = made.registrations[2]
    row.brought.append(type(row).brought.property.mapper.class_(listing_id=need.id))
    made.list_pairs((0, 1, 0.9), (0, 2, 0.8))
    with clock.pretend(clock.now() - timedelta(hours=1)):
        made.published((0, 1, 0, 0), (0, 2, 1, 0))
        made.published((0, 1, 0, 1), (0, 2, 1, 0))
    for number in (0, 1):
        desk.check_in(session, made.organiser, participant_id=made.people[number][0].id, here=True)
    desk.mark_missing(session, made.organiser, participant_id=made.people[2][0].id, missing=True)
    return made


def test_an_event_is_summed_up(session: Session, hall: Hall) -> None:
    make_registration(session, hall.event, "没答复的", state=RegistrationState.INVITED)
    make_registration(session, hall.event, "谢绝的", state=RegistrationState.DECLINED, people=0)
    first, second = meetings_of(session, event_id=hall.event.id)
    with clock.pretend(clock.now() + timedelta(hours=2)):
        for meeting, kind in ((first, OutcomeKind.COOPERATION), (second, OutcomeKind.NOT_HELD)):
            say(session, hall.organiser, meeting_id=meeting.id, registration_id=None, kind=kind)
    session.expire_all()
    found = report(session, hall.organiser, event_id=hall.event.id)
    assert (found.registered, found.confirmed, found.people, found.attended, found.missing) == (6, 5, 5, 2, 1)
    assert (found.sums.planned, found.sums.kept, found.sums.average, found.sums.fewest) == (2, 1, 1.0, 1)
    assert found.unmet == {"HYD-09": 1}
    assert (found.versions, found.changes) == (2, (1, 0, 0))


def test_an_event_without_anything_has_a_report_too(session: Session, officer: Actor) -> None:
    found = report(session, officer, event_id=make_event(session, slots=0, tables=0).id)
    assert (found.registered, found.sums.planned, found.unmet, found.versions) == (0, 0, {}, 0)
    with pytest.raises(NotFound):
        report(session, officer, event_id=987654)


def test_the_year_counts_what_was_announced(session: Session, hall: Hall) -> None:
    make_event(session, title="没公布的", state=EventState.DRAFT)
    make_event(session, title="取消的", state=EventState.CANCELLED)
    make_event(session, title="明年的", starts_at=START + timedelta(days=366), ends_at=START + timedelta(days=367))
    make_event(session, title="三月的", town="440605125")
    found = year(session, hall.organiser, year=START.year)
    assert [(one.event.title, one.houses, one.planned) for one in found.lines] == [("三月的", 0, 0)]
    assert (found.held, found.planned, found.target, found.by_town) == (0, 1, 60, {"440605125": 1})
    this = year(session, hall.organiser, year=clock.today().year)
    assert [(one.houses, one.planned) for one in this.lines] == [(5, 2)]


def test_reports_are_for_planners_and_auditors(session: Session, hall: Hall) -> None:
    assert report(session, make_actor(session, role=Role.AUDITOR), event_id=hall.event.id).confirmed == 5
    for who in (hall.owners[0], make_actor(session, role=Role.ADMINISTRATOR), Actor.visitor()):
        with pytest.raises(Forbidden):
            report(session, who, event_id=hall.event.id)
        with pytest.raises(Forbidden):
            year(session, who, year=2099)
