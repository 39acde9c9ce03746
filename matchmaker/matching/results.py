"""What a match looks like to the doors: plain frozen values, ready to be shown."""

from dataclasses import dataclass, field
from enum import IntEnum

from matchmaker.listings.models import Listing
from matchmaker.listings.rules import Form
from matchmaker.matching.rules import Constraint


class Level(IntEnum):
    """The four levels of the technology-transfer staff; their names are the kind "level" of the reference terms."""

    NONE = 0
    WEAK = 1
    FAIR = 2
    STRONG = 3


@dataclass(frozen=True)
class Filters:
    """Structural limits, applied before anything is ranked. Empty means no limit."""

    chains: frozenset[str] = frozenset()
    nodes: frozenset[str] = frozenset()
    towns: frozenset[str] = frozenset()
    forms: frozenset[Form] = frozenset()


@dataclass(frozen=True)
class SentencePair:
    """A sentence of the answer and the sentence of the question it speaks to; similarity is -1..1."""

    asked: str
    answered: str
    similarity: float


@dataclass(frozen=True)
class Match:
    """One listing that answers the question. `score` is 0..1 and depends on nothing but the pair.

    `shared_terms` are verbatim pieces that stand in both texts (normalised: half width, lower case), best first.
    """

    listing: Listing
    score: float
    level: Level
    shared_terms: tuple[str, ...] = ()
    sentence_pairs: tuple[SentencePair, ...] = ()
    constraints: tuple[Constraint, ...] = ()


@dataclass(frozen=True)
class MatchPage:
    """The answer to one question. `compared` is how many open listings passed the filters.

    `waiting` counts new listings whose vector is still being made. `any_good` is False when nothing is
    fairly strong, nor weak with telling words in common: the honest answer is then "no good match".
    """

    matches: tuple[Match, ...]
    compared: int
    waiting: int = 0
    any_good: bool = field(default=True)
