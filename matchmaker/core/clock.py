"""The one place that asks the machine what time it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

DISTRICT_ZONE = ZoneInfo("Asia/Shanghai")


_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)


def now() -> datetime:
    """The present moment, timezone-aware, in UTC."""
    return _pretended.get() or datetime.now(UTC)


def utc(moment: datetime) -> datetime:
    """The same moment in UTC; ValueError for one without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(UTC)


@contextmanager
def pretend(moment: datetime) -> Iterator[None]:
    """Inside, it is `moment`: for playing the demo district's year, and for tests. Only this thread is fooled."""
    token = _pretended.set(utc(moment))
    try:
        yield
    finally:
        _pretended.reset(token)


def today() -> date:
    """The calendar day in the district; a listing ends at midnight there, not in Greenwich."""
    return now().astimezone(DISTRICT_ZONE).date()
