"""The desk at the door: who is here, who is missing, and who was not expected."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.accounts.models import Organisation
from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, NotFound
from matchmaker.events.models import Event
from matchmaker.events.rules import EventState
from matchmaker.participants import letters
from matchmaker.participants.access import planned_event
from matchmaker.participants.arriving import identified
from matchmaker.participants.models import Participant, Registration
from matchmaker.participants.rows import nameless, new_arrival, new_row, row_of
from matchmaker.participants.rules import NEXT_STATES, RegistrationSource, RegistrationState
from matchmaker.participants.schemas import ArrivalIn, ParticipantIn, WalkInIn
from matchmaker.participants.sending import put

MOST_FOUND = 20


def check_in(session: Session, actor: Actor, *, participant_id: int, here: bool) -> Participant:
    """Mark somebody as arrived, or take that back; whoever arrives is not missing any longer."""
    row = _coming(session, actor, participant_id)
    if (row.checked_in_at is not None) is here:
        return row
    row.checked_in_at = clock.now() if here else None
    row.missing_at = None if here else row.missing_at
    row.updated_at = clock.now()
    _record(session, actor, row, "check_in" if here else "check_out")
    return row


def mark_missing(session: Session, actor: Actor, *, participant_id: int, missing: bool) -> Participant:
    """Mark somebody who was expected and did not come, or take that back. Conflict when the person is here."""
    row = _coming(session, actor, participant_id)
    if missing and row.checked_in_at is not None:
        raise Conflict(f"participant {row.id} is here")
    if (row.missing_at is not None) is missing:
        return row
    row.missing_at = clock.now() if missing else None
    row.updated_at = clock.now()
    _record(session, actor, row, "missing" if missing else "not_missing")
    return row


def find(session: Session, actor: Actor, *, event_id: int, text: str) -> Sequence[Participant]:
    """Those who come with this badge, or with this in their name, their organisation's name or their number."""
    planned_event(session, actor, event_id=event_id)
    # What LIKE takes for any letter is no part of a name.
    wanted = text.strip().translate({ord("%"): None, ord("_"): None})
    if not wanted:
        return []
    statement = expected_people(event_id)
    exact = session.scalars(statement.where(Participant.badge == wanted.upper())).all()
    if exact:
        return exact
    part = f"%{wanted}%"
    either = or_(Participant.name.like(part), Registration.name.like(part), Participant.phone.like(part))
    return session.scalars(statement.where(either).limit(MOST_FOUND)).all()


def people_at(session: Session, actor: Actor, *, event_id: int) -> Sequence[Participant]:
    """Everybody who is expected, by organisation; for planners."""
    planned_event(session, actor, event_id=event_id)
    return session.scalars(expected_people(event_id)).all()


def expected_people(event_id: int):  # type: ignore[no-untyped-def]
    """The statement for those who are to come, with their organisation."""
    coming = (
        Participant.event_id == event_id,
        Participant.left_at.is_(None),
        Registration.state == RegistrationState.CONFIRMED,
    )
    statement = select(Participant).join(Registration, Registration.id == Participant.registration_id).where(*coming)
    return statement.options(joinedload(Participant.registration)).order_by(Registration.name, Participant.id)


def walk_in(session: Session, actor: Actor, *, event_id: int, data: WalkInIn) -> Registration:
    """Somebody at the door who was not expected: confirmed and here at once. The day has room where the list had none.

    A firm on the list already sends one more person; one with an account is known by its code or exact name. Conflict
    for a cancelled event.
    """
    event = planned_event(session, actor, event_id=event_id, lock=True)
    if event.state is EventState.CANCELLED:
        raise Conflict("the event is called off")
    arrival = identified(session, ArrivalIn.model_validate(data.model_dump(include=set(ArrivalIn.model_fields))))
    row = _row(session, event, arrival)
    if row.state is not RegistrationState.CONFIRMED:
        if RegistrationState.CONFIRMED not in NEXT_STATES[row.state]:
            raise Conflict(f"registration {row.id} is {row.state}")
        row.state, row.answered_at = RegistrationState.CONFIRMED, clock.now()
    row.need_text, row.offer_text = data.need_text or row.need_text, data.offer_text or row.offer_text
    row.updated_at = clock.now()
    person = ParticipantIn(name=data.person_name, position=data.position, phone=data.phone, email=data.email)
    known = next((one for one in row.people if one.name == person.name and one.left_at is None), None)
    arrived = known or put(session, actor, row, person)
    session.flush()
    check_in(session, actor, participant_id=arrived.id, here=True)
    detail = {"registration": row.id, "participant": arrived.id}
    audit.record(session, actor, [audit.Event("event.walk_in", f"event:{event_id}", detail)])
    letters.place(session, actor, event_id=event_id, people=[arrived.id])
    session.refresh(row)
    return row


def _row(session: Session, event: Event, arrival: ArrivalIn) -> Registration:
    if arrival.organisation_id is None:
        found = nameless(session, event_id=event.id, uscc=arrival.uscc, name=arrival.name)
        return found or new_arrival(session, event, arrival, source=RegistrationSource.WALK_IN)
    organisation = session.get_one(Organisation, arrival.organisation_id)
    own = row_of(session, event_id=event.id, organisation=organisation)
    return own or new_row(session, event, organisation, source=RegistrationSource.WALK_IN)


def _coming(session: Session, actor: Actor, participant_id: int) -> Participant:
    row = session.get(Participant, participant_id, with_for_update=True)
    if row is None:
        raise NotFound(f"no participant {participant_id}")
    planned_event(session, actor, event_id=row.event_id)
    if row.left_at is not None or row.registration.state is not RegistrationState.CONFIRMED:
        raise Conflict(f"participant {row.id} does not come")
    return row


def _record(session: Session, actor: Actor, row: Participant, action: str) -> None:
    session.flush()
    audit.record(session, actor, [audit.Event(f"event.{action}", f"event:{row.event_id}", {"participant": row.id})])
