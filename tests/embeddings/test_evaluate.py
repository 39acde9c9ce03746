"""The three figures against values worked out by hand."""

import math

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from embeddings.evaluate import Figures, figures, ndcg_at, recall_at


def labelled(*pairs: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([offer for offer, _ in pairs], np.int64), np.array([grade for _, grade in pairs], np.int64)


def test_recall_is_the_share_found() -> None:
    assert recall_at([4, 2, 9, 1], {2, 1, 7}, 3) == pytest.approx(1 / 3)
    assert recall_at([4, 2, 9, 1], {2, 1, 7}, 4) == pytest.approx(2 / 3)


def test_ndcg_by_hand() -> None:
    scores, grades = np.array([0.9, 0.8, 0.7], np.float32), np.array([0, 3, 1], np.int64)
    found = 7 / math.log2(3) + 1 / math.log2(4)
    assert ndcg_at(scores, grades, 10) == pytest.approx(found / (7 + 1 / math.log2(3)))
    assert ndcg_at(scores, grades, 2) == pytest.approx(7 / math.log2(3) / (7 + 1 / math.log2(3)))


def test_ndcg_of_the_right_order_is_1() -> None:
    assert ndcg_at(np.array([3, 2, 1], np.float32), np.array([3, 2, 0], np.int64), 10) == pytest.approx(1)


def test_ndcg_is_that_of_sklearn_also_where_scores_tie() -> None:
    random = np.random.default_rng(4)
    for _ in range(50):
        grades = random.integers(0, 4, 30)
        scores = random.integers(0, 8, 30).astype(np.float32)
        expected = ndcg_score((2.0**grades - 1.0)[None], scores[None], k=10)
        assert ndcg_at(scores, grades, 10) == pytest.approx(expected)


def test_ndcg_averages_ties() -> None:
    found = ndcg_at(np.array([1, 1], np.float32), np.array([1, 0], np.int64), 10)
    assert found == pytest.approx((1 + 1 / math.log2(3)) / 2)


def test_figures_by_hand() -> None:
    scores = np.zeros((3, 60), np.float32)
    scores[0, :60] = np.arange(60, 0, -1)  # offer 0 first, offer 59 last
    scores[1, :60] = np.arange(60)  # offer 59 first
    labels = {
        0: labelled((0, 3), (3, 0), (55, 2), (1, 1), (9, 0)),  # five pairs, one of two relevant within 50
        1: labelled((59, 2), (58, 0)),  # too few pairs for nDCG
        2: labelled((7, 1), (8, 0)),  # nothing of grade 2: only in AUC
    }
    found = figures(scores, labels)
    best = 7 + 3 / math.log2(3) + 1 / math.log2(4)
    ranked = 7 + 1 / math.log2(3) + 3 / math.log2(6)
    # Grade >= 1: 60, 5, 59, 59, 0 against 57, 51, 58, 0. Pairs won: 4 + 1 + 4 + 4 + 0, ties 0.5.
    assert found == Figures(
        recall_at_50=0.75,
        ndcg_at_10=pytest.approx(ranked / best),
        auc=pytest.approx(13.5 / 20),
        needs_in_recall=2,
        needs_in_ndcg=1,
        pairs=9,
    )


def test_recall_counts_offers_without_labels_as_rivals() -> None:
    scores = np.ones((1, 100), np.float32)
    scores[0, 99] = 0.5
    assert figures(scores, {0: labelled((99, 3))}).recall_at_50 == 0.0
    scores[0, 99] = 1.5
    assert figures(scores, {0: labelled((99, 3))}).recall_at_50 == 1.0


def test_recall_takes_ties_in_file_order() -> None:
    labels = {0: labelled((49, 2), (50, 2))}
    assert figures(np.ones((1, 100), np.float32), labels).recall_at_50 == 0.5


def test_auc_compares_between_needs() -> None:
    scores = np.array([[2, 1], [4, 3]], np.float32)
    assert figures(scores, {0: labelled((0, 1), (1, 0)), 1: labelled((0, 1), (1, 0))}).auc == 0.75


def test_figures_that_labels_do_not_allow_are_not_numbers() -> None:
    found = figures(np.ones((1, 3), np.float32), {0: labelled((0, 1), (1, 1))})
    assert math.isnan(found.recall_at_50)
    assert math.isnan(found.ndcg_at_10)
    assert math.isnan(found.auc)
    assert (found.needs_in_recall, found.needs_in_ndcg, found.pairs) == (0, 0, 2)


def test_figures_know_only_the_order() -> None:
    random = np.random.default_rng(1)
    scores = random.random((4, 30)).astype(np.float32)
    labels = {need: (np.arange(30), random.integers(0, 4, 30)) for need in range(4)}
    assert figures(scores * 4 + 8, labels) == figures(scores, labels)
