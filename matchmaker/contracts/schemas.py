"""The shape of a technology contract, of the money paid on it, and of its steps, coming in: form and spreadsheet."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from matchmaker.accounts.rules import clean_uscc
from matchmaker.accounts.schemas import known_node
from matchmaker.contracts.rules import (
    HOME_COUNTRY,
    ContractKind,
    ContractState,
    CostKind,
    PartyNature,
    PartyRole,
    PaymentKind,
    PaymentMode,
    RoyaltyBase,
    SubKind,
    TieKind,
    clean_registration_no,
    same_name,
)
from matchmaker.core.money import MAX_FEN, fen_from_yuan
from matchmaker.core.text import Text
from matchmaker.listings.rules import Field as HighTechField
from matchmaker.listings.rules import IpType

MAX_TITLE = 200
MAX_TEXT = 8000
MAX_NAME = 120
MAX_REASON = 1000
MOST_PARTIES = 10
MOST_IP = 30
MOST_DUES = 60
MOST_RATES = 30
MOST_LINES = 60
MOST_TIES = 100
# The first technology contracts of the reform years; anything else is a slip of the hand.
YEARS = (1985, 2100)


class Paper(NamedTuple):
    """A file that comes with a form."""

    name: str
    content: bytes


def _or_blank(check: Callable[[str], str]) -> AfterValidator:
    return AfterValidator(lambda text: check(text) if text else "")


def _digits(count: int) -> AfterValidator:
    def check(text: str) -> str:
        if not re.fullmatch(rf"[0-9]{{{count}}}", text):
            raise ValueError(f"a code of {count} digits")
        return text

    return _or_blank(check)


def _in_years(day: date) -> date:
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise ValueError(f"a year between {YEARS[0]} and {YEARS[1]}")
    return day


def hundredths_of_percent(text: str) -> int:
    """Basis points for a decimal text in per cent, such as "2.5" or "2.5%". Refuses what is finer or above 100."""
    try:
        points = Decimal(text.strip().rstrip("%％")) * 100
    except InvalidOperation:
        raise ValueError(f"not a percentage: {text!r}") from None
    if not points.is_finite() or not 0 < points <= 10_000:
        raise ValueError(f"percentage out of range: {text!r}")
    if points != points.to_integral_value():
        raise ValueError(f"percentage finer than a hundredth: {text!r}")
    return int(points)


def _fen(value: object) -> object:
    """Text is yuan, a whole number is fen; a fraction could be either."""
    if isinstance(value, str):
        return fen_from_yuan(value.strip())
    if isinstance(value, float | Decimal):
        raise ValueError(f"not an amount in yuan: {value!r}")
    return value


def _nothing_for_blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


# Texts in yuan come in, fen go on; a number that is fen already stays.
Yuan = Annotated[int, Field(gt=0, le=MAX_FEN), BeforeValidator(_fen)]
MaybeYuan = Annotated[Yuan | None, BeforeValidator(_nothing_for_blank)]
Points = Annotated[
    int,
    Field(gt=0, le=10_000),
    BeforeValidator(lambda value: hundredths_of_percent(value) if isinstance(value, str) else value),
]
MaybePoints = Annotated[Points | None, BeforeValidator(_nothing_for_blank)]
Day = Annotated[date, AfterValidator(_in_years)]
MaybeDay = Annotated[Day | None, BeforeValidator(_nothing_for_blank)]
OwnUscc = Annotated[Text, _or_blank(clean_uscc)]
Country = Annotated[Text, _digits(3)]
Division = Annotated[Text, _digits(6)]
MaybeNode = Annotated[Text, _or_blank(known_node)]
# Numbers of slips and invoices are compared, so that one is not entered twice in two ways of writing.
PaperNo = Annotated[Text, BeforeValidator(lambda value: same_name(value) if isinstance(value, str) else value)]
Long = Annotated[Text, Field(max_length=MAX_TEXT)]
Said = Annotated[Text, Field(max_length=MAX_REASON)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PartyIn(_In):
    """A party as the contract names it. A code of the register finds the organisation here, if it is registered.

    `country` is the three-digit code of the registration form, `division` six digits (GB/T 2260).
    """

    role: PartyRole
    name: Text = Field(min_length=2, max_length=MAX_NAME)
    seal_name: Text = Field(default="", max_length=MAX_NAME)
    uscc: OwnUscc = ""
    nature: Annotated[PartyNature | None, BeforeValidator(_nothing_for_blank)] = None
    country: Country = HOME_COUNTRY
    division: Division = ""
    paid_mandate: bool = False


class IpIn(_In):
    """A right that the contract is about (Civil Code 845: name, owner, number, filing date, end)."""

    type: IpType
    no: Text = Field(default="", max_length=60)
    name: Text = Field(default="", max_length=MAX_NAME)
    owner: Text = Field(default="", max_length=MAX_NAME)
    filed_on: MaybeDay = None
    expires_on: MaybeDay = None


class DueIn(_In):
    """One row of the payment schedule; `amount` is yuan as text, or fen."""

    milestone: Text = Field(min_length=1, max_length=MAX_NAME)
    due_on: MaybeDay = None
    amount: Yuan


class RoyaltyIn(_In):
    """A royalty: `rates` are per cent by year, the last one holding on; `floor` and `ceiling` yuan as text, or fen."""

    base: RoyaltyBase
    rates: list[Points] = Field(min_length=1, max_length=MOST_RATES)
    period: Text = Field(min_length=1, max_length=MAX_NAME)
    floor: MaybeYuan = None
    ceiling: MaybeYuan = None
    inspection: bool = False
    statements: Text = Field(default="", max_length=MAX_NAME)


class CostIn(_In):
    """One part of the price: what it pays for, how many of it, and how many the technology really needs."""

    kind: CostKind
    text: Text = Field(min_length=1, max_length=MAX_NAME)
    amount: Yuan
    quantity: int = Field(default=1, ge=1, le=1_000_000)
    needed: int = Field(default=1, ge=0, le=1_000_000)


class ContractIn(_In):
    """The record as entered. Amounts come as yuan text and leave as fen; `total` may be known before the split.

    With `lines` the technology part follows from them, and they are kept as its explanation.
    """

    kind: ContractKind
    sub_kind: Annotated[SubKind | None, BeforeValidator(_nothing_for_blank)] = None
    title: Text = Field(min_length=4, max_length=MAX_TITLE)
    own_number: Text = Field(default="", max_length=60)
    field: Annotated[HighTechField | None, BeforeValidator(_nothing_for_blank)] = None
    node: MaybeNode = ""
    object: Long = ""
    indicators: Long = ""
    acceptance: Long = ""
    plan: Long = ""
    confidentiality: Long = ""
    ip_terms: Long = ""
    licence_scope: Long = ""
    parties: list[PartyIn] = Field(default_factory=list, max_length=MOST_PARTIES)
    ip: list[IpIn] = Field(default_factory=list, max_length=MOST_IP)
    payment_mode: PaymentMode = PaymentMode.LUMP
    schedule: list[DueIn] = Field(default_factory=list, max_length=MOST_DUES)
    royalty: RoyaltyIn | None = None
    total: MaybeYuan = None
    technology: MaybeYuan = None
    lines: list[CostIn] = Field(default_factory=list, max_length=MOST_LINES)
    foreign_text: bool = False
    fiscal_fund: bool = False
    signed_on: MaybeDay = None
    effective_on: MaybeDay = None
    valid_from: MaybeDay = None
    valid_until: MaybeDay = None


class AmountIn(_In):
    """Total and technology part from `effective_on` on. With `lines` the technology part follows from them."""

    total: Yuan
    technology: MaybeYuan = None
    effective_on: MaybeDay = None
    reason: Said = ""
    lines: list[CostIn] = Field(default_factory=list, max_length=MOST_LINES)


class ScheduleIn(_In):
    """A new payment schedule for a registered contract, and why there is one."""

    schedule: list[DueIn] = Field(default_factory=list, max_length=MOST_DUES)
    reason: Said = ""


class PaymentIn(_In):
    """Money paid, or paid back. `technology` is the part of it that pays for technology, when the papers say so."""

    kind: PaymentKind = PaymentKind.PAYMENT
    paid_on: Day
    amount: Yuan
    technology: Annotated[
        Annotated[int, Field(ge=0, le=MAX_FEN), BeforeValidator(_fen)] | None, BeforeValidator(_nothing_for_blank)
    ] = None
    invoice_no: PaperNo = Field(default="", max_length=40)
    receipt_no: PaperNo = Field(default="", max_length=60)
    note: Text = Field(default="", max_length=200)


class StepIn(_In):
    """A change of state on the day it happened.

    For registered: `registrar`, `registration_no` (14 or 16 digits) and `registered_on` (else `happened_on`) as the
    certificate says, with its kind and amounts where the registry set others. For changed: the new `amount`, a new
    `valid_until`, and the new `schedule` with all its rows.
    """

    state: ContractState
    happened_on: Day
    reason: Said = ""
    registrar: Annotated[Text, AfterValidator(lambda name: " ".join(name.split()))] = Field(
        default="", max_length=MAX_NAME
    )
    registration_no: Annotated[Text, _or_blank(clean_registration_no)] = ""
    registered_on: MaybeDay = None
    kind: Annotated[ContractKind | None, BeforeValidator(_nothing_for_blank)] = None
    sub_kind: Annotated[SubKind | None, BeforeValidator(_nothing_for_blank)] = None
    amount: AmountIn | None = None
    valid_until: MaybeDay = None
    schedule: Annotated[list[DueIn], Field(max_length=MOST_DUES)] | None = None


class TieIn(_In):
    """A person or body tied to an organisation; `share` is per cent as text, or hundredths of a per cent."""

    kind: TieKind
    holder_name: Text = Field(min_length=2, max_length=MAX_NAME)
    holder_uscc: OwnUscc = ""
    share: MaybePoints = None
    valid_from: Day
    valid_to: MaybeDay = None
    source: Text = Field(default="", max_length=MAX_NAME)


class RelatedIn(_In):
    """A word on ties between the parties: what is declared, or on what evidence it is cleared."""

    note: Text = Field(min_length=4, max_length=MAX_REASON)
