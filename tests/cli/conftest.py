"""A shell to run commands in, and a data folder that is already set up with the demo district."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import Shell

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Shell:
    """Commands on an empty data folder."""
    for name in ("MATCHMAKER_DATABASE_URL", "MATCHMAKER_PORT", "MATCHMAKER_HOST"):
        monkeypatch.delenv(name, raising=False)
    return Shell(monkeypatch, capsys, tmp_path / "data")


@pytest.fixture(scope="session")
def district_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after `init`, made once."""
    folder = tmp_path_factory.mktemp("district") / "data"
    env = os.environ | {"MATCHMAKER_DATA": str(folder), "MATCHMAKER_ENCODER": "hashing", "MATCHMAKER_DATABASE_URL": ""}
    command = [sys.executable, "-m", "matchmaker", "init"]
    subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True)
    return folder


@pytest.fixture
def district(shell: Shell, district_folder: Path) -> Shell:
    """Commands on a copy of the demo district."""
    shutil.copytree(district_folder, shell.data_dir)
    return shell
