"""The inverted index gives every row's sparse product, whatever segment the row is in."""

import numpy as np
import pytest

from embeddings import inverted
from embeddings.inverted import InvertedIndex
from embeddings.lexical import LexicalForm, Sparse
from tests.embeddings.factories import product


def form(random: np.random.Generator, most: int = 12) -> LexicalForm:
    buckets = np.sort(random.choice(40, random.integers(0, most + 1), replace=False)).astype(np.int32)
    # Spread over all buckets, the first and the last included.
    wide = (buckets.astype(np.int64) * (inverted.BUCKETS - 1) // 39).astype(np.int32)
    return LexicalForm(Sparse(wide, random.random(len(buckets)).astype(np.float32)), float(random.standard_normal()))


def expected(query: LexicalForm, rows: list[LexicalForm]) -> list[float]:
    return [product(query.sparse, row.sparse) + query.constant + row.constant for row in rows]


@pytest.mark.parametrize("seed", range(5))
def test_scores_are_products_through_appends_and_merges(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inverted, "MERGE_AT", 16)
    random = np.random.default_rng(seed)
    index, rows = InvertedIndex(), list[LexicalForm]()
    for _ in range(25):
        if rows and random.random() < 0.2:
            kept = random.permutation(len(rows))[: random.integers(0, len(rows) + 1)]
            index.keep(kept)
            rows = [rows[place] for place in kept.tolist()]
        else:
            more = [form(random) for _ in range(random.integers(0, 7))]
            index.append(more)
            rows += more
        query = form(random)
        assert len(index) == len(rows)
        assert index.scores(query).tolist() == pytest.approx(expected(query, rows), abs=1e-5)


def test_score_of_a_row_is_the_same_before_and_after_a_merge(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(9)
    rows, query = [form(random) for _ in range(30)], form(random)
    alone = InvertedIndex()
    alone.append(rows)
    monkeypatch.setattr(inverted, "MERGE_AT", 7)
    merged = InvertedIndex()
    for row in rows:
        merged.append([row])
    assert np.array_equal(alone.scores(query), merged.scores(query))


def test_rows_without_buckets_score_the_constants() -> None:
    empty = Sparse(np.zeros(0, np.int32), np.zeros(0, np.float32))
    index = InvertedIndex()
    index.append([LexicalForm(empty, 1.0), LexicalForm(empty, 2.0)])
    index.keep(np.array([1, 0]))
    assert index.scores(form(np.random.default_rng(1), most=0)).shape == (2,)
    assert index.scores(LexicalForm(empty, 0.5)).tolist() == [2.5, 1.5]


def test_empty_index_has_no_scores() -> None:
    assert InvertedIndex().scores(form(np.random.default_rng(2))).tolist() == []
