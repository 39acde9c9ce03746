"""Objections during the public notice, appeals against refusals, and what the answers do."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from matchmaker.audit.models import AuditEntry
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.db import new_key
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.subsidies import reviewing, voices
from matchmaker.subsidies.models import Claim, Voice
from matchmaker.subsidies.rules import ClaimState
from tests.people import BASE, as_actor, join, make_person
from tests.subsidies.place import AFTER_NOTICE, CLOSED, WAN, Place, day, state_of

ONE_DATABASE = True
VISITOR = Actor.visitor()


@pytest.fixture
def claim(place: Place) -> Iterator[Claim]:
    """A claim on the first day of its notice."""
    shown = place.shown()
    with clock.pretend(CLOSED):
        yield shown


def _object(place: Place, claim: Claim, text: str = "合同未履行", contact: str = "13800000000") -> Voice:
    return voices.object_(place.session, VISITOR, claim_id=claim.id, text=text, contact=contact, base=BASE)


def _answer(place: Place, row: Voice, actor: Actor, *, upheld: bool, then: ClaimState | None = None) -> Voice:
    given = {"upheld": upheld, "answer": "经核查", "then": then, "once": new_key(), "base": BASE}
    return voices.answer_objection(place.session, actor, voice_id=row.id, **given)


def test_anybody_objects_while_the_notice_runs_and_approval_waits_for_the_answer(place: Place, claim: Claim) -> None:
    row = _object(place, claim)
    assert _object(place, claim) is row
    with clock.pretend(AFTER_NOTICE):
        with pytest.raises(NotFound):
            _object(place, claim, "太迟了")
        with pytest.raises(Conflict, match="objection is not settled"):
            place.do(reviewing.approve, claim, place.two)
        _answer(place, row, place.one, upheld=False)
        place.do(reviewing.approve, claim, place.two)
    assert state_of(claim) is ClaimState.APPROVED


@pytest.mark.parametrize("then", [ClaimState.RETURNED, ClaimState.REFUSED])
def test_an_objection_that_is_right_sends_the_claim_back_or_refuses_it(
    place: Place, claim: Claim, then: ClaimState
) -> None:
    row = _object(place, claim)
    for wrong in (None, ClaimState.PAID):
        with pytest.raises(Invalid, match="then"):
            _answer(place, row, place.one, upheld=True, then=wrong)
    _answer(place, row, place.one, upheld=True, then=then)
    assert (state_of(claim), claim.steps[-1].reason, row.answered_by) == (then, "经核查", "谭专员")
    with pytest.raises(Conflict, match="was answered"):
        _answer(place, row, place.two, upheld=False)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("text", {"text": " "}),
        ("text", {"text": "长" * 1001}),
        ("contact", {"contact": ""}),
        ("contact", {"contact": "1" * 121}),
    ],
)
def test_an_objection_needs_words_and_somebody_to_answer_to(
    place: Place, claim: Claim, field: str, words: dict[str, str]
) -> None:
    with pytest.raises(Invalid, match=field):
        _object(place, claim, **words)


def test_nothing_is_objected_to_outside_a_notice(place: Place) -> None:
    for claim in (place.proposed(), place.applied()):
        with pytest.raises(NotFound):
            _object(place, claim)
    with pytest.raises(NotFound):
        voices.object_(place.session, VISITOR, claim_id=999_999, text="x", contact="y", base=BASE)


def test_who_objected_stays_out_of_the_log(place: Place, claim: Claim) -> None:
    _object(place, claim, contact="举报人13800000000")
    entries = place.session.scalars(select(AuditEntry).where(AuditEntry.action == "subsidy.objection")).all()
    assert len(entries) == 1
    assert "13800000000" not in str(entries[0].detail)


def test_objections_are_answered_by_officers_without_ties(place: Place, claim: Claim) -> None:
    row = _object(place, claim)
    person = make_person(place.session, role=place.one.role)
    join(place.session, person, place.buyer.id)
    for actor in (place.owner, place.auditor, as_actor(place.session, person)):
        with pytest.raises(Forbidden):
            _answer(place, row, actor, upheld=False)


def test_an_objection_of_an_earlier_notice_does_not_bind_the_next(place: Place, claim: Claim) -> None:
    _answer(place, _object(place, claim), place.one, upheld=True, then=ClaimState.REFUSED)
    appeal = voices.appeal(place.session, place.owner, claim_id=claim.id, text="有误", once=new_key(), base=BASE)
    _answer_appeal(place, appeal, place.two, upheld=True)
    place.do(reviewing.propose, claim, place.one)
    with clock.pretend(day(4, 20)):
        place.do(reviewing.publish_notice, claim, place.one)
    with clock.pretend(day(4, 30)):
        place.do(reviewing.approve, claim, place.two)
    assert state_of(claim) is ClaimState.APPROVED


def _answer_appeal(place: Place, row: Voice, actor: Actor, *, upheld: bool) -> Voice:
    given = {"upheld": upheld, "answer": "复核后", "once": new_key(), "base": BASE}
    return voices.answer_appeal(place.session, actor, voice_id=row.id, **given)


def _refused(place: Place) -> Claim:
    claim: Claim = place.do(reviewing.refuse, place.checked(), place.one, reason="材料不实")
    return claim


def test_an_appeal_is_answered_by_another_officer_and_reopens_the_assessment(place: Place) -> None:
    claim, once = _refused(place), new_key()
    row = voices.appeal(place.session, place.owner, claim_id=claim.id, text="材料属实", once=once, base=BASE)
    assert voices.appeal(place.session, place.owner, claim_id=claim.id, text="材料属实", once=once, base=BASE) is row
    with pytest.raises(Conflict, match="waits for its answer"):
        voices.appeal(place.session, place.owner, claim_id=claim.id, text="再说", once=new_key(), base=BASE)
    with pytest.raises(Forbidden, match="another officer"):
        _answer_appeal(place, row, place.one, upheld=True)
    _answer_appeal(place, row, place.two, upheld=True)
    assert state_of(claim) is ClaimState.TOWN_PASSED
    assert place.do(reviewing.propose, claim, place.one).amount_fen == 15 * WAN


def test_an_appeal_that_is_turned_down_changes_nothing(place: Place) -> None:
    claim = _refused(place)
    row = voices.appeal(place.session, place.owner, claim_id=claim.id, text="材料属实", once=new_key(), base=BASE)
    _answer_appeal(place, row, place.two, upheld=False)
    assert (state_of(claim), row.upheld) == (ClaimState.REFUSED, False)
    with pytest.raises(Conflict, match="was answered"):
        voices.appeal(place.session, place.owner, claim_id=claim.id, text="再诉", once=new_key(), base=BASE)


def test_only_the_applicant_appeals_in_time_and_against_a_refusal(place: Place) -> None:
    claim = _refused(place)

    def appeal(actor: Actor, of: Claim) -> None:
        voices.appeal(place.session, actor, claim_id=of.id, text="不服", once=new_key(), base=BASE)

    with pytest.raises(NotFound):
        appeal(place.stranger, claim)
    with pytest.raises(Forbidden):
        appeal(place.one, claim)
    with clock.pretend(day(5, 20)), pytest.raises(Conflict, match="has passed"):
        appeal(place.owner, claim)
    with pytest.raises(Conflict, match="is applied"):
        appeal(place.owner, place.applied())


def test_an_appeal_is_not_upheld_beside_a_new_claim_for_the_same(place: Place) -> None:
    claim = _refused(place)
    row = voices.appeal(place.session, place.owner, claim_id=claim.id, text="不服", once=new_key(), base=BASE)
    again = place.applied(claim.contract)
    with pytest.raises(Conflict, match=f"claim {again.id} stands"):
        _answer_appeal(place, row, place.two, upheld=True)
