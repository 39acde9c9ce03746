"""Reading claims: one, an organisation's own, the office's queue, what is shown to the public, a window's totals."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from matchmaker.accounts.models import Organisation
from matchmaker.audit.models import AuditEntry
from matchmaker.audit.rules import REFUSED
from matchmaker.contracts.models import Contract, ContractParty
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import NotFound
from matchmaker.files.models import StoredFile
from matchmaker.subsidies import ledger
from matchmaker.subsidies.access import is_office, oversees, require_office_reader, require_reader
from matchmaker.subsidies.models import (
    Claim,
    ClaimStep,
    ClawBack,
    Decision,
    LedgerEntry,
    PaymentBatch,
    PolicyVersion,
    Voice,
    Window,
)
from matchmaker.subsidies.rules import Account, ClaimState

PER_PAGE = 50
MOST_EXPORTED = 5000


@dataclass(frozen=True)
class QueueFilter:
    """Which claims are asked for. `waiting_for_me`: those on which this officer can take the next step now."""

    state: ClaimState | None = None
    window_id: int | None = None
    town: str = ""
    text: str = ""
    waiting_for_me: bool = False


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue. `counts` by state and `sum_fen` (granted or proposed) are of all that was asked for."""

    rows: Sequence[Claim]
    total: int
    number: int
    last: int
    counts: dict[ClaimState, int]
    sum_fen: int


@dataclass(frozen=True)
class WindowPage:
    """A window's totals, in fen; `by_state` is (claims, fen). What is available still has `reserved_fen` to come."""

    window: Window
    policy: PolicyVersion
    by_state: dict[ClaimState, tuple[int, int]]
    balances: dict[Account, int]
    budget_fen: int
    reserved_fen: int
    committed_fen: int
    paid_fen: int
    receivable_fen: int
    available_fen: int


@dataclass(frozen=True)
class Changed:
    """One entry of the audit log about a claim: when, by whom, what, and its detail."""

    at: datetime
    by: str
    what: str
    detail: dict[str, object]


def claim(session: Session, actor: Actor, *, claim_id: int) -> Claim:
    """One claim with everything on it. NotFound for everybody who may not know of it."""
    found = session.scalars(select(Claim).where(Claim.id == claim_id).options(*_whole())).one_or_none()
    if found is None:
        raise NotFound(f"no claim {claim_id}")
    require_reader(actor, found)
    return found


def mine(session: Session, actor: Actor) -> Sequence[Claim]:
    """The claims of the actor's organisations, what moved last first; a constant number of statements."""
    own = Claim.organisation_id.in_(actor.organisation_ids)
    return session.scalars(select(Claim).where(own).options(*_whole()).order_by(Claim.updated_at.desc())).all()


def count_waiting(session: Session, actor: Actor) -> int:
    """How many claims of the actor's organisations wait for them: found and not confirmed, or sent back."""
    own = Claim.organisation_id.in_(actor.organisation_ids)
    waiting = Claim.state.in_((ClaimState.FOUND, ClaimState.RETURNED))
    return session.scalar(select(func.count()).select_from(Claim).where(own, waiting)) or 0


def of_contracts(session: Session, actor: Actor, *, contract_ids: Collection[int]) -> Sequence[Claim]:
    """The claims for these contracts that the actor may read, with their windows, in the order they were made."""
    limits = [Claim.contract_id.in_(contract_ids)]
    if not oversees(actor):
        limits.append(Claim.organisation_id.in_(actor.organisation_ids))
    statement = select(Claim).where(*limits).options(joinedload(Claim.window))
    return session.scalars(statement.order_by(Claim.id)).all()


def queue(session: Session, actor: Actor, *, filters: QueueFilter, page: int = 1) -> QueuePage:
    """One page of the office's claims, the oldest first; for officers and auditors. A page too far is the last."""
    require_office_reader(actor)
    counts, sums = _sums(session, _limits(actor, replace(filters, state=None)))
    states = [filters.state] if filters.state is not None else list(ClaimState)
    total = sum(counts.get(one, 0) for one in states)
    last = max(1, -(-total // PER_PAGE))
    number = max(1, min(page, last))
    statement = _listed(_limits(actor, filters)).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    rows = session.scalars(statement).all()
    return QueuePage(rows, total, number, last, counts, sum(sums.get(one, 0) for one in states))


def claims_for_export(session: Session, actor: Actor, *, filters: QueueFilter) -> Sequence[Claim]:
    """All claims of a filter for a spreadsheet, at most `MOST_EXPORTED`."""
    require_office_reader(actor)
    return session.scalars(_listed(_limits(actor, filters)).limit(MOST_EXPORTED)).all()


def notice_list(session: Session) -> Sequence[Claim]:
    """What is shown to the public today, the newest notice first; open to everybody."""
    today = clock.today()
    shown = (Claim.state == ClaimState.NOTICE, Claim.notice_from <= today, Claim.notice_until >= today)
    parties = selectinload(Contract.parties)
    options = (joinedload(Claim.organisation), joinedload(Claim.contract).options(parties), joinedload(Claim.window))
    statement = select(Claim).where(*shown).options(*options)
    return session.scalars(statement.order_by(Claim.notice_from.desc(), Claim.id)).all()


def window_page(session: Session, actor: Actor, *, window_id: int) -> WindowPage:
    """A window with its claims by state and its money; for officers and auditors."""
    require_office_reader(actor)
    window = session.get(Window, window_id, options=[joinedload(Window.policy)])
    if window is None:
        raise NotFound(f"no window {window_id}")
    counts, sums = _sums(session, [Claim.window_id == window_id])
    by_state = {state: (count, sums.get(state, 0)) for state, count in counts.items()}
    accounts = ledger.balances(session, window_id=window_id)
    return WindowPage(
        window=window,
        policy=window.policy,
        by_state=by_state,
        balances=accounts,
        budget_fen=-accounts[Account.APPROPRIATION],
        reserved_fen=sum(sums.get(state, 0) for state in (ClaimState.PROPOSED, ClaimState.NOTICE)),
        committed_fen=accounts[Account.COMMITTED],
        paid_fen=accounts[Account.PAID],
        receivable_fen=accounts[Account.RECEIVABLE],
        available_fen=accounts[Account.AVAILABLE],
    )


@dataclass(frozen=True)
class EntriesPage:
    """One page of a window's ledger; `reversed_ids` are those of its entries that a later one took back."""

    rows: Sequence[LedgerEntry]
    total: int
    number: int
    last: int
    reversed_ids: frozenset[int]


def entries_page(session: Session, actor: Actor, *, window_id: int, page: int = 1) -> EntriesPage:
    """The ledger of a window, what was booked last first; for officers and auditors. A page too far is the last."""
    require_office_reader(actor)
    mine = LedgerEntry.window_id == window_id
    total = session.scalar(select(func.count()).select_from(LedgerEntry).where(mine)) or 0
    last = max(1, -(-total // PER_PAGE))
    number = max(1, min(page, last))
    statement = select(LedgerEntry).where(mine).order_by(LedgerEntry.id.desc())
    rows = session.scalars(statement.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    back = select(LedgerEntry.reverses_id).where(LedgerEntry.reverses_id.in_([row.id for row in rows]))
    taken_back = frozenset(one for one in session.scalars(back) if one is not None)
    return EntriesPage(rows, total, number, last, taken_back)


def batches(session: Session, actor: Actor, *, window_id: int) -> Sequence[PaymentBatch]:
    """The payment batches of a window, newest first; for officers and auditors."""
    require_office_reader(actor)
    statement = select(PaymentBatch).where(PaymentBatch.window_id == window_id)
    return session.scalars(statement.order_by(PaymentBatch.number.desc())).all()


@dataclass(frozen=True)
class BatchPage:
    """A batch with the claims that were handed over in it, also one that was taken out later."""

    batch: PaymentBatch
    claims: Sequence[Claim]


def batch(session: Session, actor: Actor, *, batch_id: int) -> BatchPage:
    """One batch with its claims, their contracts, payments and organisations; for officers and auditors."""
    require_office_reader(actor)
    found = session.get(PaymentBatch, batch_id, options=[joinedload(PaymentBatch.window).joinedload(Window.policy)])
    if found is None:
        raise NotFound(f"no batch {batch_id}")
    ids = [int(one["id"]) for one in found.claims]
    statement = select(Claim).where(Claim.id.in_(ids)).options(*_whole()).order_by(Claim.id)
    return BatchPage(found, session.scalars(statement).all())


def claw_backs(session: Session, actor: Actor, *, waiting: bool = True) -> Sequence[ClawBack]:
    """The claw-backs that wait to be taken up or decided, or all of them, oldest first; for officers and auditors."""
    require_office_reader(actor)
    limits = [ClawBack.confirmed.is_(None)] if waiting else []
    return session.scalars(select(ClawBack).where(*limits).order_by(ClawBack.id)).all()


def files_of(
    session: Session, claims: Collection[Claim], *, as_of: datetime | None = None
) -> dict[int, list[StoredFile]]:
    """Every paper that belongs to these claims: their own, the contract's, the organisation's licence; one statement.

    `as_of` asks for the papers as they stood at that moment. Who asks has read the claims before.
    """
    wanted = {
        one.id: {f"claim:{one.id}", f"contract:{one.contract_id}", f"organisation:{one.organisation_id}"}
        for one in claims
    }
    subjects = set().union(*wanted.values())
    mine = or_(StoredFile.subject.not_like("organisation:%"), StoredFile.purpose == "licence")
    there: list[ColumnElement[bool]] = [StoredFile.withdrawn_at.is_(None)]
    if as_of is not None:
        there = [
            StoredFile.created_at <= as_of,
            or_(StoredFile.withdrawn_at.is_(None), StoredFile.withdrawn_at > as_of),
        ]
    statement = select(StoredFile).where(StoredFile.subject.in_(subjects), mine, *there)
    rows = session.scalars(statement.order_by(StoredFile.id)).all()
    return {claim_id: [row for row in rows if row.subject in named] for claim_id, named in wanted.items()}


def changes_since(session: Session, actor: Actor, *, claim_id: int, revision: int) -> list[Changed]:
    """What happened to the claim since it had this revision, oldest first: for a form that came too late."""
    found = claim(session, actor, claim_id=claim_id)
    count = found.revision - revision
    if count <= 0:
        return []
    # What was refused changed nothing.
    mine = (AuditEntry.subject == f"claim:{claim_id}", AuditEntry.action != REFUSED)
    rows = session.scalars(select(AuditEntry).where(*mine).order_by(AuditEntry.number.desc()).limit(count)).all()
    return [Changed(row.at, row.actor, row.action, row.detail) for row in reversed(rows)]


def _whole() -> tuple[ORMOption, ...]:
    """All that belongs to claims, in a constant number of statements."""
    contract = joinedload(Claim.contract)
    return (
        joinedload(Claim.window).joinedload(Window.policy),
        joinedload(Claim.organisation),
        contract.selectinload(Contract.parties).joinedload(ContractParty.organisation),
        contract.selectinload(Contract.amounts),
        contract.selectinload(Contract.payments),
        selectinload(Claim.steps),
        selectinload(Claim.decisions).joinedload(Decision.policy),
        selectinload(Claim.voices),
        selectinload(Claim.claw_backs),
    )


def _listed(limits: Sequence[ColumnElement[bool]]) -> Select[Claim]:
    statement = select(Claim).join(Claim.organisation).join(Claim.contract).where(*limits)
    return statement.options(*_whole()).order_by(Claim.applied_on.is_(None), Claim.applied_on, Claim.id)


def _sums(
    session: Session, limits: Sequence[ColumnElement[bool]]
) -> tuple[dict[ClaimState, int], dict[ClaimState, int]]:
    """How many claims stand in each state, and what they were granted or are to be, in fen."""
    columns = (Claim.state, func.count(), func.coalesce(func.sum(Claim.amount_fen), 0))
    statement = select(*columns).join(Claim.organisation).join(Claim.contract).where(*limits).group_by(Claim.state)
    rows = session.execute(statement).all()
    return {state: count for state, count, _fen in rows}, {state: int(fen) for state, _count, fen in rows}


def _limits(actor: Actor, filters: QueueFilter) -> list[ColumnElement[bool]]:
    limits: list[ColumnElement[bool]] = []
    if filters.state is not None:
        limits.append(Claim.state == filters.state)
    if filters.window_id is not None:
        limits.append(Claim.window_id == filters.window_id)
    if filters.town:
        limits.append(Organisation.town == filters.town)
    if filters.text.strip():
        pattern = f"%{_literal(filters.text.strip())}%"
        named = (Organisation.name, Organisation.uscc, Contract.title, Contract.registration_no)
        limits.append(or_(*(column.ilike(pattern, escape="\\") for column in named)))
    if filters.waiting_for_me:
        limits.append(_waits_for(actor))
    return limits


def _waits_for(actor: Actor) -> ColumnElement[bool]:
    """Claims on which this officer can take the next step: the right state, the second person, no ties as a member."""
    if not is_office(actor):
        return false()
    to_assess = Claim.state.in_([ClaimState.APPLIED, ClaimState.PRECHECKED, ClaimState.TOWN_PASSED])
    # Where a budget is shared, proposals wait for the close of their window.
    shows_now = exists().where(Window.id == Claim.window_id, or_(~Window.limited, Window.closes_on < clock.today()))
    to_show = and_(Claim.state == ClaimState.PROPOSED, shows_now)
    mine = Decision.person_id == actor.person_id
    proposed_by_me = exists().where(Decision.claim_id == Claim.id, Decision.superseded_at.is_(None), mine)
    to_approve = and_(Claim.state == ClaimState.NOTICE, Claim.notice_until < clock.today(), ~proposed_by_me)
    step = (ClaimStep.claim_id == Claim.id, ClaimStep.after == ClaimState.APPROVED)
    approved_by_me = exists().where(*step, ClaimStep.person_id == actor.person_id)
    to_pay = and_(Claim.state == ClaimState.APPROVED, ~approved_by_me)
    open_voice = exists().where(Voice.claim_id == Claim.id, Voice.answered_at.is_(None))
    open_claw_back = exists().where(
        ClawBack.claim_id == Claim.id,
        ClawBack.confirmed.is_(None),
        or_(ClawBack.proposed_person_id.is_(None), ClawBack.proposed_person_id != actor.person_id),
    )
    party = ContractParty.organisation_id.in_(actor.organisation_ids)
    tied = exists().where(ContractParty.contract_id == Claim.contract_id, party)
    return and_(or_(to_assess, to_show, to_approve, to_pay, open_voice, open_claw_back), ~tied)


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
