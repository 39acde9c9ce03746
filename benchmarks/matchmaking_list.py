"""The matchmaking list of an event of 300 organisations with 1,000 listings, as a ratio to one of its parts.

`python -m benchmarks.matchmaking_list`. The part is what a list cannot do without, every need against every offer; the
rest is choosing a pair for each two organisations and saying which words they share.
"""

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import select
from sqlalchemy.orm import Session
from tqdm import tqdm

from benchmarks.town import fill
from matchmaker.config import Config
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.db import make_engine, make_sessions
from matchmaker.core.unit import reading, unit
from matchmaker.events.rules import EventKind, EventState
from matchmaker.events.schemas import EventIn
from matchmaker.events.service import save_event
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import Side
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.pairing import pairings
from matchmaker.matching.ranker import Ranker
from matchmaker.meetings import candidates
from matchmaker.meetings.models import CandidateList
from matchmaker.participants.models import BroughtListing, Registration
from matchmaker.participants.rules import RegistrationSource, RegistrationState

ORGANISATIONS = 300
LISTINGS = 1_000


def main() -> None:
    """Print the seconds and the ratio."""
    config = Config.from_env()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        (data / "models").symlink_to(config.models_dir.resolve())
        own = replace(config, data_dir=data, database_url=f"sqlite:///{data / 'matchmaker.db'}")
        fill(own, LISTINGS)
        sessions = make_sessions(make_engine(own.database_url))
        engine = LiveIndex(Ranker(own))
        with unit(sessions) as session:
            event_id = _hold(session)
        with reading(sessions) as session:
            needs, offers = (list(session.scalars(select(Listing.id).where(Listing.side == side))) for side in Side)
            pairings(session, engine, need_ids=needs[:5], offer_ids=offers[:5])
            started = perf_counter()
            pairings(session, engine, need_ids=needs, offer_ids=offers)
            part = perf_counter() - started
        with tqdm(desc="list", leave=False) as bar:
            started = perf_counter()
            made = candidates.make(sessions, engine, event_id=event_id, by="x", tick=lambda *_: _see(bar.update()))
            whole = perf_counter() - started
        with reading(sessions) as session:
            rows = len(session.get_one(CandidateList, made).rows)
    print(f"\n### A matchmaking list, {ORGANISATIONS} organisations, {LISTINGS:,} listings, {rows:,} pairs\n")
    print("| what | seconds | ratio |")
    print("|---|---|---|")
    print(f"| every need against every offer | {part:.1f} | 1.00 |")
    print(f"| the whole list, stored | {whole:.1f} | {whole / part:.2f} |")


def _see(_shown: object) -> None:
    """A bar's answer is nobody's."""


def _hold(session: Session) -> int:
    """An event at which the listings are brought, evenly, by so many organisations without an account."""
    moment = clock.now() + timedelta(days=30)
    data = EventIn(
        title="benchmark",
        kind=EventKind.SUPPLY_CHAIN,
        state=EventState.ANNOUNCED,
        starts_at=moment,
        ends_at=moment + timedelta(hours=3),
        town="440605123",
        venue="benchmark",
    )
    event = save_event(session, Actor.system("benchmark"), data=data)
    rows = [_registration(event.id, number) for number in range(ORGANISATIONS)]
    session.add_all(rows)
    session.flush()
    for place, listing in enumerate(session.scalars(select(Listing.id).order_by(Listing.id))):
        session.add(BroughtListing(registration_id=rows[place % ORGANISATIONS].id, listing_id=listing))
    return event.id


def _registration(event_id: int, number: int) -> Registration:
    moment = clock.now()
    return Registration(
        event_id=event_id,
        name=f"organisation {number}",
        state=RegistrationState.CONFIRMED,
        source=RegistrationSource.IMPORT,
        created_at=moment,
        updated_at=moment,
    )


if __name__ == "__main__":
    main()
