"""The demo district's year: the same everywhere, in the order of time, and nobody gets its letters today."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.models import Assistance, DataRequest, Membership, Organisation, Person
from matchmaker.alerts.models import SavedSearch
from matchmaker.audit.models import AuditEntry
from matchmaker.audit.queries import first_broken
from matchmaker.core.actor import Role
from matchmaker.core.unit import reading, unit
from matchmaker.demo import filling
from matchmaker.demo.year import LAST_DAY
from matchmaker.files.models import StoredFile
from matchmaker.introductions.models import Introduction, PairDecision
from matchmaker.listings.models import ListingDraft
from matchmaker.mail.models import OutgoingMail
from tests.factories import USCCS, make_listing, make_organisation

FOLDER = Path(__file__).resolve().parents[2] / "seed_data" / "district"


def furnish(sessions: sessionmaker[Session]) -> None:
    """Three organisations with offers and needs of the same nodes."""
    with unit(sessions) as session:
        for number, code in enumerate(USCCS[:3]):
            make_organisation(session, uscc=code, name=f"佛山市南海区第{number}家有限公司")
            for node in range(1, 9):
                ref: dict[str, Any] = {"organisation": code, "chain_nodes": [f"HYD-0{node}"]}
                make_listing(session, ref=f"o{node}", title=f"供给{number}的第{node}种", **ref)
                make_listing(session, ref=f"n{node}", side="need", title=f"需求{number}的第{node}种", **ref)


def story(sessions: sessionmaker[Session]) -> list[tuple[datetime, str, str]]:
    with reading(sessions) as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.via == "demo").order_by(AuditEntry.number))
        return [(row.at, row.action, row.subject) for row in rows]


@pytest.fixture
def filled(sessions: sessionmaker[Session], tmp_path: Path) -> sessionmaker[Session]:
    furnish(sessions)
    filling.fill(sessions, FOLDER, tmp_path)
    return sessions


def test_the_year_has_interests_declines_introductions_and_talks(filled: sessionmaker[Session]) -> None:
    with reading(filled) as session:
        decisions = set(session.scalars(select(PairDecision.decision)))
        states = set(session.scalars(select(Introduction.state)))
    assert decisions == {"interested", "declined", "later"}
    assert {"accepted", "declined"} <= states
    assert filling.is_filled(filled)


def test_it_happens_in_the_order_of_time_and_ends_before_the_last_day(filled: sessionmaker[Session]) -> None:
    moments = [moment for moment, _action, _subject in story(filled)]
    assert moments == sorted(moments)
    assert moments[-1] <= LAST_DAY


def test_the_log_of_the_year_is_whole(filled: sessionmaker[Session]) -> None:
    with reading(filled) as session:
        assert first_broken(session) is None


def test_there_are_people_of_every_role_and_a_contact_everywhere(filled: sessionmaker[Session]) -> None:
    with reading(filled) as session:
        assert set(session.scalars(select(Person.role))) == set(Role) - {Role.VISITOR}
        assert set(session.scalars(select(Membership.organisation_id))) == set(session.scalars(select(Organisation.id)))
        assert {address.rpartition("@")[2] for address in session.scalars(select(Person.email))} == {"demo.example"}


def test_work_waits_for_the_office_and_for_a_member(filled: sessionmaker[Session]) -> None:
    with reading(filled) as session:
        waiting = Counter(session.scalars(select(Organisation.standing).where(Organisation.standing != "verified")))
        assert waiting == {"pending": 2, "returned": 1}
        for table in (DataRequest, Assistance, SavedSearch, ListingDraft):
            assert session.scalar(select(func.count()).select_from(table)) == 1
        licences = session.scalars(select(StoredFile).where(StoredFile.purpose == "licence")).all()
        assert {file.media_type for file in licences} == {"application/pdf"}


def test_the_years_letters_are_not_sent_today(filled: sessionmaker[Session]) -> None:
    with reading(filled) as session:
        assert session.scalars(select(OutgoingMail.id).where(OutgoingMail.sent_at.is_(None))).all() == []


def test_every_installation_shows_the_same_year(filled: sessionmaker[Session], tmp_path: Path) -> None:
    from matchmaker.core.db import make_engine, make_sessions
    from matchmaker.core.migrate import upgrade

    engine = make_engine(f"sqlite:///{tmp_path / 'other.db'}")
    upgrade(engine)
    other = make_sessions(engine)
    furnish(other)
    filling.fill(other, FOLDER, tmp_path / "files")
    first, second = story(filled), story(other)
    assert [step[:2] for step in first] == [step[:2] for step in second]
    engine.dispose()
