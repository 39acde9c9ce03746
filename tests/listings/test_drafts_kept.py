"""Drafts that were used up, moved or grew too long: no text is lost or gets under another's name."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Invalid, NotFound
from matchmaker.core.unit import unit
from matchmaker.listings import drafts
from matchmaker.listings.rules import State
from tests.factories import USCCS, listing_in, make_listing, make_organisation
from tests.people import make_actor

TYPED = {"title": "半", "detail": ""}


@pytest.fixture
def numbers(session: Session) -> tuple[int, int]:
    return make_organisation(session).id, make_organisation(session, uscc=USCCS[1], name="佛山市南海区第二单位").id


@pytest.fixture
def of_both(session: Session, numbers: tuple[int, int]) -> Actor:
    return make_actor(session, *numbers)


def test_a_draft_goes_with_the_organisation_chosen_last(
    session: Session, numbers: tuple[int, int], of_both: Actor
) -> None:
    first, second = numbers
    row = drafts.save_draft(session, of_both, organisation_id=first, content=TYPED)
    drafts.save_draft(session, of_both, organisation_id=second, content=TYPED, draft_id=row.id, version=1)
    assert drafts.draft(session, of_both, draft_id=row.id).organisation_id == second
    assert drafts.open_drafts(session, make_actor(session, first)) == []


def test_a_draft_of_a_listing_stays_with_its_organisation(
    session: Session, numbers: tuple[int, int], of_both: Actor
) -> None:
    first, second = numbers
    listing = make_listing(session)
    row = drafts.save_draft(session, of_both, organisation_id=first, content=TYPED, listing_id=listing.id)
    known = {"draft_id": row.id, "version": 1, "listing_id": listing.id}
    for more in (known, {"listing_id": listing.id}):
        with pytest.raises(Invalid) as refused:
            drafts.save_draft(session, of_both, organisation_id=second, content=TYPED, **more)
        assert [fault.field for fault in refused.value.faults] == ["organisation_id"]
    assert row.organisation_id == first


@pytest.mark.parametrize("way", ["published", "discarded"])
def test_a_draft_that_is_gone_stays_as_it_was_and_the_text_begins_a_new_one(
    session: Session, numbers: tuple[int, int], of_both: Actor, way: str
) -> None:
    row = drafts.save_draft(session, of_both, organisation_id=numbers[0], content=TYPED)
    listing = make_listing(session)
    if way == "published":
        drafts.finish(session, of_both, draft_id=row.id, listing_id=listing.id)
    else:
        drafts.discard(session, of_both, draft_id=row.id)
    known = {"organisation_id": numbers[0], "draft_id": row.id, "version": 1}
    later = drafts.save_draft(session, of_both, content={"title": "又写的"}, **known)
    assert (later.id != row.id, later.version, row.content) == (True, 1, TYPED)
    saved_as = row.saved_as
    drafts.finish(session, of_both, draft_id=row.id, listing_id=make_listing(session, ref="another").id)
    assert row.saved_as == saved_as
    assert drafts.open_drafts(session, of_both) == [later]


def test_a_strangers_draft_is_neither_continued_nor_finished(
    session: Session, numbers: tuple[int, int], of_both: Actor
) -> None:
    row = drafts.save_draft(session, of_both, organisation_id=numbers[0], content=TYPED)
    stranger = make_actor(session, numbers[1])
    with pytest.raises(NotFound):
        drafts.save_draft(session, stranger, organisation_id=numbers[1], content=TYPED, draft_id=row.id, version=1)
    with pytest.raises(NotFound):
        drafts.finish(session, stranger, draft_id=row.id, listing_id=make_listing(session).id)
    assert row.saved_as is None


def test_what_is_too_long_is_named_by_its_field(session: Session, numbers: tuple[int, int], of_both: Actor) -> None:
    content = {"title": "阀", "requirement": "长" * 40_001, "detail": "短"}
    with pytest.raises(Invalid) as refused:
        drafts.save_draft(session, of_both, organisation_id=numbers[0], content=content)
    assert [fault.field for fault in refused.value.faults] == ["requirement"]


def test_nothing_is_published_that_is_over(session: Session, numbers: tuple[int, int], of_both: Actor) -> None:
    today = clock.today()
    over = listing_in(valid_to=(today - timedelta(days=1)).isoformat())
    with pytest.raises(Invalid) as refused:
        drafts.publish(session, of_both, data=over)
    assert [fault.field for fault in refused.value.faults] == ["valid_to"]
    assert drafts.publish(session, of_both, data=listing_in(valid_to=today.isoformat())).valid_to == today
    kept = drafts.publish(session, of_both, data=over.model_copy(update={"state": State.DRAFT}))
    assert kept.state is State.DRAFT
    assert make_listing(session, ref="imported long ago", valid_to="2020-01-01").state is State.PUBLISHED


def test_publishing_for_another_organisation_than_the_listings_names_the_field(
    session: Session, numbers: tuple[int, int], of_both: Actor
) -> None:
    listing = make_listing(session)
    with pytest.raises(Invalid) as refused:
        drafts.publish(session, of_both, data=listing_in(organisation=USCCS[1]), listing_id=listing.id)
    assert [fault.field for fault in refused.value.faults] == ["organisation_id"]


@pytest.mark.parametrize("review", [False, True])
def test_the_same_form_published_twice_is_one_listing(
    session: Session, numbers: tuple[int, int], of_both: Actor, review: bool
) -> None:
    data = listing_in(price_low="1", price_high="2", chain_nodes=["HYD-09", "MAC-04"])
    first = drafts.publish(session, of_both, data=data, review=review)
    # Going back, the page keeps what is typed once more as a draft: that is used up as well.
    again = drafts.save_draft(session, of_both, organisation_id=numbers[0], content=TYPED)
    assert drafts.publish(session, of_both, data=data, draft_id=again.id, review=review) is first
    assert again.saved_as == first.id
    # Of another organisation, or with anything else in it, it is another listing.
    others = [{"organisation": USCCS[1]}, {"price_high": "3"}, {"side": "need"}, {"visibility": "redacted"}]
    for over in others:
        other = data.model_copy(update=listing_in(**over).model_dump(include=set(over)))
        assert drafts.publish(session, of_both, data=other, review=review).id != first.id, over
    # What is over may be offered anew.
    first.state = State.CLOSED
    assert drafts.publish(session, of_both, data=data, review=review).id != first.id


def test_two_presses_at_once_make_one_listing(sessions: sessionmaker[Session]) -> None:
    with unit(sessions) as session:
        owner = make_actor(session, make_organisation(session).id)
    start, made = threading.Barrier(2), list[int]()

    def press() -> None:
        start.wait()
        with unit(sessions) as session:
            made.append(drafts.publish(session, owner, data=listing_in()).id)

    presses = [threading.Thread(target=press) for _ in range(2)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert len(made) == 2 and len(set(made)) == 1
