"""The lexical index: for every bucket the rows that have it, so that one query touches only what it shares.

Most rows sit in one large segment. Rows added since sit in a small one that is rebuilt at each addition, and the two
are merged when the small one has grown. Positions run on from the large segment into the small one, in step with
the dense index.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.lexical import BUCKETS, LexicalForm

MERGE_AT = 2048


class _Segment:
    """Rows as their inversion only: a matrix [buckets in use, n]. Holding the rows as well would double the memory."""

    def __init__(self, rows: sparse.csr_matrix, constants: NDArray[np.float32]) -> None:
        self.constants = constants
        self._used, columns = np.unique(rows.indices, return_inverse=True)
        shape = (rows.shape[0], len(self._used))
        narrow = sparse.csr_matrix((rows.data, columns.astype(np.int32), rows.indptr), shape=shape)
        self._inverted = narrow.tocsc().T if len(self._used) else None

    def rows(self) -> sparse.csr_matrix:
        """The rows again, [n, buckets]."""
        if self._inverted is None:
            return sparse.csr_matrix((len(self.constants), BUCKETS), dtype=np.float32)
        narrow = self._inverted.T.tocsr()
        shape = (len(self.constants), BUCKETS)
        return sparse.csr_matrix((narrow.data, self._used[narrow.indices], narrow.indptr), shape=shape)

    def scores(self, query: LexicalForm) -> NDArray[np.float32]:
        """The product of the query with every row, [n]."""
        total = self.constants + np.float32(query.constant)
        if self._inverted is None:
            return total
        at = np.searchsorted(self._used, query.sparse.buckets)
        at[at == len(self._used)] = 0
        hit = self._used[at] == query.sparse.buckets
        shared = self._inverted[at[hit]]
        return np.asarray(total + shared.T @ query.sparse.weights[hit], np.float32)


class InvertedIndex:
    """Sparse rows by position. Rows are only appended; who is alive is the dense index's knowledge."""

    def __init__(self) -> None:
        self._base = _Segment(_stack([]), np.zeros(0, np.float32))
        self._fresh_forms: list[LexicalForm] = []
        self._fresh = _segment([])

    def __len__(self) -> int:
        return len(self._base.constants) + len(self._fresh_forms)

    def append(self, forms: Sequence[LexicalForm]) -> None:
        """Add rows after the last one."""
        self._fresh_forms.extend(forms)
        small = _segment(self._fresh_forms)
        if len(self._fresh_forms) < MERGE_AT:
            self._fresh = small
            return
        self._fresh = small
        self.keep(np.arange(len(self)))

    def keep(self, positions: NDArray[np.int64]) -> None:
        """Drop all other rows and merge the segments; the kept rows move up, in the given order."""
        rows = sparse.vstack([self._base.rows(), self._fresh.rows()], format="csr")
        constants = np.concatenate([self._base.constants, self._fresh.constants])
        self._base = _Segment(rows[positions], constants[positions])
        self._fresh_forms, self._fresh = [], _segment([])

    def scores(self, query: LexicalForm) -> NDArray[np.float32]:
        """The lexical score of the query with every row, [n], by position."""
        base = self._base.scores(query)
        return np.concatenate([base, self._fresh.scores(query)]) if self._fresh_forms else base


def _segment(forms: Sequence[LexicalForm]) -> _Segment:
    return _Segment(_stack(forms), np.array([form.constant for form in forms], np.float32))


def _stack(forms: Sequence[LexicalForm]) -> sparse.csr_matrix:
    lengths = np.array([0] + [len(form.sparse.buckets) for form in forms])
    indices = np.concatenate([form.sparse.buckets for form in forms] or [np.zeros(0, np.int32)])
    data = np.concatenate([form.sparse.weights for form in forms] or [np.zeros(0, np.float32)])
    return sparse.csr_matrix((data, indices, np.cumsum(lengths)), shape=(len(forms), BUCKETS))
