"""A record's vector is that of its title, its beginning and the whole; each text is encoded once."""

import numpy as np
import pytest

from embeddings.errors import EmptyText
from embeddings.fakes import HashingEncoder
from embeddings.represent import BEGINNING, Verb, encode, encode_with_sentences, parts
from embeddings.text import Record
from embeddings.verbs import unit_length

LONG = Record("铝合金压铸", "汽车轻量化压铸件的开发与产业化。" * 40)
SHORT = Record("氢能电堆", "双极板涂层。")


def test_short_record_is_two_texts() -> None:
    assert parts([SHORT]).texts == ["氢能电堆", "氢能电堆\n双极板涂层。"]


def test_long_record_is_three_texts() -> None:
    found = parts([LONG]).texts
    assert found == ["铝合金压铸", LONG.full[:BEGINNING], LONG.full]


def test_beginning_counts_only_where_the_record_is_twice_as_long() -> None:
    assert len(parts([Record("", "铝" * 2 * BEGINNING)]).texts) == 1
    assert len(parts([Record("", "铝" * (2 * BEGINNING + 1))]).texts) == 2


def test_a_text_weighs_as_often_as_it_stands() -> None:
    assert parts([SHORT, LONG, Record("题")]).weights[:, 0].tolist() == [1, 2, 1, 1, 1, 3]


def test_title_alone_is_one_text() -> None:
    assert parts([Record("题"), Record("", "文"), LONG]).starts == [0, 1, 2]


def test_unseen_title_is_left_out() -> None:
    assert parts([Record("\u200b", "铝型材")]).texts == ["\u200b\n铝型材"]
    assert parts([Record("\u200b\ufeff")]).texts == [""]


@pytest.mark.parametrize("verb", ["need", "offer"])
def test_vector_is_the_mean_direction_of_the_parts(verb: Verb) -> None:
    encoder = HashingEncoder(64)
    found = encode(encoder, [SHORT, LONG], verb=verb)
    each = encoder.encode_offers(parts([SHORT, LONG]).texts)
    # The short record's beginning is the whole of it, which so has two shares of three.
    assert np.allclose(found, unit_length(np.stack([each[0] + 2 * each[1], each[2:].sum(0)])), atol=1e-6)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    assert found.dtype == np.float32


def test_vector_does_not_depend_on_the_other_records() -> None:
    encoder = HashingEncoder(64)
    assert np.array_equal(encode(encoder, [LONG, SHORT], verb="offer")[1], encode(encoder, [SHORT], verb="offer")[0])


def test_no_records_have_no_rows() -> None:
    assert encode(HashingEncoder(64), [], verb="need").shape == (0, 64)


@pytest.mark.parametrize("empty", [Record(""), Record(" ", "\n"), Record("\u200b")])
def test_empty_record_is_refused(empty: Record) -> None:
    with pytest.raises(EmptyText):
        encode(HashingEncoder(64), [SHORT, empty], verb="offer")


def test_sentences_come_with_the_vector() -> None:
    encoder = HashingEncoder(64)
    record = Record("铝合金压铸", "我们需要铝合金压铸件供应商。年用量约二十万件左右。")
    vectors, each = encode_with_sentences(encoder, [record, Record("只有题目的信息")], verb="need")
    assert np.array_equal(vectors, encode(encoder, [record, Record("只有题目的信息")], verb="need"))
    expected = ["我们需要铝合金压铸件供应商。", "年用量约二十万件左右。"]
    assert np.array_equal(each[0], encoder.encode_needs(expected))
    assert np.array_equal(each[1], encoder.encode_needs(["只有题目的信息"]))
