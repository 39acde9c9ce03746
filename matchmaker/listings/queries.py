"""Reading listings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.accounts.rules import Standing
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden, NotFound
from matchmaker.listings.access import can_change, can_see
from matchmaker.listings.completeness import SIMILAR, likeness
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


def open_to_all(day: date) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which everybody may see a listing."""
    verified = select(Organisation.id).where(Organisation.standing == Standing.VERIFIED)
    return (
        Listing.state == State.PUBLISHED,
        Listing.organisation_id.in_(verified),
        Listing.visibility != Visibility.CONSENT,
        or_(Listing.valid_from.is_(None), Listing.valid_from <= day),
        or_(Listing.valid_to.is_(None), Listing.valid_to >= day),
    )


def counts(session: Session) -> Counts:
    """The district in three numbers."""
    verified = Organisation.standing == Standing.VERIFIED
    organisations = session.scalar(select(func.count()).select_from(Organisation).where(verified)) or 0
    statement = select(Listing.side, func.count()).where(*open_to_all(clock.today())).group_by(Listing.side)
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
    limits = list(open_to_all(clock.today()))
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


def own(session: Session, actor: Actor) -> Sequence[Listing]:
    """All listings of the actor's organisations in every state, newest change first."""
    mine = Listing.organisation_id.in_(actor.organisation_ids)
    return session.scalars(select(Listing).where(mine).order_by(Listing.change_seq.desc())).all()


def own_listing(session: Session, actor: Actor, *, listing_id: int) -> Listing:
    """One listing that the actor may change. NotFound otherwise."""
    found = session.get(Listing, listing_id)
    if found is None or not can_change(actor, found.organisation_id):
        raise NotFound(f"no listing {listing_id}")
    return found


def alike(session: Session, *, organisation_id: int, side: Side, text: str, besides: int | None) -> list[Listing]:
    """Listings of the organisation that say much the same as `text`, the most alike first; closed ones do not count."""
    mine = (Listing.organisation_id == organisation_id, Listing.side == side, Listing.state != State.CLOSED)
    rows = [row for row in session.scalars(select(Listing).where(*mine)) if row.id != besides]
    scored = [(likeness(text, f"{row.title}\n{row.body}"), row) for row in rows]
    return [row for score, row in sorted(scored, key=lambda one: -one[0]) if score >= SIMILAR]


def waiting_for_review(session: Session, actor: Actor) -> Sequence[Listing]:
    """What officers are to look at, oldest change first; auditors and administrators may look on."""
    if actor.role not in (Role.OFFICER, Role.AUDITOR, Role.ADMINISTRATOR):
        raise Forbidden(f"{actor.name} reviews no listings")
    return session.scalars(select(Listing).where(Listing.state == State.REVIEW).order_by(Listing.change_seq)).all()


def state_counts(session: Session, actor: Actor) -> dict[State, int]:
    """How many listings of the actor's organisations stand in which state."""
    mine = Listing.organisation_id.in_(actor.organisation_ids)
    statement = select(Listing.state, func.count()).where(mine).group_by(Listing.state)
    return {state: number for state, number in session.execute(statement)}


def count_waiting_for_review(session: Session) -> int:
    """How many listings wait for an officer."""
    return session.scalar(select(func.count()).where(Listing.state == State.REVIEW)) or 0
