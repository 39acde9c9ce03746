"""Small worlds of random needs and offers: texts from a few trade words, vectors in clusters."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from embeddings.fusion import Calibration
from embeddings.lexical import Sparse, term_weights
from embeddings.matcher import Matcher, Question
from embeddings.represent import Verb
from embeddings.snapshot import Snapshot
from embeddings.text import Record
from embeddings.verbs import unit_length

WORDS = [
    "压铸", "模具", "铝型材", "氢能", "电堆", "双极板", "涂层", "检测", "6061-T6", "SiC", "0.5mm", "外延", "阀门",
    "五金", "热处理", "注塑", "机器人", "减速器", "伺服", "产线", "焊接", "激光", "切割", "表面", "阳极氧化", "CNC",
]  # fmt: skip
DIM = 16
CALIBRATION = Calibration("none", lexical_weight=0.4, slope=0.6, offset=-1.0, levels=(0.4, 0.7, 0.95))


@dataclass(frozen=True)
class World:
    """Vectors [n, d] and term weights of n records that stand on one side."""

    vectors: NDArray[np.float32]
    terms: list[Sparse]

    def __len__(self) -> int:
        return len(self.terms)

    def part(self, numbers: Sequence[int]) -> "World":
        """These records only."""
        return World(self.vectors[list(numbers)], [self.terms[number] for number in numbers])


def words(random: np.random.Generator, most: int) -> str:
    """Up to `most` words, some of them set apart by a comma."""
    chosen = random.choice(WORDS, random.integers(1, most + 1))
    return "".join(word + ("，" if random.random() < 0.2 else "") for word in chosen)


def clustered(random: np.random.Generator, count: int, *, dim: int = DIM, clusters: int = 8) -> NDArray[np.float32]:
    """Unit vectors around a few centres, as texts of a few trades are."""
    centres = random.standard_normal((clusters, dim))
    rows = centres[random.integers(clusters, size=count)] + 0.5 * random.standard_normal((count, dim))
    return unit_length(rows.astype(np.float32))


@cache
def texts() -> list[Sparse]:
    """The term weights of 500 texts, made once: cutting texts takes longer than matching them."""
    random = np.random.default_rng(0)
    return [term_weights(Record(words(random, 3), words(random, 12))) for _ in range(500)]


def world(random: np.random.Generator, count: int) -> World:
    """`count` random records."""
    chosen = random.choice(len(texts()), count).tolist()
    return World(clustered(random, count), [texts()[number] for number in chosen])


def copies(random: np.random.Generator, count: int, *, different: int) -> World:
    """Many records of which only a few are different, so that nearly all scores are ties."""
    return world(random, different).part(random.integers(different, size=count).tolist())


def matcher_of(snapshot: Snapshot, rows: World, *, ids: Sequence[int] | None = None, verb: Verb = "offer") -> Matcher:
    """A matcher of these rows, upserted at once; ids count from 0 unless given."""
    found = Matcher(snapshot, CALIBRATION, verb=verb)
    found.upsert(np.array(range(len(rows)) if ids is None else ids, np.int64), rows.vectors, rows.terms)
    return found


def questions_of(matcher: Matcher, asking: World) -> list[Question]:
    """Each record of the other side as a question."""
    return [matcher.question(vector, terms) for vector, terms in zip(asking.vectors, asking.terms, strict=True)]


def product(left: Sparse, right: Sparse) -> float:
    """The product of two sparse vectors, bucket by bucket."""
    weights = dict(zip(right.buckets.tolist(), right.weights.tolist(), strict=True))
    pairs = zip(left.buckets.tolist(), left.weights.tolist(), strict=True)
    return sum(weight * weights.get(bucket, 0.0) for bucket, weight in pairs)
