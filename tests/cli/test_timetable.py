"""The `timetable` command: what it writes, what it refuses, repairs, and that Ctrl-C leaves a plan."""

import json
import signal
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from matchmaker.cli import cli

PAIRS = [{"a": "甲", "b": "乙", "utility": 0.8}]
SMALL = {"slots": ["s1"], "tables": ["t1"], "participants": [{"id": "甲"}, {"id": "乙"}], "pairs": PAIRS}
LOCKED = [{"a": "甲", "b": other, "utility": 0.8, "locked": {"slot": "s1", "table": "t1"}} for other in "乙丙"]


def test_a_plan_is_written(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps(SMALL))
    out = tmp_path / "plan.json"
    done = CliRunner().invoke(cli, ["timetable", str(tmp_path / "in.json"), "--out", str(out), "--seconds", "2"])
    assert done.exit_code == 0 and "1 meetings" in done.output
    assert json.loads(out.read_text())["meetings"] == [{"a": "甲", "b": "乙", "slot": "s1", "table": "t1"}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (json.dumps(SMALL | {"tables": []}), "tables: there are pairs to place and no table"),
        (json.dumps(SMALL | {"slots": []}), "slots: there are pairs to place and no slot"),
        (json.dumps(SMALL).replace("0.8", "NaN"), "pairs.0.utility: Input should be a finite number"),
        (json.dumps(SMALL).replace("0.8", "1e999"), "pairs.0.utility: Input should be"),
        (json.dumps(SMALL).replace("0.8", "1.01"), "pairs.0.utility: Input should be less than or equal to 1"),
        (json.dumps(SMALL | {"pairs": [*PAIRS, *PAIRS]}), "pairs.1: 甲 and 乙 are listed twice"),
        (json.dumps(SMALL | {"pairs": [PAIRS[0] | {"b": "甲"}]}), "pairs.0: 甲 cannot meet itself"),
        (json.dumps(SMALL | {"pairs": [PAIRS[0] | {"b": "无"}]}), "pairs.0: unknown participant 无"),
        (
            json.dumps(SMALL | {"pairs": LOCKED, "participants": [{"id": name} for name in "甲乙丙"]}),
            "pairs.1.locked: contradicting locks",
        ),
        ("", "file: Invalid JSON"),
    ],
)
def test_a_refusal_is_one_line_that_names_the_field_and_writes_nothing(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "in.json").write_text(text)
    out = tmp_path / "plan.json"
    done = CliRunner().invoke(cli, ["timetable", str(tmp_path / "in.json"), "--out", str(out), "--seconds", "2"])
    assert done.exit_code == 1 and said in done.output
    assert len(done.output.splitlines()) == 1
    assert not out.exists()


def test_a_plan_that_could_not_be_written_is_refused_before_it_is_made(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps(SMALL))
    out = tmp_path / "nowhere" / "plan.json"
    done = CliRunner().invoke(cli, ["timetable", str(tmp_path / "in.json"), "--out", str(out)])
    assert (done.exit_code, done.output) == (1, f"Error: --out: there is no folder {out.parent}\n")


def repaired(folder: Path, instance: dict[str, Any], plan: dict[str, Any], *more: str) -> Result:
    """What the command says to an event as it is now and the published plan of it."""
    (folder / "in.json").write_text(json.dumps(instance))
    (folder / "published.json").write_text(json.dumps(plan))
    files = [str(folder / name) for name in ("in.json", "published.json", "out.json")]
    return CliRunner().invoke(cli, ["timetable", files[0], "--repair", files[1], "--out", files[2], *more])


def test_a_published_plan_is_repaired_and_every_change_listed(tmp_path: Path) -> None:
    people = [{"id": name} for name in "甲乙丙丁戊"] + [{"id": "己", "available": []}]
    both = [("甲", "乙"), ("丙", "丁"), ("戊", "己"), ("丁", "戊"), ("甲", "戊")]
    pairs = [{"a": a, "b": b, "utility": 0.5} for a, b in both]
    instance = {"slots": ["s1", "s2"], "tables": ["t1", "t2"], "participants": people, "pairs": pairs}
    places = [("甲", "乙", "s1", "t1"), ("丙", "丁", "s1", "t9"), ("己", "戊", "s2", "t1")]
    plan = {"meetings": [dict(zip(("a", "b", "slot", "table"), one, strict=True)) for one in places]}
    done = repaired(tmp_path, instance, plan)
    assert done.exit_code == 0, done.output
    assert "changes: 1 dropped, 1 moved, 1 added, 4 concerned; no plan keeps more meetings" in done.output
    found = json.loads((tmp_path / "out.json").read_text())
    changes = found["changes"]
    assert changes["dropped"] == [{"a": "戊", "b": "己", "slot": "s2", "table": "t1"}]
    moved = {"from": {"slot": "s1", "table": "t9"}, "to": {"slot": "s1", "table": "t2"}}
    assert changes["moved"] == [{"a": "丙", "b": "丁", **moved}]
    assert [one["slot"] for one in changes["added"]] == ["s2"] and changes["fewest"]
    assert len(found["meetings"]) == 3 and found["utility"] <= found["upper_bound"]


def test_a_repair_is_refused_by_what_is_wrong_with_it(tmp_path: Path) -> None:
    done = repaired(tmp_path, SMALL, {"meetings": [{"a": "甲"}]})
    assert done.exit_code == 1 and "meetings.0.b: Field required" in done.output
    done = repaired(tmp_path, SMALL, {"meetings": []}, "--arrived", "无")
    assert done.exit_code == 1 and "arrived: unknown participant 无" in done.output
    assert not (tmp_path / "out.json").exists()
    done = repaired(tmp_path, SMALL, {"meetings": []}, "--arrived", "甲")
    assert done.exit_code == 0 and "1 added" in done.output
    alone = ["timetable", str(tmp_path / "in.json"), "--out", str(tmp_path / "x.json"), "--arrived", "甲"]
    assert CliRunner().invoke(cli, alone).exit_code == 2


def test_an_interrupted_search_writes_what_it_has(tmp_path: Path) -> None:
    """Everybody could meet everybody, and in every slot: that takes longer than it takes to interrupt it."""
    names = [f"p{number}" for number in range(45)]
    pairs = [{"a": a, "b": b, "utility": (n * 37 % 101) / 101} for n, (a, b) in enumerate(combinations(names, 2))]
    slots = [f"s{number}" for number in range(12)]
    data = {"slots": slots, "tables": names[:22], "participants": [{"id": name} for name in names], "pairs": pairs}
    (tmp_path / "in.json").write_text(json.dumps(data))
    out = tmp_path / "plan.json"
    command = [sys.executable, "-m", "matchmaker", "timetable", str(tmp_path / "in.json"), "--out", str(out)]
    with subprocess.Popen([*command, "--seconds", "600"], stderr=subprocess.PIPE) as running:
        assert running.stderr is not None
        said = b""
        while b"utility" not in said:
            said += (more := running.stderr.read1())
            assert more, said
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=120)
        assert running.returncode == 0
    assert json.loads(out.read_text())["meetings"]
