"""The whole demo district after `init`: a hundred and twenty contracts, three rounds of claims, and every sum right."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Membership, Person
from matchmaker.contracts.models import Contract
from matchmaker.contracts.rules import ContractState
from matchmaker.core.db import make_engine, make_sessions
from matchmaker.core.unit import reading
from matchmaker.deals.models import Deal
from matchmaker.deals.origins import day_of
from matchmaker.deals.rules import DealKind, DealStage
from matchmaker.demo.rounds import AUTUMN, SPRING, SUMMER
from matchmaker.subsidies.models import Claim, PolicyVersion, Window
from matchmaker.subsidies.rules import UNASSESSED, ClaimState
from tests.cli.commands import Shell

pytestmark = pytest.mark.slow


@contextmanager
def _database(shell: Shell) -> Iterator[Session]:
    engine = make_engine(f"sqlite:///{shell.data_dir / 'matchmaker.db'}")
    with reading(make_sessions(engine)) as session:
        yield session
    engine.dispose()


def _claims(session: Session, version: str) -> Counter[ClaimState]:
    joined = select(Claim.state).join(Window, Window.id == Claim.window_id).join(PolicyVersion)
    return Counter(session.scalars(joined.where(PolicyVersion.version == version)))


def test_deals_and_contracts_stand_in_every_stage_and_state(whole_district: Shell) -> None:
    with _database(whole_district) as session:
        contracts = session.scalars(select(Contract)).all()
        assert len(contracts) == 120
        assert {one.state for one in contracts} == set(ContractState)
        years = Counter(one.registered_on.year for one in contracts if one.registered_on)
        assert set(years) == {2024, 2025, 2026} and years[2024] + years[2025] > 45
        deals = session.scalars(select(Deal)).all()
        assert {one.stage for one in deals} == set(DealStage)
        assert len(deals) > 90 and sum(one.kind is DealKind.ORDER for one in deals) >= 10
        assert all(one.next_on is None or one.next_on > date(2025, 1, 1) for one in deals)


def test_most_contracts_and_claims_go_back_to_a_match_with_its_score_from_before_the_signing(
    whole_district: Shell,
) -> None:
    with _database(whole_district) as session:
        ours = [one for one in session.scalars(select(Contract)) if one.source_ref is None]
        traced = [one for one in ours if one.deal is not None and one.deal.evidence.get("score") is not None]
        assert len(traced) > 0.85 * len(ours)
        for one in traced:
            deal = one.deal
            assert deal is not None and deal.evidence["need"]["revision"] and deal.evidence["offer"]["revision"]
            days = [deal.matched_on, day_of(deal.created_at), day_of(one.created_at), one.signed_on]
            known = [day for day in days if day is not None]
            assert known == sorted(known) and len(known) > 2, one.own_number
        claims = session.scalars(select(Claim)).all()
        assert sum(one.contract in traced for one in claims) > 0.9 * len(claims)


def test_the_rounds_have_claims_in_the_states_of_their_time(whole_district: Shell) -> None:
    state = ClaimState
    with _database(whole_district) as session:
        spring, summer, autumn = (_claims(session, one.version) for one in (SPRING, SUMMER, AUTUMN))
        assert set(spring) == {state.PAID, state.REFUSED, state.RETURNED, state.WITHDRAWN, state.CLAWED_BACK}
        assert summer == {state.APPROVED: 1, state.NOTICE: 3}
        # The round that is open: nobody is shown while others may still claim from its budget.
        assert set(autumn) == {state.FOUND, *UNASSESSED, state.PROPOSED}
        assert max(session.scalars(select(Claim.amount_fen))) == 1_000_000_00


def test_the_demo_login_has_a_claim_to_confirm_and_one_that_was_paid(whole_district: Shell) -> None:
    with _database(whole_district) as session:
        mine = select(Membership.organisation_id).join(Person).where(Person.email == "member1@demo.example")
        states = Counter(session.scalars(select(Claim.state).where(Claim.organisation_id.in_(mine))))
        stages = set(session.scalars(select(Deal.stage).where(Deal.buyer_id.in_(mine) | Deal.seller_id.in_(mine))))
    assert states == {ClaimState.FOUND: 1, ClaimState.PAID: 1}
    assert stages >= {DealStage.TALKS, DealStage.INTENT, DealStage.PERFORMING, DealStage.COMPLETED, DealStage.ENDED}


def test_every_decision_and_the_log_prove_themselves(whole_district: Shell) -> None:
    code, said, refused = whole_district("subsidy", "replay")
    assert (code, said.split(" ", 1)[1].strip()) == (0, "decisions come out the same, to the fen"), refused
    assert whole_district("audit", "verify")[:2] == (0, "the audit log is whole\n")
