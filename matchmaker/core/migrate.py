"""Brings a database to the shape of the models, and back."""

import importlib
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

import matchmaker

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def load_models() -> None:
    """Import every feature's models, so that the metadata is complete."""
    # Looking for the files, not the modules: asking the import system would load every page and command as well.
    for path in sorted(Path(matchmaker.__path__[0]).glob("*/models.py")):
        importlib.import_module(f"matchmaker.{path.parent.name}.models")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run the migrations up to `revision` in one transaction."""
    with engine.begin() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Run the migrations back to `revision` in one transaction."""
    with engine.begin() as connection:
        command.downgrade(_config(connection), revision)


def is_current(engine: Engine) -> bool:
    """Whether the database stands at the newest migration."""
    with engine.connect() as connection:
        here = MigrationContext.configure(connection).get_current_revision()
    return here == ScriptDirectory(str(FOLDER)).get_current_head()


def _config(connection: object) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
