"""The way of a claim through the office: each step, who may take it, and what stops it."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Assistance, Membership
from matchmaker.contracts.rules import ContractState, PaymentKind
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.db import new_key
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.subsidies import access, applying, decisions, ledger, reviewing
from matchmaker.subsidies.models import Claim, Decision
from matchmaker.subsidies.rules import Account, ClaimState, ClaimVerb, Why
from tests.people import BASE, as_actor, join, make_actor, make_person
from tests.subsidies.place import AFTER_NOTICE, CLOSED, OPEN, WAN, Place, day, make_place, pay, policy_text, state_of

ONE_DATABASE = True


def test_a_claim_goes_through_all_steps_to_the_money_being_promised(place: Place) -> None:
    claim = place.applied(technology=240 * WAN, paid=150 * WAN)
    assert state_of(claim) is ClaimState.APPLIED
    place.do(reviewing.precheck, claim, place.one, note="材料齐全")
    place.do(reviewing.town_check, claim, place.one)
    place.do(reviewing.propose, claim, place.one)
    assert (state_of(claim), claim.amount_fen) == (ClaimState.PROPOSED, 6 * WAN)
    with clock.pretend(CLOSED):
        place.do(reviewing.publish_notice, claim, place.one)
    # 4 to 6 April are free.
    assert (claim.notice_from, claim.notice_until) == (date(2026, 4, 1), date(2026, 4, 9))
    with clock.pretend(AFTER_NOTICE):
        place.do(reviewing.approve, claim, place.two)
    assert state_of(claim) is ClaimState.APPROVED
    assert ledger.balances(place.session, claim_id=claim.id)[Account.COMMITTED] == 6 * WAN
    assert ledger.balances(place.session, window_id=place.window.id)[Account.AVAILABLE] == 494 * WAN
    assert [one.after for one in claim.steps][-1] is ClaimState.APPROVED
    assert claim.steps[1].reason == "材料齐全"


def test_the_notice_counts_working_days_past_a_chinese_holiday(place: Place) -> None:
    claim = place.proposed()
    with clock.pretend(day(4, 30)):
        place.do(reviewing.publish_notice, claim, place.one)
    # 1 to 5 May are free, Saturday the 9th is worked for it.
    assert claim.notice_until == date(2026, 5, 11)


def test_approval_waits_for_the_end_of_the_notice(place: Place) -> None:
    claim = place.shown()
    with clock.pretend(day(4, 9)), pytest.raises(Conflict, match="notice has not ended"):
        place.do(reviewing.approve, claim, place.two)


def test_who_proposed_cannot_approve(place: Place) -> None:
    claim = place.shown()
    with clock.pretend(AFTER_NOTICE):
        assert access.why_not(place.session, place.one, claim, ClaimVerb.APPROVE) is Why.SECOND_PERSON
        with pytest.raises(Forbidden, match="another officer"):
            place.do(reviewing.approve, claim, place.one)


STEPS = (reviewing.precheck, reviewing.send_back, reviewing.refuse)


@pytest.mark.parametrize("verb", STEPS, ids=lambda verb: verb.__name__)
def test_only_officers_decide(place: Place, verb: object) -> None:
    claim = place.applied()
    words = {} if verb is reviewing.precheck else {"reason": "材料不全"}
    administrator = make_actor(place.session, role=Role.ADMINISTRATOR)
    organiser = make_actor(place.session, role=Role.ORGANISER)
    for actor in (place.owner, place.auditor, Actor.system("test")):
        with pytest.raises(Forbidden):
            place.do(verb, claim, actor, **words)
    for actor in (place.stranger, administrator, organiser):
        with pytest.raises(NotFound):
            place.do(verb, claim, actor, **words)


def test_nobody_decides_for_an_organisation_they_belong_to(place: Place) -> None:
    claim = place.applied()
    member = make_person(place.session, role=Role.OFFICER)
    join(place.session, member, place.seller.id)
    with pytest.raises(Forbidden, match="party of the contract"):
        place.do(reviewing.precheck, claim, as_actor(place.session, member))
    # Leaving just before does not help.
    row = place.session.scalars(select(Membership).where(Membership.person_id == member.id)).one()
    row.left_at = clock.now()
    with pytest.raises(Forbidden, match="party of the contract"):
        place.do(reviewing.precheck, claim, as_actor(place.session, member))


def test_nobody_decides_for_an_organisation_they_help(place: Place) -> None:
    claim = place.applied()
    person, moment = make_person(place.session, role=Role.OFFICER), clock.now()
    helping = Assistance(
        organisation_id=place.buyer.id,
        staff_id=person.id,
        purpose="代填申请",
        until=clock.today(),
        asked_at=moment,
        granted_at=moment,
    )
    place.session.add(helping)
    place.session.flush()
    for actor in (as_actor(place.session, person), as_actor(place.session, person, acting_for=place.buyer.id)):
        with pytest.raises(Forbidden):
            place.do(reviewing.precheck, claim, actor)


def test_a_form_from_before_a_change_is_refused(place: Place) -> None:
    claim = place.applied()
    opened = claim.revision
    place.do(reviewing.precheck, claim, place.one)
    with pytest.raises(Conflict, match="changed meanwhile"):
        place.do(reviewing.send_back, claim, place.two, revision=opened, reason="迟了")


def test_the_same_form_twice_is_done_once(place: Place) -> None:
    claim, once = place.applied(), new_key()
    opened = claim.revision
    first = place.do(reviewing.precheck, claim, place.one, once=once)
    again = place.do(reviewing.precheck, claim, place.one, once=once, revision=opened)
    assert again is first
    assert len(claim.steps) == 2
    with pytest.raises(Conflict, match="used for something else"):
        place.do(reviewing.precheck, claim, place.one, once=once, note="别的话")
    with pytest.raises(Conflict, match="used for something else"):
        place.do(reviewing.town_check, claim, place.one, once=once)


@pytest.mark.parametrize("once", ["", "short", "x" * 41])
def test_a_key_that_is_none_is_refused(place: Place, once: str) -> None:
    claim = place.applied()
    with pytest.raises(Invalid, match="once"):
        reviewing.precheck(place.session, place.one, claim_id=claim.id, revision=claim.revision, once=once, base=BASE)


def test_a_policy_without_a_town_goes_from_the_precheck_to_the_proposal(session: Session) -> None:
    with clock.pretend(OPEN):
        place = make_place(session, text=policy_text(review="platform_precheck, public_notice_7_workdays, payment"))
        claim = place.do(reviewing.precheck, place.applied(), place.one)
        place.do(reviewing.propose, claim, place.one)
    with clock.pretend(CLOSED):
        place.do(reviewing.publish_notice, claim, place.one)
    assert claim.notice_until == date(2026, 4, 13)


def test_the_town_is_not_left_out_where_the_policy_wants_it(place: Place) -> None:
    claim = place.do(reviewing.precheck, place.applied(), place.one)
    with pytest.raises(Conflict, match="waits for the town"):
        place.do(reviewing.propose, claim, place.one)


def test_an_incomplete_file_does_not_pass_the_precheck(place: Place) -> None:
    contract = place.contract(paid=0)
    pay(place.session, contract, 100 * WAN, receipt_no="")
    claim = place.applied(contract)
    with pytest.raises(Conflict, match="the bank receipt"):
        place.do(reviewing.precheck, claim, place.one)


def test_what_the_policy_gives_nothing_for_is_refused_and_the_decision_kept(place: Place) -> None:
    claim = place.checked(total=9 * WAN)
    with pytest.raises(Conflict, match=r"gives nothing.*起点"), place.session.begin_nested():
        place.do(reviewing.propose, claim, place.one)
    place.session.refresh(claim)
    place.do(reviewing.refuse, claim, place.one, reason="技术交易额低于起点")
    assert (state_of(claim), claim.amount_fen) == (ClaimState.REFUSED, 0)
    (row,) = claim.decisions
    assert (row.eligible, row.amount_fen) == (False, 0)


def test_a_refusal_of_the_officers_own_keeps_no_decision_standing(place: Place) -> None:
    claim = place.proposed()
    place.do(reviewing.refuse, claim, place.two, reason="承诺不实")
    assert decisions.current(place.session, claim) is None
    assert (claim.steps[-1].reason, claim.amount_fen) == ("承诺不实", 0)


@pytest.mark.parametrize("reason", ["", "   ", "长" * 1001])
def test_no_step_back_without_a_reason(place: Place, reason: str) -> None:
    claim = place.applied()
    for verb in (reviewing.send_back, reviewing.refuse):
        with pytest.raises(Invalid, match="reason"):
            place.do(verb, claim, place.one, reason=reason)


def test_what_was_sent_back_is_mended_and_keeps_its_day(place: Place) -> None:
    claim = place.shown()
    place.do(reviewing.send_back, claim, place.two, reason="账户名不符")
    assert (state_of(claim), claim.notice_until, claim.amount_fen) == (ClaimState.RETURNED, None, 0)
    with clock.pretend(day(4, 10)):
        place.do(_confirm, claim, place.owner)
    assert (state_of(claim), claim.applied_on) == (ClaimState.APPLIED, date(2026, 3, 10))


def test_caps_are_used_up_in_the_order_of_the_proposals(place: Place) -> None:
    first = place.proposed(total=1200 * WAN)
    second = place.proposed(total=1000 * WAN)
    assert (first.amount_fen, second.amount_fen) == (60 * WAN, 40 * WAN)
    # The first one is gone; proposed anew the second gets what it would have had.
    place.do(reviewing.refuse, first, place.two, reason="撤销")
    place.do(reviewing.propose, second, place.one)
    assert second.amount_fen == 50 * WAN
    assert [one.superseded_at is None for one in second.decisions] == [False, True]


def test_two_claims_of_one_unit_are_both_approved_though_each_knows_the_other(place: Place) -> None:
    first, second = place.shown(total=1200 * WAN), place.shown(total=1000 * WAN)
    with clock.pretend(AFTER_NOTICE):
        place.do(reviewing.approve, second, place.two)
        place.do(reviewing.approve, first, place.two)
    assert ledger.balances(place.session)[Account.COMMITTED] == 100 * WAN


def _revoke(claim: Claim, session: Session) -> None:
    claim.contract.state = ContractState.REVOKED


def _withdraw_payment(claim: Claim, session: Session) -> None:
    claim.contract.payments[0].withdrawn_at = clock.now()


def _refund(claim: Claim, session: Session) -> None:
    pay(session, claim.contract, 100 * WAN, kind=PaymentKind.REFUND, on=date(2026, 3, 12))


@pytest.mark.parametrize("change", [_revoke, _withdraw_payment, _refund])
def test_approval_is_refused_when_the_facts_changed_since_the_notice(place: Place, change: object) -> None:
    claim = place.shown()
    change(claim, place.session)  # type: ignore[operator]
    with clock.pretend(AFTER_NOTICE), pytest.raises(Conflict, match="facts changed since the proposal"):
        place.do(reviewing.approve, claim, place.two)
    paths = [one.path for one in decisions.facts_changed(place.session, claim)]
    assert any(path.startswith("claim.contract.") for path in paths)


def test_a_payment_that_does_not_count_changes_nothing(place: Place) -> None:
    claim = place.shown(paid=100 * WAN)
    pay(place.session, claim.contract, 50 * WAN, on=date(2026, 4, 20))
    with clock.pretend(AFTER_NOTICE):
        place.do(reviewing.approve, claim, place.two)
    assert state_of(claim) is ClaimState.APPROVED


def test_an_earlier_claim_that_fell_away_lets_the_later_one_be_proposed_anew(place: Place) -> None:
    first, second = place.proposed(total=1200 * WAN), place.shown(total=1000 * WAN)
    place.do(reviewing.refuse, first, place.two, reason="撤销")
    with clock.pretend(AFTER_NOTICE), pytest.raises(Conflict, match="today 500,000 元 come out"):
        place.do(reviewing.approve, second, place.two)


def test_a_new_policy_version_never_changes_an_old_decision(place: Place) -> None:
    from matchmaker.subsidies import policies

    claim = place.shown()
    policies.load_version(place.session, place.one, text=policy_text(version="2", rate="0.01"))
    with clock.pretend(AFTER_NOTICE):
        place.do(reviewing.approve, claim, place.two)
    assert claim.amount_fen == 15 * WAN
    row = place.session.scalars(select(Decision)).one()
    assert row.policy.version == "1"


def _confirm(session: Session, actor: Actor, **given: object) -> Claim:
    from tests.subsidies.place import SEALER, confirm_in

    return applying.confirm(session, actor, SEALER, data=confirm_in(), **given)  # type: ignore[arg-type]
