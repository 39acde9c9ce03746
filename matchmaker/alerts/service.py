"""The watch over changes, and the searches that people save."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.access import require_self
from matchmaker.alerts.models import SavedSearch, ToldPair, WatchProgress
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Invalid, NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.introductions import queries as introductions
from matchmaker.listings import queries as listings
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import Side, State, Visibility
from matchmaker.matching import queries as matching
from matchmaker.matching.filters import read_filters
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.results import Filters, Level
from matchmaker.notifications import service as notifications
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News

PROGRESS = "listings"
BATCH = 20
PARTNERS = 10
DEPTH = 50
MOST_SEARCHES = 30
MAX_NAME = 60


@dataclass(frozen=True)
class _Side:
    """What is told of a listing, taken along from where it was read to where it is told."""

    id: int
    title: str
    organisation_id: int
    on_consent: bool


def watch(sessions: sessionmaker[Session], engine: LiveIndex, *, base: str) -> int:
    """Compare the next changed listings with everything that stands, and tell both sides; returns how many.

    The model thinks before the unit begins, so that no writer waits for it. A batch and its progress are one unit:
    killed in between, the batch is done again and nobody is told twice.
    """
    with reading(sessions) as session:
        seen = session.get(WatchProgress, PROGRESS)
        changed = listings.changed_since(session, change_seq=seen.change_seq if seen else 0, limit=BATCH)
        if not changed:
            return 0
        standing = [listing for listing in changed if _is_open(listing)]
        pairs = [(_side(listing), partner) for listing in standing for partner in _partners(session, engine, listing)]
        wanted = _answered_searches(session, engine, standing)
        count, newest = len(changed), changed[-1].change_seq
    with unit(sessions) as session:
        for mine, (other, level) in pairs:
            _tell(session, mine, other, level, base=base)
            _tell(session, other, mine, level, base=base)
        for search_id, person_id, name, listing in wanted:
            _tell_search(session, search_id, listing, told=(person_id, name), base=base)
        session.merge(WatchProgress(name=PROGRESS, change_seq=newest))
    return count


def skip_to_now(session: Session) -> None:
    """Start the watch from here: what was imported before anybody could log in is no news."""
    newest = session.scalar(select(func.max(Listing.change_seq))) or 0
    session.merge(WatchProgress(name=PROGRESS, change_seq=newest))


def save_search(
    session: Session, actor: Actor, *, name: str, text: str, side: Side, filters: Mapping[str, Any]
) -> SavedSearch:
    """Ask this question again with every new listing. Conflict when the person has too many already."""
    person = require_self(session, actor)
    if not 1 <= len(name.strip()) <= MAX_NAME:
        raise Invalid([Fault("name", f"a name of 1 to {MAX_NAME} characters", name[:80])])
    if not any(letter.isalnum() for letter in text) or len(text) > matching.MAX_QUERY:
        raise Invalid([Fault("q", f"a question of up to {matching.MAX_QUERY} characters", text[:80])])
    mine = (SavedSearch.person_id == person.id, SavedSearch.ended_at.is_(None))
    if (session.scalar(select(func.count()).where(*mine)) or 0) >= MOST_SEARCHES:
        raise Conflict(f"at most {MOST_SEARCHES} saved searches; end one first")
    row = SavedSearch(
        person_id=person.id,
        name=name.strip(),
        text=text.strip(),
        side=side,
        filters=dict(filters),
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def end_search(session: Session, actor: Actor, *, search_id: int) -> None:
    """Stop asking. NotFound for everybody but its owner."""
    row = session.get(SavedSearch, search_id)
    if row is None or row.person_id != actor.person_id or row.ended_at is not None:
        raise NotFound(f"no saved search {search_id}")
    row.ended_at = clock.now()


def _is_open(listing: Listing) -> bool:
    return listing.state is State.PUBLISHED and (listing.valid_to is None or listing.valid_to >= clock.today())


def _side(listing: Listing) -> _Side:
    on_consent = listing.visibility is Visibility.CONSENT
    return _Side(listing.id, listing.title, listing.organisation_id, on_consent)


def _partners(session: Session, engine: LiveIndex, listing: Listing) -> list[tuple[_Side, Level]]:
    """Whom both sides should hear of: at least fairly related, and declined by neither."""
    page = matching.matches_of(
        session, Actor.system("worker"), engine, listing_id=listing.id, filters=Filters(), top=PARTNERS
    )
    declined = introductions.declined_with(session, listing_id=listing.id)
    fair = [match for match in page.matches if match.level >= Level.FAIR and match.listing.id not in declined]
    return [(_side(match.listing), match.level) for match in fair]


def _answered_searches(
    session: Session, engine: LiveIndex, changed: list[Listing]
) -> list[tuple[int, int, str, _Side]]:
    """Every saved search that one of the changed listings answers, with its person and name.

    One question per search, whatever the number of listings.
    """
    fresh = {listing.id: listing for listing in changed if listing.visibility is not Visibility.CONSENT}
    sides = {listing.side for listing in fresh.values()}
    found = []
    for search in session.scalars(select(SavedSearch).where(SavedSearch.ended_at.is_(None))).all():
        if search.side not in sides:
            continue
        page = matching.search(
            session,
            Actor.visitor("worker"),
            engine,
            text=search.text,
            side=search.side,
            filters=_filters(search.filters),
            top=DEPTH,
        )
        hits = [match for match in page.matches if match.level >= Level.FAIR and match.listing.id in fresh]
        found += [(search.id, search.person_id, search.name, _side(match.listing)) for match in hits]
    return found


def _filters(kept: Mapping[str, Any]) -> Filters:
    """The limits of a saved search; what the district no longer knows is left out rather than failing the watch."""
    try:
        found = read_filters(chains=kept.get("chain", []), towns=kept.get("town", []), forms=kept.get("form", []))
    except Invalid:
        return Filters()
    return replace(found, nodes=frozenset(kept.get("node", [])))


def end_all(session: Session, actor: Actor) -> None:
    """End every search of somebody who leaves."""
    person = require_self(session, actor)
    mine = (SavedSearch.person_id == person.id, SavedSearch.ended_at.is_(None))
    session.execute(update(SavedSearch).where(*mine).values(ended_at=clock.now(), name="", text=""))


def _tell(session: Session, mine: _Side, other: _Side, level: Level, *, base: str) -> None:
    """Tell the owners of `mine` about `other`. What is shown on consent only is told of to nobody else."""
    if other.on_consent or not _first_time(session, f"listing:{mine.id}", other.id):
        return
    news = News(
        NoticeKind.MATCH,
        "match.found",
        f"/my/matches/{mine.id}#listing-{other.id}",
        f"match:{mine.id}:{other.id}",
        {"mine": mine.title, "other": other.title, "level": int(level)},
        mine.organisation_id,
    )
    notifications.tell_organisation(session, news, organisation_id=mine.organisation_id, base=base)


def _tell_search(session: Session, search_id: int, listing: _Side, *, told: tuple[int, str], base: str) -> None:
    """Tell the search's person; `told` is the person and the search's name."""
    if not _first_time(session, f"search:{search_id}", listing.id):
        return
    person_id, name = told
    news = News(
        NoticeKind.SAVED_SEARCH,
        "search.found",
        f"/listings/{listing.id}",
        f"search:{search_id}:{listing.id}",
        {"name": name, "other": listing.title},
    )
    notifications.tell(session, [news], people=[person_id], base=base)


def _first_time(session: Session, watcher: str, listing_id: int) -> bool:
    """Whether this was never told before; from now on it was."""
    same = (ToldPair.watcher == watcher, ToldPair.listing_id == listing_id)
    if session.scalar(select(ToldPair.id).where(*same)) is not None:
        return False
    session.add(ToldPair(watcher=watcher, listing_id=listing_id, at=clock.now()))
    session.flush()
    return True
