"""Migrations go up, down and up again on both databases, and end at exactly what the models say."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

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


FILLED = (
    "INSERT INTO organisations (id, uscc, name, kind, town, intro, created_at, updated_at)"
    " VALUES (1, '91440605YYYY01015P', '试样单位', 'enterprise', '440605123', '', '2026-01-01', '2026-01-01')",
    "INSERT INTO listings (id, organisation_id, side, form, visibility, state, title, summary, detail, requirement,"
    " fields, cooperation, partner_sought, change_seq, content_hash, created_at, updated_at)"
    " VALUES (7, 1, 'need', 'product', 'public', 'published', '求购减压阀', '', '七十兆帕', '', '[]', '[]', '', 1, 'x',"
    " '2026-01-01', '2026-01-01')",
    "INSERT INTO listing_nodes (listing_id, node) VALUES (7, 'HYD-09')",
)


def test_rows_of_the_first_version_survive_up_and_down(empty: Engine) -> None:
    """An installation of the first version is filled; SQLite must not copy tables that others point to."""
    migrate.upgrade(empty, "0001")
    with empty.begin() as connection:
        for statement in FILLED:
            connection.execute(text(statement))
    migrate.upgrade(empty)
    with empty.connect() as connection:
        row = connection.execute(text("SELECT name, standing, matching_off FROM organisations")).one()
        listing = connection.execute(text("SELECT title, revision, state_reason FROM listings")).one()
    assert (row.name, row.standing, bool(row.matching_off)) == ("试样单位", "verified", False)
    assert tuple(listing) == ("求购减压阀", 0, "")
    migrate.downgrade(empty, "0001")
    with empty.connect() as connection:
        found = [
            connection.execute(text(f"SELECT {column} FROM {table}")).scalar_one()
            for table, column in (("organisations", "name"), ("listings", "title"), ("listing_nodes", "node"))
        ]
    assert found == ["试样单位", "求购减压阀", "HYD-09"]


PAID = (
    FILLED[0],
    "INSERT INTO contracts (id, key, state, kind, title, own_number, field, node, object, indicators, acceptance, plan,"
    " confidentiality, ip_terms, licence_scope, ip, payment_mode, royalty, foreign_text, fiscal_fund, paid_fen,"
    " total_fen, technology_fen, registrar, related, revision, created_at, created_by, updated_at)"
    " VALUES (3, 'k', 'signed', 'DEV', '试样合同', '', '', '', '', '', '', '', '', '', '', '[]', 'lump', '{}',"
    " false, false, 100, 100, 100, '', 'none', 1, '2026-01-01', '某人', '2026-01-01')",
    "INSERT INTO contract_dues (id, contract_id, milestone, amount_fen) VALUES (4, 3, '签约', 100)",
    "INSERT INTO contract_payments (id, contract_id, kind, paid_on, amount_fen, invoice_no, receipt_no, note, at, by,"
    " withdrawn_by, withdrawn_reason)"
    " VALUES (5, 3, 'payment', '2026-01-01', 100, '', 'H1', '', '2026-01-01', '某人', '', '')",
)


def test_schedules_and_payments_survive_what_was_added_to_them(empty: Engine) -> None:
    migrate.upgrade(empty, "0005")
    with empty.begin() as connection:
        for statement in PAID:
            connection.execute(text(statement))
    migrate.upgrade(empty)
    with empty.begin() as connection:
        due = connection.execute(text('SELECT milestone, reason, at, "by" FROM contract_dues')).one()
        paid = connection.execute(text('SELECT receipt_no, "by", organisation_id FROM contract_payments')).one()
        connection.execute(text("UPDATE contract_payments SET organisation_id = 1"))
    assert (tuple(due), tuple(paid)) == (("签约", "", None, ""), ("H1", "某人", None))
    # Its old checks still hold, and the new one does: no organisation has this number.
    for wrong in ("amount_fen = 0", "organisation_id = 77"):
        with pytest.raises(IntegrityError), empty.begin() as connection:
            connection.execute(text(f"UPDATE contract_payments SET {wrong}"))
    migrate.downgrade(empty, "0005")
    with empty.connect() as connection:
        assert connection.execute(text("SELECT receipt_no FROM contract_payments")).scalar_one() == "H1"
        assert connection.execute(text("SELECT milestone FROM contract_dues")).scalar_one() == "签约"


def test_the_migrated_schema_is_what_the_models_say(migrated: Engine) -> None:
    migrate.load_models()
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_checks_of_the_models_are_in_the_database(migrated: Engine) -> None:
    names = {check["name"] for check in inspect(migrated).get_check_constraints("listings")}
    assert names == {"ck_listings_price_order", "ck_listings_trl_range", "ck_listings_validity_order"}
