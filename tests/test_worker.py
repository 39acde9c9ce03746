"""The worker: every job gets its turn, a failing one stops no other, seldom jobs wait, long ones hold up no letter."""

import threading

from sqlalchemy.orm import Session, sessionmaker

from matchmaker.config import Config
from matchmaker.core.errors import Unavailable
from matchmaker.core.unit import unit
from matchmaker.mail import service as mail
from matchmaker.mail.transport import FileTransport, SmtpTransport
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.ranker import Ranker
from matchmaker.worker import Job, jobs, long_jobs, run_due, start_thread, transport


def test_a_job_that_fails_leaves_the_others_their_turn() -> None:
    done: list[str] = []

    def fail() -> None:
        raise Unavailable("model is loading")

    def crash() -> None:
        raise RuntimeError

    jobs = [Job("fail", 0, fail), Job("crash", 0, crash), Job("work", 0, lambda: done.append("work"))]
    run_due(jobs, {}, now=0)
    assert done == ["work"]


def test_a_seldom_job_waits_for_its_time() -> None:
    done: list[float] = []
    last: dict[str, float] = {}
    moments = (0.0, 30.0, 59.0, 61.0, 90.0, 122.0)
    for moment in moments:
        run_due([Job("digest", 60, lambda moment=moment: done.append(moment))], last, now=moment)  # type: ignore[misc]
    assert done == [0.0, 61.0, 122.0]


def test_letters_leave_by_server_when_there_is_one(hashing_config: Config) -> None:
    from dataclasses import replace

    assert transport(hashing_config) == FileTransport(hashing_config.outbox_dir, "noreply@localhost")
    served = replace(hashing_config, smtp_url="smtp://mail:25")
    assert transport(served) == SmtpTransport("smtp://mail:25", "noreply@localhost")


def test_letters_do_not_wait_for_long_work(sessions: sessionmaker[Session], hashing_config: Config) -> None:
    """While one thread is busy with what takes minutes, the other sends what is due."""
    busy, over = threading.Event(), threading.Event()

    def solve() -> None:
        busy.set()
        over.wait(120)

    with unit(sessions) as session:
        mail.queue(session, address="a@demo.example", subject="时间表", body="请看")
    post = transport(hashing_config)
    long = start_thread("long", [Job("long", 0, solve)], over)
    assert busy.wait(120)
    sent = threading.Event()

    def letters() -> None:
        if mail.deliver_due(sessions, post):
            sent.set()

    short = start_thread("short", [Job("letters", 0, letters)], over)
    assert sent.wait(120) and long.is_alive() and not over.is_set()
    over.set()
    for thread in (long, short):
        thread.join(timeout=120)
        assert not thread.is_alive()


def test_what_takes_minutes_is_not_among_what_is_looked_after_all_the_time(
    sessions: sessionmaker[Session], hashing_config: Config
) -> None:
    index = LiveIndex(Ranker(hashing_config))
    short = {one.name for one in jobs(hashing_config, sessions, index)}
    assert {one.name for one in long_jobs(sessions, index)} == {"tasks"}
    assert "letters" in short and "tasks" not in short
