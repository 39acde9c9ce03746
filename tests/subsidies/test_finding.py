"""免申即享: eligible contracts are found, told, reminded of, confirmed or let go, without anybody asking."""

from datetime import date

import pytest
from sqlalchemy import event, select

from matchmaker.accounts.rules import Standing
from matchmaker.contracts.rules import ContractState, RelatedParty
from matchmaker.core import clock
from matchmaker.core.db import new_key
from matchmaker.core.errors import Conflict, Forbidden, NotFound
from matchmaker.notifications.models import Notice
from matchmaker.subsidies import applying, finding
from matchmaker.subsidies.models import Claim
from matchmaker.subsidies.rules import ClaimOrigin, ClaimState
from tests.people import BASE
from tests.subsidies.place import CLOSED, SEALER, WAN, Place, confirm_in, day, pay, state_of

ONE_DATABASE = True


def _find(place: Place) -> list[Claim]:
    return finding.find_eligible(place.session, window=place.window, today=clock.today(), base=BASE)


def _confirm(place: Place, claim: Claim) -> Claim:
    given = {"claim_id": claim.id, "revision": claim.revision, "once": new_key(), "base": BASE}
    return applying.confirm(place.session, place.owner, SEALER, data=confirm_in(), **given)


def test_an_eligible_contract_is_found_with_its_amount_and_only_needs_confirming(place: Place) -> None:
    contract = place.contract(technology=240 * WAN, paid=150 * WAN)
    (claim,) = _find(place)
    assert (claim.contract_id, claim.organisation_id, claim.role) == (contract.id, place.buyer.id, "buyer")
    assert (state_of(claim), claim.origin, claim.amount_fen) == (ClaimState.FOUND, ClaimOrigin.FOUND, 6 * WAN)
    (notice,) = place.session.scalars(select(Notice).where(Notice.text == "subsidy.found"))
    assert (notice.person_id, notice.details["amount"]) == (place.owner.person_id, "60,000 元")
    _confirm(place, claim)
    assert (state_of(claim), claim.applied_on) == (ClaimState.APPLIED, date(2026, 3, 10))


def test_an_officer_looks_at_once_but_only_while_it_can_be_confirmed(place: Place) -> None:
    place.contract()
    for actor in (place.owner, place.auditor):
        with pytest.raises(Forbidden):
            finding.find_now(place.session, actor, window_id=place.window.id, base=BASE)
    with clock.pretend(CLOSED), pytest.raises(Conflict, match="window is not open"):
        finding.find_now(place.session, place.one, window_id=place.window.id, base=BASE)
    with pytest.raises(NotFound):
        finding.find_now(place.session, place.one, window_id=999_999, base=BASE)
    assert len(finding.find_now(place.session, place.one, window_id=place.window.id, base=BASE)) == 1
    assert finding.find_now(place.session, place.one, window_id=place.window.id, base=BASE) == []


def test_amounts_shown_keep_to_the_caps_together(place: Place) -> None:
    place.contract(total=1200 * WAN)
    place.contract(total=1000 * WAN)
    assert [one.amount_fen // WAN for one in _find(place)] == [60, 40]


def test_nothing_is_found_twice_not_even_after_it_was_withdrawn(place: Place) -> None:
    place.contract()
    (claim,) = _find(place)
    assert _find(place) == []
    place.do(applying.withdraw, claim, place.owner, reason="不需要")
    assert _find(place) == []


@pytest.mark.parametrize(
    "over",
    [
        {"state": ContractState.SUBMITTED},
        {"state": ContractState.REVOKED},
        {"registered_on": date(2024, 5, 1)},
        {"related": RelatedParty.DETECTED},
        {"fiscal_fund": True},
        {"matched_on": None},
        {"total": 9 * WAN},
        {"paid": 0},
        {"signed_on": None},
    ],
    ids=lambda over: next(iter(over)),
)
def test_what_the_policy_does_not_support_is_not_found(place: Place, over: dict[str, object]) -> None:
    place.contract(**over)
    assert _find(place) == []


def test_an_organisation_that_is_not_verified_is_not_told(place: Place) -> None:
    place.contract()
    place.buyer.standing = Standing.PENDING
    assert _find(place) == []


def test_later_payments_on_a_granted_contract_are_found_in_a_later_year(place: Place) -> None:
    """DOMAIN 2.3, V7: 500,000 paid in the first year, 700,000 more in the second."""
    from matchmaker.subsidies import windows
    from matchmaker.subsidies.schemas import WindowIn

    contract = place.contract(total=120 * WAN, paid=50 * WAN)
    assert place.proposed(contract).amount_fen == 25_000 * 100
    pay(place.session, contract, 70 * WAN, on=date(2026, 6, 1))
    data = WindowIn(
        policy_row_id=place.window.policy_row_id,
        year=2027,
        title="2027 年",
        opens_on=date(2027, 3, 1),
        closes_on=date(2027, 3, 31),
    )
    later = windows.open_window(place.session, place.one, data=data)
    with clock.pretend(day(3, 10, 2027)):
        (claim,) = finding.find_eligible(place.session, window=later, today=clock.today(), base=BASE)
    assert claim.amount_fen == 35_000 * 100


def test_finding_takes_the_same_number_of_statements_for_one_and_for_many(place: Place) -> None:
    def statements(contracts: int) -> int:
        for _ in range(contracts):
            place.contract(matched_on=None)
        seen: list[str] = []
        place.session.flush()
        place.session.expire_all()
        bind = place.session.get_bind()
        listen = lambda *given: seen.append(given[2])  # noqa: E731
        event.listen(bind, "before_cursor_execute", listen)
        _find(place)
        event.remove(bind, "before_cursor_execute", listen)
        return len(seen)

    assert statements(1) == statements(5)


def test_what_was_not_confirmed_in_time_cannot_be_confirmed(place: Place) -> None:
    place.contract()
    (claim,) = _find(place)
    with clock.pretend(CLOSED), pytest.raises(Conflict, match="not open"):
        _confirm(place, claim)


def test_only_the_organisation_confirms(place: Place) -> None:
    place.contract()
    (claim,) = _find(place)
    given = {"claim_id": claim.id, "revision": claim.revision, "once": new_key(), "base": BASE}
    with pytest.raises(NotFound):
        applying.confirm(place.session, place.stranger, SEALER, data=confirm_in(), **given)
