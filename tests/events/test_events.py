"""Planning events: who may, what is refused, and what visitors see of it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden, NotFound
from matchmaker.events import queries, service
from matchmaker.events.schemas import EventIn
from tests.people import make_actor

VISITOR = Actor.visitor()


def event_in(days: int = 10, **over: Any) -> EventIn:
    start = (clock.now() + timedelta(days=days)).astimezone(clock.DISTRICT_ZONE).replace(tzinfo=None, microsecond=0)
    values = {
        "title": "阀门供需对接会",
        "kind": "supply_chain",
        "state": "announced",
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=3)).isoformat(),
        "town": "440605123",
        "venue": "丹灶会议厅",
        "chains": ["HYD"],
    }
    return EventIn.model_validate(values | over)


def plan(session: Session, days: int = 10, **over: Any) -> int:
    return service.save_event(session, Actor.system("test"), data=event_in(days, **over)).id


@pytest.mark.parametrize("role", Role)
def test_organisers_and_officers_plan(session: Session, role: Role) -> None:
    who = make_actor(session, role=role)
    if role in (Role.ORGANISER, Role.OFFICER):
        assert service.save_event(session, who, data=event_in()).organiser_id == who.person_id
    else:
        with pytest.raises(Forbidden):
            service.save_event(session, who, data=event_in())


@pytest.mark.parametrize(
    "over", [{"ends_at": "2020-01-01T09:00"}, {"town": "1"}, {"chains": ["XYZ"]}, {"kind": "party"}, {"venue": ""}]
)
def test_what_cannot_be_an_event(over: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        event_in(**over)


def test_times_of_a_form_are_the_districts(session: Session) -> None:
    data = event_in(starts_at="2099-03-01T09:00", ends_at="2099-03-01T12:00")
    assert data.starts_at.isoformat() == "2099-03-01T09:00:00+08:00"


def test_visitors_see_what_is_announced_next_first(session: Session) -> None:
    later, draft, sooner, over = (
        plan(session, 20),
        plan(session, 5, state="draft"),
        plan(session, 3),
        plan(session, -30),
    )
    assert [row.id for row in queries.coming(session, VISITOR)] == [sooner, later]
    assert [row.id for row in queries.coming(session, make_actor(session, role=Role.ORGANISER))] == [
        sooner,
        draft,
        later,
    ]
    assert [row.id for row in queries.past(session)] == [over]
    with pytest.raises(NotFound):
        queries.event(session, VISITOR, event_id=draft)


def test_changing_what_is_not_there(session: Session) -> None:
    with pytest.raises(NotFound):
        service.save_event(session, Actor.system("test"), data=event_in(), event_id=999)


def test_the_years_count_leaves_out_drafts_and_other_years(session: Session) -> None:
    with clock.pretend(clock.now().replace(month=6, day=15)):
        for days, state in ((1, "announced"), (2, "draft"), (400, "announced")):
            plan(session, days, state=state)
        assert queries.count_this_year(session) == 1
