"""Makes valid organisations and listings; a test says only what it is about."""

from typing import Any

from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.accounts.schemas import OrganisationIn
from matchmaker.accounts.service import save_organisation
from matchmaker.core.actor import Actor
from matchmaker.listings.models import Listing
from matchmaker.listings.schemas import ListingIn
from matchmaker.listings.service import save_listings

# The checked synthetic codes of the district: bodies YYYY000n, so that they are plainly not real.
USCCS = ("91440605YYYY000127", "91440605YYYY000202", "12440600YYYY00039U", "52440605YYYY00063G", "N2440605YYYY000554")
OPERATOR = Actor.system("test")


def organisation_in(**over: Any) -> OrganisationIn:
    """An enterprise in 丹灶 that makes valves."""
    values: dict[str, Any] = {
        "uscc": USCCS[0],
        "name": "佛山市南海区试样阀门有限公司",
        "kind": "enterprise",
        "town": "440605123",
        "scale": "small",
        "chain_nodes": ["HYD-09"],
    }
    return OrganisationIn.model_validate(values | over)


def make_organisation(session: Session, **over: Any) -> Organisation:
    """The same, saved."""
    return save_organisation(session, OPERATOR, data=organisation_in(**over))


def listing_in(**over: Any) -> ListingIn:
    """A published offer of a valve; `organisation` is the first code."""
    values: dict[str, Any] = {
        "organisation": USCCS[0],
        "side": "offer",
        "form": "product",
        "title": "七十兆帕高压氢气减压阀",
        "detail": "用于车载供氢系统，耐压一百零五兆帕，泄漏率低。",
        "chain_nodes": ["HYD-09"],
    }
    return ListingIn.model_validate(values | over)


def make_listing(session: Session, **over: Any) -> Listing:
    """The same, saved; its organisation must be there."""
    return save_listings(session, OPERATOR, data=[listing_in(**over)])[0]
