"""What every reader hands on: rows of raw cells under the headers of the file, one at a time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NoReturn

from matchmaker.core.errors import Fault, Invalid

MAX_ROWS = 100_000
MAX_COLUMNS = 100
SHOWN = 60


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that no column can use: a formula, an error value. `shown` is what the user sees in it."""

    shown: str
    message: str


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row by its number in the file, counted from 1. Blank cells are left out; `problem` damns the whole row."""

    number: int
    cells: dict[str, object]
    problem: str = ""


@dataclass(frozen=True)
class Table:
    """An open file: its headers (None when each row brings its own keys) and its rows, read as they are asked for."""

    headers: tuple[str, ...] | None
    rows: Iterator[RawRow]


def refuse(path: Path, message: str, *, where: str = "") -> NoReturn:
    """Refuse the whole file; `where` is a row, a cell or a column."""
    raise Invalid([Fault(f"{path.name} {where}".strip(), message)])


def shown(value: object) -> str:
    """A value short enough for one line of a report, without characters that a terminal would act on."""
    text = "" if value is None else str(value)
    clean = "".join(c if c.isprintable() else " " for c in text[: SHOWN + 1])
    return clean if len(text) <= SHOWN else f"{clean[:SHOWN]}…"


def file_name(name: str) -> str:
    """A name for the file that is only a name: what reports and refusals call it."""
    plain = re.sub(r"[^\w.()（）-]", "_", PurePosixPath(name.replace("\\", "/")).name)[-80:].lstrip(".")
    return plain if Path(plain).suffix else f"file{plain and '-'}{plain}"
