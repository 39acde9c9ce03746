"""The hashing encoder behaves like a model: same verbs, unit vectors, like texts near each other."""

import numpy as np
import pytest

from embeddings.errors import EmptyText
from embeddings.fakes import HashingEncoder


def test_hashing_gives_unit_float32_rows() -> None:
    found = HashingEncoder(dim=64).encode_offers(["铝型材", "a", "压铸 模具"])
    assert found.dtype == np.float32
    assert found.shape == (3, 64)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)


def test_hashing_of_nothing_has_no_rows() -> None:
    assert HashingEncoder().encode_needs([]).shape == (0, 384)


def test_hashing_puts_like_texts_nearer() -> None:
    need, like, other = HashingEncoder().encode_needs(["铝合金压铸件加工", "加工铝合金压铸件", "半导体外延设备"])
    assert need @ like > 0.7 > 0.3 > need @ other


def test_hashing_refuses_an_empty_text_with_its_position() -> None:
    with pytest.raises(EmptyText, match="text 2 is empty") as caught:
        HashingEncoder().encode_needs(["a", "b", " \n\u3000"])
    assert caught.value.index == 2


def test_stream_keeps_order_and_counts_across_chunks() -> None:
    encoder = HashingEncoder(dim=32)
    texts = [f"铝型材 {number}" for number in range(7)]
    blocks = list(encoder.stream_offers(iter(texts), chunk=3))
    assert [len(block) for block in blocks] == [3, 3, 1]
    assert np.array_equal(np.concatenate(blocks), encoder.encode_offers(texts))


def test_stream_names_the_position_in_the_whole_stream() -> None:
    with pytest.raises(EmptyText, match="text 4 is empty"):
        list(HashingEncoder().stream_offers(["a", "b", "c", "d", ""], chunk=2))


def test_hashing_survives_half_a_surrogate() -> None:
    assert HashingEncoder().encode_needs(["铝\ud83d"]).shape == (1, 384)
