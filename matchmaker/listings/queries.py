"""Reading listings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import NotFound
from matchmaker.listings.access import can_see
from matchmaker.listings.models import Listing, ListingNode
from matchmaker.listings.rules import Form, Side, State, Visibility


@dataclass(frozen=True)
class Counts:
    """How much there is in the district: organisations, and needs and offers open to everybody today."""

    organisations: int
    needs: int
    offers: int


@dataclass(frozen=True)
class Page:
    """One page of a list; `total` counts all rows, `number` starts at 1."""

    rows: Sequence[Listing]
    total: int
    number: int
    per_page: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.per_page))


def _open_to_all(day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Listing.state == State.PUBLISHED,
        Listing.visibility != Visibility.CONSENT,
        or_(Listing.valid_from.is_(None), Listing.valid_from <= day),
        or_(Listing.valid_to.is_(None), Listing.valid_to >= day),
    )


def counts(session: Session) -> Counts:
    """The district in three numbers."""
    organisations = session.scalar(select(func.count()).select_from(Organisation)) or 0
    statement = select(Listing.side, func.count()).where(*_open_to_all(clock.today())).group_by(Listing.side)
    sides = {side: number for side, number in session.execute(statement)}
    return Counts(organisations, sides.get(Side.NEED, 0), sides.get(Side.OFFER, 0))


def recorded(session: Session) -> dict[str, bool]:
    """Whether there is any organisation, need and offer at all, in whatever state."""
    return {
        "organisations": session.scalar(select(Organisation.id).limit(1)) is not None,
        "needs": session.scalar(select(Listing.id).where(Listing.side == Side.NEED).limit(1)) is not None,
        "offers": session.scalar(select(Listing.id).where(Listing.side == Side.OFFER).limit(1)) is not None,
    }


def open_page(
    session: Session,
    *,
    side: Side | None = None,
    chain: str | None = None,
    town: str | None = None,
    form: Form | None = None,
    page: int = 1,
    per_page: int = 20,
) -> Page:
    """Listings open to everybody, newest change first. A page beyond the last is the last."""
    limits = list(_open_to_all(clock.today()))
    if side:
        limits.append(Listing.side == side)
    if form:
        limits.append(Listing.form == form)
    if town:
        limits.append(Listing.organisation.has(Organisation.town == town))
    if chain:
        limits.append(Listing.nodes.any(ListingNode.node.like(f"{chain}-%")))
    total = session.scalar(select(func.count()).select_from(Listing).where(*limits)) or 0
    number = max(1, min(page, -(-total // per_page)))
    statement = select(Listing).where(*limits).order_by(Listing.change_seq.desc())
    rows = session.scalars(statement.limit(per_page).offset((number - 1) * per_page)).all()
    return Page(rows, total, number, per_page)


def listing(session: Session, actor: Actor, *, listing_id: int) -> Listing:
    """One listing. NotFound also when the actor may not know of it."""
    found = session.get(Listing, listing_id)
    if found is None or not can_see(actor, found):
        raise NotFound(f"no listing {listing_id}")
    return found


def by_ids(session: Session, ids: Iterable[int]) -> dict[int, Listing]:
    """The listings with these ids, for showing results that were filtered before."""
    return {row.id: row for row in session.scalars(select(Listing).where(Listing.id.in_(list(ids))))}


def changed_since(session: Session, *, change_seq: int, limit: int) -> Sequence[Listing]:
    """Up to `limit` listings changed after that number, oldest change first."""
    statement = select(Listing).where(Listing.change_seq > change_seq).order_by(Listing.change_seq).limit(limit)
    return session.scalars(statement).all()
