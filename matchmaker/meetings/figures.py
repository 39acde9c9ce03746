"""The sums of an event's report: values in, values out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from matchmaker.meetings.rules import OutcomeKind

# A need is met when its owner talked to somebody and it was worth talking.
WORTH = (OutcomeKind.INFORMATIVE, OutcomeKind.COOPERATION)


@dataclass(frozen=True)
class Talk:
    """A planned meeting: who sat in it, and what it came to; None while nobody has said."""

    people: tuple[int, int]
    houses: tuple[int, int]
    outcome: OutcomeKind | None


@dataclass(frozen=True)
class Sums:
    """What an event came to. `average` and `fewest` count kept meetings of those who came."""

    planned: int = 0
    kept: int = 0
    not_held: int = 0
    unknown: int = 0
    average: float = 0.0
    fewest: int = 0
    outcomes: Mapping[OutcomeKind, int] = field(default_factory=dict)


def sums(talks: Sequence[Talk], came: Iterable[int]) -> Sums:
    """Count the meetings; one that nobody said anything of is planned, and neither kept nor missed."""
    kinds = Counter(one.outcome for one in talks if one.outcome is not None)
    kept = [one for one in talks if one.outcome not in (None, OutcomeKind.NOT_HELD)]
    each = Counter(dict.fromkeys(came, 0))
    each.update(who for one in kept for who in one.people if who in each)
    return Sums(
        planned=len(talks),
        kept=len(kept),
        not_held=kinds[OutcomeKind.NOT_HELD],
        unknown=sum(one.outcome is None for one in talks),
        average=round(sum(each.values()) / len(each), 1) if each else 0.0,
        fewest=min(each.values(), default=0),
        outcomes={kind: kinds[kind] for kind in OutcomeKind},
    )


def unmet(needs: Mapping[int, tuple[int, Sequence[str]]], talks: Sequence[Talk]) -> dict[str, int]:
    """How many needs by chain node were left unmet. `needs` are listing to (owner's registration, nodes).

    A need counts as met when its owner had a meeting that was at least informative.
    """
    served = {house for one in talks if one.outcome in WORTH for house in one.houses}
    found = Counter(node for owner, nodes in needs.values() if owner not in served for node in nodes)
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def changed(before: Iterable[Mapping[str, int]], after: Iterable[Mapping[str, int]]) -> tuple[int, int, int]:
    """(moved, dropped, added) from one published version to the next."""
    old, new = ({(one["a"], one["b"]): (one["slot"], one["table"]) for one in rows} for rows in (before, after))
    moved = sum(old[both] != new[both] for both in old.keys() & new.keys())
    return moved, len(old.keys() - new.keys()), len(new.keys() - old.keys())
