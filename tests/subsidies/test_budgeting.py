"""A budget that does not reach is shared by all proposed claims, to the fen, before anybody is approved."""

import pytest
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.db import new_key
from matchmaker.core.errors import Conflict, Forbidden, NotFound
from matchmaker.subsidies import access, budgeting, decisions, ledger, reviewing
from matchmaker.subsidies.facts import Inputs
from matchmaker.subsidies.models import Claim
from matchmaker.subsidies.rules import Account, ClaimState, ClaimVerb, Why
from tests.factories import USCCS, make_organisation
from tests.people import BASE, as_actor, join, make_person
from tests.subsidies.place import CLOSED, OPEN, WAN, Place, day, make_contract, make_place, state_of

APPROVING = day(4, 20)


def _share(place: Place, *, once: str = "") -> list[Claim]:
    with clock.pretend(CLOSED):
        return budgeting.share_budget(
            place.session, place.one, window_id=place.window.id, once=once or new_key(), base=BASE
        )


def _approve(place: Place, claim: Claim) -> None:
    with clock.pretend(CLOSED):
        place.do(reviewing.publish_notice, claim, place.one)
    with clock.pretend(APPROVING):
        place.do(reviewing.approve, claim, place.two)


def test_everybody_gets_the_same_part_and_the_budget_is_used_to_the_fen(place: Place) -> None:
    claims = [place.proposed(total=wan * WAN) for wan in (300, 200, 100)]
    place.budget(20 * WAN + 1)
    with clock.pretend(CLOSED), pytest.raises(Conflict, match="share it pro rata first"):
        place.do(reviewing.publish_notice, claims[0], place.one)
    once = new_key()
    assert [one.id for one in _share(place, once=once)] == [one.id for one in claims]
    # 15, 10 and 5 of 30 are wanted; 20 and a fen are there, and the odd fen goes to the largest remainder.
    assert [one.amount_fen for one in claims] == [10_000_001, 6_666_667, 3_333_333]
    assert _share(place, once=once) and len(claims[0].decisions) == 3
    row = decisions.current(place.session, claims[0])
    assert row is not None and Inputs.from_json(row.inputs).share == 10_000_001
    for claim in claims:
        _approve(place, claim)
    accounts = ledger.balances(place.session, window_id=place.window.id)
    assert (accounts[Account.COMMITTED], accounts[Account.AVAILABLE]) == (20 * WAN + 1, 0)


def test_where_a_budget_is_shared_nobody_is_shown_before_the_close(place: Place) -> None:
    claim = place.proposed()
    last = day(3, 31)
    for moment in (clock.now(), last):
        with clock.pretend(moment):
            why = access.why_not(place.session, place.one, claim, ClaimVerb.PUBLISH_NOTICE)
            with pytest.raises(Conflict, match="window has not closed"), place.session.begin_nested():
                place.do(reviewing.publish_notice, claim, place.one)
        assert (why, state_of(claim)) == (Why.WINDOW_OPEN, ClaimState.PROPOSED)
    with clock.pretend(CLOSED):
        place.do(reviewing.publish_notice, claim, place.one)
    assert state_of(claim) is ClaimState.NOTICE


def test_without_a_limit_there_is_nothing_to_wait_for(session: Session) -> None:
    with clock.pretend(OPEN):
        place = make_place(session, limited=False)
        claim = place.do(reviewing.publish_notice, place.proposed(), place.one)
    assert state_of(claim) is ClaimState.NOTICE


def test_who_is_assessed_first_does_not_get_all_while_others_wait(place: Place) -> None:
    first, _second = place.proposed(total=300 * WAN), place.checked(total=200 * WAN)
    # One for which the policy gives nothing takes nothing, and one that was sent back holds up nobody.
    place.checked(total=9 * WAN)
    place.do(reviewing.send_back, place.checked(total=500 * WAN), place.one, reason="材料不全")
    place.budget(25 * WAN - 1)
    found = budgeting.shortfall(place.session, window_id=place.window.id)
    assert (found.wanted_fen, found.coming_fen, found.lacking_fen) == (15 * WAN, 10 * WAN, 1)
    with clock.pretend(CLOSED):
        with pytest.raises(Conflict, match="100,000 元 wait to be assessed: share"), place.session.begin_nested():
            place.do(reviewing.publish_notice, first, place.one)
        place.budget(25 * WAN)
        place.do(reviewing.publish_notice, first, place.one)
    assert state_of(first) is ClaimState.NOTICE


def test_what_is_to_come_knows_the_caps_and_what_was_granted(place: Place) -> None:
    place.proposed(total=1200 * WAN)
    for _ in range(2):
        place.checked(total=600 * WAN)
    # 60 of 100 are used: 30, and then the 10 that are left.
    found = budgeting.shortfall(place.session, window_id=place.window.id)
    assert (found.wanted_fen, found.coming_fen) == (60 * WAN, 40 * WAN)


def test_a_budget_that_reaches_changes_nothing(place: Place) -> None:
    claims = [place.proposed(total=wan * WAN) for wan in (300, 200)]
    _share(place)
    assert [one.amount_fen // WAN for one in claims] == [15, 10]
    assert place.window.assessed_at is not None
    _approve(place, claims[1])


def test_caps_of_one_unit_hold_in_a_shared_budget(place: Place) -> None:
    claims = [place.proposed(total=wan * WAN) for wan in (1200, 1000)]
    place.budget(50 * WAN)
    _share(place)
    assert [one.amount_fen // WAN for one in claims] == [30, 20]
    for claim in claims:
        _approve(place, claim)


def test_what_is_already_shown_or_promised_is_not_shared(place: Place) -> None:
    promised, shown = place.approved(total=200 * WAN), place.shown(total=200 * WAN)
    rest = [place.proposed(total=200 * WAN) for _ in range(2)]
    place.budget(30 * WAN)
    _share(place)
    assert [one.amount_fen // WAN for one in (promised, shown, *rest)] == [10, 10, 5, 5]
    assert state_of(shown) is ClaimState.NOTICE


def test_the_budget_is_shared_after_the_close_and_when_all_are_assessed(place: Place) -> None:
    place.proposed()
    waiting = place.checked()
    given = {"window_id": place.window.id, "once": new_key(), "base": BASE}
    with pytest.raises(Conflict, match="until 2026-03-31"), place.session.begin_nested():
        budgeting.share_budget(place.session, place.one, **given)
    with pytest.raises(Conflict, match=f"assessed first: {waiting.id}$"), place.session.begin_nested():
        _share(place)
    found = budgeting.shortfall(place.session, window_id=place.window.id)
    assert (found.wanted_fen, found.available_fen, found.blocking) == (15 * WAN, 500 * WAN, (waiting.id,))
    assert (found.lacking_fen, found.pro_rata) == (0, True)


def test_an_empty_window_has_nothing_to_share(place: Place) -> None:
    with pytest.raises(Conflict, match="no claim"):
        _share(place)
    for call in (
        budgeting.shortfall,
        lambda session, **given: budgeting.share_budget(session, place.one, once=new_key(), base=BASE, **given),
    ):
        with pytest.raises(NotFound):
            call(place.session, window_id=999_999)


def test_nobody_shares_a_budget_their_own_organisation_gets_part_of(place: Place) -> None:
    other = make_organisation(place.session, uscc=USCCS[3], name="佛山市南海区协会", kind="association")
    claim = place.proposed(make_contract(place.session, place.buyer, other))
    person = make_person(place.session, role=place.one.role)
    join(place.session, person, other.id)
    given = {"window_id": place.window.id, "once": new_key(), "base": BASE}
    with clock.pretend(CLOSED), pytest.raises(Forbidden, match=f"these claims: {claim.id}$"):
        budgeting.share_budget(place.session, as_actor(place.session, person), **given)
    with pytest.raises(Forbidden):
        budgeting.share_budget(place.session, place.auditor, **given)
