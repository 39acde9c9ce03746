"""The lexical leg's numbers against its formula, and that Chinese and identifiers are really in it."""

import math

import numpy as np
import pytest

from embeddings.lexical import (
    BUCKETS,
    LENGTH_POWER,
    TITLE_BOOST,
    Sparse,
    count,
    gram_buckets,
    term_weights,
    weigh,
)
from embeddings.text import Record
from tests.embeddings.factories import product


def buckets(text: str) -> list[int]:
    return sorted(gram_buckets(text).tolist())


def test_grams_are_single_atoms_and_neighbours() -> None:
    assert len(buckets("压铸件")) == 5
    assert set(buckets("压铸")) < set(buckets("压铸件"))


def test_grams_do_not_cross_a_mark() -> None:
    assert buckets("压，铸") == sorted(buckets("压") + buckets("铸"))


def test_grams_know_the_order() -> None:
    assert buckets("压铸") != buckets("铸压")


@pytest.mark.parametrize(("full", "half"), [("６０６１－Ｔ６", "6061-t6"), ("ＳｉＣ", "sic"), ("０．５ｍｍ", "0.5MM")])
def test_identifier_is_one_gram_however_wide(full: str, half: str) -> None:
    assert len(buckets(half)) == 1
    assert buckets(full) == buckets(half)


def test_grams_are_the_same_in_every_process() -> None:
    assert gram_buckets("铝").tolist() == [1378410]
    assert gram_buckets("6061-T6").tolist() == [1942779]


def test_grams_of_punctuation_are_none() -> None:
    assert gram_buckets("。，").tolist() == []
    assert all(0 <= bucket < BUCKETS for bucket in buckets("铝型材6061-T6挤压"))


def test_term_weights_count_and_boost_the_title() -> None:
    terms = term_weights(Record("铝", "铝铝钢"))
    weight = dict(zip(terms.buckets.tolist(), terms.weights.tolist(), strict=True))
    assert weight[buckets("铝")[0]] == pytest.approx(math.sqrt(3) + TITLE_BOOST)
    assert weight[buckets("钢")[0]] == 1.0
    assert len(weight) == 4  # 铝, 钢, 铝铝, 铝钢: title and body have no bigram together


def test_term_weights_ascend_without_repeats() -> None:
    found = term_weights(Record("高镍三元动力电解液", "高镍三元电池的电解液开发" * 20)).buckets
    assert (np.diff(found) > 0).all()


def test_rarity_is_that_of_bm25() -> None:
    statistics = count([term_weights(Record(text)) for text in ("铝", "铝钢", "铜")])
    found = statistics.rarity(np.concatenate([gram_buckets("铝"), gram_buckets("铜"), gram_buckets("锌")]))
    expected = [math.log((3 - df + 0.5) / (df + 0.5) + 1) for df in (2, 1, 0)]
    assert found.tolist() == pytest.approx(expected, rel=1e-6)


def test_statistics_hold_the_moments_of_the_weights() -> None:
    all_terms = [term_weights(Record(text)) for text in ("铝", "铝钢", "铜")]
    statistics = count(all_terms)
    bucket = int(gram_buckets("铝")[0])
    weights = []
    for terms in all_terms:
        weighed = weigh(terms, statistics)
        weights.append(dict(zip(weighed.buckets.tolist(), weighed.weights.tolist(), strict=True)).get(bucket, 0.0))
    assert statistics.documents == 3
    assert statistics.mean[bucket] == pytest.approx(sum(weights) / 3, rel=1e-6)
    assert statistics.square[bucket] == pytest.approx(sum(weight**2 for weight in weights) / 3, rel=1e-6)


def test_weigh_divides_by_the_length_to_a_power() -> None:
    statistics = count([term_weights(Record("铝"))])
    terms = term_weights(Record("铝铜", "钢材加工"))
    raw = terms.weights * statistics.rarity(terms.buckets)
    length = float(np.linalg.norm(raw))
    assert np.allclose(weigh(terms, statistics).weights, raw / length**LENGTH_POWER, rtol=1e-6)


def test_weigh_of_nothing_is_nothing() -> None:
    weighed = weigh(term_weights(Record("。")), count([]))
    assert (weighed.buckets.tolist(), weighed.weights.tolist()) == ([], [])


def test_statistics_of_no_offers_give_finite_weights() -> None:
    statistics = count([])
    assert (statistics.documents, int(statistics.frequency.sum())) == (0, 0)
    assert np.isfinite(weigh(term_weights(Record("铝型材")), statistics).weights).all()


def test_chinese_only_texts_share_weight() -> None:
    statistics = count([term_weights(Record("铝合金压铸件加工")), term_weights(Record("半导体外延设备"))])

    def weighed(text: str) -> Sparse:
        return weigh(term_weights(Record(text)), statistics)

    need = weighed("寻找压铸加工厂")
    assert product(need, weighed("铝合金压铸件加工")) > 0.1
    assert product(need, weighed("半导体外延设备")) == 0.0
