"""The people an organisation sends and the listings it brings, written once they were found in order."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Membership, Person
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Invalid
from matchmaker.events.models import EventSlot, EventTable
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import State
from matchmaker.participants.access import is_own, plans
from matchmaker.participants.badges import new_badge
from matchmaker.participants.models import BroughtListing, Participant, Registration
from matchmaker.participants.schemas import MOST_PEOPLE, BroughtIn, ParticipantIn

_KEPT = ("name", "position", "phone", "email", "languages", "away", "meetings_max", "person_id")
# What the organiser alone decides: a fixed place, and how many meetings are promised.
_GIVEN = ("table_id", "meetings_min")


def still_coming(row: Registration) -> list[Participant]:
    """The people of the registration who have not stepped back."""
    return [person for person in row.people if person.left_at is None]


def to_bring(session: Session, actor: Actor, organisation_id: int | None) -> Sequence[Listing]:
    """The published listings an organisation may bring, for its own people and for planners."""
    if organisation_id is None or not (organisation_id in actor.organisation_ids or plans(actor)):
        return []
    published = (Listing.organisation_id == organisation_id, Listing.state == State.PUBLISHED)
    return session.scalars(select(Listing).where(*published).order_by(Listing.side, Listing.id)).all()


def bring(session: Session, row: Registration, data: BroughtIn) -> None:
    """Replace what the registration brings. Invalid names a listing that is not its own or not published."""
    wanted = sorted(set(data.listing_ids))
    before = {one.listing_id for one in row.brought}
    statement = select(Listing.id, Listing.state).where(
        Listing.id.in_(wanted), Listing.organisation_id == row.organisation_id
    )
    own = {number: state for number, state in session.execute(statement)}
    refused = [one for one in wanted if one not in own or not (own[one] is State.PUBLISHED or one in before)]
    if refused:
        raise Invalid([Fault("listing_ids", "only published listings of its own", str(refused[0]))])
    row.brought = [one for one in row.brought if one.listing_id in wanted]
    row.brought += [BroughtListing(listing_id=number) for number in wanted if number not in before]
    row.need_text, row.offer_text, row.note = data.need_text, data.offer_text, data.note


def send(session: Session, actor: Actor, row: Registration, people: Sequence[ParticipantIn]) -> None:
    """These are the people who come; somebody of the same name who stepped back before comes again."""
    known = {person.name: person for person in row.people}
    for data in people:
        put(session, actor, row, data, person=known.get(data.name))
    names = {data.name for data in people}
    for person in still_coming(row):
        if person.name not in names:
            person.left_at = clock.now()


def put(
    session: Session, actor: Actor, row: Registration, data: ParticipantIn, *, person: Participant | None = None
) -> Participant:
    """Add the person or change the one given. Invalid names what is wrong; Conflict when there are enough."""
    _check(session, actor, row, data, person=person)
    if person is None or person.left_at is not None:
        _require_room(row)
    moment = clock.now()
    if person is None:
        badge = new_badge(session, event_id=row.event_id)
        person = Participant(event_id=row.event_id, registration=row, badge=badge, created_at=moment)
        session.add(person)
    for name in (*_KEPT, *(_GIVEN if plans(actor) else ())):
        setattr(person, name, getattr(data, name))
    person.left_at, person.updated_at = None, moment
    session.flush()
    return person


def _require_room(row: Registration) -> None:
    if len(still_coming(row)) >= MOST_PEOPLE:
        raise Conflict(f"at most {MOST_PEOPLE} people of one organisation")


def _check(
    session: Session, actor: Actor, row: Registration, data: ParticipantIn, *, person: Participant | None
) -> None:
    faults = [
        *_slot_faults(session, row, set(data.away) - set(person.away if person else ())),
        *_person_faults(session, row, data.person_id),
        *(_table_faults(session, row, data.table_id) if plans(actor) else ()),
    ]
    same = [one for one in still_coming(row) if one.name == data.name and one is not person]
    if same:
        faults.append(Fault("name", "this person comes already", data.name))
    if faults:
        raise Invalid(faults)


def _slot_faults(session: Session, row: Registration, away: set[int]) -> list[Fault]:
    mine = (EventSlot.event_id == row.event_id, EventSlot.closed_at.is_(None))
    known = set(session.scalars(select(EventSlot.id).where(*mine)))
    return [Fault("away", "no open slot of this event", str(one)) for one in sorted(away - known)[:1]]


def _person_faults(session: Session, row: Registration, person_id: int | None) -> list[Fault]:
    if person_id is None:
        return []
    mine = (Membership.person_id == person_id, Membership.left_at.is_(None))
    member = select(Membership.id).where(*mine, Membership.organisation_id == row.organisation_id)
    if session.scalar(member) is None:
        return [Fault("person_id", "nobody of this organisation", str(person_id))]
    return []


def _table_faults(session: Session, row: Registration, table_id: int | None) -> list[Fault]:
    """A place is fixed for one organisation at most, or two of its owners would wait for each other all day."""
    if table_id is None:
        return []
    table = session.get(EventTable, table_id)
    if table is None or table.event_id != row.event_id or table.closed_at is not None:
        return [Fault("table_id", "no open table of this event", str(table_id))]
    others = (Participant.table_id == table_id, Participant.registration_id != row.id, Participant.left_at.is_(None))
    if session.scalar(select(Participant.id).where(*others).limit(1)) is not None:
        return [Fault("table_id", "another organisation has this table", table.label)]
    return []


def answering_person(session: Session, actor: Actor, row: Registration) -> ParticipantIn | None:
    """Whoever accepts comes, as long as nobody else is named; staff who act for others do not."""
    if actor.person_id is None or actor.acting_for is not None or not is_own(actor, row):
        return None
    person = session.get_one(Person, actor.person_id)
    return ParticipantIn(name=person.name, phone=person.phone or "", email=person.email, person_id=person.id)
