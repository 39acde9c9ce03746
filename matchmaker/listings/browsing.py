"""Finding open listings by key words and coded values: exact, complete, with counts for every choice."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.models import Organisation, OrganisationTitle
from matchmaker.accounts.rules import OrganisationKind, TitleKind
from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.unit import unit
from matchmaker.listings.models import Listing, ListingNode
from matchmaker.listings.queries import Page, open_to_all
from matchmaker.listings.rules import Cooperation, Form, Maturity, Side, Visibility

MAX_WORDS = 8


class Sort(StrEnum):
    """The order of a list; ties are broken by number, so that pages never overlap."""

    NEWEST = "newest"
    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"
    ENDING = "ending"


class PriceBand(StrEnum):
    """Ranges of the whole price; those per piece and 面议 have bands of their own."""

    OPEN = "open"
    UNDER_10 = "under_10"
    FROM_10_TO_100 = "from_10_to_100"
    OVER_100 = "over_100"


@dataclass(frozen=True)
class Browsed:
    """What is looked for. Empty means no limit; several values of one facet mean any of them."""

    side: Side = Side.OFFER
    text: str = ""
    chains: frozenset[str] = frozenset()
    nodes: frozenset[str] = frozenset()
    towns: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    maturities: frozenset[str] = frozenset()
    cooperations: frozenset[str] = frozenset()
    prices: frozenset[str] = frozenset()
    sort: Sort = Sort.NEWEST
    page: int = 1


# Facet name in `Browsed` to the values it can have; chains, nodes and towns come from the reference data.
CODED = {
    "forms": Form,
    "kinds": OrganisationKind,
    "titles": TitleKind,
    "maturities": Maturity,
    "cooperations": Cooperation,
    "prices": PriceBand,
}
_WAN = 1_000_000
_BANDS: dict[PriceBand, Callable[[Any, Any], ColumnElement[bool]]] = {
    PriceBand.OPEN: lambda low, high: and_(low.is_(None), high.is_(None)),
    PriceBand.UNDER_10: lambda low, high: func.coalesce(low, high) < 10 * _WAN,
    PriceBand.FROM_10_TO_100: lambda low, high: func.coalesce(low, high).between(10 * _WAN, 100 * _WAN),
    PriceBand.OVER_100: lambda low, high: func.coalesce(low, high) > 100 * _WAN,
}


def browse(session: Session, asked: Browsed, *, per_page: int) -> Page:
    """One page of what fits. A page beyond the last is the last."""
    limits = limits_of(asked)
    total = session.scalar(select(func.count()).select_from(listed().where(*limits).subquery())) or 0
    number = max(1, min(asked.page, -(-total // per_page)))
    statement = listed().where(*limits).order_by(*_order(asked.sort), Listing.id.desc())
    rows = session.scalars(statement.limit(per_page).offset((number - 1) * per_page)).all()
    return Page(rows, total, number, per_page)


def record_export(sessions: sessionmaker[Session], actor: Actor, *, asked: Browsed, rows: int) -> None:
    """Who took how much out, looking for what, goes into the audit log."""
    kept = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in vars(asked).items()}
    with unit(sessions) as session:
        detail = {"rows": rows, "asked": {name: value for name, value in kept.items() if value}}
        audit.record(session, actor, [audit.Event("listings.export", f"person:{actor.person_id}", detail)])


def words_of(text: str) -> list[str]:
    """The words looked for: split at blanks and commas, each must occur. 6061-T6 and patent numbers stay whole."""
    return [word for word in re.split(r"[\s,，、；;]+", text.strip()) if word][:MAX_WORDS]


def listed() -> Select[Listing]:
    """Listings with their organisations."""
    return select(Listing).join(Organisation, Organisation.id == Listing.organisation_id)


def limits_of(asked: Browsed) -> list[ColumnElement[bool]]:
    """What a listing must be to fit; for a statement over `listed`."""
    limits = [*open_to_all(clock.today()), Listing.side == asked.side]
    limits += [_contains(word) for word in words_of(asked.text)]
    if asked.chains:
        limits.append(Listing.nodes.any(func.substr(ListingNode.node, 1, 3).in_(asked.chains)))
    if asked.nodes:
        limits.append(Listing.nodes.any(ListingNode.node.in_(asked.nodes)))
    if asked.titles:
        limits.append(_titled(asked.titles))
    if asked.cooperations:
        limits.append(or_(*(_cooperates(code) for code in sorted(asked.cooperations))))
    if asked.prices:
        limits.append(or_(*(in_band(PriceBand(code)) for code in sorted(asked.prices))))
    plain: dict[str, Any] = {"towns": Organisation.town, "kinds": Organisation.kind}
    plain |= {"forms": Listing.form, "maturities": Listing.maturity}
    limits += [column.in_(getattr(asked, name)) for name, column in plain.items() if getattr(asked, name)]
    return limits


def _contains(word: str) -> ColumnElement[bool]:
    """Somewhere in the text, upper or lower case. A redacted listing's certificate number does not count."""
    columns = (Listing.title, Listing.summary, Listing.detail, Listing.requirement)
    found: list[ColumnElement[bool]] = [column.icontains(word, autoescape=True) for column in columns]
    shown = Listing.visibility == Visibility.PUBLIC
    found.append(and_(shown, Listing.ip_no.icontains(word, autoescape=True)))
    found.append(and_(shown, Organisation.name.icontains(word, autoescape=True)))
    return or_(*found)


def _titled(codes: frozenset[str]) -> ColumnElement[bool]:
    """Owned by somebody who holds one of the titles today; a redacted owner's titles would help to guess it."""
    holds = (OrganisationTitle.title.in_(codes), *holds_on(clock.today()))
    return and_(Listing.visibility == Visibility.PUBLIC, Organisation.titles.any(and_(*holds)))


def _cooperates(code: str) -> ColumnElement[bool]:
    # The column is a JSON list of codes, and no code is part of another one in quotes.
    return cast(Listing.cooperation, Text).contains(f'"{code}"')


def in_band(band: PriceBand) -> ColumnElement[bool]:
    """Whether the whole price lies in this range."""
    whole = _BANDS[band](Listing.price_low_fen, Listing.price_high_fen)
    return and_(Listing.price_unit.is_(None), whole)


def _order(sort: Sort) -> Sequence[ColumnElement[Any]]:
    price = func.coalesce(Listing.price_low_fen, Listing.price_high_fen)
    return {
        Sort.NEWEST: (Listing.change_seq.desc(),),
        Sort.PRICE_UP: (price.is_(None), price.asc()),
        Sort.PRICE_DOWN: (price.is_(None), price.desc()),
        Sort.ENDING: (Listing.valid_to.is_(None), Listing.valid_to.asc()),
    }[sort]


def holds_on(today: date) -> tuple[ColumnElement[bool], ...]:
    """Whether a title is valid on this day."""
    return (
        or_(OrganisationTitle.valid_from.is_(None), OrganisationTitle.valid_from <= today),
        or_(OrganisationTitle.valid_to.is_(None), OrganisationTitle.valid_to >= today),
    )
