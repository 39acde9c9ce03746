"""From a person to an actor: what this person may act for at this moment."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Assistance, Membership, Person
from matchmaker.accounts.rules import MemberRank
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role


def actor_of(
    session: Session, *, person_id: int, session_version: int, via: str = "web", acting_for: int | None = None
) -> Actor | None:
    """The actor behind a login; None when the login has ended (blocked, left, password changed).

    `acting_for` asks to act for an organisation as its helper; without a consent that holds today it is left out.
    """
    person = session.get(Person, person_id)
    if person is None or person.session_version != session_version or person.blocked_at or person.anonymised_at:
        return None
    if (
        acting_for is not None
        and person.role in (Role.ORGANISER, Role.OFFICER)
        and _may_assist(session, person, acting_for)
    ):
        return Actor(person.name, person.role, via, frozenset({acting_for}), person_id=person.id, acting_for=acting_for)
    rows = session.execute(
        select(Membership.organisation_id, Membership.rank).where(
            Membership.person_id == person.id, Membership.left_at.is_(None)
        )
    ).all()
    return Actor(
        name=person.name,
        role=person.role,
        via=via,
        organisation_ids=frozenset(organisation_id for organisation_id, _ in rows),
        owner_of=frozenset(organisation_id for organisation_id, rank in rows if rank is MemberRank.OWNER),
        person_id=person.id,
    )


def _may_assist(session: Session, person: Person, organisation_id: int) -> bool:
    if person.role not in (Role.ORGANISER, Role.OFFICER):
        return False
    statement = select(Assistance.id).where(
        Assistance.organisation_id == organisation_id,
        Assistance.staff_id == person.id,
        Assistance.granted_at.is_not(None),
        Assistance.ended_at.is_(None),
        Assistance.until >= clock.today(),
    )
    return session.scalar(statement.limit(1)) is not None
