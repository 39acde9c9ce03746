"""Technology contracts: parties, amounts as a history, schedule, payments, steps, and ties between organisations."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Organisation
from matchmaker.contracts.rules import (
    ContractKind,
    ContractState,
    PartyNature,
    PartyRole,
    PaymentKind,
    PaymentMode,
    RelatedParty,
    SubKind,
    TieKind,
)
from matchmaker.core.db import Base, BigId, UtcDateTime, coded, new_key
from matchmaker.deals.models import Deal
from matchmaker.files.models import StoredFile

_NUMBERED = text("registration_no IS NOT NULL")
_COUNTED = text("withdrawn_at IS NULL AND receipt_no <> ''")


class Contract(Base):
    """One technology contract.

    `total_fen` (合同成交额), `technology_fen` (技术交易额) and `paid_fen` repeat the newest ContractAmount and the sum
    of counted payments minus refunds, so that the database itself refuses a contract whose parts exceed its whole. Both
    amounts are empty while there is no price; a total alone, without a ContractAmount, waits for its split. `ip` is
    [{"type", "no", "name", "owner", "filed_on", "expires_on"}]; `royalty` is {"base", "rates", "period", "floor_fen",
    "ceiling_fen", "inspection", "statements"}, its rates hundredths of a per cent by year, the last one holding on.
    """

    __tablename__ = "contracts"
    __table_args__ = (
        CheckConstraint("technology_fen > 0 AND technology_fen <= total_fen", name="technology_part"),
        CheckConstraint("paid_fen >= 0", name="paid_positive"),
        CheckConstraint(
            "payment_mode IN ('royalty', 'fee_royalty') OR paid_fen <= coalesce(total_fen, 0)", name="paid_total"
        ),
        CheckConstraint("valid_from <= valid_until", name="validity_order"),
        CheckConstraint("registration_no IS NULL OR registered_on IS NOT NULL", name="registered"),
        Index(
            "uq_contracts_registration",
            "registrar",
            "registration_no",
            unique=True,
            sqlite_where=_NUMBERED,
            postgresql_where=_NUMBERED,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=new_key)
    # The name an imported row had in the office's own list; importing it again updates instead of doubling.
    source_ref: Mapped[str | None] = mapped_column(String(60), unique=True)
    deal_id: Mapped[int | None] = mapped_column(ForeignKey(Deal.id), index=True)
    state: Mapped[ContractState] = mapped_column(coded(ContractState), index=True)
    kind: Mapped[ContractKind] = mapped_column(coded(ContractKind))
    sub_kind: Mapped[SubKind | None] = mapped_column(coded(SubKind))
    title: Mapped[str] = mapped_column(String(200))
    own_number: Mapped[str] = mapped_column(String(60), default="")
    # One of the official high-technology fields, and the chain node it belongs to.
    field: Mapped[str] = mapped_column(String(40), default="")
    node: Mapped[str] = mapped_column(String(6), default="", index=True)
    # What it is about, what must be reached and how that is accepted.
    object: Mapped[str] = mapped_column(Text, default="")
    indicators: Mapped[str] = mapped_column(Text, default="")
    acceptance: Mapped[str] = mapped_column(Text, default="")
    plan: Mapped[str] = mapped_column(Text, default="")
    confidentiality: Mapped[str] = mapped_column(Text, default="")
    ip_terms: Mapped[str] = mapped_column(Text, default="")
    licence_scope: Mapped[str] = mapped_column(Text, default="")
    ip: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    payment_mode: Mapped[PaymentMode] = mapped_column(coded(PaymentMode), default=PaymentMode.LUMP)
    royalty: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    foreign_text: Mapped[bool] = mapped_column(default=False)
    fiscal_fund: Mapped[bool] = mapped_column(default=False)
    total_fen: Mapped[int | None] = mapped_column(BigInteger)
    technology_fen: Mapped[int | None] = mapped_column(BigInteger)
    paid_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    signed_on: Mapped[date | None] = mapped_column(Date)
    effective_on: Mapped[date | None] = mapped_column(Date)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    matched_on: Mapped[date | None] = mapped_column(Date)
    registrar: Mapped[str] = mapped_column(String(120), default="")
    registration_no: Mapped[str | None] = mapped_column(String(16))
    registered_on: Mapped[date | None] = mapped_column(Date)
    related: Mapped[RelatedParty] = mapped_column(coded(RelatedParty), default=RelatedParty.NONE)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(200))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When the seller was last told to file it.
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    deal: Mapped[Deal | None] = relationship()
    parties: Mapped[list["ContractParty"]] = relationship(
        order_by="ContractParty.id",
        primaryjoin="and_(ContractParty.contract_id == Contract.id, ContractParty.superseded_at.is_(None))",
        viewonly=True,
    )
    amounts: Mapped[list["ContractAmount"]] = relationship(order_by="ContractAmount.id")
    schedule: Mapped[list["ContractDue"]] = relationship(
        # What has no day yet comes last, on both databases.
        order_by="ContractDue.due_on.is_(None), ContractDue.due_on, ContractDue.id",
        primaryjoin="and_(ContractDue.contract_id == Contract.id, ContractDue.superseded_at.is_(None))",
        viewonly=True,
    )
    # All rows that ever stood in it, those that were put in together side by side.
    schedule_rows: Mapped[list["ContractDue"]] = relationship(order_by="ContractDue.id", viewonly=True)
    payments: Mapped[list["ContractPayment"]] = relationship(order_by="ContractPayment.paid_on, ContractPayment.id")
    steps: Mapped[list["ContractStep"]] = relationship(order_by="ContractStep.id")


class ContractParty(Base):
    """A party as the contract names it; `organisation_id` when it is registered here. Editing supersedes the row."""

    __tablename__ = "contract_parties"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey(Contract.id), index=True)
    role: Mapped[PartyRole] = mapped_column(coded(PartyRole))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey(Organisation.id), index=True)
    name: Mapped[str] = mapped_column(String(120))
    # Who sealed it, when the seal was read; it must be the party's name.
    seal_name: Mapped[str] = mapped_column(String(120), default="")
    uscc: Mapped[str] = mapped_column(String(18), default="")
    nature: Mapped[PartyNature | None] = mapped_column(coded(PartyNature))
    country: Mapped[str] = mapped_column(String(3), default="156")
    division: Mapped[str] = mapped_column(String(6), default="")
    # The intermediary holds a paid mandate of its own.
    paid_mandate: Mapped[bool] = mapped_column(default=False)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation | None] = relationship()


class ContractAmount(Base):
    """Total and technology part from `effective_on` on. `lines` is how the assistant came from one to the other."""

    __tablename__ = "contract_amounts"
    __table_args__ = (CheckConstraint("technology_fen > 0 AND technology_fen <= total_fen", name="technology_part"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey(Contract.id), index=True)
    effective_on: Mapped[date] = mapped_column(Date)
    total_fen: Mapped[int] = mapped_column(BigInteger)
    technology_fen: Mapped[int] = mapped_column(BigInteger)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))


class ContractDue(Base):
    """One row of the payment schedule: who put it in, when and why. A new schedule supersedes all rows of the old one.

    `at` is empty for rows from before this was kept.
    """

    __tablename__ = "contract_dues"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="amount"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey(Contract.id), index=True)
    milestone: Mapped[str] = mapped_column(String(120))
    due_on: Mapped[date | None] = mapped_column(Date)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ContractPayment(Base):
    """Money paid, or paid back, with its papers. A wrong row is withdrawn with a reason, never changed.

    `organisation_id` is the party that entered it; empty for the office, and for rows from before this was kept.
    """

    __tablename__ = "contract_payments"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("technology_fen >= 0 AND technology_fen <= amount_fen", name="technology_part"),
        Index(
            "uq_contract_payments_receipt",
            "contract_id",
            "receipt_no",
            unique=True,
            sqlite_where=_COUNTED,
            postgresql_where=_COUNTED,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey(Contract.id), index=True)
    kind: Mapped[PaymentKind] = mapped_column(coded(PaymentKind), default=PaymentKind.PAYMENT)
    paid_on: Mapped[date] = mapped_column(Date)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    technology_fen: Mapped[int | None] = mapped_column(BigInteger)
    invoice_no: Mapped[str] = mapped_column(String(40), default="")
    invoice_file_id: Mapped[int | None] = mapped_column(ForeignKey(StoredFile.id))
    receipt_no: Mapped[str] = mapped_column(String(60), default="")
    receipt_file_id: Mapped[int | None] = mapped_column(ForeignKey(StoredFile.id))
    note: Mapped[str] = mapped_column(String(200), default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey(Organisation.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str] = mapped_column(String(200), default="")
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")


class ContractStep(Base):
    """One change of state: the day it happened, who entered it, why, and the paper that shows it."""

    __tablename__ = "contract_steps"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey(Contract.id), index=True)
    before: Mapped[ContractState | None] = mapped_column(coded(ContractState))
    after: Mapped[ContractState] = mapped_column(coded(ContractState))
    happened_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text, default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey(StoredFile.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))


class RelatedFinding(Base):
    """One word on ties between a contract's parties: who said it, on what evidence. The newest holds.

    `ties` is [{"code", "left", "right", "share_bp", "certain", "text_zh", "text_en"}], as found on that day.
    """

    __tablename__ = "related_findings"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey(Contract.id), index=True)
    related: Mapped[RelatedParty] = mapped_column(coded(RelatedParty))
    ties: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    note: Mapped[str] = mapped_column(Text, default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey(StoredFile.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))


class OrganisationTie(Base):
    """A person or body tied to an organisation, from the business register or a declaration.

    `holder_uscc` when the holder is a body; `share_bp` is the holding in hundredths of a per cent.
    """

    __tablename__ = "organisation_ties"
    __table_args__ = (
        CheckConstraint("share_bp > 0 AND share_bp <= 10000", name="share"),
        UniqueConstraint("organisation_id", "kind", "holder_name", "holder_uscc", "valid_from"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    kind: Mapped[TieKind] = mapped_column(coded(TieKind))
    holder_name: Mapped[str] = mapped_column(String(120), index=True)
    holder_uscc: Mapped[str] = mapped_column(String(18), default="", index=True)
    share_bp: Mapped[int | None] = mapped_column(Integer)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))

    organisation: Mapped[Organisation] = relationship()
