"""Migrations go up, down and up again on both databases, and end at exactly what the models say."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

from matchmaker.core import migrate
from matchmaker.core.db import Base, make_engine


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[Engine]:
    """A database of its own, with nothing in it."""
    if database_url.startswith("sqlite"):
        engine = make_engine(f"sqlite:///{tmp_path / 'empty.db'}")
        yield engine
        engine.dispose()
        return
    server = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE emptied"))
    engine = make_engine(server.url.set(database="emptied").render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE emptied"))
    server.dispose()


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_migrations_go_up_down_and_up(empty: Engine) -> None:
    migrate.load_models()
    assert not migrate.is_current(empty)
    migrate.upgrade(empty)
    assert migrate.is_current(empty)
    assert _tables(empty) == set(Base.metadata.tables)
    migrate.downgrade(empty)
    assert _tables(empty) == set()
    assert not migrate.is_current(empty)
    migrate.upgrade(empty)
    assert migrate.is_current(empty)


def test_migrating_twice_changes_nothing(empty: Engine) -> None:
    migrate.upgrade(empty)
    migrate.upgrade(empty)
    with empty.connect() as connection:
        names = connection.execute(text("SELECT name FROM change_counters ORDER BY name")).scalars().all()
    assert names == ["audit", "listings", "vectors"]


def test_the_migrated_schema_is_what_the_models_say(migrated: Engine) -> None:
    migrate.load_models()
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_checks_of_the_models_are_in_the_database(migrated: Engine) -> None:
    names = {check["name"] for check in inspect(migrated).get_check_constraints("listings")}
    assert names == {"ck_listings_price_order", "ck_listings_trl_range", "ck_listings_validity_order"}
