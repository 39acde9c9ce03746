"""One score and one level out of two legs: by hand, rising, and stored without loss."""

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from embeddings.cards import BUNDLED
from embeddings.fusion import Calibration
from tests.embeddings.factories import CALIBRATION


def test_score_by_hand() -> None:
    assert CALIBRATION.score(0.0) == pytest.approx(1 / (1 + math.e))
    assert CALIBRATION.score(1.0 / 0.6) == pytest.approx(0.5)
    assert CALIBRATION.fuse(np.array([1.0], np.float32), np.array([2.0], np.float32)).tolist() == pytest.approx([1.8])


@pytest.mark.parametrize("calibration", [CALIBRATION, Calibration.load()], ids=["test", "stored"])
def test_score_and_level_rise_with_the_sum(calibration: Calibration) -> None:
    sums = np.linspace(-20, 30, 2001).tolist()
    scores = [calibration.score(one) for one in sums]
    levels = [calibration.level(score) for score in scores]
    assert all(low < high for low, high in pairwise(scores))
    assert levels == sorted(levels)
    assert set(levels) == {0, 1, 2, 3}


@pytest.mark.parametrize("total", [-1e9, -100.0, 100.0, 1e9])
def test_score_stays_between_0_and_1(total: float) -> None:
    assert 0 <= CALIBRATION.score(total) <= 1


def test_level_begins_at_its_threshold() -> None:
    assert [CALIBRATION.level(score) for score in (0.0, 0.399, 0.4, 0.7, 0.949, 0.95, 1.0)] == [0, 0, 1, 2, 2, 3, 3]


def test_calibration_comes_back_from_its_file(tmp_path: Path) -> None:
    kept = Calibration("m", 0.4, 0.6, -1.0, (0.1, 0.2, 0.3), (0.5, -0.25))
    kept.save(tmp_path / "numbers.json")
    assert Calibration.load(tmp_path / "numbers.json") == kept


def test_need_mean_is_for_its_own_model_only() -> None:
    kept = Calibration("m", 0.4, 0.6, -1.0, (0.1, 0.2, 0.3), (0.5, -0.25))
    found = kept.mean_for("m")
    assert found is not None
    assert found.tolist() == [0.5, -0.25]
    assert kept.mean_for("other") is None
    assert CALIBRATION.mean_for("none") is None


def test_stored_calibration_is_the_bundled_models() -> None:
    stored = Calibration.load()
    mean = stored.mean_for(BUNDLED.name)
    assert mean is not None
    assert mean.shape == (BUNDLED.dim,)
    assert 0 < stored.lexical_weight < 1
    assert stored.slope > 0
    assert 0 < stored.levels[0] < stored.levels[1] < stored.levels[2] < 1
