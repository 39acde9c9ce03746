"""The lexical leg: hashed character uni- and bigrams, weighted by how rare they are among the offers.

A record is a sparse vector over 2^21 buckets. Weights are idf * (sqrt(tf) + 1.5 if the gram stands in the title),
divided by their length to the power 0.9: idf is BM25's, ln((N - df + 0.5)/(df + 0.5) + 1). A need's product with
an offer is then standardised by what that product is on average, and how much it varies, over the snapshot's offers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.text import Record, atom_code, clauses

BUCKETS = 1 << 21
TITLE_BOOST = 1.5
# 1 would be the cosine; below it a long offer that says more is forgiven some of its length.
LENGTH_POWER = 0.9
_MIX = np.uint64(0x9E3779B97F4A7C15)
_PAIR = np.uint64(0xC2B2AE3D27D4EB4F)
_SHIFT = np.uint64(43)  # 64 - 21: the high bits of a multiplicative hash are its good ones


@dataclass(frozen=True)
class Sparse:
    """A sparse vector: distinct ascending bucket numbers and their weights (float32)."""

    buckets: NDArray[np.int32]
    weights: NDArray[np.float32]


@dataclass(frozen=True)
class LexicalForm:
    """A sparse vector and a constant: the score of a pair is the product of the two vectors plus the constant."""

    sparse: Sparse
    constant: float


@dataclass(frozen=True)
class GramStatistics:
    """Over the snapshot's offers: how many; per bucket the document frequency and the weights' first two moments."""

    documents: int
    frequency: NDArray[np.int32]
    mean: NDArray[np.float32]
    square: NDArray[np.float32]

    def rarity(self, buckets: NDArray[np.int32]) -> NDArray[np.float32]:
        """BM25's idf of the buckets; never negative."""
        df = self.frequency[buckets].astype(np.float32)
        return np.asarray(np.log((self.documents - df + 0.5) / (df + 0.5) + 1), np.float32)


def gram_buckets(text: str) -> NDArray[np.int32]:
    """The bucket of every uni- and bigram of the text, repeats included, in no useful order."""
    parts: list[NDArray[np.uint64]] = []
    for clause in clauses(text):
        codes = np.fromiter(map(atom_code, clause), np.uint64, len(clause))
        parts += [codes * _MIX, (codes[:-1] * _PAIR + codes[1:]) * _MIX]
    if not parts:
        return np.zeros(0, np.int32)
    return np.asarray(np.concatenate(parts) >> _SHIFT, np.int32)


def term_weights(record: Record) -> Sparse:
    """sqrt(tf) per gram of the whole record, plus the title's boost; rarity and length not yet applied."""
    title = np.unique(gram_buckets(record.title))
    buckets, counts = np.unique(
        np.concatenate([gram_buckets(record.title), gram_buckets(record.body)]), return_counts=True
    )
    weights = np.sqrt(counts).astype(np.float32)
    weights[np.searchsorted(buckets, title)] += np.float32(TITLE_BOOST)
    return Sparse(buckets, weights)


def weigh(terms: Sparse, statistics: GramStatistics) -> Sparse:
    """Rarity applied and scaled to (nearly) length one. A record without a single letter keeps no buckets."""
    weights = terms.weights * statistics.rarity(terms.buckets)
    length = float(np.linalg.norm(weights)) or 1.0
    return Sparse(terms.buckets, np.asarray(weights / np.float32(length**LENGTH_POWER), np.float32))


def count(all_terms: list[Sparse]) -> GramStatistics:
    """Statistics of a corpus of offers; two passes, since the moments need the frequencies."""
    frequency = np.zeros(BUCKETS, np.int32)
    for terms in all_terms:
        frequency[terms.buckets] += 1
    bare = GramStatistics(len(all_terms), frequency, np.zeros(0, np.float32), np.zeros(0, np.float32))
    mean, square = np.zeros(BUCKETS, np.float32), np.zeros(BUCKETS, np.float32)
    for terms in all_terms:
        weighed = weigh(terms, bare)
        mean[weighed.buckets] += weighed.weights
        square[weighed.buckets] += weighed.weights**2
    documents = np.float32(max(len(all_terms), 1))
    return GramStatistics(len(all_terms), frequency, mean / documents, square / documents)
