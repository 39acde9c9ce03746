"""Change numbers: every change of a stream gets the next one, and a reader asks for what came after its last."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaker.core.db import ChangeCounter


def take(session: Session, stream: str, *, count: int = 1) -> int:
    """The first of `count` fresh numbers. Holds the stream's row until commit: no reader ever skips a number.

    The row itself is made by the migration that introduces the stream.
    """
    statement = (
        update(ChangeCounter)
        .where(ChangeCounter.name == stream)
        .values(value=ChangeCounter.value + count)
        .returning(ChangeCounter.value)
    )
    return session.execute(statement).scalar_one() - count + 1


def latest(session: Session, stream: str) -> int:
    """The newest committed number of the stream, 0 before the first change."""
    return session.scalar(select(ChangeCounter.value).where(ChangeCounter.name == stream)) or 0
