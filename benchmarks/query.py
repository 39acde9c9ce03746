"""One query over 100,000 offers, warm: retrieving and explaining, as a ratio to encoding that query in the same run.

`python -m benchmarks.query [size]`
"""

import sys
from time import perf_counter

import numpy as np
from tqdm import tqdm

from benchmarks.market import Market, encoder, market, seed_texts, synthetic_vectors
from embeddings.encoder import Encoder
from embeddings.lexical import term_weights
from embeddings.represent import encode, encode_with_sentences
from embeddings.text import Record, sentences
from matchmaker.listings.rules import Side
from matchmaker.matching.ranker import Told, explain

ROUNDS = 3


def main(size: int) -> None:
    """Print the medians and the ratios as a table."""
    model = encoder()
    scene = market(size)
    # What people type: the summary of a need, some 60 characters, and whole needs of some 400.
    asked = [Record("", record.body.split("\n")[0]) for record in seed_texts("needs")[:30]]
    asked += [Record("", record.full) for record in seed_texts("needs")[30:60]]
    times = [ask(model, scene, record) for record in tqdm(asked * ROUNDS, desc="queries", leave=False)]
    encoding, retrieval, reasoning = np.array(times[len(asked) :]).T
    whole = encoding + retrieval + reasoning
    base = np.median(encoding)
    print(f"\n### A query over {size:,} offers ({len(encoding)} queries, warm)\n")
    print("| what | median ms | p95 ms | median / median encoding | p95 / median encoding | median ratio per query |")
    print("|---|---|---|---|---|---|")
    for name, part in (
        ("encoding the query", encoding),
        ("retrieve and score", retrieval),
        ("encoding, retrieving and ten explained", whole),
    ):
        middle, late = np.median(part), np.percentile(part, 95)
        each = np.median(part / encoding)
        print(
            f"| {name} | {middle * 1e3:.1f} | {late * 1e3:.1f} | {middle / base:.2f} | {late / base:.2f} | {each:.2f} |"
        )


def ask(model: Encoder, scene: Market, record: Record) -> tuple[float, float, float]:
    """Seconds for encoding a query, for retrieving its top ten, and for what explaining them adds."""
    matcher = scene.matcher
    started = perf_counter()
    vector = encode(model, [record], verb="need")[0]
    encoded = perf_counter()
    hits = matcher.search(matcher.question(vector, term_weights(record)), 10)
    found = perf_counter()
    # A page encodes the question and its sentences in one call; the answers' sentence vectors are stored with them.
    _, said = encode_with_sentences(model, [record], verb="need")
    both = perf_counter()
    for hit in hits:
        offer = scene.texts[hit.id]
        stored = synthetic_vectors(len(sentences(offer.body)), len(vector), np.random.default_rng(hit.id))
        explain(
            Told("", record.body, said[0]),
            Told(offer.title, offer.body, stored),
            asking=Side.NEED,
            snapshot=matcher.snapshot,
        )
    explained = perf_counter()
    extra = max(0.0, (both - found) - (encoded - started))
    return encoded - started, found - encoded, extra + explained - both


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
