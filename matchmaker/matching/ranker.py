"""The only gate to the library `embeddings`: everything matching needs of it, in the platform's own words."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embeddings import reasons
from embeddings.encoder import Encoder, EncoderSpec, load
from embeddings.errors import EmbeddingError
from embeddings.fusion import Calibration
from embeddings.lexical import Sparse, term_weights
from embeddings.matcher import Hit, Matcher, Question
from embeddings.represent import encode_with_sentences
from embeddings.snapshot import Snapshot
from embeddings.text import Record, sentences
from matchmaker.config import Config
from matchmaker.core.errors import Unavailable
from matchmaker.listings.rules import Side
from matchmaker.reference.chains import nodes

__all__ = ["Hit", "Matcher", "Question", "Snapshot", "Sparse"]


class Readiness(StrEnum):
    """Whether the encoder can be used right now."""

    IDLE = "idle"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class Encoded:
    """What is kept of one listing's text: vector [d], term weights, a vector per sentence [s, d]."""

    vector: NDArray[np.float32]
    terms: Sparse
    sentences: NDArray[np.float32]


def anchor_texts() -> list[str]:
    """The official names of the nodes, the same for every installation of this taxonomy."""
    return [node.name_zh for node in nodes().values()]


class Ranker:
    """The encoder, loaded at its first use, and the calibration. Shared by all threads of a process."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._encoder: Encoder | None = None
        self.calibration = Calibration.load()
        self.readiness = Readiness.IDLE
        self.problem = ""

    @property
    def encoder(self) -> Encoder:
        """Unavailable with one clear line when the model is half there or the server is down."""
        if self._encoder is None:
            with self._lock:
                if self._encoder is None:
                    self._load()
        assert self._encoder is not None
        return self._encoder

    def _load(self) -> None:
        config = self._config
        spec = EncoderSpec(
            kind=config.encoder,
            name_or_path=config.encoder_name,
            url=config.encoder_url,
            model=config.encoder_name,
            api_key=config.encoder_key or None,
            timeout=config.encoder_timeout_s,
            precision=config.precision,
            need_prompt=config.encoder_need_prompt,
            offer_prompt=config.encoder_offer_prompt,
        )
        self.readiness = Readiness.LOADING
        try:
            self._encoder = load(spec, config.models_dir)
        except EmbeddingError as error:
            self.readiness, self.problem = Readiness.FAILED, str(error)
            raise Unavailable(str(error)) from error
        self.readiness, self.problem = Readiness.READY, ""

    @cached_property
    def anchors(self) -> NDArray[np.float32]:
        """The nodes of the industry chains as encoded [k, d]: what texts are about, in the district's own terms."""
        try:
            return self.encoder.encode_offers(anchor_texts())
        except EmbeddingError as error:
            raise Unavailable(str(error)) from error

    def encode(self, side: Side, texts: Sequence[tuple[str, str]]) -> list[Encoded]:
        """Listings' (title, body) pairs, none of them empty, to what is kept of them."""
        records = [Record(title, body) for title, body in texts]
        try:
            vectors, each = encode_with_sentences(self.encoder, records, verb=side.value)
        except EmbeddingError as error:
            raise Unavailable(str(error)) from error
        return [
            Encoded(vector, term_weights(record), parts)
            for record, vector, parts in zip(records, vectors, each, strict=True)
        ]

    def snapshot(
        self, vectors: NDArray[np.float32], terms: Sequence[Sparse], needs: NDArray[np.float32] | None = None
    ) -> Snapshot:
        """Of these offers and of the needs' vectors, for this encoder."""
        elsewhere = self.calibration.mean_for(self.encoder.card.name)
        return Snapshot.take(vectors, terms, needs=needs, need_mean=elsewhere, anchors=self.anchors)

    def empty_snapshot(self) -> Snapshot:
        """For a district without a single offer: nothing to rank, so that nobody waits for anchors to be encoded."""
        card = self.encoder.card
        return Snapshot.take(np.zeros((0, card.dim), np.float32), [], need_mean=self.calibration.mean_for(card.name))

    def matcher(self, snapshot: Snapshot, side: Side) -> Matcher:
        """An empty index of one side."""
        return Matcher(snapshot, self.calibration, verb=side.value, hnsw_from=self._config.hnsw_from)

    def judged(self, hit: Hit, bonus: float) -> tuple[float, int]:
        """Score and level of a hit when constraints add `bonus` to its log-odds."""
        calibration = self.calibration
        fused = hit.dense + calibration.lexical_weight * hit.lexical + bonus / calibration.slope
        score = calibration.score(fused)
        return score, calibration.level(score)


@dataclass(frozen=True)
class Told:
    """One text of a pair whose reasons are wanted."""

    title: str
    body: str
    sentences: NDArray[np.float32]


def explain(
    need: Told, offer: Told, *, asking: Side, snapshot: Snapshot
) -> tuple[tuple[str, ...], list[tuple[str, str, float]]]:
    """Shared terms, and (asking sentence, answering sentence, similarity -1..1) pairs, best first."""
    asked, answered = (need, offer) if asking is Side.NEED else (offer, need)
    terms = reasons.shared_terms(_text(asked), _text(answered), snapshot.grams)
    centred = {
        Side.NEED: reasons.centred(need.sentences, snapshot.need_mean),
        Side.OFFER: reasons.centred(offer.sentences, snapshot.offer_mean),
    }
    pairs = reasons.answers(centred[asking], centred[asking.opposite])
    asked_texts, answered_texts = sentences(asked.body or asked.title), sentences(answered.body or answered.title)
    return terms, [(asked_texts[one.asked], answered_texts[one.answered], one.similarity) for one in pairs]


def _text(side: Told) -> str:
    return f"{side.title}\n{side.body}"
