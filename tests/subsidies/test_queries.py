"""Lists of claims: who sees which, what is counted, and that they load in a constant number of statements."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event as events

from matchmaker.core import clock
from matchmaker.core.db import new_key
from matchmaker.core.errors import Forbidden, NotFound
from matchmaker.subsidies import applying, correcting, ledger, paying, queries, reviewing, taking_back, voices
from matchmaker.subsidies.queries import QueueFilter
from matchmaker.subsidies.rules import ClaimState, ClawBackReason
from tests.factories import USCCS, make_organisation
from tests.people import BASE, make_actor
from tests.subsidies.place import AFTER_NOTICE, CLOSED, WAN, Place, day, make_contract

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def _queue(place: Place, **over: object) -> list[int]:
    filters = QueueFilter(**over)  # type: ignore[arg-type]
    return [one.id for one in queries.queue(place.session, place.one, filters=filters).rows]


def test_a_claim_is_read_by_its_applicant_the_office_and_the_audit(place: Place) -> None:
    claim = place.applied()
    for actor in (place.owner, place.one, place.auditor):
        assert queries.claim(place.session, actor, claim_id=claim.id) is claim
    for claim_id, actor in ((claim.id, place.stranger), (999_999, place.one)):
        with pytest.raises(NotFound):
            queries.claim(place.session, actor, claim_id=claim_id)
    assert queries.mine(place.session, place.owner) == [claim]
    assert queries.mine(place.session, place.stranger) == []


def test_who_acts_for_an_organisation_reads_what_that_reads(place: Place) -> None:
    claim = place.applied()
    elsewhere = make_organisation(place.session, uscc=USCCS[2], name="旁人研究院")
    acting = replace(place.one, organisation_ids=frozenset({elsewhere.id}), acting_for=elsewhere.id)
    with pytest.raises(NotFound):
        queries.claim(place.session, acting, claim_id=claim.id)
    with pytest.raises(Forbidden):
        queries.queue(place.session, acting, filters=QueueFilter())
    helping = replace(acting, organisation_ids=frozenset({place.buyer.id}), acting_for=place.buyer.id)
    assert queries.claim(place.session, helping, claim_id=claim.id).id == claim.id


def test_the_queue_filters_counts_and_sums(place: Place) -> None:
    first, second = place.proposed(total=300 * WAN), place.applied(total=200 * WAN)
    page = queries.queue(place.session, place.auditor, filters=QueueFilter(), page=7)
    assert (page.total, page.number, page.last, page.sum_fen) == (2, 1, 1, 15 * WAN)
    assert page.counts == {ClaimState.PROPOSED: 1, ClaimState.APPLIED: 1}
    assert _queue(place, state=ClaimState.PROPOSED) == [first.id]
    assert queries.queue(place.session, place.one, filters=QueueFilter(state=ClaimState.APPLIED)).sum_fen == 0
    assert _queue(place, window_id=place.window.id) == [first.id, second.id]
    assert _queue(place, window_id=999_999) == _queue(place, town="440605001") == []
    assert _queue(place, text=second.contract.title) == _queue(place, text=str(second.contract.registration_no))
    assert _queue(place, text="%") == _queue(place, text="_____") == []
    assert len(queries.claims_for_export(place.session, place.one, filters=QueueFilter())) == 2
    for read in (queries.queue, queries.claims_for_export):
        with pytest.raises(Forbidden):
            read(place.session, place.owner, filters=QueueFilter())


def test_what_waits_for_an_officer_is_what_the_officer_may_do_now(place: Place) -> None:
    def waiting(actor: object) -> list[int]:
        filters = QueueFilter(waiting_for_me=True)
        rows = queries.queue(place.session, actor, filters=filters).rows  # type: ignore[arg-type]
        return [one.id for one in rows]

    claim = place.proposed()
    assert waiting(place.one) == waiting(place.two) == []
    with clock.pretend(CLOSED):
        assert waiting(place.one) == waiting(place.two) == [claim.id]
        place.do(reviewing.publish_notice, claim, place.one)
        assert waiting(place.one) == waiting(place.two) == []
    with clock.pretend(AFTER_NOTICE):
        assert (waiting(place.one), waiting(place.two)) == ([], [claim.id])
        place.do(reviewing.approve, claim, place.two)
        assert (waiting(place.one), waiting(place.two)) == ([claim.id], [])
    assert waiting(place.auditor) == []
    member = make_actor(place.session, place.buyer.id, role=place.one.role)
    assert waiting(member) == []
    new = place.applied()
    assert new.id in waiting(place.two) and new.id not in waiting(member)


def test_an_open_objection_and_a_claw_back_wait_for_the_office(place: Place) -> None:
    shown, paid = place.shown(total=100 * WAN), place.paid(total=100 * WAN)
    words = {"text": "有异议", "contact": "13800000000", "base": BASE}
    with clock.pretend(CLOSED):
        voices.object_(place.session, place.stranger, claim_id=shown.id, **words)
    given = {"reason": ClawBackReason.FALSE_DECLARATION, "amount_fen": None, "text": "不实", "base": BASE}
    row = taking_back.propose_claw_back(place.session, place.one, claim_id=paid.id, once=new_key(), **given)
    assert _queue(place, waiting_for_me=True) == [shown.id]
    rows = queries.queue(place.session, place.two, filters=QueueFilter(waiting_for_me=True)).rows
    assert [one.id for one in rows] == [shown.id, paid.id]
    assert queries.claw_backs(place.session, place.two) == [row]
    with pytest.raises(Forbidden):
        queries.claw_backs(place.session, place.owner)


def test_everybody_sees_what_is_shown_to_the_public_and_only_that(place: Place) -> None:
    claim = place.shown()
    place.proposed()
    with clock.pretend(CLOSED):
        assert queries.notice_list(place.session) == [claim]
    with clock.pretend(AFTER_NOTICE):
        assert queries.notice_list(place.session) == []


def test_a_ledger_is_read_by_the_page_what_was_booked_last_first(place: Place) -> None:
    first = ledger.entries(place.session, window_id=place.window.id)[0]
    for number in range(queries.PER_PAGE):
        place.budget((501 + number) * WAN)
    wrong = ledger.entries(place.session, window_id=place.window.id)[-1]
    given = {"reason": "录错", "once": new_key(), "base": BASE}
    back = correcting.reverse(place.session, place.two, entry_id=wrong.id, **given)

    def read(number: int) -> queries.EntriesPage:
        return queries.entries_page(place.session, place.auditor, window_id=place.window.id, page=number)

    page, rest = read(1), read(2)
    assert (len(page.rows), page.total, page.number, page.last) == (50, 52, 1, 2)
    assert ([one.id for one in page.rows[:2]], page.reversed_ids) == ([back.id, wrong.id], {wrong.id})
    assert ([one.id for one in rest.rows][-1], len(rest.rows), rest.reversed_ids) == (first.id, 2, frozenset())
    # A page too far is the last, one before the first is the first.
    assert (read(9).rows, read(0).rows) == (rest.rows, page.rows)
    with pytest.raises(Forbidden):
        queries.entries_page(place.session, place.owner, window_id=place.window.id)


def test_a_window_shows_its_claims_and_its_money(place: Place) -> None:
    place.paid(total=100 * WAN)
    place.approved(total=200 * WAN)
    place.shown(total=300 * WAN)
    page = queries.window_page(place.session, place.auditor, window_id=place.window.id)
    assert page.by_state[ClaimState.PAID] == (1, 5 * WAN)
    money = (page.budget_fen, page.paid_fen, page.committed_fen, page.reserved_fen, page.available_fen)
    assert [fen // WAN for fen in money] == [500, 5, 10, 15, 485]
    assert page.receivable_fen == 0
    with pytest.raises(Forbidden):
        queries.window_page(place.session, place.owner, window_id=place.window.id)
    with pytest.raises(NotFound):
        queries.window_page(place.session, place.one, window_id=999_999)


def test_batches_keep_what_was_handed_over_in_them(place: Place) -> None:
    claim = place.approved()
    batch = place.batch(claim)
    place.do(paying.take_out, claim, place.one, reason="账号校验失败")
    found = queries.batch(place.session, place.auditor, batch_id=batch.id)
    assert (found.batch, list(found.claims)) == (batch, [claim])
    assert queries.batches(place.session, place.one, window_id=place.window.id) == [batch]
    for read in (
        lambda actor: queries.batch(place.session, actor, batch_id=batch.id),
        lambda actor: queries.batches(place.session, actor, window_id=place.window.id),
    ):
        with pytest.raises(Forbidden):
            read(place.owner)
    with pytest.raises(NotFound):
        queries.batch(place.session, place.one, batch_id=999_999)


def test_papers_come_together_as_they_stood(place: Place, tmp_path: Path) -> None:
    claim, other = place.applied(), place.applied()
    given = {"claim_id": claim.id, "purpose": "statement", "name": "说明.pdf", "content": PDF}
    first = applying.attach(place.session, place.owner, tmp_path, **given)
    with clock.pretend(day(3, 12)):
        applying.withdraw_file(place.session, place.owner, claim_id=claim.id, file_id=first.id)
        second = applying.attach(place.session, place.owner, tmp_path, **given)
    found = queries.files_of(place.session, [claim, other])
    assert (found[claim.id], found[other.id]) == ([second], [])
    assert queries.files_of(place.session, [claim], as_of=day(3, 11)) == {claim.id: [first]}
    assert queries.files_of(place.session, []) == {}


def test_a_form_that_came_too_late_learns_what_changed(place: Place) -> None:
    claim = place.applied()
    opened = claim.revision
    place.do(reviewing.precheck, claim, place.one)
    place.do(reviewing.town_check, claim, place.two)
    found = queries.changes_since(place.session, place.owner, claim_id=claim.id, revision=opened)
    assert [(one.by, one.detail["state"][1]) for one in found] == [  # type: ignore[index]
        ("谭专员", "prechecked"),
        ("冯专员", "town_passed"),
    ]
    assert queries.changes_since(place.session, place.owner, claim_id=claim.id, revision=claim.revision) == []


def test_lists_take_the_same_number_of_statements_for_few_and_for_many(place: Place) -> None:
    def statements(claims: int) -> int:
        for number in range(claims):
            other = make_organisation(place.session, uscc=USCCS[number % 2 + 2], name=f"佛山市第{number}有限公司")
            place.proposed(make_contract(place.session, place.buyer, other))
        place.session.flush()
        place.session.expire_all()
        seen: list[object] = []
        bind = place.session.get_bind()

        def listen(*given: object) -> None:
            seen.append(given)

        events.listen(bind, "before_cursor_execute", listen)
        for row in queries.queue(place.session, place.one, filters=QueueFilter()).rows:
            shown = (row.organisation.name, row.contract.title, row.window.policy.version, row.contract.paid_fen)
            assert all(shown) and row.steps and row.decisions and row.contract.parties
        events.remove(bind, "before_cursor_execute", listen)
        return len(seen)

    assert statements(1) == statements(3)
