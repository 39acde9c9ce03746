"""Return commits, raise rolls back, and queued jobs run only after the commit."""

import pytest
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core.changes import latest, take
from matchmaker.core.unit import after_commit, reading, unit


def _latest(sessions: sessionmaker[Session]) -> int:
    with reading(sessions) as session:
        return latest(session, "listings")


def test_returning_commits(sessions: sessionmaker[Session]) -> None:
    with unit(sessions) as session:
        take(session, "listings")
    assert _latest(sessions) == 1


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_raising_rolls_back_and_runs_no_job(sessions: sessionmaker[Session], error: type[BaseException]) -> None:
    ran: list[str] = []
    with pytest.raises(error), unit(sessions) as session:
        take(session, "listings")
        after_commit(session, lambda: ran.append("job"))
        raise error
    assert (_latest(sessions), ran) == (0, [])


def test_jobs_run_in_order_when_the_rows_are_visible_to_others(sessions: sessionmaker[Session]) -> None:
    seen: list[tuple[str, int]] = []
    with unit(sessions) as session:
        after_commit(session, lambda: seen.append(("first", _latest(sessions))))
        after_commit(session, lambda: seen.append(("second", _latest(sessions))))
        take(session, "listings")
        assert seen == []
    assert seen == [("first", 1), ("second", 1)]


def test_reading_never_commits(sessions: sessionmaker[Session]) -> None:
    with reading(sessions) as session:
        take(session, "listings")
    assert _latest(sessions) == 0
