"""The judged folder through txtai's hybrid search and through ours, same model, one run: recall@50 and query time.

`python -m benchmarks.txtai_hybrid [folder]`; needs requirements-bench.txt.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.market import encoder
from embeddings.beir import read_records
from embeddings.collection import Collection
from embeddings.encoder import Encoder
from embeddings.evaluate import RELEVANT, recall_at
from embeddings.fusion import Calibration
from embeddings.lexical import term_weights
from embeddings.represent import encode
from embeddings.text import Record
from matchmaker.config import Config

ROUNDS = 2
TOP = 50
Way = Callable[[Record], list[int]]
DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "eval" / "techmatch-dev"


def main(folder: Path) -> None:
    """Print recall@50 and the median time from text to ranking, for both."""
    if not folder.exists():
        sys.exit(f"{folder} is not there: give the folder of a judged collection")
    queries = list(read_records(folder / "queries.jsonl").values())
    corpus = list(read_records(folder / "corpus.jsonl").values())
    collection = Collection.read(folder, model := encoder(), judged=True, progress=True)
    labels = {need: set(offers[grades >= RELEVANT].tolist()) for need, (offers, grades) in collection.labels().items()}
    ways = {"ours": our_way(model, collection), "txtai hybrid": txtai_way(corpus)}
    times: dict[str, list[float]] = {name: [] for name in ways}
    recalls: dict[str, list[float]] = {name: [] for name in ways}
    for need, record in enumerate(tqdm(queries * ROUNDS, desc="queries", leave=False)):
        for name, way in ways.items():
            started = perf_counter()
            ranked = way(record)
            times[name].append(perf_counter() - started)
            if relevant := labels.get(need % len(queries)):
                recalls[name].append(recall_at(ranked, relevant, TOP))
    print("\n### Against txtai hybrid, same model, one run\n")
    print("| | recall@50 | median ms a query, encoding included |\n|---|---|---|")
    for name in ways:
        print(f"| {name} | {np.mean(recalls[name]):.3f} | {np.median(times[name]) * 1e3:.1f} |")


def our_way(model: Encoder, collection: Collection) -> Way:
    """From a text to the numbers of its best offers."""
    matcher = collection.matcher(Calibration.load())

    def way(record: Record) -> list[int]:
        vector = encode(model, [record], verb="need")[0]
        return [hit.id for hit in matcher.search(matcher.question(vector, term_weights(record)), TOP)]

    return way


def txtai_way(corpus: list[Record]) -> Way:
    """The same through txtai: its dense index and its BM25, fused by its own weights."""
    txtai: Any = import_module("txtai")  # it comes without types
    index = txtai.Embeddings(
        path=str(Config.from_env().models_dir / "multilingual-e5-small"),
        hybrid=True,
        instructions={"query": "query: ", "data": "passage: "},
    )
    index.index([(number, record.full, None) for number, record in enumerate(corpus)])

    def way(record: Record) -> list[int]:
        return [number for number, _ in index.search(record.full, TOP)]

    return way


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)
