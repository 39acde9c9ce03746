"""Why a pair fits: the words both texts share, and which sentence of one answers which sentence of the other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings import everyday
from embeddings.lexical import GramStatistics, gram_buckets
from embeddings.text import clauses
from embeddings.verbs import unit_length

MAX_TERMS = 8
LONGEST_TERM = 10
# idf below which a single gram is everyday language, as a share of the idf of a gram that no offer has
TELLING = 0.5
# With fewer offers than this, counting them says nothing of how common a word is.
ENOUGH = 30


@dataclass(frozen=True)
class Pair:
    """Sentence number of the asking and of the answering text, and how close they are (-1..1)."""

    asked: int
    answered: int
    similarity: float


def shared_terms(asking: str, answering: str, statistics: GramStatistics) -> tuple[str, ...]:
    """The longest stretches that stand in both texts, rarest first, at most eight; everyday words are left out."""
    theirs = [tuple(clause) for clause in clauses(answering)]
    grams = {clause[i : i + n] for clause in theirs for n in (1, 2) for i in range(len(clause) - n + 1)}
    whole = {clause[i : i + n] for clause in theirs for n in range(1, LONGEST_TERM + 1) for i in range(len(clause))}
    found: dict[str, float] = {}
    for clause in clauses(asking):
        for stretch in _stretches(tuple(clause), grams, whole):
            if telling := _trimmed(stretch):
                term = _spell(telling)
                found[term] = max(found.get(term, 0.0), _weight(telling, statistics))
    best = sorted((term for term, weight in found.items() if weight > 0), key=lambda term: (-found[term], term))
    kept: list[str] = []
    for term in best:
        if not any(term in other for other in kept):
            kept.append(term)
    return tuple(kept[:MAX_TERMS])


def _stretches(
    clause: tuple[str, ...], grams: set[tuple[str, ...]], whole: set[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """Greedily, from left to right, the longest run of atoms that the other text has as one piece."""
    found, start = [], 0
    while start < len(clause):
        end = start
        while end < min(len(clause), start + LONGEST_TERM) and clause[start : end + 1] in whole:
            end += 1
        if end > start and clause[start : start + 1] in grams:
            found.append(clause[start:end])
        start = max(end, start + 1)
    return found


def _trimmed(stretch: tuple[str, ...]) -> tuple[str, ...]:
    """The stretch without everyday characters at its ends; empty when nothing of a trade is left."""
    start, end = 0, len(stretch)
    while start < end and stretch[start] in everyday.CHARACTERS:
        start += 1
    while start < end and stretch[end - 1] in everyday.CHARACTERS:
        end -= 1
    kept = stretch[start:end]
    return () if "".join(kept) in everyday.WORDS else kept


def _spell(stretch: tuple[str, ...]) -> str:
    # Latin words are set apart again; a number keeps to the Chinese character beside it.
    text = ""
    for atom in stretch:
        text += f" {atom}" if text and text[-1].isascii() and atom[0].isascii() else atom
    return text


def _weight(stretch: tuple[str, ...], statistics: GramStatistics) -> float:
    """Summed rarity of the bigrams, or of the one run; 0 for a lone Chinese character, a bare figure, a common word."""
    text = " ".join(stretch)
    enough = statistics.documents >= ENOUGH
    floor = TELLING * float(np.log(2.0 * statistics.documents + 2.0)) if enough else 0.0
    if len(stretch) == 1:
        if len(text) < 2 or text.isdigit():
            return 0.0
        rarity = float(statistics.rarity(gram_buckets(text))[0])
        return rarity if rarity >= floor else 0.0
    buckets = gram_buckets(text)[len(stretch) :]
    rarities = statistics.rarity(buckets)
    return float(rarities.sum()) if float(rarities.max()) >= floor else 0.0


def answers(
    asked: NDArray[np.float32], answered: NDArray[np.float32], *, most: int = 3, least: float = 0.15
) -> tuple[Pair, ...]:
    """The best pairs of sentences, each sentence once, best first; vectors are [s, d], centred by the caller."""
    if not len(asked) or not len(answered):
        return ()
    similar = asked @ answered.T
    pairs: list[Pair] = []
    for flat in np.argsort(-similar, axis=None, kind="stable"):
        left, right = divmod(int(flat), similar.shape[1])
        if len(pairs) == most or similar[left, right] < least:
            break
        if all(left != pair.asked and right != pair.answered for pair in pairs):
            pairs.append(Pair(left, right, float(similar[left, right])))
    return tuple(pairs)


def centred(vectors: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sentence vectors [s, d] without what all texts have in common, of length one."""
    return unit_length(vectors - mean) if len(vectors) else vectors
