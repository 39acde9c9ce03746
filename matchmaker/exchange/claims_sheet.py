"""The office's claims as a workbook: a row each, and sums; it says who took it out, and holds no bank account."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from matchmaker.core import clock
from matchmaker.exchange.payment_sheets import as_yuan, dress
from matchmaker.exchange.same_bytes import workbook_bytes
from matchmaker.exchange.written import written
from matchmaker.reference.terms import terms
from matchmaker.reference.towns import towns
from matchmaker.subsidies.models import Claim

COLUMNS = (
    ("申领编号", 10),
    ("单位", 34),
    ("统一社会信用代码", 22),
    ("镇街", 10),
    ("技术合同", 40),
    ("合同类别", 12),
    ("登记编号", 20),
    ("合同成交额（元）", 18),
    ("技术交易额（元）", 18),
    ("已付合同款（元）", 18),
    ("申领身份", 10),
    ("来源", 12),
    ("状态", 12),
    ("申领轮次", 24),
    ("政策版本", 24),
    ("申请日期", 12),
    ("上级资助（元）", 16),
    ("核算金额（元）", 16),
    ("公示起", 12),
    ("公示止", 12),
)
MONEY_AT = (8, 9, 10, 17, 18)
_TEXTS = (1, 3, 7)


def claims_sheet(claims: Sequence[Claim], *, at: datetime, by: str) -> bytes:
    """The rows in the order given, and their sums below. Texts from people are never formulas."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "合同奖补"
    local = at.astimezone(clock.DISTRICT_ZONE)
    sheet.append([written(f"合同奖补 {len(claims)} 笔 · {by} 于 {local:%Y-%m-%d %H:%M} 导出，仅供内部使用")])
    sheet["A1"].font = Font(bold=True, size=12)
    sheet.append([name for name, _ in COLUMNS])
    rows = [_row(one) for one in claims]
    for row in rows:
        sheet.append([written(cell) for cell in row])
    sums: list[object] = [None] * len(COLUMNS)
    sums[0] = "合计"
    for place in MONEY_AT:
        sums[place - 1] = sum((row[place - 1] for row in rows if row[place - 1] is not None), as_yuan(0))
    sheet.append(sums)
    dress(sheet, COLUMNS, money=MONEY_AT)
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    for line in sheet.iter_rows(min_row=3, max_row=sheet.max_row - 1):
        for place in _TEXTS:
            line[place - 1].number_format = "@"
    sheet.auto_filter.ref = f"A2:{get_column_letter(len(COLUMNS))}{sheet.max_row - 1}"
    return workbook_bytes(book, at)


def _row(claim: Claim) -> list[Any]:
    contract, unit, window = claim.contract, claim.organisation, claim.window
    town = towns().get(unit.town)
    policy = window.policy
    return [
        str(claim.id),
        unit.name,
        unit.uscc,
        town.name_zh if town else unit.town,
        contract.title,
        terms("contract_kind")[contract.kind.value],
        contract.registration_no or "",
        None if contract.total_fen is None else as_yuan(contract.total_fen),
        None if contract.technology_fen is None else as_yuan(contract.technology_fen),
        as_yuan(contract.paid_fen),
        terms("party_role")[claim.role.value],
        terms("claim_origin")[claim.origin.value],
        terms("claim_state")[claim.state.value],
        window.title,
        f"{policy.policy_id} {policy.version}",
        claim.applied_on.isoformat() if claim.applied_on else "",
        as_yuan(claim.higher_level_aid_fen),
        as_yuan(claim.amount_fen),
        claim.notice_from.isoformat() if claim.notice_from else "",
        claim.notice_until.isoformat() if claim.notice_until else "",
    ]
