"""A shell to run commands in, and data folders that are already set up with the demo district."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from matchmaker.cli import cli, setup
from tests.cli.commands import Shell
from tests.cli.seeds import little_seed

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Shell:
    """Commands on an empty data folder."""
    for name in ("MATCHMAKER_DATABASE_URL", "MATCHMAKER_PORT", "MATCHMAKER_HOST"):
        monkeypatch.delenv(name, raising=False)
    return Shell(monkeypatch, capsys, tmp_path / "data")


@pytest.fixture(scope="session")
def district_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after an `init` with little to play, made once."""
    base = tmp_path_factory.mktemp("district")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(setup, "DISTRICT", little_seed(base / "seed"))
        result = CliRunner().invoke(cli, ["init"], env=_settings(base / "data"))
    assert result.exit_code == 0, result.output
    return base / "data"


@pytest.fixture(scope="session")
def whole_district_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after the `init` that users get: most of a minute."""
    folder = tmp_path_factory.mktemp("whole_district") / "data"
    command = [sys.executable, "-m", "matchmaker", "init"]
    subprocess.run(command, cwd=ROOT, env=os.environ | _settings(folder), check=True, capture_output=True)
    return folder


def _settings(folder: Path) -> dict[str, str]:
    return {"MATCHMAKER_DATA": str(folder), "MATCHMAKER_ENCODER": "hashing", "MATCHMAKER_DATABASE_URL": ""}


@pytest.fixture
def district(shell: Shell, district_folder: Path) -> Shell:
    """Commands on a copy of the demo district with little to play."""
    shutil.copytree(district_folder, shell.data_dir)
    return shell


@pytest.fixture
def whole_district(shell: Shell, whole_district_folder: Path) -> Shell:
    """Commands on a copy of the whole demo district."""
    shutil.copytree(whole_district_folder, shell.data_dir)
    return shell
