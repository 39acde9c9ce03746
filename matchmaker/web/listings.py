"""One listing with the partners that fit it, and the plain lists of what is open."""

from contextlib import suppress

from flask import Blueprint, render_template, request

from matchmaker.core.errors import Unavailable
from matchmaker.core.unit import reading
from matchmaker.listings import queries as listings
from matchmaker.matching import queries as matching
from matchmaker.matching.results import MatchPage
from matchmaker.web.asked import read_filters, read_side
from matchmaker.web.parts import actor, parts

MATCHES = 10
PER_PAGE = 25
LARGEST_ID = 2**63 - 1
LARGEST_PAGE = 1_000_000

blueprint = Blueprint("listings", __name__, url_prefix="/listings")


@blueprint.get(f"/<int(max={LARGEST_ID}):listing_id>")
def detail(listing_id: int) -> str:
    """Everything this visitor may know of the listing. It is shown also while its matches cannot be."""
    filters = read_filters(request.args)
    with reading(parts().sessions) as session:
        listing = listings.listing(session, actor(), listing_id=listing_id)
        answer: MatchPage | None = None
        with suppress(Unavailable):
            answer = matching.matches_of(
                session, actor(), parts().engine, listing_id=listing_id, filters=filters, top=MATCHES
            )
        return render_template("listings/detail.html", listing=listing, answer=answer)


@blueprint.get("")
def browse() -> str:
    """Open needs or offers, newest first, without any ranking."""
    side, filters = read_side(request.args), read_filters(request.args)
    chosen = {
        "chain": min(filters.chains, default=None),
        "town": min(filters.towns, default=None),
        "form": min(filters.forms, default=None),
    }
    number = max(1, min(request.args.get("page", 1, int), LARGEST_PAGE))
    with reading(parts().sessions) as session:
        page = listings.open_page(session, side=side, **chosen, page=number, per_page=PER_PAGE)  # type: ignore[arg-type]
        return render_template("listings/browse.html", side=side, chosen=chosen, page=page)
