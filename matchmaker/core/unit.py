"""One unit of work: leaving normally commits, raising rolls back; what was queued runs only after the commit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core.db import BEGIN_MODE

_QUEUE = "after_commit"


@contextmanager
def unit(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A session for one piece of work. Jobs queued with `after_commit` run, in order, once the rows are safe."""
    with sessions() as session:
        try:
            session.connection(execution_options={BEGIN_MODE: "IMMEDIATE"})
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        jobs: list[Callable[[], None]] = session.info.pop(_QUEUE, [])
    for job in jobs:
        job()


@contextmanager
def reading(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A session for looking only: nothing is ever committed, and no writer waits for it."""
    with sessions() as session:
        try:
            yield session
        finally:
            session.rollback()


def after_commit(session: Session, job: Callable[[], None]) -> None:
    """Run `job` when, and only when, this unit's rows are committed (mail, vectors)."""
    session.info.setdefault(_QUEUE, []).append(job)
