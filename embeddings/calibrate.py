"""Learns the few numbers of fusion.Calibration from labelled pairs: `python -m embeddings.calibrate DIR`.

Nothing of the encoder is trained. Cross-validation is over needs: every need is judged by numbers learned without it.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score

from embeddings.collection import Collection, legs
from embeddings.evaluate import Figures, figures
from embeddings.fusion import DEFAULT_FILE, Calibration

FOLDS = 10
SEED = 20230401
# The mean of a hundred needs is itself uncertain, so it is not subtracted whole.
SHRINK = 0.9
GRID = np.arange(0.15, 1.05, 0.05).round(2)
# The figures jump from one weight to the next with single pairs; their average over neighbours says where the hill is.
NEIGHBOURS = 7


def fit(collection: Collection, needs: Sequence[int]) -> Calibration:
    """Learn from these needs only.

    The weight of the lexical leg is the one on a coarse grid with the best sum of the three figures; and offset
    make `score` the probability of grade >= 1; the thresholds give the best quadratic kappa.
    """
    need_mean = SHRINK * collection.needs.vectors[list(needs)].mean(0)
    draft = Calibration(collection.model, 0.5, 1.0, 0.0, (0.25, 0.5, 0.75), tuple(map(_short, need_mean)))
    matcher = collection.matcher(draft)
    all_dense, all_lexical = legs(matcher, collection.questions(matcher))
    labels = {need: pairs for need, pairs in collection.labels().items() if need in set(needs)}
    hill = [_sum(figures(all_dense + np.float32(tried) * all_lexical, labels)) for tried in GRID]
    smooth = np.convolve(hill, np.ones(NEIGHBOURS) / NEIGHBOURS, mode="valid")
    weight = _short(GRID[int(np.argmax(smooth)) + NEIGHBOURS // 2])
    dense, lexical = (
        np.concatenate([leg[need, pairs[0]] for need, pairs in labels.items()]) for leg in (all_dense, all_lexical)
    )
    grades = np.concatenate([pairs[1] for pairs in labels.values()])
    fused = dense + weight * lexical
    related = LogisticRegression().fit(fused[:, None], grades >= 1)
    slope, offset = _short(related.coef_[0, 0]), _short(related.intercept_[0])
    scores = 1 / (1 + np.exp(-(slope * fused + offset)))
    return Calibration(collection.model, weight, slope, offset, _levels(scores, grades), draft.need_mean)


def cross_validate(collection: Collection, *, folds: int = FOLDS) -> Figures:
    """The three figures when every need is scored by numbers learned from the other folds."""
    labels = collection.labels()
    needs = np.random.default_rng(SEED).permutation(sorted(labels))
    scores = np.zeros((len(collection.needs.names), len(collection.offers.names)), np.float32)
    for held_out in np.array_split(needs, min(folds, len(needs))):
        calibration = fit(collection, sorted(set(labels) - set(held_out.tolist())))
        scores[held_out] = all_scores(collection, calibration)[held_out]
    return figures(scores, labels)


def all_scores(collection: Collection, calibration: Calibration) -> NDArray[np.float32]:
    """The score of every pair of the folder on the scale of the log-odds, [needs, offers]."""
    matcher = collection.matcher(calibration)
    dense, lexical = legs(matcher, collection.questions(matcher))
    return calibration.slope * calibration.fuse(dense, lexical) + np.float32(calibration.offset)


def _sum(found: Figures) -> float:
    return found.recall_at_50 + found.ndcg_at_10 + found.auc


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
    parser.add_argument("--out", type=Path, default=DEFAULT_FILE)
    options = parser.parse_args()
    # fp32, so that the numbers are the same whatever processor made them.
    encoder = load(EncoderSpec(precision="fp32"), options.models)
    collection = Collection.read(options.folder, encoder, judged=True, progress=True)
    print("cross-validated:", cross_validate(collection))
    fit(collection, sorted(collection.labels())).save(options.out)
    print("written:", options.out)


if __name__ == "__main__":
    main()
