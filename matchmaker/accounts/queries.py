"""Reading the registry."""

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.accounts.access import require_self
from matchmaker.accounts.models import DataRequest, Membership, Organisation, Person
from matchmaker.accounts.rules import Standing
from matchmaker.core.actor import Actor


def ids_by_uscc(session: Session, codes: Iterable[str]) -> dict[str, int]:
    """Organisation ids for those of the given codes that are registered."""
    statement = select(Organisation.uscc, Organisation.id).where(Organisation.uscc.in_(set(codes)))
    return {code: number for code, number in session.execute(statement)}


def verified_by_uscc(session: Session, codes: Iterable[str]) -> dict[str, int]:
    """The same for those that an officer has verified."""
    known = (Organisation.uscc.in_(set(codes)), Organisation.standing == Standing.VERIFIED)
    return {code: number for code, number in session.execute(select(Organisation.uscc, Organisation.id).where(*known))}


def ids_in_towns(session: Session, towns: Iterable[str]) -> set[int]:
    """Ids of the organisations that are in one of these towns now."""
    return set(session.scalars(select(Organisation.id).where(Organisation.town.in_(set(towns)))))


def name_of(session: Session, *, organisation_id: int) -> str:
    """The organisation's name, empty when there is none with this id."""
    return session.scalar(select(Organisation.name).where(Organisation.id == organisation_id)) or ""


def unverified(session: Session, organisation_ids: Iterable[int]) -> list[str]:
    """Names of those among the organisations that no officer has verified yet."""
    wanted = Organisation.id.in_(set(organisation_ids))
    statement = select(Organisation.name).where(wanted, Organisation.standing != Standing.VERIFIED)
    return list(session.scalars(statement.order_by(Organisation.name)))


def ids_unmatched(session: Session) -> set[int]:
    """Organisations whose listings take no part in matching: not verified, or by their own choice."""
    either = or_(Organisation.matching_off.is_(True), Organisation.standing != Standing.VERIFIED)
    return set(session.scalars(select(Organisation.id).where(either)))


def person(session: Session, actor: Actor) -> Person:
    """The person behind the actor; Forbidden for the machine and for visitors."""
    return require_self(session, actor)


def memberships_of(session: Session, actor: Actor) -> Sequence[Membership]:
    """The actor's present memberships with their organisations."""
    mine = (Membership.person_id == actor.person_id, Membership.left_at.is_(None))
    statement = select(Membership).where(*mine).options(joinedload(Membership.organisation))
    return session.scalars(statement.order_by(Membership.id)).all()


def data_requests_of(session: Session, actor: Actor) -> Sequence[DataRequest]:
    """The actor's own requests, newest first."""
    mine = DataRequest.person_id == actor.person_id
    return session.scalars(select(DataRequest).where(mine).order_by(DataRequest.id.desc())).all()


def has_matching_off(session: Session, *, organisation_id: int) -> bool:
    """Whether the organisation chose to stay out of automatic matching."""
    mine = Organisation.id == organisation_id
    return bool(session.scalar(select(Organisation.matching_off).where(mine)))
