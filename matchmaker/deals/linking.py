"""Which of the two buys, and which listings a deal goes back to: said by hand while no match says it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core.actor import Actor
from matchmaker.core.errors import Fault, Invalid
from matchmaker.deals.access import is_office
from matchmaker.deals.models import Deal
from matchmaker.deals.origins import found_by_listing
from matchmaker.deals.rules import OVER, DealOrigin, DealStage
from matchmaker.deals.schemas import DealEditIn
from matchmaker.listings.access import can_see, can_see_organisation
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import Side, State

_BEFORE_SIGNING = (DealStage.TALKS, DealStage.INTENT)


def can_link(actor: Actor, deal: Deal) -> bool:
    """Whether the actor may say which listings the deal goes back to.

    Only of deals entered by hand, and only the office once they are signed: what the subsidy builds on must not be
    found afterwards by those who gain from it.
    """
    open_now = deal.stage in _BEFORE_SIGNING or (is_office(actor, deal) and deal.stage not in OVER)
    return deal.origin is DealOrigin.HAND and open_now


def can_swap(actor: Actor, deal: Deal) -> bool:
    """Whether the actor may say which of the two is the buyer: as long as no need or offer of a match says it."""
    if deal.origin is DealOrigin.HAND:
        return can_link(actor, deal)
    return deal.need_id is None and deal.offer_id is None and deal.stage in _BEFORE_SIGNING


def link(session: Session, actor: Actor, deal: Deal, data: DealEditIn) -> None:
    """Put buyer, need and offer down as `data` says, as far as the actor may. Invalid names the field."""
    both = {deal.buyer_id, deal.seller_id}
    if data.buyer_id is not None and data.buyer_id != deal.buyer_id and can_swap(actor, deal):
        if data.buyer_id not in both:
            raise Invalid([Fault("buyer_id", "the buyer is one of the two", str(data.buyer_id))])
        deal.buyer_id, deal.seller_id = data.buyer_id, min(both - {data.buyer_id})
        session.flush()
        session.expire(deal, ["buyer", "seller"])
    if can_link(actor, deal):
        link_listings(session, actor, deal, need_id=data.need_id, offer_id=data.offer_id)


def link_listings(session: Session, actor: Actor, deal: Deal, *, need_id: int | None, offer_id: int | None) -> None:
    """Let a deal by hand go back to a need of its buyer and an offer of its seller, or to neither."""
    kept = {deal.need_id, deal.offer_id}
    need = _listing(session, actor, need_id, deal.buyer_id, side=Side.NEED, kept=kept)
    offer = _listing(session, actor, offer_id, deal.seller_id, side=Side.OFFER, kept=kept)
    if (need_id, offer_id) != (deal.need_id, deal.offer_id):
        deal.need_id, deal.offer_id = need_id, offer_id
        deal.evidence, deal.matched_on = found_by_listing(session, [one for one in (need, offer) if one is not None])


def linkable(session: Session, actor: Actor, *, organisation_id: int, side: Side) -> Sequence[Listing]:
    """The listings of an organisation that the actor may know to be its: for choosing from, the newest first."""
    mine = (Listing.organisation_id == organisation_id, Listing.side == side, Listing.state != State.DRAFT)
    rows = session.scalars(select(Listing).where(*mine).order_by(Listing.change_seq.desc()))
    return [row for row in rows if _may_know(actor, row)]


def _listing(
    session: Session, actor: Actor, listing_id: int | None, organisation_id: int, *, side: Side, kept: set[int | None]
) -> Listing | None:
    """The listing, if it is this organisation's; whose it is must be no secret to the actor, or said before."""
    if listing_id is None:
        return None
    found = session.get(Listing, listing_id)
    known = found is not None and (listing_id in kept or _may_know(actor, found))
    if found is None or not known or found.organisation_id != organisation_id or found.side is not side:
        raise Invalid([Fault(f"{side}_id", "no such listing of this organisation", str(listing_id))])
    return found


def _may_know(actor: Actor, listing: Listing) -> bool:
    return can_see(actor, listing) and can_see_organisation(actor, listing)
