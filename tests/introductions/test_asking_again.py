"""What asking back, declining, withdrawing and asking anew leave behind, and what may be known of the other side."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Person
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, NotFound
from matchmaker.introductions import queries, service
from matchmaker.introductions.rules import Decision, DeclineReason, IntroductionState
from matchmaker.listings import life
from matchmaker.listings.rules import State, Visibility
from tests.factories import OPERATOR, USCCS, make_listing, make_organisation
from tests.introductions.test_service import Pair, answer, ask, told
from tests.people import BASE, join, make_actor, make_person


@pytest.fixture
def pair(session: Session) -> Pair:
    return Pair(session)


def decline(session: Session, pair: Pair, *reasons: DeclineReason, note: str = "") -> None:
    """The asked side says no in its match inbox."""
    service.decide(
        session,
        pair.giver,
        listing_id=pair.offer.id,
        other_id=pair.need.id,
        decision=Decision.DECLINED,
        reasons=reasons,
        note=note,
        base=BASE,
    )


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    heard: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        heard.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", hear)
    yield heard
    event.remove(engine, "before_cursor_execute", hear)


@pytest.mark.parametrize(("message", "said"), [("  好，周二谈 ", ["好，周二谈"]), (" \n", [])])
def test_what_is_said_when_asking_back_stands_in_the_talk(
    session: Session, pair: Pair, message: str, said: list[str]
) -> None:
    ask(session, pair.asker, pair.need, pair.offer, message="想谈谈")
    row = ask(session, pair.giver, pair.offer, pair.need, message=message)
    session.refresh(row)
    assert (row.state, row.message) == (IntroductionState.ACCEPTED, "想谈谈")
    assert [(one.author, one.text) for one in row.messages] == [("供货方负责人", text) for text in said]
    assert told(session, pair.asker).count("message.new") == len(said)


def test_declining_in_the_inbox_answers_the_request_that_waits(session: Session, pair: Pair) -> None:
    row = ask(session, pair.asker, pair.need, pair.offer)
    decline(session, pair, DeclineReason.PRICE, DeclineReason.DISTANCE, note=" 差太多 ")
    assert (row.state, row.reasons, row.answer_note) == (IntroductionState.DECLINED, ["price", "distance"], "差太多")
    assert told(session, pair.asker) == ["introduction.declined"]
    said = queries.decisions_of(session, listing_ids=[pair.offer.id])[pair.offer.id, pair.need.id]
    assert (said.decision, said.reasons) == (Decision.DECLINED, ["price", "distance"])


def test_putting_off_leaves_the_request_waiting(session: Session, pair: Pair) -> None:
    row = ask(session, pair.asker, pair.need, pair.offer)
    service.decide(session, pair.giver, listing_id=pair.offer.id, other_id=pair.need.id, decision=Decision.LATER)
    assert row.state is IntroductionState.ASKED and told(session, pair.asker) == []


def test_declining_after_an_answer_only_decides(session: Session, pair: Pair) -> None:
    row = ask(session, pair.asker, pair.need, pair.offer)
    answer(session, pair.giver, row, accept=False, reasons=[DeclineReason.PRICE])
    decline(session, pair, DeclineReason.CAPACITY)
    assert row.reasons == ["price"] and told(session, pair.asker) == ["introduction.declined"]


def test_who_withdraws_is_not_interested_any_more(session: Session, pair: Pair) -> None:
    row = ask(session, pair.asker, pair.need, pair.offer)
    service.end(session, pair.asker, introduction_id=row.id, base=BASE)
    assert queries.decisions_of(session, listing_ids=[pair.need.id]) == {}
    ask(session, pair.asker, pair.need, pair.offer)
    (said,) = queries.decisions_of(session, listing_ids=[pair.need.id]).values()
    assert said.decision is Decision.INTERESTED


def test_closing_a_talk_leaves_the_interest_on_record(session: Session, pair: Pair) -> None:
    row = ask(session, pair.asker, pair.need, pair.offer)
    answer(session, pair.giver, row, accept=True)
    service.end(session, pair.asker, introduction_id=row.id, base=BASE)
    assert len(queries.decisions_of(session, listing_ids=[pair.need.id, pair.offer.id])) == 2


def test_asking_anew_names_what_both_listings_say_now(session: Session, pair: Pair) -> None:
    row = ask(session, pair.asker, pair.need, pair.offer)
    service.end(session, pair.asker, introduction_id=row.id, base=BASE)
    pair.need.revision, pair.offer.revision = 4, 7
    ask(session, pair.asker, pair.need, pair.offer, evidence={"score": 0.5})
    assert (row.evidence, row.need_revision, row.offer_revision) == ({"score": 0.5}, 4, 7)


def test_a_blocked_person_is_no_contact(session: Session, pair: Pair) -> None:
    second = make_person(session, "第二位负责人")
    join(session, second, pair.giver.organisation_ids and min(pair.giver.organisation_ids))
    row = ask(session, pair.asker, pair.need, pair.offer)
    answer(session, pair.giver, row, accept=True)
    session.get_one(Person, pair.giver.person_id).blocked_at = clock.now()
    session.flush()
    assert [one.name for one in queries.contacts(session, pair.asker, introduction=row)] == ["第二位负责人"]


@pytest.mark.parametrize("state", [State.ON_HOLD, State.CLOSED, State.EXPIRED, State.DRAFT])
def test_what_was_published_and_is_no_more_is_told_as_that(session: Session, pair: Pair, state: State) -> None:
    life.change_state(session, OPERATOR, listing_id=pair.offer.id, state=state)
    with pytest.raises(Conflict, match="published"):
        ask(session, pair.asker, pair.need, pair.offer)
    with pytest.raises(Conflict, match="published"):
        service.decide(session, pair.asker, listing_id=pair.need.id, other_id=pair.offer.id, decision=Decision.LATER)


@pytest.mark.parametrize("state", [State.DRAFT, State.CLOSED])
def test_what_only_a_review_let_out_is_told_as_gone_too(session: Session, state: State) -> None:
    pair = Pair(session, state="review")
    with pytest.raises(NotFound):
        ask(session, pair.asker, pair.need, pair.offer)
    officer = make_actor(session, role=Role.OFFICER)
    life.decide_review(session, officer, listing_id=pair.offer.id, publish=True, base=BASE)
    life.change_state(session, OPERATOR, listing_id=pair.offer.id, state=state)
    with pytest.raises(Conflict, match="published"):
        ask(session, pair.asker, pair.need, pair.offer)
    assert queries.knew_listing(session, pair.asker, listing_id=pair.offer.id)


@pytest.mark.parametrize("state", [State.DRAFT, State.CLOSED])
def test_what_was_never_let_out_stays_unknown(session: Session, state: State) -> None:
    pair = Pair(session, state="review")
    life.change_state(session, OPERATOR, listing_id=pair.offer.id, state=state)
    with pytest.raises(NotFound):
        ask(session, pair.asker, pair.need, pair.offer)
    assert not queries.knew_listing(session, pair.asker, listing_id=pair.offer.id)


def test_who_was_brought_together_with_it_may_know_that_it_is_gone(session: Session, pair: Pair) -> None:
    number = {"listing_id": pair.offer.id}
    ask(session, pair.asker, pair.need, pair.offer)
    assert not queries.knew_listing(session, pair.asker, **number)
    pair.offer.visibility = Visibility.CONSENT
    life.change_state(session, OPERATOR, state=State.CLOSED, **number)
    assert queries.knew_listing(session, pair.asker, **number)
    # Its owner still reads it; what was shown to nobody is nobody else's to know of.
    stranger = make_actor(session, make_organisation(session, uscc=USCCS[2], name="旁人研究院").id)
    for actor in (pair.giver, stranger, Actor.visitor()):
        assert not queries.knew_listing(session, actor, **number)


@pytest.mark.parametrize("state", [State.ON_HOLD, State.CLOSED])
def test_what_is_shown_to_nobody_stays_unknown_when_it_ends(session: Session, state: State) -> None:
    pair = Pair(session, visibility="consent")
    life.change_state(session, OPERATOR, listing_id=pair.offer.id, state=state)
    with pytest.raises(NotFound):
        ask(session, pair.asker, pair.need, pair.offer)


def test_requests_and_talks_are_counted_without_loading_them(session: Session, pair: Pair) -> None:
    assert queries.counts_of(session, pair.asker) == (0, 0)
    row = ask(session, pair.asker, pair.need, pair.offer)
    second = make_listing(session, organisation=USCCS[1], title="又一种减压阀门")
    ask(session, pair.asker, pair.need, second)
    answer(session, pair.giver, row, accept=True)
    session.flush()
    session.expire_all()
    with statements(session) as heard:
        assert queries.counts_of(session, pair.asker) == (0, 1)
        assert queries.counts_of(session, pair.giver) == (1, 1)
    assert len(heard) == 2
    assert not any("message" in statement or "listings" in statement for statement in heard), "nothing is loaded"
