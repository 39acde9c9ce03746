"""Reading who comes."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.core.actor import Actor
from matchmaker.events.models import Event
from matchmaker.participants.access import planned_event
from matchmaker.participants.models import BroughtListing, Participant, Registration
from matchmaker.participants.rules import RegistrationState

_WHOLE = (
    joinedload(Registration.organisation),
    selectinload(Registration.people),
    selectinload(Registration.brought).joinedload(BroughtListing.listing),
)


def registrations(session: Session, actor: Actor, *, event_id: int) -> Sequence[Registration]:
    """Every organisation on the event's list with its people and listings, by name; for planners."""
    planned_event(session, actor, event_id=event_id)
    statement = select(Registration).where(Registration.event_id == event_id).options(*_WHOLE)
    return session.scalars(statement.order_by(Registration.name, Registration.id)).all()


def confirmed(session: Session, *, event_id: int) -> Sequence[Registration]:
    """The organisations that come, in the order of their ids, with their people and listings. No actor: verbs ask."""
    coming = (Registration.event_id == event_id, Registration.state == RegistrationState.CONFIRMED)
    return session.scalars(select(Registration).where(*coming).options(*_WHOLE).order_by(Registration.id)).all()


def own_registrations(session: Session, actor: Actor) -> Sequence[Registration]:
    """The actor's organisations at events, the latest event first."""
    mine = Registration.organisation_id.in_(actor.organisation_ids)
    statement = select(Registration).join(Event).where(mine, Registration.state != RegistrationState.LISTED)
    statement = statement.options(*_WHOLE, joinedload(Registration.event)).order_by(Event.starts_at.desc())
    return session.scalars(statement).all()


def counts(session: Session, *, event_id: int) -> dict[RegistrationState, int]:
    """How many organisations stand where."""
    statement = select(Registration.state, func.count()).where(Registration.event_id == event_id)
    return {state: number for state, number in session.execute(statement.group_by(Registration.state))}


def confirmed_counts(session: Session, *, event_ids: Collection[int]) -> dict[int, int]:
    """How many organisations come to each of these events."""
    coming = (Registration.event_id.in_(event_ids), Registration.state == RegistrationState.CONFIRMED)
    statement = select(Registration.event_id, func.count()).where(*coming).group_by(Registration.event_id)
    return {event_id: number for event_id, number in session.execute(statement)}


def present(people: Sequence[Participant]) -> list[Participant]:
    """Those who still come."""
    return [one for one in people if one.left_at is None]
