"""Who owns and leads whom, what that says of a contract's parties, and what people declare or clear."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.audit import service as audit
from matchmaker.contracts import related
from matchmaker.contracts.access import is_office, is_officer, oversees, require_office, require_reader, side_of
from matchmaker.contracts.holding import held, keep_paper, one_of_a_kind, subject
from matchmaker.contracts.models import Contract, ContractParty, OrganisationTie, RelatedFinding
from matchmaker.contracts.related import DEEPEST, Body, RelatedTie, TieFact
from matchmaker.contracts.rules import (
    OVER,
    ContractState,
    FilePurpose,
    PartyNature,
    PartyRole,
    RelatedParty,
    TieKind,
)
from matchmaker.contracts.schemas import Paper, RelatedIn, TieIn
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound

DECLARED_BY_ITSELF = "单位申报"
# Kinds that may say how much they hold.
_HOLDING = frozenset({TieKind.SHAREHOLDER})


def find_related(session: Session, *, contract: Contract, today: date | None = None) -> list[RelatedTie]:
    """What relates buyer and seller by the ties that held at some time between the signing and today."""
    until = today or clock.today()
    since = min(contract.signed_on or until, until)
    sellers, buyers = _bodies(contract, PartyRole.SELLER), _bodies(contract, PartyRole.BUYER)
    return related.find(sellers, buyers, facts_about(session, [*sellers, *buyers], since=since, until=until))


def facts_about(session: Session, bodies: Sequence[Body], *, since: date, until: date) -> list[TieFact]:
    """The ties of these bodies and of their holders, level by level: one statement each."""
    found: list[TieFact] = []
    wave, seen = {body.uscc for body in bodies} - {""}, set[str]()
    held_then = (
        OrganisationTie.valid_from <= until,
        or_(OrganisationTie.valid_to.is_(None), OrganisationTie.valid_to >= since),
    )
    for _ in range(DEEPEST):
        if not wave:
            break
        statement = select(OrganisationTie, Organisation.uscc).join(Organisation)
        rows = session.execute(statement.where(Organisation.uscc.in_(wave), *held_then).order_by(OrganisationTie.id))
        facts = [TieFact(code, tie.kind, tie.holder_name, tie.holder_uscc, tie.share_bp) for tie, code in rows]
        found += facts
        seen |= wave
        wave = {fact.holder_uscc for fact in facts} - seen - {""}
    return found


def kin_of(session: Session, *, contract: Contract, today: date) -> dict[str, frozenset[str]]:
    """For each party's code, the codes of organisations here that are certainly related to it."""
    bodies = [body for role in (PartyRole.SELLER, PartyRole.BUYER) for body in _bodies(contract, role) if body.uscc]
    since = min(contract.signed_on or today, today)
    near = _neighbours(session, {body.uscc for body in bodies})
    facts = facts_about(session, [*bodies, *near], since=since, until=today)
    found = {}
    for body in bodies:
        kin = (one for one in near if one != body and any(tie.counts for tie in related.find([body], [one], facts)))
        found[body.key] = frozenset(one.key for one in kin)
    return found


def look(session: Session, actor: Actor, contract: Contract) -> RelatedFinding | None:
    """Put down what is found now, if it is news. What was cleared holds until ties appear that were not known then.

    Ties that only people can judge, such as a namesake, are put down without making the parties related.
    """
    found = find_related(session, contract=contract)
    sure = {tie.mark for tie in found if tie.counts}
    last = session.scalar(_findings(contract).limit(1))
    known = {mark_of(tie) for tie in last.ties} if last else set()
    if contract.related is RelatedParty.DECLARED or not found:
        return None
    if sure - known:
        return _say(session, actor, contract, RelatedParty.DETECTED)
    if contract.related is RelatedParty.NONE and {tie.mark for tie in found} - known:
        return _say(session, actor, contract, RelatedParty.NONE)
    return None


def declare_related(
    session: Session,
    actor: Actor,
    *,
    contract_id: int,
    data: RelatedIn,
    folder: Path | None = None,
    paper: Paper | None = None,
) -> RelatedFinding:
    """A party says that the parties are related, or an officer puts down that it did."""
    contract = held(session, actor, contract_id)
    require_reader(actor, contract)
    if side_of(actor, contract) is None and not is_office(actor, contract):
        raise Forbidden(f"the parties declare; {actor.name} only reads")
    file_id = _kept(session, actor, contract, folder=folder, paper=paper)
    return _say(session, actor, contract, RelatedParty.DECLARED, note=data.note, file_id=file_id)


def clear_related(
    session: Session,
    actor: Actor,
    *,
    contract_id: int,
    data: RelatedIn,
    folder: Path | None = None,
    paper: Paper | None = None,
) -> RelatedFinding:
    """An officer finds, on evidence, that the parties are not related. Conflict when nothing says that they are."""
    contract = held(session, actor, contract_id)
    require_office(actor, contract)
    if contract.related in (RelatedParty.NONE, RelatedParty.CLEARED) and not find_related(session, contract=contract):
        raise Conflict("nothing says that the parties are related")
    file_id = _kept(session, actor, contract, folder=folder, paper=paper)
    return _say(session, actor, contract, RelatedParty.CLEARED, note=data.note, file_id=file_id)


def confirm_related(
    session: Session,
    actor: Actor,
    *,
    contract_id: int,
    data: RelatedIn,
    folder: Path | None = None,
    paper: Paper | None = None,
) -> RelatedFinding:
    """An officer finds that the parties are related, such as when the namesakes are one person."""
    contract = held(session, actor, contract_id)
    require_office(actor, contract)
    file_id = _kept(session, actor, contract, folder=folder, paper=paper)
    return _say(session, actor, contract, RelatedParty.DETECTED, note=data.note, file_id=file_id)


def ties_of(session: Session, actor: Actor, *, organisation_id: int) -> Sequence[OrganisationTie]:
    """What is known of who holds and leads an organisation, the current ones first; for itself and the office."""
    if not oversees(actor) and organisation_id not in actor.organisation_ids:
        raise NotFound(f"no ties of organisation {organisation_id}")
    statement = select(OrganisationTie).where(OrganisationTie.organisation_id == organisation_id)
    newest = (OrganisationTie.valid_to.is_not(None), OrganisationTie.valid_from.desc(), OrganisationTie.id.desc())
    return session.scalars(statement.order_by(*newest)).all()


def save_ties(
    session: Session, actor: Actor, *, organisation_id: int, data: Sequence[TieIn]
) -> Sequence[OrganisationTie]:
    """Put down who holds and leads an organisation, and look again at its contracts.

    An officer enters what the business register says, and mends it. An organisation adds what it declares about
    itself; what stands is the office's to mend. Nothing is taken away: a tie that ended gets its last day.
    """
    own = organisation_id in actor.organisation_ids
    if not own and not is_officer(actor):
        raise Forbidden(f"{actor.name} does not keep the ties of organisation {organisation_id}")
    if session.get(Organisation, organisation_id) is None:
        raise NotFound(f"no organisation {organisation_id}")
    _require_ties(data)
    # Locked before anything is written to the log: whoever holds one of them may be waiting for the log.
    signed = session.scalars(_contracts_of(organisation_id).with_for_update()).all()
    for place, one in enumerate(data):
        with one_of_a_kind(session, Fault(f"ties.{place}.holder_name", "somebody else is entering this tie")):
            _save_tie(session, actor, organisation_id, one, field=f"ties.{place}.holder_name", own=own)
    for contract in signed:
        look(session, actor, contract)
    return ties_of(session, actor, organisation_id=organisation_id)


def _save_tie(session: Session, actor: Actor, organisation_id: int, data: TieIn, *, field: str, own: bool) -> None:
    names = ("kind", "holder_name", "holder_uscc", "valid_from")
    key = {"organisation_id": organisation_id, **{name: getattr(data, name) for name in names}}
    row = session.scalar(select(OrganisationTie).filter_by(**key).with_for_update())
    wanted = {"share_bp": data.share, "valid_to": data.valid_to}
    before = {name: getattr(row, name) for name in wanted} if row else None
    if before == wanted:
        return
    if own and before is not None:
        raise Invalid([Fault(field, "this is on record: ask the office to mend it")])
    source = "：".join(filter(None, (DECLARED_BY_ITSELF if own else "", data.source)))[:120]
    row = row or OrganisationTie(**key)
    for name, value in {**wanted, "source": source, "at": clock.now(), "by": actor.name}.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    detail: dict[str, object] = {"holder": row.holder_name, "kind": row.kind.value, "tie": row.id}
    detail |= {name: [_iso(before[name]) if before else None, _iso(value)] for name, value in wanted.items()}
    audit.record(session, actor, [audit.Event("organisation.tie", f"organisation:{organisation_id}", detail)])


def _require_ties(data: Sequence[TieIn]) -> None:
    faults, seen = [], set()
    for place, one in enumerate(data):
        if one.share is not None and one.kind not in _HOLDING:
            faults.append(Fault(f"ties.{place}.share", "only a shareholder has a share"))
        if one.valid_to is not None and one.valid_to < one.valid_from:
            faults.append(Fault(f"ties.{place}.valid_to", "the tie ends before it begins"))
        key = (one.kind, one.holder_name, one.holder_uscc, one.valid_from)
        if key in seen:
            faults.append(Fault(f"ties.{place}.holder_name", "this tie stands in the list twice", one.holder_name))
        seen.add(key)
    if faults:
        raise Invalid(faults)


def _kept(
    session: Session, actor: Actor, contract: Contract, *, folder: Path | None, paper: Paper | None
) -> int | None:
    """The evidence, kept; Conflict when the contract is over and nothing is said on it any more."""
    if contract.state in OVER:
        raise Conflict(f"contract {contract.id} is {contract.state}")
    file = keep_paper(session, actor, contract, folder=folder, purpose=FilePurpose.OTHER, paper=paper)
    return file.id if file else None


def _say(
    session: Session,
    actor: Actor,
    contract: Contract,
    word: RelatedParty,
    *,
    note: str = "",
    file_id: int | None = None,
) -> RelatedFinding:
    """Put the word down, with the ties as they are found now."""
    ties = [tie.as_json() for tie in find_related(session, contract=contract)]
    row = RelatedFinding(
        contract_id=contract.id, related=word, ties=ties, note=note, file_id=file_id, at=clock.now(), by=actor.name
    )
    before, contract.related = contract.related, word
    session.add(row)
    session.flush()
    detail = {"related": [before, word], "ties": [tie["text_zh"] for tie in ties], "note": note}
    audit.record(session, actor, [audit.Event("contract.related", subject(contract), detail)])
    return row


def _findings(contract: Contract) -> Any:
    return select(RelatedFinding).where(RelatedFinding.contract_id == contract.id).order_by(RelatedFinding.id.desc())


def mark_of(tie: dict[str, Any]) -> tuple[str, str, str, str]:
    """What makes a stored tie the same as a found one."""
    return (tie["code"], tie["left"], tie["right"], tie["text_zh"])


def _contracts_of(organisation_id: int) -> Any:
    """What an organisation has signed and is not over; of a draft nothing is put down."""
    mine = (ContractParty.organisation_id == organisation_id, ContractParty.superseded_at.is_(None))
    silent = (ContractState.DRAFT, *OVER)
    parties = select(ContractParty.contract_id).where(*mine)
    return select(Contract).where(Contract.id.in_(parties), Contract.state.not_in(silent)).order_by(Contract.id)


def _bodies(contract: Contract, role: PartyRole) -> list[Body]:
    return [
        Body(party.name, party.uscc, party.nature is PartyNature.UNIVERSITY)
        for party in contract.parties
        if party.role is role
    ]


def _neighbours(session: Session, codes: set[str]) -> list[Body]:
    """Organisations that hold one of these, are held by one, or share a holder with one: candidates for kin."""
    tie = OrganisationTie
    mine = select(tie.holder_uscc).join(Organisation).where(Organisation.uscc.in_(codes), tie.holder_uscc != "")
    names = select(tie.holder_name).join(Organisation).where(Organisation.uscc.in_(codes))
    shared = or_(tie.holder_uscc.in_(codes), tie.holder_uscc.in_(mine), tie.holder_name.in_(names))
    tied = select(tie.organisation_id).where(shared)
    near = select(Organisation.name, Organisation.uscc).where(
        or_(Organisation.id.in_(tied), Organisation.uscc.in_(mine))
    )
    return [Body(name, code) for name, code in session.execute(near.order_by(Organisation.id))]


def _iso(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
