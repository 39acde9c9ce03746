"""How the two legs become one score and one of four levels: a handful of numbers, learned by `calibrate`."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DEFAULT_FILE = Path(__file__).with_name("calibration.json")


@dataclass(frozen=True)
class Calibration:
    """`fused = dense + lexical_weight * lexical`; `score = 1 / (1 + exp(-(slope * fused + offset)))`.

    `levels` are the three scores from which a pair counts as weak, fairly strong, strong. `need_mean` is the average
    need vector of `model`; for another model it is not used.
    """

    model: str
    lexical_weight: float
    slope: float
    offset: float
    levels: tuple[float, float, float]
    need_mean: tuple[float, ...] = ()

    def fuse(self, dense: NDArray[np.float32], lexical: NDArray[np.float32]) -> NDArray[np.float32]:
        """The sum the ranking is by, any shape."""
        return np.asarray(dense + np.float32(self.lexical_weight) * lexical, np.float32)

    def score(self, fused: float) -> float:
        """0..1: how likely staff would call the pair related at all. Strictly rising in `fused`."""
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, self.slope * fused + self.offset))))

    def level(self, score: float) -> int:
        """0 none, 1 weak, 2 fairly strong, 3 strong."""
        return sum(score >= threshold for threshold in self.levels)

    def mean_for(self, model: str) -> NDArray[np.float32] | None:
        """The average need of this model, or None when the calibration was made with another one."""
        return np.array(self.need_mean, np.float32) if model == self.model and self.need_mean else None

    def save(self, path: Path = DEFAULT_FILE) -> None:
        """Write the numbers as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path = DEFAULT_FILE) -> "Calibration":
        """The numbers that `save` wrote."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**data, "levels": tuple(data["levels"]), "need_mean": tuple(data["need_mean"])})
