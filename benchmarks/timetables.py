"""Timetables against the linear-programming bound and against a plain greedy scheduler, on the same instances.

`python -m benchmarks.timetables [small|middle|large ...]`: every plan is made by the command itself, from a file to a
file, so that seconds and memory are those of a whole run.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from benchmarks.instances import instance
from matchmaker.events.timetable.bound import least_shortfall
from matchmaker.events.timetable.checking import faults
from matchmaker.events.timetable.greedy import greedy
from matchmaker.events.timetable.model import Ints, Model, build
from matchmaker.events.timetable.pairing import by_pairs
from matchmaker.events.timetable.reading import read_plan
from matchmaker.events.timetable.seating import seat
from matchmaker.events.timetable.shapes import Instance, Meeting
from matchmaker.meetings.instances import instance_json


@dataclass(frozen=True)
class Size:
    """An instance's size, and the seconds that a whole run may take."""

    participants: int
    tables: int
    slots: int
    pairs: int
    seconds: float


SIZES = {
    "small": Size(100, 20, 12, 1_000, 20),
    "middle": Size(300, 40, 16, 4_000, 60),
    "large": Size(1_000, 120, 20, 15_000, 180),
}
HEADS = (
    *("minimums", "seconds", "GiB", "proven best", "utility / bound", "greedy / bound", "people short (meetings)"),
    *("fewest meetings", "greedy: people short (meetings)", "gaps", "greedy's gaps"),
)


@dataclass(frozen=True)
class Run:
    """What the command made of an instance, and what it took."""

    meetings: tuple[Meeting, ...]
    utility: float
    upper_bound: float
    proven: bool
    seconds: float
    gib: float


def main(names: list[str]) -> None:
    """Print a row for each instance as it is, and one for the same without anybody's minimum."""
    print(f"| instance | {' | '.join(HEADS)} |")
    print("|---" * (len(HEADS) + 1) + "|")
    for name in names:
        for kind, made in variants(SIZES[name]):
            print(_row(f"{name}, {kind} | kept", made, SIZES[name].seconds), flush=True)
            free = replace(made, participants=tuple(replace(one, min_meetings=0) for one in made.participants))
            print(_row(f"{name}, {kind} | none", free, SIZES[name].seconds), flush=True)


def variants(size: Size) -> Iterator[tuple[str, Instance]]:
    """(what it is like, the instance): two kinds of utilities; then what is short is not tables but people's time."""
    for dense in (False, True):
        made = instance(size.participants, size.tables, size.slots, size.pairs, dense=dense)
        yield "dense" if dense else "sparse", made
    capped = tuple(replace(one, max_meetings=3, min_meetings=min(3, one.min_meetings)) for one in made.participants)
    yield "three meetings at most", replace(made, participants=capped)
    more = tuple(f"more{number}" for number in range(size.participants // 2 - size.tables))
    yield "tables for all", replace(made, tables=(*made.tables, *more))


def _row(name: str, made: Instance, seconds: float) -> str:
    ours = run(made, seconds)
    if found := faults(made, ours.meetings):
        sys.exit(f"{name}: the plan is wrong: {found[:3]}")
    model = build(made)
    plain = greedy(model)
    rough = tuple(seat(model, plain))
    bound = ours.upper_bound or 1.0
    cells = (
        f"{ours.seconds:.1f}",
        f"{ours.gib:.2f}",
        "yes" if ours.proven else "no",
        f"{ours.utility / bound:.5f}",
        f"{float(model.utility[plain].sum()) / bound:.5f}",
        f"{short(made, ours.meetings)} ({lacking(made, ours.meetings)})",
        f"{fewest(model)}",
        f"{short(made, rough)} ({lacking(made, rough)})",
        f"{idle(made, ours.meetings)}",
        f"{idle(made, rough)}",
    )
    return f"| {name} | {' | '.join(cells)} |"


def run(made: Instance, seconds: float) -> Run:
    """The command in a process of its own, with as many seconds as it may take."""
    with TemporaryDirectory() as folder:
        asked, plan = Path(folder, "instance.json"), Path(folder, "plan.json")
        asked.write_text(json.dumps(instance_json(made)), encoding="utf-8")
        command = [sys.executable, "-m", "matchmaker", "timetable", str(asked), "--out", str(plan)]
        started = perf_counter()
        with subprocess.Popen(
            [*command, f"--seconds={seconds}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as running:
            _, status, used = os.wait4(running.pid, 0)
            running.returncode = os.waitstatus_to_exitcode(status)
        took = perf_counter() - started
        if running.returncode:
            sys.exit(f"the command failed: {' '.join(command)}")
        text = plan.read_text(encoding="utf-8")
    said = json.loads(text)
    proven = said["status"] == "optimal"
    return Run(read_plan(text), said["utility"], said["upper_bound"], proven, took, used.ru_maxrss / 1024**2)


def fewest(model: Model) -> int:
    """So many meetings are lacking in any timetable, at least."""
    return least_shortfall(by_pairs(model))


def short(made: Instance, meetings: tuple[Meeting, ...]) -> int:
    """How many participants have fewer meetings than they are to have."""
    return int((_lacking(made, meetings) > 0).sum())


def lacking(made: Instance, meetings: tuple[Meeting, ...]) -> int:
    """How many meetings all participants together lack."""
    return int(_lacking(made, meetings).sum())


def _lacking(made: Instance, meetings: tuple[Meeting, ...]) -> Ints:
    place = {one.id: number for number, one in enumerate(made.participants)}
    people = [place[who] for one in meetings for who in (one.a, one.b)]
    has = np.bincount(np.array(people, dtype=np.int64), minlength=len(place))
    wanted: Ints = np.array([one.min_meetings for one in made.participants], dtype=np.int64)
    lacks: Ints = np.maximum(wanted - has, 0)
    return lacks


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
