"""Somebody walks in: who of those present fits, and a meeting at once that nobody else notices."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.core import clock
from matchmaker.core.errors import Conflict, Forbidden, NotFound
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.ranker import Ranker
from matchmaker.matching.results import Level
from matchmaker.meetings import pairs, walk_ins
from matchmaker.meetings.candidate_rows import History, houses, meetings_between, rows_of
from matchmaker.meetings.queries import meetings_of, published
from matchmaker.meetings.rules import Mark
from matchmaker.notifications.models import Notice
from matchmaker.participants import desk
from matchmaker.participants.models import Participant
from matchmaker.participants.schemas import WalkInIn
from tests.meetings.hall import Hall
from tests.people import BASE

SOON = timedelta(minutes=5)


@pytest.fixture
def engine(hashing_config: Config) -> LiveIndex:
    return LiveIndex(Ranker(hashing_config))


@pytest.fixture
def hall(session: Session) -> Hall:
    """The first two meet in the first slot; the third offers what the newcomer needs and is here."""
    made = Hall(session, starts_at=clock.now() + SOON, ends_at=clock.now() + timedelta(hours=8))
    made.registrations[2].offer_text = "供应七十兆帕氢气减压阀，有现货"
    made.registrations[3].offer_text = "沙发面料和布艺"
    made.list_pairs((0, 1, 0.9))
    made.publish(made.draft((0, 1, 0, 0)))
    return made


def newcomer(session: Session, hall: Hall) -> int:
    data = WalkInIn(name="现场来的公司", person_name="黄一现", need_text="求购七十兆帕氢气减压阀")
    return desk.walk_in(session, hall.organiser, event_id=hall.event.id, data=data).people[0].id


def test_the_best_of_those_present_comes_first_with_free_slots(session: Session, engine: LiveIndex, hall: Hall) -> None:
    who = newcomer(session, hall)
    found = walk_ins.partners(session, hall.organiser, engine, event_id=hall.event.id, participant_id=who)
    assert found[0].person.registration_id == hall.registrations[2].id
    assert [slot.id for slot in found[0].slots] == [slot.id for slot in hall.slots]
    hall.people[2][0].away = [hall.slots[0].id]
    hall.people[2][0].missing_at = None
    found = walk_ins.partners(session, hall.organiser, engine, event_id=hall.event.id, participant_id=who)
    assert [slot.id for slot in found[0].slots] == [slot.id for slot in hall.slots[1:]]
    hall.people[2][0].meetings_max = 0
    found = walk_ins.partners(session, hall.organiser, engine, event_id=hall.event.id, participant_id=who)
    third = next(one for one in found if one.person.registration_id == hall.registrations[2].id)
    assert third.slots == ()
    hall.people[2][0].missing_at = clock.now()
    found = walk_ins.partners(session, hall.organiser, engine, event_id=hall.event.id, participant_id=who)
    assert hall.registrations[2].id not in {one.person.registration_id for one in found}


def test_the_newcomer_is_matched_as_the_list_matches(session: Session, engine: LiveIndex, hall: Hall) -> None:
    who = newcomer(session, hall)
    found = walk_ins.partners(session, hall.organiser, engine, event_id=hall.event.id, participant_id=who)
    coming = houses(session, event_id=hall.event.id)
    everybody = meetings_between(session, engine, coming, besides=(), tick=lambda done, whole: None)
    mine = session.get_one(Participant, who).registration_id
    listed = {
        (row["a"] + row["b"] - mine): (row["score"], row["level"])
        for row, _ in rows_of(everybody, coming, History())
        if mine in (row["a"], row["b"]) and row["level"] >= Level.WEAK and not row["rivals"]
    }
    assert found and {one.person.registration_id: (one.score, one.level) for one in found} == listed
    pairs.mark(
        session,
        hall.organiser,
        event_id=hall.event.id,
        a_id=mine,
        b_id=hall.registrations[2].id,
        mark=Mark.NEVER,
        note="",
    )
    left = walk_ins.partners(session, hall.organiser, engine, event_id=hall.event.id, participant_id=who)
    assert hall.registrations[2].id not in {one.person.registration_id for one in left}


def test_a_meeting_at_once_changes_nobody_else_s_day(session: Session, engine: LiveIndex, hall: Hall) -> None:
    who, other = newcomer(session, hall), hall.people[2][0].id
    before = {(one.a_id, one.b_id): (one.slot_id, one.table_id) for one in meetings_of(session, event_id=hall.event.id)}
    told = set(session.scalars(select(Notice.id)))
    walk_ins.place(
        session,
        hall.organiser,
        event_id=hall.event.id,
        participant_id=who,
        other_id=other,
        slot_id=hall.slots[0].id,
        base=BASE,
    )
    after = {(one.a_id, one.b_id): (one.slot_id, one.table_id) for one in meetings_of(session, event_id=hall.event.id)}
    assert {both: place for both, place in after.items() if both in before} == before
    assert after[tuple(sorted((who, other)))] == (hall.slots[0].id, hall.tables[1].id)  # type: ignore[index]
    # Of those with an account only the third is concerned.
    fresh = session.scalars(select(Notice).where(Notice.id.not_in(told))).all()
    assert {row.person_id for row in fresh} == {hall.owners[2].person_id}
    found = walk_ins.partners(session, hall.organiser, engine, event_id=hall.event.id, participant_id=who)
    assert hall.registrations[2].id not in {one.person.registration_id for one in found}
    with pytest.raises(Conflict):
        walk_ins.place(
            session,
            hall.organiser,
            event_id=hall.event.id,
            participant_id=who,
            other_id=hall.people[3][0].id,
            slot_id=hall.slots[0].id,
            base=BASE,
        )


def test_the_desk_alone_places_and_only_what_is_published(session: Session, engine: LiveIndex, hall: Hall) -> None:
    who = newcomer(session, hall)
    with pytest.raises(Forbidden):
        walk_ins.partners(session, hall.owners[0], engine, event_id=hall.event.id, participant_id=who)
    with pytest.raises(NotFound):
        walk_ins.partners(session, hall.organiser, engine, event_id=hall.event.id, participant_id=who + 99)
    current = published(session, event_id=hall.event.id)
    assert current is not None
    current.state = current.state.__class__.WITHDRAWN
    session.flush()
    with pytest.raises(Conflict, match="nothing is published"):
        walk_ins.place(
            session,
            hall.organiser,
            event_id=hall.event.id,
            participant_id=who,
            other_id=hall.people[2][0].id,
            slot_id=hall.slots[0].id,
            base=BASE,
        )
