"""Organisations and people that the organiser brings from a list of its own, with or without an account here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Fault, Invalid
from matchmaker.events.models import Event
from matchmaker.participants import letters, places
from matchmaker.participants.access import planned_event
from matchmaker.participants.models import Participant, Registration
from matchmaker.participants.rows import nameless, new_arrival, new_row, registration_of, row_of
from matchmaker.participants.rules import RegistrationSource, RegistrationState
from matchmaker.participants.schemas import ArrivalIn, ParticipantIn
from matchmaker.participants.sending import put, still_coming
from matchmaker.participants.telling import tell_state

# From here an import goes on to confirmed; whoever waits or is in stays there.
_ENTERING = (RegistrationState.LISTED, RegistrationState.INVITED, RegistrationState.APPLIED)
_TEXTS = ("need_text", "offer_text", "note")


@dataclass(frozen=True)
class Standing:
    """An organisation that is on the event's list already, and the names of those who come for it."""

    registration_id: int
    state: RegistrationState
    people: frozenset[str]


@dataclass(frozen=True)
class Registry:
    """The organisations with an account that a list may mean: (id, name) by code, ids by exact name."""

    by_code: dict[str, tuple[int, str]]
    by_name: dict[str, list[int]]


def known_organisations(session: Session, *, codes: Collection[str], names: Collection[str]) -> Registry:
    """Those with one of these codes or names."""
    either = or_(Organisation.uscc.in_(codes), Organisation.name.in_(names))
    columns = select(Organisation.uscc, Organisation.id, Organisation.name)
    registry = Registry({}, {})
    for uscc, number, name in session.execute(columns.where(either).order_by(Organisation.id)):
        registry.by_code[uscc] = (number, name)
        registry.by_name.setdefault(name, []).append(number)
    return registry


def identified(session: Session, arrival: ArrivalIn) -> ArrivalIn:
    """The arrival with its account, where its code or its exact name has one. Invalid when the name has several."""
    registry = known_organisations(session, codes=[arrival.uscc], names=[arrival.name])
    found = [registry.by_code[arrival.uscc][0]] if arrival.uscc in registry.by_code else []
    found = found or ([] if arrival.uscc else registry.by_name.get(arrival.name, []))
    if len(found) > 1:
        raise Invalid([Fault("uscc", "several organisations have this name")])
    return arrival.model_copy(update={"organisation_id": found[0] if found else None})


def standing(session: Session, *, event_id: int, arrival: ArrivalIn) -> Standing | None:
    """Where the organisation stands with the event already; None when it is not on the list. Changes nothing."""
    row = _found(session, event_id, arrival)
    people = frozenset(person.name for person in still_coming(row)) if row else frozenset()
    return Standing(row.id, row.state, people) if row else None


def fixed_tables(session: Session, *, event_id: int) -> dict[int, int]:
    """Which registration has which table to itself."""
    fixed = (Participant.event_id == event_id, Participant.table_id.is_not(None), Participant.left_at.is_(None))
    rows = session.execute(select(Participant.table_id, Participant.registration_id).where(*fixed))
    return {table: registration for table, registration in rows if table is not None}


def take_in(
    session: Session,
    actor: Actor,
    *,
    event_id: int,
    arrival: ArrivalIn,
    people: Sequence[ParticipantIn],
    base: str,
    by_letter: bool = False,
) -> list[bool]:
    """Put the organisation on the list as confirmed, or as waiting once the event is full, and its people with it.

    What the list leaves blank stays as it is. Returns for each person whether anything changed; a change of the
    organisation counts with the first. Whoever has no login is written to only `by_letter`: after a whole list was
    imported, the organiser looks at it first. Conflict when the organisation said no or was refused. Planners only.
    """
    event = planned_event(session, actor, event_id=event_id, lock=True)
    places.require_running(actor, event)
    row = _row(session, event, arrival)
    before = (row.state, *(getattr(row, name) for name in _TEXTS))
    places.require_open_state(row)
    entering = row.state in _ENTERING
    if entering:
        places.move(session, actor, row, places.place_for_newcomer(session, event, besides=row.id))
    for name in _TEXTS:
        setattr(row, name, getattr(arrival, name) or getattr(row, name))
    changed = [_take_person(session, actor, row, data) for data in people]
    if before != (row.state, *(getattr(row, name) for name in _TEXTS)):
        changed[0] = True
    if any(changed):
        row.updated_at = clock.now()
        session.flush()
        places.record(session, actor, "event.import", row, people=sum(changed))
    if entering:
        tell_state(session, actor, row, base=base, by_letter=False)
    if by_letter:
        letters.place(session, actor, event_id=event_id, people=[person.id for person in row.people])
    return changed


def _found(session: Session, event_id: int, arrival: ArrivalIn) -> Registration | None:
    own = None
    if arrival.organisation_id is not None:
        own = registration_of(session, event_id=event_id, organisation_id=arrival.organisation_id)
    return own or nameless(session, event_id=event_id, uscc=arrival.uscc, name=arrival.name)


def _row(session: Session, event: Event, arrival: ArrivalIn) -> Registration:
    """The organisation's row, made when there is none; one with an account stands there under its own name."""
    if arrival.organisation_id is None:
        found = nameless(session, event_id=event.id, uscc=arrival.uscc, name=arrival.name)
        return found or new_arrival(session, event, arrival, source=RegistrationSource.IMPORT)
    organisation = session.get_one(Organisation, arrival.organisation_id)
    own = row_of(session, event_id=event.id, organisation=organisation)
    return own or new_row(session, event, organisation, source=RegistrationSource.IMPORT)


def _take_person(session: Session, actor: Actor, row: Registration, data: ParticipantIn) -> bool:
    known = next((person for person in row.people if person.name == data.name), None)
    if known is None:
        put(session, actor, row, data)
        return True
    merged = _merged(known, data)
    if known.left_at is None and all(getattr(known, name) == value for name, value in merged.model_dump().items()):
        return False
    put(session, actor, row, merged, person=known)
    return True


def _merged(known: Participant, data: ParticipantIn) -> ParticipantIn:
    """What is stored, with what the list says in its place; a blank cell says nothing."""
    kept = {name: getattr(known, name) for name in ParticipantIn.model_fields}
    said = {name: value for name, value in data.model_dump().items() if value not in ("", None, [])}
    return ParticipantIn.model_construct(**(kept | said))
