"""`init` prepares everything, changes nothing the second time, and finishes what was interrupted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.audit.models import AuditEntry
from matchmaker.cli import setup
from matchmaker.contracts.models import Contract
from matchmaker.core.db import make_engine, make_sessions
from matchmaker.core.unit import reading
from matchmaker.demo.office import NEWCOMERS
from matchmaker.demo.people import PASSWORD
from matchmaker.exchange import importing
from matchmaker.listings.models import Listing
from matchmaker.matching.models import CorpusSnapshot, ListingVector
from tests.cli.commands import Shell
from tests.cli.seeds import DISTRICT, FEW, little_seed


@pytest.fixture(autouse=True)
def _little_to_play(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(setup, "DISTRICT", little_seed(tmp_path / "district"))


@contextmanager
def _database(shell: Shell) -> Iterator[Session]:
    engine = make_engine(f"sqlite:///{shell.data_dir / 'matchmaker.db'}")
    with reading(make_sessions(engine)) as session:
        yield session
    engine.dispose()


def _lines(name: str) -> int:
    return len((DISTRICT / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())


def _counts(shell: Shell) -> dict[str, int]:
    tables = (Organisation, Listing, ListingVector, CorpusSnapshot, Contract, AuditEntry)
    with _database(shell) as session:
        return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_init_prepares_everything_and_the_second_time_changes_nothing(shell: Shell) -> None:
    code, said, _ = shell("init")
    assert (code, said.splitlines()[-1]) == (0, "ready")
    first = _counts(shell)
    assert first["organisations"] == _lines("organisations") + len(NEWCOMERS)
    assert first["listings"] == _lines("needs") + _lines("offers")
    assert first["listing_vectors"] == first["listings"]
    assert first["corpus_snapshots"] == 1
    assert first["contracts"] == FEW["stories"] + FEW["past_contracts"]
    assert first["audit_entries"] > first["organisations"] + first["listings"]
    again = shell("init")
    assert (again[0], again[2]) == (0, "")
    assert again[1].splitlines()[0] == "database: up to date"
    assert PASSWORD in again[1].splitlines()[1]
    assert again[1].splitlines()[2:] == ["ready"]
    assert _counts(shell) == first


@pytest.mark.parametrize("finished", [1, 2])
def test_an_interrupted_init_is_finished_by_the_next(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, finished: int
) -> None:
    """Stopped with Ctrl-C between two of the district's files."""
    original, calls = importing.import_file, []

    def stop_after(*given: Any, **named: Any) -> Any:
        if len(calls) == finished:
            raise KeyboardInterrupt
        calls.append(named["path"].name)
        return original(*given, **named)

    monkeypatch.setattr(importing, "import_file", stop_after)
    assert shell("init")[0] == 1
    assert len(calls) == finished
    monkeypatch.setattr(importing, "import_file", original)
    assert shell("init")[0] == 0
    found = _counts(shell)
    assert found["organisations"] == _lines("organisations") + len(NEWCOMERS)
    assert found["listings"] == found["listing_vectors"] == _lines("needs") + _lines("offers")
    # The year of activity is written once, however often it was begun.
    assert shell("init")[0] == 0
    assert _counts(shell) == found


def test_without_demo_the_district_is_empty(shell: Shell) -> None:
    assert shell("init", "--no-demo") == (0, "database: migrating\ndatabase: up to date\nready\n", "")
    assert set(_counts(shell).values()) == {0}


@pytest.mark.parametrize(
    ("variable", "value"),
    [("MATCHMAKER_PORT", "http"), ("MATCHMAKER_PRECISION", "int1"), ("MATCHMAKER_DATABASE_URL", "nonsense")],
)
def test_a_wrong_setting_is_one_line(shell: Shell, monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    code, said, refused = shell("init", "--no-demo")
    assert (code, said, len(refused.splitlines())) == (1, "", 1)
    assert variable in refused


def test_a_database_server_that_is_down_is_one_line(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATCHMAKER_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    code, said, refused = shell("init", "--no-demo")
    assert (code, said, len(refused.splitlines())) == (1, "", 1)
    assert refused.startswith("Error: the database cannot be used: connection failed")
