"""Drafts keep what was typed, for the organisation's people only, and lose nothing to a second window."""

import pytest
from sqlalchemy.orm import Session

from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.listings import drafts
from tests.factories import make_listing, make_organisation
from tests.people import make_actor

TYPED = {"title": "半", "detail": "", "chain_nodes": ["没有这个"], "price_low": "abc"}


@pytest.fixture
def number(session: Session) -> int:
    return make_organisation(session).id


@pytest.fixture
def owner(session: Session, number: int) -> Actor:
    return make_actor(session, number)


def test_a_draft_keeps_even_what_could_not_be_published(session: Session, number: int, owner: Actor) -> None:
    row = drafts.save_draft(session, owner, organisation_id=number, content=TYPED)
    assert (row.content, row.version) == (TYPED, 1)
    assert [one.id for one in drafts.open_drafts(session, make_actor(session, number))] == [row.id]


def test_two_windows_do_not_overwrite_each_other(session: Session, number: int, owner: Actor) -> None:
    row = drafts.save_draft(session, owner, organisation_id=number, content=TYPED)
    again = {"organisation_id": number, "draft_id": row.id}
    drafts.save_draft(session, owner, content={"title": "甲"}, version=1, **again)
    with pytest.raises(Conflict):
        drafts.save_draft(session, owner, content={"title": "乙"}, version=1, **again)
    assert row.content == {"title": "甲"}


def test_strangers_see_write_and_discard_nothing(session: Session, number: int, owner: Actor) -> None:
    row = drafts.save_draft(session, owner, organisation_id=number, content=TYPED)
    stranger = make_actor(session)
    with pytest.raises(NotFound):
        drafts.draft(session, stranger, draft_id=row.id)
    with pytest.raises(NotFound):
        drafts.discard(session, stranger, draft_id=row.id)
    with pytest.raises(Forbidden):
        drafts.save_draft(session, stranger, organisation_id=number, content=TYPED)
    assert drafts.open_drafts(session, stranger) == []


def test_finished_and_discarded_drafts_are_offered_no_more(session: Session, number: int, owner: Actor) -> None:
    first = drafts.save_draft(session, owner, organisation_id=number, content=TYPED)
    second = drafts.save_draft(session, owner, organisation_id=number, content=TYPED)
    drafts.finish(session, owner, draft_id=first.id, listing_id=make_listing(session).id)
    drafts.discard(session, owner, draft_id=second.id)
    session.flush()
    assert drafts.open_drafts(session, owner) == []


def test_a_draft_is_a_form_and_not_a_store(session: Session, number: int, owner: Actor) -> None:
    with pytest.raises(Invalid):
        drafts.save_draft(session, owner, organisation_id=number, content={"detail": "长" * 40_001})
