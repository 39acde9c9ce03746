"""Runs a command the way the shell does, in this process: arguments in, exit code and both outputs out."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from matchmaker.cli import main

# What a progress bar has written over again.
BAR = re.compile(r"\r[^\r\n]*(?=\r)")


@dataclass(frozen=True)
class Shell:
    """A shell with MATCHMAKER_* set for one data folder."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    data_dir: Path

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of `python -m matchmaker` with these arguments."""
        self.monkeypatch.setenv("MATCHMAKER_DATA", str(self.data_dir))
        self.monkeypatch.setenv("MATCHMAKER_ENCODER", "hashing")
        self.monkeypatch.setattr(sys, "argv", ["matchmaker", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = self.capsys.readouterr()
        return code, said.out, BAR.sub("", said.err).replace("\r", "")
