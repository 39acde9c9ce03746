"""How deals start: from an introduction, a meeting, by hand; who may, what is kept of the match, and only one each."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.models import Organisation
from matchmaker.accounts.rules import Standing
from matchmaker.audit.models import AuditEntry
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.core.unit import unit
from matchmaker.deals import starting
from matchmaker.deals.models import Deal
from matchmaker.deals.rules import DealKind, DealOrigin, DealStage
from matchmaker.events.rules import EventKind
from matchmaker.introductions import service as introductions
from matchmaker.listings.rules import State
from matchmaker.meetings.models import Meeting
from matchmaker.meetings.rules import OutcomeKind
from tests.deals.pair import Pair, met, speak
from tests.factories import USCCS, make_listing
from tests.meetings.hall import Hall
from tests.people import BASE, make_actor


@pytest.fixture
def pair(session: Session) -> Pair:
    return Pair(session)


def from_introduction(pair: Pair, who: Actor, number: int) -> Deal:
    return starting.start_from_introduction(pair.session, who, introduction_id=number, base=BASE)


def from_meeting(hall: Hall, meeting: Meeting, who: Actor, side: int | None) -> Deal:
    number = None if side is None else hall.registrations[side].id
    return starting.start_from_meeting(hall.session, who, meeting_id=meeting.id, registration_id=number, base=BASE)


def test_an_introduction_becomes_a_deal_that_keeps_what_the_match_said(pair: Pair) -> None:
    with clock.pretend(clock.now() - timedelta(days=20)):
        number, asked_on = pair.asked(), clock.today()
    introductions.answer(pair.session, pair.selling, introduction_id=number, accept=True, base=BASE)
    make_listing(pair.session, side="need", title="求购三十五兆帕减压阀", ref="need")
    deal = from_introduction(pair, pair.selling, number)
    assert (deal.buyer_id, deal.seller_id, deal.stage) == (pair.buyer.id, pair.seller.id, DealStage.TALKS)
    assert (deal.origin, deal.kind, deal.owner_id) == (DealOrigin.INTRODUCTION, DealKind.ORDER, pair.selling.person_id)
    assert deal.matched_on == asked_on
    said = deal.evidence
    assert (said["score"], said["level"], said["terms"][0]) == (0.83, 3, "减压阀")
    assert said["need"] == {"id": pair.need.id, "revision": 1, "title": "求购七十兆帕减压阀"} != pair.need.title
    assert [(step.before, step.after, step.by) for step in deal.steps] == [(None, DealStage.TALKS, "乙卖方")]
    assert pair.told(pair.buying) == ["deal.started"] and pair.told(pair.selling) == []


def test_a_second_click_finds_the_first_ones_deal(pair: Pair) -> None:
    number = pair.accepted()
    first = from_introduction(pair, pair.buying, number)
    assert from_introduction(pair, pair.selling, number) is first
    assert pair.told(pair.selling) == ["deal.started"]


def test_the_office_starts_one_that_both_sides_are_told_of(pair: Pair) -> None:
    deal = from_introduction(pair, pair.officer, pair.accepted())
    assert deal.owner_id == pair.officer.person_id
    assert pair.told(pair.buying) == pair.told(pair.selling) == ["deal.started"]


def test_an_introduction_without_a_yes_is_no_deal_and_strangers_learn_of_nothing(pair: Pair) -> None:
    number = pair.asked()
    with pytest.raises(Conflict):
        from_introduction(pair, pair.buying, number)
    for who in (pair.stranger, pair.organiser, pair.auditor):
        with pytest.raises(NotFound):
            from_introduction(pair, who, number)


def test_a_closed_talk_may_still_be_put_down(pair: Pair) -> None:
    number = pair.accepted()
    introductions.end(pair.session, pair.selling, introduction_id=number, base=BASE)
    assert from_introduction(pair, pair.buying, number).stage is DealStage.TALKS


def test_a_meeting_becomes_a_deal_by_one_sides_word(session: Session) -> None:
    hall, meeting = met(session, asker="b", terms=["减压阀"], conditions=[["chain", True, ["HYD"]]])
    speak(hall, meeting, 0)
    deal = from_meeting(hall, meeting, hall.owners[0], 0)
    houses = [one.organisation_id for one in hall.registrations[:2]]
    assert (deal.origin, deal.seller_id, deal.buyer_id) == (DealOrigin.MEETING, *houses)
    assert deal.matched_on == clock.today() - timedelta(days=2)
    assert deal.evidence["conditions"] == [{"code": "chain", "met": True, "detail": ["HYD"]}]
    assert (deal.kind, deal.evidence["need"]) == (DealKind.ORDER, None)
    names = [hall.registrations[one].name for one in (1, 0)]
    assert deal.title == " / ".join(names)
    assert "deal.started" in hall.told(1) and "deal.started" not in hall.told(0)


def test_the_lists_need_and_offer_stand_in_it_as_they_were(session: Session) -> None:
    hall, meeting = met(session)
    need = make_listing(session, side="need", title="求购减压阀试样", ref="n", form="technology")
    meeting.evidence = meeting.evidence | {"need": need.id}
    with clock.pretend(clock.now() + timedelta(seconds=1)):
        make_listing(session, side="need", title="求购别的阀门", ref="n", form="technology")
    speak(hall, meeting, 1)
    deal = from_meeting(hall, meeting, hall.owners[1], 1)
    assert deal.evidence["need"] == {"id": need.id, "revision": 1, "title": "求购减压阀试样"}
    assert (deal.title, deal.kind, deal.need_id) == ("求购减压阀试样", DealKind.TECHNOLOGY, need.id)


def test_the_desk_starts_one_when_all_words_come_to_cooperation(session: Session) -> None:
    hall, meeting = met(session)
    with pytest.raises(Conflict):
        from_meeting(hall, meeting, hall.organiser, None)
    speak(hall, meeting, None)
    deal = from_meeting(hall, meeting, hall.organiser, None)
    assert deal.owner_id is None
    assert "deal.started" in hall.told(0) and "deal.started" in hall.told(1)
    assert from_meeting(hall, meeting, hall.owners[0], 0) is deal


def test_it_takes_ones_own_word_of_cooperation(session: Session) -> None:
    hall, meeting = met(session)
    speak(hall, meeting, 0)
    speak(hall, meeting, 1, OutcomeKind.NOT_INTERESTED)
    with pytest.raises(Conflict):
        from_meeting(hall, meeting, hall.owners[1], 1)
    with pytest.raises(Conflict):
        from_meeting(hall, meeting, hall.organiser, None)
    for who, side in ((hall.owners[2], 0), (hall.owners[1], 0), (hall.owners[0], None)):
        with pytest.raises(NotFound):
            from_meeting(hall, meeting, who, side)


def test_a_firm_that_walked_in_is_found_by_its_code_once_it_is_on_the_platform(session: Session) -> None:
    hall, meeting = met(session)
    hall.event.kind = EventKind.TECHNOLOGY
    speak(hall, meeting, 0)
    other = hall.registrations[1]
    known, other.organisation_id = other.organisation_id, None
    with pytest.raises(Conflict, match="platform"):
        from_meeting(hall, meeting, hall.owners[0], 0)
    other.uscc = USCCS[1]
    deal = from_meeting(hall, meeting, hall.owners[0], 0)
    assert (deal.seller_id, deal.kind) == (known, DealKind.TECHNOLOGY)


def test_a_deal_by_hand_goes_back_to_the_listing_published_last(pair: Pair) -> None:
    with clock.pretend(clock.now() - timedelta(days=40)):
        late = make_listing(pair.session, side="need", ref="late", state="draft")
    with clock.pretend(clock.now() - timedelta(days=10)):
        make_listing(pair.session, side="need", ref="late", state="published")
        published_on = clock.today()
    with clock.pretend(clock.now() - timedelta(days=30)):
        early = make_listing(pair.session, organisation=USCCS[1], ref="early")
    deal = pair.by_hand(need_id=late.id, offer_id=early.id, amount="12")
    assert (deal.matched_on, deal.evidence["level"], deal.amount_fen) == (published_on, None, 12_000_000)
    assert [deal.evidence[side]["id"] for side in ("need", "offer")] == [late.id, early.id]
    assert pair.told(pair.selling) == ["deal.started"]


def test_without_listings_there_is_no_match_to_go_back_to(pair: Pair) -> None:
    deal = pair.by_hand()
    assert (deal.matched_on, deal.evidence, deal.origin) == (None, {}, DealOrigin.HAND)


def test_a_listing_must_be_of_its_side_and_its_owner_no_secret(pair: Pair) -> None:
    secret = make_listing(pair.session, organisation=USCCS[1], ref="s", title="隐名的供给", visibility="redacted")
    for field, number in (
        ("offer_id", secret.id),
        ("offer_id", pair.need.id),
        ("need_id", pair.offer.id),
        ("need_id", 10**9),
    ):
        with pytest.raises(Invalid) as caught:
            pair.by_hand(**{field: number})
        assert [fault.field for fault in caught.value.faults] == [field]
    known = starting.start_by_hand(pair.session, pair.selling, data=pair.data(offer_id=secret.id), base=BASE)
    assert known.offer_id == secret.id


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"seller_id": None}, "seller_id"),
        ({"seller_id": 10**9}, "seller_id"),
        ({"next_on": clock.today() - timedelta(days=1)}, "next_on"),
    ],
)
def test_a_deal_by_hand_names_what_is_wrong(pair: Pair, over: dict[str, object], field: str) -> None:
    if over == {"seller_id": None}:
        over = {"seller_id": pair.buyer.id}
    with pytest.raises(Invalid) as caught:
        pair.by_hand(**over)
    assert [fault.field for fault in caught.value.faults] == [field]


def test_strangers_readers_and_the_unverified_start_nothing_by_hand(pair: Pair) -> None:
    for who in (pair.stranger, pair.organiser, pair.auditor):
        with pytest.raises(Forbidden):
            starting.start_by_hand(pair.session, who, data=pair.data(), base=BASE)
    pair.session.get_one(Organisation, pair.buyer.id).standing = Standing.PENDING
    with pytest.raises(Forbidden):
        pair.by_hand()
    assert starting.start_by_hand(pair.session, pair.officer, data=pair.data(), base=BASE).stage is DealStage.TALKS


def test_a_helper_acts_for_the_organisation_and_does_not_come_to_look_after_it(pair: Pair) -> None:
    helper = replace(pair.officer, organisation_ids=frozenset({pair.buyer.id}), acting_for=pair.buyer.id)
    deal = from_introduction(pair, helper, pair.accepted())
    assert deal.owner_id is None and pair.told(pair.buying) == []
    other = replace(helper, organisation_ids=frozenset({10**6}), acting_for=10**6)
    with pytest.raises(Forbidden):
        starting.start_by_hand(pair.session, other, data=pair.data(), base=BASE)


def test_the_start_stands_in_the_log(pair: Pair) -> None:
    deal = pair.by_hand()
    row = pair.session.scalars(select(AuditEntry).where(AuditEntry.subject == f"deal:{deal.id}")).one()
    assert (row.action, row.detail["origin"], row.detail["buyer"]) == ("deal.start", "hand", pair.buyer.id)


def test_both_sides_at_once_make_one_deal(sessions: sessionmaker[Session]) -> None:
    with unit(sessions) as session:
        pair = Pair(session)
        number, both = pair.accepted(), (pair.buying, pair.selling)
    start, made = threading.Barrier(2), []

    def click(who: Actor) -> None:
        start.wait()
        with unit(sessions) as session:
            made.append(starting.start_from_introduction(session, who, introduction_id=number, base=BASE).id)

    clicks = [threading.Thread(target=click, args=(who,)) for who in both]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert len(made) == 2 and len(set(made)) == 1
    with unit(sessions) as session:
        assert session.scalar(select(func.count()).select_from(Deal)) == 1


def test_listing_states_do_not_matter_once_they_were_published(pair: Pair) -> None:
    make_listing(pair.session, side="need", title="求购七十兆帕减压阀", ref="need", state=State.CLOSED)
    assert pair.by_hand(need_id=pair.need.id).matched_on == clock.today()


def test_an_organiser_elsewhere_may_not_use_a_sides_word(session: Session) -> None:
    hall, meeting = met(session)
    speak(hall, meeting, 0)
    auditor = make_actor(session, role=Role.AUDITOR)
    with pytest.raises(NotFound):
        from_meeting(hall, meeting, auditor, None)
