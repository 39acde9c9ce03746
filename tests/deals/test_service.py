"""Carrying a deal on: words, stages, owner, notes, papers; who may, what is refused, and whom it is told."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.audit.models import AuditEntry
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.deals import reading, service, starting
from matchmaker.deals.models import Deal
from matchmaker.deals.rules import DealKind, DealStage, NoteReach
from matchmaker.deals.schemas import PlanIn
from tests.deals.pair import Pair, met, speak, words
from tests.factories import USCCS, make_listing
from tests.people import BASE, as_actor, join, make_actor, make_person

S = DealStage
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def pair(session: Session) -> Pair:
    return Pair(session)


def move(pair: Pair, deal: Deal, stage: DealStage, who: Actor | None = None, **over: Any) -> Deal:
    given = {"deal_id": deal.id, "revision": deal.revision, "stage": stage, "note": "", "base": BASE}
    return service.move(pair.session, who or pair.buying, **(given | over))


def edit(pair: Pair, deal: Deal, who: Actor | None = None, *, revision: int | None = None, **over: Any) -> Deal:
    given = {"deal_id": deal.id, "revision": deal.revision if revision is None else revision, "base": BASE}
    return service.edit(pair.session, who or pair.buying, data=words(deal, **over), **given)


def fields(caught: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [fault.field for fault in caught.value.faults]


def test_a_technology_deal_goes_all_the_way(pair: Pair) -> None:
    deal = pair.by_hand(kind="technology")
    for stage, who in (
        (S.INTENT, pair.buying),
        (S.SIGNED, pair.selling),
        (S.REGISTERED, pair.officer),
        (S.PERFORMING, pair.buying),
        (S.COMPLETED, pair.selling),
    ):
        move(pair, deal, stage, who)
    assert [step.after for step in deal.steps] == list(S)[:-1]
    assert (deal.revision, deal.stage) == (6, S.COMPLETED)
    assert pair.told(pair.selling) == ["deal.started", *(f"deal.moved.{one}" for one in (S.INTENT, *list(S)[3:5]))]


def test_an_order_is_signed_with_its_amount_and_ends_with_completion(pair: Pair) -> None:
    deal = move(pair, pair.by_hand(kind="order"), S.INTENT)
    with pytest.raises(Invalid) as caught:
        move(pair, deal, S.SIGNED)
    assert fields(caught) == ["amount"]
    move(pair, deal, S.SIGNED, amount_fen=3_000_000_00)
    with pytest.raises(Conflict):
        move(pair, deal, S.REGISTERED, pair.officer)
    with pytest.raises(Invalid) as caught:
        edit(pair, deal, amount=None)
    assert fields(caught) == ["amount"]
    edit(pair, deal, next_step="交货", next_on=clock.today())
    move(pair, move(pair, deal, S.PERFORMING), S.COMPLETED)
    assert (deal.amount_fen, deal.next_step, deal.next_on) == (3_000_000_00, "", None)
    with pytest.raises(Conflict):
        move(pair, deal, S.ENDED, note="退货")


def test_the_end_says_why_and_can_be_taken_back(pair: Pair) -> None:
    deal = pair.by_hand()
    with pytest.raises(Invalid) as caught:
        move(pair, deal, S.ENDED, note="  ")
    assert fields(caught) == ["note"] and deal.stage is S.TALKS
    move(pair, deal, S.ENDED, pair.selling, note="价格谈不拢")
    assert (deal.ended_reason, deal.steps[-1].note) == ("价格谈不拢", "价格谈不拢")
    with pytest.raises(Conflict):
        edit(pair, deal, title="再谈一谈")
    with pytest.raises(Invalid):
        move(pair, deal, S.TALKS)
    assert move(pair, deal, S.TALKS, note="重新报价").stage is S.TALKS


def test_registration_is_not_set_by_the_sides(pair: Pair) -> None:
    deal = move(pair, move(pair, pair.by_hand(), S.INTENT), S.SIGNED)
    for who in (pair.buying, pair.selling):
        with pytest.raises(Forbidden):
            move(pair, deal, S.REGISTERED, who)
    assert move(pair, deal, S.PERFORMING).stage is S.PERFORMING


@pytest.mark.parametrize("amount", [-1, 10**18])
def test_an_amount_out_of_range_is_refused(pair: Pair, amount: int) -> None:
    deal = move(pair, pair.by_hand(kind="order"), S.INTENT)
    with pytest.raises(Invalid) as caught:
        move(pair, deal, S.SIGNED, amount_fen=amount)
    assert fields(caught) == ["amount"]


def test_too_long_a_note_is_refused(pair: Pair) -> None:
    with pytest.raises(Invalid) as caught:
        move(pair, pair.by_hand(), S.INTENT, note="字" * 2001)
    assert fields(caught) == ["note"]


def test_a_form_opened_before_a_change_undoes_nothing(pair: Pair) -> None:
    deal = pair.by_hand()
    edit(pair, deal, summary="先做样件")
    for late in (
        lambda: edit(pair, deal, pair.selling, revision=1, summary="先谈价"),
        lambda: move(pair, deal, S.INTENT, pair.selling, revision=1),
        lambda: service.take_over(pair.session, pair.selling, deal_id=deal.id, revision=1, person_id=None, base=BASE),
    ):
        with pytest.raises(Conflict, match="revision"):
            late()
    assert (deal.summary, deal.revision) == ("先做样件", 2)


def test_an_edit_is_logged_by_what_it_changed_and_the_next_step_is_told(pair: Pair) -> None:
    deal = pair.by_hand()
    edit(pair, deal)
    assert deal.revision == 1, "nothing was changed"
    day = clock.today() + timedelta(days=3)
    edit(pair, deal, summary="先做样件", next_step="寄样", next_on=day, amount="20")
    row = pair.session.scalars(select(AuditEntry).where(AuditEntry.action == "deal.edit")).one()
    assert row.detail == {
        "summary": ["", "先做样件"],
        "next_step": ["", "寄样"],
        "next_on": [None, day.isoformat()],
        "amount_fen": [None, 20_000_000],
    }
    assert pair.told(pair.selling) == ["deal.started", "deal.next"]
    edit(pair, deal, pair.selling, summary="先做两件")
    assert pair.told(pair.buying) == []


def test_the_next_step_alone_leaves_the_rest_as_it_is(pair: Pair) -> None:
    deal = pair.by_hand(need_id=pair.need.id, amount="20", summary="先做样件")
    day = clock.today() + timedelta(days=3)
    data = PlanIn(revision=1, next_step="寄样", next_on=day)
    service.plan(pair.session, pair.selling, deal_id=deal.id, data=data, base=BASE)
    assert (deal.next_step, deal.next_on, deal.revision) == ("寄样", day, 2)
    assert (deal.need_id, deal.amount_fen, deal.summary) == (pair.need.id, 20_000_000, "先做样件")
    with pytest.raises(Conflict):
        service.plan(pair.session, pair.buying, deal_id=deal.id, data=data, base=BASE)
    with pytest.raises(NotFound):
        service.plan(pair.session, pair.stranger, deal_id=deal.id, data=data, base=BASE)


def test_a_new_day_in_the_past_is_refused_and_an_overdue_one_may_stay(pair: Pair) -> None:
    with clock.pretend(clock.now() - timedelta(days=9)):
        deal = pair.by_hand(next_step="寄样", next_on=clock.today() + timedelta(days=1))
    with pytest.raises(Invalid) as caught:
        edit(pair, deal, next_on=clock.today() - timedelta(days=1))
    assert fields(caught) == ["next_on"]
    assert edit(pair, deal, summary="还没寄").summary == "还没寄"


def test_the_kind_is_settled_once_signed(pair: Pair) -> None:
    deal = pair.by_hand(amount="1")
    edit(pair, deal, kind="order")
    move(pair, move(pair, deal, S.INTENT), S.SIGNED)
    with pytest.raises(Invalid) as caught:
        edit(pair, deal, kind="technology")
    assert fields(caught) == ["kind"] and deal.kind is DealKind.ORDER


def test_listings_are_named_before_signing_by_the_sides_and_later_by_the_office(pair: Pair) -> None:
    deal = pair.by_hand()
    edit(pair, deal, need_id=pair.need.id)
    assert deal.matched_on == clock.today()
    move(pair, move(pair, deal, S.INTENT), S.SIGNED)
    edit(pair, deal, pair.selling, offer_id=pair.offer.id, need_id=None)
    assert (deal.need_id, deal.offer_id) == (pair.need.id, None)
    edit(pair, deal, pair.officer, offer_id=pair.offer.id)
    assert (deal.need_id, deal.offer_id) == (pair.need.id, pair.offer.id)


def test_the_other_side_may_keep_a_listing_whose_owner_it_was_told_by_the_deal(pair: Pair) -> None:
    secret = make_listing(pair.session, organisation=USCCS[1], ref="s", title="隐名的供给", visibility="redacted")
    deal = pair.by_hand()
    edit(pair, deal, pair.selling, offer_id=secret.id)
    edit(pair, deal, pair.buying, summary="样件已收", offer_id=secret.id)
    assert (deal.offer_id, deal.summary) == (secret.id, "样件已收")


def test_who_buys_can_be_said_as_long_as_no_listing_says_it(session: Session) -> None:
    hall, meeting = met(session)
    speak(hall, meeting, 0)
    deal = starting.start_from_meeting(
        session, hall.owners[0], meeting_id=meeting.id, registration_id=hall.registrations[0].id, base=BASE
    )
    before = (deal.buyer_id, deal.seller_id)
    data = {"deal_id": deal.id, "base": BASE}
    service.edit(session, hall.owners[1], revision=1, data=words(deal, buyer_id=deal.seller_id), **data)
    assert (deal.buyer_id, deal.seller_id) == before[::-1] == (deal.buyer.id, deal.seller.id)
    with pytest.raises(Invalid) as caught:
        service.edit(session, hall.owners[1], revision=2, data=words(deal, buyer_id=10**6), **data)
    assert fields(caught) == ["buyer_id"]


def test_a_match_says_who_buys_and_what_it_goes_back_to(pair: Pair) -> None:
    deal = pair.introduced()
    edit(pair, deal, summary="样件", buyer_id=pair.seller.id, need_id=None, offer_id=None)
    assert (deal.buyer_id, deal.need_id, deal.offer_id) == (pair.buyer.id, pair.need.id, pair.offer.id)


VERBS: list[Callable[[Pair, Deal, Actor], object]] = [
    lambda pair, deal, who: edit(pair, deal, who, summary="改"),
    lambda pair, deal, who: move(pair, deal, S.INTENT, who),
    lambda pair, deal, who: service.take_over(
        pair.session, who, deal_id=deal.id, revision=deal.revision, person_id=None, base=BASE
    ),
    lambda pair, deal, who: service.say(
        pair.session, who, deal_id=deal.id, text="您好", reach=NoteReach.BOTH, base=BASE
    ),
    lambda pair, deal, who: service.attach(
        pair.session, who, deal_id=deal.id, folder=Path("/nowhere"), name="a.pdf", content=PDF
    ),
    lambda pair, deal, who: service.withdraw_file(pair.session, who, deal_id=deal.id, file_id=1),
]


@pytest.mark.parametrize("verb", VERBS)
def test_strangers_find_nothing_and_readers_change_nothing(pair: Pair, verb: Callable[..., object]) -> None:
    deal = pair.by_hand()
    for who, refusal in ((pair.stranger, NotFound), (pair.organiser, NotFound), (pair.auditor, Forbidden)):
        with pytest.raises(refusal):
            verb(pair, deal, who)
    assert (deal.revision, deal.notes) == (1, [])


def test_ones_own_people_and_officers_look_after_it(pair: Pair) -> None:
    deal = pair.by_hand()
    colleague, officer = make_person(pair.session, "甲同事"), make_actor(pair.session, role=Role.OFFICER)
    join(pair.session, colleague, pair.buyer.id)

    def hand(who: Actor, person_id: int | None) -> Deal:
        given = {"deal_id": deal.id, "revision": deal.revision, "person_id": person_id}
        return service.take_over(pair.session, who, **given, base=BASE)

    hand(pair.buying, colleague.id)
    assert deal.owner is colleague and pair.told(as_actor(pair.session, colleague)) == ["deal.owner"]
    for stranger in (pair.selling, officer, pair.stranger):
        with pytest.raises(Invalid) as caught:
            hand(pair.buying, stranger.person_id)
        assert fields(caught) == ["person_id"]
    for choice in (officer, pair.selling):
        assert hand(pair.officer, choice.person_id).owner_id == choice.person_id
    assert hand(pair.selling, None).owner is None


def test_notes_reach_those_they_are_for(pair: Pair) -> None:
    deal = pair.by_hand()
    for who, reach, text in (
        (pair.buying, NoteReach.OWN, "买方自己看"),
        (pair.buying, NoteReach.BOTH, "都看"),
        (pair.selling, NoteReach.OFFICE, "卖方告诉专员"),
        (pair.officer, NoteReach.OFFICE, "专员自己看"),
    ):
        service.say(pair.session, who, deal_id=deal.id, text=text, reach=reach, base=BASE)
    pair.session.refresh(deal)
    read = {
        who: [note.text for note in reading.notes_of(actor, deal)]
        for who, actor in (("buyer", pair.buying), ("seller", pair.selling), ("officer", pair.officer))
    }
    assert read == {
        "buyer": ["都看", "买方自己看"],
        "seller": ["卖方告诉专员", "都看"],
        "officer": ["专员自己看", "卖方告诉专员", "都看"],
    }
    assert reading.notes_of(pair.auditor, deal) == reading.notes_of(pair.officer, deal)
    assert pair.told(pair.selling) == ["deal.started", "deal.noted"]
    assert pair.told(pair.officer) == ["deal.noted"]
    assert deal.revision == 1, "a note does not make an open form stale"


def test_what_a_side_tells_the_office_goes_to_the_officer_who_looks_after_it(pair: Pair) -> None:
    deal, second = pair.by_hand(), make_actor(pair.session, role=Role.OFFICER)
    given = {"deal_id": deal.id, "revision": 1, "person_id": second.person_id}
    service.take_over(pair.session, pair.officer, **given, base=BASE)
    service.say(pair.session, pair.buying, deal_id=deal.id, text="请帮忙", reach=NoteReach.OFFICE, base=BASE)
    assert pair.told(second) == ["deal.owner", "deal.noted"] and pair.told(pair.officer) == []


@pytest.mark.parametrize(
    ("who", "text", "reach", "field"),
    [
        ("buying", " \n", NoteReach.BOTH, "text"),
        ("buying", "字" * 2001, NoteReach.BOTH, "text"),
        ("officer", "您好", NoteReach.OWN, "reach"),
    ],
)
def test_a_note_that_is_not_right_is_refused(pair: Pair, who: str, text: str, reach: NoteReach, field: str) -> None:
    deal = pair.by_hand()
    with pytest.raises(Invalid) as caught:
        service.say(pair.session, getattr(pair, who), deal_id=deal.id, text=text, reach=reach, base=BASE)
    assert fields(caught) == [field]


def test_papers_are_the_sides_the_offices_and_the_auditors(pair: Pair, tmp_path: Path) -> None:
    deal = pair.by_hand()
    kept = [
        service.attach(pair.session, who, deal_id=deal.id, folder=tmp_path, name=f"{number}.pdf", content=PDF)
        for number, who in enumerate((pair.buying, pair.selling, pair.officer))
    ]
    assert [row.purpose for row in kept] == ["buyer", "seller", "office"]
    for who in (pair.buying, pair.selling, pair.officer, pair.auditor):
        assert reading.files_of(pair.session, who, deal=deal) == kept
        assert reading.file(pair.session, who, deal_id=deal.id, file_id=kept[0].id) is kept[0]
    with pytest.raises(NotFound):
        reading.file(pair.session, pair.stranger, deal_id=deal.id, file_id=kept[0].id)
    with pytest.raises(Forbidden):
        service.withdraw_file(pair.session, pair.buying, deal_id=deal.id, file_id=kept[1].id)
    service.withdraw_file(pair.session, pair.buying, deal_id=deal.id, file_id=kept[0].id)
    service.withdraw_file(pair.session, pair.officer, deal_id=deal.id, file_id=kept[1].id)
    assert reading.files_of(pair.session, pair.selling, deal=deal) == kept[2:]
    with pytest.raises(NotFound):
        service.withdraw_file(pair.session, pair.buying, deal_id=deal.id, file_id=kept[0].id)


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00 not a paper"])
def test_a_paper_of_the_wrong_kind_is_refused(pair: Pair, tmp_path: Path, content: bytes) -> None:
    deal = pair.by_hand()
    with pytest.raises(Invalid) as caught:
        service.attach(pair.session, pair.buying, deal_id=deal.id, folder=tmp_path, name="a.pdf", content=content)
    assert fields(caught) == ["attachment"]


def test_an_officer_of_one_side_is_that_side_only(pair: Pair) -> None:
    deal = pair.by_hand()
    person = make_person(pair.session, role=Role.OFFICER)
    join(pair.session, person, pair.seller.id)
    partial = as_actor(pair.session, person)
    service.say(pair.session, pair.officer, deal_id=deal.id, text="专员自己看", reach=NoteReach.OFFICE, base=BASE)
    pair.session.refresh(deal)
    assert reading.notes_of(partial, deal) == []
    move(pair, move(pair, deal, S.INTENT), S.SIGNED)
    with pytest.raises(Forbidden):
        move(pair, deal, S.REGISTERED, partial)


def test_the_deal_follows_its_contract_forward_only(pair: Pair) -> None:
    deal = pair.by_hand()

    def follow(stage: DealStage, **over: Any) -> None:
        service.follow_contract(pair.session, pair.officer, deal_id=deal.id, stage=stage, note="合同", **over)

    follow(S.SIGNED, amount_fen=5_000_000)
    assert (deal.stage, deal.amount_fen, len(deal.steps)) == (S.SIGNED, 5_000_000, 2)
    follow(S.INTENT)
    follow(S.SIGNED, amount_fen=5_000_000)
    assert (deal.stage, deal.revision) == (S.SIGNED, 2)
    follow(S.REGISTERED)
    move(pair, deal, S.ENDED, note="对方违约")
    follow(S.PERFORMING, amount_fen=1)
    assert (deal.stage, deal.amount_fen) == (S.ENDED, 5_000_000)
    with pytest.raises(NotFound):
        service.follow_contract(pair.session, pair.officer, deal_id=10**6, stage=S.SIGNED, note="")


def test_with_the_last_payment_nothing_comes_next(pair: Pair) -> None:
    deal = pair.by_hand(next_step="等尾款", next_on=clock.today())
    service.follow_contract(pair.session, pair.officer, deal_id=deal.id, stage=S.COMPLETED, note="已付清")
    assert (deal.stage, deal.next_step, deal.next_on) == (S.COMPLETED, "", None)


def test_a_contract_takes_no_order_to_registration(pair: Pair) -> None:
    deal = pair.by_hand(kind="order")
    service.follow_contract(pair.session, pair.officer, deal_id=deal.id, stage=S.REGISTERED, note="")
    assert deal.stage is S.TALKS
