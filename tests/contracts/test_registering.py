"""The steps of a contract: whose they are, what each needs, and what follows from it."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.rules import Standing
from matchmaker.contracts import papers, registering
from matchmaker.contracts.access import next_moves
from matchmaker.contracts.models import Contract
from matchmaker.contracts.rules import ContractState
from matchmaker.contracts.schemas import StepIn
from matchmaker.core import clock
from matchmaker.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from matchmaker.core.unit import unit
from tests.contracts.cast import Cast
from tests.contracts.making import REGISTRAR, SCAN, make_contract, make_signed, step
from tests.people import BASE, make_actor

NUMBER = "2026440601000777"


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast(session)


def refused_fields(session: Session, contract: Contract, state: str, **over: Any) -> list[str]:
    with pytest.raises(Invalid) as refused:
        step(session, contract, state, **over)
    return [fault.field for fault in refused.value.faults]


def test_the_seller_files_and_the_office_enters_what_the_registry_decides(
    cast: Cast, session: Session, tmp_path: Path
) -> None:
    contract = cast.signed()
    for state, actor in (
        ("submitted", cast.selling),
        ("supplement", cast.officer),
        ("submitted", cast.selling),
        ("refused", cast.officer),
        ("signed", cast.selling),
        ("submitted", cast.officer),
    ):
        step(session, contract, state, actor)
    step(session, contract, "registered", cast.officer, registration_no=NUMBER, folder=tmp_path, paper=SCAN)
    assert (contract.registrar, contract.registration_no) == (REGISTRAR, NUMBER)
    assert [file.purpose for file in papers.papers(session, cast.buying, contract=contract)] == ["certificate"]
    path = [step.after for step in contract.steps]
    assert path[:2] == ["draft", "signed"] and path[-1] == "registered" and len(path) == 9
    assert contract.steps[-1].file_id is not None
    assert cast.logged("contract.state") == 8


@pytest.mark.parametrize("state", ["supplement", "registered", "refused"])
def test_what_the_registry_decides_is_no_partys_to_enter(cast: Cast, session: Session, state: str) -> None:
    contract = step(session, cast.signed(), "submitted", cast.selling)
    for actor in (cast.selling, cast.buying, cast.mediating, cast.auditor):
        with pytest.raises(Forbidden):
            step(session, contract, state, actor)
    acting = make_actor(session, cast.seller.id, role=cast.officer.role)
    for actor in (cast.partial, acting):
        with pytest.raises(Forbidden, match="their own organisation"):
            step(session, contract, state, actor)
    for actor in cast.outsiders:
        with pytest.raises(NotFound):
            step(session, contract, state, actor)


def test_buttons_are_shown_to_whom_the_verbs_obey(cast: Cast, session: Session) -> None:
    contract = cast.signed()
    assert next_moves(cast.selling, contract) == ("draft", "submitted", "cancelled")
    assert next_moves(cast.partial, contract) == next_moves(cast.selling, contract)
    assert next_moves(cast.buying, contract) == next_moves(cast.auditor, contract) == ()
    step(session, contract, "submitted", cast.selling)
    assert next_moves(cast.selling, contract) == ()
    assert next_moves(cast.officer, contract) == ("supplement", "registered", "refused")


def test_a_step_that_does_not_exist_or_comes_too_late_is_a_conflict(cast: Cast, session: Session) -> None:
    contract = cast.signed()
    with pytest.raises(Conflict, match="cannot become registered"):
        step(session, contract, "registered")
    data = StepIn(state=ContractState.SUBMITTED, happened_on=clock.today())
    with pytest.raises(Conflict, match="somebody else"):
        registering.move(session, cast.selling, contract_id=contract.id, revision=1, data=data, base=BASE)


def test_signing_needs_what_makes_a_contract(cast: Cast, session: Session) -> None:
    bare = cast.draft(cast.officer, parties=[], object="", signed_on=None, valid_from=None, valid_until=None)
    day = {"happened_on": clock.today()}
    assert refused_fields(session, bare, "signed", **day) == ["parties", "object", "valid_from", "valid_until"]
    contract = cast.draft(title="签约日不符的合同")
    assert refused_fields(session, contract, "signed", **day) == ["happened_on"]
    assert refused_fields(session, contract, "signed", happened_on="2099-01-01") == ["happened_on"]


def test_whose_organisation_is_not_verified_does_not_sign(cast: Cast, session: Session) -> None:
    contract = cast.draft()
    cast.seller.standing = Standing.RETURNED
    session.flush()
    with pytest.raises(Conflict, match="not verified yet"):
        step(session, contract, "signed", cast.selling)
    step(session, contract, "signed", cast.officer)


def test_days_run_forward(cast: Cast, session: Session) -> None:
    contract = cast.signed()
    step(session, contract, "submitted", happened_on=clock.today() - timedelta(days=3))
    before = clock.today() - timedelta(days=4)
    assert refused_fields(session, contract, "refused", happened_on=before) == ["happened_on"]
    assert refused_fields(session, contract, "supplement", reason="") == ["reason"]


def test_registering_needs_the_certificate(cast: Cast, session: Session, tmp_path: Path) -> None:
    contract = step(session, cast.signed(technology=None, schedule=[]), "submitted")
    assert refused_fields(session, contract, "registered", actor=cast.officer) == ["paper"]
    scan = {"actor": cast.officer, "folder": tmp_path, "paper": SCAN}
    missing = {"registrar": "", "registration_no": "", "registered_on": "2000-01-01"}
    assert refused_fields(session, contract, "registered", **scan, **missing) == [
        "registrar",
        "registration_no",
        "registered_on",
        "amount.total",
    ]
    too_much = {"amount": {"total": "10", "technology": "11"}}
    assert refused_fields(session, contract, "registered", **scan, **too_much) == ["amount.technology"]
    foreign = {"amount": {"total": "10", "technology": "9"}, "kind": "SVC", "sub_kind": "entrusted"}
    assert refused_fields(session, contract, "registered", **scan, **foreign) == ["sub_kind"]
    step(session, contract, "registered", **scan, amount={"total": "2400000", "technology": "1800000"}, kind="SVC")
    assert (contract.kind, contract.sub_kind, contract.technology_fen) == ("SVC", None, 180_000_000)


def test_a_number_is_unique_at_its_registry(session: Session) -> None:
    make_contract(session, registered={"registration_no": NUMBER})
    contract = step(session, make_signed(session, title="另一份同号合同"), "submitted")
    assert refused_fields(session, contract, "registered", registration_no=NUMBER) == ["registration_no"]
    step(session, contract, "registered", registration_no=NUMBER, registrar="另一个登记处")
    assert contract.state is ContractState.REGISTERED


def test_two_who_enter_one_number_at_once(sessions: sessionmaker[Session]) -> None:
    with unit(sessions) as session:
        waiting = [step(session, make_signed(session, title=f"第{n}份合同"), "submitted").id for n in range(2)]
    start, refused = threading.Barrier(2), list[DomainError]()

    def click(number: int) -> None:
        start.wait()
        try:
            with unit(sessions) as session:
                step(session, session.get_one(Contract, number), "registered", registration_no=NUMBER)
        except DomainError as error:
            refused.append(error)

    clicks = [threading.Thread(target=click, args=(number,)) for number in waiting]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert [isinstance(error, Invalid) and error.faults[0].field for error in refused] == ["registration_no"]
    with unit(sessions) as session:
        numbers = session.scalars(select(Contract.registration_no).order_by(Contract.id)).all()
        assert sorted(map(str, numbers)) == [NUMBER, "None"]


def test_a_change_adds_the_next_amount_and_keeps_the_one_before(session: Session) -> None:
    contract = make_contract(session, payments=("1000000",))
    until = clock.today() + timedelta(days=900)
    step(session, contract, "changed", amount={"total": "2000000", "technology": "1500000"}, valid_until=until)
    assert [(row.total_fen, row.technology_fen) for row in contract.amounts] == [
        (240_000_000, 200_000_000),
        (200_000_000, 150_000_000),
    ]
    assert (contract.total_fen, contract.valid_until, contract.amounts[-1].effective_on) == (
        200_000_000,
        until,
        clock.today(),
    )
    less = {"total": "999999.99", "technology": "1"}
    assert refused_fields(session, contract, "changed", amount=less) == ["amount.total"]
    early = {"total": "2100000", "technology": "1", "effective_on": clock.today() - timedelta(days=1)}
    assert refused_fields(session, contract, "changed", amount=early) == ["amount.effective_on"]
    assert refused_fields(session, contract, "changed", valid_until="2001-01-01") == ["valid_until"]
    assert refused_fields(session, contract, "revoked", amount=less) == ["amount"]
    step(session, contract, "changed", amount={"total": "2100000", "technology": "1500000"})
    step(session, contract, "revoked")
    with pytest.raises(Conflict):
        step(session, contract, "signed")


def test_each_step_is_told_to_the_other_parties(cast: Cast, session: Session) -> None:
    colleague = cast.colleague(cast.buyer.id)
    contract = step(session, cast.signed(), "submitted", cast.selling)
    step(session, contract, "supplement", cast.officer)
    assert cast.told(cast.buying.person_id) == ["contract.signed", "contract.submitted", "contract.supplement"]
    assert cast.told(colleague) == cast.told(cast.mediating.person_id) == cast.told(cast.buying.person_id)
    assert cast.told(cast.selling.person_id) == ["contract.supplement"]
    assert cast.told(cast.officer.person_id) == ["contract.office_submitted"]
    assert cast.told(cast.stranger.person_id) == []
    step(session, cast.draft(title="不签了的合同"), "cancelled", cast.selling)
    assert len(cast.told(cast.buying.person_id)) == 3
