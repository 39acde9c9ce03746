"""Every need against every offer, top 50: the dense leg's rate as a share of this machine's own float32 product rate.

`python -m benchmarks.all_pairs [needs] [offers]`
"""

import sys
from time import perf_counter

import numpy as np
import torch
from tqdm import tqdm

from benchmarks.market import market, seed_texts, synthetic_vectors
from embeddings.lexical import term_weights

TOP = 50
ROUNDS = 5
BLOCK = 500


def main(needs: int, offers: int) -> None:
    """Print both legs' times and the dense leg's share."""
    scene = market(offers)
    matcher = scene.matcher
    random = np.random.default_rng(3)
    records = seed_texts("needs")
    vectors = synthetic_vectors(needs, 384, random)
    questions = [matcher.question(vectors[at], term_weights(records[at % len(records)])) for at in range(needs)]
    dense = np.stack([question.dense for question in questions])
    rows = torch.from_numpy(matcher.dense.vectors(np.arange(offers)))
    left = torch.from_numpy(dense)
    room = torch.empty(BLOCK, offers)  # once, so that the product alone is timed and not the fetching of memory
    product, search = [], []
    for _ in range(ROUNDS):
        started = perf_counter()
        for start in range(0, needs, BLOCK):
            torch.mm(left[start : start + BLOCK], rows.T, out=room[: needs - start])
        product.append(perf_counter() - started)
        started = perf_counter()
        matcher.dense.search(dense, TOP)
        search.append(perf_counter() - started)
    started = perf_counter()
    for question in tqdm(questions[:200], desc="lexical", leave=False):
        matcher.lexical.scores(question.lexical)
    lexical = (perf_counter() - started) * needs / 200
    started = perf_counter()
    with tqdm(total=200, desc="both legs", leave=False) as shown:
        matcher.search_many(questions[:200], TOP, tick=shown.update)
    both = (perf_counter() - started) * needs / 200
    work = 2.0 * needs * offers * dense.shape[1]
    print(f"\n### All pairs: {needs:,} needs against {offers:,} offers, top {TOP}\n")
    print("| what | seconds | GFLOP/s |\n|---|---|---|")
    print(f"| float32 matrix product alone | {np.median(product):.2f} | {work / np.median(product) / 1e9:.0f} |")
    print(f"| dense leg with top {TOP} | {np.median(search):.2f} | {work / np.median(search) / 1e9:.0f} |")
    print(
        f"| lexical leg (from 200 needs) | {lexical:.1f} | |\n| both legs, exact top (from 200 needs) | {both:.1f} | |"
    )
    print(f"\nDense leg: {np.median(product) / np.median(search):.0%} of the product rate.")


if __name__ == "__main__":
    given = [int(value) for value in sys.argv[1:]]
    main(given[0] if given else 2_000, given[1] if len(given) > 1 else 100_000)
