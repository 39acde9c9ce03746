"""Marks of shared terms: right places, nothing unescaped."""

import pytest

from matchmaker.web.highlight import marked, snippet, term_spans


@pytest.mark.parametrize(
    ("text", "terms", "expected"),
    [
        ("铝型材挤压", ("型材",), "铝<mark>型材</mark>挤压"),
        ("ＳｉＣ 晶片", ("sic",), "<mark>ＳｉＣ</mark> 晶片"),
        ("面积 3㎡ 以内", ("m2",), "面积 3<mark>㎡</mark> 以内"),
        ("储氢瓶", ("储氢", "氢瓶"), "<mark>储氢瓶</mark>"),
        ("储氢瓶", ("", "电解"), "储氢瓶"),
        ("", ("储氢",), ""),
    ],
)
def test_marked_finds_terms_however_they_are_written(text: str, terms: tuple[str, ...], expected: str) -> None:
    assert str(marked(text, terms)) == expected


def test_marked_escapes_text_and_terms() -> None:
    text = '<b>&"密封"</b><script>'
    assert str(marked(text, ("<script>", "密封"))) == (
        "&lt;b&gt;&amp;&#34;<mark>密封</mark>&#34;&lt;/b&gt;<mark>&lt;script&gt;</mark>"
    )


def test_term_spans_covers_every_occurrence() -> None:
    assert term_spans("氢气与氢能", ("氢",)) == [(0, 1), (3, 4)]


def test_snippet_keeps_a_short_text_whole() -> None:
    assert str(snippet("短句。\n第二句")) == "短句。第二句"


def test_snippet_shows_the_stretch_with_the_terms() -> None:
    text = "无关的话。" * 60 + "储氢瓶内胆要轻。" + "别的话。" * 60
    found = str(snippet(text, ("储氢瓶",), 40))
    assert found.startswith("…<mark>储氢瓶</mark>内胆要轻。")
    assert found.endswith("…")


def test_snippet_escapes_what_it_cuts() -> None:
    assert "<i>" not in str(snippet("<i>" * 200, ("i",), 50))
