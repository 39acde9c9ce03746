"""Between the listing form and what is stored: field names, lists, and the words for what is refused."""

from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from matchmaker.core.errors import Invalid
from matchmaker.core.money import wan_from_fen
from matchmaker.listings.schemas import ListingIn
from matchmaker.web.forms import read_form
from matchmaker.web.session import actor

LISTS = ("chain_nodes", "fields", "cooperation")
PLAIN = (
    "side",
    "form",
    "title",
    "summary",
    "detail",
    "requirement",
    "maturity",
    "trl",
    "ip_type",
    "ip_status",
    "ip_no",
    "price_low",
    "price_high",
    "price_unit",
    "valid_from",
    "valid_to",
    "partner_sought",
    "visibility",
)
# What the form carries beside the listing itself.
OUTSIDE = frozenset({"draft_id", "draft_version", "organisation_id", "listing_id", "attachment"})


def typed() -> dict[str, Any]:
    """The form as typed, ready to be kept as a draft or shown again: only fields that the form has."""
    found: dict[str, Any] = {name: request.form.get(name, "") for name in PLAIN}
    return found | {name: request.form.getlist(name) for name in LISTS}


def number_of(name: str) -> int | None:
    """A number of the form; None when it is missing."""
    return as_number(request.form.get(name, ""))


def as_number(text: str) -> int | None:
    """The id that an address or a form names; None when it names none.

    What is no number, or is longer than any id of the database, is 0: nothing has that id, so it is nowhere found,
    and it is not taken for "left out", which would mean something new.
    """
    if not text.strip():
        return None
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def organisation_chosen() -> int:
    """The organisation chosen in the form, one's own when none was; the verbs refuse one that is not the actor's."""
    chosen = number_of("organisation_id")
    return chosen if chosen is not None else min(actor().organisation_ids, default=0)


def read_listing(uscc: str, *, state: str) -> ListingIn:
    """The form as a listing of this organisation. Invalid names every field that is wrong."""
    values = MultiDict(
        [(name, text) for name, text in request.form.items(multi=True) if name in PLAIN or name in LISTS]
    )
    unknown = set(request.form) - set(PLAIN) - set(LISTS) - OUTSIDE - {"csrf_token", "action", "next"}
    if unknown:
        raise Invalid([])
    return read_form(ListingIn, values, lists=LISTS, organisation=uscc, state=state)


def stored(listing: Any) -> dict[str, Any]:
    """A stored listing as the form shows it."""
    found = {name: getattr(listing, name, None) for name in PLAIN}
    found |= {name: list(getattr(listing, name)) for name in ("fields", "cooperation")}
    prices = {"price_low": listing.price_low_fen, "price_high": listing.price_high_fen}
    found |= {name: wan_from_fen(fen) if fen is not None else "" for name, fen in prices.items()}
    return found | {"chain_nodes": listing.node_ids}
