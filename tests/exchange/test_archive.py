"""Workbooks that mean harm, or are none."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from matchmaker.core.errors import Invalid
from matchmaker.exchange import archive


def rebuilt(path: Path, parts: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    """The workbook with some parts replaced or added."""
    with zipfile.ZipFile(path) as old:
        kept = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", compression) as new:
        for name, content in {**kept, **parts}.items():
            new.writestr(name, content)
    return path


def with_doctype(path: Path) -> Path:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    return rebuilt(path, {"xl/sharedStrings.xml": bomb})


def zip_bomb(path: Path) -> Path:
    """Two hundred million zeros in two hundred thousand bytes."""
    rebuilt(path, {})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book, book.open("xl/worksheets/sheet2.xml", "w") as part:
        for _ in range(200):
            part.write(b"0" * (1 << 20))
    return path


def many_entries(path: Path) -> Path:
    return rebuilt(path, {f"x/{number}": b"" for number in range(archive.MAX_ENTRIES)})


def wide_row(path: Path) -> Path:
    cells = b"<c/>" * (archive.MAX_ELEMENTS + 1)
    return rebuilt(path, {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row>" + cells + b"</row></sheetData>"})


def endless_rows(path: Path) -> Path:
    rows = b"<row/>" * (archive.MAX_GROUPS + 1)
    return rebuilt(path, {"xl/worksheets/sheet1.xml": b"<a>" + rows + b"</a>"}, compression=zipfile.ZIP_STORED)


def big_styles(path: Path) -> Path:
    content = b"<s>" + bytes(range(48, 58)) * (archive.MAX_PART // 10 + 1) + b"</s>"
    return rebuilt(path, {"xl/styles.xml": content}, compression=zipfile.ZIP_STORED)


def lying_size(path: Path) -> Path:
    """Declares fewer bytes than really come out."""
    rebuilt(path, {"xl/media/a.xml": b"<a>" + b"x" * 5000 + b"</a>"})
    data = path.read_bytes()
    at = data.rindex(b"xl/media/a.xml") - 46
    path.write_bytes(data[: at + 24] + (10).to_bytes(4, "little") + data[at + 28 :])
    return path


def truncated(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-100])
    return path


def flipped(path: Path) -> Path:
    data = bytearray(path.read_bytes())
    data[200:260] = b"\xff" * 60
    path.write_bytes(data)
    return path


def old_excel(path: Path) -> Path:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    return path


def plain_text(path: Path) -> Path:
    path.write_bytes("标题,详情\n".encode())
    return path


def encrypted(path: Path) -> Path:
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (with_doctype, "DOCTYPE"),
        (zip_bomb, "压缩炸弹"),
        (many_entries, "超过 2000 个"),
        (wide_row, "单元格多得不正常"),
        (endless_rows, "总数多得不正常"),
        (big_styles, "压缩炸弹"),
        (lying_size, "已损坏"),
        (truncated, "已损坏"),
        (flipped, "已损坏"),
        (old_excel, "旧版 .xls"),
        (plain_text, "只是名字叫 .xlsx"),
        (encrypted, "已加密"),
    ],
)
def test_harmful_or_damaged_workbook_is_refused(
    xlsx: Callable[..., Path], damage: Callable[[Path], Path], word: str
) -> None:
    path = damage(xlsx([["标题", "详情"]]))
    with pytest.raises(Invalid, match=word) as refused:
        archive.inspect(path)
    assert refused.value.faults[0].field == "f.xlsx"


def test_zip_bomb_is_small_on_disk(xlsx: Callable[..., Path]) -> None:
    assert zip_bomb(xlsx([["标题"]])).stat().st_size < 400_000


def test_honest_workbook_passes_and_tells_its_merges(tmp_path: Path) -> None:
    book = Workbook()
    book.active["A1"] = "标题"
    book.active.merge_cells("A1:C1")
    stream = io.BytesIO()
    book.save(stream)
    path = tmp_path / "a.xlsx"
    path.write_bytes(stream.getvalue())
    assert archive.inspect(path)["xl/worksheets/sheet1.xml"] == ["A1:C1"]
