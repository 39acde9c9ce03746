"""How much of the exact top the approximate index finds, and how much quicker it is: `python -m benchmarks.hnsw`."""

from time import perf_counter

import numpy as np

from benchmarks.market import synthetic_vectors
from embeddings.index import DenseIndex

SIZE = 50_000
TOP = 50


def main() -> None:
    """Print the overlap of the top 50 and both median times."""
    random = np.random.default_rng(5)
    vectors = synthetic_vectors(SIZE, 384, random)
    vectors -= vectors.mean(0)
    queries = vectors[random.integers(0, SIZE, 200)] + 0.02 * random.standard_normal((200, 384)).astype(np.float32)
    found, times = [], []
    for hnsw_from in (SIZE + 1, SIZE):
        index = DenseIndex(384, hnsw_from=hnsw_from)
        index.upsert(np.arange(SIZE), vectors)
        spent, tops = [], []
        for query in queries:
            started = perf_counter()
            tops.append(set(index.search(query[None], TOP)[1][0].tolist()))
            spent.append(perf_counter() - started)
        found.append(tops)
        times.append(np.median(spent) * 1e3)
    overlap = np.mean([len(exact & near) / TOP for exact, near in zip(*found, strict=True)])
    print(f"\n### HNSW against exact, {SIZE:,} rows, top {TOP}\n")
    print(f"overlap {overlap:.3f}; median {times[1]:.2f} ms against {times[0]:.2f} ms")


if __name__ == "__main__":
    main()
