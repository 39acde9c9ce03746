"""CSV and JSON lines: encodings, delimiters, and damage named by its line."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from matchmaker.core.errors import Invalid
from matchmaker.exchange.columns import Kind
from matchmaker.exchange.headers import column_of
from matchmaker.exchange.rows import RawRow
from matchmaker.exchange.tables import detect_encoding, open_table

ROWS: list[dict[str, object]] = [{"标题": "求购阀，急", "详情": "第一行\n第二行"}, {"标题": "泵", "详情": "好"}]


def known(text: str) -> bool:
    return column_of(Kind.LISTINGS, text) is not None


def read(path: Path) -> list[RawRow]:
    with open_table(path, known) as table:
        return list(table.rows)


def text_file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_csv_is_read_in_every_usual_dress(csv_file: Callable[..., Path], encoding: str, delimiter: str) -> None:
    rows = read(csv_file(ROWS, encoding, delimiter))
    assert rows == [RawRow(2, ROWS[0]), RawRow(3, ROWS[1])]


def test_csv_title_row_blank_rows_and_short_rows_are_accepted(tmp_path: Path) -> None:
    path = text_file(tmp_path / "f.csv", "供需表,,\n标题,详情,形式\n\n,,\n阀,好阀\n".encode())
    assert read(path) == [RawRow(5, {"标题": "阀", "详情": "好阀"})]


def test_csv_row_with_too_many_cells_is_a_problem_of_that_row(tmp_path: Path) -> None:
    rows = read(text_file(tmp_path / "f.csv", "标题,详情\n阀,好阀,且便宜\n泵,好\n".encode()))
    assert [(row.number, row.problem[:18]) for row in rows] == [(2, "这一行有 3 格，表头只有 2 格；"), (3, "")]


def test_csv_with_open_quote_names_the_row(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"f.csv 第 2 行: 引号不成对"):
        read(text_file(tmp_path / "f.csv", '标题,详情\n"阀,好阀\n泵,好\n'.encode()))


def test_csv_with_a_two_megabyte_cell_is_passed_on_for_its_column_to_refuse(csv_file: Callable[..., Path]) -> None:
    rows = read(csv_file([{"标题": "阀", "详情": "好" * 700_000}]))
    assert len(str(rows[0].cells["详情"])) == 700_000


def test_csv_without_our_headers_shows_its_first_row(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="没有找到表头，第一行是“甲、乙”"):
        read(text_file(tmp_path / "f.csv", "甲,乙\n1,2\n".encode()))


def test_damaged_utf8_names_the_line(tmp_path: Path) -> None:
    content = "标题,详情\n阀,好阀\n泵,".encode() + b"\xff\xfe\n"
    with pytest.raises(Invalid, match="第 3 行: 这一行的文字编码有误"):
        read(text_file(tmp_path / "f.csv", content))


def test_utf8_cut_inside_a_character_is_not_taken_for_gbk(tmp_path: Path) -> None:
    """The bytes left over would decode as GBK, into nonsense."""
    path = text_file(tmp_path / "f.csv", "标题,详情\n阀,好阀门".encode()[:-2] + b"A\n")
    with pytest.raises(Invalid, match="第 2 行"):
        detect_encoding(path)


def test_damaged_gbk_names_the_line(tmp_path: Path) -> None:
    content = "标题,详情\n阀,好阀\n泵,".encode("gbk") + b"\xff\n"
    with pytest.raises(Invalid, match="第 3 行"):
        read(text_file(tmp_path / "f.csv", content))


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_nul_bytes_name_the_line(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(Invalid, match=rf"f.{suffix} 第 2 行: 含有 NUL 字节"):
        read(text_file(tmp_path / f"f.{suffix}", b"a,b\n\0,c\n"))


def test_nul_characters_in_utf16_name_the_line(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="第 2 行: 含有 NUL 字节"):
        read(text_file(tmp_path / "f.csv", "标题,详情\n阀,\0\n".encode("utf-16")))


def test_json_lines_keep_their_types_and_drop_nulls(jsonl: Callable[[list[object]], Path]) -> None:
    rows = read(jsonl([{"title": "阀", "chain_nodes": ["HYD-09"], "trl": 5, "ref": None, "summary": ""}, ""]))
    assert rows == [RawRow(1, {"title": "阀", "chain_nodes": ["HYD-09"], "trl": 5})]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"a": 1', "不是合法的 JSON：第 8 个字符处有误"),
        ("[1]", "每行应是一个 JSON 对象"),
        ('{"a": 1, "a": 2}', "不是可用的 JSON：键“a”出现了两次，请删去一个"),
        ('{"a": NaN}', "不是可用的 JSON：NaN 不是 JSON 的数值"),
        ("[" * 100_000, "不是可用的 JSON：嵌套太深"),
        ('{"a": ' + "1" * 5000 + "}", "不是可用的 JSON：Exceeds the limit"),
    ],
)
def test_broken_json_is_a_problem_of_its_line(jsonl: Callable[[list[object]], Path], line: str, problem: str) -> None:
    rows = read(jsonl([{"title": "阀"}, line, {"title": "泵"}]))
    assert [row.number for row in rows] == [1, 2, 3]
    assert rows[1].problem.startswith(problem)
    assert (rows[0].problem, rows[2].cells) == ("", {"title": "泵"})


def test_json_lines_in_gbk_are_read(tmp_path: Path) -> None:
    rows = read(text_file(tmp_path / "f.jsonl", '{"title": "高压阀"}\n'.encode("gbk")))
    assert rows == [RawRow(1, {"title": "高压阀"})]


def test_line_longer_than_any_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="第 1 行: 这一行超过 16 MB"):
        read(text_file(tmp_path / "f.jsonl", b'{"a": "' + b"x" * (17 << 20) + b'"}'))


def test_rows_are_read_lazily(tmp_path: Path) -> None:
    """What is appended after opening is still met at the end."""
    path = text_file(tmp_path / "f.csv", ("标题,详情\n" + "阀,好阀\n" * 3_000).encode())
    with open_table(path, known) as table:
        first = list(islice(table.rows, 10))
        with path.open("a", encoding="utf-8") as file:
            file.write("新来的,好\n")
        rest = list(table.rows)
    assert len(first) + len(rest) == 3_001
    assert rest[-1].cells["标题"] == "新来的"


@pytest.mark.parametrize(
    ("name", "word"), [("f.xls", "旧版 .xls"), ("f.xlsm", "带宏"), ("f.pdf", "只接受"), ("f.csv", "文件是空的")]
)
def test_other_and_empty_files_are_refused(tmp_path: Path, name: str, word: str) -> None:
    with pytest.raises(Invalid, match=word):
        read(text_file(tmp_path / name, b"" if name == "f.csv" else b"x"))


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"f\.csv: 没有这个文件"):
        read(tmp_path / "f.csv")
