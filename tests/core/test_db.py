"""Column types and engines: moments keep their zone, SQLite is set up as promised, writers wait for each other."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.models import OrganisationNode
from matchmaker.core import migrate
from matchmaker.core.changes import latest, take
from matchmaker.core.db import BUSY_TIMEOUT_MS, make_engine, make_sessions
from matchmaker.core.unit import reading, unit
from tests.factories import make_organisation


@pytest.fixture
def lite(tmp_path: Path) -> sessionmaker[Session]:
    """A migrated SQLite file of its own."""
    engine = make_engine(f"sqlite:///{tmp_path / 'own.db'}")
    migrate.upgrade(engine)
    return make_sessions(engine)


def test_a_moment_comes_back_in_utc(sessions: sessionmaker[Session]) -> None:
    beijing = datetime(2026, 3, 1, 8, 30, 15, 250_000, tzinfo=timezone(timedelta(hours=8)))
    with unit(sessions) as session:
        organisation = make_organisation(session)
        organisation.created_at = beijing
        number = organisation.id
    with reading(sessions) as session:
        stored = session.get_one(type(organisation), number).created_at
    assert stored == beijing
    assert stored.tzinfo is UTC
    assert (stored.day, stored.hour) == (1, 0)


def test_a_moment_without_zone_is_refused(session: Session) -> None:
    organisation = make_organisation(session)
    organisation.created_at = datetime(2026, 3, 1)
    with session.no_autoflush, pytest.raises(StatementError, match="needs its time zone"):
        session.flush()
    session.rollback()
    session.begin_nested()


def test_foreign_keys_are_enforced(sessions: sessionmaker[Session]) -> None:
    with pytest.raises(IntegrityError), unit(sessions) as session:
        session.add(OrganisationNode(organisation_id=999_999, node="HYD-09"))


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("foreign_keys", 1), ("busy_timeout", BUSY_TIMEOUT_MS)]
)
def test_sqlite_runs_with_its_safeguards_on(lite: sessionmaker[Session], pragma: str, value: object) -> None:
    with lite() as one, lite() as other:
        for session in (one, other):
            assert session.execute(text(f"PRAGMA {pragma}")).scalar_one() == value


def test_a_second_sqlite_writer_waits_for_the_first(lite: sessionmaker[Session]) -> None:
    """It reads before it writes, which fails at once, without waiting, when the lock is not taken at the start."""
    asked = threading.Event()
    failures: list[BaseException] = []
    begun: list[str] = []

    def second() -> None:
        try:
            asked.set()
            with unit(lite) as session:
                begun.append("second")
                latest(session, "listings")
                take(session, "listings")
        except BaseException as error:
            failures.append(error)

    waiter = threading.Thread(target=second)
    with unit(lite) as session:
        latest(session, "listings")
        waiter.start()
        asked.wait()
        waiter.join(0.2)
        assert begun == []
        take(session, "listings")
    waiter.join()
    assert failures == []
    with reading(lite) as session:
        assert latest(session, "listings") == 2


def test_a_reader_does_not_wait_for_a_writer(sessions: sessionmaker[Session]) -> None:
    with unit(sessions) as writer:
        take(writer, "listings")
        with reading(sessions) as reader:
            assert latest(reader, "listings") == 0


def test_rows_of_one_test_do_not_depend_on_the_driver_committing_early(lite: sessionmaker[Session]) -> None:
    statements: list[str] = []
    event.listen(lite.kw["bind"], "before_cursor_execute", lambda _c, _u, statement, *_: statements.append(statement))
    with unit(lite) as session:
        take(session, "listings")
    with reading(lite) as session:
        latest(session, "listings")
    assert [one for one in statements if one.startswith("BEGIN")] == ["BEGIN IMMEDIATE", "BEGIN DEFERRED"]
