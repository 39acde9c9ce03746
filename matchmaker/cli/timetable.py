"""The command that makes a timetable from a file."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matchmaker.cli.parts import EXISTING_FILE, refusals

if TYPE_CHECKING:
    from matchmaker.events.timetable.solving import Progress


@click.command()
@click.argument("instance", type=EXISTING_FILE)
@click.option("--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True)
@click.option("--seconds", type=click.FloatRange(0.1, 86_400), default=60.0, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
def timetable(instance: Path, *, out: Path, seconds: float, workers: int, seed: int) -> None:
    """Make the best timetable for INSTANCE (JSON). Ctrl-C stops the search and writes the best plan found so far."""
    from tqdm import tqdm

    from matchmaker.events.timetable.reading import plan_json, read_instance
    from matchmaker.events.timetable.solving import solve

    with refusals():
        asked = read_instance(instance.read_bytes())
        with _interrupts() as interrupted, tqdm(bar_format="{desc}", leave=False) as shown:

            def tell(now: "Progress") -> bool:
                reached = now.utility / now.upper_bound if now.upper_bound else 1.0
                shown.set_description_str(
                    f"timetable: {now.elapsed_s:.0f} s, utility {now.utility:.2f} of at most {now.upper_bound:.2f}"
                    f" ({reached:.2%}), {now.below} meetings lacking"
                )
                return not interrupted

            plan = solve(asked, seconds=seconds, workers=workers, seed=seed, tell=tell)
        part = out.with_name(out.name + ".part")
        part.write_text(json.dumps(plan_json(plan), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        part.replace(out)
    click.echo(
        f"{len(plan.meetings)} meetings, utility {plan.utility:.4f} of at most {plan.upper_bound:.4f},"
        f" {len(plan.unscheduled)} pairs not placed, {len(plan.below_minimum)} participants below their minimum"
    )


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
