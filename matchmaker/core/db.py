"""Base class, column types and engines; the same code runs on SQLite and on PostgreSQL."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    String,
    create_engine,
    event,
)
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_TIMEOUT_MS = 15_000
BEGIN_MODE = "sqlite_begin"
# What an operator can mend: a wrong address, a server that is down, a full disk, a database never prepared.
DATABASE_FAULTS = (ArgumentError, OperationalError, ProgrammingError)


class Base(DeclarativeBase):
    """Every table's base; constraints get predictable names so that migrations can find them."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, always timezone-aware UTC in Python, also where SQLite forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a stored moment needs its time zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite only counts up by itself on a plain INTEGER primary key.
BigId = BigInteger().with_variant(Integer, "sqlite")


def coded(enum: type[StrEnum]) -> Enum:
    """A column that stores the enum's value as text and refuses anything else, without a database enum type."""
    return Enum(enum, native_enum=False, length=40, values_callable=lambda kind: [member.value for member in kind])


def new_key() -> str:
    """What a row is called in every copy of the database, and in addresses that nobody can guess by counting."""
    return uuid4().hex


class ChangeCounter(Base):
    """One row per stream of changes. Taking a number locks the row until commit, so numbers commit in order."""

    __tablename__ = "change_counters"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger, default=0)


def make_engine(url: str) -> Engine:
    """An engine for `url`; SQLite gets WAL, foreign keys and a busy timeout on every connection."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, pool_pre_ping=True)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transaction handling would commit behind savepoints; SQLAlchemy's BEGIN is used instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at once and waits for its turn. A read turned into a write would fail without waiting.
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get(BEGIN_MODE, 'DEFERRED')}")


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions that keep loaded attributes after the commit, so that a door can still show what was saved."""
    return sessionmaker(engine, expire_on_commit=False)
