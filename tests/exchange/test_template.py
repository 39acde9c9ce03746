"""The template, filled in, comes back clean."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core.actor import Actor
from matchmaker.core.errors import Invalid
from matchmaker.exchange.columns import Cell, Column, Kind, columns
from matchmaker.exchange.importing import import_file
from matchmaker.exchange.sheets import write_template
from matchmaker.exchange.template import VALUES_SHEET, value_list
from tests.exchange.factories import contract_row, listing_row, organisation_row

ROWS = {Kind.LISTINGS: listing_row, Kind.ORGANISATIONS: organisation_row, Kind.CONTRACTS: contract_row}
# What makes an example row a real one.
OWNER = {Kind.LISTINGS: "统一社会信用代码", Kind.ORGANISATIONS: "统一社会信用代码", Kind.CONTRACTS: "台账编号"}
# An example cannot show a registration number that might be real.
REGISTERED = {Kind.CONTRACTS: ("合同登记编号",)}
CODED = [
    (kind, column) for kind in (Kind.ORGANISATIONS, Kind.LISTINGS) for column in columns(kind) if value_list(column)
]


def filled(kind: Kind, path: Path, rows: list[dict[str, object]]) -> Path:
    """The template with rows below its example."""
    write_template(kind, path)
    book = load_workbook(path)
    sheet = book.worksheets[0]
    places = {str(cell.value).removesuffix("*"): cell.column for cell in sheet[1]}
    for number, row in enumerate(rows, start=3):
        for header, value in row.items():
            sheet.cell(number, places[header], value)
    book.save(path)
    return path


@pytest.mark.parametrize("kind", Kind)
def test_empty_template_holds_no_rows(
    registry: sessionmaker[Session], actor: Actor, tmp_path: Path, kind: Kind
) -> None:
    path = tmp_path / "t.xlsx"
    write_template(kind, path)
    with pytest.raises(Invalid, match="没有数据行"):
        import_file(registry, actor, kind=kind, path=path)


@pytest.mark.parametrize(("kind", "column"), CODED, ids=lambda part: getattr(part, "field", part))
def test_every_allowed_value_comes_back(
    registry: sessionmaker[Session], actor: Actor, tmp_path: Path, kind: Kind, column: Column
) -> None:
    allowed = value_list(column)
    assert allowed is not None
    rows = [ROWS[kind](number, **{column.header: row[0]}) for number, row in enumerate(allowed.rows, start=1)]
    report = import_file(registry, actor, kind=kind, path=filled(kind, tmp_path / "t.xlsx", rows))
    assert report.faults == ()
    assert (report.rows, report.written + report.unchanged) == (len(rows), len(rows))


@pytest.mark.parametrize("kind", Kind)
def test_example_row_would_import_with_a_real_code(
    registry: sessionmaker[Session], actor: Actor, tmp_path: Path, kind: Kind
) -> None:
    example = {column.header: column.example for column in columns(kind) if column.example}
    row = example | {name: ROWS[kind](1)[name] for name in (OWNER[kind], *REGISTERED.get(kind, ()))}
    report = import_file(registry, actor, kind=kind, path=filled(kind, tmp_path / "t.xlsx", [row]))
    assert (report.faults, report.rows) == ((), 1)


@pytest.mark.parametrize("kind", Kind)
def test_template_guides_the_hand(tmp_path: Path, kind: Kind) -> None:
    path = tmp_path / "t.xlsx"
    write_template(kind, path)
    book = load_workbook(path)
    sheet = book.worksheets[0]
    assert (book.sheetnames[1], sheet.freeze_panes) == (VALUES_SHEET, "A2")
    assert all(cell.comment for cell in sheet[1])
    assert sheet.column_dimensions["A"].number_format == "@"
    lists = [column for column in columns(kind) if column.cell in (Cell.TERM, Cell.TERMS, Cell.TOWN, Cell.NODES)]
    assert len(sheet.data_validations.dataValidation) == len(lists)


def test_drop_down_points_at_its_values(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_template(Kind.LISTINGS, path)
    book = load_workbook(path)
    rule = next(rule for rule in book.worksheets[0].data_validations.dataValidation if rule.promptTitle == "形式")
    area = rule.formula1.split("!")[1].replace("$", "")
    assert [cell.value for (cell,) in book[VALUES_SHEET][area]] == ["产品", "产能", "技术", "服务", "仪器"]
