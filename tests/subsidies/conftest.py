"""A place in the middle of its window; and which tests one kind of database is enough for."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from matchmaker.core import clock
from tests.subsidies.place import OPEN, Place, make_place


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave PostgreSQL out of the modules that say ONE_DATABASE: they are about who may and what follows.

    What differs between the two, locks, sums and statements, is in the other modules.
    """
    spared = [item for item in items if _is_spared(item)]
    if spared:
        config.hook.pytest_deselected(items=spared)
        items[:] = [item for item in items if not _is_spared(item)]


def _is_spared(item: pytest.Item) -> bool:
    given = getattr(item, "callspec", None)
    on_postgresql = given is not None and given.params.get("database_url") == "postgresql"
    return on_postgresql and getattr(getattr(item, "module", None), "ONE_DATABASE", False)


@pytest.fixture
def place(session: Session) -> Iterator[Place]:
    """Claims can be made today; the budget is 5,000,000 yuan, the caps 1,000,000."""
    with clock.pretend(OPEN):
        yield make_place(session)
