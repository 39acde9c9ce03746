"""Who acts in the demo district's business, and how one story's rows are found again after a killed run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from matchmaker.accounts.models import Organisation, Person
from matchmaker.accounts.passwords import Sealer
from matchmaker.contracts.models import Contract
from matchmaker.core.actor import Actor, Role
from matchmaker.deals.models import Deal
from matchmaker.demo.diary import VIA
from matchmaker.demo.matches import said_of
from matchmaker.demo.stories import Story, number_of
from matchmaker.demo.year import owners
from matchmaker.listings.models import Listing
from matchmaker.matching.live import LiveIndex


@dataclass(frozen=True)
class Cast:
    """The people of the play, by whom they act for, and where uploads go."""

    people: dict[int, Actor]
    officers: tuple[Actor, Actor]
    organiser: Actor
    folder: Path
    sealer: Sealer
    engine: LiveIndex | None

    def pair(self, story: Story) -> tuple[Actor, Actor]:
        """The officer who looks after a story first, and the other one."""
        first, second = self.officers
        return (first, second) if number_of(story) % 2 else (second, first)

    def evidence(self, session: Session, actor: Actor, listing_id: int, other_id: int) -> dict[str, Any]:
        """What matching says of the two, for the one who asks; nothing without an index."""
        return said_of(session, actor, self.engine, listing_id=listing_id, other_id=other_id)


@dataclass(frozen=True)
class Sides:
    """Who buys and who sells in a story (0: somebody the platform does not know), and what it goes back to."""

    buyer_id: int
    seller_id: int
    need_id: int | None
    offer_id: int | None
    node: str


class How(StrEnum):
    """How a deal began: by an introduction of the story's own or of the demo's year, by a meeting, or by hand."""

    ASKED = "asked"
    AGREED = "agreed"
    MET = "met"
    HAND = "hand"


@dataclass(frozen=True)
class Beginning:
    """How a story begins, when, and by which meeting."""

    how: How
    at: datetime
    meeting_id: int | None = None


@dataclass(frozen=True)
class Scene:
    """One story with who plays in it, and how it begins."""

    cast: Cast
    story: Story
    sides: Sides
    beginning: Beginning

    @property
    def buyer(self) -> Actor:
        return self.cast.people[self.sides.buyer_id]

    @property
    def seller(self) -> Actor:
        return self.cast.people[self.sides.seller_id]

    @property
    def filer(self) -> Actor:
        """Who puts the contract down: the seller, or the buyer where the platform does not know the seller."""
        return self.seller if self.sides.seller_id else self.buyer

    @property
    def officer(self) -> Actor:
        return self.cast.pair(self.story)[0]

    def by(self, who: str) -> Actor:
        """The buyer's, the seller's or the office's person."""
        return {"buyer": self.buyer, "seller": self.seller, "office": self.officer}[who]

    def deal(self, session: Session) -> Deal:
        """The deal of the story: that of its meeting, else the one between these two over these listings."""
        if self.beginning.meeting_id is not None:
            return session.scalars(select(Deal).where(Deal.meeting_id == self.beginning.meeting_id)).one()
        sides = self.sides
        same = (
            Deal.buyer_id == sides.buyer_id,
            Deal.seller_id == sides.seller_id,
            Deal.need_id.is_(None) if sides.need_id is None else Deal.need_id == sides.need_id,
            Deal.offer_id.is_(None) if sides.offer_id is None else Deal.offer_id == sides.offer_id,
        )
        return session.scalars(select(Deal).where(*same, Deal.meeting_id.is_(None))).one()

    def contract(self, session: Session) -> Contract:
        """The contract of the story, by the number on its text."""
        return session.scalars(select(Contract).where(Contract.own_number == self.story.ref)).one()


def gather(session: Session, folder: Path, sealer: Sealer, engine: LiveIndex | None) -> Cast:
    """Everybody who acts, as of now."""
    first, second, organiser = (
        _staff(session, f"{name}@demo.example") for name in ("officer", "officer2", "organiser")
    )
    return Cast(owners(session), (first, second), organiser, folder, sealer, engine)


def sides_of(session: Session, stories: Sequence[Story]) -> dict[str, Sides]:
    """The sides of every story whose listings and firms are there, by the story's name."""
    referred = select(Listing).where(Listing.source_ref.is_not(None)).options(selectinload(Listing.nodes))
    listings = {row.source_ref: row for row in session.scalars(referred)}
    codes = {code: number for code, number in session.execute(select(Organisation.uscc, Organisation.id))}
    found = ((story, _sides(story, listings, codes)) for story in stories)
    return {story.ref: sides for story, sides in found if sides is not None}


def _sides(story: Story, listings: Mapping[str | None, Listing], codes: Mapping[str, int]) -> Sides | None:
    need, offer = listings.get(story.need), listings.get(story.offer)
    if (story.need and need is None) or (story.offer and offer is None):
        return None
    written = story.contract
    buyer = need.organisation_id if need else codes.get(story.buyer, 0)
    seller = offer.organisation_id if offer else codes.get(story.seller, 0)
    outside = (written is not None and written.buyer is not None, written is not None and written.seller is not None)
    if (not buyer, not seller) != outside or buyer == seller:
        return None
    said = need or offer
    node = story.node or (said.node_ids[0] if said else "")
    return Sides(buyer, seller, need.id if need else None, offer.id if offer else None, node)


def _staff(session: Session, email: str) -> Actor:
    person = session.scalars(select(Person).where(Person.email == email)).one()
    assert person.role in (Role.OFFICER, Role.ORGANISER)
    return Actor(person.name, person.role, VIA, person_id=person.id)
