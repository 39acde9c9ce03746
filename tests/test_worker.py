"""The worker: every job gets its turn, a failing one does not stop the others, and seldom jobs wait."""

from matchmaker.config import Config
from matchmaker.core.errors import Unavailable
from matchmaker.mail.transport import FileTransport, SmtpTransport
from matchmaker.worker import Job, run_due, transport


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
