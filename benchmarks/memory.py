"""Resident memory of the serving process with the model loaded and 10,000 listings: `python -m benchmarks.memory`.

A throw-away database gets the demo district and synthetic listings with synthetic vectors; the real server is started
on it, asked once, and its memory is read from /proc.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import numpy as np

from benchmarks.market import seed_texts, synthetic_vectors
from embeddings.lexical import term_weights
from embeddings.text import sentences
from matchmaker.config import Config
from matchmaker.core.actor import Actor
from matchmaker.core.db import make_engine, make_sessions
from matchmaker.core.migrate import upgrade
from matchmaker.core.unit import unit
from matchmaker.exchange.importing import import_file
from matchmaker.listings.models import Listing
from matchmaker.listings.schemas import ListingIn
from matchmaker.listings.service import save_listings
from matchmaker.matching.models import ListingVector
from matchmaker.matching.packing import pack_sentences, pack_terms, pack_vector
from matchmaker.matching.ranker import Ranker
from matchmaker.matching.service import take_snapshot

LISTINGS = 10_000
PORT = 8791
ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Print the resident set of the server and its children, in MiB."""
    config = Config.from_env()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        (data / "models").symlink_to(config.models_dir)
        own = replace(config, data_dir=data, database_url=f"sqlite:///{data / 'matchmaker.db'}")
        _fill(own)
        env = {**os.environ, "MATCHMAKER_DATA": str(data), "MATCHMAKER_PORT": str(PORT)}
        env.pop("MATCHMAKER_DATABASE_URL", None)
        server = subprocess.Popen(
            [sys.executable, "-m", "matchmaker", "run"], env=env, stdout=subprocess.DEVNULL, cwd=ROOT
        )
        try:
            _ask()
            parts = [_resident(pid) for pid in _family(server.pid)]
        finally:
            server.terminate()
            server.wait(20)
        shutil.rmtree(data / "matchmaker.db", ignore_errors=True)
    print(f"\n### Memory of the serving process, {LISTINGS:,} listings, {config.encoder} model loaded\n")
    print(f"worker {max(parts):.0f} MiB resident; with the supervising parent {sum(parts):.0f} MiB")


def _fill(config: Config) -> None:
    engine = make_engine(config.database_url)
    upgrade(engine)
    sessions, actor, ranker = make_sessions(engine), Actor.system("benchmark"), Ranker(config)
    import_file(sessions, actor, kind="organisations", path=ROOT / "seed_data" / "district" / "organisations.jsonl")
    random = np.random.default_rng(11)
    records = seed_texts("offers") + seed_texts("needs")
    said = [sentence for record in records for sentence in sentences(record.body)]
    codes = re.findall(r'"uscc": "(\w{18})"', (ROOT / "seed_data/district/organisations.jsonl").read_text())
    vectors = synthetic_vectors(LISTINGS, ranker.encoder.card.dim, random)
    bodies = ["".join(said[at] for at in row) for row in random.integers(0, len(said), (LISTINGS, 8))]
    inputs = [
        _listing(number, organisation=codes[number % len(codes)], title=records[number % len(records)].title, body=body)
        for number, body in enumerate(bodies)
    ]
    for start in range(0, LISTINGS, 1000):
        with unit(sessions) as session:
            batch = save_listings(session, actor, data=inputs[start : start + 1000])
            for listing, vector in zip(batch, vectors[start : start + 1000], strict=True):
                session.add(_row(listing, vector, ranker.encoder.fingerprint, random))
        print(f"\r{start + 1000} listings", end="", file=sys.stderr)
    with unit(sessions) as session:
        take_snapshot(session, ranker)
    engine.dispose()


def _listing(number: int, *, organisation: str, title: str, body: str) -> ListingIn:
    side = "offer" if number % 2 else "need"
    values = {"organisation": organisation, "ref": f"M-{number}", "side": side, "form": "product"}
    return ListingIn.model_validate({**values, "title": title, "detail": body, "chain_nodes": ["HYD-09"]})


def _row(listing: Listing, vector: np.ndarray, encoder: str, random: np.random.Generator) -> ListingVector:
    from embeddings.text import Record

    each = random.standard_normal((len(sentences(listing.body)), len(vector))).astype(np.float32)
    return ListingVector(
        listing_id=listing.id,
        encoder=encoder,
        content_hash=listing.content_hash,
        vector=pack_vector(vector),
        terms=pack_terms(term_weights(Record(listing.title, listing.body))),
        sentences=pack_sentences(each),
    )


def _ask() -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        try:
            with urlopen(f"http://127.0.0.1:{PORT}/?q=%E9%AB%98%E5%8E%8B%E9%98%80&side=offer", timeout=120) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(1)
    sys.exit("the server did not answer within three minutes")


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(int(child) for child in children)]


def _resident(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
