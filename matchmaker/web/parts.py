"""What app.py hands to the pages: settings, database sessions and the matching engine of this process."""

from dataclasses import dataclass
from typing import Any, cast

from flask import current_app

from matchmaker.config import Config

EXTENSION = "matchmaker"


@dataclass(frozen=True)
class Parts:
    """The wired parts of one process.

    `sessions` is a SQLAlchemy sessionmaker for `core.unit`, `engine` is what `matching.queries` takes. Both are only
    passed on, so that no page comes to depend on the database or on the model.
    """

    config: Config
    sessions: Any
    engine: Any


def parts() -> Parts:
    """The parts of the application that serves this request."""
    return cast(Parts, current_app.extensions[EXTENSION])
