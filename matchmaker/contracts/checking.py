"""The pre-check of a stored contract: gathers what the pure part decides on."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, selectinload

from matchmaker.contracts import duplicates, papers, ties
from matchmaker.contracts.duplicates import EXPERT_REVIEW, Limit, Record
from matchmaker.contracts.models import Contract, ContractParty, ContractPayment, RelatedFinding
from matchmaker.contracts.precheck import ContractFacts, Finding, PartyFacts, Reused, RightFacts, check
from matchmaker.contracts.related import RelatedTie
from matchmaker.contracts.rules import OVER, ContractState, PartyRole, RelatedParty
from matchmaker.listings.rules import IpType

_ALIKE_NAMES = ("title", "object", "indicators", "acceptance", "plan", "confidentiality", "ip_terms", "licence_scope")
_SAME_NAMES = (
    "kind",
    "sub_kind",
    "payment_mode",
    "total_fen",
    "technology_fen",
    "foreign_text",
    "fiscal_fund",
    "signed_on",
    "effective_on",
    "valid_from",
    "valid_until",
    "matched_on",
    "related",
)


def findings(
    session: Session, contract: Contract, *, today: date, limits: Sequence[Limit] = (EXPERT_REVIEW,)
) -> list[Finding]:
    """What the registry would refuse or send back, and what the subsidy desk will ask; heaviest first.

    `limits` are amounts that splitting would stay under; a policy's own are the caller's to add. Other contracts are
    named by their number only, since not everybody who reads this may read them.
    """
    return check(gather(session, contract, today=today, limits=limits))


def gather(
    session: Session, contract: Contract, *, today: date, limits: Sequence[Limit] = (EXPERT_REVIEW,)
) -> ContractFacts:
    """All facts for the pre-check, in a constant number of statements."""
    kin = ties.kin_of(session, contract=contract, today=today)
    one = record_of(contract)
    others = [record_of(other) for other in _between_the_same(session, contract, kin.values())]
    plain = {name: getattr(contract, name) for name in (*_ALIKE_NAMES, *_SAME_NAMES)}
    return ContractFacts(
        **plain,
        today=_filing_day(contract, today),
        parties=tuple(_party(row) for row in contract.parties),
        rights=tuple(_right(row) for row in contract.ip),
        schedule_fen=tuple(row.amount_fen for row in contract.schedule),
        has_royalty=bool(contract.royalty),
        papers=papers.purposes(session, contract),
        ties=tuple(_open_ties(session, contract, today)),
        alike=tuple(duplicates.find_alike(one, others, kin=kin)),
        splits=tuple(duplicates.find_split(one, others, limits=limits, kin=kin)),
        reused=tuple(_reused(session, contract)),
    )


def record_of(contract: Contract) -> Record:
    """What is compared of a contract; the registry's line is drawn at the technology amount where it is known."""

    def keys(role: PartyRole) -> frozenset[str]:
        return frozenset(party.uscc or party.name for party in contract.parties if party.role is role)

    return Record(
        id=contract.id,
        title=contract.title,
        text=contract.object + contract.indicators,
        sellers=keys(PartyRole.SELLER),
        buyers=keys(PartyRole.BUYER),
        amount_fen=contract.technology_fen or contract.total_fen,
        signed_on=contract.signed_on,
    )


def _between_the_same(session: Session, contract: Contract, kin: Iterable[frozenset[str]]) -> Sequence[Contract]:
    """The signed contracts with a seller and a buyer among these and their kin: found by party, before any text."""
    related = frozenset[str]().union(*kin)

    def with_one(role: PartyRole) -> ColumnElement[bool]:
        mine = [party for party in contract.parties if party.role is role]
        codes = {party.uscc for party in mine if party.uscc} | related
        names = {party.name for party in mine}
        same = or_(ContractParty.uscc.in_(codes), ContractParty.name.in_(names))
        standing = (ContractParty.superseded_at.is_(None), ContractParty.role == role)
        return Contract.id.in_(select(ContractParty.contract_id).where(*standing, same))

    silent = Contract.state.not_in((ContractState.DRAFT, *OVER))
    both = (with_one(PartyRole.SELLER), with_one(PartyRole.BUYER))
    statement = select(Contract).where(Contract.id != contract.id, silent, *both).order_by(Contract.id)
    return session.scalars(statement.options(selectinload(Contract.parties))).all()


def _filing_day(contract: Contract, today: date) -> date:
    """The day on which the validity counts: when it was registered or handed in, else today."""
    handed_in = [step.happened_on for step in contract.steps if step.after is ContractState.SUBMITTED]
    if contract.registered_on is not None:
        return contract.registered_on
    return handed_in[-1] if handed_in and contract.state is ContractState.SUBMITTED else today


def _open_ties(session: Session, contract: Contract, today: date) -> list[RelatedTie]:
    """The ties found now, without those that an officer cleared."""
    found = ties.find_related(session, contract=contract, today=today)
    if contract.related is not RelatedParty.CLEARED:
        return found
    mine = RelatedFinding.contract_id == contract.id
    last = session.scalar(select(RelatedFinding).where(mine).order_by(RelatedFinding.id.desc()).limit(1))
    cleared = {ties.mark_of(tie) for tie in last.ties} if last else set()
    return [tie for tie in found if tie.mark not in cleared]


def _reused(session: Session, contract: Contract) -> list[Reused]:
    """Slips of this contract's payments that another contract counts as well."""
    numbers = {row.receipt_no for row in contract.payments if row.receipt_no and row.withdrawn_at is None}
    if not numbers:
        return []
    counted = (ContractPayment.receipt_no.in_(numbers), ContractPayment.withdrawn_at.is_(None))
    rows = session.execute(
        select(ContractPayment.receipt_no, ContractPayment.contract_id)
        .where(*counted, ContractPayment.contract_id != contract.id)
        .order_by(ContractPayment.id)
    )
    return [Reused(number, str(other)) for number, other in rows]


def _party(row: ContractParty) -> PartyFacts:
    return PartyFacts(
        role=row.role,
        name=row.name,
        seal_name=row.seal_name,
        uscc=row.uscc,
        register_name=row.organisation.name if row.organisation else None,
        nature=row.nature,
        country=row.country,
        division=row.division,
    )


def _right(row: dict[str, str | None]) -> RightFacts:
    return RightFacts(
        type=IpType(row["type"] or ""),
        no=row.get("no") or "",
        name=row.get("name") or "",
        owner=row.get("owner") or "",
        filed_on=_day(row.get("filed_on")),
        expires_on=_day(row.get("expires_on")),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
