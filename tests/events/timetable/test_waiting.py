"""Work beside the caller: its answers, what it raises, and that it can be left behind."""

import threading

import pytest

from matchmaker.events.timetable.waiting import beside


def test_the_answers_come_in_the_order_of_the_works_and_all_run_at_once() -> None:
    met = threading.Barrier(2)
    works = [lambda: (met.wait(30), "first")[1], lambda: (met.wait(30), "second")[1]]
    assert beside(works, lambda: True) == ["first", "second"]


def test_what_a_work_raises_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        beside([lambda: 1 / 0], lambda: True)


def test_the_caller_looks_in_from_its_own_thread_and_may_leave_the_work_behind() -> None:
    over, looked = threading.Event(), list[threading.Thread]()

    def look() -> bool:
        looked.append(threading.current_thread())
        return len(looked) < 2

    assert beside([over.wait], look) is None
    assert looked == [threading.current_thread()] * 2
    over.set()
