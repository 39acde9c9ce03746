"""An event with hours, tables and organisations, for the tests of everything that stands on one."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.events.models import Event, EventSlot, EventTable
from matchmaker.events.rules import EventKind, EventState, TableKind
from matchmaker.listings.models import Listing
from matchmaker.participants.badges import new_badge
from matchmaker.participants.models import BroughtListing, Participant, Registration
from matchmaker.participants.rules import RegistrationSource, RegistrationState

START = datetime(2099, 3, 2, 9, 0, tzinfo=clock.DISTRICT_ZONE)
MINUTES = 20


def make_event(session: Session, *, slots: int = 4, tables: int = 3, **over: Any) -> Event:
    """An announced event with so many slots of twenty minutes one after another, and tables 1, 2, 3."""
    values: dict[str, Any] = {
        "title": "阀门供需对接会",
        "kind": EventKind.SUPPLY_CHAIN,
        "state": EventState.ANNOUNCED,
        "starts_at": START,
        "ends_at": START + timedelta(hours=8),
        "town": "440605123",
        "venue": "丹灶会议厅",
        "chains": ["HYD"],
        "created_at": clock.now(),
        "updated_at": clock.now(),
    }
    event = Event(**(values | over))
    session.add(event)
    session.flush()
    for number in range(slots):
        begin = event.starts_at + timedelta(minutes=MINUTES * number)
        until = begin + timedelta(minutes=MINUTES)
        session.add(EventSlot(event_id=event.id, session="上午", starts_at=begin, ends_at=until))
    for number in range(1, tables + 1):
        session.add(EventTable(event_id=event.id, number=number, label=str(number), kind=TableKind.TABLE))
    session.flush()
    session.refresh(event)
    return event


def make_registration(
    session: Session,
    event: Event,
    name: str = "佛山市南海区试样阀门有限公司",
    *,
    organisation_id: int | None = None,
    people: int = 1,
    listings: tuple[Listing, ...] = (),
    state: RegistrationState = RegistrationState.CONFIRMED,
    **over: Any,
) -> Registration:
    """A confirmed organisation with so many people and these listings."""
    moment = clock.now()
    row = Registration(
        event_id=event.id,
        organisation_id=organisation_id,
        name=name,
        state=state,
        source=RegistrationSource.OPEN,
        created_at=moment,
        updated_at=moment,
        **over,
    )
    session.add(row)
    session.flush()
    session.add_all(BroughtListing(registration_id=row.id, listing_id=listing.id) for listing in listings)
    for number in range(1, people + 1):
        make_participant(session, row, f"{name[:6]}代表{number}")
    session.refresh(row)
    return row


def make_participant(session: Session, registration: Registration, name: str, **over: Any) -> Participant:
    """One more person of the organisation."""
    moment = clock.now()
    row = Participant(
        event_id=registration.event_id,
        registration_id=registration.id,
        name=name,
        badge=new_badge(session, event_id=registration.event_id),
        created_at=moment,
        updated_at=moment,
        **over,
    )
    session.add(row)
    session.flush()
    return row
