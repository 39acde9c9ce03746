"""Reading the outbox."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.mail.models import OutgoingMail


def newest(session: Session, *, limit: int = 100) -> Sequence[OutgoingMail]:
    """The letters queued last, sent or not."""
    return session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc()).limit(limit)).all()
