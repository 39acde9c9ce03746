"""A dry run as a workbook: every claim under both versions with the difference, the units, and the sums."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from matchmaker.exchange.dressing import dress_title
from matchmaker.exchange.payment_sheets import as_yuan, dress
from matchmaker.exchange.same_bytes import workbook_bytes
from matchmaker.exchange.written import written
from matchmaker.subsidies.dry_run import DryRun

_YES = {True: "是", False: "否"}


def comparison_sheet(found: DryRun, *, at: datetime, by: str) -> bytes:
    """Two sheets; amounts are numbers in yuan, texts never formulas. Nothing of it was decided."""
    first, second = (f"{one.policy_id} {one.version}" for one in (found.first, found.second))
    book = Workbook()
    title = f"{found.window.title} 试算：{first} 与 {second}（{by} 制作，不构成决定）"
    heads = ("应得", "预算内")
    claims = (
        ("申领编号", 12),
        ("单位", 34),
        ("统一社会信用代码", 22),
        *((f"{first} 符合", 14), *((f"{first} {head}（元）", 18) for head in heads)),
        *((f"{second} 符合", 14), *((f"{second} {head}（元）", 18) for head in heads)),
        ("差额（元）", 16),
    )
    book.active.title = "逐笔"
    _fill(book.active, title, claims, _claims(found), money=(5, 6, 8, 9, 10))
    units = (
        ("单位", 34),
        ("统一社会信用代码", 22),
        (f"{first}（元）", 20),
        (f"{second}（元）", 20),
        ("差额（元）", 16),
    )
    _fill(book.create_sheet("按单位"), title, units, _units(found), money=(3, 4, 5))
    return workbook_bytes(book, at)


def _claims(found: DryRun) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for one in found.comparison.claims:
        sums = [
            part for given in (one.first, one.second) for part in (_YES[given.eligible], given.needed, given.granted)
        ]
        rows.append(
            [one.claim_id, found.names.get(one.uscc, ""), one.uscc, *sums, one.second.granted - one.first.granted]
        )
    return _with_sums(rows)


def _units(found: DryRun) -> list[list[Any]]:
    return _with_sums(
        [
            [found.names.get(one.uscc, ""), one.uscc, one.first, one.second, one.second - one.first]
            for one in found.comparison.units
        ]
    )


def _with_sums(rows: list[list[Any]]) -> list[list[Any]]:
    """The rows and below them the sums of whatever is an amount in fen."""
    if not rows:
        return []
    sums = [sum(row[place] for row in rows) if isinstance(cell, int) else None for place, cell in enumerate(rows[0])]
    return [*rows, ["合计", *sums[1:]]]


def _fill(
    sheet: Any,
    title: str,
    columns: Sequence[tuple[str, int]],
    rows: Sequence[Sequence[Any]],
    *,
    money: Sequence[int],
) -> None:
    sheet.append([written(title)])
    dress_title(sheet["A1"])
    sheet.append([written(head) for head, _ in columns])
    for row in rows:
        sheet.append([as_yuan(cell) if isinstance(cell, int) else written(cell) for cell in row])
    dress(sheet, columns, money=money)
    if rows:
        for cell in sheet[sheet.max_row]:
            cell.font = Font(bold=True)
