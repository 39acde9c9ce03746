"""Who at an event could do what for whom: listings in bulk, best pair of each two organisations, both directions."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.listings.models import Listing, ListingNode
from matchmaker.listings.rules import Side, State
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.pairing import Pairing, pairings, terms_for, text_pairings, text_scores
from matchmaker.matching.results import Level
from matchmaker.meetings.wanted import are_rivals
from matchmaker.participants.models import BroughtListing, Registration
from matchmaker.participants.rules import RegistrationState

PER_NEED = 20
# Nobody's page is left empty without having looked: below this number the nearest ones are kept, however far.
LEAST = 5
CHUNK = 100
# How far the work has come, in hundredths, when all pairs are found; the rest are the words they share.
FOUND, WHOLE = 30, 100
Both = tuple[int, int]
Row = dict[str, Any]
Tick = Callable[[int, int], None]


@dataclass(frozen=True)
class House:
    """A confirmed organisation and what it is matched by: listings, or two texts when it has none to match.

    `nodes` are the chain nodes it offers on. `digest` changes when any of this does.
    """

    id: int
    organisation_id: int | None
    needs: tuple[int, ...] = ()
    offers: tuple[int, ...] = ()
    nodes: frozenset[str] = frozenset()
    need_text: str = ""
    offer_text: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Met:
    """What one organisation could do for another: `asker` needs what `giver` offers."""

    asker: int
    giver: int
    score: float
    level: int
    pairing: Pairing | None = None
    need_id: int | None = None
    offer_id: int | None = None

    @property
    def both(self) -> Both:
        """The two registrations, the smaller first."""
        return min(self.asker, self.giver), max(self.asker, self.giver)


@dataclass(frozen=True)
class History:
    """What the organisations had to do with each other before, by pairs of registrations."""

    met: Mapping[Both, int] = field(default_factory=dict)
    talking: Collection[Both] = ()


def houses(session: Session, *, event_id: int) -> list[House]:
    """The confirmed organisations by id, with the listings they bring, or all published ones if they named none."""
    coming = (Registration.event_id == event_id, Registration.state == RegistrationState.CONFIRMED)
    columns = (Registration.id, Registration.organisation_id, Registration.need_text, Registration.offer_text)
    rows = session.execute(select(*columns).where(*coming).order_by(Registration.id)).all()
    brought = _brought(session, event_id)
    asking = [row.organisation_id for row in rows if row.id not in brought and row.organisation_id is not None]
    everything = _published_of(session, asking)
    carried = {row.id: brought.get(row.id, everything.get(row.organisation_id or 0, [])) for row in rows}
    nodes = _nodes(session, [one.listing for mine in carried.values() for one in mine if one.side is Side.OFFER])
    return [_house(row, [one for one in carried[row.id] if one.state is State.PUBLISHED], nodes) for row in rows]


def meetings_between(
    session: Session, engine: LiveIndex, houses: Sequence[House], *, besides: Collection[Both], tick: Tick
) -> list[Met]:
    """What every organisation could do for every other. `besides` are (need, offer) pairs that somebody declined."""
    return _between(session, engine, houses, houses, besides=besides, tick=tick)


def meetings_with(
    session: Session, engine: LiveIndex, house: House, others: Sequence[House], *, besides: Collection[Both]
) -> list[Met]:
    """What one organisation and each of the others could do for each other, by the same rules."""
    needs = _between(session, engine, [house], others, besides=besides, tick=_nobody_waits)
    return needs + _between(session, engine, others, [house], besides=besides, tick=_nobody_waits)


def _nobody_waits(_done: int, _whole: int) -> None:
    """For work that is over at once."""


def _between(
    session: Session,
    engine: LiveIndex,
    askers: Sequence[House],
    givers: Sequence[House],
    /,
    *,
    besides: Collection[Both],
    tick: Tick,
) -> list[Met]:
    """What the needs of the askers find among the offers of the givers."""
    home = {listing: one.id for one in (*askers, *givers) for listing in (*one.needs, *one.offers)}
    needs = [listing for one in askers for listing in one.needs]
    offers = [listing for one in givers for listing in one.offers]
    found: list[Met] = []
    for start in range(0, len(needs), CHUNK):
        part = needs[start : start + CHUNK]
        found += _of_listings(
            pairings(session, engine, need_ids=part, offer_ids=offers, per_need=PER_NEED, besides=besides), home
        )
        tick(FOUND * min(start + CHUNK, len(needs)) // len(needs), WHOLE)
    known = {one for met in found for one in (met.asker, met.giver)}
    late = [listing for one in givers if one.id not in known for listing in one.offers]
    if late and needs:
        # Offers that are nobody's first choice: their owners see who is nearest all the same.
        more = pairings(session, engine, need_ids=needs, offer_ids=late, per_need=len(late), besides=besides)
        found += _of_listings(more, home)
    return found + _of_texts(session, engine, (askers, givers), home, listings=(needs, offers))


def rows_of(found: Iterable[Met], houses: Sequence[House], history: History) -> list[tuple[Row, Met]]:
    """One row for each two organisations, best first, with the match behind it; terms are still empty.

    All that are at least weak; of organisations with fewer than five such partners, also the nearest others.
    """
    between: dict[Both, list[Met]] = defaultdict(list)
    for one in found:
        if one.asker != one.giver:
            between[one.both].append(one)
    best = {both: min(mine, key=_order) for both, mine in between.items()}
    ordered = sorted(best, key=lambda both: (_order(best[both]), both))
    offering = {one.id: one.nodes for one in houses}
    made = []
    for both in _enough(ordered, best):
        row = _row(best[both], between[both], history)
        row["rivals"] = are_rivals((offering[both[0]], offering[both[1]]), row["level"])
        made.append((row, best[both]))
    return made


def with_terms(session: Session, engine: LiveIndex, made: Sequence[tuple[Row, Met]], *, tick: Tick) -> list[Row]:
    """The rows with the words that both listings share, as far as they match at all."""
    pairs = [one.pairing for _, one in made if one.pairing is not None and one.level >= Level.WEAK]
    words: dict[Both, tuple[str, ...]] = {}
    for start in range(0, len(pairs), CHUNK * 10):
        words |= terms_for(session, engine, pairs[start : start + CHUNK * 10])
        tick(FOUND + (WHOLE - FOUND) * min(start + CHUNK * 10, len(pairs)) // len(pairs), WHOLE)
    for row, one in made:
        if one.need_id is not None and one.offer_id is not None:
            row["terms"] = list(words.get((one.need_id, one.offer_id), ()))
    return [row for row, _ in made]


def _enough(ordered: Sequence[Both], best: Mapping[Both, Met]) -> list[Both]:
    partners: dict[int, int] = defaultdict(int)
    kept = []
    for both in ordered:
        if best[both].level >= Level.WEAK or any(partners[one] < LEAST for one in both):
            kept.append(both)
            for one in both:
                partners[one] += 1
    return kept


def _order(one: Met) -> tuple[float, int, int, int]:
    return -one.score, one.asker, one.need_id or 0, one.offer_id or 0


def _row(one: Met, mine: Sequence[Met], history: History) -> Row:
    a, b = one.both
    conditions = one.pairing.conditions if one.pairing is not None else ()
    weak = sum(each.level >= Level.WEAK for each in mine if each is not one)
    return {
        "a": a,
        "b": b,
        "need": one.need_id,
        "offer": one.offer_id,
        "asker": "a" if one.asker == a else "b",
        "score": round(one.score, 6),
        "level": int(one.level),
        "terms": [],
        "conditions": [[each.code, each.met, list(each.detail)] for each in conditions],
        "more": weak,
        "met": history.met.get((a, b)),
        "talking": (a, b) in history.talking,
        "rivals": False,
    }


def _of_listings(found: Iterable[Pairing], home: Mapping[int, int]) -> list[Met]:
    return [
        Met(home[one.need_id], home[one.offer_id], one.score, int(one.level), one, one.need_id, one.offer_id)
        for one in found
    ]


def _of_texts(
    session: Session,
    engine: LiveIndex,
    houses: tuple[Sequence[House], Sequence[House]],
    home: Mapping[int, int],
    *,
    listings: tuple[list[int], list[int]],
) -> list[Met]:
    """The same for organisations that have said in a few words what they came for, with listings and each other."""
    needs, offers = listings
    askers, givers = houses
    asking = [one for one in askers if one.need_text]
    giving = [one for one in givers if one.offer_text]
    found = []
    for one in asking if offers else ():
        hits = text_pairings(session, engine, side=Side.NEED, text=one.need_text, listing_ids=offers, top=PER_NEED)
        found += [Met(one.id, home[hit], score, int(level), offer_id=hit) for hit, score, level in hits]
    for one in giving if needs else ():
        hits = text_pairings(session, engine, side=Side.OFFER, text=one.offer_text, listing_ids=needs, top=PER_NEED)
        found += [Met(home[hit], one.id, score, int(level), need_id=hit) for hit, score, level in hits]
    if asking and giving:
        texts = [one.need_text for one in asking], [one.offer_text for one in giving]
        scores = text_scores(session, engine, needs=texts[0], offers=texts[1])
        found += [
            Met(one.id, other.id, score, int(level))
            for one, line in zip(asking, scores, strict=True)
            for other, (score, level) in zip(giving, line, strict=True)
        ]
    return found


class _Carried(NamedTuple):
    listing: int
    side: Side
    state: State
    revision: int


def _brought(session: Session, event_id: int) -> dict[int, list[_Carried]]:
    columns = (BroughtListing.registration_id, Listing.id, Listing.side, Listing.state, Listing.revision)
    statement = select(*columns).join(Listing, Listing.id == BroughtListing.listing_id)
    statement = statement.join(Registration, Registration.id == BroughtListing.registration_id)
    found: dict[int, list[_Carried]] = defaultdict(list)
    for row in session.execute(statement.where(Registration.event_id == event_id).order_by(Listing.id)):
        found[row[0]].append(_Carried(*row[1:]))
    return found


def _published_of(session: Session, organisation_ids: Sequence[int]) -> dict[int, list[_Carried]]:
    columns = (Listing.organisation_id, Listing.id, Listing.side, Listing.state, Listing.revision)
    wanted = (Listing.organisation_id.in_(organisation_ids), Listing.state == State.PUBLISHED)
    found: dict[int, list[_Carried]] = defaultdict(list)
    for row in session.execute(select(*columns).where(*wanted).order_by(Listing.id)):
        found[row[0]].append(_Carried(*row[1:]))
    return found


def _nodes(session: Session, listing_ids: Sequence[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for start in range(0, len(listing_ids), CHUNK * 5):
        mine = ListingNode.listing_id.in_(listing_ids[start : start + CHUNK * 5])
        for listing, node in session.execute(select(ListingNode.listing_id, ListingNode.node).where(mine)):
            found[listing].add(node)
    return found


def _house(row: Any, mine: Sequence[_Carried], nodes: Mapping[int, set[str]]) -> House:
    needs = tuple(one.listing for one in mine if one.side is Side.NEED)
    offers = tuple(one.listing for one in mine if one.side is Side.OFFER)
    texts = ("", "") if mine else (row.need_text.strip(), row.offer_text.strip())
    said = json.dumps([[(one.listing, one.revision) for one in mine], texts], ensure_ascii=False)
    offered = frozenset(node for one in offers for node in nodes.get(one, ()))
    digest = hashlib.sha256(said.encode()).hexdigest()[:16]
    return House(row.id, row.organisation_id, needs, offers, offered, texts[0], texts[1], digest)
