"""From a record to what is stored of it: one vector, its terms, and one vector per sentence for the reasons."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from embeddings.text import Record, readable, sentences
from embeddings.verbs import unit_length

BEGINNING = 200
Verb = Literal["need", "offer"]


@dataclass(frozen=True)
class Parts:
    """The texts to encode for some records, one to three each, where each record's ones start, and what each weighs."""

    texts: list[str]
    starts: list[int]
    weights: NDArray[np.float32]


def parts(records: Sequence[Record]) -> Parts:
    """A record is its title, its beginning and its whole, in equal shares; what is said first is said three times.

    Of a short record some of these are the same text: it is encoded once and weighs as often as it stands.
    """
    texts: list[str] = []
    starts: list[int] = []
    weights: list[int] = []
    for record in records:
        starts.append(len(texts))
        beginning = record.full if len(record.full) <= 2 * BEGINNING else record.full[:BEGINNING]
        shares = Counter(text for text in (record.title.strip(), beginning, record.full) if readable(text))
        texts += shares or [""]
        weights += shares.values() or [1]
    return Parts(texts, starts, np.array(weights, np.float32)[:, None])


def encode(encoder: Encoder, records: Sequence[Record], *, verb: Verb, progress: bool = False) -> NDArray[np.float32]:
    """One vector of length one per record, [n, d]. EmptyText names the first text that has nothing in it."""
    if not records:
        return np.zeros((0, encoder.card.dim), np.float32)
    split = parts(records)
    encode_texts = encoder.encode_needs if verb == "need" else encoder.encode_offers
    vectors = encode_texts(split.texts, progress=progress)
    return unit_length(np.add.reduceat(vectors * split.weights, split.starts, axis=0))


def encode_with_sentences(
    encoder: Encoder, records: Sequence[Record], *, verb: Verb
) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
    """Vectors of the records [n, d], and per record one vector for each of its sentences [s, d].

    The sentences are those of the body, or of the title where there is no body. One call, so that each is encoded once.
    """
    split = parts(records)
    said = [sentences(record.body or record.title) for record in records]
    wanted = dict.fromkeys(split.texts + [sentence for one in said for sentence in one])
    row = {text: number for number, text in enumerate(wanted)}
    encode_texts = encoder.encode_needs if verb == "need" else encoder.encode_offers
    vectors = encode_texts(list(wanted))
    shares = vectors[[row[text] for text in split.texts]] * split.weights
    whole = np.add.reduceat(shares, split.starts, axis=0)
    return unit_length(whole), [vectors[[row[sentence] for sentence in one]] for one in said]
