"""Reading the audit log."""

from contextlib import closing

from sqlalchemy import select
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
