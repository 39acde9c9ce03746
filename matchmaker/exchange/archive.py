"""Looks through a workbook's zip before anything is loaded from it: size, honesty, and XML that means harm."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.parsers import expat

from matchmaker.core.errors import Invalid
from matchmaker.exchange.rows import refuse

MIB = 1 << 20
MAX_FILE = 64 * MIB
MAX_ENTRIES = 2_000
MAX_TOTAL = 256 * MIB
MAX_STRINGS = 96 * MIB
# Styles, relations and the like are loaded whole, as a tree many times their size.
MAX_PART = 8 * MIB
MAX_RATIO = 200
RATIO_FROM = 2 * MIB
# Between two rows (or two strings) of a sheet; Excel's widest row has 16,384 cells.
MAX_ELEMENTS = 200_000
# Of one part: rows or strings, each of which leaves something in memory, and elements, each of which takes time.
MAX_GROUPS = 1_100_000
MAX_ALL_ELEMENTS = 10_000_000
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
CHUNK = MIB


class _Harmful(Exception):
    """XML that would cost more than it says."""


class _Inspector:
    """Walks one XML part without keeping it; remembers only which cells are merged."""

    def __init__(self) -> None:
        self.merges: list[str] = []
        self.since_row = 0
        self.groups = 0
        self.total = 0
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._element

    def feed(self, chunk: bytes, *, last: bool) -> None:
        self.parser.Parse(chunk, last)

    def _doctype(self, *_: object) -> None:
        raise _Harmful("文件里的 XML 带有 DOCTYPE 声明，正常的 Excel 文件没有；请用 Excel 打开后另存为新的 .xlsx")

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        self.total += 1
        self.since_row += 1
        if tag in ("row", "si"):
            self.groups += 1
            self.since_row = 0
        if tag == "mergeCell":
            self.merges.append(attributes.get("ref", ""))
        if self.since_row > MAX_ELEMENTS:
            raise _Harmful("一行里的单元格多得不正常；请只保留模板里的列，另存为新的 .xlsx")
        if self.groups > MAX_GROUPS or self.total > MAX_ALL_ELEMENTS:
            raise _Harmful("行或单元格的总数多得不正常；请只保留有内容的行，另存为新的 .xlsx")


def inspect(path: Path) -> dict[str, list[str]]:
    """Check the workbook and return its merged cells by worksheet part. Reads every byte once, keeps none.

    Refuses what is not a zip, encrypted files, zip bombs by what they declare and by what really comes out,
    damaged entries, and XML with a document type (entity bombs).
    """
    _check_file(path)
    try:
        with zipfile.ZipFile(path) as book:
            _check_declared(path, book)
            return {entry.filename: merges for entry, merges in _walk(path, book)}
    except _Harmful as error:
        refuse(path, str(error))
    except expat.ExpatError as error:
        refuse(path, f"工作簿里的 XML 已损坏（{error}）；请用 Excel 打开后另存为新的 .xlsx")
    except Invalid:
        raise
    except Exception:  # damage can make the zip, its decompressor and its codecs raise nearly anything
        refuse(path, "文件已损坏或不完整，不是可用的 .xlsx；请重新下载或用 Excel 另存为新的 .xlsx")


def _check_file(path: Path) -> None:
    if path.stat().st_size > MAX_FILE:
        refuse(path, f"文件大于 {MAX_FILE // MIB} MB；请分成几个文件，或另存为 .csv")
    with path.open("rb") as file:
        start = file.read(4)
        if start == OLD_EXCEL:
            refuse(path, "这是旧版 .xls，或设了打开密码的工作簿；请去掉密码并另存为“Excel 工作簿 (*.xlsx)”")
        if start[:2] != b"PK":
            refuse(path, "这不是 Excel 工作簿（只是名字叫 .xlsx）；请用 Excel 另存为“Excel 工作簿 (*.xlsx)”")
        # Each directory record costs memory as soon as the zip is opened, so they are counted in the raw bytes.
        if _records(file) > MAX_ENTRIES:
            refuse(path, f"压缩包里的文件超过 {MAX_ENTRIES} 个，不是正常的 Excel 工作簿")


def _records(file: IO[bytes]) -> int:
    file.seek(0)
    count, tail = 0, b""
    while chunk := file.read(CHUNK):
        count += (tail + chunk).count(b"PK\x01\x02")
        tail = chunk[-3:]
    return count


def _check_declared(path: Path, book: zipfile.ZipFile) -> None:
    total = 0
    for entry in book.infolist():
        total += entry.file_size
        if entry.flag_bits & 1:
            refuse(path, "工作簿里的内容已加密；请去掉密码后另存")
        too_dense = entry.file_size > max(RATIO_FROM, MAX_RATIO * entry.compress_size)
        if total > MAX_TOTAL or entry.file_size > _limit(entry) or too_dense:
            refuse(path, "解压后大得不正常（疑似压缩炸弹），没有打开；请只保留模板里的内容，另存为新的 .xlsx")


def _limit(entry: zipfile.ZipInfo) -> int:
    if not _is_xml(entry) or "/worksheets/" in entry.filename:
        return MAX_TOTAL
    return MAX_STRINGS if entry.filename.endswith("sharedStrings.xml") else MAX_PART


def _is_xml(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.lower().endswith((".xml", ".rels", ".vml"))


def _walk(path: Path, book: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, list[str]]]:
    total = 0
    for entry in book.infolist():
        inspector = _Inspector() if _is_xml(entry) and not entry.filename.endswith(".vml") else None
        with book.open(entry) as part:
            while chunk := part.read(CHUNK):
                total += len(chunk)
                if total > MAX_TOTAL:
                    refuse(path, "解压后大得不正常（疑似压缩炸弹），没有打开")
                if inspector:
                    inspector.feed(chunk, last=False)
        if inspector:
            inspector.feed(b"", last=True)
            yield entry, inspector.merges
