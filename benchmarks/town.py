"""An installation with the demo district's organisations and any number of listings with synthetic vectors."""

import json
import sys
from itertools import cycle, islice

import numpy as np

from benchmarks.market import DISTRICT, seed_texts, synthetic_vectors
from embeddings.lexical import term_weights
from embeddings.text import Record, sentences
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
from matchmaker.reference.chains import nodes

STEP = 1000


def fill(config: Config, size: int) -> None:
    """Migrate the configured database and put `size` listings into it, half of them offers, over every node."""
    engine = make_engine(config.database_url)
    upgrade(engine)
    sessions, actor, ranker = make_sessions(engine), Actor.system("benchmark"), Ranker(config)
    import_file(sessions, actor, kind="organisations", path=DISTRICT / "organisations.jsonl")
    random = np.random.default_rng(11)
    vectors = synthetic_vectors(size, ranker.encoder.card.dim, random)
    inputs = _inputs(size, random)
    for start in range(0, size, STEP):
        with unit(sessions) as session:
            batch = save_listings(session, actor, data=inputs[start : start + STEP])
            for listing, vector in zip(batch, vectors[start : start + STEP], strict=True):
                session.add(_row(listing, vector, ranker.encoder.fingerprint, random))
        print(f"\r{start + STEP} listings", end="", file=sys.stderr)
    with unit(sessions) as session:
        take_snapshot(session, ranker)
    engine.dispose()


def _inputs(size: int, random: np.random.Generator) -> list[ListingIn]:
    records = seed_texts("offers") + seed_texts("needs")
    said = [sentence for record in records for sentence in sentences(record.body)]
    bodies = ["".join(said[at] for at in row) for row in random.integers(0, len(said), (size, 8))]
    codes = [json.loads(line)["uscc"] for line in (DISTRICT / "organisations.jsonl").read_text("utf-8").splitlines()]
    places = zip(cycle(codes), cycle(nodes()), cycle(record.title for record in records), strict=False)
    return [
        ListingIn.model_validate(
            {
                "organisation": code,
                "ref": f"M-{number}",
                "side": "offer" if number % 2 else "need",
                "form": "product",
                "title": title,
                "detail": body,
                "chain_nodes": [node],
            }
        )
        for number, (body, (code, node, title)) in enumerate(zip(bodies, islice(places, size), strict=True))
    ]


def _row(listing: Listing, vector: np.ndarray, encoder: str, random: np.random.Generator) -> ListingVector:
    each = random.standard_normal((len(sentences(listing.body)), len(vector))).astype(np.float32)
    return ListingVector(
        listing_id=listing.id,
        encoder=encoder,
        content_hash=listing.content_hash,
        vector=pack_vector(vector),
        terms=pack_terms(term_weights(Record(listing.title, listing.body))),
        sentences=pack_sentences(each),
    )
