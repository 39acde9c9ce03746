"""Folders in BEIR layout: what is good is read, and every refusal names file, line and field."""

import json
from pathlib import Path

import pytest

from embeddings.beir import MAX_TEXT, BadFolder, Judgement, read_judgements, read_records
from embeddings.text import Record

QUERIES = {"q1": Record("需求"), "q2": Record("需求")}
CORPUS = {"d1": Record("供给"), "d2": Record("供给")}
GOOD = b'{"_id": "a", "title": "\xe9\x93\x9d", "text": ""}\n'


def written(folder: Path, data: bytes | str, name: str = "corpus.jsonl") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_records_are_read_in_file_order(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"_id": "b", "title": " 铝 ", "text": "型材"},
        {"_id": "a", "text": "文", "more": [1]},
        {"_id": "c", "title": "题"},
    ]
    path = written(tmp_path, "\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    found = read_records(path)
    assert list(found.items()) == [("b", Record("铝", "型材")), ("a", Record("", "文")), ("c", Record("题", ""))]


def test_byte_order_mark_crlf_and_blank_lines_are_fine(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n") + b"\r\n\n")
    assert read_records(path) == {"a": Record("铝")}


def test_line_separator_inside_a_text_is_no_new_line(tmp_path: Path) -> None:
    assert read_records(written(tmp_path, '{"_id": "a", "title": "一\u2028二"}')) == {"a": Record("一\u2028二")}


def test_null_text_is_an_empty_one(tmp_path: Path) -> None:
    assert read_records(written(tmp_path, '{"_id": "a", "title": "题", "text": null}')) == {"a": Record("题")}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "line 2 is not JSON: "),
        (b'{"_id": "b", "title": "x"} {}', "line 2 is not JSON: "),
        (b"[" * 100_000, "line 2 is not JSON: "),
        (b"[1]", "line 2 is not a JSON object"),
        (b'{"title": "x"}', "line 2, field _id: a non-empty text without blanks is needed, not None"),
        (b'{"_id": 7, "title": "x"}', "line 2, field _id: a non-empty text without blanks is needed, not 7"),
        (b'{"_id": " ", "title": "x"}', "line 2, field _id: a non-empty text without blanks is needed, not ' '"),
        (b'{"_id": "b c", "title": "x"}', "line 2, field _id: a non-empty text without blanks is needed, not 'b c'"),
        (b'{"_id": "\\ud800", "title": "x"}', "line 2, field _id: a non-empty text without blanks is needed, not "),
        (b'{"_id": "a", "title": "x"}', "line 2, field _id: 'a' stands in the file twice"),
        (b'{"_id": "b", "title": " ", "text": "\\n"}', "line 2, field title: both title and text are empty (b)"),
        (b'{"_id": "b", "title": "\\u200b"}', "line 2, field title: both title and text are empty (b)"),
        (b'{"_id": "b"}', "line 2, field title: both title and text are empty (b)"),
        (b'{"_id": "b", "title": 5}', "line 2, field title: a text is needed, not int"),
        (b'{"_id": "b", "title": "x", "text": ["y"]}', "line 2, field text: a text is needed, not list"),
        (b'{"_id": "b", "title": "x", "text": "y\\u0000"}', "line 2, field text: contains a NUL character"),
        (b'{"_id": "b", "title": "x\0"}', "line 2 contains a NUL character"),
        ('{"_id": "b", "title": "铝"}'.encode("gbk"), "line 2 is not UTF-8; save the file as UTF-8"),
        (b'{"_id": "b", "text": "' + b"x" * (MAX_TEXT + 1) + b'"}', "line 2, field text: 200,001 characters, at most"),
    ],
)
def test_bad_line_is_refused(tmp_path: Path, line: bytes, said: str) -> None:
    path = written(tmp_path, GOOD + line + b"\n")
    with pytest.raises(BadFolder) as caught:
        read_records(path)
    assert str(caught.value).startswith(f"{path} {said}")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_longest_text_is_taken(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps({"_id": "a", "text": "x" * MAX_TEXT}))
    assert len(read_records(path)["a"].body) == MAX_TEXT


def test_file_in_utf_16_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.decode().encode("utf-16"))
    with pytest.raises(BadFolder, match="line 1 is not UTF-8"):
        read_records(path)


@pytest.mark.parametrize("data", ["", "\n \n"])
def test_file_without_records_is_refused(tmp_path: Path, data: str) -> None:
    with pytest.raises(BadFolder, match=r"corpus\.jsonl has no records$"):
        read_records(written(tmp_path, data))


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFolder, match=r"corpus\.jsonl cannot be read: No such file or directory$"):
        read_records(tmp_path / "corpus.jsonl")


@pytest.mark.parametrize("head", ["query-id\tcorpus-id\tscore\n", ""])
def test_judgements_are_read_in_file_order(tmp_path: Path, head: str) -> None:
    path = written(tmp_path, f"{head}q2\td1\t3\r\nq1\td2\t0\n\nq1\td1\t1", "qrels.tsv")
    expected = [Judgement("q2", "d1", 3), Judgement("q1", "d2", 0), Judgement("q1", "d1", 1)]
    assert read_judgements(path, QUERIES, CORPUS) == expected


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("q1\td1", "line 3: three columns separated by tabs are needed, not 2"),
        ("q1 d1 1", "line 3: three columns separated by tabs are needed, not 1"),
        ("q1\t0\td1\t1", "line 3: three columns separated by tabs are needed, not 4"),
        ("q9\td1\t1", "line 3, field query-id: 'q9' is not in queries.jsonl"),
        ("q1\td9\t1", "line 3, field corpus-id: 'd9' is not in corpus.jsonl"),
        ("q1\td1\t4", "line 3, field score: 0, 1, 2 or 3 is needed, not '4'"),
        ("q1\td1\t-1", "line 3, field score: 0, 1, 2 or 3 is needed, not '-1'"),
        ("q1\td1\t1.0", "line 3, field score: 0, 1, 2 or 3 is needed, not '1.0'"),
        ("q1\td1\t", "line 3, field score: 0, 1, 2 or 3 is needed, not ''"),
        ("q2\td2\t1", "line 3: the pair q2 d2 stands in the file twice"),
    ],
)
def test_bad_judgement_is_refused(tmp_path: Path, line: str, said: str) -> None:
    path = written(tmp_path, f"query-id\tcorpus-id\tscore\nq2\td2\t1\n{line}\n", "qrels.tsv")
    with pytest.raises(BadFolder) as caught:
        read_judgements(path, QUERIES, CORPUS)
    assert str(caught.value) == f"{path} {said}"


@pytest.mark.parametrize("data", ["", "query-id\tcorpus-id\tscore\n"])
def test_file_without_judgements_is_refused(tmp_path: Path, data: str) -> None:
    with pytest.raises(BadFolder, match=r"qrels\.tsv has no judgements$"):
        read_judgements(written(tmp_path, data, "qrels.tsv"), QUERIES, CORPUS)
