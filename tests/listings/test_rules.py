"""What follows from a listing's values alone."""

from datetime import date

from matchmaker.listings.rules import NEXT_STATES, Side, State, content_hash, matching_text

DAY = date(2026, 3, 1)


def test_every_state_leads_somewhere_and_none_to_itself() -> None:
    assert set(NEXT_STATES) == set(State)
    assert all(following and state not in following for state, following in NEXT_STATES.items())


def test_a_closed_listing_can_only_come_out_again() -> None:
    assert NEXT_STATES[State.CLOSED] == {State.PUBLISHED, State.REVIEW}


def test_sides_face_each_other() -> None:
    assert (Side.NEED.opposite, Side.OFFER.opposite) == (Side.OFFER, Side.NEED)


def test_the_matching_text_leaves_out_what_is_empty() -> None:
    assert matching_text(summary="", detail="详情", requirement="要求") == "详情\n要求"


def test_the_hash_tells_title_and_body_apart() -> None:
    assert len({content_hash("ab", "c"), content_hash("a", "bc"), content_hash("ab", "c ")}) == 3
    assert content_hash("ab", "c") == content_hash("ab", "c")
