"""Replay: what was decided comes out the same, and whatever was touched since is named."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core import clock
from matchmaker.core.unit import reading, unit
from matchmaker.subsidies import reviewing
from matchmaker.subsidies.models import Claim, Decision
from matchmaker.subsidies.replaying import Difference, replay_all
from tests.conftest import _unlock
from tests.subsidies.place import CLOSED, OPEN, WAN, make_place

ONE_DATABASE = True


@pytest.fixture
def decided(sessions: sessionmaker[Session]) -> Iterator[sessionmaker[Session]]:
    """Decisions of every sort: paid, superseded, shared, refused."""
    with unit(sessions) as session, clock.pretend(OPEN):
        place = make_place(session)
        place.paid()
        place.do(reviewing.propose, place.proposed(total=200 * WAN), place.one)
        low = place.checked(total=9 * WAN)
        place.do(reviewing.refuse, low, place.one, reason="低于起点")
    yield sessions


def _differences(sessions: sessionmaker[Session]) -> list[Difference]:
    with reading(sessions) as session:
        return list(replay_all(session))


def _subjects(sessions: sessionmaker[Session]) -> set[tuple[str, str]]:
    return {(one.subject.partition(":")[0], one.field) for one in _differences(sessions)}


def test_what_was_decided_comes_out_the_same(decided: sessionmaker[Session]) -> None:
    ticks: list[tuple[int, int]] = []
    with reading(decided) as session:
        assert list(replay_all(session, lambda done, total: ticks.append((done, total)))) == []
        assert len(session.scalars(select(Decision)).all()) == 4
    assert ticks == [(4, 4)]


def test_an_empty_installation_has_no_differences(sessions: sessionmaker[Session]) -> None:
    assert _differences(sessions) == []


def _amount(outcome: dict[str, Any]) -> dict[str, Any]:
    return outcome | {"amount": "150000.01"}


@pytest.mark.parametrize(
    ("column", "change", "found"),
    [
        ("amount_fen", lambda _: 15 * WAN + 1, {("decision", "amount_fen"), ("claim", "amount_fen")}),
        ("base_fen", lambda value: value - 1, {("decision", "base_fen")}),
        ("eligible", lambda _: False, {("decision", "eligible")}),
        ("outcome", _amount, {("decision", "amount"), ("decision", "sha256")}),
        ("inputs", lambda value: value | {"opens_on": "2026-03-02"}, {("decision", "sha256")}),
        ("inputs", lambda value: value | {"shape": 9}, {("decision", "inputs")}),
        ("sha256", lambda _: "0" * 64, {("decision", "sha256"), ("decision", "audit log")}),
    ],
    ids=["amount", "base", "eligible", "outcome", "inputs", "shape", "digest"],
)
def test_a_decision_that_was_touched_is_named(
    decided: sessionmaker[Session], column: str, change: Any, found: set[tuple[str, str]]
) -> None:
    with unit(decided) as session:
        row = session.scalars(select(Decision).order_by(Decision.id)).first()
        assert row is not None
        number = row.id
        session.execute(update(Decision).where(Decision.id == number).values({column: change(getattr(row, column))}))
    assert _subjects(decided) == found
    assert any(one.subject == f"decision:{number}" and one.claim_id for one in _differences(decided))


def test_a_claim_that_shows_more_than_its_decision_is_named(decided: sessionmaker[Session]) -> None:
    with unit(decided) as session:
        session.execute(update(Claim).where(Claim.amount_fen == 10 * WAN).values(amount_fen=11 * WAN))
    (one,) = _differences(decided)
    assert (one.field, one.stored, one.now) == ("amount_fen", str(11 * WAN), str(10 * WAN))


def test_a_decision_that_was_removed_is_missed(decided: sessionmaker[Session]) -> None:
    with unit(decided) as session:
        session.execute(delete(Decision).where(Decision.superseded_at.is_not(None)))
    assert _subjects(decided) == {("decision", "row")}


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE subsidy_ledger SET amount_fen = 1 WHERE kind = 'pay'", {("entry", "amount_fen")}),
        ("UPDATE subsidy_ledger SET claim_id = NULL WHERE kind = 'pay'", {("entry", "claim")}),
        ("DELETE FROM subsidy_ledger WHERE kind = 'commit'", {("entry", "row")}),
        (
            "UPDATE subsidy_policies SET text = replace(text, '试验', '别的')",
            {("policy", "sha256"), ("policy", "text")},
        ),
        (
            "UPDATE subsidy_policies SET text = replace(text, '0.05', '0.06')",
            {
                ("policy", "sha256"),
                ("policy", "text"),
                ("decision", "amount"),
                ("decision", "amount_fen"),
                ("decision", "reasons"),
            },
        ),
    ],
    ids=["amount", "claim", "removed", "title", "rate"],
)
def test_books_and_policies_that_somebody_forced_are_named(
    decided: sessionmaker[Session], statement: str, found: set[tuple[str, str]]
) -> None:
    with decided() as session, session.begin():
        connection = session.connection()
        locks = _unlock(connection)
        session.execute(text(statement))
        for lock in locks:
            connection.exec_driver_sql(lock)
    assert _subjects(decided) == found


def test_a_shared_budget_replays_with_each_share(sessions: sessionmaker[Session]) -> None:
    from matchmaker.core.db import new_key
    from matchmaker.subsidies import budgeting
    from tests.people import BASE

    with unit(sessions) as session, clock.pretend(OPEN):
        place = make_place(session)
        for wan in (300, 200, 100):
            place.proposed(total=wan * WAN)
        place.budget(20 * WAN + 1)
        with clock.pretend(CLOSED):
            given = {"window_id": place.window.id, "once": new_key(), "base": BASE}
            budgeting.share_budget(session, place.one, **given)
    assert _differences(sessions) == []
