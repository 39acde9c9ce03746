"""Who may see and change a listing."""

from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import State, Visibility

STAFF = (Role.OFFICER, Role.ADMINISTRATOR, Role.AUDITOR, Role.ORGANISER)


def can_change(actor: Actor, organisation_id: int) -> bool:
    """The organisation's own people, and the district's officers."""
    return organisation_id in actor.organisation_ids or actor.role in (Role.OFFICER, Role.ADMINISTRATOR)


def can_see(actor: Actor, listing: Listing) -> bool:
    """Drafts and closed listings are their owner's and the staff's own business."""
    inside = listing.organisation_id in actor.organisation_ids or actor.role in STAFF
    return inside or (listing.state is State.PUBLISHED and listing.visibility is not Visibility.CONSENT)


def can_see_organisation(actor: Actor, listing: Listing) -> bool:
    """Whether the actor may learn whose listing it is."""
    inside = listing.organisation_id in actor.organisation_ids or actor.role in STAFF
    return inside or listing.visibility is Visibility.PUBLIC


def require_change(actor: Actor, organisation_id: int) -> None:
    """Refuse actors who may not change this organisation's listings."""
    if not can_change(actor, organisation_id):
        raise Forbidden(f"{actor.name} may not change listings of organisation {organisation_id}")
