"""From a subsidy back to the match that caused it, and from an event forward to what it brought."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event as events
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Role
from matchmaker.core.errors import Forbidden, NotFound
from matchmaker.deals import starting
from matchmaker.deals.rules import DealStage
from matchmaker.listings.rules import Side
from matchmaker.subsidies import harvest, trace, voices
from matchmaker.subsidies.rules import EntryKind
from tests.deals.pair import Pair, met, speak
from tests.factories import make_listing
from tests.people import BASE, make_actor
from tests.subsidies.place import CLOSED, OPEN, WAN, Place, make_place

ONE_DATABASE = True


@pytest.fixture
def place(session: Session) -> Iterator[Place]:
    with clock.pretend(OPEN):
        yield make_place(session)


def test_a_payment_leads_back_to_the_match_and_to_what_the_listings_said_then(place: Place) -> None:
    pair = Pair(place.session)
    deal = pair.introduced()
    make_listing(place.session, side="need", title="求购三十五兆帕减压阀", ref="need")
    claim = place.paid(deal_id=deal.id)
    found = trace.of_claim(place.session, place.auditor, claim_id=claim.id)
    assert [one.kind for one in found.entries] == [EntryKind.COMMIT, EntryKind.PAY]
    assert [one.amount_fen for one in found.decisions] == [15 * WAN]
    assert (found.deal, found.introduction) == (deal, deal.introduction)
    assert found.match is not None
    assert (found.match.source, found.match.score, found.match.terms) == ("deal", 0.83, ["减压阀", "七十兆帕"])
    need, offer = found.listings
    assert (need.side, need.title, need.revision, need.now_revision) == (Side.NEED, "求购七十兆帕减压阀", 1, 2)
    assert (offer.side, offer.content["title"]) == (Side.OFFER, "七十兆帕减压阀供应")
    assert len(found.payments) == len(found.amounts) == 1
    subjects = {one.subject for one in found.audit}
    assert {f"claim:{claim.id}", f"deal:{deal.id}"} <= subjects
    assert found.head is not None and found.head.number >= found.audit[-1].number


def test_a_meeting_at_an_event_stands_behind_the_deal(place: Place) -> None:
    hall, meeting = met(place.session, terms=["阀门"], score=0.9)
    speak(hall, meeting, 0)
    given = {"meeting_id": meeting.id, "registration_id": hall.registrations[0].id, "base": BASE}
    deal = starting.start_from_meeting(place.session, hall.owners[0], **given)
    claim = place.applied(deal_id=deal.id)
    found = trace.of_claim(place.session, place.owner, claim_id=claim.id)
    assert found.meeting is not None
    assert (found.meeting.meeting.id, found.meeting.event.id) == (meeting.id, hall.event.id)
    assert [one.kind.value for one in found.meeting.outcomes] == ["cooperation"]
    assert found.match is not None and found.match.score == 0.9


def test_a_contract_that_came_by_itself_has_no_match_behind_it(place: Place) -> None:
    found = trace.of_claim(place.session, place.one, claim_id=place.applied().id)
    assert (found.deal, found.meeting, found.introduction, found.match, found.listings) == (None, None, None, None, [])


def test_a_trace_is_for_those_who_may_read_the_claim_and_hides_who_objected(place: Place) -> None:
    claim = place.shown()
    words = {"text": "有异议", "contact": "13800000000", "base": BASE}
    with clock.pretend(CLOSED):
        voices.object_(place.session, place.stranger, claim_id=claim.id, **words)
    assert len(trace.of_claim(place.session, place.auditor, claim_id=claim.id).voices) == 1
    assert trace.of_claim(place.session, place.owner, claim_id=claim.id).voices == []
    with pytest.raises(NotFound):
        trace.of_claim(place.session, place.stranger, claim_id=claim.id)


def test_an_event_shows_what_it_brought_down_to_the_money(place: Place) -> None:
    hall, meeting = met(place.session, terms=["阀门"])
    speak(hall, meeting, 0)
    given = {"meeting_id": meeting.id, "registration_id": hall.registrations[0].id, "base": BASE}
    deal = starting.start_from_meeting(place.session, hall.owners[0], **given)
    place.paid(deal_id=deal.id, technology=240 * WAN, paid=150 * WAN)
    place.approved(deal_id=deal.id, total=100 * WAN)
    organiser = make_actor(place.session, role=Role.ORGANISER)
    found = harvest.of_event(place.session, place.auditor, event_id=hall.event.id)
    assert (found.meetings, found.worth, found.deals) == (1, 1, 1)
    assert (found.contracts, found.contracts_fen, found.technology_fen) == (2, 400 * WAN, 340 * WAN)
    assert (found.claims, found.granted_fen, found.paid_fen) == (2, 11 * WAN, 6 * WAN)
    (row,) = found.rows
    assert (row.deal.id, len(row.contracts), row.paid_fen) == (deal.id, 2, 6 * WAN)
    deal.amount_fen = 9 * WAN
    for stage, brought in ((DealStage.SIGNED, 9 * WAN), (DealStage.ENDED, 0)):
        deal.stage = stage
        assert harvest.of_event(place.session, place.auditor, event_id=hall.event.id).deals_fen == brought
    with pytest.raises(Forbidden):
        harvest.of_event(place.session, place.owner, event_id=hall.event.id)
    with pytest.raises(NotFound):
        harvest.of_event(place.session, organiser, event_id=999_999)


def test_organisers_learn_how_much_an_event_brought_and_not_what_one_contract_is_worth(place: Place) -> None:
    hall, meeting = met(place.session)
    speak(hall, meeting, 0)
    given = {"meeting_id": meeting.id, "registration_id": hall.registrations[0].id, "base": BASE}
    deal = starting.start_from_meeting(place.session, hall.owners[0], **given)
    deal.amount_fen = 90 * WAN
    event = {"event_id": hall.event.id}
    assert harvest.of_event(place.session, hall.organiser, **event).deals_fen == 90 * WAN
    place.approved(deal_id=deal.id, technology=240 * WAN, paid=150 * WAN)
    place.approved(deal_id=deal.id, total=100 * WAN)
    few = harvest.of_event(place.session, hall.organiser, **event)
    assert (few.deals, few.contracts, few.claims) == (1, 2, 2)
    assert {few.deals_fen, few.contracts_fen, few.technology_fen, few.granted_fen, few.paid_fen} == {None}
    place.contract(deal_id=deal.id, total=100 * WAN)
    enough = harvest.of_event(place.session, hall.organiser, **event)
    whole = harvest.of_event(place.session, place.one, **event)
    assert (enough.contracts, enough.contracts_fen, enough.deals_fen) == (3, whole.contracts_fen, 90 * WAN)
    # Three contracts, and only two of them brought aid: what those got stays with the office.
    assert enough.granted_fen is None and whole.granted_fen is not None
    (row,) = enough.rows
    assert (row.contract_count, row.claim_count) == (3, 2)
    assert (row.contracts, row.claims, row.granted_fen, row.paid_fen) == ((), (), None, None)


def test_a_harvest_takes_the_same_number_of_statements_for_few_and_for_many(place: Place) -> None:
    hall, meeting = met(place.session)
    speak(hall, meeting, 0)
    given = {"meeting_id": meeting.id, "registration_id": hall.registrations[0].id, "base": BASE}
    deal = starting.start_from_meeting(place.session, hall.owners[0], **given)

    def statements(contracts: int) -> int:
        for _ in range(contracts):
            place.applied(deal_id=deal.id)
        place.session.flush()
        place.session.expire_all()
        seen: list[object] = []
        bind = place.session.get_bind()

        def listen(*given: object) -> None:
            seen.append(given)

        events.listen(bind, "before_cursor_execute", listen)
        for row in harvest.of_event(place.session, place.auditor, event_id=hall.event.id).rows:
            assert [one.contract_id for one in row.claims] and [one.parties for one in row.contracts]
        events.remove(bind, "before_cursor_execute", listen)
        return len(seen)

    assert statements(1) == statements(3)
