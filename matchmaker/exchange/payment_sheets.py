"""What the finance office gets of a batch: a workbook to be read in by the payment system, and a list to be signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table, TableStyle

from matchmaker.core import clock
from matchmaker.core.money import FEN_PER_YUAN
from matchmaker.exchange.dressing import dress_body, dress_head, dress_title, set_page, set_widths
from matchmaker.exchange.figures import capital, yuan
from matchmaker.exchange.paged import HEAD, SMALL, TEXT, TITLE, paged, table, words
from matchmaker.exchange.pdf_page import AUTHOR, SOFT
from matchmaker.exchange.same_bytes import workbook_bytes
from matchmaker.exchange.written import written

MONEY = "#,##0.00"
_COLUMNS = (
    ("序号", 6),
    ("收款单位", 34),
    ("统一社会信用代码", 22),
    ("开户银行", 30),
    ("银行账号", 26),
    ("拨付金额（元）", 18),
    ("合同名称", 40),
    ("合同登记编号", 20),
    ("申领身份", 10),
    ("政策版本", 22),
    ("核准日期", 12),
    ("申领编号", 10),
)
_MONEY_AT = 6
_WIDTHS = [side * mm for side in (10, 56, 38, 43, 25, 30, 63)]


@dataclass(frozen=True)
class Paper:
    """A scan that goes along; its bytes are known by their SHA-256."""

    purpose: str
    name: str
    sha256: str


@dataclass(frozen=True)
class Payee:
    """One unit, one claim, one amount in fen; `account` is the whole number."""

    claim_id: int
    unit: str
    uscc: str
    bank: str
    account: str
    amount_fen: int
    title: str
    registration_no: str
    role: str
    policy: str
    approved_on: date | None
    papers: tuple[Paper, ...] = ()


@dataclass(frozen=True)
class Handover:
    """A batch as it goes to the payment system. `total_fen` is the batch's own sum; it must be that of its payees."""

    number: int
    window: str
    year: int
    at: datetime
    by: str
    total_fen: int
    payees: tuple[Payee, ...]

    @property
    def name(self) -> str:
        """What the batch is called on paper, such as 2025 年第 3 批."""
        return f"{self.year} 年第 {self.number} 批"

    @property
    def on(self) -> date:
        """The day it was put together, in the district."""
        return self.at.astimezone(clock.DISTRICT_ZONE).date()


def payment_sheet(batch: Handover) -> bytes:
    """One row for each payee with its whole account, and the sum; every text is text, every amount a number."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "拨付清单"
    sheet.append([written(f"{batch.window} {batch.name} 拨付清单")])
    dress_title(sheet["A1"])
    sheet.append([name for name, _ in _COLUMNS])
    for number, one in enumerate(batch.payees, start=1):
        sheet.append([number, *_cells(one)])
    last = sheet.max_row
    sheet.append(
        [written("合计"), *[None] * (_MONEY_AT - 2), as_yuan(batch.total_fen), written(capital(batch.total_fen))]
    )
    dress(sheet, _COLUMNS, money=(_MONEY_AT,))
    for cell in sheet[last + 1]:
        cell.font = Font(bold=True)
    # Digits in a text column stay as they are: no program may round an account number or drop its noughts.
    for row in sheet.iter_rows(min_row=3, max_row=last):
        for place in (3, 5, 8, 12):
            row[place - 1].number_format = "@"
    return workbook_bytes(book, batch.at)


def _cells(one: Payee) -> list[object]:
    texts = (one.unit, one.uscc, one.bank, one.account)
    rest = (one.title, one.registration_no, one.role, one.policy)
    approved = one.approved_on.isoformat() if one.approved_on else ""
    return [
        *map(written, texts),
        as_yuan(one.amount_fen),
        *map(written, rest),
        approved,
        str(one.claim_id),
    ]


def as_yuan(fen: int) -> Decimal:
    """The amount as a cell holds it: exact, in yuan."""
    return Decimal(fen) / FEN_PER_YUAN


def dress(sheet: Any, columns: Sequence[tuple[str, int]], *, money: Sequence[int] = ()) -> None:
    """A heading in the second row that stays in sight, lines, amounts with two decimals at the right."""
    wide = set_widths(sheet, (width for _, width in columns))
    for row in sheet.iter_rows(min_row=3, max_col=len(columns)):
        for cell in row:
            dress_body(cell)
        for place in money:
            row[place - 1].number_format = MONEY
            row[place - 1].alignment = Alignment(horizontal="right", vertical="top")
    for cell in sheet[2]:
        dress_head(cell)
    set_page(sheet, wide=wide, frozen="C3", head=2)


def signing_list(batch: Handover) -> bytes:
    """The same on A4 across, accounts by their last four digits, with room for three signatures and the seal."""
    rows = [
        [
            str(number),
            one.unit,
            one.uscc,
            one.bank,
            tail(one.account),
            yuan(one.amount_fen),
            [
                words(one.title, TEXT),
                words(f"登记编号 {one.registration_no or '—'} · {one.role} · 申领 {one.claim_id}", SMALL),
            ],
        ]
        for number, one in enumerate(batch.payees, start=1)
    ]
    heads = ("序号", "收款单位", "统一社会信用代码", "开户银行", "账号末四位", "金额（元）", "技术合同")
    total = f"{yuan(batch.total_fen)} 元（大写：{capital(batch.total_fen)}）"
    story: list[Flowable] = [
        words("技术合同奖补拨付清单", TITLE),
        words(f"{batch.window}　{batch.name}　{batch.on.isoformat()}", SMALL),
        Spacer(1, 8),
        table(heads, rows, _WIDTHS, right=(0, 5)),
        Spacer(1, 6),
        KeepTogether(
            [
                words(f"共 {len(batch.payees)} 笔，合计人民币 {total}", HEAD),
                Spacer(1, 10),
                _signatures(),
            ]
        ),
    ]
    foot = f"{AUTHOR}　{batch.window}　{batch.name}　经办 {batch.by}"
    return paged(f"拨付清单 {batch.name}", story, foot=foot, wide=True)


def tail(account: str) -> str:
    """The last four digits of an account, which tell it from another without giving it away."""
    return f"****{account[-4:]}" if len(account) > 4 else "****"


def _signatures() -> Table:
    cells = [
        [words(f"{role}：", TEXT) for role in ("经办人", "复核人", "批准人", "单位盖章")],
        [words("日期：", SMALL)] * 4,
    ]
    found = Table(cells, colWidths=[66 * mm] * 4, rowHeights=[9 * mm, 7 * mm])
    found.setStyle(TableStyle([("LINEBELOW", (0, 1), (-1, 1), 0.6, SOFT), ("LEFTPADDING", (0, 0), (-1, -1), 3)]))
    return found
