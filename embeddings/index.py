"""The dense index: FAISS over rows that come, change and go; filtered before the top is taken.

Exact up to a configured size, HNSW above it, except where a filter leaves so little that the graph would miss it. A
changed or removed row is only marked dead; when a quarter is dead the index is built anew from the live rows.
"""

import json
import os
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from embeddings.errors import EmbeddingError

HNSW_LINKS = 32
HNSW_BUILD_EFFORT = 80
HNSW_SEARCH_EFFORT = 256
# Below this share of rows allowed, walking the graph finds too few of them, or none: every allowed row is looked at.
GRAPH_SHARE = 0.2
DEAD_SHARE = 0.25
MIN_DEAD = 1024


@dataclass(frozen=True)
class Manifest:
    """What a saved index is of; `version` is the caller's word for the state of the rows (a change number)."""

    encoder: str
    version: str
    count: int
    dim: int


class DenseIndex:
    """Inner product over float32 rows. Ids are the caller's; positions are where a row stands inside."""

    def __init__(self, dim: int, *, hnsw_from: int = 200_000) -> None:
        self.dim = dim
        self.hnsw_from = hnsw_from
        self._faiss: faiss.Index = faiss.IndexFlatIP(dim)
        self.ids = np.zeros(0, np.int64)
        self.alive = np.zeros(0, np.bool_)
        self._position: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._position)

    @property
    def exact(self) -> bool:
        """Whether every row is looked at."""
        return not isinstance(self._faiss, faiss.IndexHNSWFlat)

    def positions(self, ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
        """Where these ids stand; KeyError for one that is not there."""
        return np.fromiter((self._position[int(number)] for number in ids), np.int64, len(ids))

    def upsert(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> bool:
        """Add rows, or replace those with the same id. True when positions of older rows moved."""
        self.check(ids, vectors)
        moved = self.remove(ids)
        start = len(self.ids)
        self._faiss.add(np.ascontiguousarray(vectors, np.float32))
        self.ids = np.concatenate([self.ids, ids.astype(np.int64)])
        self.alive = np.concatenate([self.alive, np.ones(len(ids), np.bool_)])
        self._position.update(zip(map(int, ids), range(start, start + len(ids)), strict=True))
        if self.exact and len(self.ids) >= self.hnsw_from:
            self._rebuild()
            return True
        return moved

    def check(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Refuse what cannot be upserted, before anything is changed."""
        if vectors.shape != (len(ids), self.dim):
            raise EmbeddingError(f"vectors of shape {vectors.shape} do not fit {len(ids)} ids of {self.dim} numbers")
        if len(np.unique(ids)) != len(ids):
            raise EmbeddingError("the same id twice in one upsert")

    def remove(self, ids: NDArray[np.int64]) -> bool:
        """Forget rows; unknown ids are fine. True when positions of other rows moved."""
        gone = [position for number in ids if (position := self._position.pop(int(number), None)) is not None]
        self.alive[gone] = False
        dead = len(self.alive) - len(self._position)
        if dead >= MIN_DEAD and dead > DEAD_SHARE * len(self.alive):
            self._rebuild()
            return True
        return False

    def vectors(self, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """The stored rows at these positions, [n, dim]."""
        if not len(positions):
            return np.zeros((0, self.dim), np.float32)
        return np.asarray(self._faiss.reconstruct_batch(positions))

    def search(
        self, queries: NDArray[np.float32], top: int, *, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Scores and positions, [m, k], best first, k = min(top, live allowed rows). `allowed` is by position."""
        mask = self.alive if allowed is None else self.alive & allowed
        available = int(np.count_nonzero(mask))
        k = min(top, available)
        if k == 0:
            return np.zeros((len(queries), 0), np.float32), np.zeros((len(queries), 0), np.int64)
        selector = None
        if available < len(mask):
            bits = np.packbits(mask, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(mask), faiss.swig_ptr(bits))
        rows = self._faiss
        if not self.exact and available >= max(GRAPH_SHARE * len(mask), 2 * k):
            parameters = faiss.SearchParametersHNSW(  # type: ignore[attr-defined]
                sel=selector, efSearch=max(HNSW_SEARCH_EFFORT, 2 * k)
            )
        else:
            # The flat rows below the graph.
            rows = self._faiss if self.exact else self._faiss.storage  # type: ignore[attr-defined]
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, positions = rows.search(np.ascontiguousarray(queries, np.float32), k, params=parameters)
        return scores, positions

    def _rebuild(self) -> None:
        keep = np.flatnonzero(self.alive)
        rows = self.vectors(keep)
        self.ids, self.alive = self.ids[keep], np.ones(len(keep), np.bool_)
        if len(keep) >= self.hnsw_from:
            self._faiss = faiss.IndexHNSWFlat(self.dim, HNSW_LINKS, faiss.METRIC_INNER_PRODUCT)
            self._faiss.hnsw.efConstruction = HNSW_BUILD_EFFORT
        else:
            self._faiss = faiss.IndexFlatIP(self.dim)
        self._faiss.add(rows)
        self._position = {int(number): place for place, number in enumerate(self.ids)}

    def save(self, folder: Path, *, encoder: str, version: str) -> Manifest:
        """Write the live rows and a manifest, aside first and then renamed, so that a reader never sees half of it."""
        folder.mkdir(parents=True, exist_ok=True)
        keep = np.flatnonzero(self.alive)
        manifest = Manifest(encoder, version, len(keep), self.dim)
        aside = folder / f"dense.{os.getpid()}.tmp"
        with aside.open("wb") as file:
            rows = {"ids": self.ids[keep], "vectors": self.vectors(keep)}
            np.savez(file, manifest=np.array(json.dumps(asdict(manifest))), **rows)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        aside.replace(folder / "dense.npz")
        return manifest

    @classmethod
    def load(cls, folder: Path, *, encoder: str, hnsw_from: int = 200_000) -> tuple["DenseIndex", Manifest]:
        """What `save` wrote; EmbeddingError when it is missing, damaged, or of another encoder."""
        path = folder / "dense.npz"
        try:
            # Opened here, since numpy leaves a damaged file open.
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                manifest = Manifest(**json.loads(str(stored["manifest"])))
                ids, vectors = stored["ids"], stored["vectors"]
        except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise EmbeddingError(f"no usable index in {folder}: {error}") from error
        if manifest.encoder != encoder or vectors.shape != (manifest.count, manifest.dim):
            raise EmbeddingError(f"the index in {folder} is of {manifest.encoder}, not of {encoder}: build it anew")
        index = cls(manifest.dim, hnsw_from=hnsw_from)
        index.upsert(ids, vectors)
        return index, manifest
