"""Working days in China: weekends, public holidays, and the weekends worked in exchange for them."""

from datetime import date, timedelta

import chinese_calendar


def is_workday(day: date) -> bool:
    """Whether offices work on `day`. Of a year whose holidays are not announced yet only weekends are known free."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def announced(year: int) -> bool:
    """Whether the holidays of that year are known."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def after(day: date, count: int) -> date:
    """The `count`-th working day after `day`, not counting `day` itself."""
    if count < 1:
        raise ValueError("count at least one working day")
    while count:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day
