"""Ten disruptions of a published timetable of 300 participants: is the repair sound, how long, how many changes.

`python -m benchmarks.repairs`
"""

import sys
from collections import Counter
from dataclasses import replace
from time import perf_counter

import numpy as np

from benchmarks.instances import instance
from matchmaker.events.timetable.checking import faults
from matchmaker.events.timetable.repairing import repair
from matchmaker.events.timetable.shapes import Instance, Meeting, Pair, Participant
from matchmaker.events.timetable.solving import solve

Change = tuple[str, Instance, frozenset[str]]


def main() -> None:
    """Print one row for each disruption."""
    made = instance(300, 40, 16, 4_000)
    published = solve(made, seconds=60).meetings
    print(f"{len(published)} meetings are published\n")
    print("| what happens | seconds | lost | other table | changed in all | fewest possible | new | people told |")
    print("|---|---|---|---|---|---|---|---|")
    random = np.random.default_rng(0)
    for number in range(10):
        name, changed, arrived = disrupt(random, made, published, number)
        started = perf_counter()
        found = repair(changed, published, arrived=arrived)
        took = perf_counter() - started
        if wrong := faults(changed, found.meetings):
            sys.exit(f"{name}: the repair is wrong: {wrong[:3]}")
        # Whoever loses the slot has changed, so there are never fewer changes than meetings that have to go.
        fewest = str(len(found.dropped)) if found.proven else "not proven"
        print(
            f"| {name} | {took:.1f} | {len(found.dropped)} | {len(found.reseated)} |"
            f" {len(found.dropped) + len(found.reseated)} | {fewest} | {len(found.added)} | {len(found.concerned)} |"
        )


def disrupt(random: np.random.Generator, made: Instance, published: tuple[Meeting, ...], number: int) -> Change:
    """(what happens, the instance after it, who is new): a no-show, a late firm, a lost table or a walk-in, in turn."""
    busy = [one for one, _ in Counter(who for one in published for who in (one.a, one.b)).most_common(150)]
    locked = {name for pair in made.pairs if pair.locked for name in (pair.a, pair.b)}
    who = str(random.choice([one for one in busy if one not in locked]))
    if number % 4 == 2:
        owned = {one.table for one in made.participants}
        table = str(random.choice([one for one in made.tables if one not in owned]))
        return "a table is lost", replace(made, tables=tuple(one for one in made.tables if one != table)), frozenset()
    if number % 4 == 3:
        others = random.choice([one.id for one in made.participants], 30, replace=False)
        pairs = tuple(Pair("walk-in", str(other), round(float(random.beta(2, 3)), 4)) for other in others)
        people = (*made.participants, Participant("walk-in"))
        return "a walk-in", replace(made, participants=people, pairs=(*made.pairs, *pairs)), frozenset({"walk-in"})
    there = frozenset() if number % 4 == 0 else frozenset(made.slots[4:])
    people = tuple(replace(one, available=there) if one.id == who else one for one in made.participants)
    return "a no-show" if not there else "four slots late", replace(made, participants=people), frozenset()


if __name__ == "__main__":
    main()
