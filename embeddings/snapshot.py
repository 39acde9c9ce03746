"""What scores are relative to: statistics of the offers at one moment, stored, so that scores do not drift."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.anchors import Anchors
from embeddings.lexical import BUCKETS, GramStatistics, LexicalForm, Sparse, count, weigh
from embeddings.verbs import unit_length

# Few records say little. Offers are mixed with this many imagined ones that point in all directions alike, needs with
# this many that look like those the calibration was learned on.
PRIOR_DOCUMENTS = 50.0


@dataclass(frozen=True)
class Snapshot:
    """Means and spread of offers. `need_mean` is what needs look like on average to this encoder.

    offer_mean, need_mean, unit_mean: [d]; spread: [d, d], the covariance of the centred and pulled offers.
    """

    offer_mean: NDArray[np.float32]
    need_mean: NDArray[np.float32]
    unit_mean: NDArray[np.float32]
    spread: NDArray[np.float32]
    anchors: Anchors
    grams: GramStatistics

    @classmethod
    def take(
        cls,
        vectors: NDArray[np.float32],
        terms: Sequence[Sparse],
        *,
        needs: NDArray[np.float32] | None = None,
        need_mean: NDArray[np.float32] | None = None,
        anchors: NDArray[np.float32] | None = None,
    ) -> "Snapshot":
        """From the offers' vectors [n, d] and term weights, and the `anchors` [k, d] to pull them towards, if any.

        Needs are centred by the mean of `needs` [m, d], a place's own, drawn towards `need_mean`, which is what needs
        are like elsewhere; without that, towards the offers.
        """
        dim = vectors.shape[1]
        offer_mean = vectors.mean(0) if len(vectors) else np.zeros(dim, np.float32)
        centred = unit_length(vectors - offer_mean)
        names = np.zeros((0, dim), np.float32) if anchors is None else anchors
        pulling = Anchors.of(names, centred, prior=PRIOR_DOCUMENTS)
        units = pulling.pull(centred)
        total = len(vectors) + PRIOR_DOCUMENTS
        unit_mean = units.sum(0) / total
        prior = np.eye(dim, dtype=np.float32) * np.float32(PRIOR_DOCUMENTS / dim)
        spread = (units.T @ units + prior) / np.float32(total) - np.outer(unit_mean, unit_mean)
        expected = offer_mean if need_mean is None else need_mean
        if needs is not None and len(needs):
            expected = (PRIOR_DOCUMENTS * expected + needs.sum(0)) / (PRIOR_DOCUMENTS + len(needs))
        return cls(
            offer_mean=offer_mean.astype(np.float32),
            need_mean=expected.astype(np.float32),
            unit_mean=unit_mean.astype(np.float32),
            spread=spread.astype(np.float32),
            anchors=pulling,
            grams=count(list(terms)),
        )

    def dense_need(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """[n, d] to [n, d + 1]: centred, pulled, and standardised by each need's mean and spread over all offers."""
        units = self.anchors.pull(unit_length(vectors - self.need_mean))
        deviation = np.sqrt(np.maximum(np.einsum("ij,ij->i", units @ self.spread, units), 1e-9))[:, None]
        return np.asarray(np.hstack([units, -(units @ self.unit_mean)[:, None]]) / deviation, np.float32)

    def dense_offer(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """[n, d] to [n, d + 1]: centred, pulled, length one, and a one that picks up the need's constant."""
        units = self.anchors.pull(unit_length(vectors - self.offer_mean))
        return np.hstack([units, np.ones((len(units), 1), np.float32)])

    def lexical_offer(self, terms: Sparse) -> LexicalForm:
        """Weighed to length one."""
        return LexicalForm(weigh(terms, self.grams), 0.0)

    def lexical_need(self, terms: Sparse) -> LexicalForm:
        """Weighed, then standardised as if grams came independently of each other."""
        weighed = weigh(terms, self.grams)
        mean = self.grams.mean[weighed.buckets]
        variance = float(weighed.weights**2 @ (self.grams.square[weighed.buckets] - mean**2))
        deviation = np.sqrt(variance + 1.0 / (self.grams.documents + PRIOR_DOCUMENTS) ** 2)
        constant = -float(weighed.weights @ mean) / deviation
        return LexicalForm(Sparse(weighed.buckets, np.asarray(weighed.weights / deviation, np.float32)), constant)

    def to_bytes(self) -> bytes:
        """Compressed; of the grams only the buckets that occur."""
        used = np.flatnonzero(self.grams.frequency).astype(np.int32)
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            offer_mean=self.offer_mean,
            need_mean=self.need_mean,
            unit_mean=self.unit_mean,
            spread=self.spread,
            directions=self.anchors.directions,
            anchor_mean=self.anchors.mean,
            anchor_spread=self.anchors.spread,
            documents=np.int64(self.grams.documents),
            used=used,
            frequency=self.grams.frequency[used],
            mean=self.grams.mean[used],
            square=self.grams.square[used],
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Snapshot":
        """The inverse of `to_bytes`."""
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            part = dict(stored.items())
        full = {name: np.zeros(BUCKETS, part[name].dtype) for name in ("frequency", "mean", "square")}
        for name, values in full.items():
            values[part["used"]] = part[name]
        grams = GramStatistics(int(part["documents"]), full["frequency"], full["mean"], full["square"])
        anchors = Anchors(part["directions"], part["anchor_mean"], part["anchor_spread"])
        return cls(part["offer_mean"], part["need_mean"], part["unit_mean"], part["spread"], anchors, grams)
