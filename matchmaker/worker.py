"""The threads beside the pages: one encodes what is due, watches for matches, keeps time, sends letters; the other
does what takes minutes, such as a timetable, so that no letter waits for it.

Nothing is handed to them. What is due stands in the rows, so whatever a killed process left undone is found by looking.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from matchmaker.alerts import service as alerts
from matchmaker.config import Config
from matchmaker.contracts.linking import link_verified
from matchmaker.contracts.reminding import remind_sellers
from matchmaker.core import changes
from matchmaker.core.errors import DomainError
from matchmaker.core.unit import reading
from matchmaker.deals.reminding import remind_stalled
from matchmaker.listings import life
from matchmaker.listings.service import STREAM
from matchmaker.mail import service as mail
from matchmaker.mail.transport import FileTransport, SmtpTransport, Transport
from matchmaker.matching import service
from matchmaker.matching.live import LiveIndex
from matchmaker.meetings import follow_ups, tasks
from matchmaker.meetings import letters as event_letters
from matchmaker.notifications import service as notifications
from matchmaker.subsidies import finding

PAUSE_S = 3.0
# Calendar days and digest hours need no closer look.
SELDOM_S = 60.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """Something to look after every so many seconds."""

    name: str
    every_s: float
    run: Callable[[], object]


def transport(config: Config) -> Transport:
    """How letters leave this installation."""
    if config.smtp_url:
        return SmtpTransport(config.smtp_url, config.mail_from)
    return FileTransport(config.outbox_dir, config.mail_from)


def jobs(config: Config, sessions: sessionmaker[Session], index: LiveIndex) -> list[Job]:
    """Everything that is looked after, in the order it depends on each other: vectors, then matches, then letters."""
    follow = Follower(sessions, index)
    post = transport(config)
    base, secret = config.public_url, config.secret_key
    return [
        Job("matching", 0, follow.round_of_work),
        Job("alerts", 0, lambda: alerts.watch(sessions, index, base=base)),
        Job("calendar", SELDOM_S, lambda: life.keep_time(sessions, base=base)),
        Job("event letters", SELDOM_S, lambda: event_letters.write_due(sessions, base=base, secret_key=secret)),
        Job("follow-ups", SELDOM_S, lambda: follow_ups.ask_due(sessions, base=base, secret_key=secret)),
        Job("deals", SELDOM_S, lambda: remind_stalled(sessions, base=base)),
        Job("contract parties", SELDOM_S, lambda: link_verified(sessions)),
        Job("contracts", SELDOM_S, lambda: remind_sellers(sessions, base=base)),
        Job("subsidies", SELDOM_S, lambda: finding.look(sessions, base=base)),
        Job("digests", SELDOM_S, lambda: notifications.send_digests(sessions, base=base)),
        Job("letters", 0, lambda: mail.deliver_due(sessions, post)),
    ]


def long_jobs(sessions: sessionmaker[Session], index: LiveIndex) -> list[Job]:
    """What somebody asked for on a page and may take minutes; nothing else waits for it."""
    return [Job("tasks", 0, lambda: tasks.run_due(sessions, index))]


def start(config: Config, sessions: sessionmaker[Session], index: LiveIndex) -> list[threading.Thread]:
    """Start both threads; they end with the process."""
    work = {"worker": jobs(config, sessions, index), "long-worker": long_jobs(sessions, index)}
    return [start_thread(name, each) for name, each in work.items()]


def start_thread(name: str, work: list[Job], over: threading.Event | None = None) -> threading.Thread:
    """Look after these jobs until the process ends, or `over` is set."""
    thread = threading.Thread(target=_work, args=(work, over or threading.Event()), name=name, daemon=True)
    thread.start()
    return thread


def run_due(work: list[Job], last: dict[str, float], *, now: float) -> None:
    """One look at every job whose time has come; one that fails does not keep the others from their turn."""
    for job in work:
        if now - last.get(job.name, -SELDOM_S) < job.every_s:
            continue
        last[job.name] = now
        try:
            job.run()
        except DomainError as error:
            _log.warning("%s waits: %s", job.name, error)
        except Exception:  # the thread must outlive whatever one round meets; the next round tries again
            _log.exception("%s failed; trying again", job.name)


def _work(work: list[Job], over: threading.Event) -> None:
    last: dict[str, float] = {}
    while not over.is_set():
        run_due(work, last, now=time.monotonic())
        over.wait(PAUSE_S)


class Follower:
    """Keeps vectors and the index behind the newest change; remembers how far it has come."""

    def __init__(self, sessions: sessionmaker[Session], index: LiveIndex) -> None:
        self._sessions, self._index, self._done = sessions, index, -1

    def round_of_work(self) -> int:
        """If anything changed: encode what is due and bring the index up to date. The newest change's number."""
        with reading(self._sessions) as session:
            latest = changes.latest(session, STREAM)
        if latest != self._done:
            service.refresh(self._sessions, self._index.ranker)
            with reading(self._sessions) as session, self._index.lock:
                self._index.market(session)
            self._done = latest
        return latest
