"""Who may see and change a listing."""

from matchmaker.accounts.rules import Standing
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import State, Visibility

STAFF = (Role.OFFICER, Role.ADMINISTRATOR, Role.AUDITOR, Role.ORGANISER)


def can_change(actor: Actor, organisation_id: int) -> bool:
    """The organisation's own people, staff while they act for it with its consent, and the operator's imports."""
    return organisation_id in actor.organisation_ids or actor.is_system


def can_see(actor: Actor, listing: Listing) -> bool:
    """Drafts and closed listings are their owner's and the staff's own business; so is what an unverified owner has."""
    inside = listing.organisation_id in actor.organisation_ids or actor.role in STAFF
    out = listing.state is State.PUBLISHED and listing.organisation.standing is Standing.VERIFIED
    return inside or (out and listing.visibility is not Visibility.CONSENT)


def can_see_organisation(actor: Actor, listing: Listing) -> bool:
    """Whether the actor may learn whose listing it is."""
    inside = listing.organisation_id in actor.organisation_ids or actor.role in STAFF
    return inside or listing.visibility is Visibility.PUBLIC


def require_change(actor: Actor, organisation_id: int) -> None:
    """Refuse actors who may not change this organisation's listings."""
    if not can_change(actor, organisation_id):
        raise Forbidden(f"{actor.name} may not change listings of organisation {organisation_id}")


def can_read_history(actor: Actor, listing: Listing) -> bool:
    """Earlier versions and the view log are the owner's and the staff's."""
    return listing.organisation_id in actor.organisation_ids or actor.role in STAFF
