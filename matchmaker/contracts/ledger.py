"""The ledger of technology contracts: filtered by anything, with totals by kind, chain, town, nature and quarter."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import add

from sqlalchemy import ColumnElement, and_, exists, extract, func, or_, select
from sqlalchemy.orm import Session, aliased

from matchmaker.accounts.models import Organisation
from matchmaker.contracts.models import Contract, ContractParty
from matchmaker.contracts.queries import visible_to, whole_record
from matchmaker.contracts.rules import (
    IN_FORCE,
    UNREGISTERED,
    ContractKind,
    ContractState,
    PartyNature,
    PartyRole,
    PaymentMode,
    RelatedParty,
    SubKind,
)
from matchmaker.core.actor import Actor

PER_PAGE = 30
MOST = 10_000
MAX_WORDS = 100
QUARTER = re.compile(r"(20[0-9]{2}|19[0-9]{2})(?:Q([1-4]))?")
_TOTAL = func.coalesce(Contract.total_fen, 0)
_SUMS = (Contract.total_fen, Contract.technology_fen, Contract.paid_fen)
# How far it is paid.
PAID: dict[str, ColumnElement[bool]] = {
    "none": Contract.paid_fen == 0,
    "part": and_(Contract.paid_fen > 0, Contract.paid_fen < _TOTAL),
    "full": and_(Contract.paid_fen > 0, Contract.paid_fen >= _TOTAL),
}


@dataclass(frozen=True)
class LedgerFilter:
    """What to look at; what is left empty does not limit. Amounts are fen, days are inclusive.

    `side` says whose town, nature and name the filters and totals mean: the seller's, which files, unless said
    otherwise. `text` is looked for in titles, numbers, parties and their codes, `registrar` within its name.
    `quarter` is "2026Q1", or "2026" for the whole year, by the day of registration, or of signing where there is none.
    `paid` is "none", "part" (something, less than the total) or "full".
    """

    text: str = ""
    states: frozenset[ContractState] = frozenset()
    kinds: frozenset[ContractKind] = frozenset()
    sub_kind: SubKind | None = None
    modes: frozenset[PaymentMode] = frozenset()
    related: frozenset[RelatedParty] = frozenset()
    chain: str = ""
    node: str = ""
    field: str = ""
    side: PartyRole = PartyRole.SELLER
    town: str = ""
    natures: frozenset[PartyNature] = frozenset()
    organisation_id: int | None = None
    deal_id: int | None = None
    registrar: str = ""
    quarter: str = ""
    signed_from: date | None = None
    signed_to: date | None = None
    registered_from: date | None = None
    registered_to: date | None = None
    total_from: int | None = None
    total_to: int | None = None
    ends_before: date | None = None
    unregistered: bool = False
    in_force: bool = False
    fiscal_fund: bool | None = None
    paid: str = ""
    from_platform: bool | None = None


@dataclass(frozen=True)
class Total:
    """How many contracts fall under a code, and their sums in fen; what has no code stands under ""."""

    code: str
    count: int
    total_fen: int
    technology_fen: int
    paid_fen: int


@dataclass(frozen=True)
class LedgerPage:
    """One page of contracts, and the totals of all that the filters let through."""

    rows: Sequence[Contract]
    number: int
    last: int
    total: int
    sum: Total
    by_kind: list[Total]
    by_chain: list[Total]
    by_town: list[Total]
    by_nature: list[Total]
    by_quarter: list[Total]


def ledger(session: Session, actor: Actor, *, filters: LedgerFilter, page: int = 1) -> LedgerPage:
    """One page, what moved last first, with totals; everybody sees what they may read. Constant statements."""
    return _read(session, actor, filters, page=page, per_page=PER_PAGE)


def whole(session: Session, actor: Actor, *, filters: LedgerFilter) -> LedgerPage:
    """The same on one page of at most `MOST` rows, for the workbook."""
    return _read(session, actor, filters, page=1, per_page=MOST)


def quarter_of(day: date) -> str:
    """The quarter a day lies in, such as "2026Q1"."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def _read(session: Session, actor: Actor, filters: LedgerFilter, *, page: int, per_page: int) -> LedgerPage:
    limits = [visible_to(actor), *_own_limits(filters), *_day_limits(filters), *_party_limits(filters)]
    groups = _groups(session, limits, filters.side)
    overall = _fold(groups, lambda group: "")
    count = overall[0].count if overall else 0
    last = max(1, -(-count // per_page))
    number = max(1, min(page, last))
    newest = select(Contract).where(*limits).order_by(Contract.updated_at.desc(), Contract.id.desc())
    rows = session.scalars(newest.options(*whole_record()).limit(per_page).offset((number - 1) * per_page)).all()
    return LedgerPage(
        rows=rows,
        number=number,
        last=last,
        total=count,
        sum=overall[0] if overall else Total("", 0, 0, 0, 0),
        by_kind=_fold(groups, lambda group: group.kind),
        by_chain=_fold(groups, lambda group: group.node[:3]),
        by_town=_fold(groups, lambda group: group.town or ""),
        by_nature=_fold(groups, lambda group: group.nature or ""),
        by_quarter=_fold(groups, _quarter),
    )


@dataclass(frozen=True)
class _Group:
    """Contracts that are the same in everything that is told apart."""

    kind: ContractKind
    node: str
    town: str | None
    nature: PartyNature | None
    year: int | None
    month: int | None
    sums: tuple[int, ...]


def _groups(session: Session, limits: Sequence[ColumnElement[bool]], side: PartyRole) -> list[_Group]:
    """Counts and sums by everything that is told apart, in one statement.

    Town and nature are those of the first party of the side, so that no contract counts twice.
    """
    party = aliased(ContractParty)
    first = (
        select(func.min(ContractParty.id))
        .where(ContractParty.contract_id == Contract.id, *_standing(side))
        .correlate(Contract)
        .scalar_subquery()
    )
    day = func.coalesce(Contract.registered_on, Contract.signed_on)
    codes = (
        Contract.kind,
        Contract.node,
        Organisation.town,
        party.nature,
        extract("year", day),
        extract("month", day),
    )
    statement = (
        select(*codes, func.count(Contract.id), *map(func.sum, _SUMS))
        .select_from(Contract)
        .outerjoin(party, party.id == first)
        .outerjoin(Organisation, Organisation.id == party.organisation_id)
        .where(*limits)
        .group_by(*codes)
    )
    return [_Group(*row[:6], tuple(int(value or 0) for value in row[6:])) for row in session.execute(statement)]


def _fold(groups: Sequence[_Group], code_of: Callable[[_Group], str]) -> list[Total]:
    """The groups added up by one code, in the order of the codes."""
    found: dict[str, list[int]] = {}
    for group in groups:
        sums = found.setdefault(str(code_of(group)), [0, 0, 0, 0])
        sums[:] = map(add, sums, group.sums)
    return [Total(code, *sums) for code, sums in sorted(found.items())]


def _quarter(group: _Group) -> str:
    # One database gives whole numbers, the other decimals.
    return quarter_of(date(int(group.year), int(group.month), 1)) if group.year and group.month else ""


def _own_limits(filters: LedgerFilter) -> Iterator[ColumnElement[bool]]:
    """What the contract's own columns are limited to."""
    among = {
        Contract.state: filters.states,
        Contract.kind: filters.kinds,
        Contract.payment_mode: filters.modes,
        Contract.related: filters.related,
    }
    yield from (column.in_(wanted) for column, wanted in among.items() if wanted)
    same = {
        Contract.sub_kind: filters.sub_kind,
        Contract.node: filters.node,
        Contract.field: filters.field,
        Contract.deal_id: filters.deal_id,
        Contract.fiscal_fund: filters.fiscal_fund,
    }
    yield from (column == wanted for column, wanted in same.items() if wanted not in (None, ""))
    if filters.registrar:
        yield Contract.registrar.icontains(filters.registrar, autoescape=True)
    if filters.chain:
        yield Contract.node.startswith(f"{filters.chain}-", autoescape=True)
    if filters.unregistered:
        yield Contract.state.in_(UNREGISTERED)
    if filters.in_force:
        yield Contract.state.in_(IN_FORCE)
    if filters.from_platform is not None:
        yield Contract.deal_id.is_not(None) if filters.from_platform else Contract.deal_id.is_(None)
    if filters.paid in PAID:
        yield PAID[filters.paid]


def _day_limits(filters: LedgerFilter) -> Iterator[ColumnElement[bool]]:
    """Days and amounts between limits."""
    at_least = {
        Contract.signed_on: filters.signed_from,
        Contract.registered_on: filters.registered_from,
        Contract.total_fen: filters.total_from,
    }
    at_most = {
        Contract.signed_on: filters.signed_to,
        Contract.registered_on: filters.registered_to,
        Contract.total_fen: filters.total_to,
        Contract.valid_until: filters.ends_before,
    }
    yield from (column >= limit for column, limit in at_least.items() if limit is not None)
    yield from (column <= limit for column, limit in at_most.items() if limit is not None)
    if known := QUARTER.fullmatch(filters.quarter):
        year, first = int(known[1]), int(known[2] or 1) * 3 - 2
        end = date(year, first + 3, 1) if known[2] and first < 10 else date(year + 1, 1, 1)
        day = func.coalesce(Contract.registered_on, Contract.signed_on)
        yield and_(day >= date(year, first, 1), day < end)


def _party_limits(filters: LedgerFilter) -> Iterator[ColumnElement[bool]]:
    """What a standing party is limited to: of the chosen side, or any for words and one organisation."""
    if filters.town:
        there = select(Organisation.id).where(Organisation.town == filters.town)
        yield _has_party(*_standing(filters.side), ContractParty.organisation_id.in_(there))
    if filters.natures:
        yield _has_party(*_standing(filters.side), ContractParty.nature.in_(filters.natures))
    if filters.organisation_id is not None:
        yield _has_party(*_standing(), ContractParty.organisation_id == filters.organisation_id)
    if words := filters.text.strip()[:MAX_WORDS]:
        own = (Contract.title, Contract.own_number, Contract.registration_no, Contract.source_ref)
        names = or_(*(column.icontains(words, autoescape=True) for column in (ContractParty.name, ContractParty.uscc)))
        yield or_(*(column.icontains(words, autoescape=True) for column in own), _has_party(*_standing(), names))


def _has_party(*wanted: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(ContractParty.contract_id == Contract.id, *wanted)


def _standing(side: PartyRole | None = None) -> tuple[ColumnElement[bool], ...]:
    standing = ContractParty.superseded_at.is_(None)
    return (standing,) if side is None else (standing, ContractParty.role == side)
