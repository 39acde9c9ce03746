"""`audit verify` walks the chain and says with its exit code whether it is whole; `audit head` lets outsiders check."""

import json

import pytest
from sqlalchemy import create_engine, text

from tests.cli.commands import Shell


def _change(district: Shell, statement: str) -> None:
    engine = create_engine(f"sqlite:///{district.data_dir / 'matchmaker.db'}")
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_a_whole_log_exits_with_nought(district: Shell) -> None:
    assert district("audit", "verify") == (0, "the audit log is whole\n", "")


def test_a_broken_log_exits_with_one_and_names_the_entry(district: Shell) -> None:
    _change(district, "UPDATE audit_entries SET actor = 'nobody' WHERE number = 17")
    assert district("audit", "verify") == (1, "", "the audit log is broken at entry 17\n")


def test_a_head_that_was_kept_elsewhere_still_holds_or_tells_of_a_rewriting(district: Shell) -> None:
    kept = district.data_dir / "head.json"
    code, said, _ = district("audit", "head", "--out", kept)
    assert (code, said.endswith(f"is kept in {kept}\n")) == (0, True)
    number = json.loads(kept.read_text())["number"]
    whole = f"the audit log is whole and has not changed up to entry {number}\n"
    assert district("audit", "verify", "--head", kept) == (0, whole, "")
    kept.write_text(json.dumps(json.loads(kept.read_text()) | {"digest": "0" * 64}))
    rewritten = f"the audit log was rewritten: entry {number} no longer has the digest that was kept\n"
    assert district("audit", "verify", "--head", kept) == (1, "", rewritten)


def test_a_head_is_printed_without_a_file_and_missing_in_an_empty_log(district: Shell) -> None:
    code, said, _ = district("audit", "head")
    assert (code, set(json.loads(said))) == (0, {"number", "digest", "at"})
    _change(district, "DELETE FROM audit_entries")
    assert district("audit", "head") == (1, "", "Error: the audit log has no entries yet\n")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"number": "x", "digest": "", "at": ""}', "not json"])
def test_a_file_that_is_no_head_is_refused(district: Shell, content: str) -> None:
    kept = district.data_dir / "head.json"
    kept.write_text(content)
    code, _, said = district("audit", "verify", "--head", kept)
    assert (code, "not a head of the audit log" in said) == (1, True)


def test_a_head_that_cannot_be_written_is_refused(district: Shell) -> None:
    code, _, said = district("audit", "head", "--out", district.data_dir / "nowhere" / "head.json")
    assert (code, "nowhere" in said) == (1, True)
