"""Shared terms are real words of both texts, rarest first; sentences answer each other once."""

import numpy as np

from embeddings.lexical import GramStatistics, count, term_weights
from embeddings.reasons import MAX_TERMS, Pair, answers, centred, shared_terms
from embeddings.text import Record

EVERYDAY = ["提供技术服务与加工", "公司提供加工服务", "技术服务公司提供产品", "产品加工与技术服务公司"]


def statistics(*more: str) -> GramStatistics:
    return count([term_weights(Record(text)) for text in (*EVERYDAY * 10, *more)])


def test_terms_are_the_longest_shared_stretches() -> None:
    found = shared_terms("寻求铝合金压铸件，壁厚0.5mm", "可做铝合金压铸模具，最薄0.5mm", statistics())
    assert found == ("铝合金压铸", "0.5mm")


def test_identifiers_are_shared_whole_and_however_wide() -> None:
    assert shared_terms("材料６０６１－Ｔ６", "6061-T6铝板", statistics()) == ("6061-t6",)
    assert shared_terms("材料6061", "6061-T6铝板", statistics()) == ()


def test_everyday_words_are_left_out() -> None:
    assert shared_terms("公司提供技术服务", "提供加工服务，技术服务公司", statistics()) == ()


def test_one_character_is_no_term() -> None:
    assert shared_terms("氢，铝", "氢。铝", statistics()) == ()


def test_latin_words_are_set_apart_again() -> None:
    assert shared_terms("SiC MOSFET驱动", "用于 sic mosfet 封装", statistics()) == ("sic mosfet",)


def test_terms_do_not_cross_a_mark() -> None:
    assert sorted(shared_terms("燃料，电池", "燃料电池", statistics())) == ["燃料", "电池"]


def test_rarest_terms_come_first() -> None:
    found = shared_terms("双极板，质子膜", "质子膜，双极板", statistics(*["双极板"] * 3))
    assert found == ("质子膜", "双极板")


def test_a_term_within_another_is_left_out() -> None:
    assert shared_terms("双极板涂层，双极板", "双极板涂层与双极板", statistics()) == ("双极板涂层",)


def test_terms_are_limited() -> None:
    text = "，".join(chr(0x6000 + 7 * number) + chr(0x7000 + 5 * number) for number in range(30))
    assert len(shared_terms(text, text, statistics())) == MAX_TERMS


def test_terms_without_offers_or_words_are_none() -> None:
    assert shared_terms("。", "双极板", count([])) == ()
    assert shared_terms("双极板", "", statistics()) == ()


def test_answers_use_each_sentence_once_best_first() -> None:
    asked = np.array([[1, 0], [0.8, 0.6]], np.float32)
    answered = np.array([[1, 0], [0.6, 0.8], [0, 1]], np.float32)
    found = answers(asked, answered)
    assert [(pair.asked, pair.answered) for pair in found] == [(0, 0), (1, 1)]
    assert [round(pair.similarity, 6) for pair in found] == [1.0, 0.96]


def test_answers_are_few_and_close_enough() -> None:
    same = np.eye(6, dtype=np.float32)
    assert answers(same, same, most=2) == (Pair(0, 0, 1.0), Pair(1, 1, 1.0))
    assert answers(same[:1], same[1:]) == ()
    assert len(answers(same, same)) == 3


def test_answers_of_nothing_are_none() -> None:
    assert answers(np.zeros((0, 4), np.float32), np.ones((1, 4), np.float32)) == ()
    assert answers(np.ones((1, 4), np.float32), np.zeros((0, 4), np.float32)) == ()


def test_centred_takes_the_common_part_away() -> None:
    found = centred(np.array([[3, 4], [1, 0]], np.float32), np.array([0, 4], np.float32))
    assert np.allclose(found, [[1, 0], [1 / 17**0.5, -4 / 17**0.5]])
    assert centred(np.zeros((0, 2), np.float32), np.zeros(2, np.float32)).shape == (0, 2)
