"""Who may plan events and see which."""

from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden
from matchmaker.events.models import Event
from matchmaker.events.rules import EventState


def can_plan(actor: Actor) -> bool:
    """Organisers and officers plan; the operator imports."""
    return actor.role in (Role.ORGANISER, Role.OFFICER) or actor.is_system


def can_see(actor: Actor, event: Event) -> bool:
    """Drafts are the staff's own business."""
    return event.state is not EventState.DRAFT or actor.is_staff


def require_planner(actor: Actor) -> None:
    """Refuse everybody who does not plan events."""
    if not can_plan(actor) or actor.acting_for is not None:
        raise Forbidden(f"{actor.name} does not plan events")
