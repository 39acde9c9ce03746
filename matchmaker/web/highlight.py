"""Marks shared terms inside foreign text. Everything is escaped first; only the marks are HTML."""

import unicodedata
from collections.abc import Sequence

from markupsafe import Markup, escape

Span = tuple[int, int]
SENTENCE_ENDS = "。！？；;"
# Characters kept before a term when the stretch begins inside a sentence.
LEAD = 12


def normalised(text: str) -> tuple[str, list[int]]:
    """Half-width lower-case text, and for each of its characters the place it came from."""
    pieces, places = [], []
    for place, character in enumerate(text):
        piece = unicodedata.normalize("NFKC", character).lower()
        pieces.append(piece)
        places.extend([place] * len(piece))
    return "".join(pieces), places


def term_spans(text: str, terms: Sequence[str]) -> list[Span]:
    """Where the terms (already normalised) stand in `text`: sorted, never overlapping, [start, end)."""
    plain, places = normalised(text)
    found: list[Span] = []
    for term in terms:
        start = plain.find(term) if term else -1
        while start >= 0:
            found.append((places[start], places[start + len(term) - 1] + 1))
            start = plain.find(term, start + len(term))
    return _merged(sorted(found))


def marked(text: str, terms: Sequence[str] = ()) -> Markup:
    """`text` as safe HTML with every term in <mark>."""
    pieces, done = [], 0
    for start, end in term_spans(text, terms):
        pieces.append(Markup("{}<mark>{}</mark>").format(text[done:start], text[start:end]))
        done = end
    return Markup("").join([*pieces, escape(text[done:])])


def snippet(text: str, terms: Sequence[str] = (), length: int = 130) -> Markup:
    """The stretch of about `length` characters that shows most marked characters, beginning at a sentence if it can."""
    flat = " ".join(text.split()).replace("。 ", "。")
    if len(flat) <= length:
        return marked(flat, terms)
    spans = term_spans(flat, terms)
    sentences = [0, *(place + 1 for place, character in enumerate(flat[:-1]) if character in SENTENCE_ENDS)]
    best = _best(sentences, spans, length)
    inside = _best([0, *(max(0, start - LEAD) for start, _end in spans)], spans, length)
    if _shown(spans, inside, length) > _shown(spans, best, length):
        best = inside
    piece = flat[best : best + length]
    before, after = "…" if best else "", "…" if best + length < len(flat) else ""
    return Markup("{}{}{}").format(before, marked(piece.strip(), terms), after)


def _best(starts: Sequence[int], spans: Sequence[Span], length: int) -> int:
    """The latest start that shows the most; the very beginning when nothing is marked anywhere."""
    return max(starts, key=lambda start: (_shown(spans, start, length), start)) if spans else 0


def _shown(spans: Sequence[Span], start: int, length: int) -> int:
    end = start + length
    return sum(min(span[1], end) - max(span[0], start) for span in spans if span[0] < end and span[1] > start)


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
