"""技术合同台账 as a workbook: the contracts with their sums, and a second sheet with the totals."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from matchmaker.contracts.ledger import LedgerPage, Total
from matchmaker.contracts.models import Contract, ContractParty
from matchmaker.contracts.rules import PartyRole
from matchmaker.core import clock
from matchmaker.core.money import FEN_PER_YUAN
from matchmaker.exchange.written import written
from matchmaker.reference.chains import chains, nodes
from matchmaker.reference.terms import terms
from matchmaker.reference.towns import towns

TITLE = "技术合同台账"
_HEAD = PatternFill("solid", fgColor="1F4E5F")
_SUM = PatternFill("solid", fgColor="EEF1F4")
_LINE = Side(style="thin", color="C5CDD6")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_MONEY, _DAY, _TEXT, _COUNT = "#,##0.00", "yyyy-mm-dd", "@", "0"
_TOP_ROWS = 3


@dataclass(frozen=True)
class _Column:
    """One column: its header, its width, how its cells are formatted and what stands in them."""

    header: str
    width: float
    format: str
    value: Callable[[Contract], object]


def _named(kind: str, code: Any) -> str:
    return terms(kind).get(str(code), str(code)) if code else ""


def _parties(contract: Contract, role: PartyRole) -> list[ContractParty]:
    return [party for party in contract.parties if party.role is role]


def _joined(role: PartyRole, part: Callable[[ContractParty], str]) -> Callable[[Contract], object]:
    """What the parties of one role say, each on its line."""
    return lambda contract: "\n".join(part(party) for party in _parties(contract, role))


def _nature(party: ContractParty) -> str:
    return _named("party_nature", party.nature.value) if party.nature else ""


def _town(party: ContractParty) -> str:
    if party.organisation is None:
        return ""
    town = towns().get(party.organisation.town)
    return town.name_zh if town else party.organisation.town


def _chain(contract: Contract) -> str:
    node = nodes().get(contract.node)
    return chains()[node.chain].name_zh if node else ""


def _node(contract: Contract) -> str:
    node = nodes().get(contract.node)
    return f"{node.id} {node.name_zh}" if node else contract.node


def _yuan(fen: int | None) -> float | None:
    return None if fen is None else fen / FEN_PER_YUAN


_SELLER, _BUYER = PartyRole.SELLER, PartyRole.BUYER
# The first ones are what a printed ledger needs; the others are for working with it.
COLUMNS = (
    _Column("合同登记编号", 20, _TEXT, lambda row: row.registration_no or ""),
    _Column("项目名称", 40, _TEXT, lambda row: row.title),
    _Column("合同类别", 11, _TEXT, lambda row: _named("contract_kind", row.kind.value)),
    _Column("登记状态", 12, _TEXT, lambda row: _named("contract_state", row.state.value)),
    _Column("卖方名称", 32, _TEXT, _joined(_SELLER, lambda party: party.name)),
    _Column("买方名称", 32, _TEXT, _joined(_BUYER, lambda party: party.name)),
    _Column("合同成交额（元）", 17, _MONEY, lambda row: _yuan(row.total_fen)),
    _Column("技术交易额（元）", 17, _MONEY, lambda row: _yuan(row.technology_fen)),
    _Column("已付金额（元）", 17, _MONEY, lambda row: _yuan(row.paid_fen)),
    _Column("签订日期", 12, _DAY, lambda row: row.signed_on),
    _Column("有效期止", 12, _DAY, lambda row: row.valid_until),
    _Column("登记日期", 12, _DAY, lambda row: row.registered_on),
    _Column("登记机构", 26, _TEXT, lambda row: row.registrar),
    _Column("合同子类", 14, _TEXT, lambda row: _named("sub_kind", row.sub_kind)),
    _Column("卖方统一社会信用代码", 22, _TEXT, _joined(_SELLER, lambda party: party.uscc)),
    _Column("卖方性质", 14, _TEXT, _joined(_SELLER, _nature)),
    _Column("卖方镇街", 11, _TEXT, _joined(_SELLER, _town)),
    _Column("买方统一社会信用代码", 22, _TEXT, _joined(_BUYER, lambda party: party.uscc)),
    _Column("买方性质", 14, _TEXT, _joined(_BUYER, _nature)),
    _Column("买方镇街", 11, _TEXT, _joined(_BUYER, _town)),
    _Column("支付方式", 14, _TEXT, lambda row: _named("payment_mode", row.payment_mode.value)),
    _Column("有效期起", 12, _DAY, lambda row: row.valid_from),
    _Column("技术领域", 16, _TEXT, lambda row: _named("field", row.field)),
    _Column("产业链", 12, _TEXT, _chain),
    _Column("产业链环节", 20, _TEXT, _node),
    _Column("关联关系", 13, _TEXT, lambda row: _named("related_party", row.related.value)),
    _Column("使用财政资金", 9, _TEXT, lambda row: "是" if row.fiscal_fund else "否"),
    _Column("合同编号", 16, _TEXT, lambda row: row.own_number),
    _Column("台账编号", 16, _TEXT, lambda row: row.source_ref or ""),
)
_PRINTED = 13
_SUMMED = {"合同成交额（元）": "total_fen", "技术交易额（元）": "technology_fen", "已付金额（元）": "paid_fen"}


def workbook(page: LedgerPage, *, about: str) -> bytes:
    """The workbook of these rows and totals; `about` says in a line which contracts they are."""
    book = Workbook()
    _rows(book.active, page, about)
    _totals(book.create_sheet("汇总"), page, about)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _rows(sheet: Any, page: LedgerPage, about: str) -> None:
    sheet.title = TITLE
    _heading(sheet, TITLE, about)
    for number, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
        _head_cell(sheet, _TOP_ROWS, number, column.header)
    sheet.row_dimensions[_TOP_ROWS].height = 32
    for place, row in enumerate(page.rows, start=_TOP_ROWS + 1):
        for number, column in enumerate(COLUMNS, start=1):
            _put(sheet, (place, number), column.value(row), column.format)
    last = _TOP_ROWS + len(page.rows)
    if page.rows:
        sheet.auto_filter.ref = f"A{_TOP_ROWS}:{get_column_letter(len(COLUMNS))}{last}"
    for number, column in enumerate(COLUMNS, start=1):
        value: object = _yuan(getattr(page.sum, _SUMMED[column.header])) if column.header in _SUMMED else None
        text = f"合计 {page.sum.count} 份" if number == 1 else value
        _sum_cell(sheet, (last + 1, number), text, column.format)
    sheet.freeze_panes = f"C{_TOP_ROWS + 1}"
    sheet.print_area = f"A1:{get_column_letter(_PRINTED)}{last + 1}"
    _for_paper(sheet, wide=True)


def _totals(sheet: Any, page: LedgerPage, about: str) -> None:
    _heading(sheet, "技术合同汇总", about)
    for number, width in enumerate((26, 10, 20, 20, 20, 12), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    blocks: tuple[tuple[str, Sequence[Total], Callable[[str], str]], ...] = (
        ("按合同类别", page.by_kind, lambda code: _named("contract_kind", code)),
        ("按产业链", page.by_chain, chain_name),
        ("按镇街", page.by_town, town_name),
        ("按单位性质", page.by_nature, lambda code: _named("party_nature", code) or "未填"),
        ("按季度", page.by_quarter, quarter_name),
    )
    place = _TOP_ROWS
    for title, totals, name in blocks:
        place = _block(sheet, place, title, [(name(one.code), one) for one in totals], whole=page.sum)
    sheet.freeze_panes = "B3"
    _for_paper(sheet, wide=False)


def _block(sheet: Any, place: int, title: str, lines: Iterable[tuple[str, Total]], *, whole: Total) -> int:
    """One table of totals from the row `place` on. Returns the row after the blank one below it."""
    heads = (title, "份数", "成交额合计（元）", "技术交易额合计（元）", "已付合计（元）", "技术额占比")
    for number, head in enumerate(heads, start=1):
        _head_cell(sheet, place, number, head)
    for name, total in lines:
        place += 1
        share = total.technology_fen / whole.technology_fen if whole.technology_fen else 0
        values = ((name, _TEXT), (total.count, _COUNT), *_amounts(total), (share, "0.0%"))
        for number, (value, form) in enumerate(values, start=1):
            _put(sheet, (place, number), value, form)
    place += 1
    for number, (value, form) in enumerate((("合计", _TEXT), (whole.count, _COUNT), *_amounts(whole)), start=1):
        _sum_cell(sheet, (place, number), value, form)
    _sum_cell(sheet, (place, len(heads)), None, _TEXT)
    return place + 2


def _amounts(total: Total) -> list[tuple[object, str]]:
    return [(_yuan(fen), _MONEY) for fen in (total.total_fen, total.technology_fen, total.paid_fen)]


def chain_name(code: str) -> str:
    """A chain in Chinese; what belongs to none is said so."""
    return chains()[code].name_zh if code in chains() else code or "未归类"


def town_name(code: str) -> str:
    """A town in Chinese; who is not registered here comes from elsewhere."""
    return towns()[code].name_zh if code in towns() else code or "区外或未登记"


def quarter_name(code: str) -> str:
    """2026年第1季度 for 2026Q1."""
    year, _q, quarter = code.partition("Q")
    return f"{year}年第{quarter}季度" if quarter else code or "未签订"


def _heading(sheet: Any, title: str, about: str) -> None:
    sheet.cell(1, 1, title).font = Font(bold=True, size=16)
    sheet.row_dimensions[1].height = 28
    sheet.cell(2, 1, written(f"{about}　导出日期：{clock.today().isoformat()}")).font = Font(color="555555", size=9)


def _head_cell(sheet: Any, place: int, number: int, text: str) -> None:
    cell = sheet.cell(place, number, text)
    cell.font, cell.fill, cell.border = Font(bold=True, color="FFFFFF"), _HEAD, _BORDER
    cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")


def _put(sheet: Any, place: tuple[int, int], value: object, form: str) -> Any:
    cell = sheet.cell(*place, written(value) if value != "" else None)
    cell.number_format, cell.border = form, _BORDER
    cell.alignment = Alignment(wrap_text=form == _TEXT, vertical="top")
    return cell


def _sum_cell(sheet: Any, place: tuple[int, int], value: object, form: str) -> None:
    cell = _put(sheet, place, value, form)
    cell.font, cell.fill = Font(name=cell.font.name, size=cell.font.size, bold=True), _SUM


def _for_paper(sheet: Any, *, wide: bool) -> None:
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3 if wide else sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if wide else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"1:{_TOP_ROWS}" if wide else "1:2"
    sheet.oddFooter.left.text = TITLE
    sheet.oddFooter.right.text = "第 &P 页，共 &N 页"
