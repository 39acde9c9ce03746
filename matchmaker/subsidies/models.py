"""Subsidy policies, windows, claims with their steps and decisions, voices of others, and the money ledger."""

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

from matchmaker.accounts.models import Organisation, Person
from matchmaker.contracts.models import Contract
from matchmaker.contracts.rules import PartyRole
from matchmaker.core.db import Base, BigId, UtcDateTime, coded, new_key
from matchmaker.files.models import StoredFile
from matchmaker.subsidies.rules import Account, ClaimOrigin, ClaimState, ClawBackReason, EntryKind, VoiceKind

_STANDING = text("state NOT IN ('refused', 'withdrawn', 'clawed_back')")
_CURRENT = text("superseded_at IS NULL")


class PolicyVersion(Base):
    """One version of a subsidy policy, exactly as it was loaded; never changed afterwards."""

    __tablename__ = "subsidy_policies"
    __table_args__ = (UniqueConstraint("policy_id", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    policy_id: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))


class Window(Base):
    """One round of claims: a year under one policy version. Its budget stands in the ledger; without one, no limit.

    `division` and `town_check` need no column: the policy says them. `limited` is whether the budget binds.
    """

    __tablename__ = "subsidy_windows"
    __table_args__ = (
        UniqueConstraint("year", "policy_row_id"),
        CheckConstraint("opens_on <= closes_on", name="order"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=new_key)
    policy_row_id: Mapped[int] = mapped_column(ForeignKey(PolicyVersion.id))
    year: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(120))
    opens_on: Mapped[date] = mapped_column(Date)
    closes_on: Mapped[date] = mapped_column(Date)
    limited: Mapped[bool] = mapped_column(default=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))
    # When eligible contracts were last looked for, and the assessment of the whole window was last made.
    searched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    assessed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    policy: Mapped[PolicyVersion] = relationship()


class PaymentBatch(Base):
    """Approved claims handed to the city's payment system together. `claims` is [{"id", "amount_fen"}], as handed over.

    `sha256` is the digest of the manifest in the exported zip, so that the files can be told to be these.
    """

    __tablename__ = "subsidy_batches"
    __table_args__ = (UniqueConstraint("window_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=new_key)
    window_id: Mapped[int] = mapped_column(ForeignKey(Window.id))
    number: Mapped[int] = mapped_column(Integer)
    claims: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    total_fen: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    once: Mapped[str] = mapped_column(String(64), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))

    window: Mapped[Window] = relationship()


class Claim(Base):
    """One unit's claim for one contract in one window.

    `revision` rises with every change; a form that was opened before is refused. `amount_fen` is what the current
    decision grants, repeated here for lists; what was taken back of it stands in the ledger. Its files stand under the
    subject "claim:ID".
    """

    __tablename__ = "subsidy_claims"
    __table_args__ = (
        CheckConstraint("higher_level_aid_fen >= 0", name="aid"),
        CheckConstraint("amount_fen >= 0", name="amount"),
        Index(
            "uq_subsidy_claims_standing",
            "window_id",
            "contract_id",
            "role",
            "organisation_id",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=new_key)
    window_id: Mapped[int] = mapped_column(ForeignKey(Window.id))
    contract_id: Mapped[int] = mapped_column(ForeignKey(Contract.id), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), index=True)
    role: Mapped[PartyRole] = mapped_column(coded(PartyRole))
    origin: Mapped[ClaimOrigin] = mapped_column(coded(ClaimOrigin))
    state: Mapped[ClaimState] = mapped_column(coded(ClaimState), index=True)
    applied_on: Mapped[date | None] = mapped_column(Date)
    higher_level_aid_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    # The applicant's word that what it says is true and that the parties are not related, and the account to pay to.
    declared: Mapped[bool] = mapped_column(default=False)
    bank_name: Mapped[str] = mapped_column(String(120), default="")
    bank_account: Mapped[str] = mapped_column(String(300), default="")
    amount_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    # The batch in which it was handed to the payment system.
    batch_id: Mapped[int | None] = mapped_column(ForeignKey(PaymentBatch.id), index=True)
    notice_from: Mapped[date | None] = mapped_column(Date)
    notice_until: Mapped[date | None] = mapped_column(Date)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    window: Mapped[Window] = relationship()
    contract: Mapped[Contract] = relationship()
    organisation: Mapped[Organisation] = relationship()
    steps: Mapped[list["ClaimStep"]] = relationship(order_by="ClaimStep.id")
    decisions: Mapped[list["Decision"]] = relationship(order_by="Decision.id")
    voices: Mapped[list["Voice"]] = relationship(order_by="Voice.id")
    claw_backs: Mapped[list["ClawBack"]] = relationship(order_by="ClawBack.id")


class ActionKey(Base):
    """One action on claims or money that was done: the key of its form, and a digest of what was asked.

    The same form again finds its row and changes nothing; the same key with something else in it is refused.
    `result_id` is the row that the action made, where it made one.
    """

    __tablename__ = "subsidy_actions"

    once: Mapped[str] = mapped_column(String(64), primary_key=True)
    verb: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))
    result_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))


class ClaimStep(Base):
    """One change of a claim's state. `once` is the key of the form that asked for it: sent twice, done once."""

    __tablename__ = "subsidy_claim_steps"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey(Claim.id), index=True)
    before: Mapped[ClaimState | None] = mapped_column(coded(ClaimState))
    after: Mapped[ClaimState] = mapped_column(coded(ClaimState))
    reason: Mapped[str] = mapped_column(Text, default="")
    once: Mapped[str | None] = mapped_column(String(64), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))
    # Who decided, so that the same person never decides twice.
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))


class Decision(Base):
    """What the policy gives for a claim, with everything it was computed from; a later one supersedes it.

    `inputs` is the engine's own record (claim, what was granted before, budget share); replaying it under
    `policy_row_id` must give `outcome` again, to the fen.
    """

    __tablename__ = "subsidy_decisions"
    __table_args__ = (
        CheckConstraint("amount_fen >= 0", name="amount"),
        Index(
            "uq_subsidy_decisions_current", "claim_id", unique=True, sqlite_where=_CURRENT, postgresql_where=_CURRENT
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey(Claim.id), index=True)
    policy_row_id: Mapped[int] = mapped_column(ForeignKey(PolicyVersion.id))
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    outcome: Mapped[dict[str, Any]] = mapped_column(JSON)
    eligible: Mapped[bool] = mapped_column()
    base_fen: Mapped[int] = mapped_column(BigInteger)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    policy: Mapped[PolicyVersion] = relationship()


class Voice(Base):
    """An objection during the public notice, or an appeal against a refusal, and what the office answered."""

    __tablename__ = "subsidy_voices"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey(Claim.id), index=True)
    kind: Mapped[VoiceKind] = mapped_column(coded(VoiceKind))
    text: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))
    upheld: Mapped[bool | None] = mapped_column()
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[str] = mapped_column(String(200), default="")
    answered_person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))


class ClawBack(Base):
    """Money to be taken back from a paid or approved claim: one officer proposes it, another one decides.

    `confirmed` is empty while it waits. Once confirmed the ledger books it; what came back is booked as it comes.
    """

    __tablename__ = "subsidy_claw_backs"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="amount"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey(Claim.id), index=True)
    reason: Mapped[ClawBackReason] = mapped_column(coded(ClawBackReason))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text, default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey(StoredFile.id))
    once: Mapped[str] = mapped_column(String(64), unique=True)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[str] = mapped_column(String(200))
    # Empty when the platform itself found that it is due, such as after a revoked registration.
    proposed_person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    confirmed: Mapped[bool | None] = mapped_column()
    answer: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    decided_person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))


class LedgerEntry(Base):
    """Money moved from one account to another, once and for all: the database refuses to change or remove a row.

    Every entry names both sides, so the books balance by construction; a mistake is reversed by an entry of its own.
    `once` is the idempotency key of the action behind it.
    """

    __tablename__ = "subsidy_ledger"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("credit <> debit", name="two_accounts"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    window_id: Mapped[int] = mapped_column(ForeignKey(Window.id), index=True)
    claim_id: Mapped[int | None] = mapped_column(ForeignKey(Claim.id), index=True)
    kind: Mapped[EntryKind] = mapped_column(coded(EntryKind))
    credit: Mapped[Account] = mapped_column(coded(Account))
    debit: Mapped[Account] = mapped_column(coded(Account))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(String(200))
    claw_back_id: Mapped[int | None] = mapped_column(ForeignKey(ClawBack.id))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("subsidy_ledger.id"), unique=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey(StoredFile.id))
    once: Mapped[str] = mapped_column(String(64), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
