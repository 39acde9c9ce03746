"""Forms that are still being written: saved by themselves, exactly as typed, offered again, then published."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts import queries as accounts
from matchmaker.accounts.models import Organisation
from matchmaker.accounts.rules import Standing
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from matchmaker.listings.access import can_change, require_change
from matchmaker.listings.models import Listing, ListingDraft
from matchmaker.listings.rules import State
from matchmaker.listings.schemas import ListingIn
from matchmaker.listings.service import save_listing, says

# A form is some 15,000 characters at most; this stops somebody from storing something else.
MAX_CHARACTERS = 40_000
MOST_OPEN = 50
_OUT = (State.PUBLISHED, State.REVIEW)


def save_draft(
    session: Session,
    actor: Actor,
    *,
    organisation_id: int,
    content: Mapping[str, Any],
    draft_id: int | None = None,
    version: int = 0,
    listing_id: int | None = None,
) -> ListingDraft:
    """Keep the form as typed. `version` is the one the page last saw: Conflict when somebody else saved meanwhile.

    A draft goes with the organisation chosen last, unless it changes a listing: Invalid names the field. One that
    was published or discarded meanwhile stays as it was, and the text begins a new one.
    Drafts are nobody's decision and change by the second, so they leave no trace in the audit log.
    """
    require_change(actor, organisation_id)
    _require_room(content)
    draft = None if draft_id is None else _anyhow(session, actor, draft_id)
    if draft is None or not _is_open(draft):
        draft = ListingDraft(listing_id=listing_id, version=0)
    elif draft.version != version:
        raise Conflict(f"draft {draft_id} was changed by somebody else")
    _require_same_owner(session, actor, organisation_id, draft.listing_id)
    draft.organisation_id = organisation_id
    draft.content = dict(content)
    draft.version += 1
    draft.person_id = actor.person_id
    draft.updated_at = clock.now()
    session.add(draft)
    session.flush()
    return draft


def publish(
    session: Session,
    actor: Actor,
    *,
    data: ListingIn,
    listing_id: int | None = None,
    draft_id: int | None = None,
    review: bool = False,
) -> Listing:
    """Make the form a listing, or the new text of one, and use its draft up.

    The same form sent again (the button pressed twice, or after going back to it) is answered with the listing that it
    became, as long as that is out or waits for review.

    Imports bring in what ran out long ago, and a draft may say anything; what a person publishes now must not be over.
    Invalid names the end date then, or the organisation when the listing belongs to another one.
    """
    if data.state is not State.DRAFT and data.valid_to is not None and data.valid_to < clock.today():
        raise Invalid([Fault("valid_to", "valid_to lies in the past", data.valid_to.isoformat())])
    try:
        is_new = listing_id is None and data.state is not State.DRAFT
        first = published_already(session, actor, data=data) if is_new else None
        listing = first or save_listing(session, actor, data=data, listing_id=listing_id, review=review)
    except Forbidden as error:
        raise Invalid([Fault("organisation_id", str(error))]) from None
    if draft_id is not None:
        finish(session, actor, draft_id=draft_id, listing_id=listing.id)
    return listing


def published_already(session: Session, actor: Actor, *, data: ListingIn) -> Listing | None:
    """The listing of this organisation that says exactly this, in every field, and is out or waits for review.

    Until the end of the unit nobody else publishes for it this way.
    """
    owner = accounts.ids_by_uscc(session, {data.organisation}).get(data.organisation)
    if owner is None:
        return None
    require_change(actor, owner)
    session.execute(select(Organisation.id).where(Organisation.id == owner).with_for_update(key_share=True))
    alike = (Listing.organisation_id == owner, Listing.side == data.side, Listing.title == data.title)
    rows = session.scalars(select(Listing).where(*alike, Listing.state.in_(_OUT)).order_by(Listing.id))
    return next((row for row in rows if row.organisation.standing is Standing.VERIFIED and says(row, data)), None)


def finish(session: Session, actor: Actor, *, draft_id: int, listing_id: int) -> None:
    """The draft has become this listing and is offered no more. Nothing is left to do when it was gone before."""
    draft = _anyhow(session, actor, draft_id)
    if _is_open(draft):
        draft.saved_as = listing_id


def discard(session: Session, actor: Actor, *, draft_id: int) -> None:
    """Put the draft away; it stays in the database."""
    _mine(session, actor, draft_id).discarded_at = clock.now()


def draft(session: Session, actor: Actor, *, draft_id: int) -> ListingDraft:
    """One open draft. NotFound for everybody outside its organisation."""
    return _mine(session, actor, draft_id)


def open_drafts(session: Session, actor: Actor) -> Sequence[ListingDraft]:
    """The unfinished forms of the actor's organisations, newest first."""
    mine = ListingDraft.organisation_id.in_(actor.organisation_ids)
    still = (ListingDraft.saved_as.is_(None), ListingDraft.discarded_at.is_(None))
    statement = select(ListingDraft).where(mine, *still).order_by(ListingDraft.updated_at.desc())
    return session.scalars(statement.limit(MOST_OPEN)).all()


def _is_open(draft: ListingDraft) -> bool:
    return draft.saved_as is None and draft.discarded_at is None


def _mine(session: Session, actor: Actor, draft_id: int) -> ListingDraft:
    found = _anyhow(session, actor, draft_id)
    if not _is_open(found):
        raise NotFound(f"no draft {draft_id}")
    return found


def _anyhow(session: Session, actor: Actor, draft_id: int) -> ListingDraft:
    """The draft, also when it was published or discarded."""
    found = session.scalar(select(ListingDraft).where(ListingDraft.id == draft_id).with_for_update())
    if found is None or not can_change(actor, found.organisation_id):
        raise NotFound(f"no draft {draft_id}")
    return found


def _require_room(content: Mapping[str, Any]) -> None:
    sizes = {name: len(str(value)) for name, value in content.items()}
    if sum(sizes.values()) > MAX_CHARACTERS:
        longest = max(sizes, key=lambda name: sizes[name])
        raise Invalid([Fault(longest, f"a draft has at most {MAX_CHARACTERS} characters")])


def _require_same_owner(session: Session, actor: Actor, organisation_id: int, listing_id: int | None) -> None:
    if listing_id is None:
        return
    listing = session.get(Listing, listing_id)
    if listing is None or not can_change(actor, listing.organisation_id):
        raise NotFound(f"no listing {listing_id}")
    if listing.organisation_id != organisation_id:
        raise Invalid([Fault("organisation_id", "a listing stays with its organisation")])
