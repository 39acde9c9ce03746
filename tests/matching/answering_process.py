"""A process of its own that answers questions: a line of text in, the ids of the offers out, best first."""

import json
import sys
from pathlib import Path

from matchmaker.config import Config
from matchmaker.core.actor import Actor
from matchmaker.core.db import make_engine, make_sessions
from matchmaker.core.unit import reading
from matchmaker.listings.rules import Side
from matchmaker.matching import queries
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.ranker import Ranker
from matchmaker.matching.results import Filters


def main(database_url: str, data_dir: str) -> None:
    """Answer until the questions end."""
    sessions = make_sessions(make_engine(database_url))
    index = LiveIndex(Ranker(Config(Path(data_dir), database_url, secret_key="test", encoder="hashing")))
    for line in sys.stdin:
        text = json.loads(line)
        with reading(sessions) as session:
            page = queries.search(
                session, Actor.visitor(), index, text=text, side=Side.OFFER, filters=Filters(), top=10
            )
            print(json.dumps([match.listing.id for match in page.matches]), flush=True)


main(*sys.argv[1:])
