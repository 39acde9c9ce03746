"""The record: who writes it, what is refused, and that nothing of the past is overwritten."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.rules import Standing
from matchmaker.contracts import queries, service
from matchmaker.contracts.models import Contract, ContractAmount, ContractDue, ContractParty
from matchmaker.contracts.rules import ContractState, PartyRole
from matchmaker.contracts.schemas import AmountIn
from matchmaker.core import clock
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from tests.contracts.cast import MEDIATOR, Cast
from tests.contracts.making import contract_in, parties_in, step
from tests.factories import OPERATOR, USCCS, make_organisation
from tests.people import make_actor


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast(session)


def fields_of(error: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [fault.field for fault in error.value.faults]


def save(cast: Cast, contract: Contract, actor: Any = None, **over: Any) -> Contract:
    data = contract_in(**({"parties": [*parties_in(), MEDIATOR]} | over))
    keys = {"contract_id": contract.id, "revision": contract.revision}
    return service.save(cast.session, actor or cast.selling, data=data, **keys)


def test_the_seller_or_an_officer_without_a_part_begins_a_record(cast: Cast) -> None:
    for actor in (cast.selling, cast.officer, cast.partial, OPERATOR):
        assert cast.draft(actor, title=f"由{actor.name}起草").state is ContractState.DRAFT
    for actor in (cast.buying, cast.mediating, cast.auditor, *cast.outsiders):
        with pytest.raises(Forbidden, match="put down by its seller"):
            cast.draft(actor)
    cast.seller.standing = Standing.PENDING
    with pytest.raises(Conflict, match="not verified yet"):
        cast.draft()


def test_an_officer_who_buys_does_not_write_it_as_the_office(cast: Cast, session: Session) -> None:
    own = make_actor(session, cast.buyer.id, role=cast.officer.role)
    with pytest.raises(Forbidden):
        cast.draft(own)
    with pytest.raises(Forbidden):
        save(cast, cast.draft(), own)


def test_parties_from_outside_are_entered_and_known_ones_found_by_code(cast: Cast) -> None:
    abroad = {"role": "buyer", "name": "Muster GmbH", "country": "276"}
    contract = cast.draft(cast.officer, parties=[parties_in()[0], abroad])
    assert [(party.organisation_id, party.country) for party in contract.parties] == [
        (cast.seller.id, "156"),
        (None, "276"),
    ]


def test_of_an_import_the_buyer_keeps_the_record(cast: Cast) -> None:
    abroad = {"role": "seller", "name": "Muster GmbH", "country": "276"}
    contract = cast.draft(cast.buying, parties=[abroad, parties_in()[1]])
    assert save(cast, contract, cast.buying, parties=[abroad, parties_in()[1]], title="引进减压阀技术").revision == 2


def test_reading_the_record(cast: Cast, session: Session) -> None:
    number = cast.draft().id
    for actor in (cast.selling, cast.buying, cast.mediating, cast.officer, cast.partial, cast.auditor, OPERATOR):
        assert queries.contract(session, actor, contract_id=number).id == number
    for actor in cast.outsiders:
        with pytest.raises(NotFound):
            queries.contract(session, actor, contract_id=number)
    assert [row.id for row in queries.mine(session, cast.buying)] == [number]
    assert list(queries.mine(session, cast.officer)) == []


def test_editing_keeps_the_parties_and_the_schedule_of_before(cast: Cast, session: Session) -> None:
    contract = cast.draft()
    seller = next(party for party in contract.parties if party.role is PartyRole.SELLER)
    fresh = parties_in()
    fresh[1] |= {"seal_name": "样例能源有限公司"}
    save(cast, contract, parties=fresh, schedule=[{"milestone": "验收", "amount": "2400000"}])
    rows = session.scalars(select(ContractParty).where(ContractParty.contract_id == contract.id)).all()
    assert (len(rows), len(contract.parties), sum(row.superseded_at is not None for row in rows)) == (4, 2, 2)
    assert seller in contract.parties
    dues = session.scalars(select(ContractDue).where(ContractDue.contract_id == contract.id)).all()
    assert (len(dues), [row.amount_fen for row in contract.schedule]) == (3, [240_000_000])
    assert cast.logged("contract.update") == 1


def test_saving_what_is_there_changes_nothing(cast: Cast) -> None:
    contract = cast.draft()
    assert save(cast, contract).revision == 1
    assert (cast.logged("contract.update"), len(contract.amounts)) == (0, 1)


def test_who_edits_an_older_version_is_told(cast: Cast) -> None:
    contract = cast.draft()
    save(cast, contract, title="另一个名称")
    with pytest.raises(Conflict, match="changed by somebody else"):
        service.save(cast.session, cast.selling, contract_id=contract.id, revision=1, data=contract_in())


@pytest.mark.parametrize("who", ["buying", "mediating", "auditor"])
def test_who_only_reads_is_refused_and_strangers_know_nothing(cast: Cast, who: str) -> None:
    contract = cast.draft()
    with pytest.raises(Forbidden):
        save(cast, contract, getattr(cast, who))
    with pytest.raises(NotFound):
        save(cast, contract, cast.stranger)


def test_nobody_writes_themselves_out_of_the_record(cast: Cast, session: Session) -> None:
    contract = cast.draft()
    make_organisation(session, uscc=USCCS[4], name="另一家股份合作社")
    other = {"role": "seller", "name": "另一家股份合作社", "uscc": USCCS[4]}
    with pytest.raises(Invalid) as refused:
        save(cast, contract, parties=[other, parties_in()[1]])
    assert fields_of(refused) == ["parties"]


def test_what_a_registry_has_is_frozen(cast: Cast) -> None:
    contract = step(cast.session, cast.signed(), "submitted", cast.selling)
    for actor in (cast.selling, cast.officer, OPERATOR):
        with pytest.raises(Conflict, match="frozen"):
            save(cast, contract, actor, title="改一个名称")
        with pytest.raises(Conflict, match="change registration"):
            amount = AmountIn(total=1, technology=1)
            service.set_amount(cast.session, actor, contract_id=contract.id, data=amount)


def test_a_signed_record_keeps_what_makes_it_whole(cast: Cast) -> None:
    contract = cast.signed()
    with pytest.raises(Invalid) as refused:
        save(cast, contract, valid_until=None, parties=[parties_in()[0]], object=" ")
    assert fields_of(refused) == ["parties", "object", "valid_until"]


def test_amounts_are_a_history_with_their_explanation(cast: Cast, session: Session) -> None:
    contract = cast.draft()
    lines = [{"kind": "equipment", "text": "试验台", "amount": "600000"}]
    data = AmountIn.model_validate({"total": "2600000", "lines": lines, "reason": "补充协议"})
    row = service.set_amount(session, cast.selling, contract_id=contract.id, data=data)
    assert (contract.total_fen, contract.technology_fen) == (260_000_000, 200_000_000)
    assert [line["deducted_fen"] for line in row.lines] == [60_000_000, 0]
    assert [(amount.total_fen, amount.technology_fen) for amount in contract.amounts] == [
        (240_000_000, 200_000_000),
        (260_000_000, 200_000_000),
    ]
    again = service.set_amount(session, cast.selling, contract_id=contract.id, data=data)
    assert (again.id, contract.revision, cast.logged("contract.amount")) == (row.id, 2, 1)
    assert session.scalar(select(func.count()).select_from(ContractAmount)) == 2


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"total": "100", "technology": "100.01"}, "technology"),
        ({"total": "100"}, "technology"),
        ({"total": "100", "technology": "1", "lines": [{"kind": "parts", "text": "阀", "amount": "50"}]}, "technology"),
        ({"total": "100", "lines": [{"kind": "parts", "text": "阀", "amount": "101"}]}, "lines"),
        ({"total": "100", "technology": "1", "effective_on": "2099-01-01"}, "effective_on"),
    ],
)
def test_amounts_that_cannot_be_are_refused_by_name(cast: Cast, over: dict[str, Any], field: str) -> None:
    contract = cast.draft()
    with pytest.raises(Invalid) as refused:
        data = AmountIn.model_validate(over)
        service.set_amount(cast.session, cast.selling, contract_id=contract.id, data=data)
    assert fields_of(refused) == [field]


def test_a_draft_may_know_its_total_before_the_split(cast: Cast) -> None:
    contract = cast.draft(technology=None)
    assert (contract.total_fen, contract.technology_fen, contract.amounts) == (240_000_000, None, [])
    save(cast, contract, technology=None, total=None, schedule=[])
    assert contract.total_fen is None
    lines = [{"kind": "equipment", "text": "试验台", "amount": "400000"}]
    save(cast, contract, technology=None, lines=lines)
    assert (contract.technology_fen, len(contract.amounts)) == (200_000_000, 1)
    with pytest.raises(Invalid) as refused:
        save(cast, contract, technology=None, total="2500000")
    assert fields_of(refused) == ["technology"]


def test_taking_in_a_list_is_the_offices_and_says_what_is_new(cast: Cast, session: Session) -> None:
    known = {"state": ContractState.REGISTERED, "registrar": "登记处", "registered_on": clock.today()}
    known |= {"source_ref": "2025-001", "registration_no": "2025440601000001"}
    assert service.take_in(session, cast.officer, data=contract_in(), **known)
    assert not service.take_in(session, OPERATOR, data=contract_in(), **known)
    (contract,) = session.scalars(select(Contract))
    assert (contract.state, contract.registration_no, len(contract.steps)) == ("registered", "2025440601000001", 1)
    assert service.take_in(session, OPERATOR, data=contract_in(plan="分三期"), **known)
    assert cast.logged("contract.import") == 2
    for actor in (cast.selling, cast.auditor, cast.partial):
        with pytest.raises(Forbidden):
            service.take_in(session, actor, data=contract_in(), **(known | {"source_ref": "2"}))


def test_a_list_takes_no_number_twice_and_leaves_alone_what_was_worked_on(cast: Cast, session: Session) -> None:
    known = {"state": ContractState.REGISTERED, "registrar": "登记处", "registered_on": clock.today()}
    first = known | {"source_ref": "1", "registration_no": "20254406000001"}
    assert service.take_in(session, OPERATOR, data=contract_in(), **first)
    with pytest.raises(Invalid) as refused:
        service.take_in(session, OPERATOR, data=contract_in(), **(first | {"source_ref": "2"}))
    assert fields_of(refused) == ["registration_no"]
    assert session.scalar(select(func.count()).select_from(Contract)) == 1
    with pytest.raises(Invalid) as refused:
        service.take_in(session, OPERATOR, data=contract_in(), source_ref="3", state=ContractState.REGISTERED)
    assert fields_of(refused) == ["registrar", "registration_no", "registered_on"]
    bare = contract_in(object="", valid_from=None, valid_until=None)
    assert service.take_in(session, OPERATOR, data=bare, source_ref="4", state=ContractState.SIGNED)
    with pytest.raises(Invalid) as refused:
        less = contract_in(parties=[], signed_on=None)
        service.take_in(session, OPERATOR, data=less, source_ref="5", state=ContractState.SIGNED)
    assert fields_of(refused) == ["parties", "signed_on"]
    contract = session.scalars(select(Contract).where(Contract.source_ref == "1")).one()
    step(session, contract, "changed")
    with pytest.raises(Conflict, match="worked on here"):
        service.take_in(session, OPERATOR, data=contract_in(plan="分三期"), **first)
