"""Coming to an event: registering, answering an invitation, being let in, stepping back, and the people sent."""

from sqlalchemy.orm import Session

from matchmaker.accounts import queries as accounts
from matchmaker.accounts.models import Organisation
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from matchmaker.events.models import Event
from matchmaker.events.rules import Entry
from matchmaker.participants import letters, places
from matchmaker.participants.access import participant_for, planned_event, plans, registration_for, seen_event
from matchmaker.participants.models import Participant, Registration
from matchmaker.participants.rows import new_row, registration_of, row_of
from matchmaker.participants.rules import RegistrationSource, RegistrationState
from matchmaker.participants.schemas import BroughtIn, ParticipantIn, RegistrationIn
from matchmaker.participants.sending import answering_person, bring, put, send, still_coming
from matchmaker.participants.telling import tell_office, tell_state

MAX_REASON = 500
_S = RegistrationState
# The organiser's decisions on a registration; everything else is the organisation's own step.
DECISIONS = (_S.CONFIRMED, _S.WAITING, _S.REFUSED)


def register(
    session: Session, actor: Actor, *, event_id: int, organisation_id: int, data: RegistrationIn, base: str
) -> Registration:
    """Register an organisation: its own people while registration is open, or a planner on its behalf at any time.

    Whom it brings in: an open event or an invitation confirms at once, an event with approval asks the organiser; a
    full event puts on the waiting list. Conflict says why somebody cannot come in now.
    """
    _require_registrar(session, actor, event_id, organisation_id)
    event = places.held_event(session, event_id)
    organisation = session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound(f"no organisation {organisation_id}")
    own = registration_of(session, event_id=event_id, organisation_id=organisation_id)
    row = own or row_of(session, event_id=event_id, organisation=organisation)
    if own is None and row is not None and row.state in (_S.WAITING, _S.CONFIRMED):
        # A firm that the organiser's list brought in before it had an account stays where it stands.
        target: RegistrationState = row.state
    else:
        _require_entry(session, actor, event, row, organisation_id=organisation_id)
        target = _target(session, actor, event, row)
    row = row or new_row(session, event, organisation, source=RegistrationSource.OPEN)
    return _enter(session, actor, row, target, data=data, base=base)


def refusal(session: Session, actor: Actor, *, event_id: int, organisation_id: int) -> str:
    """Why the organisation cannot register now, as `register` would say it; empty when it can. Changes nothing."""
    _require_registrar(session, actor, event_id, organisation_id)
    event = session.get_one(Event, event_id)
    row = registration_of(session, event_id=event_id, organisation_id=organisation_id)
    try:
        _require_entry(session, actor, event, row, organisation_id=organisation_id)
    except Conflict as error:
        return str(error)
    return ""


def answer_invitation(
    session: Session, actor: Actor, *, registration_id: int, accept: bool, note: str, base: str
) -> Registration:
    """Say yes or no to an invitation, also a yes after a no. Whoever says yes comes, until others are named."""
    row = places.held(session, actor, registration_id=registration_id)
    places.require_running(actor, row.event)
    _check_length("note", note, MAX_REASON)
    if row.state is not _S.INVITED and not (accept and row.state is _S.DECLINED and row.invited_at):
        raise Conflict(f"registration {row.id} is {row.state}, no invitation waits for an answer")
    if accept and not plans(actor):
        _require_not_closed(row.event)
    target = places.place_for_newcomer(session, row.event, besides=row.id) if accept else _S.DECLINED
    places.move(session, actor, row, target)
    row.answered_at, row.note = clock.now(), note.strip() or row.note
    if accept and not still_coming(row) and (person := answering_person(session, actor, row)):
        put(session, actor, row, person)
    session.flush()
    _tell_both(session, actor, row, base=base)
    return row


def decide(
    session: Session, actor: Actor, *, registration_id: int, state: RegistrationState, reason: str, base: str
) -> Registration:
    """Confirm, refuse (with a reason) or put on the waiting list; the organisation is told. Planners only.

    Conflict when no place is left, or when the registration cannot go there from where it is.
    """
    _planned(session, actor, registration_id)
    row = places.held(session, actor, registration_id=registration_id)
    places.require_running(actor, row.event)
    _check_length("reason", reason, MAX_REASON)
    if state not in DECISIONS:
        raise Invalid([Fault("state", "confirm, refuse or put on the waiting list", state)])
    if state is _S.REFUSED and not reason.strip():
        raise Invalid([Fault("reason", "say why")])
    if state is _S.CONFIRMED and places.free(session, row.event) == 0:
        raise Conflict("the event is full")
    row.answered_at = row.answered_at or clock.now()
    _move_on(session, actor, row, state, reason=reason, base=base)
    return row


def cancel(session: Session, actor: Actor, *, registration_id: int, reason: str, base: str) -> Registration:
    """Step back, or take an organisation off the list. Its people come no longer, and its place goes to whoever has
    waited longest, who is told.
    """
    row = places.held(session, actor, registration_id=registration_id)
    places.require_running(actor, row.event)
    _check_length("reason", reason, MAX_REASON)
    _move_on(session, actor, row, _S.CANCELLED, reason=reason, base=base)
    return row


def fill_places(session: Session, actor: Actor, *, event_id: int, base: str) -> int:
    """Confirm from the waiting list as many as there are places, such as after the capacity was raised."""
    event = planned_event(session, actor, event_id=event_id, lock=True)
    places.require_running(actor, event)
    return places.fill(session, actor, event, base=base)


def save_brought(session: Session, actor: Actor, *, registration_id: int, data: BroughtIn) -> Registration:
    """Change which listings the organisation brings and what it says it comes for."""
    row = _changeable(session, actor, registration_id)
    bring(session, row, data)
    row.updated_at = clock.now()
    session.flush()
    places.record(session, actor, "event.brought", row, listings=sorted(data.listing_ids))
    return row


def save_participant(
    session: Session, actor: Actor, *, registration_id: int, data: ParticipantIn, participant_id: int | None = None
) -> Participant:
    """Name one more person, or change one: keeping the row keeps the badge and the meetings planned for it.

    A fixed table and promised meetings are the organiser's to give: from anybody else they are left as they are. When
    the organisation is confirmed, whoever has an address and no login is sent the personal link.
    """
    row = _changeable(session, actor, registration_id)
    person = None
    if participant_id is not None:
        person = session.get(Participant, participant_id)
        if person is None or person.registration_id != row.id:
            raise NotFound(f"no participant {participant_id} in registration {row.id}")
        if person.left_at is not None:
            raise Conflict(f"participant {person.id} comes no longer")
    saved = put(session, actor, row, data, person=person)
    places.record(session, actor, "event.participant", row, participant=saved.id, new=person is None)
    letters.place(session, actor, event_id=row.event_id, people=[saved.id])
    return saved


def leave(session: Session, actor: Actor, *, participant_id: int) -> Participant:
    """The person comes no longer. Conflict for the last one of a confirmed organisation: it steps back instead."""
    found = participant_for(session, actor, participant_id=participant_id)
    row = _changeable(session, actor, found.registration_id)
    session.refresh(found)
    if found.left_at is not None:
        raise Conflict(f"participant {found.id} comes no longer")
    if row.state is _S.CONFIRMED and len(still_coming(row)) == 1:
        raise Conflict("the last person; cancel the registration instead")
    found.left_at = found.updated_at = clock.now()
    session.flush()
    places.record(session, actor, "event.participant_left", row, participant=found.id)
    return found


def revoke_link(session: Session, actor: Actor, *, participant_id: int) -> Participant:
    """End the person's present link; there is a new one at once."""
    found = participant_for(session, actor, participant_id=participant_id, lock=True)
    found.link_version += 1
    found.updated_at = clock.now()
    session.flush()
    places.record(session, actor, "event.link", found.registration, participant=found.id, version=found.link_version)
    return found


def _enter(
    session: Session, actor: Actor, row: Registration, target: RegistrationState, *, data: RegistrationIn, base: str
) -> Registration:
    bring(session, row, data)
    if row.state is not target:
        places.move(session, actor, row, target)
    send(session, actor, row, data.people)
    row.answered_at, row.reason = clock.now(), ""
    session.flush()
    _tell_both(session, actor, row, base=base)
    return row


def _move_on(
    session: Session, actor: Actor, row: Registration, target: RegistrationState, *, reason: str, base: str
) -> None:
    """Move, tell, and hand on the place that became free. Who only stood on the call list never learns that it did."""
    before = row.state
    row.reason = reason.strip()
    places.move(session, actor, row, target)
    if before is not _S.LISTED or target in places.OPEN_STATES:
        _tell_both(session, actor, row, base=base)
    if before is _S.CONFIRMED:
        places.fill(session, actor, row.event, base=base, most=1)


def _require_registrar(session: Session, actor: Actor, event_id: int, organisation_id: int) -> None:
    if plans(actor):
        planned_event(session, actor, event_id=event_id)
    elif organisation_id not in actor.organisation_ids:
        raise Forbidden(f"{actor.name} does not register organisation {organisation_id}")
    else:
        seen_event(session, actor, event_id=event_id)


def _require_entry(
    session: Session, actor: Actor, event: Event, row: Registration | None, *, organisation_id: int
) -> None:
    """Whether somebody may ask to come in now at all."""
    places.require_running(actor, event)
    if accounts.unverified(session, [organisation_id]):
        raise Conflict("the organisation is not verified yet")
    if row is not None and row.state in (_S.APPLIED, _S.WAITING, _S.CONFIRMED):
        raise Conflict("the organisation is registered already")
    if plans(actor):
        return
    if row is not None and row.state is _S.REFUSED:
        raise Conflict("the organiser said no; ask the organiser")
    opens = event.registration_opens_at
    if opens is not None and clock.now() < opens and not _was_invited(row):
        raise Conflict("registration is not open yet")
    _require_not_closed(event)
    if event.entry is Entry.INVITED and not _was_invited(row):
        raise Conflict("this event is by invitation only")


def _require_not_closed(event: Event) -> None:
    if event.registration_closes_at is not None and clock.now() >= event.registration_closes_at:
        raise Conflict("registration is closed")


def _was_invited(row: Registration | None) -> bool:
    return row is not None and row.invited_at is not None


def _target(session: Session, actor: Actor, event: Event, row: Registration | None) -> RegistrationState:
    """An invitation and an organiser's own hand are an approval."""
    if event.entry is Entry.APPROVAL and not plans(actor) and not _was_invited(row):
        return _S.APPLIED
    return places.place_for_newcomer(session, event, besides=row.id if row else None)


def _tell_both(session: Session, actor: Actor, row: Registration, *, base: str) -> None:
    tell_state(session, actor, row, base=base)
    if not plans(actor):
        tell_office(session, actor, row, base=base)


def _planned(session: Session, actor: Actor, registration_id: int) -> None:
    row = registration_for(session, actor, registration_id=registration_id)
    planned_event(session, actor, event_id=row.event_id)


def _changeable(session: Session, actor: Actor, registration_id: int) -> Registration:
    row = places.held(session, actor, registration_id=registration_id)
    places.require_running(actor, row.event)
    places.require_open_state(row)
    return row


def _check_length(name: str, text: str, most: int) -> None:
    if len(text) > most:
        raise Invalid([Fault(name, f"at most {most} characters, this has {len(text)}")])
