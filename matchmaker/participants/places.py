"""Where a registration stands, and the places of an event. Whoever counts places holds the event's row.

Every verb that changes a registration takes the event first and the registration second, so that two never wait for
each other.
"""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, NotFound
from matchmaker.events.models import Event
from matchmaker.events.rules import EventState
from matchmaker.participants.access import plans, registration_for
from matchmaker.participants.models import Registration
from matchmaker.participants.rules import NEXT_STATES, RegistrationState
from matchmaker.participants.telling import tell_state

# Where an organisation still is with the event; in the others nothing of it is changed any more.
OPEN_STATES = (
    RegistrationState.LISTED,
    RegistrationState.INVITED,
    RegistrationState.APPLIED,
    RegistrationState.WAITING,
    RegistrationState.CONFIRMED,
)


def held(session: Session, actor: Actor, *, registration_id: int) -> Registration:
    """The registration and its event, both held until the end of the unit; for its organisation or a planner."""
    row = registration_for(session, actor, registration_id=registration_id)
    held_event(session, row.event_id)
    # Read again: while this waited for the event, somebody else may have moved it.
    session.refresh(row, with_for_update=True)
    if row.state is RegistrationState.LISTED and not plans(actor):
        raise NotFound(f"no registration {registration_id}")
    return row


def held_event(session: Session, event_id: int) -> Event:
    """The event, held until the end of the unit."""
    session.flush()
    found = session.get(Event, event_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(f"no event {event_id}")
    return found


def require_running(actor: Actor, event: Event) -> None:
    """Conflict once the event is called off; for members also before it is announced and when it is over."""
    if event.state is EventState.CANCELLED:
        raise Conflict("the event is called off")
    if not plans(actor) and (event.state is not EventState.ANNOUNCED or event.ends_at <= clock.now()):
        raise Conflict("the event is over")


def require_open_state(row: Registration) -> None:
    """Conflict when the organisation is out: then it is brought back first."""
    if row.state not in OPEN_STATES:
        raise Conflict(f"registration {row.id} is {row.state}")


def free(session: Session, event: Event) -> int | None:
    """How many more organisations may be confirmed; None where there is no limit. Never less than nothing."""
    if event.capacity is None:
        return None
    coming = (Registration.event_id == event.id, Registration.state == RegistrationState.CONFIRMED)
    taken = session.scalar(select(func.count()).select_from(Registration).where(*coming)) or 0
    return max(0, event.capacity - taken)


def queue(session: Session, event_id: int) -> Sequence[Registration]:
    """The waiting list, the longest waiting first."""
    waiting = (Registration.event_id == event_id, Registration.state == RegistrationState.WAITING)
    statement = select(Registration).where(*waiting).order_by(Registration.waiting_since, Registration.id)
    return session.scalars(statement).all()


def place_for_newcomer(session: Session, event: Event, *, besides: int | None = None) -> RegistrationState:
    """Confirmed or waiting for somebody who asks now: nobody overtakes those who wait for the places that are left."""
    left = free(session, event)
    if left is None:
        return RegistrationState.CONFIRMED
    before = [row for row in queue(session, event.id) if row.id != besides]
    return RegistrationState.CONFIRMED if left > len(before) else RegistrationState.WAITING


def move(session: Session, actor: Actor, row: Registration, target: RegistrationState) -> None:
    """Set the state along NEXT_STATES with what follows from it, and write it into the log. Conflict otherwise.

    Whoever goes out takes its people along; coming back brings those back who left with it.
    """
    before = row.state
    if target not in NEXT_STATES[before]:
        raise Conflict(f"registration {row.id} is {before} and cannot become {target}")
    moment = clock.now()
    for person in row.people:
        if target not in OPEN_STATES and person.left_at is None:
            person.left_at = moment
        elif before not in OPEN_STATES and person.left_at == row.updated_at:
            person.left_at = None
    row.state, row.updated_at = target, moment
    row.waiting_since = moment if target is RegistrationState.WAITING else None
    session.flush()
    record(session, actor, "event.registration", row, state=[before, target])


def fill(session: Session, actor: Actor, event: Event, *, base: str, most: int | None = None) -> int:
    """Confirm from the waiting list while there is room, at most `most`, and tell each; returns how many."""
    left = free(session, event)
    limits = [limit for limit in (left, most) if limit is not None]
    chosen = queue(session, event.id)[: min(limits)] if limits else queue(session, event.id)
    for row in chosen:
        move(session, actor, row, RegistrationState.CONFIRMED)
        tell_state(session, actor, row, base=base, text="event.promoted")
    return len(chosen)


def record(session: Session, actor: Actor, action: str, row: Registration, **detail: object) -> None:
    """What was done to the registration, under its event."""
    facts = {"registration": row.id, **detail}
    audit.record(session, actor, [audit.Event(action, f"event:{row.event_id}", facts)])
