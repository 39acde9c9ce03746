"""Putting what was entered onto a contract's rows: nothing is overwritten that belongs to the past."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.accounts import queries as accounts
from matchmaker.contracts.amounts import next_amount
from matchmaker.contracts.models import Contract, ContractParty
from matchmaker.contracts.rules import ROYALTIES, PartyRole
from matchmaker.contracts.scheduling import next_schedule
from matchmaker.contracts.schemas import AmountIn, ContractIn, IpIn, PartyIn, RoyaltyIn
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Fault, Invalid

PLAIN = (
    "kind",
    "sub_kind",
    "title",
    "own_number",
    "node",
    "object",
    "indicators",
    "acceptance",
    "plan",
    "confidentiality",
    "ip_terms",
    "licence_scope",
    "payment_mode",
    "foreign_text",
    "fiscal_fund",
    "signed_on",
    "effective_on",
    "valid_from",
    "valid_until",
)
_PARTY = ("role", "organisation_id", "name", "seal_name", "uscc", "nature", "country", "division", "paid_mandate")


def write(session: Session, actor: Actor, contract: Contract, data: ContractIn) -> dict[str, Any]:
    """Make the record say what was entered; what changed, as {field: [old, new]}. Asks no permission itself.

    Invalid names `payment_mode` when more has been paid under a royalty than another mode allows.
    """
    royalty_ends = contract.payment_mode in ROYALTIES and data.payment_mode not in ROYALTIES
    if royalty_ends and (contract.paid_fen or 0) > (contract.total_fen or 0):
        raise Invalid([Fault("payment_mode", "more has been paid than the total", data.payment_mode)])
    changed = _assign(contract, data)
    session.add(contract)
    session.flush()
    changed |= _parties(session, contract, data.parties)
    changed |= next_schedule(session, actor, contract, rows=data.schedule)
    return changed | _amounts(session, actor, contract, data)


def organisations_of(session: Session, parties: Sequence[PartyIn]) -> dict[str, int]:
    """Which of the parties are registered here: their codes and ids."""
    return accounts.ids_by_uscc(session, {party.uscc for party in parties if party.uscc})


def require_signable(contract: Contract, *, besides: Collection[str] = ()) -> None:
    """Invalid names what a signed contract cannot lack: both sides, what it is about, its days.

    Lists of past years have less than a contract signed now: what they may lack is named in `besides`.
    """
    roles = {party.role for party in contract.parties}
    missing = {
        "parties": not {PartyRole.SELLER, PartyRole.BUYER} <= roles,
        "object": not contract.object.strip(),
        "signed_on": contract.signed_on is None,
        "valid_from": contract.valid_from is None,
        "valid_until": contract.valid_until is None,
    }
    texts = {"parties": "a contract has a seller and a buyer"}
    lacking = [name for name, lacks in missing.items() if lacks and name not in besides]
    if lacking:
        raise Invalid([Fault(name, texts.get(name, "a signed contract has this")) for name in lacking])


def _assign(contract: Contract, data: ContractIn) -> dict[str, Any]:
    wanted: dict[str, Any] = {name: getattr(data, name) for name in PLAIN}
    wanted |= {"field": data.field.value if data.field else "", "ip": [_right(one) for one in data.ip]}
    wanted["royalty"] = _royalty(data.royalty) if data.royalty else {}
    changed = {}
    for name, value in wanted.items():
        old = getattr(contract, name)
        if old != value:
            changed[name] = [_plain(old), _plain(value)]
            setattr(contract, name, value)
    return changed


def _parties(session: Session, contract: Contract, wanted: Sequence[PartyIn]) -> dict[str, Any]:
    # A code alone proves nothing: only a verified organisation becomes a party, and one that is stays it.
    known = accounts.verified_by_uscc(session, {one.uscc for one in wanted if one.uscc})
    known |= {row.uscc: row.organisation_id for row in contract.parties if row.organisation_id is not None}
    fresh = [{**one.model_dump(), "organisation_id": known.get(one.uscc)} for one in wanted]
    standing = {row: {name: getattr(row, name) for name in _PARTY} for row in contract.parties}
    gone = [row for row, facts in standing.items() if facts not in fresh]
    new = [facts for facts in fresh if facts not in standing.values()]
    if not gone and not new:
        return {}
    for row in gone:
        row.superseded_at = clock.now()
    session.add_all(ContractParty(contract_id=contract.id, **facts) for facts in new)
    session.flush()
    session.expire(contract, ["parties"])
    return {"parties": [[_said(facts) for facts in standing.values()], [_said(facts) for facts in fresh]]}


def _amounts(session: Session, actor: Actor, contract: Contract, data: ContractIn) -> dict[str, Any]:
    """The next amount, when both parts are known. Before that a draft may know its total alone."""
    before = [contract.total_fen, contract.technology_fen]
    if data.technology is None and not data.lines:
        _total_alone(contract, data.total)
    elif data.total is not None:
        amount = AmountIn(total=data.total, technology=data.technology, lines=data.lines)
        next_amount(session, actor, contract, data=amount, effective_on=data.signed_on or clock.today())
    after = [contract.total_fen, contract.technology_fen]
    return {"amounts": [before, after]} if before != after else {}


def _total_alone(contract: Contract, total: int | None) -> None:
    if contract.technology_fen is None:
        contract.total_fen = total
    elif total not in (None, contract.total_fen):
        raise Invalid([Fault("technology", "set the technology amount apart from the total")])


def _right(data: IpIn) -> dict[str, Any]:
    return {name: _plain(value) for name, value in data.model_dump().items()}


def _royalty(data: RoyaltyIn) -> dict[str, Any]:
    return {
        "base": data.base.value,
        "rates": list(data.rates),
        "period": data.period,
        "floor_fen": data.floor,
        "ceiling_fen": data.ceiling,
        "inspection": data.inspection,
        "statements": data.statements,
    }


def _said(facts: Mapping[str, Any]) -> str:
    return f"{facts['role']}: {facts['name']} {facts['uscc']}".strip()


def _plain(value: object) -> object:
    """What JSON can hold."""
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | list | dict) else str(value)
