"""How what is kept of a listing's text is written into columns of bytes, and read back."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.models import ListingVector
from matchmaker.matching.ranker import Encoded, Sparse


def pack_vector(vector: NDArray[np.float32]) -> bytes:
    """float32, little endian."""
    return vector.astype("<f4").tobytes()


def unpack_vectors(rows: Sequence[bytes]) -> NDArray[np.float32]:
    """[n, d] from n packed vectors."""
    return np.frombuffer(b"".join(rows), "<f4").reshape(len(rows), -1).astype(np.float32)


def pack_terms(terms: Sparse) -> bytes:
    """Buckets as int32, then weights as float32."""
    return terms.buckets.astype("<i4").tobytes() + terms.weights.astype("<f4").tobytes()


def unpack_terms(data: bytes) -> Sparse:
    """The inverse of `pack_terms`."""
    half = len(data) // 2
    return Sparse(np.frombuffer(data[:half], "<i4"), np.frombuffer(data[half:], "<f4"))


def pack_sentences(vectors: NDArray[np.float32]) -> bytes:
    """float16: two decimals of a similarity are all that is ever shown."""
    return vectors.astype("<f2").tobytes()


def unpack_sentences(data: bytes, dim: int) -> NDArray[np.float32]:
    """[s, d] of a model with `dim` numbers."""
    return np.frombuffer(data, "<f2").reshape(-1, dim).astype(np.float32)


def unpack(row: ListingVector, dim: int) -> Encoded:
    """Everything the row keeps."""
    return Encoded(unpack_vectors([row.vector])[0], unpack_terms(row.terms), unpack_sentences(row.sentences, dim))
