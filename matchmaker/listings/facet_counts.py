"""For every choice of a faceted search, how many listings it would give."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, case, func, literal, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation, OrganisationTitle
from matchmaker.core import clock
from matchmaker.listings.browsing import Browsed, PriceBand, holds_on, in_band, limits_of, listed
from matchmaker.listings.models import Listing, ListingNode
from matchmaker.listings.rules import Visibility

FACETS = ("chains", "nodes", "towns", "forms", "kinds", "titles", "maturities", "cooperations", "prices")
NO_LIMITS: dict[str, Any] = dict.fromkeys(FACETS, frozenset())


def facet_counts(session: Session, asked: Browsed) -> dict[str, dict[str, int]]:
    """Facet to value to number of listings, the other facets staying as they are.

    The texts are searched once: a listing that meets all facets counts in each of them, one that misses a single facet
    counts in that one only. Two queries, whatever the number of facets, values and listings.
    """
    chosen = {name: getattr(asked, name) for name in FACETS if getattr(asked, name)}
    found: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for values in _values(session, replace(asked, **NO_LIMITS)):
        missed = [name for name, wanted in chosen.items() if wanted.isdisjoint(values[name])]
        if len(missed) <= 1:
            for name in missed or FACETS:
                found[name].update(values[name])
    return {name: dict(counts) for name, counts in found.items()}


def _values(session: Session, asked: Browsed) -> Iterator[dict[str, set[str]]]:
    """Per fitting listing the values it has of every facet."""
    titles = _titles(session)
    nodes = select(func.aggregate_strings(ListingNode.node, ",")).where(ListingNode.listing_id == Listing.id)
    columns = (
        Listing.organisation_id,
        Listing.visibility,
        Listing.form,
        Listing.maturity,
        Listing.cooperation,
        Organisation.town,
        Organisation.kind,
        nodes.scalar_subquery().label("nodes"),
        case(*((in_band(one), literal(one.value)) for one in PriceBand), else_=None).label("price"),
    )
    for row in session.execute(listed().with_only_columns(*columns).where(*limits_of(asked))):
        # A hidden owner's titles would help to guess it.
        yield _of(row, titles[row.organisation_id] if row.visibility is Visibility.PUBLIC else set())


def _of(row: Row[Any], titles: set[str]) -> dict[str, set[str]]:
    nodes = set(row.nodes.split(",")) if row.nodes else set()
    return {
        "nodes": nodes,
        "chains": {node[:3] for node in nodes},
        "towns": {row.town},
        "forms": {row.form.value},
        "kinds": {row.kind.value},
        "titles": titles,
        "maturities": {row.maturity.value} if row.maturity else set(),
        "cooperations": set(row.cooperation),
        "prices": {row.price} if row.price else set(),
    }


def _titles(session: Session) -> defaultdict[int, set[str]]:
    """Per organisation the titles it holds today."""
    held = select(OrganisationTitle.organisation_id, OrganisationTitle.title).where(*holds_on(clock.today()))
    found: defaultdict[int, set[str]] = defaultdict(set)
    for organisation_id, title in session.execute(held):
        found[organisation_id].add(title.value)
    return found
