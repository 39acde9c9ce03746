"""The `subsidy` commands: what they write, what they refuse in one line, and that nothing is left half written."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from benchmarks.claims import write_claims
from matchmaker.cli import cli
from tests.subsidies.claim_rows import FORMAT, SEEDS, Row, claim, paid, uscc

KEYS = ["claim_id", "eligible", "base", "amount", "reasons", "policy_id", "policy_version"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the printed policy."""
    (tmp_path / "policy.yaml").write_text(FORMAT, encoding="utf-8")
    return tmp_path


def assess(folder: Path, *rows: Row | str, policy: str = "policy.yaml") -> Result:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / "claims.jsonl").write_text("\n".join(lines), encoding="utf-8")
    command = ["subsidy", "assess", str(folder / "claims.jsonl"), "--policy", str(folder / policy)]
    return CliRunner().invoke(cli, [*command, "--out", str(folder / "out.jsonl")])


def written(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "out.jsonl").read_text(encoding="utf-8").splitlines()]


def test_outcomes_are_written_in_the_order_decided(folder: Path) -> None:
    big = {"total_amount": "12000000", "technology_amount": "12000000", "payments": [paid("12000000")]}
    less = {"kind": "LIC", "total_amount": "10000000", "technology_amount": "10000000", "payments": [paid("10000000")]}
    other = {"uscc": uscc(2), "division": "440605"}
    rows = [
        claim("V3-2", contract=less),
        claim("V3-1", contract=big),
        claim("V1", applied_on="2026-03-02", applicant=other),
    ]
    done = assess(folder, *rows)
    assert done.exit_code == 0
    assert "3 claims decided under NH-TECHDEAL 2023-01-01+" in done.output
    assert "3 eligible, 1060000.00 CNY granted" in done.output
    lines = written(folder)
    assert [list(line) for line in lines] == [KEYS] * 3
    assert [(line["claim_id"], line["base"], line["amount"]) for line in lines] == [
        ("V1", "1200000.00", "60000.00"),
        ("V3-1", "12000000.00", "600000.00"),
        ("V3-2", "10000000.00", "400000.00"),
    ]
    assert lines[0]["eligible"] is True and lines[0]["policy_id"] == "NH-TECHDEAL"
    assert lines[0]["reasons"][1] == {"code": "rate", "text": "1,200,000 元 × 5 % = 60,000 元"}


def test_a_claim_that_fails_a_rule_is_written_with_its_reason(folder: Path) -> None:
    assert assess(folder, claim(contract={"related_party": "detected"})).exit_code == 0
    (line,) = written(folder)
    assert (line["eligible"], line["base"], line["amount"]) == (False, "0.00", "0.00")
    assert [one["code"] for one in line["reasons"]] == ["related_party"]


def test_a_budget_that_does_not_reach_is_shared_and_said(folder: Path) -> None:
    limited = FORMAT.replace("yearly_total: null", "yearly_total: 10000001")
    (folder / "limited.yaml").write_text(limited, encoding="utf-8")
    rows = [claim(name, applicant={"uscc": uscc(number), "division": "440605"}) for number, name in enumerate("ABC")]
    done = assess(folder, *rows, policy="limited.yaml")
    assert "100000.01 CNY granted, 79999.99 CNY cut because the budget does not reach" in done.output
    assert [line["amount"] for line in written(folder)] == ["33333.34", "33333.34", "33333.33"]
    assert {line["reasons"][-1]["code"] for line in written(folder)} == {"budget_share"}


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([claim("A"), claim("B", role="owner")], "claims.jsonl: line 2: role: Input should be 'buyer'"),
        ([claim("A", contract={"payments": [paid("0.005")]})], "claims.jsonl: line 1: contract.payments.0.amount: "),
        ([claim("A"), claim("A")], "claims.jsonl: line 2: claim_id: 'A' stands already in line 1"),
        ([claim("A"), "{"], "claims.jsonl: line 2: Invalid JSON"),
    ],
)
def test_a_malformed_claim_refuses_the_file_and_leaves_what_was_there(
    folder: Path, rows: list[Row | str], named: str
) -> None:
    (folder / "out.jsonl").write_text("of last week")
    done = assess(folder, *rows)
    assert done.exit_code == 1
    assert named in done.output and "Traceback" not in done.output
    assert len([line for line in done.stderr.splitlines() if line.startswith("Error")]) == 1
    assert (folder / "out.jsonl").read_text() == "of last week"
    assert sorted(path.name for path in folder.iterdir()) == ["claims.jsonl", "out.jsonl", "policy.yaml"]


def test_a_wrong_policy_is_refused_with_its_file_line_and_key(folder: Path) -> None:
    (folder / "policy.yaml").write_text(FORMAT.replace("DEV: 0.05", "DVE: 0.05", 1), encoding="utf-8")
    done = assess(folder, claim())
    assert done.exit_code == 1 and not (folder / "out.jsonl").exists()
    assert "policy.yaml: beneficiaries.buyer.rates.DVE: line 6: unknown key; did you mean DEV?" in done.output


def test_the_claims_are_never_overwritten(folder: Path) -> None:
    (folder / "claims.jsonl").write_text(json.dumps(claim()), encoding="utf-8")
    file = str(folder / "claims.jsonl")
    done = CliRunner().invoke(cli, ["subsidy", "assess", file, "--policy", str(folder / "policy.yaml"), "--out", file])
    assert done.exit_code == 1 and "out: would overwrite the claims" in done.output
    assert json.loads((folder / "claims.jsonl").read_text(encoding="utf-8")) == claim()


def test_a_folder_that_cannot_be_written_to_is_refused(folder: Path) -> None:
    (folder / "claims.jsonl").write_text(json.dumps(claim()), encoding="utf-8")
    command = ["subsidy", "assess", str(folder / "claims.jsonl"), "--policy", str(folder / "policy.yaml")]
    done = CliRunner().invoke(cli, [*command, "--out", str(folder / "missing" / "out.jsonl")])
    assert done.exit_code == 1 and "No such file or directory" in done.output


def test_an_interrupted_run_leaves_nothing(folder: Path) -> None:
    write_claims(folder / "claims.jsonl", 30_000)
    command = ["subsidy", "assess", str(folder / "claims.jsonl"), "--policy", str(folder / "policy.yaml")]
    run = [sys.executable, "-m", "matchmaker", *command, "--out", str(folder / "out.jsonl")]
    with subprocess.Popen(run, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        said = ""
        while "claim/s" not in said:
            more = running.stderr.read(20)
            assert more, said
            said += more
        running.send_signal(signal.SIGINT)
        said += running.communicate(timeout=120)[1]
    assert running.returncode == 1 and "Traceback" not in said
    assert sorted(path.name for path in folder.iterdir()) == ["claims.jsonl", "policy.yaml"]


def test_two_policies_are_compared_unit_by_unit_and_in_all(folder: Path) -> None:
    service = {"kind": "SVC", "total_amount": "800000", "technology_amount": "800000", "payments": [paid("800000")]}
    (folder / "claims.jsonl").write_text(json.dumps(claim(contract=service)), encoding="utf-8")
    policies = ["--policy", SEEDS / "nh-techdeal-2023.yaml", "--against", SEEDS / "nh-techdeal-2026.yaml"]
    command = ["subsidy", "compare", folder / "claims.jsonl", *policies, "--budget", "30000"]
    done = CliRunner().invoke(cli, [*map(str, command)])
    assert done.exit_code == 0
    assert f"{uscc(1)}\t24000.00\t30000.00\t6000.00" in done.output
    assert "NH-TECHDEAL 2026-example: 1 of 1 eligible, needs 32000.00, grants 30000.00, budget 30000.00" in done.output
    assert CliRunner().invoke(cli, [*map(str, command[:-1]), "-3"]).exit_code == 2
