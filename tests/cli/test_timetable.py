"""The `timetable` command: what it writes, what it refuses, and that Ctrl-C leaves a plan."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from click.testing import CliRunner

from benchmarks.instances import instance as made_up
from matchmaker.cli import cli

SMALL = {
    "slots": ["s1"],
    "tables": ["t1"],
    "participants": [{"id": "甲"}, {"id": "乙"}],
    "pairs": [{"a": "甲", "b": "乙", "utility": 0.8}],
}


def test_a_plan_is_written(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps(SMALL))
    out = tmp_path / "plan.json"
    done = CliRunner().invoke(cli, ["timetable", str(tmp_path / "in.json"), "--out", str(out), "--seconds", "2"])
    assert done.exit_code == 0 and "1 meetings" in done.output
    assert json.loads(out.read_text())["meetings"] == [{"a": "甲", "b": "乙", "slot": "s1", "table": "t1"}]


def test_a_refusal_names_the_field_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps(SMALL | {"tables": []}))
    out = tmp_path / "plan.json"
    done = CliRunner().invoke(cli, ["timetable", str(tmp_path / "in.json"), "--out", str(out)])
    assert done.exit_code == 1 and "tables: there are pairs to place and no table" in done.output
    assert not out.exists()


def test_an_interrupted_search_writes_what_it_has(tmp_path: Path) -> None:
    made = made_up(200, 30, 12, 3_000)
    data = {
        "slots": made.slots,
        "tables": made.tables,
        "participants": [
            asdict(one) | {"available": sorted(one.available) if one.available is not None else None}
            for one in made.participants
        ],
        "pairs": [asdict(pair) for pair in made.pairs],
    }
    (tmp_path / "in.json").write_text(json.dumps(data))
    out = tmp_path / "plan.json"
    command = [sys.executable, "-m", "matchmaker", "timetable", str(tmp_path / "in.json"), "--out", str(out)]
    with subprocess.Popen([*command, "--seconds", "600"], stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        while "utility" not in running.stderr.read(60):
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=120)
        assert running.returncode == 0
    assert json.loads(out.read_text())["meetings"]
