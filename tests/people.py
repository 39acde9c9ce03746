"""People and organisations for tests of verbs: made in the database, seen as actors."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from matchmaker.accounts.actors import actor_of
from matchmaker.accounts.models import Membership, Person
from matchmaker.accounts.rules import MemberRank
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role

BASE = "https://platform.example"
_numbers: Iterator[int] = iter(range(1, 1_000_000))


def make_person(session: Session, name: str = "梁试样", *, role: Role = Role.MEMBER, **over: object) -> Person:
    """A person with a proved address; nobody knows a password."""
    moment = clock.now()
    email = f"person{next(_numbers)}@demo.example"
    person = Person(
        **({"email": email, "name": name, "role": role, "email_verified_at": moment, "created_at": moment} | over)
    )
    session.add(person)
    session.flush()
    return person


def join(session: Session, person: Person, organisation_id: int, rank: MemberRank = MemberRank.OWNER) -> None:
    """Make the person one of the organisation's."""
    session.add(Membership(organisation_id=organisation_id, person_id=person.id, rank=rank, joined_at=clock.now()))
    session.flush()


def as_actor(session: Session, person: Person, *, acting_for: int | None = None) -> Actor:
    """The person as the features see them now."""
    found = actor_of(session, person_id=person.id, session_version=person.session_version, acting_for=acting_for)
    assert found is not None
    return found


def make_actor(session: Session, *organisation_ids: int, role: Role = Role.MEMBER, name: str = "梁试样") -> Actor:
    """A new person, owner of these organisations, as an actor."""
    person = make_person(session, name, role=role)
    for organisation_id in organisation_ids:
        join(session, person, organisation_id)
    return as_actor(session, person)
