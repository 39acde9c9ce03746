"""From an instance to a plan: the system, the search, and what is done with the choice once it is made."""

from time import monotonic

import numpy as np

from matchmaker.events.timetable.greedy import fill
from matchmaker.events.timetable.model import Model, build
from matchmaker.events.timetable.part import Chosen
from matchmaker.events.timetable.reasons import why_not
from matchmaker.events.timetable.searching import Search
from matchmaker.events.timetable.seating import seat
from matchmaker.events.timetable.shapes import Instance, Plan
from matchmaker.events.timetable.smoothing import smooth
from matchmaker.events.timetable.watching import Clock, Progress, Tell

__all__ = ["Progress", "solve"]

# What comes after the search (gaps, tables, reasons) takes about so many times as long as writing the system did.
AFTER = 4.0
AT_LEAST_S, LONGEST_AFTER = 1.0, 0.15


def solve(
    instance: Instance, *, seconds: float = 60.0, workers: int = 2, seed: int = 0, tell: Tell | None = None
) -> Plan:
    """The best timetable found, in `seconds` from beginning to end (small instances are done sooner).

    `tell` hears of progress five times a second and stops the search by returning False; the plan is then what was
    found so far. In this order: locks, pairs that must meet, everyone's minimum, total utility, few idle gaps, few
    moves between tables. Invalid names locks that contradict each other.
    """
    started = monotonic()
    model = build(instance)
    after = min(max(AT_LEAST_S, AFTER * (monotonic() - started)), LONGEST_AFTER * seconds)
    clock = Clock(started, started + seconds - after, tell)
    search = Search(model, clock, workers=workers, random=np.random.default_rng(seed))
    search.run()
    # Whoever stopped the search waits for the plan.
    until = monotonic() + min(AT_LEAST_S, after) if clock.stopped else clock.deadline + after / 3
    chosen = smooth(model, search.chosen, until=until)
    fill(model, chosen)  # what the exchanges may have made room for
    return _plan(model, chosen, search)


def _plan(model: Model, chosen: Chosen, search: Search) -> Plan:
    instance = model.instance
    meetings = tuple(seat(model, chosen))
    utility = round(float(model.utility[chosen].sum()), 6)
    lacking = np.flatnonzero(model.meets @ chosen < model.minimum)
    bound = max(search.bound, utility)
    return Plan(
        meetings=meetings,
        utility=utility,
        upper_bound=round(bound + 5e-7, 6),
        optimal=search.is_settled(),
        unscheduled=tuple(why_not(model, chosen)),
        below_minimum=tuple(instance.participants[number].id for number in lacking),
    )
