"""Contracts that name an organisation by its code before it is here, or before it is verified, become its own later."""

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts import queries as accounts
from matchmaker.accounts.models import Organisation
from matchmaker.accounts.rules import Standing
from matchmaker.audit import service as audit
from matchmaker.contracts import ties
from matchmaker.contracts.holding import held, subject
from matchmaker.contracts.models import Contract, ContractParty
from matchmaker.contracts.rules import ContractState
from matchmaker.core.actor import Actor
from matchmaker.core.unit import reading, unit


def link_verified(sessions: sessionmaker[Session]) -> int:
    """Give every party whose code a verified organisation has to that organisation; returns how many contracts.

    Only verified ones: a code alone proves nothing, and a party reads the whole record. The worker looks for them, so
    nothing has to be told when an organisation comes in. A link, once made, stays.
    """
    with reading(sessions) as session:
        due = session.scalars(_waiting()).all()
    actor = Actor.system("worker")
    for number in due:
        with unit(sessions) as session:
            _link(session, actor, held(session, actor, number))
    return len(due)


def _waiting() -> Select[int]:
    """The contracts with a party that waits for its organisation."""
    named = (ContractParty.organisation_id.is_(None), ContractParty.superseded_at.is_(None), ContractParty.uscc != "")
    verified = (Organisation.uscc == ContractParty.uscc, Organisation.standing == Standing.VERIFIED)
    statement = select(ContractParty.contract_id).join(Organisation, and_(*verified)).where(*named)
    return statement.distinct().order_by(ContractParty.contract_id)


def _link(session: Session, actor: Actor, contract: Contract) -> None:
    known = accounts.verified_by_uscc(session, {party.uscc for party in contract.parties if party.uscc})
    fresh = [party for party in contract.parties if party.organisation_id is None and party.uscc in known]
    for party in fresh:
        party.organisation_id = known[party.uscc]
    session.flush()
    session.expire(contract, ["parties"])
    detail = {"parties": [{"role": party.role.value, "organisation": party.organisation_id} for party in fresh]}
    if contract.state is not ContractState.DRAFT:
        ties.look(session, actor, contract)
    audit.record(session, actor, [audit.Event("contract.link", subject(contract), detail)])
