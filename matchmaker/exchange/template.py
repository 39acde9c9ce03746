"""What an empty spreadsheet to fill in consists of, before it is written as a workbook."""

from dataclasses import dataclass

from matchmaker.exchange.columns import Cell, Column, Kind, columns
from matchmaker.reference import chains, terms, towns

VALUES_SHEET = "允许的取值"
SHEET_NAMES = {Kind.ORGANISATIONS: "单位信息", Kind.LISTINGS: "供需信息", Kind.CONTRACTS: "技术合同"}


@dataclass(frozen=True)
class ValueList:
    """A block of the second sheet: its headings, and rows whose first cell is what one writes in the column."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def filled_columns(kind: Kind) -> list[Column]:
    """The columns of the template, in order."""
    return [column for column in columns(kind) if column.cell is not Cell.IGNORED]


def value_list(column: Column) -> ValueList | None:
    """The allowed values of a coded column; None where anything may stand."""
    if column.cell is Cell.TOWN:
        return ValueList((column.header, "代码"), tuple((town.name_zh, town.code) for town in towns.towns().values()))
    if column.cell is Cell.NODES:
        return ValueList((column.header, "编号", "产业链", "位置", "英文"), _node_rows())
    kind = "title" if column.cell is Cell.TITLES else column.terms
    if not kind:
        return None
    english = terms.terms(kind, "en")
    rows = tuple((name, code, english[code]) for code, name in terms.terms(kind).items())
    return ValueList((column.header, "代码", "英文"), rows)


def has_drop_down(column: Column) -> bool:
    """Whether the column offers its values as a list; titles need more than the bare value."""
    return column.cell in (Cell.TERM, Cell.TERMS, Cell.TOWN, Cell.NODES)


def takes_one(column: Column) -> bool:
    """Whether exactly one listed value may stand in the cell, so that anything else may be refused while typing."""
    return column.cell in (Cell.TERM, Cell.TOWN)


def _node_rows() -> tuple[tuple[str, ...], ...]:
    stages, names = terms.terms("stage"), chains.chains()
    return tuple(
        (f"{node.id} {node.name_zh}", node.id, names[node.chain].name_zh, stages[node.stage], node.name_en)
        for node in chains.nodes().values()
    )
