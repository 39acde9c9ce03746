"""Uploads are known by what they contain, stored once by content, and withdrawn rather than deleted."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook
from sqlalchemy.orm import Session

from matchmaker.core.actor import Actor
from matchmaker.core.errors import Invalid
from matchmaker.files import queries, rules, service

OPERATOR = Actor.system("test")
PDF = b"%PDF-1.4\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def workbook() -> bytes:
    file = BytesIO()
    Workbook().save(file)
    return file.getvalue()


def archive(*names: str) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as zipped:
        for name in names:
            zipped.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (workbook(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (b"<script>alert(1)</script>", ""),
        (b"MZ\x90\0", ""),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", ""),
        (archive("a.txt"), ""),
        (archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), ""),
        (b"PK\x03\x04 broken", ""),
    ],
)
def test_the_type_is_what_the_content_shows(content: bytes, kind: str) -> None:
    assert rules.media_type(content) == kind


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("报告.pdf", "报告.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\temp\\a.PDF", "a.pdf"),
        ("page.html", "page.html.pdf"),
        ("a\r\nb\"'<x>.pdf", "ab'x.pdf"),
        ("", "file.pdf"),
        (".pdf", "pdf.pdf"),
    ],
)
def test_names_lead_nowhere_and_end_with_their_real_type(name: str, safe: str) -> None:
    assert rules.safe_name(name, "application/pdf") == safe


def keep(session: Session, folder: Path, content: bytes, name: str = "a.pdf") -> int:
    row = service.keep(session, OPERATOR, folder, subject="listing:1", purpose="attachment", name=name, content=content)
    return row.id


def test_the_same_bytes_stand_on_the_disk_once(session: Session, tmp_path: Path) -> None:
    first, second = keep(session, tmp_path, PDF), keep(session, tmp_path, PDF, "b.pdf")
    stored = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in stored] == [PDF]
    rows = queries.of_subject(session, subject="listing:1", purpose="attachment")
    assert [(row.id, row.name, row.size) for row in rows] == [(first, "a.pdf", 14), (second, "b.pdf", 14)]


def test_a_withdrawn_file_is_out_of_sight_and_still_there(session: Session, tmp_path: Path) -> None:
    number = keep(session, tmp_path, PDF)
    row = queries.one(session, file_id=number, subject="listing:1")
    assert row is not None
    service.withdraw(session, OPERATOR, file=row)
    assert queries.one(session, file_id=number, subject="listing:1") is None
    assert service.place(tmp_path, row.sha256).exists()


def test_a_file_is_its_subjects_only(session: Session, tmp_path: Path) -> None:
    assert queries.one(session, file_id=keep(session, tmp_path, PDF), subject="listing:2") is None


@pytest.mark.parametrize("content", [b"", b"plain text", b"%PDF-1.4" + b"x" * service.MAX_BYTES])
def test_what_is_empty_strange_or_too_large_is_refused_and_nothing_is_kept(
    session: Session, tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(Invalid) as refused:
        keep(session, tmp_path, content)
    assert refused.value.faults[0].field == "attachment"
    assert list(tmp_path.iterdir()) == []
