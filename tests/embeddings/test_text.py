"""Identifiers stay whole, full width is no difference, and sentences are the text's own."""

import pytest

from embeddings.text import MAX_SENTENCES, Record, atom_code, clauses, normalise, readable, sentences


@pytest.mark.parametrize("identifier", ["6061-t6", "sic", "0.5mm", "iso9001", "m8", "ac/dc", "al-si10mg"])
def test_identifier_is_one_atom(identifier: str) -> None:
    assert clauses(f"采用{identifier}材料") == [["采", "用", identifier, "材", "料"]]


@pytest.mark.parametrize(
    ("full", "half"),
    [("６０６１－Ｔ６", "6061-T6"), ("ＳｉＣ", "SiC"), ("０．５ｍｍ", "0.5mm"), ("ＣＮＣ加工（５轴）", "CNC加工(5轴)")],
)
def test_full_width_is_the_same_text(full: str, half: str) -> None:
    assert normalise(full) == half.lower()
    assert clauses(full) == clauses(half)


def test_clauses_break_at_punctuation_and_not_at_blanks() -> None:
    assert clauses("铝 合金，压铸;  SiC MOSFET。\n。") == [["铝", "合", "金"], ["压", "铸"], ["sic", "mosfet"]]


def test_clauses_of_punctuation_are_none() -> None:
    assert clauses("，。!? ——") == []


def test_trailing_mark_is_not_part_of_an_identifier() -> None:
    assert clauses("用6061-T6.") == [["用", "6061-t6"]]


def test_atom_code_of_a_character_is_its_code_point() -> None:
    assert atom_code("铝") == ord("铝")
    assert atom_code("6061-t6") == 2150590081


def test_full_text_of_a_record_without_title_or_body() -> None:
    assert (Record("题", "文").full, Record("题").full, Record("", "文").full) == ("题\n文", "题", "文")


def test_sentences_end_after_their_mark() -> None:
    text = "我们需要铝合金压铸件供应商。年用量约二十万件！能否提供样品和检测报告？谢谢"
    assert sentences(text) == ["我们需要铝合金压铸件供应商。", "年用量约二十万件！", "能否提供样品和检测报告？谢谢"]


def test_sentences_join_crumbs_to_the_one_before() -> None:
    assert sentences("一、背景。近年来氢能发展很快很快。好。") == ["一、背景。近年来氢能发展很快很快。好。"]


def test_sentences_are_verbatim_but_for_blanks_between() -> None:
    text = "  Need 6061-T6 sheet; 厚度０．５ｍｍ。\n\n 表面阳极氧化处理，颜色不限。短。 "
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_sentences_are_limited() -> None:
    assert len(sentences("这是一个足够长的句子。" * 100)) == MAX_SENTENCES


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "\ufeff \x01", "\u200b。\u200b\n\u200b"])
def test_sentences_of_nothing_to_see_hold_nothing_unseen(text: str) -> None:
    assert all(readable(sentence) for sentence in sentences(text))


@pytest.mark.parametrize(
    ("text", "seen"), [("\u200b\ufeff", False), ("\x01", False), ("\u3000", False), ("\u200b铝", True)]
)
def test_readable_means_that_something_can_be_seen(text: str, seen: bool) -> None:
    assert readable(text) is seen
