"""The thread beside the pages that encodes what is due and keeps the index warm. What is due stands in the rows."""

import logging
import threading

from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core import changes
from matchmaker.core.errors import DomainError
from matchmaker.core.unit import reading
from matchmaker.listings.service import STREAM
from matchmaker.matching import service
from matchmaker.matching.live import LiveIndex

PAUSE_S = 3.0
_log = logging.getLogger(__name__)


def start(sessions: sessionmaker[Session], index: LiveIndex) -> threading.Thread:
    """Start the worker; it ends with the process, and whatever it had not committed is found again by looking."""
    thread = threading.Thread(target=_work, args=(sessions, index), name="matching-worker", daemon=True)
    thread.start()
    return thread


def _work(sessions: sessionmaker[Session], index: LiveIndex) -> None:
    done = -1
    while True:
        try:
            done = round_of_work(sessions, index, done=done)
        except DomainError as error:
            _log.warning("encoding waits: %s", error)
        except Exception:  # the thread must outlive whatever one round meets; the next round tries again
            _log.exception("encoding failed; trying again")
        threading.Event().wait(PAUSE_S)


def round_of_work(sessions: sessionmaker[Session], index: LiveIndex, *, done: int) -> int:
    """If anything changed since number `done`: encode what is due and bring the index up to date. The new number."""
    with reading(sessions) as session:
        latest = changes.latest(session, STREAM)
    if latest != done:
        service.refresh(sessions, index.ranker)
        with reading(sessions) as session, index.lock:
            index.market(session)
    return latest
