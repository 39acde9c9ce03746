"""Every version is kept and comparable; who from outside saw which is on record once."""

import pytest
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.listings import history
from matchmaker.listings.models import Listing
from matchmaker.listings.service import save_listings
from tests.factories import listing_in, make_listing, make_organisation
from tests.people import make_actor


def test_versions_are_kept_and_compared(session: Session) -> None:
    owner = make_actor(session, make_organisation(session).id)
    row = make_listing(session, ref="a", price_low="1")
    save_listings(session, owner, data=[listing_in(ref="a", price_low="2", title="七十兆帕氢气减压阀二代")])
    save_listings(session, owner, data=[listing_in(ref="a", price_low="2", title="七十兆帕氢气减压阀二代")])
    new, old = history.revisions(session, owner, listing_id=row.id)
    assert (new.number, old.number, new.by) == (2, 1, owner.name)
    assert {name: (before, after) for name, before, after in history.compare(old.content, new.content)} == {
        "title": ("七十兆帕高压氢气减压阀", "七十兆帕氢气减压阀二代"),
        "price_low_fen": (1_000_000, 2_000_000),
    }


def test_history_is_the_owners_and_the_staffs(session: Session) -> None:
    make_organisation(session)
    row = make_listing(session)
    for who in (make_actor(session), Actor.visitor()):
        with pytest.raises(NotFound):
            history.revisions(session, who, listing_id=row.id)
        with pytest.raises(NotFound):
            history.views(session, who, listing_id=row.id)
    assert len(history.revisions(session, make_actor(session, role=Role.AUDITOR), listing_id=row.id)) == 1


def test_a_look_is_on_record_once_a_day_and_not_for_owners_and_visitors(sessions: sessionmaker[Session]) -> None:
    with unit(sessions) as session:
        organisation = make_organisation(session)
        owner, other = make_actor(session, organisation.id), make_actor(session, name="陈外人")
        number = make_listing(session).id
    for who in (other, other, owner, Actor.visitor()):
        for manner in ("page", "pdf"):
            with reading(sessions) as session:
                look = history.seen(who, session.get_one(Listing, number), manner=manner)
            history.record_view(sessions, look)
    with reading(sessions) as session:
        found = history.views(session, owner, listing_id=number)
        assert sorted((one.person, one.view.manner, one.view.revision) for one in found) == [
            ("陈外人", "page", 1),
            ("陈外人", "pdf", 1),
        ]
