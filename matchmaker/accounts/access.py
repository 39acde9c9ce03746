"""Who may do what with organisations."""

from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden


def can_register(actor: Actor) -> bool:
    """Registering organisations in bulk is the district's own work."""
    return actor.role in (Role.OFFICER, Role.ADMINISTRATOR)


def require_registrar(actor: Actor) -> None:
    """Refuse actors who may not change the registry."""
    if not can_register(actor):
        raise Forbidden(f"{actor.name} may not change the registry of organisations")
