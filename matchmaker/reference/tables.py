"""Reads the reference tables; the only place that knows their files."""

import csv
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "seed_data" / "reference"


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of `seed_data/reference/<name>.csv` as text, in file order."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
