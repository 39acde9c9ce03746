"""Reading decisions and introductions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, selectinload

from matchmaker.accounts.models import Membership, Organisation, Person
from matchmaker.accounts.rules import MemberRank
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Forbidden, NotFound
from matchmaker.introductions.access import READERS, require_reader, was_open
from matchmaker.introductions.models import Introduction, PairDecision
from matchmaker.introductions.rules import Decision, IntroductionState
from matchmaker.listings.access import can_see
from matchmaker.listings.models import Listing

# From then on both sides know each other.
OPEN_STATES = (IntroductionState.ACCEPTED, IntroductionState.CLOSED)


@dataclass(frozen=True)
class Contact:
    """Somebody to call at the other side, shown only after both agreed."""

    organisation: str
    name: str
    email: str
    phone: str


def declined_with(session: Session, *, listing_id: int) -> set[int]:
    """Listings that this one declined or was declined by."""
    current = (PairDecision.decision == Decision.DECLINED, PairDecision.superseded_at.is_(None))
    either = or_(PairDecision.listing_id == listing_id, PairDecision.other_id == listing_id)
    rows = session.execute(select(PairDecision.listing_id, PairDecision.other_id).where(*current, either))
    return {other if mine == listing_id else mine for mine, other in rows}


def decisions_of(session: Session, *, listing_ids: Iterable[int]) -> dict[tuple[int, int], PairDecision]:
    """The current decision by (own listing, other listing)."""
    wanted = (PairDecision.listing_id.in_(list(listing_ids)), PairDecision.superseded_at.is_(None))
    return {(row.listing_id, row.other_id): row for row in session.scalars(select(PairDecision).where(*wanted))}


def introductions_of(session: Session, actor: Actor) -> Sequence[Introduction]:
    """All introductions of the actor's organisations, what moved last first; one query for any number."""
    statement = select(Introduction).where(_takes_part(actor)).order_by(Introduction.updated_at.desc())
    return session.scalars(statement.options(selectinload(Introduction.need), selectinload(Introduction.offer))).all()


def for_staff(session: Session, actor: Actor, *, limit: int = 200) -> Sequence[Introduction]:
    """What moved last in the whole district, for the staff that follows it."""
    if actor.role not in READERS:
        raise Forbidden(f"{actor.name} does not follow introductions")
    statement = select(Introduction).order_by(Introduction.updated_at.desc()).limit(limit)
    return session.scalars(statement.options(selectinload(Introduction.need), selectinload(Introduction.offer))).all()


def introduction(session: Session, actor: Actor, *, introduction_id: int) -> Introduction:
    """One introduction with its talk. NotFound for everybody who has no part in it."""
    found = session.get(Introduction, introduction_id)
    if found is None:
        raise NotFound(f"no introduction {introduction_id}")
    require_reader(actor, found)
    return found


def knew_listing(session: Session, actor: Actor, *, listing_id: int) -> bool:
    """Whether the actor's organisations knew of a listing that they may not see now: it was open to them as to
    everybody, or an introduction brought them together with it. That it is gone may be told; what it said may not.
    """
    listing = session.get(Listing, listing_id)
    if listing is None or not actor.organisation_ids or can_see(actor, listing):
        return False
    about = or_(Introduction.need_id == listing_id, Introduction.offer_id == listing_id)
    met = session.scalar(select(Introduction.id).where(_takes_part(actor), about).limit(1))
    return met is not None or was_open(session, listing)


def contacts(session: Session, actor: Actor, *, introduction: Introduction) -> list[Contact]:
    """Whom to call at the side that is not the actor's: who asked or answered first, then the owners.

    Empty until both agreed. Staff sees none: contact details are the two sides' own.
    """
    both = {introduction.need_organisation_id, introduction.offer_organisation_id}
    mine = both & actor.organisation_ids
    if introduction.state not in OPEN_STATES or not mine:
        return []
    (theirs,) = both - mine or {min(both)}
    involved = {introduction.asked_person_id, introduction.answered_person_id} - {None}
    statement = (
        select(Person, Organisation.name, Membership.rank)
        .join(Membership, Membership.person_id == Person.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.organisation_id == theirs, Membership.left_at.is_(None))
        .where(Person.anonymised_at.is_(None), Person.blocked_at.is_(None))
        .order_by(Person.id)
    )
    rows = [row for row in session.execute(statement) if row[0].id in involved or row[2] is MemberRank.OWNER]
    rows.sort(key=lambda row: row[0].id not in involved)
    return [Contact(name, person.name, person.email, person.phone or "") for person, name, _rank in rows]


def counts_of(session: Session, actor: Actor) -> tuple[int, int]:
    """How many requests wait for the actor's answer, and how many talks go on; one query that loads neither."""
    theirs = Introduction.asked_by_id.not_in(actor.organisation_ids)
    waiting = func.count().filter(Introduction.state == IntroductionState.ASKED, theirs)
    talking = func.count().filter(Introduction.state == IntroductionState.ACCEPTED)
    statement = select(waiting, talking).select_from(Introduction).where(_takes_part(actor))
    requests, talks = session.execute(statement).one()
    return requests, talks


def count_open(session: Session) -> int:
    """How many requests in the whole district wait for an answer."""
    asked = Introduction.state == IntroductionState.ASKED
    return session.scalar(select(func.count()).select_from(Introduction).where(asked)) or 0


def _takes_part(actor: Actor) -> ColumnElement[bool]:
    """The introductions in which an organisation of the actor is one of the two."""
    return or_(
        Introduction.need_organisation_id.in_(actor.organisation_ids),
        Introduction.offer_organisation_id.in_(actor.organisation_ids),
    )
