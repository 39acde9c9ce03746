"""The search page at 10,000 listings, as a ratio to the engine's own query in the same run.

`python -m benchmarks.search_page`. The page is asked through the whole application (session, filters, rendering), the
engine directly; turn by turn with the same question, so that whatever else the machine does meets both.
"""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
from flask import Flask
from tqdm import tqdm

from benchmarks.market import seed_texts
from benchmarks.town import fill
from matchmaker.app import create_app
from matchmaker.config import Config
from matchmaker.core.actor import Actor
from matchmaker.core.unit import reading
from matchmaker.listings.rules import Side
from matchmaker.matching import queries
from matchmaker.matching.results import Filters
from matchmaker.web.asked import TOPS
from matchmaker.web.parts import EXTENSION

LISTINGS = 10_000
QUESTIONS = 40
WARM_UP = 5


def main() -> None:
    """Print the medians and the ratio."""
    config = Config.from_env()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        (data / "models").symlink_to(config.models_dir.resolve())
        own = replace(config, data_dir=data, database_url=f"sqlite:///{data / 'matchmaker.db'}")
        fill(own, LISTINGS)
        app = create_app(own)
        asked = [record.body.split("\n")[0] for record in seed_texts("needs")[:QUESTIONS]]
        times = np.array([_ask(app, text) for text in tqdm(asked, desc="questions", leave=False)])[WARM_UP:]
        shutil.rmtree(data / "matchmaker.db", ignore_errors=True)
    page, engine, browsing = np.median(times, axis=0)
    print(f"\n### The search page, {LISTINGS:,} listings, {len(times)} questions\n")
    print("| what | median ms | ratio |")
    print("|---|---|---|")
    print(f"| the engine: encode, retrieve, ten explained | {engine * 1e3:.1f} | 1.00 |")
    print(f"| /search?q=…, the whole page | {page * 1e3:.1f} | {page / engine:.2f} |")
    print(f"| /listings?q=…, keywords with all facets counted | {browsing * 1e3:.1f} | {browsing / engine:.2f} |")


def _ask(app: Flask, text: str) -> tuple[float, float, float]:
    """Seconds for the page of matches, the engine alone, and the faceted list."""
    client = app.test_client()
    # Whoever follows a page that touched other memory pays for it: both come after the same warming question.
    _engine(app, "热身")
    started = perf_counter()
    assert client.get("/search", query_string={"q": text, "side": "offer"}).status_code == 200
    paged = perf_counter()
    _engine(app, text)
    asked = perf_counter()
    assert client.get("/listings", query_string={"q": text[:4]}).status_code == 200
    return paged - started, asked - paged, perf_counter() - asked


def _engine(app: Flask, text: str) -> None:
    found = app.extensions[EXTENSION]
    with reading(found.sessions) as session:
        visitor = Actor.visitor("benchmark")
        queries.search(session, visitor, found.engine, text=text, side=Side.OFFER, filters=Filters(), top=TOPS[0])


if __name__ == "__main__":
    main()
