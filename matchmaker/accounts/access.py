"""Who may do what with organisations."""

from sqlalchemy.orm import Session

from matchmaker.accounts.models import Person
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden


def require_self(session: Session, actor: Actor) -> Person:
    """The person behind the actor; Forbidden for the machine and for visitors."""
    person = session.get(Person, actor.person_id) if actor.person_id is not None else None
    if person is None:
        raise Forbidden(f"{actor.name} is nobody who has an account")
    return person


def require_administrator(actor: Actor) -> None:
    """Refuse everybody who may not decide about people's roles; whoever runs commands on the machine may."""
    if actor.role is not Role.ADMINISTRATOR and not actor.is_system:
        raise Forbidden(f"{actor.name} may not decide about people")


def require_owner(actor: Actor, organisation_id: int) -> None:
    """Refuse actors who do not manage this organisation's people and consents."""
    if organisation_id not in actor.owner_of:
        raise Forbidden(f"{actor.name} does not manage organisation {organisation_id}")


def can_register(actor: Actor) -> bool:
    """Registering organisations in bulk is the district's own work."""
    return actor.role in (Role.OFFICER, Role.ADMINISTRATOR)


def require_registrar(actor: Actor) -> None:
    """Refuse actors who may not change the registry."""
    if not can_register(actor):
        raise Forbidden(f"{actor.name} may not change the registry of organisations")
