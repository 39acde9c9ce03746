"""Saving listings: new, changed, unchanged, refused; and their way through the states."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.audit.models import AuditEntry
from matchmaker.audit.queries import first_broken
from matchmaker.core.actor import Actor, Role
from matchmaker.core.changes import latest
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.listings.life import change_state
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import NEXT_STATES, State
from matchmaker.listings.service import STREAM, save_listings
from tests.factories import OPERATOR, USCCS, listing_in, make_listing, make_organisation


def _count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Listing)) or 0


def test_a_new_listing_is_kept_with_everything(sessions: sessionmaker[Session]) -> None:
    with unit(sessions) as session:
        owner = make_organisation(session).id
        number = make_listing(
            session,
            ref="A1",
            chain_nodes=["HYD-10", "HYD-09"],
            fields=["energy"],
            cooperation=["supply"],
            price_low="1.5",
            valid_from="2026-01-01",
            trl=8,
            ip_type="invention",
        ).id
    with reading(sessions) as session:
        found = session.get_one(Listing, number)
        assert (found.organisation_id, found.source_ref, found.change_seq) == (owner, "A1", 1)
        assert (found.side, found.form, found.state, found.visibility) == ("offer", "product", "published", "public")
        assert (found.node_ids, found.fields, found.cooperation) == (["HYD-09", "HYD-10"], ["energy"], ["supply"])
        assert (found.price_low_fen, found.price_high_fen, found.trl) == (1_500_000, None, 8)
        assert (found.valid_from, found.ip_type) == (date(2026, 1, 1), "invention")
        assert len(found.content_hash) == 64


def test_many_at_once_take_numbers_in_their_order(session: Session) -> None:
    make_organisation(session)
    saved = save_listings(session, OPERATOR, data=[listing_in(ref=str(number)) for number in range(3)])
    assert [one.change_seq for one in saved] == [1, 2, 3]
    assert latest(session, STREAM) == 3


def test_the_same_ref_updates_and_takes_a_new_number(session: Session) -> None:
    make_organisation(session)
    first = make_listing(session, ref="A1")
    before = (first.id, first.content_hash, first.created_at)
    second = make_listing(session, ref="A1", title="九十兆帕高压氢气减压阀", chain_nodes=["HYD-09", "HYD-10"])
    assert (second.id, second.created_at, second.change_seq) == (before[0], before[2], 2)
    assert second.content_hash != before[1]
    assert _count(session) == 1
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()
    assert entry is not None
    assert (entry.action, entry.subject) == ("listing.update", f"listing:{second.id}")
    assert entry.detail == {
        "title": ["七十兆帕高压氢气减压阀", "九十兆帕高压氢气减压阀"],
        "chain_nodes": [["HYD-09"], ["HYD-09", "HYD-10"]],
    }


def test_the_same_again_keeps_its_number(sessions: sessionmaker[Session]) -> None:
    given = {"ref": "A1", "price_low": "1", "valid_to": "2027-01-01", "fields": ["energy"], "maturity": "prototype"}
    with unit(sessions) as session:
        make_organisation(session)
        make_listing(session, **given)
    with unit(sessions) as session:
        entries = latest(session, "audit")
        assert make_listing(session, **given).change_seq == 1
        assert (latest(session, STREAM), latest(session, "audit")) == (1, entries)


def test_refs_belong_to_their_organisation(session: Session) -> None:
    make_organisation(session)
    make_organisation(session, uscc=USCCS[1], name="第二家试样公司")
    first, second = make_listing(session, ref="A1"), make_listing(session, ref="A1", organisation=USCCS[1])
    assert first.id != second.id


def test_without_a_ref_every_listing_is_new(session: Session) -> None:
    make_organisation(session)
    assert make_listing(session).id != make_listing(session).id


def test_an_unregistered_organisation_is_named_and_nothing_is_kept(sessions: sessionmaker[Session]) -> None:
    with unit(sessions) as session:
        make_organisation(session)
    data = [listing_in(ref="A1"), listing_in(organisation=USCCS[1])]
    with pytest.raises(Invalid) as refused, unit(sessions) as session:
        save_listings(session, OPERATOR, data=data)
    assert [(fault.field, fault.value) for fault in refused.value.faults] == [("organisation", USCCS[1])]
    with reading(sessions) as session:
        assert (_count(session), latest(session, STREAM)) == (0, 0)


def test_only_owners_and_officers_may_save(sessions: sessionmaker[Session]) -> None:
    with unit(sessions) as session:
        owner = make_organisation(session).id
    stranger = Actor("wang", Role.MEMBER, "web", frozenset({owner + 1}))
    with pytest.raises(Forbidden, match="wang may not"), unit(sessions) as session:
        save_listings(session, stranger, data=[listing_in()])
    with reading(sessions) as session:
        assert (_count(session), latest(session, STREAM), latest(session, "audit")) == (0, 0, 1)
    with unit(sessions) as session:
        member = Actor("li", Role.MEMBER, "web", frozenset({owner}))
        assert save_listings(session, member, data=[listing_in()])[0].organisation_id == owner


def test_the_database_refuses_what_slips_past_the_schema(sessions: sessionmaker[Session]) -> None:
    with unit(sessions) as session:
        make_organisation(session)
        number = make_listing(session).id
    with pytest.raises(IntegrityError, match=r"price_order"), unit(sessions) as session:
        listing = session.get_one(Listing, number)
        listing.price_low_fen, listing.price_high_fen = 2, 1


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_states_change_along_the_table_only(session: Session, before: State, after: State) -> None:
    make_organisation(session)
    listing = make_listing(session, state=before)
    if after in NEXT_STATES[before]:
        assert change_state(session, OPERATOR, listing_id=listing.id, state=after).change_seq == 2
        entry = session.get_one(AuditEntry, latest(session, "audit"))
        assert (entry.action, entry.detail) == ("listing.state", {"state": [before.value, after.value]})
    else:
        with pytest.raises(Conflict, match=f"is {before} and cannot become {after}"):
            change_state(session, OPERATOR, listing_id=listing.id, state=after)
        assert (listing.state, latest(session, STREAM)) == (before, 1)
    assert first_broken(session) is None


def test_a_stranger_may_not_change_a_state(session: Session) -> None:
    make_organisation(session)
    listing = make_listing(session)
    with pytest.raises(Forbidden):
        change_state(session, Actor.visitor(), listing_id=listing.id, state=State.CLOSED)
    assert listing.state is State.PUBLISHED


def test_a_listing_that_is_not_there_cannot_change(session: Session) -> None:
    with pytest.raises(NotFound):
        change_state(session, OPERATOR, listing_id=1, state=State.CLOSED)


def test_saving_again_without_a_state_leaves_a_closed_listing_closed(session: Session) -> None:
    make_organisation(session)
    listing = make_listing(session, ref="V-1")
    change_state(session, OPERATOR, listing_id=listing.id, state=State.CLOSED)
    again = make_listing(session, ref="V-1", title="七十兆帕高压氢气减压阀（改）")
    assert (again.id, again.state) == (listing.id, State.CLOSED)
