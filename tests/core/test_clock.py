"""Days end at midnight in the district."""

from datetime import UTC, date, datetime

import pytest

from matchmaker.core import clock


def test_the_present_moment_is_in_utc() -> None:
    assert clock.now().tzinfo is UTC


def test_the_day_changes_at_midnight_in_the_district(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 2, 28, 16, 0, tzinfo=UTC))
    assert clock.today() == date(2026, 3, 1)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 2, 28, 15, 59, tzinfo=UTC))
    assert clock.today() == date(2026, 2, 28)
