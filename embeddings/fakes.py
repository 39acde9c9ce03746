"""A real encoder without a model: hashed character n-grams, the same on every machine, for tests and demos."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings.cards import ModelCard
from embeddings.verbs import Tick, TwoVerbs, Verb

_PRIME = np.uint64(0x9E3779B97F4A7C15)
# One start value per gram length (1, 2, 3 characters).
_SALTS = (np.uint64(0x243F6A8885A308D3), np.uint64(0x13198A2E03707344), np.uint64(0xA4093822299F31D0))


class HashingEncoder(TwoVerbs):
    """Texts that share characters are near each other; the prompt does not enter, so a text matches itself."""

    def __init__(self, dim: int = 384) -> None:
        self.card = ModelCard("hashing", dim, 1 << 20, "", "", "", "built in")
        self.fingerprint = f"hashing:{dim}:1"

    def _vectors(self, texts: Sequence[str], *, verb: Verb, tick: Tick) -> NDArray[np.float32]:
        found = np.zeros((len(texts), self.card.dim), np.float32)
        for row, text in zip(found, texts, strict=True):
            row[:] = self._counted(text.lower())
            tick(1)
        return found

    def _counted(self, text: str) -> NDArray[np.float32]:
        """Not Python's hash(): that one is salted anew in every process."""
        points = np.frombuffer("".join(text.split()).encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
        totals = np.zeros(self.card.dim)
        for size, salt in enumerate(_SALTS, 1):
            hashes = np.full(max(0, len(points) - size + 1), salt, np.uint64)
            for place in range(size):
                hashes = (hashes ^ points[place : place + len(hashes)]) * _PRIME
                hashes ^= hashes >> np.uint64(29)
            signs = np.where(hashes >> np.uint64(63), 1.0, -1.0)
            totals += np.bincount((hashes % np.uint64(self.card.dim)).astype(np.int64), signs, self.card.dim)
        return totals.astype(np.float32)
