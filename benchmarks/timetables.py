"""Timetables against the linear-programming bound and against a plain greedy scheduler, on the same instances.

`python -m benchmarks.timetables [small|middle|large ...]`
"""

import resource
import sys
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from benchmarks.instances import instance
from matchmaker.events.timetable.bound import least_shortfall
from matchmaker.events.timetable.checking import faults
from matchmaker.events.timetable.greedy import greedy
from matchmaker.events.timetable.model import build
from matchmaker.events.timetable.seating import seat
from matchmaker.events.timetable.shapes import Instance, Meeting
from matchmaker.events.timetable.solving import solve


@dataclass(frozen=True)
class Size:
    """An instance's size, and the seconds it may take."""

    participants: int
    tables: int
    slots: int
    pairs: int
    seconds: float


# A little less than the wanted time, since the last step and writing the plan come after it.
SIZES = {
    "small": Size(100, 20, 12, 1_000, 18),
    "middle": Size(300, 40, 16, 4_000, 50),
    "large": Size(1_000, 120, 20, 15_000, 150),
}


def main(names: list[str]) -> None:
    """Print one row for each size and kind of utility."""
    heads = ("seconds", "utility / bound", "greedy / bound", "lacking (least)", "greedy lacks", "gaps", "greedy's gaps")
    print(f"| instance | {' | '.join(heads)} |")
    print("|---" * (len(heads) + 1) + "|")
    for name in names:
        for dense in (False, True):
            size = SIZES[name]
            made = instance(size.participants, size.tables, size.slots, size.pairs, dense=dense)
            print(_row(f"{name}, {'dense' if dense else 'sparse'}", made, size.seconds), flush=True)
    print(f"\nmost memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2:.2f} GiB")


def _row(name: str, made: Instance, seconds: float) -> str:
    started = perf_counter()
    plan = solve(made, seconds=seconds)
    took = perf_counter() - started
    if found := faults(made, plan.meetings):
        sys.exit(f"{name}: the plan is wrong: {found[:3]}")
    model = build(made)
    plain = greedy(model)
    rough = tuple(seat(model, plain))
    return (
        f"| {name} | {took:.0f} | {plan.utility / plan.upper_bound:.5f} |"
        f" {float(model.utility[plain].sum()) / plan.upper_bound:.5f} |"
        f" {lacking(made, plan.meetings)} ({least_shortfall(model)}) | {model.shortfall(plain)} |"
        f" {idle(made, plan.meetings)} | {idle(made, rough)} |"
    )


def lacking(made: Instance, meetings: tuple[Meeting, ...]) -> int:
    """How many meetings all participants together lack."""
    has = [sum(one.id in (each.a, each.b) for each in meetings) for one in made.participants]
    return sum(max(0, one.min_meetings - n) for one, n in zip(made.participants, has, strict=True))


def idle(made: Instance, meetings: tuple[Meeting, ...]) -> int:
    """Empty slots between somebody's first and last meeting, over all."""
    place = {name: number for number, name in enumerate(made.slots)}
    at: dict[str, list[int]] = {}
    for one in meetings:
        for who in (one.a, one.b):
            at.setdefault(who, []).append(place[one.slot])
    return int(np.sum([max(when) - min(when) + 1 - len(when) for when in at.values()]))


if __name__ == "__main__":
    main(sys.argv[1:] or list(SIZES))
