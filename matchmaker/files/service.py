"""Keeping and withdrawing files. Who may is decided by the feature that the file belongs to, before it calls here."""

import hashlib
import os
import tempfile
from collections.abc import Collection
from pathlib import Path

from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Fault, Invalid
from matchmaker.files import rules
from matchmaker.files.models import StoredFile

MAX_BYTES = 10 * 1024 * 1024


def keep(
    session: Session,
    actor: Actor,
    folder: Path,
    *,
    subject: str,
    purpose: str,
    name: str,
    content: bytes,
    kinds: Collection[str] = tuple(rules.ALLOWED),
) -> StoredFile:
    """Store the bytes under their hash in `folder` and remember them as `subject`'s; `kinds` are media types.

    Invalid names the field `purpose` when the content is empty, too large, or of no type that is allowed.
    """
    if not content:
        raise Invalid([Fault(purpose, "the file is empty", name)])
    if len(content) > MAX_BYTES:
        raise Invalid([Fault(purpose, f"the file is larger than {MAX_BYTES // 1024 // 1024} MB", name)])
    kind = rules.media_type(content)
    if kind not in kinds:
        office = " and Office files without macros" if len(kinds) > len(rules.SCANS) else ""
        raise Invalid([Fault(purpose, f"only PDF, PNG, JPEG{office} are accepted", name)])
    digest = hashlib.sha256(content).hexdigest()
    _write(place(folder, digest), content)
    row = StoredFile(
        subject=subject,
        purpose=purpose,
        name=rules.safe_name(name, kind),
        media_type=kind,
        size=len(content),
        sha256=digest,
        created_at=clock.now(),
        created_by=actor.name,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, [audit.Event("file.keep", subject, {"file": row.id, "sha256": digest})])
    return row


def withdraw(session: Session, actor: Actor, *, file: StoredFile) -> None:
    """Take the file out of sight; row and bytes stay for whoever must answer for it later."""
    if file.withdrawn_at is None:
        file.withdrawn_at = clock.now()
        file.withdrawn_by = actor.name
        audit.record(session, actor, [audit.Event("file.withdraw", file.subject, {"file": file.id})])


def place(folder: Path, digest: str) -> Path:
    """Where the bytes with this SHA-256 stand."""
    return folder / digest[:2] / digest


def _write(target: Path, content: bytes) -> None:
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    Path(aside).replace(target)
