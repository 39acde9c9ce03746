"""Whom to invite: organisations ranked by the needs and offers that would meet at an event. Values in, values out."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

# The second partner is worth half a partner, the third a third: an organisation with one excellent and four fair
# partners is a better guest than one with a single excellent partner, but nobody wins by sheer number.
PARTNERS = 6
# A need that an earlier event left unmet brings its owner forward by as much as a fair second partner; two at most.
CARRIED, MOST_CARRIED = 0.3, 2
SHOWN = 3


class LeftOut(StrEnum):
    """Why an organisation of the pool is not on the list."""

    VETO = "veto"
    LATELY = "lately"
    QUOTA = "quota"
    NO_PARTNER = "no_partner"
    FULL = "full"


@dataclass(frozen=True)
class Link:
    """The best pair of listings with one other organisation: whose need, whose offer, how well they fit."""

    other: int
    score: float
    level: int
    need_id: int
    offer_id: int


@dataclass(frozen=True)
class Guest:
    """An organisation of the pool. `carried` are its needs that earlier events left unmet."""

    id: int
    town: str = ""
    kind: str = ""
    scale: str = ""
    stages: frozenset[str] = frozenset()
    links: tuple[Link, ...] = ()
    carried: tuple[int, ...] = ()
    met: frozenset[int] = frozenset()
    lately: bool = False
    vetoed: bool = False


@dataclass(frozen=True)
class Wanted:
    """How many, and at most how many of each town, kind, scale and position; `only_new` leaves out partners met."""

    number: int
    towns: Mapping[str, int] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    scales: Mapping[str, int] = field(default_factory=dict)
    stages: Mapping[str, int] = field(default_factory=dict)
    only_new: bool = True


@dataclass(frozen=True)
class Ranked:
    """A place on the list, with the partners it is for."""

    id: int
    value: float
    partners: int
    links: tuple[Link, ...]
    carried: tuple[int, ...]


@dataclass(frozen=True)
class Ranking:
    """The list, best first, and who is not on it and why."""

    rows: tuple[Ranked, ...]
    left_out: Mapping[int, LeftOut]


def rank(pool: Sequence[Guest], wanted: Wanted) -> Ranking:
    """The best list of at most `wanted.number` organisations under the quotas; the same input gives the same list.

    An organisation is worth score₁ + score₂/2 + … + score₆/6 of its best partners among those who would be there, and
    0.3 for each of two needs left unmet before. From the whole pool the least worth goes, one at a time, until the
    rest fits: a partner who is not invited is no reason to come. Ties go to the smaller id.
    """
    out = {one.id: LeftOut.VETO for one in pool if one.vetoed}
    out |= {one.id: LeftOut.LATELY for one in pool if one.lately and not one.vetoed}
    hall = _Hall([one for one in pool if one.id not in out], wanted)
    for one in hall.lonely():
        out |= hall.leave(one, LeftOut.NO_PARTNER)
    while (going := hall.next_to_go()) is not None:
        out |= hall.leave(*going)
    return Ranking(tuple(sorted(hall.rows.values(), key=lambda row: (-row.value, row.id))), out)


class _Hall:
    """Those who are still thought to come. Whoever goes takes its worth from those it was there for."""

    def __init__(self, guests: Sequence[Guest], wanted: Wanted) -> None:
        self.wanted = wanted
        self.guests = {one.id: one for one in sorted(guests, key=lambda one: one.id)}
        self.rows = {one.id: _ranked(one, self.guests, wanted) for one in self.guests.values()}
        self.used = Counter((name, code) for one in self.guests.values() for name, code, _ in _shares(one, wanted))

    def lonely(self) -> list[int]:
        """Those nobody here is a partner for, and whom no unmet need brings."""
        return [number for number, row in self.rows.items() if not row.partners and not row.carried]

    def next_to_go(self) -> tuple[int, LeftOut] | None:
        """The least worth of those that break a quota; when none does, of all, as long as they are too many."""
        over = {number for number in self.rows if self._breaks_quota(number)}
        if over:
            return self._least(over), LeftOut.QUOTA
        if len(self.rows) > self.wanted.number:
            return self._least(self.rows), LeftOut.FULL
        return None

    def leave(self, number: int, why: LeftOut) -> dict[int, LeftOut]:
        """This one goes, and with it those who are left without any partner; who went, and why."""
        gone = {number: why}
        left = [number]
        while left:
            one = self.guests.pop(left.pop())
            self.rows.pop(one.id)
            self.used.subtract((name, code) for name, code, _ in _shares(one, self.wanted))
            for other in sorted({link.other for link in one.links} & self.rows.keys()):
                row = self.rows[other] = _ranked(self.guests[other], self.guests, self.wanted)
                if not row.partners and not row.carried and other not in left:
                    gone[other] = LeftOut.FULL
                    left.append(other)
        return gone

    def _breaks_quota(self, number: int) -> bool:
        return any(self.used[name, code] > most for name, code, most in _shares(self.guests[number], self.wanted))

    def _least(self, numbers: Collection[int]) -> int:
        return min(numbers, key=lambda number: (self.rows[number].value, -number))


def _ranked(guest: Guest, there: Collection[int], wanted: Wanted) -> Ranked:
    links = [one for one in guest.links if one.other in there and not (wanted.only_new and one.other in guest.met)]
    links.sort(key=lambda one: (-one.score, one.other))
    value = sum(one.score / place for place, one in enumerate(links[:PARTNERS], start=1))
    value += CARRIED * min(len(guest.carried), MOST_CARRIED)
    return Ranked(guest.id, round(value, 4), len(links), tuple(links[:SHOWN]), guest.carried)


def _shares(guest: Guest, wanted: Wanted) -> list[tuple[str, str, int]]:
    """(quota, code, at most) of every quota that counts this organisation. One with several positions uses each."""
    own = [
        ("town", guest.town, wanted.towns),
        ("kind", guest.kind, wanted.kinds),
        ("scale", guest.scale, wanted.scales),
    ]
    own += [("stage", stage, wanted.stages) for stage in sorted(guest.stages)]
    return [(name, code, quota[code]) for name, code, quota in own if code in quota]
