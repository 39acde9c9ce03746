"""An event that is called off or moved is told to everybody who had plans, and to nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core.actor import Role
from matchmaker.events.rules import EventState
from matchmaker.notifications.models import Notice
from matchmaker.participants.announcing import tell_change
from matchmaker.participants.rules import RegistrationState
from tests.events.place import START, make_event, make_registration
from tests.factories import USCCS, make_organisation
from tests.people import BASE, make_actor

HOUR = timedelta(hours=1)
A, C, D = EventState.ANNOUNCED, EventState.CANCELLED, EventState.DRAFT


@pytest.mark.parametrize(
    ("before", "now", "moved", "text"),
    [
        (A, C, False, "event.called_off"),
        (A, A, True, "event.moved"),
        (A, A, False, None),
        (D, A, True, None),
        (C, C, True, None),
    ],
)
def test_who_had_plans_is_told(
    session: Session, before: EventState, now: EventState, moved: bool, text: str | None
) -> None:
    organiser = make_actor(session, role=Role.ORGANISER)
    event = make_event(session, state=now)
    owners = []
    for code, state in zip(USCCS, (RegistrationState.CONFIRMED, RegistrationState.DECLINED), strict=False):
        house = make_organisation(session, uscc=code, name=f"佛山市南海区{state}有限公司")
        owners.append(make_actor(session, house.id))
        make_registration(session, event, house.name, organisation_id=house.id, state=state)
    make_registration(session, event, "没有账号的")
    starts_at = event.starts_at - HOUR if moved else event.starts_at
    told = tell_change(session, organiser, event=event, state=before, starts_at=starts_at, base=BASE)
    rows = session.execute(select(Notice.person_id, Notice.text)).all()
    expected = [(owners[0].person_id, text)] if text else []
    assert (told, [tuple(row) for row in rows]) == (len(expected), expected)


def test_what_is_over_is_not_told(session: Session) -> None:
    organiser = make_actor(session, role=Role.ORGANISER)
    past = {"starts_at": START.replace(year=2020), "ends_at": START.replace(year=2020) + HOUR}
    event = make_event(session, state=C, **past)
    house = make_organisation(session)
    make_actor(session, house.id)
    make_registration(session, event, house.name, organisation_id=house.id)
    assert tell_change(session, organiser, event=event, state=A, starts_at=event.starts_at, base=BASE) == 0
