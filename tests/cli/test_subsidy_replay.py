"""`subsidy replay` makes every decision again and says with its exit code whether all come out the same."""

import pytest
from sqlalchemy import create_engine, text

from matchmaker.core import clock
from matchmaker.core.db import make_engine, make_sessions
from matchmaker.core.unit import unit
from tests.cli.commands import Shell
from tests.subsidies.place import OPEN, make_place


@pytest.fixture
def decided(shell: Shell) -> Shell:
    """An installation with one paid claim and nothing else."""
    shell("init", "--no-demo")
    engine = make_engine(f"sqlite:///{shell.data_dir / 'matchmaker.db'}")
    with unit(make_sessions(engine)) as session, clock.pretend(OPEN):
        make_place(session).paid()
    engine.dispose()
    return shell


def test_decisions_that_come_out_the_same_exit_with_nought(decided: Shell) -> None:
    assert decided("subsidy", "replay") == (0, "1 decisions come out the same, to the fen\n", "")


def test_a_difference_of_a_fen_exits_with_one_and_names_the_decision(decided: Shell) -> None:
    engine = create_engine(f"sqlite:///{decided.data_dir / 'matchmaker.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE subsidy_decisions SET amount_fen = amount_fen + 1"))
    engine.dispose()
    code, said, complaint = decided("subsidy", "replay")
    assert (code, said) == (1, "")
    assert "decision:1 (claim 1): amount_fen is 15000001, should be 15000000" in complaint
    assert complaint.endswith("2 differences\n")


def test_without_a_database_it_says_what_to_do(shell: Shell) -> None:
    code, _, said = shell("subsidy", "replay")
    assert (code, "was `init` run?" in said) == (1, True)
