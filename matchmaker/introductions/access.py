"""Who may decide on matches and read introductions."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.audit.models import AuditEntry
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden, NotFound
from matchmaker.introductions.models import Introduction
from matchmaker.listings.models import Listing, ListingRevision
from matchmaker.listings.rules import State, Visibility

READERS = (Role.ORGANISER, Role.OFFICER, Role.AUDITOR)
# Where a listing comes to only after it was published; what is closed may have been a draft before.
ENDED = (State.ON_HOLD, State.EXPIRED)


def side_of(actor: Actor, introduction: Introduction) -> int | None:
    """The organisation of the actor that takes part in the introduction, None when none does."""
    both = {introduction.need_organisation_id, introduction.offer_organisation_id}
    return min(both & actor.organisation_ids, default=None)


def require_side(actor: Actor, introduction: Introduction) -> int:
    """The actor's organisation in it; NotFound for everybody else, staff too: they act through 帮办代办."""
    side = side_of(actor, introduction)
    if side is None:
        raise NotFound(f"no introduction {introduction.id}")
    return side


def require_reader(actor: Actor, introduction: Introduction) -> None:
    """Both sides and the staff that follows introductions may read; others may not know of it."""
    if side_of(actor, introduction) is None and actor.role not in READERS and not actor.is_system:
        raise NotFound(f"no introduction {introduction.id}")


def require_decider(actor: Actor, organisation_id: int) -> None:
    """Only people of the organisation decide for it."""
    if organisation_id not in actor.organisation_ids:
        raise Forbidden(f"{actor.name} does not decide for organisation {organisation_id}")


def was_open(session: Session, listing: Listing) -> bool:
    """Whether others could know of the listing before, so that its end may be told instead of denied.

    One that was closed or went back to being a draft was open when one of its versions was published, or was let out
    later: then the version still says that it waited, and the log tells.
    """
    if listing.visibility is Visibility.CONSENT:
        return False
    if listing.state in ENDED:
        return True
    versions = session.scalars(select(ListingRevision.content).where(ListingRevision.listing_id == listing.id))
    if any(content.get("state") == State.PUBLISHED for content in versions):
        return True
    steps = (AuditEntry.subject == f"listing:{listing.id}", AuditEntry.action == "listing.state")
    details = session.scalars(select(AuditEntry.detail).where(*steps))
    return any(State.PUBLISHED in detail.get("state", ()) for detail in details)
