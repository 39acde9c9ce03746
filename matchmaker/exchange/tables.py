"""Reads CSV and JSON lines row by row, finding out encoding and delimiter, and opens any accepted file by its name."""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

from matchmaker.exchange.headers import SEARCHED_ROWS, HeaderRow, Known, find_header
from matchmaker.exchange.rows import MAX_COLUMNS, RawRow, Table, refuse
from matchmaker.exchange.sheets import open_sheet

MAX_LINE = 16 << 20
DELIMITERS = (",", "\t", ";")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# The default of 128 KiB would refuse a long description without naming its column; lines are bounded above anyway.
csv.field_size_limit(MAX_LINE)


@contextmanager
def open_table(path: Path, known: Known) -> Iterator[Table]:
    """The rows of an .xlsx, .csv or .jsonl file, read lazily. Invalid when the file as a whole is unusable."""
    suffix = path.suffix.lower()
    if not path.is_file():
        refuse(path, "没有这个文件")
    if path.stat().st_size == 0:
        refuse(path, "文件是空的")
    if suffix == ".xlsx":
        with open_sheet(path, known) as table:
            yield table
    elif suffix in (".csv", ".tsv"):
        yield _csv_table(path, known)
    elif suffix in (".jsonl", ".ndjson"):
        yield Table(None, _json_rows(path, detect_encoding(path)))
    else:
        refuse(path, "只接受 .xlsx、.csv 和 .jsonl；旧版 .xls 或带宏的工作簿请另存为“Excel 工作簿 (*.xlsx)”")


def detect_encoding(path: Path) -> str:
    """utf-8-sig, gb18030 or utf-16. Reads the whole file once; refuses NUL bytes and text that is neither, by line.

    A file that held Chinese in UTF-8 before its first bad byte is damaged UTF-8, even where GBK could read it.
    """
    with path.open("rb") as file:
        if file.read(2) in _UTF16:
            return "utf-16"
        file.seek(0)
        good = {"utf-8", "gb18030"}
        chinese = False
        for number, line in enumerate(iter(partial(file.readline, MAX_LINE + 1), b""), start=1):
            _check_line(path, number, line)
            good -= {encoding for encoding in good if not _decodes(line, encoding)}
            chinese = chinese or (good >= {"utf-8"} and _has_chinese(line))
            if not good or (chinese and "utf-8" not in good):
                refuse(
                    path, "这一行的文字编码有误，既不是 UTF-8 也不是 GBK；请另存为“CSV UTF-8”", where=f"第 {number} 行"
                )
    return "utf-8-sig" if "utf-8" in good else "gb18030"


def _check_line(path: Path, number: int, line: bytes) -> None:
    if b"\0" in line:
        refuse(path, "含有 NUL 字节，不是文本文件或已损坏；请重新导出", where=f"第 {number} 行")
    if len(line) > MAX_LINE:
        refuse(path, f"这一行超过 {MAX_LINE >> 20} MB；请检查换行和引号", where=f"第 {number} 行")


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _has_chinese(line: bytes) -> bool:
    return not line.isascii() and any("\u4e00" <= character <= "\u9fff" for character in line.decode())


def _lines(path: Path, encoding: str) -> Iterator[str]:
    with path.open(encoding=encoding, newline="") as file:
        try:
            for number, line in enumerate(iter(partial(file.readline, MAX_LINE + 1), ""), start=1):
                if encoding == "utf-16":
                    _check_line(path, number, line.encode("utf-8", "replace"))
                yield line
        except UnicodeDecodeError:
            refuse(path, "文字编码有误；请另存为“CSV UTF-8”")


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[list[str]]:
    """Every record, also blank ones, so that counting them gives the row numbers that Excel shows."""
    number = 0
    try:
        for record in csv.reader(_lines(path, encoding), delimiter=delimiter, strict=True):
            number += 1
            yield record
    except csv.Error as error:
        message = f"引号不成对或格式有误（{error}）；含逗号、引号或换行的文字要整体放在英文双引号里，里面的引号写两遍"
        refuse(path, message, where=f"第 {number + 1} 行")


def _csv_table(path: Path, known: Known) -> Table:
    encoding = detect_encoding(path)
    delimiter = max(DELIMITERS, key=lambda mark: _score(path, encoding, mark, known))
    start = [_stripped(record) for record in islice(_records(path, encoding, delimiter), SEARCHED_ROWS)]
    header = find_header(start, known)
    if header is None:
        first = "、".join(next((record for record in start if any(record)), [])[:8])
        refuse(path, f"前 {SEARCHED_ROWS} 行里没有找到表头，第一行是“{first[:80]}”；请使用模板的表头")
    if len(header.names) > MAX_COLUMNS:
        refuse(path, f"列数超过 {MAX_COLUMNS}；请只保留模板里的列", where=f"第 {header.index + 1} 行")
    names = tuple(name for name in header.names if name)
    return Table(names, _csv_rows(_records(path, encoding, delimiter), header))


def _score(path: Path, encoding: str, delimiter: str, known: Known) -> int:
    """How many headers show with this delimiter."""
    grid: list[list[str]] = []
    reader = csv.reader(_lines(path, encoding), delimiter=delimiter, strict=True)
    try:
        grid.extend(_stripped(record) for record in islice(reader, SEARCHED_ROWS))
    except csv.Error:
        pass  # told with its line when the file is really read
    header = find_header(grid, known)
    return header.score if header else 0


def _stripped(record: list[str]) -> list[str]:
    return [text.strip("\u3000\ufeff\u00a0 \t\r\n") for text in record]


def _csv_rows(records: Iterator[list[str]], header: HeaderRow) -> Iterator[RawRow]:
    for number, record in enumerate(records, start=1):
        if number <= header.index + header.height or not any(text.strip() for text in record):
            continue
        extra = [text for text in record[len(header.names) :] if text.strip()]
        unnamed = [text for text, name in zip(record, header.names, strict=False) if text.strip() and not name]
        problem = ""
        if extra:
            problem = f"这一行有 {len(record)} 格，表头只有 {len(header.names)} 格；含逗号的文字要放在英文双引号里"
        elif unnamed:
            problem = f"“{unnamed[0][:20]}”所在的列没有表头；请补上表头或删去这一列"
        pairs = zip(header.names, record, strict=False)
        cells: dict[str, object] = {name: text for name, text in pairs if name and text.strip()}
        yield RawRow(number, cells, problem)


def _json_rows(path: Path, encoding: str) -> Iterator[RawRow]:
    for number, line in enumerate(_lines(path, encoding), start=1):
        if line.strip():
            yield _json_row(number, line)


def _json_row(number: int, line: str) -> RawRow:
    try:
        value = json.loads(line.strip(), object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        return RawRow(number, {}, f"不是合法的 JSON：第 {error.pos + 1} 个字符处有误（{error.msg}）")
    except (ValueError, RecursionError) as error:
        reason = "嵌套太深" if isinstance(error, RecursionError) else str(error)
        return RawRow(number, {}, f"不是可用的 JSON：{reason}")
    if not isinstance(value, dict):
        return RawRow(number, {}, "每行应是一个 JSON 对象，即 {…}")
    return RawRow(number, {key: item for key, item in value.items() if item is not None and item != ""})


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"键“{key[:40]}”出现了两次，请删去一个")
        found[key] = value
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} 不是 JSON 的数值")
