"""Contracts that are one contract twice, or one contract cut into several; touches no database."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from matchmaker.core.money import FEN_PER_YUAN

SHINGLE = 3
# Shares of common three-character pieces: from here on two texts are the same in all but words, or about one subject.
NEARLY_THE_SAME = 0.8
SAME_SUBJECT = 0.6
SPLIT_WITHIN = timedelta(days=90)
JUST_UNDER = 0.8


@dataclass(frozen=True)
class Limit:
    """An amount from which on more is asked, or no more is given; staying under it is what splitting is for."""

    fen: int
    zh: str
    en: str


# The registry's expert review of large contracts (DOMAIN 1.2). What a policy caps is the caller's to add.
EXPERT_REVIEW = Limit(5_000_000 * FEN_PER_YUAN, "500 万元专家评审线", "the 5,000,000 yuan line of expert review")


@dataclass(frozen=True)
class Record:
    """What is compared of a contract. Parties are keys: codes of the register, or names. `amount_fen` is the total."""

    id: int | None
    title: str
    text: str
    sellers: frozenset[str]
    buyers: frozenset[str]
    amount_fen: int | None
    signed_on: date | None


class Likeness(StrEnum):
    """How another contract resembles one: it is the same, has the same figures, or nearly the same text."""

    SAME = "same"
    SAME_FIGURES = "same_figures"
    SAME_TEXT = "same_text"


@dataclass(frozen=True)
class Alike:
    """Another contract that resembles this one; `share` is how much of the text they have in common, 0 to 1."""

    other: Record
    likeness: Likeness
    share: float


@dataclass(frozen=True)
class SplitFound:
    """Contracts about one subject that stay under the limit one by one, and pass it together."""

    others: tuple[Record, ...]
    sum_fen: int
    limit: Limit
    just_under: bool


def pieces(text: str) -> frozenset[str]:
    """The three-character pieces of a text without blanks and punctuation; a shorter one is its own piece."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKC", text).lower() if letter.isalnum())
    if len(plain) <= SHINGLE:
        return frozenset({plain} - {""})
    return frozenset(plain[start : start + SHINGLE] for start in range(len(plain) - SHINGLE + 1))


def likeness(left: frozenset[str], right: frozenset[str]) -> float:
    """The share of pieces that two texts have in common (Jaccard), 0 to 1; two empty texts have nothing in common."""
    either = len(left | right)
    return len(left & right) / either if either else 0.0


def find_alike(
    one: Record, others: Iterable[Record], *, kin: Mapping[str, frozenset[str]] | None = None
) -> list[Alike]:
    """The contracts between the same or related parties that look like `one`, the most alike first."""
    mine = pieces(one.title + one.text)
    found = [_compare(one, mine, other) for other in _between_the_same(one, others, kin or {})]
    order = list(Likeness)
    return sorted(filter(None, found), key=lambda alike: (order.index(alike.likeness), -alike.share))


def find_split(
    one: Record, others: Iterable[Record], *, limits: Sequence[Limit], kin: Mapping[str, frozenset[str]] | None = None
) -> list[SplitFound]:
    """For each limit that `one` stays under: the contracts with which it passes the limit, if there are any."""
    if one.amount_fen is None or one.signed_on is None:
        return []
    mine = pieces(one.title + one.text)
    near = [
        other
        for other in _between_the_same(one, others, kin or {})
        if other.amount_fen is not None
        and other.signed_on is not None
        and abs(other.signed_on - one.signed_on) <= SPLIT_WITHIN
        and likeness(mine, pieces(other.title + other.text)) >= SAME_SUBJECT
    ]
    return [found for limit in limits if (found := _over(limit, one.amount_fen, near))]


def _over(limit: Limit, mine: int, near: Sequence[Record]) -> SplitFound | None:
    under = [other for other in near if (other.amount_fen or 0) < limit.fen]
    amounts = [mine, *(other.amount_fen or 0 for other in under)]
    if mine >= limit.fen or not under or sum(amounts) < limit.fen:
        return None
    return SplitFound(tuple(under), sum(amounts), limit, max(amounts) >= limit.fen * JUST_UNDER)


def _compare(one: Record, mine: frozenset[str], other: Record) -> Alike | None:
    share = likeness(mine, pieces(other.title + other.text))
    figures = None not in (one.amount_fen, one.signed_on) and (
        (one.amount_fen, one.signed_on) == (other.amount_fen, other.signed_on)
    )
    if figures and (one.title == other.title or share >= NEARLY_THE_SAME):
        return Alike(other, Likeness.SAME, share)
    if figures:
        return Alike(other, Likeness.SAME_FIGURES, share)
    return Alike(other, Likeness.SAME_TEXT, share) if share >= NEARLY_THE_SAME else None


def _between_the_same(one: Record, others: Iterable[Record], kin: Mapping[str, frozenset[str]]) -> Iterator[Record]:
    """By party first: only what both sides have in common is worth reading."""
    sellers, buyers = _with_kin(one.sellers, kin), _with_kin(one.buyers, kin)
    for other in others:
        if other.id != one.id and other.sellers & sellers and other.buyers & buyers:
            yield other


def _with_kin(keys: frozenset[str], kin: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return keys.union(*(kin.get(key, frozenset()) for key in keys))
