"""Reading the audit log."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.audit import rules
from matchmaker.audit.models import AuditEntry
from matchmaker.core import changes


@dataclass(frozen=True)
class Head:
    """The newest entry at some moment. Who keeps it elsewhere can prove later that nothing up to it was rewritten."""

    number: int
    digest: str
    at: datetime


def head(session: Session) -> Head | None:
    """The newest entry; None while nothing was written."""
    newest = session.scalar(select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1))
    return Head(newest.number, newest.digest, newest.at) if newest is not None else None


def holds(session: Session, kept: Head) -> bool:
    """Whether the entry of a head that was kept elsewhere still has its digest.

    Together with a whole chain this proves that no entry up to it was changed, removed or put in between.
    """
    entry = session.get(AuditEntry, kept.number)
    return entry is not None and entry.digest == kept.digest


def first_broken(session: Session) -> int | None:
    """Walk the whole chain; the number of the first entry that does not follow from the one before, or None.

    Entries cut off at the end leave the rest of the chain whole; the counter tells that they are missing.
    """
    last = changes.latest(session, rules.STREAM)
    previous, expected = rules.GENESIS, 1
    statement = select(AuditEntry).order_by(AuditEntry.number).execution_options(yield_per=1000)
    with closing(session.scalars(statement)) as entries:
        for entry in entries:
            facts = {name: getattr(entry, name) for name in ("actor", "role", "via", "action", "subject", "detail")}
            right = rules.digest(previous, number=entry.number, at=entry.at, facts=facts)
            if entry.number != expected or entry.digest != right:
                return expected
            previous, expected = entry.digest, expected + 1
    return expected if expected <= last else None


def page(session: Session, *, subject: str, page: int, per_page: int) -> tuple[Sequence[AuditEntry], int, int]:
    """Entries newest first, all of them or those about one subject; also how many there are and the page's number."""
    limits = [AuditEntry.subject == subject] if subject else []
    total = session.scalar(select(func.count()).select_from(AuditEntry).where(*limits)) or 0
    number = max(1, min(page, -(-total // per_page)))
    statement = select(AuditEntry).where(*limits).order_by(AuditEntry.number.desc())
    return session.scalars(statement.limit(per_page).offset((number - 1) * per_page)).all(), total, number
