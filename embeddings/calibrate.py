"""Learns the few numbers of fusion.Calibration from labelled pairs: `python -m embeddings.calibrate DIR`.

Nothing of the encoder is trained. Cross-validation is over needs: every need is judged by numbers learned without it.
"""

import argparse
import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score

from embeddings.collection import Collection, Legs
from embeddings.errors import EmbeddingError
from embeddings.evaluate import Figures, figures
from embeddings.fusion import DEFAULT_FILE, Calibration

FOLDS = 10
SEEDS = (1, 2, 3)
GRID = np.arange(0.15, 1.05, 0.05).round(2)
# The figures jump from one weight to the next with single pairs; their average over neighbours says where the hill is.
NEIGHBOURS = 7

Labels = dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]]


def fit(collection: Collection, legs: Legs, needs: Sequence[int], *, weight: float | None = None) -> Calibration:
    """Learn from these needs only.

    Weight and need mean decide the order (a `weight` that is given stays); slope and offset make `score` the
    probability of grade >= 1; the thresholds give the best quadratic kappa.
    """
    need_mean = _need_mean(collection, needs)
    weight = _weight(collection, legs, needs, need_mean) if weight is None else weight
    every = legs.dense(need_mean) + np.float32(weight) * legs.lexical
    labels = collection.labels()
    fused = np.concatenate([every[need, labels[need][0]] for need in needs])
    grades = np.concatenate([labels[need][1] for need in needs])
    related = LogisticRegression().fit(fused[:, None], grades >= 1)
    slope, offset = _short(related.coef_[0, 0]), _short(related.intercept_[0])
    scores = 1 / (1 + np.exp(-(slope * fused + offset)))
    return Calibration(
        collection.model, weight, slope, offset, _levels(scores, grades), tuple(map(_short, need_mean.tolist()))
    )


def _need_mean(collection: Collection, needs: Sequence[int]) -> NDArray[np.float32]:
    return np.array([_short(value) for value in collection.needs.vectors[list(needs)].mean(0)], np.float32)


def _weight(collection: Collection, legs: Legs, needs: Sequence[int], need_mean: NDArray[np.float32]) -> float:
    """The lexical leg's weight: the middle of the best stretch of a grid by the sum of the figures."""
    dense = legs.dense(need_mean)
    labels = {need: pairs for need, pairs in collection.labels().items() if need in set(needs)}
    hill = [_sum(figures(dense + np.float32(tried) * legs.lexical, labels)) for tried in GRID]
    smooth = np.convolve(hill, np.ones(NEIGHBOURS) / NEIGHBOURS, mode="valid")
    return _short(GRID[int(np.argmax(smooth)) + NEIGHBOURS // 2])


def cross_validate(collection: Collection, legs: Legs) -> Figures:
    """The three figures when every need is ranked by a weight and a mean learned from the other folds.

    The mean of three shufflings, since one division into folds moves each figure by some 0.005 either way. Slope and
    offset are left out: they change no order within one calibration, and folds' different ones would only add noise.
    """
    labels = collection.labels()
    if len(labels) < 2:
        raise EmbeddingError("cross-validation learns from some needs and judges others: judge pairs of two or more")
    rounds = [_round(collection, legs, labels, np.random.default_rng(seed)) for seed in SEEDS]
    recall, ndcg, auc = np.mean([(one.recall_at_50, one.ndcg_at_10, one.auc) for one in rounds], axis=0).tolist()
    return replace(rounds[0], recall_at_50=recall, ndcg_at_10=ndcg, auc=auc)


def _round(collection: Collection, legs: Legs, labels: Labels, random: np.random.Generator) -> Figures:
    needs = random.permutation(sorted(labels))
    fused = np.zeros(legs.lexical.shape, np.float32)
    for held_out in np.array_split(needs, min(FOLDS, len(needs))):
        learned_from = sorted(set(labels) - set(held_out.tolist()))
        need_mean = _need_mean(collection, learned_from)
        weight = _weight(collection, legs, learned_from, need_mean)
        fused[held_out] = (legs.dense(need_mean) + np.float32(weight) * legs.lexical)[held_out]
    return figures(fused, labels)


def all_scores(legs: Legs, calibration: Calibration, model: str) -> NDArray[np.float32]:
    """The score of every pair on the scale of the log-odds, [needs, offers]."""
    fused = calibration.fuse(legs.dense(calibration.mean_for(model)), legs.lexical)
    return calibration.slope * fused + np.float32(calibration.offset)


def _sum(found: Figures) -> float:
    # A figure that few labels do not allow has no say.
    return float(np.nansum([found.recall_at_50, found.ndcg_at_10, found.auc]))


def _levels(scores: NDArray[np.floating], grades: NDArray[np.int64]) -> tuple[float, float, float]:
    """Three rising thresholds, found one after the other on a grid of quantiles until none moves."""
    grid = np.quantile(scores, np.linspace(0.02, 0.98, 49))
    cuts = [12, 24, 36]
    for _ in range(10):
        before = list(cuts)
        for at in range(3):
            low = cuts[at - 1] + 1 if at else 0
            high = cuts[at + 1] if at < 2 else len(grid)
            options = [
                (_kappa(scores, grades, grid, [*cuts[:at], cut, *cuts[at + 1 :]]), -cut) for cut in range(low, high)
            ]
            cuts[at] = -max(options)[1]
        if cuts == before:
            break
    first, second, third = (_short(grid[cut]) for cut in cuts)
    return first, second, third


def _kappa(
    scores: NDArray[np.floating], grades: NDArray[np.int64], grid: NDArray[np.float64], cuts: list[int]
) -> float:
    return float(cohen_kappa_score(grades, np.digitize(scores, grid[cuts]), weights="quadratic", labels=[0, 1, 2, 3]))


def _short(value: float) -> float:
    # Five digits: more would be noise, and the file stays readable.
    return float(f"{float(value):.5g}")


def main() -> None:
    """Fit on all needs of the folder, write calibration.json, print the cross-validated figures."""
    from embeddings.encoder import EncoderSpec, load

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", type=Path, default=Path("var/models"))
    parser.add_argument("--anchors", type=Path, help="a CSV file whose column name_zh holds a taxonomy's names")
    parser.add_argument("--weight", type=float, help="the lexical leg's weight, where more than this folder decides it")
    parser.add_argument("--out", type=Path, default=DEFAULT_FILE)
    options = parser.parse_args()
    # fp32, so that the numbers are the same whatever processor made them.
    encoder = load(EncoderSpec(precision="fp32"), options.models)
    names: list[str] = []
    if options.anchors:
        with options.anchors.open(encoding="utf-8", newline="") as file:
            names = [row["name_zh"] for row in csv.DictReader(file)]
    collection = Collection.read(options.folder, encoder, judged=True, anchors=names, progress=True)
    legs = Legs(collection)
    print("cross-validated:", cross_validate(collection, legs))
    fit(collection, legs, sorted(collection.labels()), weight=options.weight).save(options.out)
    print("written:", options.out)


if __name__ == "__main__":
    main()
