"""What a listing said before, and who from outside saw which version."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.models import Organisation, Person
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.listings.access import can_read_history
from matchmaker.listings.models import Listing, ListingRevision, ListingView

MOST_VIEWS = 500


@dataclass(frozen=True)
class View:
    """One line of the view log, with the names behind the ids."""

    view: ListingView
    person: str
    organisation: str


def revisions(session: Session, actor: Actor, *, listing_id: int) -> Sequence[ListingRevision]:
    """All versions of a listing, newest first; for its owner and the staff."""
    _require(session, actor, listing_id)
    statement = select(ListingRevision).where(ListingRevision.listing_id == listing_id)
    return session.scalars(statement.order_by(ListingRevision.number.desc())).all()


def compare(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Field, before and after for every field that differs, in the order of the newer version."""
    names = list(dict.fromkeys([*new, *old]))
    return [(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]


def views(session: Session, actor: Actor, *, listing_id: int) -> list[View]:
    """Who saw it, newest first; for its owner and the staff. One query, whatever the length."""
    _require(session, actor, listing_id)
    statement = (
        select(ListingView, Person.name, Organisation.name)
        .join(Person, Person.id == ListingView.person_id)
        .outerjoin(Organisation, Organisation.id == ListingView.organisation_id)
        .where(ListingView.listing_id == listing_id)
        .order_by(ListingView.at.desc())
        .limit(MOST_VIEWS)
    )
    return [View(row, person, organisation or "") for row, person, organisation in session.execute(statement)]


def seen(actor: Actor, listing: Listing, *, manner: str) -> ListingView | None:
    """What is to be remembered of this look: nothing of visitors and of one's own listings."""
    if actor.person_id is None or listing.organisation_id in actor.organisation_ids:
        return None
    return ListingView(
        listing_id=listing.id,
        person_id=actor.person_id,
        organisation_id=min(actor.organisation_ids, default=None),
        revision=listing.revision,
        manner=manner,
        day=clock.today(),
        at=clock.now(),
    )


def record_view(sessions: sessionmaker[Session], row: ListingView | None) -> None:
    """Remember the look, once a day for a person, a version and a manner. In a unit of its own, after the page."""
    if row is None:
        return
    names = ("listing_id", "person_id", "revision", "manner", "day")
    same = [getattr(ListingView, name) == getattr(row, name) for name in names]
    with reading(sessions) as session:
        if session.scalar(select(ListingView.id).where(*same)) is not None:
            return
    try:
        with unit(sessions) as session:
            session.add(row)
    except IntegrityError:
        pass  # the same person in a second window in the same moment: it is on record


def _require(session: Session, actor: Actor, listing_id: int) -> None:
    listing = session.get(Listing, listing_id)
    if listing is None or not can_read_history(actor, listing):
        raise NotFound(f"no listing {listing_id}")
