"""The pack for the payment system: the same batch gives the same bytes, and a change of any byte is told."""

import hashlib
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import PurePosixPath

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from matchmaker.core.errors import Conflict, Invalid
from matchmaker.exchange.payment_pack import LIST, MANIFEST, SHEET, SUMS, Checked, check, pack
from matchmaker.exchange.payment_sheets import Handover, Paper, Payee

FORMULA = '=HYPERLINK("http://evil.example","x")'
ACCOUNT = "0044012345678901234567"
SCANS = {hashlib.sha256(content).hexdigest(): content for content in (b"%PDF-1.4 one", b"%PDF-1.4 two")}
ONE, TWO = SCANS


def payee(claim_id: int, **over: object) -> Payee:
    """A unit that gets 60,000 yuan; everything may be otherwise."""
    given = {
        "unit": "佛山市南海区试样阀门有限公司",
        "uscc": "91440605YYYY000127",
        "bank": "佛山农商银行丹灶支行",
        "account": ACCOUNT,
        "amount_fen": 6_000_000,
        "title": "减压阀密封技术委托开发合同",
        "registration_no": "20254406050001",
        "role": "买方",
        "policy": "NH-TECHDEAL 2023.1",
        "approved_on": date(2026, 5, 4),
        "papers": (Paper("登记证书", "证书.pdf", ONE), Paper("发票", "../../发票 1.pdf", TWO)),
    }
    return Payee(claim_id, **(given | over))  # type: ignore[arg-type]


def batch(*payees: Payee, total: int | None = None) -> Handover:
    """A batch of these, put together on the fifth of May 2026."""
    rows = payees or (payee(7), payee(12, unit="南海第二试样厂", amount_fen=123_405))
    whole = sum(one.amount_fen for one in rows) if total is None else total
    return Handover(3, "2026 年度合同奖补", 2026, datetime(2026, 5, 5, 1, tzinfo=UTC), "谭专员", whole, rows)


def packed(made: Handover) -> tuple[bytes, str]:
    target = BytesIO()
    digest = pack(made, SCANS.__getitem__, target)
    return target.getvalue(), digest


def changed(content: bytes, change: Callable[[dict[str, bytes]], None]) -> BytesIO:
    """The same pack after somebody changed its files."""
    with zipfile.ZipFile(BytesIO(content)) as before:
        files = {name: before.read(name) for name in before.namelist()}
    change(files)
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as after:
        for name, part in files.items():
            after.writestr(name, part)
    return target


def test_the_same_batch_gives_the_same_bytes_and_another_one_does_not() -> None:
    content, digest = packed(batch())
    assert packed(batch()) == (content, digest)
    assert packed(batch(payee(7, account="1234567890123456")))[1] != digest


def test_every_file_stands_in_the_manifest_with_its_digest() -> None:
    content, digest = packed(batch())
    assert check(BytesIO(content)) == Checked(digest, ())
    with zipfile.ZipFile(BytesIO(content)) as opened:
        manifest = json.loads(opened.read(MANIFEST))
        assert hashlib.sha256(opened.read(MANIFEST)).hexdigest() == digest
        assert set(manifest["files"]) == set(opened.namelist()) - {MANIFEST, SUMS}
        sums = dict(reversed(line.split("  ", 1)) for line in opened.read(SUMS).decode().splitlines())
        assert sums == {name: one["sha256"] for name, one in manifest["files"].items()}
        for name, one in manifest["files"].items():
            assert one == {"sha256": hashlib.sha256(opened.read(name)).hexdigest(), "bytes": len(opened.read(name))}
        papers = [opened.read(name) for one in manifest["payees"] for name in one["papers"]]
        assert sorted(papers) == sorted([*SCANS.values()] * 2)
    assert manifest["total_fen"] == 6_123_405
    assert manifest["total"] == "61,234.05"
    assert [one["claim_id"] for one in manifest["payees"]] == [7, 12]


def test_the_account_stands_whole_in_the_workbook_and_nowhere_else() -> None:
    content, _digest = packed(batch())
    with zipfile.ZipFile(BytesIO(content)) as opened:
        assert ACCOUNT.encode() not in opened.read(MANIFEST)
        sheet = load_workbook(BytesIO(opened.read(SHEET))).active
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(opened.read(LIST))).pages)
    assert sheet is not None
    assert [cell.value for cell in sheet["E"][2:4]] == [ACCOUNT, ACCOUNT]
    assert {cell.number_format for cell in sheet["E"][2:4]} == {"@"}
    assert "****4567" in text
    assert ACCOUNT not in re.sub(r"\s", "", text)


def test_the_workbook_has_amounts_as_numbers_and_their_sum() -> None:
    content, _digest = packed(batch())
    with zipfile.ZipFile(BytesIO(content)) as opened:
        sheet = load_workbook(BytesIO(opened.read(SHEET))).active
    assert sheet is not None
    assert [cell.value for cell in sheet["F"][2:]] == [60_000, 1234.05, 61_234.05]
    assert sheet["G5"].value == "陆万壹仟贰佰叁拾肆元零伍分"


def test_no_text_becomes_a_formula_and_no_name_a_path() -> None:
    content, _digest = packed(batch(payee(1, unit=FORMULA, title="+cmd|' /C calc'!A0", bank="@SUM(A1)")))
    with zipfile.ZipFile(BytesIO(content)) as opened:
        book = load_workbook(BytesIO(opened.read(SHEET)))
        names = opened.namelist()
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "n"}  # type: ignore[union-attr]
    for name in names:
        parts = PurePosixPath(name).parts
        assert len(parts) <= 3
        assert not {"..", "/", ""} & set(parts)
        assert not re.search(r'[<>:"|?*\\]', name)


def test_the_signing_list_names_everybody_and_the_total_on_pages_with_numbers() -> None:
    content, _digest = packed(batch(*(payee(one, unit=f"第{one}试样厂") for one in range(1, 41))))
    with zipfile.ZipFile(BytesIO(content)) as opened:
        pages = [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(BytesIO(opened.read(LIST))).pages]
    for one in range(1, 41):
        assert sum(page.count(f"第{one}试样厂") for page in pages) == 1
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页/共{len(pages)}页" in page
    assert "合计人民币2,400,000.00元（大写：贰佰肆拾万元整）" in pages[-1]


def _drop(files: dict[str, bytes]) -> None:
    del files[LIST]


def _add(files: dict[str, bytes]) -> None:
    files["3-证明材料/多出来的.pdf"] = b"%PDF"


def _alter(files: dict[str, bytes]) -> None:
    files[SHEET] += b"\0"


def _raise(files: dict[str, bytes]) -> None:
    manifest = json.loads(files[MANIFEST])
    manifest["payees"][0]["amount_fen"] += 100
    files[MANIFEST] = json.dumps(manifest).encode()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_drop, [f"{LIST}: not in the pack"]),
        (_add, ["3-证明材料/多出来的.pdf: not in the manifest"]),
        (_alter, [f"{SHEET}: changed"]),
        (_raise, ["total: 6123405 fen, but 6123505 fen are listed"]),
    ],
)
def test_whatever_was_changed_is_told(change: Callable[[dict[str, bytes]], None], told: list[str]) -> None:
    content, _digest = packed(batch())
    assert check(changed(content, change)).odd == tuple(told)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + b"\0" * 40])
def test_what_is_no_pack_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(Invalid, match="pack: this file is no payment pack"):
        check(BytesIO(content))


@pytest.mark.parametrize("manifest", [b"[]", b"{}", b"{", b'{"files": 3, "payees": []}'])
def test_a_zip_without_a_manifest_that_makes_sense_is_refused(manifest: bytes) -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr(MANIFEST, manifest)
    with pytest.raises(Invalid, match="no payment pack"):
        check(target)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (batch(total=1), "do not add up"),
        (replace(batch(), payees=(), total_fen=0), "empty"),
        (batch(payee(7, account="")), "no account: claim 7"),
        (batch(payee(7, bank="")), "no account: claim 7"),
    ],
)
def test_nothing_leaves_the_house_that_does_not_add_up(made: Handover, why: str) -> None:
    with pytest.raises(Conflict, match=why):
        packed(made)


def test_a_paper_that_is_missing_or_damaged_stops_the_pack() -> None:
    def lost(_digest: str) -> bytes:
        raise FileNotFoundError

    with pytest.raises(Conflict, match=r"a paper is missing: 证书.pdf"):
        pack(batch(), lost, BytesIO())
    with pytest.raises(Conflict, match=r"a paper is damaged: 证书.pdf"):
        pack(batch(), lambda _digest: b"other bytes", BytesIO())
