"""What is kept of a text survives its way through bytes."""

import numpy as np

from matchmaker.matching.packing import (
    pack_sentences,
    pack_terms,
    pack_vector,
    unpack_sentences,
    unpack_terms,
    unpack_vectors,
)
from matchmaker.matching.ranker import Sparse


def test_vectors_come_back_exactly() -> None:
    rows = np.random.default_rng(1).standard_normal((3, 8)).astype(np.float32)
    assert np.array_equal(unpack_vectors([pack_vector(row) for row in rows]), rows)


def test_terms_come_back_exactly() -> None:
    terms = Sparse(np.array([3, 70_000], np.int32), np.array([0.5, 1.25], np.float32))
    found = unpack_terms(pack_terms(terms))
    assert (found.buckets.tolist(), found.weights.tolist()) == ([3, 70_000], [0.5, 1.25])


def test_sentences_come_back_to_three_digits() -> None:
    rows = np.random.default_rng(1).uniform(-1, 1, (5, 4)).astype(np.float32)
    assert np.allclose(unpack_sentences(pack_sentences(rows), 4), rows, atol=1e-3)
