"""Who may look after registrations, and which organisation's own they are."""

from sqlalchemy.orm import Session

from matchmaker.core.actor import Actor
from matchmaker.core.errors import NotFound
from matchmaker.events.access import can_plan, can_see, require_planner
from matchmaker.events.models import Event
from matchmaker.participants.models import Participant, Registration


def planned_event(session: Session, actor: Actor, *, event_id: int, lock: bool = False) -> Event:
    """The event, for somebody who plans events. NotFound when there is none, Forbidden for everybody else.

    `lock` makes others wait who count places or number versions of the same event.
    """
    require_planner(actor)
    found = session.get(Event, event_id, with_for_update=lock)
    if found is None:
        raise NotFound(f"no event {event_id}")
    return found


def seen_event(session: Session, actor: Actor, *, event_id: int) -> Event:
    """The event, for whoever may know of it."""
    found = session.get(Event, event_id)
    if found is None or not can_see(actor, found):
        raise NotFound(f"no event {event_id}")
    return found


def is_own(actor: Actor, registration: Registration) -> bool:
    """Whether the registration is of an organisation that the actor acts for."""
    return registration.organisation_id is not None and registration.organisation_id in actor.organisation_ids


def plans(actor: Actor) -> bool:
    """Whether the actor plans events, and is not acting for an organisation at the moment."""
    return can_plan(actor) and actor.acting_for is None


def require_own_or_planner(actor: Actor, registration: Registration) -> None:
    """NotFound for everybody but the organisation itself and those who plan."""
    if not is_own(actor, registration) and not plans(actor):
        raise NotFound(f"no registration {registration.id}")


def registration_for(session: Session, actor: Actor, *, registration_id: int, lock: bool = False) -> Registration:
    """The registration, for its own organisation or a planner. NotFound otherwise."""
    found = session.get(Registration, registration_id, with_for_update=lock)
    if found is None:
        raise NotFound(f"no registration {registration_id}")
    require_own_or_planner(actor, found)
    return found


def participant_for(session: Session, actor: Actor, *, participant_id: int, lock: bool = False) -> Participant:
    """The participant, for its own organisation or a planner. NotFound otherwise."""
    found = session.get(Participant, participant_id, with_for_update=lock)
    if found is None:
        raise NotFound(f"no participant {participant_id}")
    require_own_or_planner(actor, found.registration)
    return found
