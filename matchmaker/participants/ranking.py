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
    """How many, and at most and at least how many of each town, kind, scale and position.

    A code that is not named has no limit. `only_new` leaves out partners met.
    """

    number: int
    towns: Mapping[str, int] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    scales: Mapping[str, int] = field(default_factory=dict)
    stages: Mapping[str, int] = field(default_factory=dict)
    towns_least: Mapping[str, int] = field(default_factory=dict)
    kinds_least: Mapping[str, int] = field(default_factory=dict)
    scales_least: Mapping[str, int] = field(default_factory=dict)
    stages_least: Mapping[str, int] = field(default_factory=dict)
    only_new: bool = True


@dataclass(frozen=True)
class Short:
    """A lower limit that was not reached: of this quota and code `wanted`, on the list `got`, in the pool `there`.

    `there` counts whoever is not vetoed or invited lately and has a partner in the pool or an unmet need.
    """

    quota: str
    code: str
    wanted: int
    got: int
    there: int


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
    rest fits: a partner who is not invited is no reason to come. Whoever a lower limit needs goes only when nobody else
    is left to go, and so do their last partners: upper limits and the number hold in any case, lower ones as far as
    they can. Ties go to the smaller id.
    """
    out = {one.id: LeftOut.VETO for one in pool if one.vetoed}
    out |= {one.id: LeftOut.LATELY for one in pool if one.lately and not one.vetoed}
    hall = _Hall([one for one in pool if one.id not in out], wanted)
    while lonely := hall.lonely():
        out |= hall.leave(lonely[0], LeftOut.NO_PARTNER)
    while (going := hall.next_to_go()) is not None:
        out |= hall.leave(*going)
    return Ranking(tuple(sorted(hall.rows.values(), key=lambda row: (-row.value, row.id))), out)


def short(listed: Collection[int], pool: Sequence[Guest], wanted: Wanted) -> list[Short]:
    """The lower limits that a list of these organisations does not reach."""
    could = [one for one in pool if (one.links or one.carried) and not one.vetoed and not one.lately]
    got = Counter(mark for one in could if one.id in listed for mark in _marks(one))
    there = Counter(mark for one in could for mark in _marks(one))
    return [
        Short(quota, code, least, got[quota, code], there[quota, code])
        for (quota, code), least in sorted(_least_of(wanted).items())
        if got[quota, code] < least
    ]


class _Hall:
    """Those who are still thought to come. Whoever goes takes its worth from those it was there for."""

    def __init__(self, guests: Sequence[Guest], wanted: Wanted) -> None:
        self.wanted = wanted
        self.guests = {one.id: one for one in sorted(guests, key=lambda one: one.id)}
        self.rows = {one.id: _ranked(one, self.guests, wanted) for one in self.guests.values()}
        self.used = Counter(mark for one in self.guests.values() for mark in _marks(one))
        self.most, self.least = _most_of(wanted), _least_of(wanted)

    def lonely(self) -> list[int]:
        """Those nobody here is a partner for, and whom no unmet need brings."""
        return [number for number, row in self.rows.items() if not row.partners and not row.carried]

    def next_to_go(self) -> tuple[int, LeftOut] | None:
        """The least worth of those that break a quota; when none does, of all, as long as they are too many."""
        over = {number for number in self.rows if self._breaks_quota(number)}
        if over:
            return self._last(over), LeftOut.QUOTA
        if len(self.rows) > self.wanted.number:
            return self._last(self.rows), LeftOut.FULL
        return None

    def leave(self, number: int, why: LeftOut) -> dict[int, LeftOut]:
        """This one goes, and with it those who are left without any partner; who went, and why."""
        gone = {number: why}
        left = [number]
        while left:
            one = self.guests.pop(left.pop())
            self.rows.pop(one.id)
            self.used.subtract(_marks(one))
            for other in sorted({link.other for link in one.links} & self.rows.keys()):
                before = self.rows[other]
                row = self.rows[other] = _ranked(self.guests[other], self.guests, self.wanted)
                if not row.partners and not row.carried and other not in left:
                    gone[other] = LeftOut.FULL if before.partners else why
                    left.append(other)
        return gone

    def _breaks_quota(self, number: int) -> bool:
        marks = _marks(self.guests[number])
        return any(mark in self.most and self.used[mark] > self.most[mark] for mark in marks)

    def _is_needed(self, number: int) -> bool:
        """Whether a lower limit would be missed, or missed by more, without this one or those it is here for."""
        if not self.least:
            return False
        return self._counts(number) or any(self._is_held(link.other, number) for link in self.guests[number].links)

    def _counts(self, number: int) -> bool:
        return any(self.used[mark] <= self.least.get(mark, 0) for mark in _marks(self.guests[number]))

    def _is_held(self, number: int, by: int) -> bool:
        """Whether somebody a lower limit counts would go along, because this is the last partner."""
        row = self.rows.get(number)
        last = row is not None and row.partners == 1 and not row.carried and row.links[0].other == by
        return last and self._counts(number)

    def _last(self, numbers: Collection[int]) -> int:
        ordered = sorted(numbers, key=lambda number: (self.rows[number].value, -number))
        return next((number for number in ordered if not self._is_needed(number)), ordered[0])


def _ranked(guest: Guest, there: Collection[int], wanted: Wanted) -> Ranked:
    links = [one for one in guest.links if one.other in there and not (wanted.only_new and one.other in guest.met)]
    links.sort(key=lambda one: (-one.score, one.other))
    value = sum(one.score / place for place, one in enumerate(links[:PARTNERS], start=1))
    value += CARRIED * min(len(guest.carried), MOST_CARRIED)
    return Ranked(guest.id, round(value, 4), len(links), tuple(links[:SHOWN]), guest.carried)


def _marks(guest: Guest) -> list[tuple[str, str]]:
    """(quota, code) of everything that counts this organisation. One with several positions counts for each."""
    own = [("town", guest.town), ("kind", guest.kind), ("scale", guest.scale)]
    return own + [("stage", stage) for stage in sorted(guest.stages)]


def _most_of(wanted: Wanted) -> dict[tuple[str, str], int]:
    named = (("town", wanted.towns), ("kind", wanted.kinds), ("scale", wanted.scales), ("stage", wanted.stages))
    return {(quota, code): most for quota, limits in named for code, most in limits.items()}


def _least_of(wanted: Wanted) -> dict[tuple[str, str], int]:
    named = (
        ("town", wanted.towns_least),
        ("kind", wanted.kinds_least),
        ("scale", wanted.scales_least),
        ("stage", wanted.stages_least),
    )
    return {(quota, code): least for quota, limits in named for code, least in limits.items()}
