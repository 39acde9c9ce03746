"""From a match to a phone call: who may decide, ask, answer and see whose contacts when."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.introductions import queries, service
from matchmaker.introductions.models import Introduction, PairDecision
from matchmaker.introductions.rules import Decision, DeclineReason, IntroductionState
from matchmaker.listings.models import Listing
from matchmaker.notifications.models import Notice
from tests.factories import USCCS, make_listing, make_organisation
from tests.people import BASE, make_actor


class Pair:
    """A need and an offer of two organisations, and their owners."""

    def __init__(self, session: Session, **over: Any) -> None:
        asking = make_organisation(session, name="佛山市南海区求购有限公司")
        giving = make_organisation(session, uscc=USCCS[1], name="佛山市南海区供货有限公司")
        self.need = make_listing(session, side="need", title="求购高压减压阀门")
        self.offer = make_listing(session, organisation=USCCS[1], **over)
        self.asker = make_actor(session, asking.id, name="求购方负责人")
        self.giver = make_actor(session, giving.id, name="供货方负责人")


@pytest.fixture
def pair(session: Session) -> Pair:
    return Pair(session)


def ask(session: Session, who: Actor, mine: Listing, other: Listing, **over: Any) -> Introduction:
    given = {"message": "想谈谈", "evidence": {"score": 0.8}, "base": BASE} | over
    return service.ask(session, who, listing_id=mine.id, other_id=other.id, **given)


def answer(session: Session, who: Actor, row: Introduction, *, accept: bool, **over: Any) -> Introduction:
    return service.answer(session, who, introduction_id=row.id, accept=accept, base=BASE, **over)


def decide(session: Session, who: Actor, mine: Listing, other: Listing, *reasons: DeclineReason) -> PairDecision:
    return service.decide(
        session, who, listing_id=mine.id, other_id=other.id, decision=Decision.DECLINED, reasons=reasons
    )


def told(session: Session, who: Actor) -> list[str]:
    statement = select(Notice.text).where(Notice.person_id == who.person_id).order_by(Notice.id)
    return list(session.scalars(statement))


def test_contacts_are_exchanged_after_both_agreed_and_not_before(session: Session, pair: Pair) -> None:
    row = ask(session, pair.asker, pair.need, pair.offer)
    for who in (pair.asker, pair.giver):
        assert queries.contacts(session, who, introduction=row) == []
    answer(session, pair.giver, row, accept=True)
    assert [one.name for one in queries.contacts(session, pair.asker, introduction=row)] == ["供货方负责人"]
    assert [one.name for one in queries.contacts(session, pair.giver, introduction=row)] == ["求购方负责人"]
    officer = make_actor(session, role=Role.OFFICER)
    assert queries.contacts(session, officer, introduction=row) == []


def test_both_sides_are_told_each_step(session: Session, pair: Pair) -> None:
    row = ask(session, pair.asker, pair.need, pair.offer)
    answer(session, pair.giver, row, accept=True)
    service.write(session, pair.asker, introduction_id=row.id, text="周二来看样", base=BASE)
    service.end(session, pair.giver, introduction_id=row.id, base=BASE)
    assert told(session, pair.giver) == ["introduction.asked", "introduction.agreed", "message.new"]
    assert told(session, pair.asker) == ["introduction.accepted", "introduction.closed"]


def test_what_the_match_said_and_both_versions_are_kept(session: Session, pair: Pair) -> None:
    row = ask(session, pair.asker, pair.need, pair.offer)
    assert (row.evidence, row.need_revision, row.offer_revision) == ({"score": 0.8}, 1, 1)


def test_asking_back_is_a_yes(session: Session, pair: Pair) -> None:
    first = ask(session, pair.asker, pair.need, pair.offer)
    second = ask(session, pair.giver, pair.offer, pair.need)
    assert (second.id, second.state) == (first.id, IntroductionState.ACCEPTED)


def test_a_refusal_gives_reasons_that_the_other_side_reads(session: Session, pair: Pair) -> None:
    row = ask(session, pair.asker, pair.need, pair.offer)
    with pytest.raises(Invalid):
        answer(session, pair.giver, row, accept=False)
    answer(session, pair.giver, row, accept=False, reasons=[DeclineReason.PRICE], note="差太多")
    assert (row.state, row.reasons, row.answer_note) == (IntroductionState.DECLINED, ["price"], "差太多")
    assert queries.declined_with(session, listing_id=pair.need.id) == {pair.offer.id}


def test_nobody_answers_their_own_question_or_anothers(session: Session, pair: Pair) -> None:
    row = ask(session, pair.asker, pair.need, pair.offer)
    with pytest.raises(Conflict):
        answer(session, pair.asker, row, accept=True)
    for who in (make_actor(session), make_actor(session, role=Role.OFFICER), Actor.visitor()):
        with pytest.raises(NotFound):
            answer(session, who, row, accept=True)


def test_an_answer_is_given_once(session: Session, pair: Pair) -> None:
    row = ask(session, pair.asker, pair.need, pair.offer)
    answer(session, pair.giver, row, accept=True)
    with pytest.raises(Conflict):
        answer(session, pair.giver, row, accept=False, reasons=[DeclineReason.PRICE])
    with pytest.raises(Conflict):
        ask(session, pair.asker, pair.need, pair.offer)


def test_a_withdrawn_request_can_be_made_again(session: Session, pair: Pair) -> None:
    row = ask(session, pair.asker, pair.need, pair.offer)
    with pytest.raises(Conflict):
        service.end(session, pair.giver, introduction_id=row.id, base=BASE)
    service.end(session, pair.asker, introduction_id=row.id, base=BASE)
    assert row.state is IntroductionState.WITHDRAWN
    assert ask(session, pair.asker, pair.need, pair.offer).id == row.id
    assert session.scalar(select(func.count()).select_from(Introduction)) == 1


def test_messages_flow_only_while_the_talk_is_open(session: Session, pair: Pair) -> None:
    row = ask(session, pair.asker, pair.need, pair.offer)
    with pytest.raises(Conflict):
        service.write(session, pair.asker, introduction_id=row.id, text="在吗", base=BASE)
    answer(session, pair.giver, row, accept=True)
    for text in ("", "长" * 2001):
        with pytest.raises(Invalid):
            service.write(session, pair.asker, introduction_id=row.id, text=text, base=BASE)
    with pytest.raises(NotFound):
        service.write(session, make_actor(session), introduction_id=row.id, text="插一句", base=BASE)


def test_decisions_supersede_each_other_and_stay(session: Session, pair: Pair) -> None:
    decide(session, pair.asker, pair.need, pair.offer, DeclineReason.TOO_EARLY)
    service.decide(session, pair.asker, listing_id=pair.need.id, other_id=pair.offer.id, decision=Decision.LATER)
    rows = session.scalars(select(PairDecision).order_by(PairDecision.id)).all()
    assert [(row.decision, row.superseded_at is None) for row in rows] == [
        (Decision.DECLINED, False),
        (Decision.LATER, True),
    ]
    assert queries.declined_with(session, listing_id=pair.need.id) == set()


def test_a_decline_without_reason_and_an_interest_without_asking_are_refused(session: Session, pair: Pair) -> None:
    with pytest.raises(Invalid, match="reasons"):
        decide(session, pair.asker, pair.need, pair.offer)
    with pytest.raises(Invalid, match="introduction"):
        service.decide(
            session, pair.asker, listing_id=pair.need.id, other_id=pair.offer.id, decision=Decision.INTERESTED
        )


def test_only_ones_own_listing_decides(session: Session, pair: Pair) -> None:
    with pytest.raises(Forbidden):
        decide(session, pair.giver, pair.need, pair.offer, DeclineReason.PRICE)


def test_a_pair_is_a_need_and_an_offer_of_two_organisations(session: Session, pair: Pair) -> None:
    own_offer = make_listing(session, title="自家也卖减压阀门")
    for other in (own_offer, pair.need):
        with pytest.raises(Invalid):
            ask(session, pair.asker, pair.need, other)


@pytest.mark.parametrize("over", [{"state": "draft"}, {"visibility": "consent"}])
def test_what_one_may_not_know_of_cannot_be_asked_for(session: Session, over: dict[str, str]) -> None:
    pair = Pair(session, **over)
    with pytest.raises(NotFound):
        ask(session, pair.asker, pair.need, pair.offer)


def test_strangers_do_not_read_an_introduction_and_staff_does(session: Session, pair: Pair) -> None:
    row = ask(session, pair.asker, pair.need, pair.offer)
    for who in (make_actor(session), make_actor(session, role=Role.ADMINISTRATOR), Actor.visitor()):
        with pytest.raises(NotFound):
            queries.introduction(session, who, introduction_id=row.id)
    for role in (Role.ORGANISER, Role.OFFICER, Role.AUDITOR):
        assert queries.introduction(session, make_actor(session, role=role), introduction_id=row.id) is row
