"""A typed number is not a paper: who proposes money on it says who saw the original, and that stands for good."""

from datetime import date
from pathlib import Path

import pytest

from matchmaker.contracts.paying import complete_payment
from matchmaker.contracts.rules import PaymentKind
from matchmaker.contracts.schemas import Paper
from matchmaker.core import clock
from matchmaker.core.db import new_key
from matchmaker.core.errors import Conflict, Invalid
from matchmaker.subsidies import budgeting, evidence, reviewing, trace
from matchmaker.subsidies.checklist import checklist
from matchmaker.subsidies.models import Claim
from matchmaker.subsidies.replaying import replay_all
from matchmaker.subsidies.rules import ClaimState
from tests.people import BASE
from tests.subsidies.place import CLOSED, SEEN, WAN, Place, make_place, pay, policy_text, state_of

ONE_DATABASE = True
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
BOTH = ("invoice", "bank_receipt")


def _scan(place: Place, folder: Path, claim: Claim, *papers: str) -> None:
    """Hand in these scans for every payment that lacks them."""
    for one in evidence.unscanned(place.session, claim):
        given = {name: Paper(f"{name}.pdf", PDF) for name in ("invoice", "receipt") if name in papers}
        complete_payment(place.session, place.stranger, payment_id=one.payment_id, folder=folder, **given)
    place.session.expire_all()


def _numbers_only(place: Place, claim: Claim) -> set[str]:
    return {one.code for one in checklist(place.session, claim) if one.number_only}


def test_numbers_without_scans_need_a_word_of_who_saw_the_originals(place: Place) -> None:
    claim = place.checked()
    assert _numbers_only(place, claim) == set(BOTH)
    for nothing in ("", " \n"):
        with pytest.raises(Invalid, match=r"originals: .*2025-06-01 invoice, bank"), place.session.begin_nested():
            place.do(reviewing.propose, claim, place.one, originals=nothing)
    assert (state_of(claim), claim.decisions) == (ClaimState.TOWN_PASSED, [])
    with pytest.raises(Invalid, match="originals: at most"), place.session.begin_nested():
        place.do(reviewing.propose, claim, place.one, originals="长" * 1001)
    place.do(reviewing.propose, claim, place.one, note="同意", originals="3 月 9 日在窗口核对，单位当天无扫描仪。")
    assert claim.steps[-1].reason == (
        "同意 已核对原件（2025-06-01 付款 3,000,000 元的发票、银行回单）：3 月 9 日在窗口核对，单位当天无扫描仪。"
    )
    assert evidence.unseen(place.session, claim) == []
    # The papers are still not here, and the engine was told nothing new.
    assert _numbers_only(place, claim) == set(BOTH)
    assert list(replay_all(place.session)) == []


def test_the_auditor_reads_who_saw_them_when_and_why(place: Place) -> None:
    claim = place.proposed()
    (seen,) = trace.of_claim(place.session, place.auditor, claim_id=claim.id).originals
    (payment,) = claim.contract.payments
    assert (seen.by, seen.at, seen.text) == ("谭专员", clock.now(), SEEN)
    assert seen.papers == {(payment.id, paper) for paper in BOTH}


def test_with_the_scans_nothing_is_asked(place: Place, tmp_path: Path) -> None:
    claim = place.checked()
    _scan(place, tmp_path, claim, "invoice")
    with pytest.raises(Invalid, match=r"2025-06-01 bank_receipt$"), place.session.begin_nested():
        place.do(reviewing.propose, claim, place.one, originals="")
    _scan(place, tmp_path, claim, "receipt")
    assert _numbers_only(place, claim) == set()
    place.do(reviewing.propose, claim, place.one, originals="", note="材料齐全")
    assert claim.steps[-1].reason == "材料齐全"
    assert evidence.statements(place.session, claim) == []


def test_only_payments_that_count_and_papers_that_are_asked_for_need_them(place: Place) -> None:
    contract = place.contract(total=300 * WAN, paid=100 * WAN)
    before, after, without = (
        pay(place.session, contract, 10 * WAN, on=date(2025, 2, 28)),
        pay(place.session, contract, 10 * WAN, on=date(2026, 4, 1)),
        pay(place.session, contract, 10 * WAN, invoice_no=""),
    )
    # The newest payment came back whole.
    gone = pay(place.session, contract, 10 * WAN, on=date(2026, 1, 5))
    pay(place.session, contract, 10 * WAN, on=date(2026, 1, 9), kind=PaymentKind.REFUND)
    claim = place.applied(contract)
    (one,) = evidence.unscanned(place.session, claim)
    assert one.payment_id not in {row.id for row in (before, after, without, gone)}
    assert (one.amount_fen, one.papers) == (100 * WAN, BOTH)


def test_a_policy_that_asks_for_the_invoice_only_is_content_with_it(place: Place) -> None:
    text = policy_text(version="2").replace("[invoice, bank_receipt]", "[invoice]")
    claim = make_place(place.session, text=text).applied()
    assert [one.papers for one in evidence.unscanned(place.session, claim)] == [("invoice",)]


def test_a_word_holds_for_the_papers_it_was_given_for(place: Place) -> None:
    claim = place.proposed(paid=100 * WAN)
    place.do(reviewing.propose, claim, place.two, originals="")
    pay(place.session, claim.contract, 50 * WAN)
    with pytest.raises(Invalid, match="originals"), place.session.begin_nested():
        place.do(reviewing.propose, claim, place.two, originals="")
    given = {"window_id": place.window.id, "base": BASE}
    with clock.pretend(CLOSED):
        with pytest.raises(Conflict, match=f"propose them anew: {claim.id}$"), place.session.begin_nested():
            budgeting.share_budget(place.session, place.one, once=new_key(), **given)
        place.do(reviewing.propose, claim, place.two, originals="新的一笔也看过原件。")
        budgeting.share_budget(place.session, place.one, once=new_key(), **given)
    assert [one.by for one in evidence.statements(place.session, claim)] == ["谭专员", "冯专员"]
