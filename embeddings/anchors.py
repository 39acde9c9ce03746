"""Pulls vectors a little towards the topics they speak of, so that two texts meet that say the same in other words.

A taxonomy's names are encoded once: the anchors. A vector's likeness to each is standardised, over the offers and then
over the anchors; their softmax is how much the text is about each; that mixture of anchors is added to the vector.
Nothing is trained, and without anchors nothing changes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.verbs import unit_length

# The middle of a wide flat top on two labelled sets: pulls of 0.15 to 0.4 and sharpnesses of 1.5 to 3 are as good.
PULL = 0.2
SHARPNESS = 2.0
ROWS_AT_ONCE = 8192


@dataclass(frozen=True)
class Anchors:
    """Directions of length one [k, d]; mean and spread [k] of the offers' likeness to each."""

    directions: NDArray[np.float32]
    mean: NDArray[np.float32]
    spread: NDArray[np.float32]

    @classmethod
    def of(cls, vectors: NDArray[np.float32], offers: NDArray[np.float32], *, prior: float) -> "Anchors":
        """From the names as encoded [k, d] and centred offers of length one [n, d].

        The offers are mixed with `prior` imagined ones that point in all directions alike.
        """
        directions = unit_length(vectors - vectors.mean(0)) if len(vectors) else vectors
        total = len(offers) + prior
        mean = directions @ offers.sum(0) / total
        # From the offers' second moment [d, d], so that no table of all offers by all anchors is ever made.
        summed = np.einsum("kd,kd->k", directions @ (offers.T @ offers), directions)
        square = (summed + prior / vectors.shape[1]) / total
        return cls(
            directions.astype(np.float32),
            mean.astype(np.float32),
            np.sqrt(np.maximum(square - mean**2, 1e-9)).astype(np.float32),
        )

    def pull(self, units: NDArray[np.float32]) -> NDArray[np.float32]:
        """Centred vectors of length one [n, d] to pulled ones of length one [n, d]; each row on its own."""
        if len(self.directions) < 2 or not len(units):
            return units
        starts = range(0, len(units), ROWS_AT_ONCE)
        return np.concatenate([self._pull(units[start : start + ROWS_AT_ONCE]) for start in starts])

    def _pull(self, units: NDArray[np.float32]) -> NDArray[np.float32]:
        likeness = (units @ self.directions.T - self.mean) / self.spread
        likeness -= likeness.mean(1, keepdims=True)
        likeness /= np.maximum(likeness.std(1, keepdims=True), 1e-6)
        about = np.exp(SHARPNESS * (likeness - likeness.max(1, keepdims=True)))
        about /= about.sum(1, keepdims=True)
        return unit_length(units + np.float32(PULL) * unit_length(about @ self.directions))
