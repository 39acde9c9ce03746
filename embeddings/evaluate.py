"""The three figures by which matching is judged, from plain arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

RELEVANT = 2
MIN_PAIRS = 5


@dataclass(frozen=True)
class Figures:
    """recall_at_50, ndcg_at_10 and auc, each 0..1, NaN where the labels allow none; and over how many needs."""

    recall_at_50: float
    ndcg_at_10: float
    auc: float
    needs_in_recall: int
    needs_in_ndcg: int
    pairs: int


def recall_at(ranked: Sequence[int], relevant: set[int], k: int) -> float:
    """The share of the relevant documents among the first `k`."""
    return len(relevant.intersection(ranked[:k])) / len(relevant)


def ndcg_at(scores: NDArray[np.float32], grades: NDArray[np.int64], k: int) -> float:
    """nDCG of the labelled pairs of one need, gain 2^grade - 1, ties averaged.

    The same as sklearn's `ndcg_score`, which spends most of its time on checking its input: calibration asks
    45,000 times.
    """
    gains = 2.0**grades - 1.0
    discounts = 1.0 / np.log2(np.arange(2, len(gains) + 2))
    discounts[k:] = 0.0
    _, group, sizes = np.unique(-scores, return_inverse=True, return_counts=True)
    until = np.concatenate([[0.0], np.cumsum(discounts)])
    ends = np.cumsum(sizes)
    found = (np.bincount(group, gains) / sizes) @ (until[ends] - until[ends - sizes])
    return float(found / (np.sort(gains)[::-1] @ discounts))


def figures(scores: NDArray[np.float32], labels: Mapping[int, tuple[NDArray[np.int64], NDArray[np.int64]]]) -> Figures:
    """Scores [needs, offers]; labels per need: offer numbers and their grades. Only needs with labels are judged.

    recall@50 of grade >= 2 over all offers; nDCG@10 over needs with at least five pairs and one of grade >= 2;
    AUC of grade >= 1 over all pairs at once, so that scores must be comparable between needs.
    """
    recalls, ndcgs, flat_scores, flat_grades = [], [], [], []
    for need, (offers, grades) in labels.items():
        relevant = set(offers[grades >= RELEVANT].tolist())
        if relevant:
            ranked = np.argsort(-scores[need], kind="stable")[:50]
            recalls.append(recall_at(ranked.tolist(), relevant, 50))
            if len(offers) >= MIN_PAIRS:
                ndcgs.append(ndcg_at(scores[need, offers], grades, 10))
        flat_scores.append(scores[need, offers])
        flat_grades.append(grades)
    related = np.concatenate(flat_grades) >= 1
    both = 0 < related.sum() < len(related)
    auc = float(roc_auc_score(related, np.concatenate(flat_scores))) if both else float("nan")
    return Figures(_mean(recalls), _mean(ndcgs), auc, len(recalls), len(ndcgs), len(related))


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else float("nan")
