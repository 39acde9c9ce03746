"""The demo district's year: the same everywhere, in the order of time, and nobody gets its letters today."""

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.models import Assistance, DataRequest, Membership, Organisation, Person
from matchmaker.alerts.models import SavedSearch
from matchmaker.audit.models import AuditEntry
from matchmaker.audit.queries import first_broken
from matchmaker.config import Config
from matchmaker.core import clock
from matchmaker.core.actor import Role
from matchmaker.core.db import make_engine, make_sessions
from matchmaker.core.migrate import upgrade
from matchmaker.core.unit import reading, unit
from matchmaker.demo import filling, people, year
from matchmaker.demo.beginnings import known_of, told_pairs
from matchmaker.demo.cast import Sides
from matchmaker.demo.plain import WORTH, plain
from matchmaker.demo.stories import Story
from matchmaker.demo.year import LAST_DAY
from matchmaker.files.models import StoredFile
from matchmaker.introductions import inbox
from matchmaker.introductions.models import Introduction, PairDecision
from matchmaker.introductions.rules import Decision, IntroductionState
from matchmaker.listings.models import Listing, ListingDraft
from matchmaker.listings.rules import Side
from matchmaker.mail.models import OutgoingMail
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.ranker import Ranker
from matchmaker.matching.service import refresh
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


@pytest.fixture
def judged(sessions: sessionmaker[Session], hashing_config: Config, tmp_path: Path) -> LiveIndex:
    """The index that told the year what its matches are worth."""
    furnish(sessions)
    engine = LiveIndex(Ranker(hashing_config))
    refresh(sessions, engine.ranker)
    filling.fill(sessions, FOLDER, tmp_path, engine=engine)
    return engine


def test_requests_keep_what_the_inbox_says_of_the_match(sessions: sessionmaker[Session], judged: LiveIndex) -> None:
    with reading(sessions) as session, clock.pretend(LAST_DAY):
        asked = [row for row in session.scalars(select(Introduction)) if row.evidence]
        assert asked
        owners = year.owners(session)
        for row in asked[:5]:
            mine, other = row.need, row.offer
            if row.asked_by_id == row.offer_organisation_id:
                mine, other = other, mine
            both = {"listing_id": mine.id, "other_id": other.id}
            assert row.evidence == inbox.evidence(session, owners[mine.organisation_id], judged, **both)


@pytest.mark.usefixtures("judged")
def test_further_deals_come_of_requests_over_a_good_match(sessions: sessionmaker[Session]) -> None:
    with unit(sessions) as session:
        rows = session.scalars(select(Introduction).where(Introduction.state == IntroductionState.ACCEPTED)).all()
        for number, row in enumerate(rows):
            row.evidence = ({"score": WORTH}, {"score": WORTH - 0.01}, {})[number % 3]
        good = {(row.need_id, row.offer_id) for row in rows[::3]}
        found = {(sides.need_id, sides.offer_id) for _story, sides, _beginning in plain(session, known_of(session), [])}
        assert found and found <= good


def test_the_year_leaves_those_alone_who_have_a_story_and_changes_nobody_elses_day(tmp_path: Path) -> None:
    """A decline after the deal that came of the very pair would give the lie to its trace."""
    told: frozenset[tuple[int, int]] = frozenset()
    days = []
    for name in ("without", "with"):
        engine = make_engine(f"sqlite:///{tmp_path / name}.db")
        upgrade(engine)
        sessions = make_sessions(engine)
        furnish(sessions)
        with unit(sessions) as session:
            with clock.pretend(year.FIRST_DAY):
                people.add_people(session)
            year.play(session, told=told)
            told = told or frozenset({_declined(session)})
        days.append(Counter(story(sessions)))
        engine.dispose()
    assert (len(list((days[0] - days[1]).elements())), days[1] - days[0]) == (1, Counter())


def _declined(session: Session) -> tuple[int, int]:
    """A need and an offer that one side declined without having been asked."""
    needs = {row.id: row.side is Side.NEED for row in session.scalars(select(Listing))}
    asked = {(row.need_id, row.offer_id) for row in session.scalars(select(Introduction))}
    said = session.scalars(select(PairDecision).where(PairDecision.decision == Decision.DECLINED))
    pairs = [
        (row.listing_id, row.other_id) if needs[row.listing_id] else (row.other_id, row.listing_id) for row in said
    ]
    return next(pair for pair in pairs if pair not in asked)


def test_only_stories_that_say_when_they_begin_are_kept_from_the_year() -> None:
    stories = [
        Story(ref="T-1", on=date(2025, 3, 3)),
        Story(ref="T-2", event="对接会"),
        Story(ref="T-3"),
        Story(ref="T-4", on=date(2025, 3, 3)),
    ]
    sides = {f"T-{number}": Sides(1, 2, number, number + 10, "") for number in (1, 2, 3)}
    assert told_pairs(stories, sides) == {(1, 11), (2, 12)}


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
    engine = make_engine(f"sqlite:///{tmp_path / 'other.db'}")
    upgrade(engine)
    other = make_sessions(engine)
    furnish(other)
    filling.fill(other, FOLDER, tmp_path / "files")
    first, second = story(filled), story(other)
    assert [step[:2] for step in first] == [step[:2] for step in second]
    engine.dispose()
