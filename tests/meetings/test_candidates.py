"""The matchmaking list: who could do what for whom, both directions, and what each side may read of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event as sql
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.audit.models import AuditEntry
from matchmaker.config import Config
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.introductions import service as introductions
from matchmaker.introductions.rules import Decision, DeclineReason
from matchmaker.listings.models import Listing
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.ranker import Ranker
from matchmaker.matching.service import refresh
from matchmaker.meetings import candidates, pairs
from matchmaker.meetings.candidate_rows import LEAST, History, House, Met, rows_of
from matchmaker.meetings.candidate_views import everyone
from matchmaker.meetings.models import CandidateList, EventPair, Meeting, Outcome
from matchmaker.meetings.rules import Mark, OutcomeKind, RequestState
from matchmaker.participants.models import Participant, Registration
from matchmaker.participants.rules import RegistrationState
from tests.events.place import make_event, make_registration
from tests.factories import USCCS, make_listing, make_organisation
from tests.people import BASE, make_actor

OFFER, NEED = "七十兆帕高压氢气减压阀", "求购七十兆帕氢气减压阀"


@dataclass
class Fair:
    """Three organisations at an event: 阀门 offers what 整车 needs, 同行 offers the same; ids only."""

    event: int
    homes: dict[str, int]
    listings: dict[str, int]
    owners: dict[str, Actor]


@pytest.fixture
def engine(hashing_config: Config) -> LiveIndex:
    return LiveIndex(Ranker(hashing_config))


@pytest.fixture
def fair(sessions: sessionmaker[Session], engine: LiveIndex) -> Fair:
    with unit(sessions) as session:
        event = make_event(session)
        found = Fair(event.id, {}, {}, {})
        for uscc, name in zip(USCCS, ("阀门", "整车", "同行"), strict=False):
            house = make_organisation(session, uscc=uscc, name=f"佛山市南海区{name}有限公司")
            side = {"side": "need", "title": NEED} if name == "整车" else {}
            listing = make_listing(session, organisation=uscc, ref=name, **side)
            row = make_registration(session, event, house.name, organisation_id=house.id, listings=(listing,))
            found.homes[name], found.listings[name] = row.id, listing.id
            found.owners[name] = make_actor(session, house.id, name=f"{name}负责人")
        make_organisation(session, uscc=USCCS[3], name="别处的公司")
        for number, text in enumerate(("不锈钢螺丝", "印染布料", "木制家具", "冷冻水产", "伺服电机", "医用口罩")):
            elsewhere = {"title": f"{text}批发", "detail": f"长期供应{text}，量大价优，可以定制。"}
            make_listing(session, organisation=USCCS[3], ref=str(number), chain_nodes=["MAC-04"], **elsewhere)
    refresh(sessions, engine.ranker)
    return found


def make(sessions: sessionmaker[Session], engine: LiveIndex, fair: Fair, **over: Any) -> list[dict[str, Any]]:
    made = candidates.make(sessions, engine, event_id=fair.event, by="霍组织", **over)
    with reading(sessions) as session:
        return list(session.get_one(CandidateList, made).rows)


def of(rows: list[dict[str, Any]], fair: Fair, one: str, other: str) -> dict[str, Any] | None:
    both = sorted((fair.homes[one], fair.homes[other]))
    return next((row for row in rows if [row["a"], row["b"]] == both), None)


def test_a_need_and_an_offer_make_a_row_with_its_reasons(
    sessions: sessionmaker[Session], engine: LiveIndex, fair: Fair
) -> None:
    ticks = list[tuple[int, int]]()
    rows = make(sessions, engine, fair, tick=lambda done, total: ticks.append((done, total)))
    row = of(rows, fair, "阀门", "整车")
    assert row is not None
    assert (row["need"], row["offer"], row["asker"]) == (fair.listings["整车"], fair.listings["阀门"], "b")
    assert row["level"] >= 2 and 0 < row["score"] <= 1 and "减压阀" in "".join(row["terms"])
    assert ["node", True, ["HYD-09"]] in row["conditions"]
    assert (row["more"], row["met"], row["talking"], row["rivals"]) == (0, None, False, False)
    assert ticks[-1] == (100, 100) and ticks == sorted(ticks)
    with reading(sessions) as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()
        assert last is not None and (last.action, last.actor) == ("event.candidates", "霍组织")


def test_only_what_is_brought_is_matched_and_everything_where_nothing_was_named(
    sessions: sessionmaker[Session], engine: LiveIndex, fair: Fair
) -> None:
    with unit(sessions) as session:
        other = make_listing(session, ref="2", title="二号减压阀，七十兆帕氢气")
        home = session.get_one(Registration, fair.homes["阀门"])
    refresh(sessions, engine.ranker)
    assert {row["offer"] for row in make(sessions, engine, fair)} == {fair.listings["阀门"], fair.listings["同行"]}
    with unit(sessions) as session:
        session.get_one(Registration, home.id).brought = []
    row = of(make(sessions, engine, fair), fair, "阀门", "整车")
    assert row is not None and row["offer"] in (other.id, fair.listings["阀门"]) and row["more"] == 1


def test_what_one_side_declined_is_left_out(sessions: sessionmaker[Session], engine: LiveIndex, fair: Fair) -> None:
    with unit(sessions) as session:
        introductions.decide(
            session,
            fair.owners["整车"],
            listing_id=fair.listings["整车"],
            other_id=fair.listings["阀门"],
            decision=Decision.DECLINED,
            reasons=[DeclineReason.PRICE],
        )
    rows = make(sessions, engine, fair)
    assert of(rows, fair, "阀门", "整车") is None and of(rows, fair, "同行", "整车") is not None


def test_a_walk_in_is_matched_by_what_it_says(sessions: sessionmaker[Session], engine: LiveIndex, fair: Fair) -> None:
    with unit(sessions) as session:
        event = session.get_one(Registration, fair.homes["阀门"]).event
        texts = {"need_text": "要买七十兆帕高压氢气减压阀", "offer_text": "可以回收旧的氢气减压阀"}
        fair.homes["散客"] = make_registration(session, event, "散客", **texts).id
        fair.homes["回收"] = make_registration(session, event, "回收", need_text="回收旧的氢气减压阀").id
    rows = make(sessions, engine, fair)
    bought, sold, each = (of(rows, fair, "散客", other) for other in ("阀门", "整车", "回收"))
    assert bought and (bought["need"], bought["offer"], bought["asker"]) == (None, fair.listings["阀门"], "b")
    assert sold and (sold["need"], sold["offer"], sold["asker"]) == (fair.listings["整车"], None, "a")
    assert each and (each["need"], each["offer"], each["asker"]) == (None, None, "b")


@pytest.mark.parametrize("unsaid", [True, False])
def test_who_met_at_an_earlier_event_is_known(
    sessions: sessionmaker[Session], engine: LiveIndex, fair: Fair, unsaid: bool
) -> None:
    moment = clock.now()
    with unit(sessions) as session:
        before = make_event(session, title="去年的对接会", starts_at=moment - timedelta(days=9, hours=9))
        before.ends_at = moment - timedelta(days=9)
        people = list[Participant]()
        for name in ("阀门", "整车"):
            home = session.get_one(Registration, fair.homes[name])
            people += make_registration(session, before, name, organisation_id=home.organisation_id).people
        sitting = {"slot_id": before.slots[0].id, "table_id": before.tables[0].id, "created_at": moment}
        a, b = sorted(one.id for one in people)
        meeting = Meeting(event_id=before.id, a_id=a, b_id=b, updated_at=moment, **sitting)
        session.add(meeting)
        session.flush()
        if not unsaid:
            session.add(Outcome(meeting_id=meeting.id, kind=OutcomeKind.NOT_HELD, by="霍组织", at=moment))
        title, number = before.title, before.id
    row = of(make(sessions, engine, fair), fair, "阀门", "整车")
    assert row is not None and row["met"] == (number if unsaid else None)
    with reading(sessions) as session:
        seen = candidates.for_one(session, event_id=fair.event, registration_id=fair.homes["阀门"])
        assert seen[0]["met"] == (title if unsaid else "")


def test_both_sides_see_the_same_pair_from_their_own(
    sessions: sessionmaker[Session], engine: LiveIndex, fair: Fair
) -> None:
    make(sessions, engine, fair)
    with reading(sessions) as session:
        sides = {
            name: candidates.for_one(session, event_id=fair.event, registration_id=fair.homes[name])
            for name in ("阀门", "整车")
        }
        buyers = sides["整车"]
        assert [one["direction"] for one in buyers] == ["needs", "needs"]
        assert {one["other"].id for one in buyers} == {fair.homes["阀门"], fair.homes["同行"]}
        seller = next(one for one in sides["阀门"] if one["other"].id == fair.homes["整车"])
        assert seller["direction"] == "offers" and seller["need"] and seller["need"].title == NEED


@pytest.mark.parametrize("visibility", ["public", "redacted", "consent"])
def test_a_hidden_owner_stays_hidden_from_the_other_side(
    sessions: sessionmaker[Session], engine: LiveIndex, fair: Fair, visibility: str
) -> None:
    shown = visibility == "public"
    with unit(sessions) as session:
        session.get_one(Listing, fair.listings["阀门"]).visibility = visibility  # type: ignore[assignment]
    make(sessions, engine, fair)
    with unit(sessions) as session:
        given = {"event_id": fair.event, "a_id": fair.homes["阀门"], "b_id": fair.homes["整车"], "note": "内部备注"}
        pairs.mark(session, make_actor(session, role=Role.ORGANISER), **given, mark=Mark.MUST)
    with reading(sessions) as session:
        mine = {"event_id": fair.event, "registration_id": fair.homes["整车"]}
        seen = {one["other"].id: one for one in candidates.for_one(session, **mine, viewer=fair.owners["整车"])}
        one = seen[fair.homes["阀门"]]
        assert (one["offer"] is not None, one["hidden"], bool(one["terms"])) == (shown, not shown, shown)
        assert (one["note"], one["mark"]) == ("", Mark.NONE)
        office = {each["other"].id: each for each in candidates.for_one(session, **mine)}[fair.homes["阀门"]]
        assert office["offer"] is not None and (office["note"], office["mark"]) == ("内部备注", Mark.MUST)


def test_a_veto_is_not_shown_to_the_two_and_those_who_left_to_nobody(
    sessions: sessionmaker[Session], engine: LiveIndex, fair: Fair
) -> None:
    make(sessions, engine, fair)
    with unit(sessions) as session:
        given = {"event_id": fair.event, "a_id": fair.homes["阀门"], "b_id": fair.homes["整车"], "note": ""}
        pairs.mark(session, make_actor(session, role=Role.ORGANISER), **given, mark=Mark.NEVER)
        session.get_one(Registration, fair.homes["同行"]).state = RegistrationState.CANCELLED
    with reading(sessions) as session:
        mine = {"event_id": fair.event, "registration_id": fair.homes["整车"]}
        assert candidates.for_one(session, **mine, viewer=fair.owners["整车"]) == []
        assert [one["mark"] for one in candidates.for_one(session, **mine)] == [Mark.NEVER]
        assert {
            (one.strong + one.fair + one.weak, one.never) for one in candidates.standings(session, event_id=fair.event)
        } == {(0, 1)}


def test_a_request_without_a_match_is_shown_too(sessions: sessionmaker[Session], engine: LiveIndex, fair: Fair) -> None:
    with unit(sessions) as session:
        given = {"event_id": fair.event, "from_id": fair.homes["阀门"], "to_id": fair.homes["同行"]}
        pairs.ask(session, fair.owners["阀门"], **given, message="一起投标", base=BASE)
    make(sessions, engine, fair)
    with reading(sessions) as session:
        for name, mine in (("阀门", True), ("同行", False)):
            seen = candidates.for_one(session, event_id=fair.event, registration_id=fair.homes[name])
            one = next(each for each in seen if each["request"] is RequestState.ASKED)
            assert (one["level"], one["need"], one["mine"]) == (0, None, mine)
        whole = everyone(session, event_id=fair.event)
        assert len(whole) == 3 and whole[0][0].id == fair.homes["整车"]


def test_what_changed_since_is_told_by_name(sessions: sessionmaker[Session], engine: LiveIndex, fair: Fair) -> None:
    make(sessions, engine, fair)
    with unit(sessions) as session:
        home = session.get_one(Registration, fair.homes["阀门"])
        home.brought = []
        home.brought.clear()
        session.flush()
        make_registration(session, home.event, "新来的公司")
        session.get_one(Registration, fair.homes["同行"]).state = RegistrationState.CANCELLED
        session.get_one(Listing, fair.listings["整车"]).revision += 1
    with reading(sessions) as session:
        made = candidates.newest(session, event_id=fair.event)
        assert made is not None
        changed = candidates.stale(session, fair.event, made)
        assert changed.joined == ("新来的公司",) and changed.left == ("佛山市南海区同行有限公司",)
        assert changed.changed == ("佛山市南海区整车有限公司",)
    make(sessions, engine, fair)
    with reading(sessions) as session:
        made = candidates.newest(session, event_id=fair.event)
        assert made is not None and not candidates.stale(session, fair.event, made)


def test_an_event_that_is_not_there_and_a_list_that_is_ended_leave_nothing(
    sessions: sessionmaker[Session], engine: LiveIndex, fair: Fair
) -> None:
    with pytest.raises(NotFound):
        candidates.make(sessions, engine, event_id=fair.event + 99, by="x", tick=lambda *_: None)

    def end(_done: int, _total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        make(sessions, engine, fair, tick=end)
    with reading(sessions) as session:
        assert candidates.newest(session, event_id=fair.event) is None


def test_nobody_is_left_without_the_nearest_ones() -> None:
    houses = [House(number, None) for number in range(1, 12)]
    found = [Met(1, number, score=number / 100, level=0) for number in range(2, 12)]
    found += [Met(2, number, score=0.9, level=3) for number in range(3, 12)]
    rows = [row for row, _ in rows_of(found, houses, History())]
    nearest = [row["b"] for row in rows if row["a"] == 1]
    assert nearest[:LEAST] == [11, 10, 9, 8, 7]
    assert rows == sorted(rows, key=lambda row: -row["score"])
    assert len([row for row in rows if row["a"] == 2]) == 9


def test_looking_at_a_long_list_asks_no_more_often(sessions: sessionmaker[Session], fair: Fair) -> None:
    def statements(number: int) -> int:
        with unit(sessions) as session:
            mine = session.get_one(Registration, fair.homes["整车"])
            rows = []
            for place in range(number):
                other = make_registration(session, mine.event, f"第{place}家")
                row = {"a": mine.id, "b": other.id, "need": fair.listings["整车"], "offer": None, "asker": "a"}
                row |= {"score": 0.5, "level": 2, "terms": [], "conditions": [], "more": 0, "met": None}
                rows.append(row | {"talking": False, "rivals": False})
                session.add(EventPair(event_id=fair.event, a_id=mine.id, b_id=other.id, updated_at=clock.now()))
            session.add(CandidateList(event_id=fair.event, rows=rows, inputs={}, at=clock.now(), by="x"))
        asked = list[str]()
        with reading(sessions) as session:
            bind = session.get_bind()
            listen = lambda *given: asked.append(given[2])  # noqa: E731
            sql.listen(bind, "before_cursor_execute", listen)
            seen = candidates.for_one(session, event_id=fair.event, registration_id=fair.homes["整车"])
            everyone(session, event_id=fair.event)
            candidates.standings(session, event_id=fair.event)
            sql.remove(bind, "before_cursor_execute", listen)
            assert len(seen) == number
        return len(asked)

    assert statements(1) == statements(12)
