"""Learning the few numbers: from the needs given and from nothing else, so that held-out needs are really held out."""

import csv
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from embeddings import calibrate
from embeddings.beir import Judgement
from embeddings.calibrate import all_scores, cross_validate, fit
from embeddings.collection import Collection, Legs, Side
from embeddings.encoder import EncoderSpec, load
from embeddings.errors import EmbeddingError
from embeddings.evaluate import Figures, figures
from embeddings.fusion import Calibration
from embeddings.lexical import Sparse
from embeddings.verbs import unit_length
from tests.embeddings.factories import DIM, world

NEEDS, OFFERS, JUDGED = 4, 100, 20
NODES = Path(__file__).resolve().parents[2] / "seed_data" / "reference" / "nodes.csv"
DEV = Path(__file__).resolve().parents[3] / "shared" / "eval" / "techmatch-dev"


def side(vectors: NDArray[np.float32], terms: list[Sparse], mark: str) -> Side:
    return Side([f"{mark}{number}" for number in range(len(terms))], vectors, terms)


def coarse(patch: pytest.MonkeyPatch) -> None:
    """Fewer weights and shufflings are tried: what is shown here does not depend on how many."""
    patch.setattr(calibrate, "GRID", np.array([0.1, 0.3, 0.5, 0.7, 0.9]))
    patch.setattr(calibrate, "NEIGHBOURS", 3)
    patch.setattr(calibrate, "SEEDS", (1, 2))


@pytest.fixture(autouse=True)
def coarse_unless_slow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "slow" not in request.keywords:
        coarse(monkeypatch)


@pytest.fixture(scope="module")
def held_out(collection: Collection) -> list[NDArray[np.float32]]:
    return held_out_scores(collection)


@pytest.fixture(scope="module")
def collection() -> Collection:
    """Four needs whose grades follow the vectors in half of the pairs and the words in the other half."""
    random = np.random.default_rng(1)
    offers, rows = world(random, OFFERS), random.integers(OFFERS, size=NEEDS)
    noise = 0.4 * random.standard_normal((NEEDS, DIM)).astype(np.float32)
    vectors = unit_length(offers.vectors[rows] + noise)
    found = Collection(
        needs=side(vectors, [offers.terms[row] for row in rows.tolist()], "n"),
        offers=side(offers.vectors, offers.terms, "o"),
        judgements=[],
        model="random",
        anchors=np.zeros((0, DIM), np.float32),
        seconds={},
    )
    legs = Legs(found)
    merit = legs.dense(None) + 0.5 * legs.lexical + random.standard_normal((NEEDS, OFFERS))
    grades = np.digitize(merit, [0.5, 1.5, 2.5])
    judged = [(need, offer) for need in range(NEEDS) for offer in random.permutation(OFFERS)[:JUDGED].tolist()]
    return replace(found, judgements=[Judgement(f"n{n}", f"o{o}", int(grades[n, o])) for n, o in judged])


def regraded(found: Collection, need: int, change: Callable[[int], int]) -> Collection:
    """The same folder with other grades for one need."""
    judgements = [replace(one, grade=change(one.grade)) if one.query == f"n{need}" else one for one in found.judgements]
    return replace(found, judgements=judgements)


def held_out_scores(found: Collection) -> list[NDArray[np.float32]]:
    """What cross-validation scores the needs with, one matrix per shuffling."""
    seen: list[NDArray[np.float32]] = []

    def spy(scores: NDArray[np.float32], labels: calibrate.Labels) -> Figures:
        if len(labels) == NEEDS:
            seen.append(scores.copy())
        return figures(scores, labels)

    with pytest.MonkeyPatch.context() as patch:
        coarse(patch)
        patch.setattr(calibrate, "figures", spy)
        cross_validate(found, Legs(found))
    assert len(seen) == 2
    return seen


def test_fit_gives_usable_numbers(collection: Collection) -> None:
    found = fit(collection, Legs(collection), range(NEEDS))
    assert found.model == "random"
    assert found.lexical_weight in calibrate.GRID.tolist()
    assert found.slope > 0
    assert 0 < found.levels[0] < found.levels[1] < found.levels[2] < 1
    assert np.allclose(found.need_mean, collection.needs.vectors.mean(0), rtol=1e-4, atol=1e-6)


def test_fitted_score_is_the_share_of_related_pairs(collection: Collection) -> None:
    legs = Legs(collection)
    found = fit(collection, legs, range(NEEDS))
    log_odds = all_scores(legs, found, "random")
    pairs = [(need, offer) for need, (offers, _) in collection.labels().items() for offer in offers.tolist()]
    scores = [1 / (1 + math.exp(-float(log_odds[pair]))) for pair in pairs]
    related = np.mean([one.grade >= 1 for one in collection.judgements])
    assert float(np.mean(scores)) == pytest.approx(float(related), abs=0.02)


def test_fit_learns_from_the_given_needs_only(collection: Collection) -> None:
    given = list(range(1, NEEDS))
    vectors = collection.needs.vectors.copy()
    vectors[0] = -vectors[0]
    other = regraded(collection, 0, lambda grade: 3 - grade)
    other = replace(other, needs=replace(other.needs, vectors=vectors))
    assert fit(other, Legs(other), given) == fit(collection, Legs(collection), given)
    means = [calibrate._need_mean(one, range(NEEDS)) for one in (other, collection)]
    assert not np.array_equal(*means)


@pytest.mark.parametrize("need", range(NEEDS))
def test_cross_validation_never_sees_the_held_out_need(
    collection: Collection, held_out: list[NDArray[np.float32]], need: int
) -> None:
    after = held_out_scores(regraded(collection, need, lambda grade: 3 - grade))
    for old, new in zip(held_out, after, strict=True):
        assert np.array_equal(old[need], new[need])


def test_cross_validation_learns_from_the_other_needs(
    collection: Collection, held_out: list[NDArray[np.float32]]
) -> None:
    changed = (held_out_scores(regraded(collection, need, lambda grade: 3 - grade)) for need in range(NEEDS))
    assert any(not np.array_equal(old, new) for after in changed for old, new in zip(held_out, after, strict=True))


def test_held_out_need_is_scored_by_what_the_others_teach(
    collection: Collection, held_out: list[NDArray[np.float32]]
) -> None:
    legs = Legs(collection)
    for need in range(NEEDS):
        others = [other for other in range(NEEDS) if other != need]
        mean = calibrate._need_mean(collection, others)
        weight = calibrate._weight(collection, legs, others, mean)
        expected = (legs.dense(mean) + np.float32(weight) * legs.lexical)[need]
        assert all(np.allclose(one[need], expected, atol=1e-5) for one in held_out)


def test_cross_validation_is_the_same_every_time(collection: Collection) -> None:
    assert cross_validate(collection, Legs(collection)) == cross_validate(collection, Legs(collection))


@pytest.mark.parametrize("needs", [0, 1])
def test_cross_validation_refuses_a_single_need(collection: Collection, needs: int) -> None:
    judgements = [one for one in collection.judgements if int(one.query[1:]) < needs]
    with pytest.raises(EmbeddingError, match="judge pairs of two or more"):
        cross_validate(replace(collection, judgements=judgements), Legs(collection))


def test_few_labels_still_give_a_weight(collection: Collection) -> None:
    # Too few pairs per need for nDCG, all of one kind for AUC.
    judgements = [Judgement(f"n{need}", f"o{need}", 2) for need in range(3)]
    found = cross_validate(replace(collection, judgements=judgements), Legs(collection))
    assert found.needs_in_recall == 3
    assert 0 <= found.recall_at_50 <= 1
    assert math.isnan(found.auc)


def test_legs_are_what_the_matcher_scores(collection: Collection) -> None:
    stored = Calibration("random", 0.4, 0.6, -1.0, (0.1, 0.2, 0.3), tuple(np.linspace(-0.1, 0.1, DIM).tolist()))
    legs, matcher = Legs(collection), collection.matcher(stored)
    dense = legs.dense(stored.mean_for("random"))
    log_odds = all_scores(legs, stored, "random")
    for need, question in enumerate(collection.questions(matcher)):
        hits = matcher.score(question, range(OFFERS))
        assert np.allclose([hit.dense for hit in hits], dense[need], atol=1e-4)
        assert np.allclose([hit.lexical for hit in hits], legs.lexical[need], atol=1e-5)
        assert np.allclose([hit.score for hit in hits], 1 / (1 + np.exp(-log_odds[need])), atol=1e-5)


@pytest.mark.slow
@pytest.mark.skipif(not DEV.is_dir(), reason="the labelled set shared/eval/techmatch-dev is not beside the checkout")
def test_stored_numbers_are_what_the_command_makes(models_dir: Path) -> None:
    # fp32 as in the command. Thresholds jump along a coarse grid, so they are held to what they reach, not to digits.
    # The weight is decided on two sets (decision 12), so it is given, as to the command.
    with NODES.open(encoding="utf-8", newline="") as file:
        names = [row["name_zh"] for row in csv.DictReader(file)]
    encoder, stored = load(EncoderSpec(precision="fp32"), models_dir), Calibration.load()
    found = Collection.read(DEV, encoder, judged=True, anchors=names)
    made = fit(found, Legs(found), sorted(found.labels()), weight=stored.lexical_weight)
    assert made.model == stored.model
    assert (made.slope, made.offset) == (pytest.approx(stored.slope, rel=0.01), pytest.approx(stored.offset, rel=0.01))
    assert np.corrcoef(made.need_mean, stored.need_mean)[0, 1] > 0.995
    log_odds, labels = all_scores(Legs(found), stored, found.model), found.labels()
    grades = np.concatenate([grades for _, grades in labels.values()])
    scores = 1 / (1 + np.exp(-np.concatenate([log_odds[need, offers] for need, (offers, _) in labels.items()])))
    reached, best = (
        cohen_kappa_score(grades, np.digitize(scores, one.levels), weights="quadratic") for one in (stored, made)
    )
    assert reached > best - 0.01
