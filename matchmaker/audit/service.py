"""Writing to the audit log: in the same transaction as the change it tells of."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.audit import rules
from matchmaker.audit.models import AuditEntry
from matchmaker.core import changes, clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import DomainError, Forbidden
from matchmaker.core.unit import unit

STREAM = rules.STREAM


@dataclass(frozen=True)
class Event:
    """What happened to what: `subject` is "listing:12", `detail` is JSON, such as {"state": ["draft", "published"]}."""

    action: str
    subject: str
    detail: dict[str, Any]


def _on_behalf(actor: Actor) -> dict[str, Any]:
    """Whom a member of staff acted for (帮办代办); stands in every entry it makes meanwhile."""
    return {"on_behalf_of": f"organisation:{actor.acting_for}"} if actor.acting_for is not None else {}


def record(session: Session, actor: Actor, events: Sequence[Event]) -> None:
    """Append the events to the chain. Holds the log's counter until commit, so that the chain never forks."""
    if not events:
        return
    first = changes.take(session, STREAM, count=len(events))
    previous = session.scalar(select(AuditEntry.digest).where(AuditEntry.number == first - 1)) or rules.GENESIS
    at = clock.now()
    for number, event in enumerate(events, start=first):
        facts = {
            "actor": actor.name,
            "role": actor.role.value,
            "via": actor.via,
            "action": event.action,
            "subject": event.subject,
            "detail": event.detail | _on_behalf(actor),
        }
        previous = rules.digest(previous, number=number, at=at, facts=facts)
        session.add(AuditEntry(number=number, at=at, digest=previous, **facts))


def record_refusal(sessions: sessionmaker[Session], actor: Actor, *, action: str, subject: str, reason: str) -> None:
    """Remember that somebody was refused something, in a unit of its own: the refused one rolled back.

    Call it when that unit is over; on SQLite the two would wait for each other.
    """
    with unit(sessions) as session:
        record(session, actor, [Event(rules.REFUSED, subject, {"action": action, "reason": reason})])


@contextmanager
def refusals_recorded(
    sessions: sessionmaker[Session],
    actor: Actor,
    *,
    action: str,
    subject: str,
    kinds: tuple[type[DomainError], ...] = (Forbidden,),
) -> Iterator[None]:
    """Around a unit of work: when it ends in one of these refusals, that is remembered, and raised again."""
    try:
        yield
    except kinds as error:
        record_refusal(sessions, actor, action=action, subject=subject, reason=str(error))
        raise
