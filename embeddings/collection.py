"""A folder in BEIR's layout, encoded: needs as queries, offers as corpus, and a snapshot of those offers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from embeddings import beir
from embeddings.encoder import Encoder
from embeddings.fusion import Calibration
from embeddings.lexical import Sparse, term_weights
from embeddings.matcher import Matcher, Question
from embeddings.represent import encode
from embeddings.snapshot import Snapshot
from embeddings.text import Record


@dataclass(frozen=True)
class Side:
    """The records of one file: names, vectors [n, d] and term weights, in file order."""

    names: list[str]
    vectors: NDArray[np.float32]
    terms: list[Sparse]

    @classmethod
    def of(cls, encoder: Encoder, records: dict[str, Record], *, need: bool, progress: bool) -> "Side":
        """Encode the records."""
        values = list(records.values())
        vectors = encode(encoder, values, verb="need" if need else "offer", progress=progress)
        return cls(list(records), vectors, [term_weights(record) for record in values])


@dataclass(frozen=True)
class Collection:
    """Everything needed to rank and score a folder; anchors [k, d]. `seconds` says how long each step took."""

    needs: Side
    offers: Side
    judgements: list[beir.Judgement]
    model: str
    anchors: NDArray[np.float32]
    seconds: dict[str, float]

    @staticmethod
    def check(folder: Path, *, judged: bool) -> None:
        """Refuse a faulty folder before a model is loaded; see `read`."""
        queries = beir.read_records(folder / "queries.jsonl")
        corpus = beir.read_records(folder / "corpus.jsonl")
        if judged:
            beir.read_judgements(folder / "qrels.tsv", queries, corpus)

    @classmethod
    def read(
        cls, folder: Path, encoder: Encoder, *, judged: bool, anchors: Sequence[str] = (), progress: bool = False
    ) -> "Collection":
        """Read, check and encode a folder; BadFolder names what is wrong before anything is encoded.

        `anchors` are the names of a taxonomy that vectors are pulled towards.
        """
        started = perf_counter()
        queries = beir.read_records(folder / "queries.jsonl")
        corpus = beir.read_records(folder / "corpus.jsonl")
        judgements = beir.read_judgements(folder / "qrels.tsv", queries, corpus) if judged else []
        read = perf_counter()
        offers = Side.of(encoder, corpus, need=False, progress=progress)
        encoded = perf_counter()
        needs = Side.of(encoder, queries, need=True, progress=progress)
        seconds = {"read": read - started, "encode_offers": encoded - read, "encode_needs": perf_counter() - encoded}
        names = encoder.encode_offers(anchors) if anchors else np.zeros((0, encoder.card.dim), np.float32)
        return cls(needs, offers, judgements, encoder.card.name, names, seconds)

    def snapshot(self, need_mean: NDArray[np.float32] | None) -> Snapshot:
        """Of this folder's offers; what its needs are like comes from elsewhere, or scores would depend on them."""
        return Snapshot.take(self.offers.vectors, self.offers.terms, need_mean=need_mean, anchors=self.anchors)

    def matcher(self, calibration: Calibration) -> Matcher:
        """The offers, ready to be asked; ids are positions in the file."""
        found = Matcher(self.snapshot(calibration.mean_for(self.model)), calibration, verb="offer")
        found.upsert(np.arange(len(self.offers.names)), self.offers.vectors, self.offers.terms)
        return found

    def questions(self, matcher: Matcher) -> list[Question]:
        """The needs in the form the matcher takes."""
        return [
            matcher.question(vector, terms) for vector, terms in zip(self.needs.vectors, self.needs.terms, strict=True)
        ]

    def labels(self) -> dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Per need number the judged offer numbers and their grades."""
        need_at = {name: number for number, name in enumerate(self.needs.names)}
        offer_at = {name: number for number, name in enumerate(self.offers.names)}
        pairs: dict[int, list[tuple[int, int]]] = {}
        for one in self.judgements:
            pairs.setdefault(need_at[one.query], []).append((offer_at[one.document], one.grade))
        tables = {need: np.array(rows, np.int64) for need, rows in sorted(pairs.items())}
        return {need: (table[:, 0], table[:, 1]) for need, table in tables.items()}


class Legs:
    """Both legs of every pair of a collection, [needs, offers]: for measuring, where the folder is small."""

    def __init__(self, collection: Collection) -> None:
        neutral = Calibration(model="", lexical_weight=0.0, slope=1.0, offset=0.0, levels=(0.0, 0.0, 0.0))
        matcher = collection.matcher(neutral)
        self._needs, self._snapshot = collection.needs.vectors, matcher.snapshot
        self._rows = matcher.dense.vectors(np.arange(len(matcher.dense.ids)))
        asked = [matcher.snapshot.lexical_need(terms) for terms in collection.needs.terms]
        self.lexical: NDArray[np.float32] = np.stack([matcher.lexical.scores(one) for one in asked])

    def dense(self, need_mean: NDArray[np.float32] | None) -> NDArray[np.float32]:
        """The dense leg when needs are centred by `need_mean`, or like the offers; nothing else depends on it."""
        snapshot = self._snapshot if need_mean is None else replace(self._snapshot, need_mean=need_mean)
        return np.asarray(snapshot.dense_need(self._needs) @ self._rows.T, np.float32)
