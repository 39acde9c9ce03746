"""Reading the audit log."""

from collections.abc import Sequence
from contextlib import closing

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.audit import rules
from matchmaker.audit.models import AuditEntry
from matchmaker.core import changes


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
