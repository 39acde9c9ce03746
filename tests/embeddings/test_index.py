"""The dense index: rows that come and go, filters before the top, the graph against the exact answer, and its file."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings import index
from embeddings.errors import EmbeddingError
from embeddings.index import DenseIndex, Manifest
from tests.embeddings.factories import clustered

COUNT = 5000
GRAPH_DIM = 32


def ids_of(found: DenseIndex, positions: NDArray[np.int64]) -> list[int]:
    return found.ids[positions].tolist()


def nearest(rows: dict[int, NDArray[np.float32]], query: NDArray[np.float32], top: int) -> list[int]:
    return sorted(rows, key=lambda number: -float(rows[number] @ query))[:top]


@pytest.fixture(scope="module")
def graph() -> tuple[DenseIndex, DenseIndex, NDArray[np.float32]]:
    """The same 5,000 clustered rows as a graph and exactly, and 100 queries beside some of them."""
    random = np.random.default_rng(1)
    rows = clustered(random, COUNT, dim=GRAPH_DIM, clusters=60)
    approximate, exact = DenseIndex(GRAPH_DIM, hnsw_from=1000), DenseIndex(GRAPH_DIM)
    for one in (approximate, exact):
        one.upsert(np.arange(COUNT), rows)
    queries = rows[random.integers(COUNT, size=100)] + 0.1 * random.standard_normal((100, GRAPH_DIM))
    return approximate, exact, queries.astype(np.float32)


def overlap(left: NDArray[np.int64], right: NDArray[np.int64]) -> float:
    """Mean share of `right` found in `left`, row by row."""
    return float(np.mean([len({*one} & {*other}) / len(other) for one, other in zip(left, right, strict=True)]))


@pytest.mark.parametrize("seed", range(5))
def test_search_is_exact_while_rows_come_change_and_go(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MIN_DEAD", 5)
    random = np.random.default_rng(seed)
    found, rows = DenseIndex(8), dict[int, NDArray[np.float32]]()
    for _ in range(30):
        ids = random.choice(60, random.integers(1, 12), replace=False)
        if random.random() < 0.35:
            found.remove(ids)
            for number in ids.tolist():
                rows.pop(number, None)
        else:
            vectors = random.standard_normal((len(ids), 8)).astype(np.float32)
            found.upsert(ids, vectors)
            rows |= zip(ids.tolist(), vectors, strict=True)
        assert len(found) == len(rows)
        query = random.standard_normal(8).astype(np.float32)
        assert ids_of(found, found.search(query[None], 7)[1][0]) == nearest(rows, query, 7)
    ids = np.array(sorted(rows))
    assert np.array_equal(found.vectors(found.positions(ids)), np.stack([rows[number] for number in ids.tolist()]))


def test_upsert_and_remove_tell_when_positions_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MIN_DEAD", 3)
    found = DenseIndex(2, hnsw_from=8)
    assert found.upsert(np.arange(6), np.ones((6, 2), np.float32)) is False
    assert found.remove(np.array([0, 1, 77])) is False
    assert found.ids.tolist() == [0, 1, 2, 3, 4, 5]
    assert found.remove(np.array([2])) is True
    assert found.ids.tolist() == [3, 4, 5]
    assert found.exact
    assert found.upsert(np.arange(10, 15), np.ones((5, 2), np.float32)) is True
    assert not found.exact


def test_index_becomes_exact_again_when_few_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MIN_DEAD", 3)
    found = DenseIndex(2, hnsw_from=8)
    found.upsert(np.arange(10), np.ones((10, 2), np.float32))
    assert not found.exact
    found.remove(np.arange(4))
    assert found.exact
    assert len(found) == 6


def test_scores_are_inner_products_best_first() -> None:
    found = DenseIndex(2)
    found.upsert(np.array([7, 8, 9]), np.array([[1, 0], [0, 1], [2, 2]], np.float32))
    scores, positions = found.search(np.array([[3, 1]], np.float32), 3)
    assert (scores.tolist(), ids_of(found, positions[0])) == ([[8, 3, 1]], [9, 7, 8])


@pytest.mark.parametrize("top", [1, 5, 100])
def test_search_of_an_empty_index_is_empty(top: int) -> None:
    scores, positions = DenseIndex(4).search(np.zeros((3, 4), np.float32), top)
    assert scores.shape == positions.shape == (3, 0)


def test_upsert_refuses_what_does_not_fit_and_changes_nothing() -> None:
    found = DenseIndex(2)
    found.upsert(np.array([1]), np.ones((1, 2), np.float32))
    with pytest.raises(EmbeddingError, match="the same id twice"):
        found.upsert(np.array([1, 1]), np.ones((2, 2), np.float32))
    with pytest.raises(EmbeddingError, match=r"vectors of shape \(1, 3\) do not fit 1 ids of 2 numbers"):
        found.upsert(np.array([1]), np.ones((1, 3), np.float32))
    assert found.ids.tolist() == [1]
    assert len(found) == 1


def test_positions_of_an_unknown_id_are_refused() -> None:
    with pytest.raises(KeyError):
        DenseIndex(2).positions([5])


@pytest.mark.parametrize("share", [0.9, 0.3, 0.1, 0.01, 0.001])
@pytest.mark.parametrize("top", [10, 50, 256])
def test_filter_comes_before_the_top(
    graph: tuple[DenseIndex, DenseIndex, NDArray[np.float32]], share: float, top: int
) -> None:
    allowed = np.random.default_rng(2).random(COUNT) < share
    expected = min(top, int(allowed.sum()))
    for found in graph[:2]:
        positions = found.search(graph[2], top, allowed=allowed)[1]
        assert positions.shape == (100, expected)
        assert (positions >= 0).all()
        assert allowed[positions].all()


def test_filter_far_from_the_query_still_fills_the_top(
    graph: tuple[DenseIndex, DenseIndex, NDArray[np.float32]],
) -> None:
    approximate, exact, queries = graph
    everything = exact.search(queries[:1], COUNT)[1][0]
    allowed = np.zeros(COUNT, np.bool_)
    allowed[everything[-40:]] = True
    assert np.array_equal(approximate.search(queries[:1], 40, allowed=allowed)[1][0], everything[-40:])


@pytest.mark.parametrize("top", [10, 50, 256])
def test_graph_overlaps_with_exact(graph: tuple[DenseIndex, DenseIndex, NDArray[np.float32]], top: int) -> None:
    approximate, exact, queries = graph
    assert (approximate.exact, exact.exact) == (False, True)
    assert overlap(approximate.search(queries, top)[1], exact.search(queries, top)[1]) >= 0.9


@pytest.mark.parametrize("share", [0.9, 0.5, 0.25, 0.1, 0.01])
def test_filtered_graph_overlaps_with_exact(
    graph: tuple[DenseIndex, DenseIndex, NDArray[np.float32]], share: float
) -> None:
    approximate, exact, queries = graph
    allowed = np.random.default_rng(3).random(COUNT) < share
    found = [one.search(queries, 50, allowed=allowed)[1] for one in (approximate, exact)]
    assert overlap(*found) >= 0.9


def saved(folder: Path) -> tuple[DenseIndex, Manifest]:
    found = DenseIndex(4)
    vectors = np.random.default_rng(4).standard_normal((50, 4)).astype(np.float32)
    found.upsert(np.arange(100, 150), vectors)
    found.remove(np.arange(100, 110))
    return found, found.save(folder, encoder="e5:1", version="17")


def test_saved_index_comes_back_without_its_dead_rows(tmp_path: Path) -> None:
    before, manifest = saved(tmp_path / "new" / "folder")
    assert manifest == Manifest("e5:1", "17", 40, 4)
    found, read = DenseIndex.load(tmp_path / "new" / "folder", encoder="e5:1")
    assert read == manifest
    assert found.ids.tolist() == list(range(110, 150))
    assert np.array_equal(found.vectors(np.arange(40)), before.vectors(np.arange(10, 50)))
    query = np.ones((1, 4), np.float32)
    assert ids_of(found, found.search(query, 9)[1][0]) == ids_of(before, before.search(query, 9)[1][0])


def test_saved_empty_index_comes_back(tmp_path: Path) -> None:
    DenseIndex(3).save(tmp_path, encoder="e", version="0")
    found, manifest = DenseIndex.load(tmp_path, encoder="e")
    assert (len(found), found.dim, manifest.count) == (0, 3, 0)


def test_save_leaves_nothing_else_and_replaces_the_old(tmp_path: Path) -> None:
    saved(tmp_path)
    DenseIndex(4).save(tmp_path, encoder="e5:1", version="18")
    assert [path.name for path in tmp_path.iterdir()] == ["dense.npz"]
    assert DenseIndex.load(tmp_path, encoder="e5:1")[1] == Manifest("e5:1", "18", 0, 4)


def test_load_above_the_limit_builds_the_graph(tmp_path: Path) -> None:
    saved(tmp_path)
    assert not DenseIndex.load(tmp_path, encoder="e5:1", hnsw_from=40)[0].exact
    assert DenseIndex.load(tmp_path, encoder="e5:1", hnsw_from=41)[0].exact


def test_load_refuses_another_encoder(tmp_path: Path) -> None:
    saved(tmp_path)
    with pytest.raises(EmbeddingError, match=r"is of e5:1, not of e5:2: build it anew$"):
        DenseIndex.load(tmp_path, encoder="e5:2")


def test_load_refuses_a_missing_index(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="no usable index in"):
        DenseIndex.load(tmp_path, encoder="e5:1")


@pytest.mark.parametrize("keep", [0, 3, 100, 0.5, 0.99])
def test_load_refuses_a_cut_file(tmp_path: Path, keep: float) -> None:
    saved(tmp_path)
    path = tmp_path / "dense.npz"
    data = path.read_bytes()
    path.write_bytes(data[: int(keep * len(data)) if 0 < keep < 1 else int(keep)])
    with pytest.raises(EmbeddingError, match="no usable index in"):
        DenseIndex.load(tmp_path, encoder="e5:1")


@pytest.mark.parametrize("part", [b"\x93NUMPY", b'"encoder"', b"PK\x01\x02"])
def test_load_refuses_a_damaged_file(tmp_path: Path, part: bytes) -> None:
    saved(tmp_path)
    path = tmp_path / "dense.npz"
    data = path.read_bytes()
    wide = part if part in data else "".join(chr(byte) for byte in part).encode("utf-32-le")
    assert wide in data
    path.write_bytes(data.replace(wide, b"\xff" * len(wide)))
    with pytest.raises(EmbeddingError, match="no usable index in"):
        DenseIndex.load(tmp_path, encoder="e5:1")


def test_load_refuses_a_manifest_that_does_not_fit(tmp_path: Path) -> None:
    manifest = np.array('{"encoder": "e", "version": "1", "count": 3, "dim": 2}')
    np.savez(tmp_path / "dense.npz", manifest=manifest, ids=np.arange(2), vectors=np.ones((2, 2), np.float32))
    with pytest.raises(EmbeddingError, match="build it anew"):
        DenseIndex.load(tmp_path, encoder="e")
