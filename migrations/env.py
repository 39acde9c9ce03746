"""Alembic's entry: migrates the connection it is handed, or the configured database."""

from alembic import context

from matchmaker.config import Config
from matchmaker.core.db import Base, UtcDateTime, make_engine
from matchmaker.core.migrate import load_models


def _render(kind: str, item: object, _autogen: object) -> str | bool:
    # A migration must still run when our own types have moved or gone.
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def _migrate(connection: object) -> None:
    load_models()
    # SQLite cannot alter a table in place; batch mode copies it. PostgreSQL ignores the flag.
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, render_item=_render)
    with context.begin_transaction():
        context.run_migrations()


if (handed := context.config.attributes.get("connection")) is not None:
    _migrate(handed)
else:
    with make_engine(Config.from_env().database_url).begin() as own:
        _migrate(own)
