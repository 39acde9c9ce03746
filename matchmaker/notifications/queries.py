"""Reading notices."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.core.actor import Actor
from matchmaker.core.errors import NotFound
from matchmaker.notifications.models import Notice, NoticePace
from matchmaker.notifications.rules import DEFAULT_PACE, NoticeKind, Pace

PER_PAGE = 30


def unread(session: Session, actor: Actor) -> int:
    """How many of the actor's notices were not opened yet."""
    statement = select(func.count()).where(Notice.person_id == actor.person_id, Notice.read_at.is_(None))
    return session.scalar(statement) or 0


def inbox(session: Session, actor: Actor, *, page: int = 1) -> tuple[Sequence[Notice], int, int]:
    """The actor's notices, newest first: one page, the number of all, and the page's number."""
    mine = Notice.person_id == actor.person_id
    total = session.scalar(select(func.count()).where(mine)) or 0
    number = max(1, min(page, -(-total // PER_PAGE)))
    statement = select(Notice).where(mine).order_by(Notice.created_at.desc(), Notice.id.desc())
    return session.scalars(statement.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all(), total, number


def paces(session: Session, actor: Actor) -> dict[NoticeKind, Pace]:
    """How letters about each kind come to the actor."""
    rows = session.scalars(select(NoticePace).where(NoticePace.person_id == actor.person_id))
    return DEFAULT_PACE | {row.kind: row.pace for row in rows}


def path_of(session: Session, actor: Actor, *, notice_id: int) -> str:
    """Where one of the actor's own notices leads. NotFound for everybody else's."""
    row = session.get(Notice, notice_id)
    if row is None or row.person_id != actor.person_id:
        raise NotFound(f"no notice {notice_id}")
    return row.path
