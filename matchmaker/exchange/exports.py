"""What is remembered of everything that leaves the house on paper or as a file: who took what of how many people."""

from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden
from matchmaker.participants.access import plans

YEAR = "events:year"


def record(session: Session, actor: Actor, *, what: str, form: str, event_id: int | None = None, **facts: int) -> None:
    """Write into the log that this left as `form` (pdf, xlsx); for those who plan events or audit. No event: a year."""
    if not plans(actor) and actor.role is not Role.AUDITOR:
        raise Forbidden(f"{actor.name} takes no lists of events")
    subject = f"event:{event_id}" if event_id is not None else YEAR
    audit.record(session, actor, [audit.Event("event.export", subject, {"what": what, "form": form, **facts})])
