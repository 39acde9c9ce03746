"""What the listings behind a deal said when the two came together, and since when the district could read them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.deals.models import Deal
from matchmaker.deals.rules import evidence_of
from matchmaker.listings.models import Listing, ListingRevision
from matchmaker.listings.rules import State


def said_then(session: Session, listing_id: int | None, moment: datetime) -> dict[str, Any] | None:
    """{"id", "revision", "title"} of a listing as it stood at `moment`; its first words when it is younger."""
    if listing_id is None:
        return None
    mine = select(ListingRevision).where(ListingRevision.listing_id == listing_id)
    newest = mine.where(ListingRevision.at <= moment).order_by(ListingRevision.number.desc()).limit(1)
    found = session.scalar(newest) or session.scalar(mine.order_by(ListingRevision.number).limit(1))
    return {"id": listing_id, "revision": found.number, "title": found.content["title"]} if found else None


def said_in(session: Session, listing_id: int, number: int) -> dict[str, Any]:
    """The same for one known revision."""
    both = (ListingRevision.listing_id == listing_id, ListingRevision.number == number)
    found = session.scalar(select(ListingRevision).where(*both))
    title = found.content["title"] if found else session.get_one(Listing, listing_id).title
    return {"id": listing_id, "revision": number, "title": title}


def texts_then(session: Session, deal: Deal) -> dict[str, dict[str, Any]]:
    """Whole contents of the revisions that the evidence names, by "need" and "offer"; one query."""
    named = {side: deal.evidence[side] for side in ("need", "offer") if deal.evidence.get(side)}
    numbers = [one["id"] for one in named.values()]
    rows = session.scalars(select(ListingRevision).where(ListingRevision.listing_id.in_(numbers))) if numbers else ()
    known = {(row.listing_id, row.number): row.content for row in rows}
    return {side: known.get((one["id"], one["revision"]), {}) for side, one in named.items()}


def published_at(session: Session, listing_id: int) -> datetime | None:
    """When the listing was published for the first time; None when it never was.

    The platform wrote this moment itself, so that nobody can date a listing back.
    """
    rows = select(ListingRevision.content, ListingRevision.at).where(ListingRevision.listing_id == listing_id)
    ordered = session.execute(rows.order_by(ListingRevision.number))
    return next((at for content, at in ordered if content.get("state") == State.PUBLISHED), None)


def found_by_listing(session: Session, listings: Iterable[Listing]) -> tuple[dict[str, Any], date | None]:
    """Evidence and day of a match that the two sides made themselves by reading these listings.

    The day is that of the listing published last: only from then on could both have been read. Without a listing that
    was ever published there is neither.
    """
    dated = [(at, row) for row in listings if (at := published_at(session, row.id)) is not None]
    if not dated:
        return {}, None
    at = max(moment for moment, _row in dated)
    said = {row.side.value: said_then(session, row.id, clock.now()) for _moment, row in dated}
    return evidence_of({}, at=at, need=said.get("need"), offer=said.get("offer")), day_of(at)


def day_of(moment: datetime) -> date:
    """The calendar day in the district."""
    return moment.astimezone(clock.DISTRICT_ZONE).date()
