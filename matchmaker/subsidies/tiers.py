"""How aid grows with its base: one rate, or rates by tiers."""

from bisect import bisect_left
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property


@dataclass(frozen=True)
class Tier:
    """`rate` holds for the part of the base above `above` and up to `up_to` fen; the last tier has no end."""

    above: int
    up_to: int | None
    rate: Fraction

    def part(self, base: int) -> int:
        """The fen of `base` that lie in this tier."""
        return max(0, (base if self.up_to is None else min(base, self.up_to)) - self.above)

    @cached_property
    def percent(self) -> str:
        """The rate for a sentence, such as "0.5 %". Exact, since a rate in a policy has at most six decimals."""
        return f"{(Decimal(self.rate.numerator) * 100 / self.rate.denominator).normalize():f} %"


@dataclass(frozen=True)
class Scale:
    """Tiers from nought upwards without a gap. `by_unit_year`: a unit's claims of one year go up them in turn."""

    tiers: tuple[Tier, ...]
    by_unit_year: bool = False

    @cached_property
    def _flat(self) -> tuple[int, int] | None:
        rate = self.tiers[0].rate
        return (rate.numerator, rate.denominator) if len(self.tiers) == 1 else None

    def aid(self, base: int) -> int:
        """The aid in fen for a base in fen, rounded down once."""
        if self._flat:
            return base * self._flat[0] // self._flat[1]
        exact = sum((tier.part(base) * tier.rate for tier in self.tiers), Fraction(0))
        return exact.numerator // exact.denominator

    def between(self, start: int, end: int) -> int:
        """The aid for the part of the base from `start` to `end`; parts that follow each other add up to the whole."""
        return self.aid(end) - self.aid(start) if start else self.aid(end)

    def base_for(self, aid: int, *, start: int, most: int) -> int:
        """The least base from `start` on that gives `aid`; at most `most`."""
        return bisect_left(range(most), aid, key=lambda base: self.between(start, start + base)) if aid else 0
