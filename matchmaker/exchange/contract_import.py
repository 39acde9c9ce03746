"""One row of the office's ledger of technology contracts: its shape, what must agree in it, and taking it in."""

import hashlib
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from matchmaker.contracts import service as contracts
from matchmaker.contracts.access import is_officer
from matchmaker.contracts.rules import (
    HOME_COUNTRY,
    IN_FORCE,
    SUB_KINDS,
    ContractKind,
    ContractState,
    PartyNature,
    PartyRole,
    PaymentMode,
    SubKind,
    clean_registration_no,
)
from matchmaker.contracts.schemas import (
    MAX_NAME,
    MAX_TITLE,
    ContractIn,
    Country,
    Division,
    Long,
    MaybeDay,
    MaybeNode,
    MaybeYuan,
    OwnUscc,
)
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid
from matchmaker.core.text import OptionalText, Text
from matchmaker.exchange import messages
from matchmaker.exchange.column import fold
from matchmaker.listings.rules import Field as HighTechField

SIDES = (PartyRole.SELLER, PartyRole.BUYER, PartyRole.INTERMEDIARY)
# States that follow a registration: with them the number must stand.
_REGISTERED = IN_FORCE | {ContractState.CANCELLED, ContractState.REVOKED}
_PARTY_FIELDS = ("name", "uscc", "nature", "country", "division")
# What the record calls as the row does.
_SAME = (
    "title",
    "kind",
    "sub_kind",
    "own_number",
    "field",
    "node",
    "object",
    "payment_mode",
    "fiscal_fund",
    "total",
    "technology",
    "signed_on",
    "valid_from",
    "valid_until",
)
DERIVED = "auto:"
RegistrationNo = Annotated[Text, AfterValidator(lambda text: clean_registration_no(text) if text else "")]
MaybeName = Annotated[Text, Field(max_length=MAX_NAME)]


def _one_node(value: object) -> object:
    """Ledgers name one node; a cell with several is refused where the cell is read, this is only its list."""
    if isinstance(value, list):
        if len(value) > 1:
            raise ValueError("one chain node only")
        return value[0] if value else ""
    return value


class ContractRow(BaseModel):
    """A row as written: flat, with the columns of `contract_columns`; amounts are yuan text, or fen."""

    model_config = ConfigDict(extra="forbid")

    source_ref: OptionalText = Field(default=None, max_length=60)
    registration_no: RegistrationNo = ""
    title: Text = Field(min_length=4, max_length=MAX_TITLE)
    kind: ContractKind
    sub_kind: SubKind | None = None
    own_number: Text = Field(default="", max_length=60)
    seller_name: Text = Field(min_length=2, max_length=MAX_NAME)
    seller_uscc: OwnUscc = ""
    seller_nature: PartyNature | None = None
    seller_country: Country = HOME_COUNTRY
    seller_division: Division = ""
    buyer_name: Text = Field(min_length=2, max_length=MAX_NAME)
    buyer_uscc: OwnUscc = ""
    buyer_nature: PartyNature | None = None
    buyer_country: Country = HOME_COUNTRY
    buyer_division: Division = ""
    intermediary_name: MaybeName = ""
    intermediary_uscc: OwnUscc = ""
    intermediary_nature: PartyNature | None = None
    intermediary_country: Country = HOME_COUNTRY
    intermediary_division: Division = ""
    total: MaybeYuan = None
    technology: MaybeYuan = None
    payment_mode: PaymentMode = PaymentMode.LUMP
    signed_on: MaybeDay = None
    valid_from: MaybeDay = None
    valid_until: MaybeDay = None
    registered_on: MaybeDay = None
    registrar: MaybeName = ""
    state: ContractState | None = None
    field: HighTechField | None = None
    node: Annotated[MaybeNode, BeforeValidator(_one_node)] = ""
    fiscal_fund: bool = False
    object: Long = ""

    @model_validator(mode="before")
    @classmethod
    def _period_in_two(cls, values: Any) -> Any:
        """A period from one cell fills whichever end has no column of its own."""
        if isinstance(values, dict) and isinstance(values.get("validity"), dict):
            return values["validity"] | {name: value for name, value in values.items() if name != "validity"}
        return values

    @property
    def standing(self) -> ContractState:
        """The state the contract is in: what the row says, else what follows from its number."""
        if self.state is not None:
            return self.state
        return ContractState.REGISTERED if self.registration_no else ContractState.SIGNED


def named(row: ContractRow) -> ContractRow:
    """The row with a reference: its own, else its registration number's, else one made of what identifies it."""
    if row.source_ref:
        return row
    if row.registration_no:
        return row.model_copy(update={"source_ref": f"no:{row.registration_no}"})
    signed = row.signed_on.isoformat() if row.signed_on else ""
    content = "\0".join((fold(row.seller_name), fold(row.buyer_name), fold(row.title), signed))
    return row.model_copy(update={"source_ref": f"{DERIVED}{hashlib.sha256(content.encode()).hexdigest()[:24]}"})


def contradictions(row: ContractRow, *, today: date | None = None) -> list[Fault]:
    """What does not agree within the row, by field, in the words of the report."""
    return [*_amounts(row), *_days(row, today or clock.today()), *_registration(row), *_kinds(row)]


def _amounts(row: ContractRow) -> list[Fault]:
    if row.technology is not None and row.total is None:
        return [Fault("total", "填了技术交易额，也请填写合同成交额")]
    if row.total is not None and row.technology is not None and row.technology > row.total:
        return [Fault("technology", "技术交易额大于合同成交额；请核对两列的金额和单位")]
    if row.standing in _REGISTERED and row.technology is None:
        return [Fault("technology", "已登记的合同须有技术交易额；请按登记证明填写")]
    return []


def _days(row: ContractRow, today: date) -> list[Fault]:
    found = []
    if row.valid_from and row.valid_until and row.valid_until < row.valid_from:
        found.append(Fault("valid_until", "有效期止早于有效期起；请核对"))
    if row.standing is not ContractState.DRAFT and row.signed_on is None:
        found.append(Fault("signed_on", "已签约的合同须有签订日期；请填写"))
    if row.signed_on and row.signed_on > today:
        found.append(Fault("signed_on", "签订日期还没有到；请核对年份"))
    if row.signed_on and row.registered_on and row.registered_on < row.signed_on:
        found.append(Fault("registered_on", "登记日期早于签订日期；请核对"))
    if row.registered_on and row.registered_on > today:
        found.append(Fault("registered_on", "登记日期还没有到；请核对年份"))
    return found


def _registration(row: ContractRow) -> list[Fault]:
    found = []
    if row.registration_no and row.registered_on is None:
        found.append(Fault("registered_on", "有登记编号时请填写登记日期"))
    if row.registration_no and not row.registrar:
        found.append(Fault("registrar", "有登记编号时请填写登记机构"))
    if row.standing in IN_FORCE and not row.registration_no:
        found.append(Fault("registration_no", "已登记的合同须有登记编号；没有登记请改登记状态"))
    return found


def _kinds(row: ContractRow) -> list[Fault]:
    if row.sub_kind and row.sub_kind not in SUB_KINDS[row.kind]:
        return [Fault("sub_kind", "这个子类不属于所选的合同类别；请对照模板第二张表“允许的取值”")]
    return []


def contract_in(row: ContractRow) -> ContractIn:
    """The row as a record."""
    parties = []
    for role in SIDES:
        given = {name: getattr(row, f"{role.value}_{name}") for name in _PARTY_FIELDS}
        if given["name"]:
            parties.append({"role": role, **given})
    return ContractIn.model_validate({name: getattr(row, name) for name in _SAME} | {"parties": parties})


def take_in(session: Session, actor: Actor, *, row: ContractRow) -> bool:
    """Whether the row made a contract or changed one. Officers only; Invalid names the row's own fields."""
    try:
        return contracts.take_in(
            session,
            actor,
            source_ref=row.source_ref or "",
            data=contract_in(row),
            state=row.standing,
            registrar=row.registrar,
            registration_no=row.registration_no,
            registered_on=row.registered_on,
        )
    except Invalid as refused:
        raise Invalid([_told(row, fault) for fault in refused.faults]) from None
    except Conflict:
        message = "这份合同导入后已在平台上办理，不再按台账覆盖；请在合同页面修改，或从文件中删去这一行"
        raise Invalid([Fault("source_ref", message, row.source_ref or "")]) from None
    except Forbidden:
        if not is_officer(actor):
            raise
        message = "这是您所在单位的合同；请由另一位专员导入"
        raise Invalid([Fault("seller_name", message, row.seller_name)]) from None


def _told(row: ContractRow, fault: Fault) -> Fault:
    return Fault(_field(row, fault.field), messages.wording(fault.message), fault.value)


def _field(row: ContractRow, name: str) -> str:
    """The row's field for one of the record's, such as buyer_uscc for parties.1.uscc."""
    head, _, rest = name.partition(".")
    place, _, part = rest.partition(".")
    if head == "parties" and not place:
        return "buyer_name"
    if head != "parties" or not place.isdecimal():
        return head
    present = [role for role in SIDES if getattr(row, f"{role.value}_name")]
    role = present[int(place)] if int(place) < len(present) else PartyRole.SELLER
    return f"{role.value}_{part if part in _PARTY_FIELDS else 'name'}"
