"""One side of the market, ranked for a question of the other side: both legs over the same rows, exactly.

The dense index gives its best rows; every row whose lexical score could still lift it into the top is then scored
too (the threshold algorithm of Fagin, Lotem and Naor 2001). So the top is the true top of the sum of both legs,
although neither leg is sorted to the end, and a score never depends on how many were asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import EmbeddingError
from embeddings.fusion import Calibration
from embeddings.index import DenseIndex
from embeddings.inverted import InvertedIndex
from embeddings.lexical import LexicalForm, Sparse
from embeddings.represent import Verb
from embeddings.snapshot import Snapshot

FIRST_LOOK = 256
# FAISS adds up in another order than the final score does: what is this close to the bar might still clear it.
ROUNDING = 1e-3


@dataclass(frozen=True)
class Question:
    """What the rows are ranked for, in the form of its side: dense [d + 1] and lexical."""

    dense: NDArray[np.float32]
    lexical: LexicalForm


@dataclass(frozen=True)
class Hit:
    """A ranked row. `dense` and `lexical` are the two legs, standardised; `score` is 0..1."""

    id: int
    score: float
    level: int
    dense: float
    lexical: float


class Matcher:
    """Rows of one side (`verb`), kept in step in a dense and an inverted index. Not safe for concurrent writing."""

    def __init__(self, snapshot: Snapshot, calibration: Calibration, *, verb: Verb, hnsw_from: int = 200_000) -> None:
        self.snapshot, self.calibration, self.verb = snapshot, calibration, verb
        self.dense = DenseIndex(len(snapshot.offer_mean) + 1, hnsw_from=hnsw_from)
        self.lexical = InvertedIndex()

    def __len__(self) -> int:
        return len(self.dense)

    def upsert(self, ids: NDArray[np.int64], vectors: NDArray[np.float32], terms: Sequence[Sparse]) -> None:
        """Add or replace rows: vectors [n, d] of length one as encoded, and their term weights."""
        need = self.verb == "need"
        dense = self.snapshot.dense_need(vectors) if need else self.snapshot.dense_offer(vectors)
        weigh = self.snapshot.lexical_need if need else self.snapshot.lexical_offer
        self.dense.check(ids, dense)
        if len(terms) != len(ids):
            raise EmbeddingError(f"{len(terms)} lists of terms do not fit {len(ids)} ids")
        self.remove(ids)
        before = self.dense.ids
        self.lexical.append([weigh(one) for one in terms])
        if self.dense.upsert(ids, dense):
            self._follow(np.concatenate([before, ids]))

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Forget rows; unknown ids are fine."""
        before = self.dense.ids
        if self.dense.remove(ids):
            self._follow(before)

    def _follow(self, before: NDArray[np.int64]) -> None:
        # The dense index has dropped its dead rows: drop the same ones. Of equal ids only the last was alive.
        place = {int(number): position for position, number in enumerate(before)}
        self.lexical.keep(np.array([place[int(number)] for number in self.dense.ids], np.int64))

    def question(self, vector: NDArray[np.float32], terms: Sparse) -> Question:
        """A record of the other side, vector [d], as something to rank these rows by."""
        if self.verb == "offer":
            return Question(self.snapshot.dense_need(vector[None])[0], self.snapshot.lexical_need(terms))
        return Question(self.snapshot.dense_offer(vector[None])[0], self.snapshot.lexical_offer(terms))

    def search(self, question: Question, top: int, *, allowed: NDArray[np.bool_] | None = None) -> list[Hit]:
        """The best `top` rows, ties by id. `allowed` is by position, as long as `self.dense.ids`."""
        scores, positions = self.dense.search(question.dense[None], max(top, FIRST_LOOK), allowed=allowed)
        return self._finish(question, top, allowed, (scores[0], positions[0]))

    def search_many(
        self, questions: Sequence[Question], top: int, *, tick: Callable[[int], None] = lambda _done: None
    ) -> list[list[Hit]]:
        """`search` for many questions; the dense leg runs as matrix products. `tick` gets the number just done."""
        found: list[list[Hit]] = []
        for start in range(0, len(questions), 512):
            block = questions[start : start + 512]
            dense = np.stack([question.dense for question in block])
            looks = zip(*self.dense.search(dense, max(top, FIRST_LOOK)), strict=True)
            found += [self._finish(question, top, None, look) for question, look in zip(block, looks, strict=True)]
            tick(len(block))
        return found

    def score(self, question: Question, ids: Sequence[int]) -> list[Hit]:
        """Exactly these rows, in the given order; KeyError for an id that is not there."""
        positions = self.dense.positions(ids)
        return self._hits(positions, self._dense_at(question, positions), self.lexical.scores(question.lexical))

    def _finish(
        self,
        question: Question,
        top: int,
        allowed: NDArray[np.bool_] | None,
        look: tuple[NDArray[np.float32], NDArray[np.int64]],
    ) -> list[Hit]:
        found = look[1][look[1] >= 0]  # HNSW pads with -1 when it finds fewer
        lexical = self.lexical.scores(question.lexical)
        # The dense part of rows not found is at most `floor`; the top-th sum found so far is the bar to clear.
        floor = float(look[0][len(found) - 1]) + ROUNDING if len(found) else 0.0
        fused = self.calibration.fuse(look[0][: len(found)], lexical[found])
        bar = float(np.partition(fused, -top)[-top]) if 0 < top <= len(fused) else -np.inf
        mask = self.dense.alive if allowed is None else self.dense.alive & allowed
        hopeful = mask & (self.calibration.fuse(np.full(len(lexical), floor, np.float32), lexical) >= bar)
        hopeful[found] = True
        positions = np.flatnonzero(hopeful)
        dense = self._dense_at(question, positions)
        fused = self.calibration.fuse(dense, lexical[positions])
        best = np.lexsort((self.dense.ids[positions], -fused))[:top]
        return self._hits(positions[best], dense[best], lexical)

    def _dense_at(self, question: Question, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        # Row by row in double precision: the result must not depend on which other rows are asked about.
        rows = self.dense.vectors(positions).astype(np.float64)
        return np.asarray((rows * question.dense.astype(np.float64)).sum(axis=1), np.float32)

    def _hits(
        self, positions: NDArray[np.int64], dense: NDArray[np.float32], lexical: NDArray[np.float32]
    ) -> list[Hit]:
        fused = self.calibration.fuse(dense, lexical[positions])
        hits = []
        for position, one_dense, total in zip(positions, dense, fused, strict=True):
            score = self.calibration.score(float(total))
            level = self.calibration.level(score)
            number, part = int(self.dense.ids[position]), float(lexical[position])
            hits.append(Hit(number, score, level, float(one_dense), part))
        return hits
