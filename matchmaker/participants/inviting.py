"""The organiser's call list: putting organisations on it, inviting them, and asking again those who say nothing."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.accounts.rules import Standing
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Invalid
from matchmaker.events.models import Event
from matchmaker.events.rules import EventState
from matchmaker.participants import places
from matchmaker.participants.access import planned_event
from matchmaker.participants.models import Registration
from matchmaker.participants.rows import new_row
from matchmaker.participants.rules import RegistrationSource, RegistrationState
from matchmaker.participants.telling import tell_state

MAX_TEXT = 2000
# Whoever was reminded is left in peace for two days.
PATIENCE = timedelta(days=2)


def list_organisations(session: Session, actor: Actor, *, event_id: int, organisation_ids: Iterable[int]) -> int:
    """Put verified organisations on the call list; those on it already stay. Returns how many are new."""
    event = planned_event(session, actor, event_id=event_id, lock=True)
    known = _rows(session, event_id)
    fresh = [one for one in _verified(session, organisation_ids) if one.id not in known]
    for organisation in fresh:
        row = new_row(session, event, organisation, source=RegistrationSource.LIST)
        places.record(session, actor, "event.registration", row, state=[None, row.state])
    return len(fresh)


def invite(
    session: Session, actor: Actor, *, event_id: int, organisation_ids: Iterable[int], text: str, base: str
) -> int:
    """Invite verified organisations with a personal text; returns how many invitations went out.

    Who was invited or answered before is left alone. Conflict before the event is announced, and once it has begun.
    """
    event = planned_event(session, actor, event_id=event_id, lock=True)
    _require_ahead(event)
    if len(text) > MAX_TEXT:
        raise Invalid([Fault("text", f"at most {MAX_TEXT} characters, this has {len(text)}")])
    known = _rows(session, event_id)
    invited = 0
    for organisation in _verified(session, organisation_ids):
        row = known.get(organisation.id) or new_row(session, event, organisation, source=RegistrationSource.LIST)
        if row.state is not RegistrationState.LISTED:
            continue
        row.invitation, row.invited_at = text.strip(), clock.now()
        places.move(session, actor, row, RegistrationState.INVITED)
        tell_state(session, actor, row, base=base)
        invited += 1
    return invited


def remind(session: Session, actor: Actor, *, event_id: int, base: str) -> int:
    """Ask those again who were invited, have not answered, and were not reminded lately. Returns how many."""
    event = planned_event(session, actor, event_id=event_id, lock=True)
    _require_ahead(event)
    moment = clock.now()
    silent = (
        Registration.event_id == event_id,
        Registration.state == RegistrationState.INVITED,
        Registration.answered_at.is_(None),
        or_(Registration.reminded_at.is_(None), Registration.reminded_at <= moment - PATIENCE),
    )
    rows = session.scalars(select(Registration).where(*silent).order_by(Registration.id)).all()
    for row in rows:
        row.reminded_at = moment
        places.record(session, actor, "event.remind", row)
        tell_state(session, actor, row, base=base, text="event.reminded")
    return len(rows)


def _require_ahead(event: Event) -> None:
    if event.state is not EventState.ANNOUNCED:
        raise Conflict("announce the event first")
    if event.starts_at <= clock.now():
        raise Conflict("the event has begun")


def _rows(session: Session, event_id: int) -> dict[int, Registration]:
    mine = (Registration.event_id == event_id, Registration.organisation_id.is_not(None))
    return {
        row.organisation_id: row for row in session.scalars(select(Registration).where(*mine)) if row.organisation_id
    }


def _verified(session: Session, organisation_ids: Iterable[int]) -> list[Organisation]:
    wanted = (Organisation.id.in_(set(organisation_ids)), Organisation.standing == Standing.VERIFIED)
    return list(session.scalars(select(Organisation).where(*wanted).order_by(Organisation.id)))
