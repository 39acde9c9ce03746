"""The letters of the demo's past."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from matchmaker.mail.models import OutgoingMail
from matchmaker.notifications.models import Notice


def forget_letters(session: Session) -> None:
    """The year's letters belong to the past: nobody of the demo gets them today."""
    session.execute(update(OutgoingMail).where(OutgoingMail.sent_at.is_(None)).values(sent_at=OutgoingMail.created_at))
    session.execute(update(Notice).where(Notice.letter_at.is_(None)).values(letter_at=Notice.created_at))
