"""A listing's life: review, hold, renewal, expiry, and what its owner is told."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Forbidden, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.listings import life
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import State
from matchmaker.listings.service import save_listing, save_listings
from matchmaker.notifications.models import Notice
from tests.factories import listing_in, make_listing, make_organisation
from tests.people import BASE, make_actor


@pytest.fixture
def owner(session: Session) -> Actor:
    return make_actor(session, make_organisation(session).id)


def waiting(session: Session, owner: Actor) -> Listing:
    return save_listings(session, owner, data=[listing_in()], review=True)[0]


def told(session: Session) -> list[str]:
    return list(session.scalars(select(Notice.text).order_by(Notice.id)))


def test_with_review_a_listing_waits_and_an_officer_lets_it_out(session: Session, owner: Actor) -> None:
    row = waiting(session, owner)
    assert row.state is State.REVIEW
    officer = make_actor(session, role=Role.OFFICER)
    life.decide_review(session, officer, listing_id=row.id, publish=True, base=BASE)
    assert (row.state, told(session)) == (State.PUBLISHED, ["listing.published"])
    with pytest.raises(Conflict):
        life.decide_review(session, officer, listing_id=row.id, publish=True, base=BASE)


def test_what_comes_back_says_why_and_can_be_handed_in_again(session: Session, owner: Actor) -> None:
    row, officer = waiting(session, owner), make_actor(session, role=Role.OFFICER)
    with pytest.raises(Invalid):
        life.decide_review(session, officer, listing_id=row.id, publish=False, base=BASE)
    life.decide_review(session, officer, listing_id=row.id, publish=False, reason="写明数量", base=BASE)
    assert (row.state, row.state_reason) == (State.DRAFT, "写明数量")
    life.change_state(session, owner, listing_id=row.id, state=State.PUBLISHED, review=True)
    assert row.state is State.REVIEW


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OFFICER])
def test_only_officers_review_and_take_down(session: Session, owner: Actor, role: Role) -> None:
    row, who = waiting(session, owner), make_actor(session, role=role)
    with pytest.raises(Forbidden):
        life.decide_review(session, who, listing_id=row.id, publish=True, base=BASE)
    with pytest.raises(Forbidden):
        life.take_down(session, who, listing_id=row.id, reason="x", base=BASE)


def test_nobody_reviews_their_own(session: Session, owner: Actor) -> None:
    row = waiting(session, owner)
    insider = make_actor(session, row.organisation_id, role=Role.OFFICER)
    with pytest.raises(Forbidden):
        life.decide_review(session, insider, listing_id=row.id, publish=True, base=BASE)


def test_a_listing_taken_down_is_on_hold_with_a_reason(session: Session, owner: Actor) -> None:
    row, officer = make_listing(session), make_actor(session, role=Role.OFFICER)
    with pytest.raises(Invalid):
        life.take_down(session, officer, listing_id=row.id, reason="", base=BASE)
    life.take_down(session, officer, listing_id=row.id, reason="有人投诉", base=BASE)
    assert (row.state, row.state_reason, told(session)) == (State.ON_HOLD, "有人投诉", ["listing.taken_down"])


def test_owners_take_no_step_that_is_not_theirs(session: Session, owner: Actor) -> None:
    row = make_listing(session)
    for state in (State.REVIEW, State.EXPIRED):
        with pytest.raises(Conflict):
            life.change_state(session, owner, listing_id=row.id, state=state)


def test_time_runs_out_with_a_warning_first_and_one_renewal_brings_it_back(sessions: sessionmaker[Session]) -> None:
    end = clock.today() + timedelta(days=20)
    with unit(sessions) as session:
        organisation = make_organisation(session)
        owner = make_actor(session, organisation.id)
        number = make_listing(session, valid_to=end.isoformat()).id
    seen = [_a_day_later(sessions, days) for days in (0, 7, 8, 21, 22)]
    assert seen == [0, 1, 0, 1, 0]
    with unit(sessions) as session:
        assert told(session) == ["listing.expiring", "listing.expired"]
        with pytest.raises(Conflict):
            life.renew(
                session,
                make_actor(session, organisation.id),
                listing_id=make_listing(session, ref="d", state="draft").id,
            )
    with clock.pretend(clock.now() + timedelta(days=23)), unit(sessions) as session:
        row = life.renew(session, owner, listing_id=number)
        assert (row.state, row.valid_to) == (State.PUBLISHED, clock.today() + timedelta(days=180))


def _a_day_later(sessions: sessionmaker[Session], days: int) -> int:
    with clock.pretend(clock.now() + timedelta(days=days)):
        return life.keep_time(sessions, base=BASE)


def test_what_has_run_out_is_renewed_not_reopened(sessions: sessionmaker[Session]) -> None:
    with unit(sessions) as session:
        owner = make_actor(session, make_organisation(session).id)
        number = make_listing(session, valid_to="2020-01-01", state="closed").id
    with unit(sessions) as session, pytest.raises(Conflict):
        life.change_state(session, owner, listing_id=number, state=State.PUBLISHED)
    with reading(sessions) as session:
        assert session.get_one(Listing, number).state is State.CLOSED


def test_an_owner_cannot_let_out_what_waits_for_an_officer(session: Session, owner: Actor) -> None:
    row = waiting(session, owner)
    with pytest.raises(Conflict):
        life.change_state(session, owner, listing_id=row.id, state=State.PUBLISHED, review=True)
    assert row.state is State.REVIEW
    assert State.PUBLISHED not in life.owners_steps(State.REVIEW)


def test_closing_is_no_way_around_the_review(session: Session, owner: Actor) -> None:
    row = waiting(session, owner)
    for step in (State.DRAFT, State.CLOSED):
        life.change_state(session, owner, listing_id=row.id, state=step, review=True)
    assert life.change_state(session, owner, listing_id=row.id, state=State.PUBLISHED, review=True).state == "review"


@pytest.mark.parametrize("first", [State.ON_HOLD, State.CLOSED])
def test_what_was_taken_down_is_looked_at_again(session: Session, owner: Actor, first: State) -> None:
    row = save_listings(session, owner, data=[listing_in()])[0]
    officer = make_actor(session, role=Role.OFFICER)
    life.take_down(session, officer, listing_id=row.id, reason="价格不实", base=BASE)
    if first is State.CLOSED:
        life.change_state(session, owner, listing_id=row.id, state=first)
    assert life.change_state(session, owner, listing_id=row.id, state=State.PUBLISHED).state is State.REVIEW
    assert row.state_reason == "价格不实"
    life.decide_review(session, officer, listing_id=row.id, publish=True, base=BASE)
    assert (row.state, row.state_reason) == (State.PUBLISHED, "")


def test_editing_does_not_bring_back_what_was_taken_down(session: Session, owner: Actor) -> None:
    row = save_listings(session, owner, data=[listing_in()])[0]
    life.take_down(session, make_actor(session, role=Role.OFFICER), listing_id=row.id, reason="价格不实", base=BASE)
    changed = save_listing(session, owner, data=listing_in(title="另一种减压阀"), listing_id=row.id)
    assert changed.state is State.REVIEW
