"""A registered contract's payment schedule: the next one supersedes the one before, which stays to be read."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from matchmaker.contracts import checking, scheduling
from matchmaker.contracts.access import can_reschedule
from matchmaker.contracts.models import Contract
from matchmaker.contracts.schemas import ScheduleIn
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from tests.contracts.cast import Cast
from tests.contracts.making import step
from tests.people import BASE

WAN = 1_000_000
MORE = {"total": "3000000.00", "technology": "2500000.00"}
TWO = [("签约", "1400000.00"), ("验收", "1600000.00")]


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast(session)


def rows(*dues: tuple[str, str]) -> list[dict[str, str]]:
    return [{"milestone": what, "due_on": "2027-01-15", "amount": amount} for what, amount in dues]


def renew(
    session: Session, contract: Contract, actor: Actor, *dues: tuple[str, str], reason: str = "补充协议"
) -> Contract:
    data = ScheduleIn.model_validate({"schedule": rows(*dues), "reason": reason})
    keys = {"contract_id": contract.id, "revision": contract.revision}
    return scheduling.renew(session, actor, data=data, base=BASE, **keys)


def standing(contract: Contract) -> list[tuple[str, int]]:
    return [(due.milestone, due.amount_fen) for due in contract.schedule]


def codes(session: Session, contract: Contract) -> set[str]:
    return {one.code for one in checking.findings(session, contract, today=clock.today())}


def refused_fields(call: Any, *given: Any, **more: Any) -> list[str]:
    with pytest.raises(Invalid) as refused:
        call(*given, **more)
    return [fault.field for fault in refused.value.faults]


def test_a_change_brings_its_schedule_and_the_old_one_stays_to_be_read(cast: Cast, session: Session) -> None:
    contract = cast.registered()
    old = [due.id for due in contract.schedule]
    step(session, contract, "changed", cast.officer, amount=MORE, schedule=rows(*TWO), reason="追加样机一套")
    assert standing(contract) == [("签约", 140 * WAN), ("验收", 160 * WAN)]
    assert "schedule_sum" not in codes(session, contract)
    before, now = contract.schedule_rows[:2], contract.schedule_rows[2:]
    assert [due.id for due in before] == old
    assert {due.superseded_at for due in before} == {due.at for due in now} != {None}
    assert {(due.by, due.reason) for due in now} == {("丁专员", "追加样机一套")}
    # What was entered with the record says by whom as well.
    assert {(due.by, due.superseded_at is None) for due in before} == {("甲卖方", False)}


@pytest.mark.parametrize("who", ["selling", "partial", "officer"])
def test_a_schedule_that_a_change_left_behind_is_mended_afterwards(cast: Cast, session: Session, who: str) -> None:
    contract = cast.registered()
    buyer = cast.colleague(cast.buyer.id)
    step(session, contract, "changed", cast.officer, amount=MORE)
    assert "schedule_sum" in codes(session, contract)
    revision = contract.revision
    renew(session, contract, getattr(cast, who), *TWO)
    assert standing(contract) == [("签约", 140 * WAN), ("验收", 160 * WAN)]
    assert "schedule_sum" not in codes(session, contract)
    assert contract.revision == revision + 1
    assert cast.told(buyer)[-1] == "contract.schedule"
    assert cast.logged("contract.schedule") == 1
    # The same again is nothing new, and tells nobody.
    renew(session, contract, cast.selling, *TWO)
    assert (contract.revision, cast.logged("contract.schedule")) == (revision + 1, 1)


def test_who_may_not_change_the_contract_puts_in_no_schedule(cast: Cast, session: Session) -> None:
    contract = cast.registered()
    for actor in (cast.buying, cast.mediating, cast.auditor):
        assert not can_reschedule(actor, contract)
        with pytest.raises(Forbidden):
            renew(session, contract, actor, *TWO)
    for actor in cast.outsiders:
        with pytest.raises(NotFound):
            renew(session, contract, actor, *TWO)
    assert {due.superseded_at for due in contract.schedule_rows} == {None}


def test_a_schedule_that_is_not_the_price_is_refused_by_name(cast: Cast, session: Session) -> None:
    contract = cast.registered()
    for dues in ((), (("签约", "2400000.01"),), (("签约", "1000000.00"),)):
        assert refused_fields(renew, session, contract, cast.selling, *dues) == ["schedule"]
    assert refused_fields(renew, session, contract, cast.selling, ("签约", "2400000.00"), reason=" ") == ["reason"]
    with_amount = {"amount": MORE, "schedule": rows(("签约", "2400000.00"))}
    assert refused_fields(step, session, contract, "changed", **with_amount) == ["schedule"]
    lump = cast.registered(
        title="一次付清的合同", payment_mode="lump", schedule=[{"milestone": "签约", "amount": "2400000"}]
    )
    assert refused_fields(renew, session, lump, cast.selling, ("一", "1400000"), ("二", "1000000")) == ["schedule"]
    assert standing(contract) == [("签约", 140 * WAN), ("验收", 100 * WAN)]


def test_the_sum_of_a_royalty_is_nobodys_to_know(cast: Cast, session: Session) -> None:
    royalty = {"base": "sales", "rates": ["3"], "period": "五年"}
    entry = [{"milestone": "入门费", "amount": "100000"}]
    contract = cast.registered(payment_mode="fee_royalty", royalty=royalty, schedule=entry)
    renew(session, contract, cast.selling, ("入门费", "200000"))
    assert standing(contract) == [("入门费", 20 * WAN)]


def test_only_what_is_registered_gets_a_new_schedule_and_only_as_it_was_seen(cast: Cast, session: Session) -> None:
    contract = cast.signed()
    one = ("签约", "2400000")
    for state in ("submitted", "registered"):
        with pytest.raises(Conflict, match="only what is registered"):
            renew(session, contract, cast.selling, one)
        step(session, contract, state)
    renew(session, contract, cast.selling, one)
    step(session, contract, "revoked")
    with pytest.raises(Conflict, match="only what is registered"):
        renew(session, contract, cast.officer, *TWO)
    other = cast.registered(title="另一份合同")
    data = ScheduleIn.model_validate({"schedule": rows(*TWO), "reason": "补充协议"})
    with pytest.raises(Conflict, match="somebody else"):
        scheduling.renew(session, cast.selling, contract_id=other.id, revision=1, data=data, base=BASE)


def test_no_other_step_brings_a_schedule(cast: Cast, session: Session) -> None:
    contract = step(session, cast.signed(), "submitted", cast.selling)
    assert refused_fields(step, session, contract, "registered", schedule=rows(*TWO)) == ["schedule"]
