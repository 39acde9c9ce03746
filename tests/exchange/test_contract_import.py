"""Last years' contracts from an office's own spreadsheet: what real cells look like, and importing twice."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.audit.models import AuditEntry
from matchmaker.contracts.models import Contract, ContractStep
from matchmaker.contracts.rules import SUB_KINDS, ContractState, PartyRole
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.exchange.columns import Kind, columns
from matchmaker.exchange.contract_import import DERIVED, ContractRow, contradictions
from matchmaker.exchange.headers import column_of
from matchmaker.exchange.importing import import_file, import_upload
from matchmaker.exchange.records import Record, mapping_for, read_record
from matchmaker.exchange.report import RowFault
from matchmaker.exchange.rows import BadCell, RawRow
from matchmaker.reference.terms import terms
from tests.exchange.factories import contract_row, uscc

Sessions = sessionmaker[Session]
FEN = 100
TODAY = date(2026, 6, 1)


def read(cells: dict[str, object], *, row: int = 5) -> Record | list[RowFault]:
    """One row of a table that has its headers and all that a good row has; blank cells are left out."""
    headers = [name for name in contract_row() if name not in cells]
    mapping = mapping_for(Kind.CONTRACTS, (*cells, *(name for name in headers if not _said(name, cells))))
    return read_record(Kind.CONTRACTS, RawRow(row, {k: v for k, v in cells.items() if v is not None}), mapping)


def _said(header: str, cells: dict[str, object]) -> bool:
    """Whether one of the cells stands under another name of this header."""
    known = column_of(Kind.CONTRACTS, header)
    return any(column_of(Kind.CONTRACTS, name) is known for name in cells)


def cells_of(over: dict[str, object]) -> dict[str, object]:
    """The good row with other cells; what has come under another header is not there twice."""
    return {name: value for name, value in contract_row().items() if not _said(name, over)} | over


def data_of(**over: object) -> ContractRow:
    """The good row with other cells, as it was read; empty cells are left out."""
    found = read(cells_of(over))
    assert isinstance(found, Record), found
    assert isinstance(found.data, ContractRow)
    return found.data


def faults_of(**over: object) -> dict[str, str]:
    """Header to message of what is wrong in the good row with other cells."""
    found = read(cells_of(over))
    assert isinstance(found, list)
    assert {fault.row for fault in found} == {5}
    return {fault.column: fault.message for fault in found}


@pytest.mark.parametrize(
    ("header", "raw", "yuan"),
    [
        ("合同成交额", "2,400,000.00", 2_400_000),
        ("合同成交额", "２４０万元", 2_400_000),
        ("合同成交额", "￥2 400 000元整", 2_400_000),
        ("合同成交额", 2_400_000.0, 2_400_000),
        ("合同金额（万元）", 240.5, 2_405_000),
        ("合同成交额(万元)", "240", 2_400_000),
        ("合同成交额（万元）", "2400000元", 2_400_000),
        ("合同成交总额（元）", "2400000", 2_400_000),
        ("total", "2400000", 2_400_000),
    ],
)
def test_amounts_are_read_in_the_unit_of_cell_or_header(header: str, raw: object, yuan: int) -> None:
    assert data_of(**{header: raw}).total == yuan * FEN


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("2025.3.1", date(2025, 3, 1)),
        ("２０２５年３月１日", date(2025, 3, 1)),
        ("20250301", date(2025, 3, 1)),
        (45717, date(2025, 3, 1)),
        ("45717", date(2025, 3, 1)),
        (datetime(2025, 3, 1), date(2025, 3, 1)),
    ],
)
def test_days_are_read_as_text_and_as_serials(raw: object, day: date) -> None:
    assert data_of(签订日期=raw).signed_on == day


@pytest.mark.parametrize(
    "raw", ["2025.3.1-2026.12.31", "2025年3月1日至2026年12月31日", "自2025-03-01起至2026-12-31止", "20250301～20261231"]
)
def test_a_period_in_one_cell_becomes_two_days(raw: str) -> None:
    row = data_of(履行期限=raw)
    assert (row.valid_from, row.valid_until) == (date(2025, 3, 1), date(2026, 12, 31))


@pytest.mark.parametrize("raw", [2025440601000001, 2.025440601000001e15, "2.02544E+15"])
def test_a_registration_number_that_excel_made_a_number_of_is_refused(raw: object) -> None:
    assert faults_of(合同登记编号=raw) == {
        "合同登记编号": "Excel 把它当成了数字或日期，原来的内容已丢失；请把整列设为“文本”格式后重新填写"
    }


@pytest.mark.parametrize("raw", [25440601000001, "２５４４０６０１００００01", "25-4406-01-000001", " 25440601000001 "])
def test_a_number_of_fourteen_digits_is_kept_whole(raw: object) -> None:
    assert data_of(合同登记编号=raw).registration_no == "25440601000001"


@pytest.mark.parametrize(
    ("over", "header", "message"),
    [
        ({"技术交易额": "2400000.01"}, "技术交易额", "技术交易额大于合同成交额；请核对两列的金额和单位"),
        ({"技术交易额": None}, "技术交易额", "已登记的合同须有技术交易额；请按登记证明填写"),
        ({"合同成交额": None}, "合同成交额", "填了技术交易额，也请填写合同成交额"),
        ({"合同成交额": "0.001"}, "合同成交额", "金额精确到分为止；请四舍五入到 0.01 元"),
        ({"合同成交额": "一百万"}, "合同成交额", "金额读不懂；请只填数字，如 2400000 或 240万元"),
        ({"合同成交额": "999999999999"}, "合同成交额", "金额超出范围（0 至 1000 亿元）；请核对金额和单位"),
        ({"合同登记编号": "123"}, "合同登记编号", "登记编号应为 14 或 16 位数字；请对照登记证明"),
        ({"登记日期": None}, "登记日期", "有登记编号时请填写登记日期"),
        ({"登记机构": None}, "登记机构", "有登记编号时请填写登记机构"),
        ({"登记日期": "2025-02-01"}, "登记日期", "登记日期早于签订日期；请核对"),
        ({"签订日期": None}, "签订日期", "已签约的合同须有签订日期；请填写"),
        ({"签订日期": "2099-01-01", "登记日期": "2099-02-01"}, "签订日期", "签订日期还没有到；请核对年份"),
        ({"有效期": "2026-01-01至2025-01-01"}, "有效期止", "有效期止早于有效期起；请核对"),
        (
            {"合同登记编号": None, "登记状态": "已登记"},
            "合同登记编号",
            "已登记的合同须有登记编号；没有登记请改登记状态",
        ),
        (
            {"合同子类": "技术培训"},
            "合同子类",
            "这个子类不属于所选的合同类别；请对照模板第二张表“允许的取值”",
        ),
        ({"产业链环节": "HYD-09、HYD-10"}, "产业链环节", "这里只填一个环节；请保留最主要的一个"),
        ({"卖方行政区划代码": "4406"}, "卖方行政区划代码", "应为 6 位数字代码；请核对"),
        ({"使用财政资金": "也许"}, "使用财政资金", "这里应填“是”或“否”"),
        ({"项目名称": "阀"}, "项目名称", "太短，至少 4 个字"),
        ({"卖方名称": None}, "卖方名称", "必填，这里是空的；请填写（合并的单元格请先取消合并，每行都要填）"),
    ],
)
def test_what_is_wrong_is_told_with_its_header(over: dict[str, object], header: str, message: str) -> None:
    assert faults_of(**over).get(header) == message


def test_every_sub_kind_fits_its_kind_as_the_template_writes_it() -> None:
    kinds, names = terms("contract_kind"), terms("sub_kind")
    for kind, subs in SUB_KINDS.items():
        for sub in subs:
            row = data_of(合同类别=kinds[kind.value], 合同子类=names[sub.value])
            assert (row.kind, row.sub_kind) == (kind, sub)


@pytest.mark.parametrize("column", [one for one in columns(Kind.CONTRACTS) if one.terms], ids=lambda one: one.field)
def test_every_allowed_value_is_read_as_the_template_writes_it(column: object) -> None:
    for code, text in terms(column.terms).items():  # type: ignore[attr-defined]
        given = {"合同登记编号": None, "合同类别": "技术开发"} | {column.header: text}  # type: ignore[attr-defined]
        found = read(cells_of(given))
        told = {fault.column for fault in found} if isinstance(found, list) else set()
        # Another column may be missing for this value, such as the number of what is registered.
        assert told - {"合同登记编号", "合同子类"} == set(), code


def test_a_row_without_any_number_is_known_by_its_parties_title_and_day() -> None:
    bare = {"台账编号": None, "合同登记编号": None, "登记状态": "已签约"}
    first, again = data_of(**bare), data_of(**bare | {"项目名称": " 第1号高压阀密封结构委托开发 "})
    assert first.source_ref == again.source_ref
    assert (first.source_ref or "").startswith(DERIVED)
    assert data_of(**bare | {"签订日期": "2025-03-02"}).source_ref != first.source_ref
    assert data_of(台账编号=None).source_ref == "no:2025440601000001"


@pytest.mark.parametrize(
    "cells",
    [
        {"台账编号": "合计", "合同成交额": BadCell("=SUM(A1:A9)", "公式")},
        {"项目名称": "合 计：共 12 份", "合同成交额": 36_000_000},
        {"序号": "总计（万元）", "技术交易额": 445},
        {"卖方名称": "本页小计", "合同成交额": 1},
    ],
)
def test_a_row_of_sums_is_passed_over_whatever_its_cells_hold(cells: dict[str, object]) -> None:
    assert read(cells) == []


def test_a_contract_named_like_a_sum_is_a_contract() -> None:
    assert data_of(项目名称="总计量泵密封结构开发").title == "总计量泵密封结构开发"


def test_only_days_to_come_are_refused() -> None:
    row = data_of()
    assert contradictions(row, today=TODAY) == []
    assert [fault.field for fault in contradictions(row, today=date(2025, 3, 10))] == ["registered_on"]


def dirty(xlsx: Callable[..., Path], *rows: list[object]) -> Path:
    """A ledger as an office sends it: a title above the header, an empty row between, sums below."""
    heads = [
        "序号",
        "登记编号",
        "合同名称",
        "合同类别",
        "让与方",
        "买方",
        "买方代码",
        "合同金额（万元）",
        "技术交易额（万元）",
    ]
    heads += ["签订时间", "有效期", "登记时间", "登记机构"]
    sums = ["合计", None, None, None, None, None, None, "=SUM(H4:H9)", 445]
    return xlsx([["2025年度技术合同登记台账"], [], heads, rows[0], [], *rows[1:], sums])


def line(number: int, **over: object) -> list[object]:
    """A row of that ledger."""
    cells: dict[str, object] = {
        "序号": number,
        "登记编号": f"20254406010{number:05d}",
        "合同名称": f"第{number}号模具仿真技术服务",
        "合同类别": "技术服务",
        "让与方": "佛山丙技术有限公司",
        "买方": "第1阀门厂",
        "买方代码": uscc(1),
        "合同金额": "２４０",
        "技术交易额": 198.05,
        "签订时间": 45717,
        "有效期": "2025.3.1-2026.12.31",
        "登记时间": "2025.3.20",
        "登记机构": "佛山市技术合同登记站",
    }
    return list((cells | over).values())


def test_an_offices_own_ledger_is_taken_in_whole_and_again_changes_nothing(
    registry: Sessions, actor: Actor, xlsx: Callable[..., Path]
) -> None:
    path = dirty(xlsx, line(1), line(2))
    report = import_file(registry, actor, kind="contracts", path=path)
    assert (report.rows, report.written, report.faults) == (2, 2, ())
    with reading(registry) as session:
        first = session.scalars(select(Contract).order_by(Contract.id)).first()
        assert first is not None
        assert (first.state, first.source_ref) == (ContractState.REGISTERED, "no:2025440601000001")
        assert (first.total_fen, first.technology_fen) == (240_000_000, 198_050_000)
        assert (first.signed_on, first.registered_on) == (date(2025, 3, 1), date(2025, 3, 20))
        parties = {party.role: (party.name, party.organisation_id is not None) for party in first.parties}
        assert parties == {PartyRole.SELLER: ("佛山丙技术有限公司", False), PartyRole.BUYER: ("第1阀门厂", True)}
        entries = len(session.scalars(select(AuditEntry)).all())
    again = import_file(registry, actor, kind="contracts", path=path)
    assert (again.written, again.unchanged) == (0, 2)
    changed = import_file(registry, actor, kind="contracts", path=dirty(xlsx, line(1), line(2, 技术交易额=200)))
    assert (changed.written, changed.unchanged) == (1, 1)
    with reading(registry) as session:
        assert len(session.scalars(select(AuditEntry)).all()) > entries
        assert len(session.scalars(select(Contract)).all()) == 2


def test_one_bad_row_keeps_everything_out_unless_told_otherwise(
    registry: Sessions, actor: Actor, xlsx: Callable[..., Path]
) -> None:
    path = dirty(xlsx, line(1), line(2, 登记编号=2025440601000002))
    report = import_file(registry, actor, kind="contracts", path=path)
    assert (report.written, report.bad_rows) == (0, 1)
    assert [(fault.row, fault.column) for fault in report.faults] == [(6, "登记编号")]
    with reading(registry) as session:
        assert session.scalars(select(Contract)).all() == []
    kept = import_file(registry, actor, kind="contracts", path=path, partial=True)
    assert (kept.written, kept.bad_rows) == (1, 1)


def test_a_number_that_another_contract_has_is_told_for_its_row(
    registry: Sessions, actor: Actor, csv_file: Callable[..., Path]
) -> None:
    import_file(registry, actor, kind="contracts", path=csv_file([contract_row(1)]))
    rows = [contract_row(2), contract_row(3, 合同登记编号="2025440601000001")]
    report = import_file(registry, actor, kind="contracts", path=csv_file(rows))
    told = [(fault.row, fault.column, fault.message.partition("；")[0]) for fault in report.faults]
    assert told == [(3, "合同登记编号", "这个登记编号在同一登记机构已属于另一份合同")]
    assert report.written == 0
    with reading(registry) as session:
        assert len(session.scalars(select(Contract)).all()) == 1


@pytest.mark.parametrize(
    ("over", "column"), [({}, "合同登记编号"), ({"台账编号": "", "合同登记编号": "", "登记状态": "已签约"}, "项目名称")]
)
def test_the_same_contract_twice_in_a_file_names_both_rows(
    sessions: Sessions, actor: Actor, csv_file: Callable[..., Path], over: dict[str, object], column: str
) -> None:
    row = contract_row(1, **{"台账编号": "", **over})
    report = import_file(sessions, actor, kind="contracts", path=csv_file([row, row]))
    assert [(fault.row, fault.column) for fault in report.faults] == [(3, column)]
    assert "第 2 行" in report.faults[0].message


def test_only_officers_bring_contracts_in(sessions: Sessions, csv_file: Callable[..., Path]) -> None:
    path = csv_file([contract_row(1)])
    for role in (Role.MEMBER, Role.ORGANISER, Role.AUDITOR):
        with pytest.raises(Forbidden):
            import_file(sessions, Actor("somebody", role, "web", person_id=1), kind="contracts", path=path)
    officer = Actor("officer", Role.OFFICER, "web", person_id=1)
    assert import_file(sessions, officer, kind="contracts", path=path).written == 1


def test_an_upload_may_be_called_anything(sessions: Sessions, actor: Actor) -> None:
    content = "，".join(contract_row(1)).encode()
    for name in ("../../etc/台账.csv", "C:\\台账.csv", "台账", ""):
        with pytest.raises(Invalid):
            import_upload(sessions, actor, kind="contracts", name=name, content=content)


def test_what_was_worked_on_here_is_not_overwritten(
    registry: Sessions, actor: Actor, csv_file: Callable[..., Path]
) -> None:
    import_file(registry, actor, kind="contracts", path=csv_file([contract_row(1)]))
    with unit(registry) as session:
        contract = session.scalars(select(Contract)).one()
        step = ContractStep(before=contract.state, after=ContractState.CHANGED, happened_on=TODAY, reason="变更")
        step.at, step.by = clock.now(), "谭专员"
        contract.steps.append(step)
        contract.state = ContractState.CHANGED
    report = import_file(registry, actor, kind="contracts", path=csv_file([contract_row(1, 技术交易额="100")]))
    assert [(fault.column, fault.message[:18]) for fault in report.faults] == [
        ("台账编号", "这份合同导入后已在平台上办理，不再按")
    ]
