"""Working days: weekends, the holidays of 2026 as the State Council announced them, and years not announced yet."""

from datetime import date

import pytest

from matchmaker.core import workdays


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),
        # Spring Festival, and the Saturdays worked in exchange.
        (date(2026, 2, 14), True),
        (date(2026, 2, 17), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 28), True),
        # National Day.
        (date(2026, 10, 7), False),
        (date(2026, 10, 10), True),
        # Nobody knows yet: weekends only.
        (date(2099, 1, 1), True),
        (date(2099, 1, 3), False),
    ],
)
def test_which_days_offices_work(day: date, works: bool) -> None:
    assert workdays.is_workday(day) is works


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 11, 23), 15, date(2026, 12, 14)),
        # Five working days over the National Day holiday take two weeks.
        (date(2026, 9, 30), 5, date(2026, 10, 13)),
        (date(2026, 2, 13), 5, date(2026, 2, 27)),
    ],
)
def test_the_day_so_many_working_days_later(day: date, count: int, expected: date) -> None:
    assert workdays.after(day, count) == expected


def test_no_days_are_not_counted() -> None:
    with pytest.raises(ValueError, match="at least one"):
        workdays.after(date(2026, 11, 20), 0)


def test_which_years_are_announced() -> None:
    assert workdays.announced(2026)
    assert not workdays.announced(2099)
