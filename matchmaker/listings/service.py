"""Changes to listings. Each one takes a change number, so that every process's index sees it at its next query."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts import queries as accounts
from matchmaker.audit import service as audit
from matchmaker.core import changes, clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from matchmaker.listings import rules
from matchmaker.listings.access import can_change, require_change
from matchmaker.listings.models import Listing, ListingNode, ListingRevision
from matchmaker.listings.schemas import ListingIn

STREAM = "listings"
PLAIN = (
    "side",
    "form",
    "visibility",
    "title",
    "summary",
    "detail",
    "requirement",
    "fields",
    "cooperation",
    "maturity",
    "trl",
    "ip_type",
    "ip_status",
    "ip_no",
    "price_unit",
    "valid_from",
    "valid_to",
    "partner_sought",
)


def save_listings(session: Session, actor: Actor, *, data: Sequence[ListingIn], review: bool = False) -> list[Listing]:
    """Create the listings, or update those whose organisation already has one with the same `ref`.

    All or nothing within the caller's unit. Unchanged ones keep their change number. Invalid names the organisations
    that are not registered, Conflict those that may not publish yet. With `review` what people publish waits for an
    officer; the operator's own imports do not.
    """
    owners = _owners(session, data)
    for organisation_id in set(owners.values()):
        require_change(actor, organisation_id)
    if not actor.is_system:
        _require_verified(session, {owners[item.organisation] for item in data if item.state is not rules.State.DRAFT})
        data = [_waiting_for_review(item) for item in data] if review else data
    known = _known(session, data, owners)
    listings = [known.get((owners[item.organisation], item.ref)) or Listing() for item in data]
    return _apply(session, actor, list(zip(listings, data, strict=True)), owners)


def save_listing(
    session: Session, actor: Actor, *, data: ListingIn, listing_id: int | None = None, review: bool = False
) -> Listing:
    """Create one listing, or change the one with this id; the form's way in. NotFound when there is none to change."""
    if listing_id is None:
        return save_listings(session, actor, data=[data], review=review)[0]
    listing = session.get(Listing, listing_id, with_for_update=True)
    if listing is None or not can_change(actor, listing.organisation_id):
        raise NotFound(f"no listing {listing_id}")
    owners = _owners(session, [data])
    if owners[data.organisation] != listing.organisation_id:
        raise Forbidden("a listing stays with its organisation")
    if data.state is not rules.State.DRAFT:
        _require_verified(session, {listing.organisation_id})
    kept = data.model_copy(update={"ref": listing.source_ref})
    # What an officer gave back or took down does not come out again by being edited.
    if (review or listing.state_reason) and not actor.is_system:
        kept = _waiting_for_review(kept)
    return _apply(session, actor, [(listing, kept)], owners)[0]


def _require_verified(session: Session, organisation_ids: set[int]) -> None:
    if waiting := accounts.unverified(session, organisation_ids):
        raise Conflict(f"not verified yet, so nothing can be published: {', '.join(waiting)}")


def _waiting_for_review(item: ListingIn) -> ListingIn:
    wanted = item.state or rules.State.PUBLISHED
    return item.model_copy(update={"state": rules.State.REVIEW}) if wanted is rules.State.PUBLISHED else item


def _owners(session: Session, data: Sequence[ListingIn]) -> Mapping[str, int]:
    owners = accounts.ids_by_uscc(session, {item.organisation for item in data})
    missing = sorted({item.organisation for item in data} - owners.keys())
    if missing:
        message = "no organisation with this code is registered; import the organisations first"
        raise Invalid([Fault("organisation", message, code) for code in missing])
    return owners


def _known(
    session: Session, data: Sequence[ListingIn], owners: Mapping[str, int]
) -> dict[tuple[int, str | None], Listing]:
    refs = {item.ref for item in data if item.ref}
    statement = select(Listing).where(Listing.organisation_id.in_(set(owners.values())), Listing.source_ref.in_(refs))
    return {(listing.organisation_id, listing.source_ref): listing for listing in session.scalars(statement)}


def _apply(
    session: Session, actor: Actor, pairs: list[tuple[Listing, ListingIn]], owners: Mapping[str, int]
) -> list[Listing]:
    fresh = [(listing, listing.id is None, _assign(listing, item, owners)) for listing, item in pairs]
    touched = [(listing, new, diff) for listing, new, diff in fresh if diff]
    if touched:
        first = changes.take(session, STREAM, count=len(touched))
        for number, (listing, _, _) in enumerate(touched, start=first):
            listing.change_seq = number
            listing.updated_at = clock.now()
            listing.created_at = listing.created_at or listing.updated_at
            listing.revision = (listing.revision or 0) + 1
        session.add_all(listing for listing, _, _ in touched)
        session.flush()
        session.add_all(_revision(listing, actor) for listing, _, _ in touched)
    events = [
        audit.Event("listing.create" if new else "listing.update", f"listing:{listing.id}", diff)
        for listing, new, diff in touched
    ]
    audit.record(session, actor, events)
    return [listing for listing, _ in pairs]


def says(listing: Listing, item: ListingIn) -> bool:
    """Whether the listing says what the input says, whatever its name and state."""
    prices = (listing.price_low_fen, listing.price_high_fen) == (item.price_low, item.price_high)
    nodes = sorted(listing.node_ids) == sorted(item.chain_nodes)
    return prices and nodes and all(getattr(listing, name) == getattr(item, name) for name in PLAIN)


def _assign(listing: Listing, item: ListingIn, owners: Mapping[str, int]) -> dict[str, object]:
    """Copy the input onto the row; returns what changed as {field: [old, new]} in JSON values."""
    wanted: dict[str, object] = {name: getattr(item, name) for name in PLAIN}
    wanted |= {
        "organisation_id": owners[item.organisation],
        "source_ref": item.ref,
        "state": item.state or listing.state or rules.State.PUBLISHED,
        "price_low_fen": item.price_low,
        "price_high_fen": item.price_high,
    }
    changed: dict[str, object] = {}
    for name, value in wanted.items():
        old = getattr(listing, name)
        if old != value:
            changed[name] = [_plain(old), _plain(value)]
            setattr(listing, name, value)
    if sorted(item.chain_nodes) != sorted(listing.node_ids):
        changed["chain_nodes"] = [sorted(listing.node_ids), sorted(item.chain_nodes)]
        _replace_nodes(listing, item.chain_nodes)
    listing.content_hash = rules.content_hash(listing.title, listing.body)
    return changed


def _revision(listing: Listing, actor: Actor) -> ListingRevision:
    """Everything the listing says now."""
    content = {name: _plain(getattr(listing, name)) for name in (*PLAIN, "price_low_fen", "price_high_fen", "state")}
    return ListingRevision(
        listing_id=listing.id,
        number=listing.revision,
        content=content | {"chain_nodes": sorted(listing.node_ids)},
        at=listing.updated_at,
        by=actor.name,
    )


def _replace_nodes(listing: Listing, wanted: list[str]) -> None:
    kept = [row for row in listing.nodes if row.node in wanted]
    known = {row.node for row in kept}
    listing.nodes = kept + [ListingNode(node=node) for node in dict.fromkeys(wanted) if node not in known]


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int | str | list) else str(value)
