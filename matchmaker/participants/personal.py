"""What events keep about a person who has an account, and how that ends (个人信息保护法 44–50)."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from matchmaker.accounts.access import require_self
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.participants.models import Participant, Registration

GONE = "已注销用户"


def own_participations(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """The events the person came or comes to, ready for JSON."""
    return [
        {
            "event": row.registration.event.title,
            "organisation": row.registration.name,
            "name": row.name,
            "position": row.position,
            "phone": row.phone,
            "email": row.email,
            "languages": row.languages,
            "checked_in_at": row.checked_in_at.isoformat() if row.checked_in_at else None,
        }
        for row in _own(session, actor)
    ]


def forget(session: Session, actor: Actor) -> int:
    """Take the person's name, phone and address off every event; comes to none that is still ahead. How many."""
    rows = _own(session, actor)
    moment = clock.now()
    for row in rows:
        row.name, row.position, row.phone, row.email, row.languages = GONE, "", "", "", []
        row.left_at = row.left_at or (moment if row.registration.event.ends_at > moment else None)
        row.link_version += 1
        row.updated_at = moment
    session.flush()
    return len(rows)


def _own(session: Session, actor: Actor) -> list[Participant]:
    person = require_self(session, actor)
    statement = select(Participant).where(Participant.person_id == person.id).order_by(Participant.id)
    return list(session.scalars(statement.options(joinedload(Participant.registration).joinedload(Registration.event))))
