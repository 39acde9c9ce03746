"""What another version would have given for last year's claims, whom, in all, and against the budget."""

from dataclasses import replace
from itertools import count

import pytest
from sqlalchemy import event as events

from matchmaker.contracts.rules import ContractKind
from matchmaker.core.errors import Forbidden, NotFound
from matchmaker.subsidies import applying, dry_run, policies, reviewing
from matchmaker.subsidies.models import Decision
from tests.factories import make_organisation
from tests.people import make_actor
from tests.subsidies.place import WAN, Place, policy_text
from tests.web.test_query_counts import uscc

ONE_DATABASE = True
CHEAPER = policy_text(version="2", rate="0.04", cap=50 * WAN)


def test_another_version_is_compared_claim_by_claim_unit_by_unit_and_in_all(place: Place) -> None:
    first = place.paid(total=1200 * WAN)
    second = place.proposed(total=1000 * WAN)
    third = place.applied(total=100 * WAN, kind=ContractKind.SVC)
    gone = place.applied()
    place.do(applying.withdraw, gone, place.owner, reason="不要了")
    row = policies.load_version(place.session, place.one, text=CHEAPER)
    ticks: list[tuple[int, int]] = []
    found = dry_run.compare(
        place.session,
        place.auditor,
        window_id=place.window.id,
        policy_row_id=row.id,
        tick=lambda done, total: ticks.append((done, total)),
    )
    given = [(one.first.granted // WAN, one.second.granted // WAN) for one in found.comparison.claims]
    assert given == [(60, 48), (40, 2), (0, 0)]
    assert [found.claims[one.claim_id] for one in found.comparison.claims] == [first.id, second.id, third.id]
    (unit,) = found.comparison.units
    assert (found.names[unit.uscc], unit.first, unit.second) == (place.buyer.name, 100 * WAN, 50 * WAN)
    assert (found.comparison.first.granted, found.comparison.second.granted) == (100 * WAN, 50 * WAN)
    assert (found.budget_fen, found.comparison.second.budget) == (500 * WAN, 500 * WAN)
    assert (ticks[-1], found.skipped) == ((3, 3), ())
    assert place.session.query(Decision).count() == 2


def test_a_budget_that_does_not_reach_is_shared_in_the_run_too(place: Place) -> None:
    for wan in (300, 100):
        place.proposed(total=wan * WAN)
    place.budget(10 * WAN)
    given = {"window_id": place.window.id, "policy_row_id": place.window.policy_row_id}
    found = dry_run.compare(place.session, place.one, **given)
    assert [one.first.granted for one in found.comparison.claims] == [75_000 * 100, 25_000 * 100]
    assert found.comparison.first.needed == 20 * WAN


def test_what_the_rules_refused_may_come_in_under_another_version(place: Place) -> None:
    claim = place.checked(total=9 * WAN)
    place.do(reviewing.refuse, claim, place.one, reason="低于起点")
    lower = policy_text(version="3").replace(
        "min_tech_amount_per_contract: 10000000", "min_tech_amount_per_contract: 0"
    )
    row = policies.load_version(place.session, place.one, text=lower)
    found = dry_run.compare(place.session, place.one, window_id=place.window.id, policy_row_id=row.id)
    (one,) = found.comparison.claims
    assert (one.first.granted, one.second.granted) == (0, 4_500 * 100)


def test_a_run_takes_as_many_statements_for_many_claims_as_for_few(place: Place) -> None:
    def claims(number: int) -> int:
        """So many units with a claim each, every other one decided; how many statements the run takes then."""
        for _ in range(number):
            buyer = make_organisation(place.session, uscc=next(codes))
            one = replace(place, buyer=buyer, owner=make_actor(place.session, buyer.id))
            one.proposed()
            one.applied()
        place.session.flush()
        place.session.expunge_all()
        seen: list[str] = []
        heard = lambda *given: seen.append(given[2])  # noqa: E731
        events.listen(place.session.get_bind(), "before_cursor_execute", heard)
        given = {"window_id": place.window.id, "policy_row_id": place.window.policy_row_id}
        found = dry_run.compare(place.session, place.auditor, **given)
        events.remove(place.session.get_bind(), "before_cursor_execute", heard)
        assert len(found.names) == len(found.claims) // 2
        return len(seen)

    codes = map(uscc, count(10))
    assert claims(1) == claims(6)


def test_only_the_office_and_the_audit_run_it(place: Place) -> None:
    for actor in (place.owner, place.stranger):
        with pytest.raises(Forbidden):
            dry_run.compare(place.session, actor, window_id=place.window.id, policy_row_id=1)
    for given in ({"window_id": 999_999, "policy_row_id": 1}, {"window_id": place.window.id, "policy_row_id": 999_999}):
        with pytest.raises(NotFound):
            dry_run.compare(place.session, place.one, **given)
