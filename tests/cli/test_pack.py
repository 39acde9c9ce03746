"""The event pack on the command line: out, opened in a fresh installation, and home."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core.db import make_engine, make_sessions
from matchmaker.core.unit import unit
from matchmaker.participants.models import Participant
from tests.cli.commands import Shell
from tests.events.place import make_event, make_registration


@contextmanager
def rows_of(shell: Shell) -> Iterator[Session]:
    engine = make_engine(f"sqlite:///{shell.data_dir / 'matchmaker.db'}")
    with unit(make_sessions(engine)) as session:
        yield session
    engine.dispose()


@pytest.fixture
def office(shell: Shell) -> Shell:
    """An installation with one event."""
    shell("init", "--no-demo")
    with rows_of(shell) as session:
        make_registration(session, make_event(session), "甲阀门")
    return shell


def test_out_and_home(office: Shell, tmp_path: Path) -> None:
    out, back = tmp_path / "out.zip", tmp_path / "back.zip"
    assert office("pack", "save", 1, out)[:2] == (0, f"written: {out}\n")
    laptop = replace(office, data_dir=tmp_path / "laptop")
    laptop("init", "--no-demo")
    code, said, _ = laptop("pack", "open", out)
    assert (code, said.partition(";")[0]) == (0, "opened: 阀门供需对接会 (event 1)")
    with rows_of(laptop) as session:
        session.scalars(select(Participant)).one().position = "厂长"
    laptop("pack", "save", 1, back)
    assert office("pack", "merge", 1, back)[:2] == (0, "added: nothing\nchanged: 1 participants\n")
    assert office("pack", "merge", 1, back)[1] == "this pack was merged before; nothing changed\n"
    with rows_of(office) as session:
        assert session.scalars(select(Participant)).one().position == "厂长"


def test_refusals_are_one_line(office: Shell, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.zip"
    nothing.write_bytes(b"nothing")
    assert office("pack", "save", 77, tmp_path / "x.zip")[::2] == (1, "Error: no event 77\n")
    assert office("pack", "merge", 1, nothing)[2] == "Error: pack: this file is no event pack, or it is damaged\n"
    office("pack", "save", 1, tmp_path / "out.zip")
    code, _, complaint = office("pack", "open", tmp_path / "out.zip")
    assert (code, complaint.startswith("Error: this installation is in use")) == (1, True)
