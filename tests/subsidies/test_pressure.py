"""Sixteen processes on one applicant and one budget at once, some killed in the middle, on both kinds of database."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.subsidy_pressure import play_round

CLIENTS = 16
# What one phase asks for: every claim is proposed once, or refused because the cap is used up.
FEWEST_DONE = 9


@pytest.mark.slow
def test_caps_budget_and_ledger_hold_exactly_whoever_is_killed(
    sessions: sessionmaker[Session], database_url: str, tmp_path: Path
) -> None:
    # Nobody may inherit an open connection.
    sessions.kw["bind"].dispose()
    wrong, (proposing, paying) = play_round(database_url, 1, clients=CLIENTS, seed=7, folder=tmp_path)
    assert wrong == []
    assert proposing.killed + paying.killed > 0
    assert len(set(proposing.acknowledged)) >= FEWEST_DONE
    assert any(key.startswith("pay-") for key in paying.acknowledged)
