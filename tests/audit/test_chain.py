"""The audit log is a chain: what was written stays provable, what was touched afterwards is found by its number."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.audit import queries, rules, service
from matchmaker.audit.models import AuditEntry
from matchmaker.core.actor import Actor
from matchmaker.core.unit import reading, unit


def _write(sessions: sessionmaker[Session], *details: dict[str, object]) -> None:
    with unit(sessions) as session:
        events = [service.Event("listing.update", f"listing:{number}", one) for number, one in enumerate(details)]
        service.record(session, Actor.system("test"), events)


def _first_broken(sessions: sessionmaker[Session]) -> int | None:
    with reading(sessions) as session:
        return queries.first_broken(session)


@pytest.fixture
def five(sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    """A log of five entries, written in two units."""
    _write(sessions, {"state": ["draft", "published"]}, {"title": [None, "阀门“七十兆帕”"]}, {"trl": [1.5, 2]})
    _write(sessions, {}, {"nodes": [[], ["HYD-09"]], "deep": {"b": 1, "a": None}})
    return sessions


def test_an_empty_log_is_whole(sessions: sessionmaker[Session]) -> None:
    assert _first_broken(sessions) is None


def test_a_log_written_in_pieces_is_whole(five: sessionmaker[Session]) -> None:
    assert _first_broken(five) is None


def test_nothing_to_tell_writes_nothing(sessions: sessionmaker[Session]) -> None:
    _write(sessions)
    with reading(sessions) as session:
        assert session.get(AuditEntry, 1) is None


def test_an_entry_says_who_what_and_through_which_door(five: sessionmaker[Session]) -> None:
    with reading(five) as session:
        entry = session.get_one(AuditEntry, 1)
        assert (entry.actor, entry.role, entry.via) == ("system", "administrator", "test")
        assert (entry.action, entry.subject) == ("listing.update", "listing:0")
        assert entry.detail == {"state": ["draft", "published"]}


@pytest.mark.parametrize(
    "change",
    [
        {"detail": {"title": [None, "别的"]}},
        {"actor": "somebody"},
        {"role": "visitor"},
        {"via": "web"},
        {"action": "listing.create"},
        {"subject": "listing:9"},
        {"at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"digest": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_entry_is_found_by_number(five: sessionmaker[Session], change: dict[str, object]) -> None:
    with unit(five) as session:
        session.execute(update(AuditEntry).where(AuditEntry.number == 2).values(change))
    assert _first_broken(five) == 2


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_removed_entry_is_found_by_number(five: sessionmaker[Session], number: int) -> None:
    with unit(five) as session:
        session.execute(delete(AuditEntry).where(AuditEntry.number == number))
    assert _first_broken(five) == number


def test_an_entry_with_its_own_digest_made_anew_breaks_the_next(five: sessionmaker[Session]) -> None:
    with unit(five) as session:
        first, second = session.get_one(AuditEntry, 1), session.get_one(AuditEntry, 2)
        facts = {name: getattr(second, name) for name in ("actor", "role", "via", "action", "subject")}
        second.detail = {"forged": True}
        second.digest = rules.digest(first.digest, number=2, at=second.at, facts=facts | {"detail": second.detail})
    assert _first_broken(five) == 3


def test_a_refused_unit_leaves_no_entry_and_no_gap(five: sessionmaker[Session]) -> None:
    with pytest.raises(ValueError), unit(five) as session:
        service.record(session, Actor.system("test"), [service.Event("a", "b", {})])
        raise ValueError
    _write(five, {"after": 1})
    assert _first_broken(five) is None
    with reading(five) as session:
        assert session.get_one(AuditEntry, 6).detail == {"after": 1}


def test_the_digest_does_not_depend_on_the_order_of_keys_or_the_zone() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    one = rules.digest(rules.GENESIS, number=1, at=at, facts={"a": 1, "b": 2})
    assert one == rules.digest(rules.GENESIS, number=1, at=at.astimezone(), facts={"b": 2, "a": 1})
    assert len(one) == 64
