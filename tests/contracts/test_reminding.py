"""The seller is reminded to file while the contract is valid, once per occasion."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.contracts.models import Contract
from matchmaker.contracts.reminding import occasions, remind_sellers
from matchmaker.contracts.rules import ContractState
from matchmaker.core import clock
from matchmaker.core.unit import unit
from tests.contracts.cast import Cast
from tests.contracts.making import step
from tests.people import BASE

S = ContractState
SINCE = date(2026, 3, 2)
FAR = date(2027, 3, 2)


@pytest.mark.parametrize(
    ("state", "days", "valid_until", "texts"),
    [
        (S.SIGNED, 6, FAR, []),
        (S.SIGNED, 7, FAR, ["file:2026-03-02:1"]),
        (S.SIGNED, 13, FAR, ["file:2026-03-02:1"]),
        (S.SIGNED, 14, None, ["file:2026-03-02:2"]),
        (S.SUPPLEMENT, 6, FAR, []),
        (S.SUPPLEMENT, 7, FAR, ["supplement:2026-03-02"]),
        (S.SUPPLEMENT, 70, FAR, ["supplement:2026-03-02"]),
        (S.SUBMITTED, 70, FAR, []),
        (S.DRAFT, 70, SINCE, []),
        (S.REGISTERED, 70, SINCE, []),
        (S.SIGNED, 1, SINCE + timedelta(days=32), []),
        (S.SIGNED, 2, SINCE + timedelta(days=32), ["expiring:30:2026-04-03"]),
        (S.SIGNED, 3, SINCE + timedelta(days=10), ["expiring:7:2026-03-12"]),
        (S.SUPPLEMENT, 3, SINCE + timedelta(days=3), ["expiring:7:2026-03-05"]),
        (S.SUBMITTED, 3, SINCE + timedelta(days=3), []),
        (S.SUBMITTED, 4, SINCE + timedelta(days=3), ["expired:2026-03-05"]),
        (S.SIGNED, 8, SINCE + timedelta(days=3), ["expired:2026-03-05"]),
        (S.SIGNED, 63, SINCE + timedelta(days=3), ["expired:2026-03-05"]),
        (S.SIGNED, 64, SINCE + timedelta(days=3), []),
    ],
)
def test_what_is_due_on_a_day(state: ContractState, days: int, valid_until: date | None, texts: list[str]) -> None:
    today = SINCE + timedelta(days=days)
    due = list(occasions(state, since=SINCE, valid_until=valid_until, today=today))
    assert [one.key for one in due] == texts
    assert all(one.since <= today for one in due)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=clock.DISTRICT_ZONE)


@pytest.fixture
def look(sessions: sessionmaker[Session]) -> Callable[[date], int]:
    """Let the worker look on a day."""

    def run(day: date) -> int:
        with clock.pretend(at(day)):
            return remind_sellers(sessions, base=BASE)

    return run


def test_the_sellers_people_are_reminded_weekly_and_the_office_at_the_end(
    sessions: sessionmaker[Session], look: Callable[[date], int]
) -> None:
    until = SINCE + timedelta(days=17)
    with clock.pretend(at(SINCE)), unit(sessions) as session:
        cast = Cast(session)
        cast.signed(signed_on=SINCE, valid_from=SINCE, valid_until=until)
    assert [look(SINCE + timedelta(days=day)) for day in (1, 1, 7, 7, 8, 10, 14, 18, 19)] == [1, 0, 1, 0, 0, 1, 1, 1, 0]
    with unit(sessions) as session:
        cast.session = session
        assert cast.told(cast.selling.person_id) == [
            "contract.expiring",
            "contract.file",
            "contract.expiring",
            "contract.file",
        ]
        assert cast.told(cast.officer.person_id) == ["contract.office_expired"]
        assert set(cast.told(cast.buying.person_id)) == {"contract.signed"}


def test_an_edit_or_a_step_back_reminds_nobody_twice(
    sessions: sessionmaker[Session], look: Callable[[date], int]
) -> None:
    with clock.pretend(at(SINCE)), unit(sessions) as session:
        cast = Cast(session)
        number = cast.signed(signed_on=SINCE, valid_from=SINCE, valid_until=FAR).id
    day = SINCE + timedelta(days=8)
    assert look(day) == 1
    with unit(sessions) as session:
        contract = session.scalars(select(Contract).where(Contract.id == number)).one()
        contract.reminded_at = None
    assert look(day) == 0
    with clock.pretend(at(day)), unit(sessions) as session:
        contract = session.get_one(Contract, number)
        step(session, step(session, contract, "submitted"), "supplement")
    assert [look(day + timedelta(days=count)) for count in (1, 7, 8, 21)] == [0, 1, 0, 0]
