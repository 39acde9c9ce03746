"""What every encoder shares: the two verbs, the refusal of empty texts, streaming in bounded memory."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm  # type: ignore[import-untyped,unused-ignore]

from embeddings.cards import ModelCard
from embeddings.errors import EmptyText

STREAM_CHUNK = 2048
# Hears how many more texts are done.
Tick = Callable[[int], object]


class Verb(StrEnum):
    """Which side a text stands on, in the words that embedding models use for the two."""

    NEED = "query"
    OFFER = "passage"


class TwoVerbs(ABC):
    """Needs and offers are different verbs, so that a prompt cannot be forgotten."""

    card: ModelCard
    fingerprint: str

    def encode_needs(self, texts: Sequence[str], *, progress: bool = False) -> NDArray[np.float32]:
        """float32 [n, d] of unit length, in the order of `texts`; an empty text is refused with its position."""
        return self._checked(texts, verb=Verb.NEED, progress=progress)

    def encode_offers(self, texts: Sequence[str], *, progress: bool = False) -> NDArray[np.float32]:
        """float32 [n, d] of unit length, in the order of `texts`; an empty text is refused with its position."""
        return self._checked(texts, verb=Verb.OFFER, progress=progress)

    def stream_offers(self, texts: Iterable[str], chunk: int = STREAM_CHUNK) -> Iterator[NDArray[np.float32]]:
        """Blocks of at most `chunk` rows in input order; never holds more than one chunk of texts."""
        source, start = iter(texts), 0
        while block := list(islice(source, chunk)):
            try:
                yield self.encode_offers(block)
            except EmptyText as error:
                raise EmptyText(start + error.index) from error
            start += len(block)

    @abstractmethod
    def _vectors(self, texts: Sequence[str], *, verb: Verb, tick: Tick) -> NDArray[np.float32]:
        """Encodes at least one text, none of them blank; need not normalise."""

    def _prompt(self, verb: Verb) -> str:
        return self.card.need_prompt if verb is Verb.NEED else self.card.offer_prompt

    def _checked(self, texts: Sequence[str], *, verb: Verb, progress: bool) -> NDArray[np.float32]:
        for index, text in enumerate(texts):
            if not text.strip():
                raise EmptyText(index)
        if not texts:
            return np.zeros((0, self.card.dim), np.float32)
        with tqdm(total=len(texts), desc="encoding", unit="text", disable=not progress) as bar:
            return unit_length(self._vectors(texts, verb=verb, tick=bar.update))


def unit_length(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length one; a zero row stays zero rather than turning into not-a-number."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.float32(1e-12)), np.float32)
