"""Anchors pull texts together that speak of the same topic, row by row, and do nothing when there are none."""

import numpy as np
import pytest

from embeddings.anchors import PULL, Anchors
from embeddings.snapshot import Snapshot
from embeddings.verbs import unit_length
from tests.embeddings.factories import DIM, world

TOPICS = np.eye(DIM, dtype=np.float32)[:6]


def anchors(offers: int = 200) -> Anchors:
    random = np.random.default_rng(1)
    units = unit_length(random.standard_normal((offers, DIM)).astype(np.float32))
    return Anchors.of(TOPICS, units, prior=50.0)


def speaking_of(topic: int, seed: int) -> np.ndarray:
    """Something of its own, and a bit of the topic."""
    other = np.random.default_rng(seed).standard_normal(DIM).astype(np.float32)
    other[: len(TOPICS)] = 0
    return unit_length((unit_length(other[None])[0] + TOPICS[topic])[None])


def test_texts_of_one_topic_come_closer_and_of_two_topics_move_apart() -> None:
    found = anchors()
    one, same, other = speaking_of(0, 2), speaking_of(0, 3), speaking_of(4, 4)
    assert (found.pull(one) @ found.pull(same).T).item() > (one @ same.T).item() + PULL / 10
    assert (found.pull(one) @ found.pull(other).T).item() < (one @ other.T).item()


def test_pulled_vectors_have_length_one_and_stay_near() -> None:
    units = unit_length(np.random.default_rng(5).standard_normal((40, DIM)).astype(np.float32))
    pulled = anchors().pull(units)
    assert np.allclose(np.linalg.norm(pulled, axis=1), 1, atol=1e-6)
    # A vector of length PULL cannot turn another one of length one by more than this.
    assert ((pulled * units).sum(1) >= np.sqrt(1 - PULL**2) - 1e-6).all()


def test_a_row_does_not_depend_on_the_others() -> None:
    found = anchors()
    units = unit_length(np.random.default_rng(6).standard_normal((30, DIM)).astype(np.float32))
    assert np.allclose(found.pull(units)[7:8], found.pull(units[7:8]), atol=1e-6)


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_anchors_pull_nowhere(count: int) -> None:
    units = unit_length(np.random.default_rng(7).standard_normal((5, DIM)).astype(np.float32))
    assert np.array_equal(Anchors.of(TOPICS[:count], units, prior=50.0).pull(units), units)


@pytest.mark.parametrize("offers", [0, 1])
def test_few_offers_still_give_finite_vectors(offers: int) -> None:
    units = unit_length(np.random.default_rng(8).standard_normal((5, DIM)).astype(np.float32))
    assert np.isfinite(anchors(offers).pull(units)).all()


def test_a_stored_snapshot_pulls_as_before() -> None:
    random = np.random.default_rng(9)
    offers, needs = world(random, 30), world(random, 4)
    snapshot = Snapshot.take(offers.vectors, offers.terms, anchors=TOPICS)
    again = Snapshot.from_bytes(snapshot.to_bytes())
    assert np.array_equal(again.dense_need(needs.vectors), snapshot.dense_need(needs.vectors))
    without = Snapshot.take(offers.vectors, offers.terms)
    assert not np.allclose(without.dense_need(needs.vectors), snapshot.dense_need(needs.vectors), atol=1e-3)
