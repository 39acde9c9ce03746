"""`import` writes all or nothing, and says with its exit code which it was."""

import json
from pathlib import Path

import pytest

from tests.cli.commands import Shell
from tests.exchange.factories import listing_row, organisation_row


@pytest.fixture
def ready(shell: Shell) -> Shell:
    """A prepared database with one organisation."""
    assert shell("init", "--no-demo")[0] == 0
    path = _file(shell, organisation_row(1))
    assert shell("import", "organisations", path)[0] == 0
    return shell


def _file(shell: Shell, *rows: object, name: str = "f.jsonl") -> Path:
    path = shell.data_dir / name
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_good_rows_are_written_encoded_and_told(ready: Shell) -> None:
    code, said, _ = ready("import", "listings", _file(ready, listing_row(1), listing_row(2)))
    assert (code, said) == (0, "f.jsonl：共 2 行，写入 2 行，未变 0 行，有误 0 行\n")
    assert ready("refresh") == (0, "encoded: 0, snapshot renewed: no\n", "")


def test_the_same_again_writes_nothing(ready: Shell) -> None:
    path = _file(ready, listing_row(1))
    ready("import", "listings", path)
    assert ready("import", "listings", path)[:2] == (0, "f.jsonl：共 1 行，写入 0 行，未变 1 行，有误 0 行\n")


def test_one_bad_row_writes_nothing_and_exits_with_one(ready: Shell) -> None:
    path = _file(ready, listing_row(1), listing_row(2, 产业链环节="HYD-99"))
    code, said, refused = ready("import", "listings", path)
    assert (code, said) == (1, "")
    assert refused.splitlines()[0] == "f.jsonl：共 2 行，写入 0 行，未变 0 行，有误 1 行"
    assert "第 2 行「产业链环节」 = HYD-99" in refused
    assert refused.splitlines()[-1] == "没有写入任何数据。"
    code, said, _ = ready("import", "listings", _file(ready, listing_row(1)))
    assert (code, said) == (0, "f.jsonl：共 1 行，写入 1 行，未变 0 行，有误 0 行\n")


def test_partial_keeps_the_good_rows_and_still_exits_with_one(ready: Shell) -> None:
    path = _file(ready, listing_row(1), listing_row(2, 标题="短"))
    code, _, refused = ready("import", "listings", path, "--partial")
    assert (code, refused.splitlines()[0]) == (1, "f.jsonl：共 2 行，写入 1 行，未变 0 行，有误 1 行")


def test_the_faults_can_be_had_as_a_file_for_a_spreadsheet(ready: Shell) -> None:
    target = ready.data_dir / "faults.csv"
    path = _file(ready, listing_row(1, 产业链环节="HYD-99"))
    assert ready("import", "listings", path, "--report", target)[0] == 1
    assert target.read_text(encoding="utf-8-sig").splitlines()[1].startswith("1,产业链环节,HYD-99,")


def test_encoding_can_be_left_to_the_serving_process(ready: Shell) -> None:
    assert ready("import", "listings", _file(ready, listing_row(1)), "--no-encode")[0] == 0
    assert ready("refresh")[1] == "encoded: 1, snapshot renewed: no\n"


@pytest.mark.parametrize(
    ("name", "content"), [("f.jsonl", b"{broken\n"), ("f.pdf", b"%PDF"), ("f.xlsx", b"PK"), ("f.csv", b"")]
)
def test_a_file_that_cannot_be_used_is_refused(ready: Shell, name: str, content: bytes) -> None:
    path = ready.data_dir / name
    path.write_bytes(content)
    code, said, refused = ready("import", "listings", path)
    assert (code, said) == (1, "")
    assert name in refused
    assert "Traceback" not in refused


@pytest.mark.parametrize("arguments", [("import", "listings", "/no/such/file.csv"), ("import", "people", __file__)])
def test_a_wrong_call_exits_with_two(shell: Shell, arguments: tuple[str, ...]) -> None:
    assert shell(*arguments)[0] == 2


def test_importing_before_init_is_one_line(shell: Shell) -> None:
    shell.data_dir.mkdir()
    code, said, refused = shell("import", "organisations", _file(shell, organisation_row(1)))
    assert (code, said, len(refused.splitlines())) == (1, "", 1)
    assert "`init`" in refused


def test_the_template_comes_back_as_it_was_written(ready: Shell) -> None:
    path = ready.data_dir / "t.xlsx"
    assert ready("template", "listings", path)[:2] == (0, f"written: {path}\n")
    code, _, refused = ready("import", "listings", path)
    assert code == 1
    assert "没有数据行" in refused
