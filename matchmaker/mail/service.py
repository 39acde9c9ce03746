"""Queueing letters, and delivering those that are due."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core import clock
from matchmaker.core.unit import reading, unit
from matchmaker.mail.models import OutgoingMail
from matchmaker.mail.transport import Transport

# Waiting doubles from a minute on; after the last attempt (about a day) a person must look.
ATTEMPTS = 11
FIRST_WAIT = timedelta(minutes=1)
BATCH = 50
log = logging.getLogger(__name__)


def queue(session: Session, *, address: str, subject: str, body: str, due_at: datetime | None = None) -> OutgoingMail:
    """Put a letter into the outbox, in the transaction of what it tells of. It leaves after the commit."""
    moment = clock.now()
    mail = OutgoingMail(
        address=address, subject=" ".join(subject.split())[:200], body=body, created_at=moment, due_at=due_at or moment
    )
    session.add(mail)
    return mail


def forget(session: Session, *, address: str) -> None:
    """Take an address and what was written to it out of the queue's memory; what is not sent yet never is."""
    mine = OutgoingMail.address == address
    unsent = (mine, OutgoingMail.sent_at.is_(None), OutgoingMail.given_up_at.is_(None))
    session.execute(update(OutgoingMail).where(*unsent).values(given_up_at=clock.now()))
    session.execute(update(OutgoingMail).where(mine).values(address="", subject="", body="", last_error=""))


def deliver_due(sessions: sessionmaker[Session], transport: Transport) -> int:
    """Send what is due, oldest first; returns how many left. A letter that fails waits longer each time.

    Each is marked before the next is tried: a process killed in between repeats at most one letter.
    """
    with reading(sessions) as session:
        waiting = (OutgoingMail.sent_at.is_(None), OutgoingMail.given_up_at.is_(None))
        due = select(OutgoingMail.id).where(*waiting, OutgoingMail.due_at <= clock.now()).order_by(OutgoingMail.due_at)
        ids = session.scalars(due.limit(BATCH)).all()
    return sum(_deliver(sessions, transport, mail_id) for mail_id in ids)


def _deliver(sessions: sessionmaker[Session], transport: Transport, mail_id: int) -> bool:
    with unit(sessions) as session:
        mail = session.get(OutgoingMail, mail_id, with_for_update={"skip_locked": True})
        if mail is None or mail.sent_at is not None:
            return False
        mail.attempts += 1
        try:
            transport.send(number=mail.id, address=mail.address, subject=mail.subject, body=mail.body)
        except (OSError, ValueError) as error:
            # smtplib's errors are OSErrors; ValueError is an address or subject that no letter can carry.
            _postpone(mail, error)
            return False
        mail.sent_at = clock.now()
        return True


def _postpone(mail: OutgoingMail, error: Exception) -> None:
    mail.last_error = str(error)[:500]
    log.warning("letter %s: attempt %s failed: %s", mail.id, mail.attempts, error)
    if mail.attempts >= ATTEMPTS or isinstance(error, ValueError):
        mail.given_up_at = clock.now()
    else:
        mail.due_at = clock.now() + FIRST_WAIT * 2 ** (mail.attempts - 1)
