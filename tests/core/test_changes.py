"""Change numbers commit in their order, and none is skipped."""

import threading

import pytest
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core.changes import latest, take
from matchmaker.core.unit import after_commit, reading, unit


def test_numbers_begin_at_one_and_follow_each_other(session: Session) -> None:
    assert [latest(session, "listings"), take(session, "listings"), take(session, "listings", count=3)] == [0, 1, 2]
    assert take(session, "listings") == 5
    assert latest(session, "listings") == 5


def test_streams_count_on_their_own(session: Session) -> None:
    take(session, "listings", count=4)
    assert (take(session, "audit"), latest(session, "vectors")) == (1, 0)


def test_an_unknown_stream_is_an_error(session: Session) -> None:
    with pytest.raises(NoResultFound):
        take(session, "no such stream")


def test_a_rolled_back_number_is_given_again(sessions: sessionmaker[Session]) -> None:
    with pytest.raises(ValueError), unit(sessions) as session:
        take(session, "listings")
        raise ValueError
    with unit(sessions) as session:
        assert take(session, "listings") == 1


def test_a_later_number_waits_for_the_earlier_commit(sessions: sessionmaker[Session]) -> None:
    """A reader that has seen number 2 can never meet a number 1 that appears afterwards."""
    order: list[int] = []
    asking = threading.Event()

    def second() -> None:
        asking.set()
        with unit(sessions) as session:
            number = take(session, "listings")
            after_commit(session, lambda: order.append(number))

    waiter = threading.Thread(target=second)
    with unit(sessions) as session:
        number = take(session, "listings")
        after_commit(session, lambda: order.append(number))
        waiter.start()
        asking.wait()
        waiter.join(0.2)
        assert waiter.is_alive()
        with reading(sessions) as reader:
            assert latest(reader, "listings") == 0
    waiter.join()
    assert sorted(order) == [1, 2]
    with reading(sessions) as reader:
        assert latest(reader, "listings") == 2


def test_many_writers_skip_and_double_nothing(sessions: sessionmaker[Session]) -> None:
    taken: list[int] = []

    def write() -> None:
        for _ in range(5):
            with unit(sessions) as session:
                first = take(session, "listings", count=2)
            taken.extend((first, first + 1))

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(taken) == list(range(1, 41))
