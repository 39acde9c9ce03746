"""One query over 100,000 offers, warm: retrieving and explaining, as a ratio to encoding that query in the same run.

`python -m benchmarks.query [size]`
"""

import sys
from time import perf_counter

import numpy as np
from tqdm import tqdm

from benchmarks.market import encoder, market, seed_texts
from embeddings import reasons
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
    random = np.random.default_rng(1)
    kept: dict[int, np.ndarray] = {}
    times = []
    for record in tqdm(asked * ROUNDS, desc="queries", leave=False):
        started = perf_counter()
        vector = encode(model, [record], verb="need")[0]
        encoded = perf_counter()
        matcher = scene.matcher
        hits = matcher.search(matcher.question(vector, term_weights(record)), 10)
        found = perf_counter()
        # A page encodes the sentences together with the question; the ten's sentence vectors are stored with them.
        for hit in hits:
            count = len(sentences(scene.texts[hit.id].body))
            kept.setdefault(hit.id, random.standard_normal((count, len(vector))).astype(np.float32))
        shown = perf_counter()
        _, said = encode_with_sentences(model, [record], verb="need")
        for hit in hits:
            offer = scene.texts[hit.id]
            theirs = Told(offer.title, offer.body, reasons.centred(kept[hit.id], matcher.snapshot.offer_mean))
            explain(Told("", record.body, said[0]), theirs, asking=Side.NEED, snapshot=matcher.snapshot)
        explained = perf_counter() - shown - (encoded - started)
        times.append((encoded - started, found - encoded, explained))
    warm = np.array(times[len(asked) :])
    encoding, retrieval, reasoning = warm.T
    whole = retrieval + np.maximum(reasoning, 0) + encoding
    print(f"\n### A query over {size:,} offers ({len(warm)} queries, warm)\n")
    print("| what | median ms | p95 ms | median ratio to encoding | p95 ratio |\n|---|---|---|---|---|")
    for name, part in (
        ("encoding the query", encoding),
        ("retrieve and score", retrieval),
        ("all, with ten reasons", whole),
    ):
        ratio = part / encoding
        print(
            f"| {name} | {np.median(part) * 1e3:.1f} | {np.percentile(part, 95) * 1e3:.1f} "
            f"| {np.median(part) / np.median(encoding):.2f} | {np.percentile(part, 95) / np.median(encoding):.2f} "
            f"(per query {np.median(ratio):.2f}) |"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
