"""An organisation that comes later, or is verified later, gets the contracts that name its code."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.models import Organisation
from matchmaker.accounts.rules import Standing
from matchmaker.audit.models import AuditEntry
from matchmaker.contracts import queries, service
from matchmaker.contracts.linking import link_verified
from matchmaker.contracts.models import Contract
from matchmaker.core.errors import NotFound
from matchmaker.core.unit import reading, unit
from tests.contracts.making import BUYER, SELLER, contract_in, make_parties
from tests.factories import OPERATOR, make_organisation
from tests.people import make_actor

Sessions = sessionmaker[Session]


def parties_of(sessions: Sessions, number: int) -> dict[str, int | None]:
    with reading(sessions) as session:
        return {party.uscc: party.organisation_id for party in session.get_one(Contract, number).parties}


def test_a_party_that_registers_later_gets_its_contract(sessions: Sessions) -> None:
    with unit(sessions) as session:
        seller = make_organisation(session, uscc=SELLER).id
        number = service.save(session, OPERATOR, data=contract_in()).id
    assert parties_of(sessions, number) == {SELLER: seller, BUYER: None}
    assert link_verified(sessions) == 0
    with unit(sessions) as session:
        buyer = make_organisation(session, uscc=BUYER).id
    assert link_verified(sessions) == 1
    assert parties_of(sessions, number) == {SELLER: seller, BUYER: buyer}
    assert link_verified(sessions) == 0
    with reading(sessions) as session:
        told = session.scalars(select(AuditEntry).where(AuditEntry.action == "contract.link")).one()
        assert told.detail == {"parties": [{"role": "buyer", "organisation": buyer}]}


def test_a_code_alone_opens_no_contract(sessions: Sessions) -> None:
    with unit(sessions) as session:
        make_parties(session)
        buyer = session.scalars(select(Organisation).where(Organisation.uscc == BUYER)).one()
        buyer.standing = Standing.PENDING
        pretender = make_actor(session, buyer.id)
        number = service.save(session, OPERATOR, data=contract_in()).id
    assert link_verified(sessions) == 0
    with reading(sessions) as session, pytest.raises(NotFound):
        queries.contract(session, pretender, contract_id=number)
    with unit(sessions) as session:
        session.scalars(select(Organisation).where(Organisation.uscc == BUYER)).one().standing = Standing.VERIFIED
    assert link_verified(sessions) == 1
    with reading(sessions) as session:
        assert queries.contract(session, pretender, contract_id=number).id == number


def test_a_party_stays_one_when_its_standing_is_questioned(sessions: Sessions) -> None:
    with unit(sessions) as session:
        _seller, buyer = make_parties(session)
        contract = service.save(session, OPERATOR, data=contract_in())
        number, revision = contract.id, contract.revision
        buyer.standing = Standing.RETURNED
    with unit(sessions) as session:
        service.save(session, OPERATOR, contract_id=number, revision=revision, data=contract_in(own_number="2026-7"))
    assert parties_of(sessions, number)[BUYER] is not None
