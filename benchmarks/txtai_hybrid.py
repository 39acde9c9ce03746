"""The judged folder through txtai's hybrid search and through ours, same model, one run: recall@50 and query time.

`python -m benchmarks.txtai_hybrid [folder]`; needs requirements-bench.txt.
"""

import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.market import encoder
from embeddings.collection import Collection
from embeddings.evaluate import RELEVANT, recall_at
from embeddings.fusion import Calibration
from embeddings.lexical import term_weights
from embeddings.represent import encode
from embeddings.text import Record
from matchmaker.config import Config

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "eval" / "techmatch-dev"


def main(folder: Path) -> None:
    """Print recall@50 and the median time from text to ranking, for both."""
    import txtai

    from embeddings import beir

    if not folder.exists():
        sys.exit(f"{folder} is not there: give the folder of a judged collection")
    queries = list(beir.read_records(folder / "queries.jsonl").values())
    corpus = list(beir.read_records(folder / "corpus.jsonl").values())
    collection = Collection.read(folder, model := encoder(), judged=True, progress=True)
    matcher = collection.matcher(Calibration.load())
    theirs: Any = txtai.Embeddings(
        path=str(Config.from_env().models_dir / "multilingual-e5-small"),
        hybrid=True,
        instructions={"query": "query: ", "data": "passage: "},
    )
    theirs.index([(number, record.full, None) for number, record in enumerate(corpus)])
    labels = {need: set(offers[grades >= RELEVANT].tolist()) for need, (offers, grades) in collection.labels().items()}
    times: dict[str, list[float]] = {"ours": [], "txtai": []}
    recalls: dict[str, list[float]] = {"ours": [], "txtai": []}

    def ours(record: Record) -> list[int]:
        vector = encode(model, [record], verb="need")[0]
        return [hit.id for hit in matcher.search(matcher.question(vector, term_weights(record)), 50)]

    ways = {"ours": ours, "txtai": lambda record: [number for number, _ in theirs.search(record.full, 50)]}
    for _ in range(2):
        for need, record in enumerate(tqdm(queries, desc="queries", leave=False)):
            for name, way in ways.items():
                started = perf_counter()
                ranked = way(record)
                times[name].append(perf_counter() - started)
                if labels.get(need):
                    recalls[name].append(recall_at(ranked, labels[need], 50))
    print("\n### Against txtai hybrid, same model, one run\n")
    print("| | recall@50 | median ms a query, encoding included |\n|---|---|---|")
    for name in ways:
        print(f"| {name} | {np.mean(recalls[name]):.3f} | {np.median(times[name]) * 1e3:.1f} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)
