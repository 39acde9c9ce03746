"""A batch for the city's payment system as one zip: workbook, list for signature, every scan, and a manifest.

The same batch gives the same bytes. Everything in the zip stands in the manifest with its SHA-256, and `check` tells
what of it is not as it was.
"""

import hashlib
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from matchmaker.core.errors import Conflict, Fault, Invalid
from matchmaker.exchange.figures import yuan
from matchmaker.exchange.payment_sheets import Handover, Paper, Payee, payment_sheet, signing_list
from matchmaker.exchange.same_bytes import store

FORMAT = 1
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
SHEET, LIST, PAPERS = "1-拨付清单.xlsx", "2-签字清单.pdf", "3-证明材料"
MOST_BYTES = 2 * 1024**3
_KEPT = re.compile(r"[^\w.()（）-]+")


def pack(batch: Handover, read: Callable[[str], bytes], target: IO[bytes]) -> str:
    """Write the zip to `target`; the SHA-256 of its manifest, by which the batch is told.

    `read` gives the bytes of a paper by its SHA-256. Conflict when the payees do not add up to the batch, when one of
    them has no account, or when a paper's bytes are not what they were: what leaves the house is what was approved.
    """
    _check_sums(batch)
    files: dict[str, dict[str, object]] = {}
    told = []
    with zipfile.ZipFile(target, "w") as zipped:

        def put(name: str, content: bytes) -> None:
            files[name] = {"sha256": _sha(content), "bytes": len(content)}
            store(zipped, name, content)

        put(SHEET, payment_sheet(batch))
        put(LIST, signing_list(batch))
        for number, payee in enumerate(batch.payees, start=1):
            named = {_place(number, payee, place, paper): paper for place, paper in enumerate(payee.papers, start=1)}
            for name, paper in named.items():
                put(name, _bytes_of(paper, read))
            told.append(_told(payee, named))
        manifest = json.dumps(_manifest(batch, told, files), ensure_ascii=False, indent=1, sort_keys=True).encode()
        store(zipped, MANIFEST, manifest)
        store(zipped, SUMS, "".join(f"{one['sha256']}  {name}\n" for name, one in files.items()).encode())
    return _sha(manifest)


@dataclass(frozen=True)
class Checked:
    """What a pack turned out to be: the digest of its manifest, and every file that is not as the manifest says."""

    sha256: str
    odd: tuple[str, ...]


def check(content: IO[bytes]) -> Checked:
    """Look through a pack, file by file. Invalid names the field "pack" when it is none of this platform's at all."""
    try:
        with zipfile.ZipFile(content) as pack:
            if sum(entry.file_size for entry in pack.infolist()) > MOST_BYTES:
                raise Invalid([Fault("pack", "the pack is too large")])
            raw = pack.read(MANIFEST)
            manifest = json.loads(raw)
            said, found = manifest["files"], set(pack.namelist()) - {MANIFEST, SUMS}
            odd = [f"{name}: not in the pack" for name in sorted(set(said) - found)]
            odd += [f"{name}: not in the manifest" for name in sorted(found - set(said))]
            odd += [f"{name}: changed" for name in sorted(found & set(said)) if not _is_as_said(pack, name, said[name])]
        return Checked(_sha(raw), (*odd, *_check_total(manifest)))
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, AttributeError, NotImplementedError) as error:
        raise Invalid([Fault("pack", "this file is no payment pack, or it is damaged")]) from error


def _is_as_said(pack: zipfile.ZipFile, name: str, said: dict[str, Any]) -> bool:
    digest = hashlib.sha256()
    with pack.open(name) as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest() == str(said["sha256"])


def _check_total(manifest: dict[str, Any]) -> list[str]:
    total = sum(one["amount_fen"] for one in manifest["payees"])
    return [] if total == manifest["total_fen"] else [f"total: {manifest['total_fen']} fen, but {total} fen are listed"]


def _check_sums(batch: Handover) -> None:
    if not batch.payees:
        raise Conflict("the batch is empty")
    if sum(one.amount_fen for one in batch.payees) != batch.total_fen:
        raise Conflict("the payees do not add up to the batch")
    for one in batch.payees:
        if not one.account or not one.bank:
            raise Conflict(f"no account: claim {one.claim_id}, {one.unit}")


def _bytes_of(paper: Paper, read: Callable[[str], bytes]) -> bytes:
    try:
        content = read(paper.sha256)
    except OSError as error:
        raise Conflict(f"a paper is missing: {paper.name}") from error
    if _sha(content) != paper.sha256:
        raise Conflict(f"a paper is damaged: {paper.name}")
    return content


def _place(number: int, payee: Payee, place: int, paper: Paper) -> str:
    """Where a paper lies: a folder for each payee in the order of the list, papers in the order of the file."""
    folder = f"{number:03d}-{_clean(payee.unit)[:40]}-{payee.claim_id}"
    return f"{PAPERS}/{folder}/{place:02d}-{_clean(paper.purpose)}-{_clean(paper.name)[-80:]}"


def _clean(text: str) -> str:
    """A name that no file system takes for a path."""
    return _KEPT.sub("_", text).strip("._") or "file"


def _told(payee: Payee, named: dict[str, Paper]) -> dict[str, Any]:
    """What the manifest says of a payee: no bank account, which stands in the workbook only."""
    return {
        "claim_id": payee.claim_id,
        "unit": payee.unit,
        "uscc": payee.uscc,
        "amount_fen": payee.amount_fen,
        "amount": yuan(payee.amount_fen),
        "contract": payee.title,
        "registration_no": payee.registration_no,
        "policy": payee.policy,
        "papers": sorted(named),
    }


def _manifest(batch: Handover, told: list[dict[str, Any]], files: dict[str, dict[str, object]]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "batch": batch.name,
        "window": batch.window,
        "made_at": batch.at.isoformat(timespec="seconds"),
        "made_by": batch.by,
        "total_fen": batch.total_fen,
        "total": yuan(batch.total_fen),
        "payees": told,
        "files": files,
    }


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
