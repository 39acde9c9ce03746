"""Finds the header row of a table and says which column of ours each header means."""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from matchmaker.core.errors import Fault
from matchmaker.exchange.columns import Cell, Column, Kind, by_spelling, columns, fold_header

SEARCHED_ROWS = 10
Known = Callable[[str], bool]


@dataclass(frozen=True)
class HeaderRow:
    """Where the header stands (index from 0), over how many rows, and its texts; "" where a column has none."""

    index: int
    height: int
    names: tuple[str, ...]
    score: int


def column_of(kind: Kind, header: str) -> Column | None:
    """The column that this header means, if any."""
    accepted = by_spelling(kind)
    return next((accepted[name] for name in fold_header(header) if name in accepted), None)


def find_header(grid: Sequence[Sequence[str]], known: Known) -> HeaderRow | None:
    """The row with most known headers, at least two; two rows together when only both make sense of each other.

    That is how merged headers look: a group name above, its parts below, the merged cells in between empty.
    """
    single = [(index, 1, tuple(row)) for index, row in enumerate(grid)]
    double = [(index, 2, _stacked(above, below, known)) for index, (above, below) in enumerate(pairwise(grid))]
    best: HeaderRow | None = None
    for index, height, names in single + double:
        score = len({name for name in names if name and known(name)})
        if score >= 2 and (best is None or score > best.score):
            best = HeaderRow(index, height, names, score)
    return best


def _stacked(upper: Sequence[str], lower: Sequence[str], known: Known) -> tuple[str, ...]:
    names, group = [], ""
    for column in range(max(len(upper), len(lower))):
        above = upper[column] if column < len(upper) else ""
        below = lower[column] if column < len(lower) else ""
        group = above or group
        whole = f"{group}{below}"
        names.append(above if not below else whole if not known(below) and known(whole) else below)
    return tuple(names)


def resolve(kind: Kind, headers: Sequence[str]) -> tuple[dict[str, Column], list[Fault]]:
    """The column behind each header, and a fault for each header that is unknown or says the same as another."""
    mapping: dict[str, Column] = {}
    faults: list[Fault] = []
    first: dict[str, str] = {}
    for header in headers:
        column = column_of(kind, header)
        if column is None:
            faults.append(Fault(header, _unknown(kind, header)))
        elif column.field in first and column.cell is not Cell.IGNORED:
            faults.append(Fault(header, f"与“{first[column.field]}”是同一列，出现了两次；请删去一列"))
        else:
            first[column.field] = header
            mapping[header] = _in_its_unit(column, header)
    return mapping, faults


def _in_its_unit(column: Column, header: str) -> Column:
    """A column of money is read in 万元 when its header says so."""
    return replace(column, cell=Cell.MONEY_WAN) if column.cell is Cell.MONEY and "万" in header else column


def missing(kind: Kind, mapping: dict[str, Column]) -> list[Fault]:
    """A fault for each required column that the table does not have at all."""
    present = {column.field for column in mapping.values()}
    wanted = [column for column in columns(kind) if column.required and column.field not in present]
    return [Fault(column.header, "缺少这个必填列；请按模板补上表头") for column in wanted]


def _unknown(kind: Kind, header: str) -> str:
    accepted = by_spelling(kind)
    near = difflib.get_close_matches(fold_header(header[:100])[0], accepted, n=1, cutoff=0.5)
    hint = f"是否想写“{accepted[near[0]].header}”？" if near else "请对照模板改名，或删去这一列"
    return f"不认识的表头；{hint}"
