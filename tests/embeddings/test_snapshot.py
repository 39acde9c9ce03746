"""Standardising against its formula, few offers included, and a snapshot that survives being stored."""

import numpy as np
import pytest

from embeddings.lexical import term_weights, weigh
from embeddings.snapshot import PRIOR_DOCUMENTS, Snapshot
from embeddings.text import Record
from embeddings.verbs import unit_length
from tests.embeddings.factories import DIM, matcher_of, product, questions_of, world


def taken(seed: int, count: int) -> tuple[Snapshot, np.ndarray]:
    offers = world(np.random.default_rng(seed), count)
    return Snapshot.take(offers.vectors, offers.terms), offers.vectors


def test_dense_leg_is_the_standardised_cosine() -> None:
    snapshot, offers = taken(1, 400)
    needs = world(np.random.default_rng(2), 5).vectors
    found = snapshot.dense_need(needs) @ snapshot.dense_offer(offers).T
    cosines = unit_length(needs - snapshot.need_mean) @ unit_length(offers - snapshot.offer_mean).T
    # With 50 imagined offers of cosine 0 on average and of variance 1/d beside the 400 real ones.
    share = 400 / (400 + PRIOR_DOCUMENTS)
    mean = cosines.mean(1, keepdims=True) * share
    square = (cosines**2).mean(1, keepdims=True) * share + PRIOR_DOCUMENTS / DIM / (400 + PRIOR_DOCUMENTS)
    assert np.allclose(found, (cosines - mean) / np.sqrt(square - mean**2), atol=1e-3)


def test_dense_leg_of_many_offers_has_mean_0_and_spread_1() -> None:
    snapshot, offers = taken(3, 3000)
    needs = world(np.random.default_rng(4), 20).vectors
    found = snapshot.dense_need(needs) @ snapshot.dense_offer(offers).T
    assert np.allclose(found.mean(1), 0, atol=0.05)
    assert np.allclose(found.std(1), 1, atol=0.05)


def test_lexical_leg_is_the_standardised_product() -> None:
    offers = world(np.random.default_rng(5), 60)
    snapshot = Snapshot.take(offers.vectors, offers.terms)
    terms = term_weights(Record("铝型材阳极氧化", "6061-T6"))
    weighed = weigh(terms, snapshot.grams)
    rows = [snapshot.lexical_offer(one) for one in offers.terms]
    assert {row.constant for row in rows} == {0.0}
    form = snapshot.lexical_need(terms)
    mean = float(np.mean([product(weighed, row.sparse) for row in rows]))
    ratio = form.sparse.weights / weighed.weights
    assert np.allclose(ratio, ratio[0], rtol=1e-5)
    assert form.constant == pytest.approx(-mean * float(ratio[0]), rel=1e-4)
    scores = [product(form.sparse, row.sparse) + form.constant for row in rows]
    assert float(np.mean(scores)) == pytest.approx(0, abs=1e-4)


def test_lexical_need_without_a_letter_scores_0() -> None:
    snapshot, _ = taken(6, 20)
    form = snapshot.lexical_need(term_weights(Record("。")))
    assert (len(form.sparse.buckets), form.constant) == (0, 0.0)


def test_need_mean_is_taken_over_when_given() -> None:
    offers = world(np.random.default_rng(7), 20)
    given = np.linspace(0, 1, DIM, dtype=np.float32)
    snapshot = Snapshot.take(offers.vectors, offers.terms, need_mean=given)
    assert np.array_equal(snapshot.need_mean, given)
    assert np.allclose(snapshot.offer_mean, offers.vectors.mean(0))
    assert np.array_equal(Snapshot.take(offers.vectors, offers.terms).need_mean, snapshot.offer_mean)


def test_own_needs_draw_the_need_mean_towards_them() -> None:
    random = np.random.default_rng(17)
    offers, elsewhere = world(random, 20), np.ones(DIM, np.float32)
    own = random.normal(size=(150, DIM)).astype(np.float32)
    snapshot = Snapshot.take(offers.vectors, offers.terms, needs=own, need_mean=elsewhere)
    # 150 of one's own against the 50 imagined ones.
    assert np.allclose(snapshot.need_mean, 0.75 * own.mean(0) + 0.25 * elsewhere, atol=1e-6)
    without = Snapshot.take(offers.vectors, offers.terms, needs=own)
    assert np.allclose(without.need_mean, 0.75 * own.mean(0) + 0.25 * snapshot.offer_mean, atol=1e-6)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_snapshot_of_few_offers_gives_finite_scores(count: int) -> None:
    random = np.random.default_rng(8)
    offers, later, needs = world(random, count), world(random, 30), world(random, 3)
    snapshot = Snapshot.take(offers.vectors, offers.terms)
    matcher = matcher_of(snapshot, later)
    for question in questions_of(matcher, needs):
        hits = matcher.search(question, 30)
        assert len(hits) == 30
        assert all(np.isfinite([hit.dense, hit.lexical]).all() and 0 < hit.score < 1 for hit in hits)
        assert len({hit.score for hit in hits}) > 20


def test_snapshot_of_one_offer_finds_that_offer() -> None:
    offers = world(np.random.default_rng(9), 1)
    matcher = matcher_of(Snapshot.take(offers.vectors, offers.terms), offers)
    [hit] = matcher.search(questions_of(matcher, offers)[0], 5)
    # Nothing to be better than: both legs say average.
    assert (hit.id, hit.dense, hit.lexical) == (0, pytest.approx(0, abs=1e-3), pytest.approx(0, abs=1e-3))


@pytest.mark.parametrize("count", [0, 1, 200])
def test_snapshot_comes_back_from_bytes_as_it_was(count: int) -> None:
    snapshot, _ = taken(10, count)
    data = snapshot.to_bytes()
    found = Snapshot.from_bytes(data)
    for name in ("offer_mean", "need_mean", "unit_mean", "spread"):
        assert np.array_equal(getattr(found, name), getattr(snapshot, name)), name
        assert getattr(found, name).dtype == np.float32
    assert found.grams.documents == count
    for name in ("frequency", "mean", "square"):
        assert np.array_equal(getattr(found.grams, name), getattr(snapshot.grams, name)), name
    assert found.to_bytes() == data


def test_stored_snapshot_gives_the_same_scores() -> None:
    random = np.random.default_rng(11)
    offers, needs = world(random, 100), world(random, 4)
    snapshot = Snapshot.take(offers.vectors, offers.terms)
    matchers = [matcher_of(one, offers) for one in (snapshot, Snapshot.from_bytes(snapshot.to_bytes()))]
    fresh, stored = ([one.search(asked, 10) for asked in questions_of(one, needs)] for one in matchers)
    assert fresh == stored
