"""The command that makes a timetable from a file, or repairs one that is published."""

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import monotonic, process_time
from typing import TYPE_CHECKING, Any

import click

from matchmaker.cli.parts import EXISTING_FILE, refusals

if TYPE_CHECKING:
    from matchmaker.events.timetable.shapes import Plan
    from matchmaker.events.timetable.watching import Progress

SECONDS, REPAIR_SECONDS = 60.0, 5.0
# Of the time that the process has used already, so much at the most went into loading the program.
LOADING_S = 2.0


@click.command()
@click.argument("instance", type=EXISTING_FILE)
@click.option("--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True)
@click.option(
    "--seconds",
    type=click.FloatRange(0.1, 86_400),
    help="Time for everything, reading and writing included.  [default: 60; with --repair 5]",
)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--repair",
    type=EXISTING_FILE,
    metavar="PLAN",
    help="Fit this published plan to INSTANCE, the event as it is now, with as few changes as possible.",
)
@click.option("--arrived", multiple=True, metavar="ID", help="With --repair: somebody new who is to get meetings.")
def timetable(
    instance: Path,
    *,
    out: Path,
    seconds: float | None,
    workers: int,
    seed: int,
    repair: Path | None,
    arrived: tuple[str, ...],
) -> None:
    """Make the best timetable for INSTANCE (JSON). Ctrl-C stops the search and writes the best plan found so far."""
    began = monotonic() - min(LOADING_S, process_time())
    if arrived and repair is None:
        raise click.UsageError("--arrived needs --repair")
    if not out.parent.is_dir():
        raise click.ClickException(f"--out: there is no folder {out.parent}")
    with refusals():
        if repair is not None:
            _repair(instance, repair, out, arrived=arrived, time=_Time(began, seconds or REPAIR_SECONDS))
        else:
            _solve(instance, out, time=_Time(began, seconds or SECONDS), workers=workers, seed=seed)


@dataclass(frozen=True)
class _Time:
    """What a whole run may take."""

    began: float
    seconds: float

    def left(self) -> float:
        """Seconds for the work: writing and leaving take about as long as it took to come here."""
        return max(0.1, self.seconds - 2 * (monotonic() - self.began))


def _solve(instance: Path, out: Path, *, time: _Time, workers: int, seed: int) -> None:
    """Write the best plan that is found in time."""
    with _interrupts() as interrupted, ExitStack() as opened:
        from tqdm import tqdm

        from matchmaker.events.timetable.reading import read_instance
        from matchmaker.events.timetable.solving import solve
        from matchmaker.events.timetable.writing import plan_json

        # Not before there is something to say: a refusal is to be the only line.
        shown = cache(lambda: opened.enter_context(tqdm(bar_format="{desc}", leave=False)))

        def tell(now: "Progress") -> bool:
            reached = now.utility / now.upper_bound if now.upper_bound else 1.0
            shown().set_description_str(
                f"timetable: {now.elapsed_s:.0f} s, utility {now.utility:.2f} of at most {now.upper_bound:.2f}"
                f" ({reached:.2%}), {now.below} meetings lacking"
            )
            return not interrupted

        asked = read_instance(instance.read_bytes())
        plan = solve(asked, seconds=time.left(), workers=workers, seed=seed, tell=tell)
    _write(out, plan_json(plan))
    _say(plan)


def _repair(instance: Path, before: Path, out: Path, *, arrived: tuple[str, ...], time: _Time) -> None:
    """Write the published plan as it fits the event now, with what changed."""
    from matchmaker.events.timetable.reading import read_instance, read_plan, require_known
    from matchmaker.events.timetable.repairing import as_plan, repair
    from matchmaker.events.timetable.writing import changes_json, plan_json

    asked, published = read_instance(instance.read_bytes()), read_plan(before.read_bytes())
    require_known(asked, arrived)
    told = repair(asked, published, arrived=frozenset(arrived), seconds=time.left())
    plan = as_plan(asked, told)
    changes = changes_json(told)
    _write(out, plan_json(plan) | {"changes": changes})
    _say(plan)
    counts = ", ".join(f"{len(changes[name])} {name}" for name in ("dropped", "moved", "added", "concerned"))
    click.echo(f"changes: {counts}; {'no plan' if told.proven else 'perhaps another'} keeps more meetings")


def _say(plan: "Plan") -> None:
    click.echo(
        f"{len(plan.meetings)} meetings, utility {plan.utility:.4f} of at most {plan.upper_bound:.4f},"
        f" {len(plan.unscheduled)} pairs not placed, {len(plan.below_minimum)} participants below their minimum"
    )


def _write(out: Path, document: dict[str, Any]) -> None:
    """All of it or nothing: a plan that is there already stays until the new one is complete."""
    part = out.with_name(out.name + ".part")
    part.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(out)


@contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Collects Ctrl-C instead of raising it, so that the search can end with a plan; a second one raises."""
    caught: list[int] = []

    def note(number: int, _: object) -> None:
        if caught:
            raise KeyboardInterrupt
        caught.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield caught
    finally:
        signal.signal(signal.SIGINT, before)
