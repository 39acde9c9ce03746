"""A head kept elsewhere proves later that nothing was rewritten, even by somebody who makes the whole chain anew."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.audit import queries, rules, service
from matchmaker.audit.models import AuditEntry
from matchmaker.audit.queries import Head
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Forbidden
from matchmaker.core.unit import reading, unit

OPERATOR = Actor.system("test")


def _write(sessions: sessionmaker[Session], count: int) -> None:
    with unit(sessions) as session:
        service.record(session, OPERATOR, [service.Event("listing.update", f"listing:{n}", {}) for n in range(count)])


def _head(sessions: sessionmaker[Session]) -> Head:
    with reading(sessions) as session:
        found = queries.head(session)
    assert found is not None
    return found


def test_an_empty_log_has_no_head(sessions: sessionmaker[Session]) -> None:
    with reading(sessions) as session:
        assert queries.head(session) is None


def test_a_kept_head_holds_while_the_log_grows(sessions: sessionmaker[Session]) -> None:
    _write(sessions, 3)
    kept = _head(sessions)
    assert kept.number == 3
    _write(sessions, 2)
    with reading(sessions) as session:
        assert queries.holds(session, kept)


def test_a_chain_made_anew_is_whole_but_no_longer_has_the_kept_digest(sessions: sessionmaker[Session]) -> None:
    _write(sessions, 3)
    kept = _head(sessions)
    with unit(sessions) as session:
        previous = rules.GENESIS
        for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.number)):
            entry.actor = "somebody else"
            facts = {name: getattr(entry, name) for name in ("actor", "role", "via", "action", "subject", "detail")}
            previous = entry.digest = rules.digest(previous, number=entry.number, at=entry.at, facts=facts)
    with reading(sessions) as session:
        assert queries.first_broken(session) is None
        assert not queries.holds(session, kept)


def test_a_head_of_an_entry_that_is_gone_does_not_hold(sessions: sessionmaker[Session]) -> None:
    _write(sessions, 1)
    kept = _head(sessions)
    with reading(sessions) as session:
        assert not queries.holds(session, Head(7, kept.digest, kept.at))


def test_a_refusal_is_remembered_although_its_unit_rolls_back(sessions: sessionmaker[Session]) -> None:
    what = {"action": "approve", "subject": "claim:3"}
    with pytest.raises(Forbidden), service.refusals_recorded(sessions, OPERATOR, **what), unit(sessions) as session:
        service.record(session, OPERATOR, [service.Event("lost", "claim:3", {})])
        raise Forbidden("another officer must approve")
    with reading(sessions) as session:
        (entry,) = session.scalars(select(AuditEntry))
        assert (entry.action, entry.subject) == ("refused", "claim:3")
        assert entry.detail == {"action": "approve", "reason": "another officer must approve"}


def test_other_refusals_are_not_remembered(sessions: sessionmaker[Session]) -> None:
    with (
        pytest.raises(Conflict),
        service.refusals_recorded(sessions, OPERATOR, action="approve", subject="claim:3"),
        unit(sessions),
    ):
        raise Conflict("later")
    with reading(sessions) as session:
        assert queries.head(session) is None
