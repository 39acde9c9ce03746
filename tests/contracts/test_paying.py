"""Money on a contract: the parts stay within the whole, also when two people enter it at once."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.contracts import papers, paying, service
from matchmaker.contracts.access import can_withdraw
from matchmaker.contracts.models import Contract, ContractPayment
from matchmaker.contracts.schemas import Paper, PaymentIn
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from matchmaker.core.unit import unit
from tests.contracts.cast import Cast
from tests.contracts.making import SCAN, contract_in, make_contract, make_signed, step
from tests.factories import OPERATOR

WAN = 1_000_000


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast(session)


def payment_in(amount: str, **over: Any) -> PaymentIn:
    return PaymentIn.model_validate({"paid_on": clock.today(), "amount": amount} | over)


def pay(session: Session, contract: Contract, amount: str, actor: Actor = OPERATOR, **over: Any) -> ContractPayment:
    more = {name: over.pop(name) for name in ("folder", "invoice", "receipt") if name in over}
    return paying.add_payment(session, actor, contract_id=contract.id, data=payment_in(amount, **over), **more)


def refused_fields(session: Session, contract: Contract, amount: str, **over: Any) -> list[str]:
    with pytest.raises(Invalid) as refused:
        pay(session, contract, amount, **over)
    return [fault.field for fault in refused.value.faults]


def test_both_sides_and_the_office_enter_money(cast: Cast, session: Session, tmp_path: Path) -> None:
    contract = cast.signed()
    scans = {"folder": tmp_path, "receipt": SCAN}
    row = pay(session, contract, "100", cast.buying, **scans)
    assert papers.paper(session, cast.selling, contract_id=contract.id, file_id=row.receipt_file_id or 0).purpose == (
        "receipt"
    )
    pay(session, contract, "200", cast.selling)
    pay(session, contract, "300", cast.officer)
    assert contract.paid_fen == 60_000
    for actor in (cast.mediating, cast.auditor):
        with pytest.raises(Forbidden):
            pay(session, contract, "1", actor)
    for actor in cast.outsiders:
        with pytest.raises(NotFound):
            pay(session, contract, "1", actor)
        with pytest.raises(NotFound):
            paying.withdraw_payment(session, actor, payment_id=row.id, reason="错")


def test_a_buyer_shows_the_bank_slip(cast: Cast, session: Session, tmp_path: Path) -> None:
    contract = cast.signed()
    assert refused_fields(session, contract, "100", actor=cast.buying) == ["receipt"]
    with pytest.raises(Invalid) as refused:
        pay(session, contract, "100", cast.buying, folder=tmp_path, receipt=Paper("回单.pdf", b"no scan"))
    assert [fault.field for fault in refused.value.faults] == ["receipt"]


def test_nothing_is_paid_on_a_draft(cast: Cast, session: Session) -> None:
    with pytest.raises(Conflict, match="record the signing first"):
        pay(session, cast.draft(), "100")


def test_what_does_not_fit_is_refused_by_name(session: Session) -> None:
    contract = make_signed(session)
    assert refused_fields(session, contract, "2400000.01") == ["amount"]
    assert refused_fields(session, contract, "100", technology="100.01") == ["technology"]
    assert refused_fields(session, contract, "100", paid_on="2099-01-01") == ["paid_on"]
    assert refused_fields(session, contract, "1", kind="refund") == ["amount"]
    assert refused_fields(session, contract, "2100000", technology="2000000.01") == ["technology"]
    pay(session, contract, "2400000", receipt_no="H1")
    assert contract.paid_fen == contract.total_fen
    assert refused_fields(session, contract, "0.01") == ["amount"]
    without = make_signed(session, total=None, technology=None, schedule=[])
    assert refused_fields(session, without, "1") == ["amount"]


def test_a_royalty_may_bring_more_than_was_estimated(session: Session) -> None:
    royalty = {"base": "sales", "rates": ["3", "2.5"], "period": "五年"}
    contract = make_contract(session, payment_mode="royalty", royalty=royalty, schedule=[], payments=("3000000",))
    assert contract.paid_fen == 300 * WAN


def test_more_than_the_total_was_paid_only_under_a_royalty(session: Session) -> None:
    royalty = {"base": "sales", "rates": ["3", "2.5"], "period": "五年"}
    contract = make_signed(session, payment_mode="royalty", royalty=royalty, schedule=[])
    pay(session, contract, "3000000")
    with pytest.raises(Invalid) as refused:
        service.save(
            session,
            OPERATOR,
            contract_id=contract.id,
            revision=contract.revision,
            data=contract_in(payment_mode="instalments", schedule=[]),
        )
    assert [fault.field for fault in refused.value.faults] == ["payment_mode"]


def test_a_slip_counts_once_until_it_is_withdrawn(session: Session) -> None:
    contract = make_signed(session)
    first = pay(session, contract, "100", receipt_no="H1")
    assert refused_fields(session, contract, "200", receipt_no="H1") == ["receipt_no"]
    paying.withdraw_payment(session, OPERATOR, payment_id=first.id, reason="金额记错")
    pay(session, contract, "200", receipt_no="H1")
    assert contract.paid_fen == 20_000
    assert [(row.withdrawn_reason, row.amount_fen) for row in contract.payments] == [("金额记错", 10_000), ("", 20_000)]
    with pytest.raises(Conflict, match="was withdrawn"):
        paying.withdraw_payment(session, OPERATOR, payment_id=first.id, reason="再错")


def test_a_form_sent_twice_counts_once(session: Session) -> None:
    contract = make_signed(session)
    pay(session, contract, "100")
    assert refused_fields(session, contract, "100") == ["receipt_no"]
    assert refused_fields(session, contract, "100", receipt_no="H2") == ["receipt_no"]
    assert contract.paid_fen == 10_000
    pay(session, contract, "100", paid_on=clock.today() - timedelta(days=1))
    pay(session, contract, "100", kind="refund")
    # Two slips are two payments, whatever else is the same.
    pay(session, contract, "200", receipt_no="H3")
    pay(session, contract, "200", receipt_no="H4")
    assert contract.paid_fen == 50_000


def test_who_entered_money_takes_it_back_or_the_office_does(cast: Cast, session: Session, tmp_path: Path) -> None:
    contract = cast.signed()
    bought = pay(session, contract, "100", cast.buying, folder=tmp_path, receipt=SCAN)
    sold, officer = pay(session, contract, "200", cast.selling), pay(session, contract, "300", cast.officer)
    assert [row.organisation_id for row in (bought, sold, officer)] == [cast.buyer.id, cast.seller.id, None]
    # An officer of the seller's house is the seller here.
    refused = ((bought, cast.selling), (bought, cast.partial), (sold, cast.buying), (officer, cast.selling))
    for row, actor in refused:
        assert not can_withdraw(actor, contract, row)
        with pytest.raises(Forbidden, match="who entered it or by the office"):
            paying.withdraw_payment(session, actor, payment_id=row.id, reason="记错")
    assert contract.paid_fen == 60_000
    for row, actor in ((bought, cast.buying), (sold, cast.officer)):
        paying.withdraw_payment(session, actor, payment_id=row.id, reason="记错")
    assert (contract.paid_fen, bought.withdrawn_by) == (30_000, "乙买方")
    # A row from before it was kept who entered it is the office's to take back.
    old = pay(session, contract, "400", cast.selling)
    old.organisation_id = None
    with pytest.raises(Forbidden):
        paying.withdraw_payment(session, cast.selling, payment_id=old.id, reason="记错")
    paying.withdraw_payment(session, cast.officer, payment_id=old.id, reason="记错")


def test_money_that_came_back_lowers_what_is_paid(session: Session) -> None:
    contract = make_signed(session)
    first = pay(session, contract, "2400000")
    back = pay(session, contract, "400000", kind="refund")
    assert contract.paid_fen == 200 * WAN
    with pytest.raises(Conflict, match="more would have come back"):
        paying.withdraw_payment(session, OPERATOR, payment_id=first.id, reason="错")
    pay(session, contract, "400000")
    with pytest.raises(Conflict, match="more would be paid"):
        paying.withdraw_payment(session, OPERATOR, payment_id=back.id, reason="错")
    with pytest.raises(Invalid):
        paying.withdraw_payment(session, OPERATOR, payment_id=back.id, reason="  ")


def test_after_the_end_only_what_comes_back_is_entered(cast: Cast, session: Session) -> None:
    contract = cast.registered()
    pay(session, contract, "1000")
    step(session, contract, "revoked")
    with pytest.raises(Conflict, match="only money that came back"):
        pay(session, contract, "100", cast.selling)
    pay(session, contract, "100", cast.selling, kind="refund")
    pay(session, contract, "50", cast.officer)
    assert contract.paid_fen == 95_000


def test_a_missing_paper_is_added_once(session: Session, tmp_path: Path) -> None:
    contract = make_signed(session)
    row = pay(session, contract, "100")
    paying.complete_payment(session, OPERATOR, payment_id=row.id, folder=tmp_path, invoice=SCAN)
    assert row.invoice_file_id is not None
    with pytest.raises(Conflict, match="there already"):
        paying.complete_payment(session, OPERATOR, payment_id=row.id, folder=tmp_path, invoice=SCAN)
    with pytest.raises(Conflict, match="rests on this paper"):
        papers.withdraw(session, OPERATOR, contract_id=contract.id, file_id=row.invoice_file_id)


def at_once(sessions: sessionmaker[Session], contract_id: int, payments: list[PaymentIn]) -> list[DomainError]:
    """Enter all of them in the same moment, each in a unit of its own; what was refused."""
    start, refused = threading.Barrier(len(payments)), list[DomainError]()

    def click(data: PaymentIn) -> None:
        start.wait()
        try:
            with unit(sessions) as session:
                paying.add_payment(session, OPERATOR, contract_id=contract_id, data=data)
        except DomainError as error:
            refused.append(error)

    clicks = [threading.Thread(target=click, args=(data,)) for data in payments]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    return refused


@pytest.mark.parametrize(
    ("amounts", "numbers", "field"),
    [(("1400000", "1400000"), ("H1", "H2"), "amount"), (("100", "200"), ("H1", "H1"), "receipt_no")],
)
def test_two_at_once_do_not_pass_the_limit_together(
    sessions: sessionmaker[Session], amounts: tuple[str, str], numbers: tuple[str, str], field: str
) -> None:
    with unit(sessions) as session:
        number = make_signed(session).id
    both = [payment_in(amount, receipt_no=slip) for amount, slip in zip(amounts, numbers, strict=True)]
    (refused,) = at_once(sessions, number, both)
    assert isinstance(refused, Invalid)
    assert [fault.field for fault in refused.faults] == [field]
    with unit(sessions) as session:
        contract = session.get_one(Contract, number)
        assert contract.paid_fen == sum(row.amount_fen for row in contract.payments)
        assert len(contract.payments) == 1


@pytest.mark.parametrize(
    "over",
    [
        {"technology_fen": 240_000_001},
        {"technology_fen": 0},
        {"paid_fen": -1},
        {"paid_fen": 240_000_001},
        {"registration_no": "20254406000001"},
    ],
)
def test_the_database_itself_refuses_parts_that_exceed_the_whole(session: Session, over: dict[str, Any]) -> None:
    contract = make_signed(session)
    with pytest.raises(IntegrityError), session.begin_nested():
        for name, value in over.items():
            setattr(contract, name, value)
        session.flush()
    assert session.scalar(select(Contract.paid_fen)) == 0
