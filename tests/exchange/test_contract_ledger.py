"""技术合同台账 as a workbook: real days and numbers, sums below, totals on a second sheet, and back in again."""

from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from matchmaker.accounts.models import Organisation
from matchmaker.contracts.ledger import LedgerPage, Total
from matchmaker.contracts.models import Contract, ContractParty
from matchmaker.contracts.rules import (
    ContractKind,
    ContractState,
    PartyNature,
    PartyRole,
    PaymentMode,
    RelatedParty,
)
from matchmaker.exchange.columns import Kind
from matchmaker.exchange.contract_import import ContractRow
from matchmaker.exchange.contract_ledger import COLUMNS, quarter_name, workbook
from matchmaker.exchange.headers import column_of
from matchmaker.exchange.records import Record, mapping_for, read_record
from matchmaker.exchange.tables import open_table

HEADERS = [column.header for column in COLUMNS]
HOSTILE = "=cmd|' /C calc'!A0"
FEN = 100


def contract(number: int, **over: Any) -> Contract:
    """A registered contract that was never stored."""
    seller = ContractParty(
        role=PartyRole.SELLER,
        name="佛山市南海区试样研究院",
        uscc="91440605YYYY000127",
        nature=PartyNature.RESEARCH_INSTITUTE,
        organisation=Organisation(name="x", town="440605123"),
    )
    buyer = ContractParty(role=PartyRole.BUYER, name="广州样例有限公司", uscc="", nature=None)
    given: dict[str, Any] = {
        "title": f"第{number}号密封结构委托开发",
        "kind": ContractKind.DEV,
        "sub_kind": None,
        "state": ContractState.REGISTERED,
        "registration_no": f"20264406010{number:05d}",
        "registered_on": date(2026, 3, 20),
        "registrar": "佛山市技术合同登记站",
        "signed_on": date(2026, 3, 1),
        "valid_from": date(2026, 3, 1),
        "valid_until": date(2027, 3, 1),
        "total_fen": 240_000_050,
        "technology_fen": 198_050_000,
        "paid_fen": 0,
        "payment_mode": PaymentMode.LUMP,
        "field": "energy",
        "node": "HYD-09",
        "related": RelatedParty.NONE,
        "fiscal_fund": False,
        "own_number": "",
        "source_ref": f"2026-{number:03d}",
        "parties": [seller, buyer],
    }
    return Contract(**(given | over))


def page_of(*rows: Contract) -> LedgerPage:
    """These contracts with their sums; the totals are given, for they are the ledger's business."""
    whole = Total("", len(rows), sum(r.total_fen or 0 for r in rows), sum(r.technology_fen or 0 for r in rows), 0)
    half = Total("DEV", 1, whole.total_fen // 2, whole.technology_fen // 2, 0)
    return LedgerPage(
        rows=rows,
        number=1,
        last=1,
        total=len(rows),
        sum=whole,
        by_kind=[half],
        by_chain=[Total("", 1, 1, 1, 0), Total("HYD", 1, 1, 1, 0)],
        by_town=[Total("440605123", 2, 2, 2, 0)],
        by_nature=[Total("021", 2, 2, 2, 0)],
        by_quarter=[Total("2026Q1", 2, 2, 2, 0)],
    )


@pytest.fixture(scope="module")
def book() -> Any:
    rows = (contract(1), contract(2, title=HOSTILE, signed_on=None, total_fen=None, technology_fen=None))
    return load_workbook(BytesIO(workbook(page_of(*rows), about="2026 年")))


def test_headers_stay_and_cells_are_days_and_numbers(book: Any) -> None:
    sheet = book["技术合同台账"]
    assert (sheet["A1"].value, sheet["A2"].value[:6]) == ("技术合同台账", "2026 年")
    assert [cell.value for cell in sheet[3]] == HEADERS
    assert sheet.freeze_panes == "C4"
    row = dict(zip(HEADERS, sheet[4], strict=True))
    assert row["签订日期"].value == datetime(2026, 3, 1)
    assert row["签订日期"].number_format == "yyyy-mm-dd"
    assert (row["合同成交额（元）"].value, row["合同成交额（元）"].number_format) == (2_400_000.5, "#,##0.00")
    # As a number the last of its sixteen digits would be lost.
    assert (row["合同登记编号"].value, row["合同登记编号"].data_type) == ("2026440601000001", "s")
    assert (row["卖方镇街"].value, row["产业链"].value, row["卖方性质"].value) == ("丹灶镇", "氢能", "科研机构")
    assert row["买方性质"].value is None


def test_nothing_typed_by_anybody_is_a_formula(book: Any) -> None:
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert book["技术合同台账"]["B5"].value == f"'{HOSTILE}"


def test_sums_stand_below(book: Any) -> None:
    sheet = book["技术合同台账"]
    last = dict(zip(HEADERS, [cell.value for cell in sheet[sheet.max_row]], strict=True))
    assert last["合同登记编号"] == "合计 2 份"
    assert (last["合同成交额（元）"], last["技术交易额（元）"]) == (2_400_000.5, 1_980_500)
    assert sheet.auto_filter.ref == f"A3:AC{sheet.max_row - 1}"


def test_totals_stand_on_a_second_sheet_with_their_share(book: Any) -> None:
    sheet = book["汇总"]
    lines = {row[0]: row for row in sheet.iter_rows(values_only=True) if row[0]}
    assert lines["技术开发"][1:] == (1, 1_200_000.25, 990_250, 0, 0.5)
    assert {"未归类", "氢能", "丹灶镇", "科研机构", "2026年第1季度"} <= set(lines)
    assert sum(row[0] == "合计" for row in sheet.iter_rows(values_only=True)) == 5


def test_it_prints_on_a3_with_its_headers_on_every_page(book: Any) -> None:
    sheet = book["技术合同台账"]
    assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", sheet.PAPERSIZE_A3)
    assert (sheet.page_setup.fitToWidth, sheet.print_title_rows) == (1, "$1:$3")


def test_an_empty_ledger_is_a_workbook_too() -> None:
    sheet = load_workbook(BytesIO(workbook(page_of(), about="全部合同")))["技术合同台账"]
    assert sheet["A4"].value == "合计 0 份"


def test_what_was_taken_out_can_be_brought_in_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(workbook(page_of(contract(1)), about="全部合同"))
    with open_table(path, lambda header: column_of(Kind.CONTRACTS, header) is not None) as table:
        mapping = mapping_for(Kind.CONTRACTS, table.headers or ())
        found = [read_record(Kind.CONTRACTS, row, mapping) for row in table.rows]
    first, sums = found
    assert sums == []
    assert isinstance(first, Record)
    assert isinstance(first.data, ContractRow)
    assert (first.data.source_ref, first.data.total) == ("2026-001", 2_400_000 * FEN + 50)
    assert (first.data.registration_no, first.data.node) == ("2026440601000001", "HYD-09")


@pytest.mark.parametrize(("code", "name"), [("2026Q4", "2026年第4季度"), ("", "未签订")])
def test_quarters_have_names(code: str, name: str) -> None:
    assert quarter_name(code) == name
