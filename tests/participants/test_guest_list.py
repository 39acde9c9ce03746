"""The list builder on a real database with the small encoder."""

from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.audit.models import AuditEntry
from matchmaker.config import Config
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden, Invalid, NotFound
from matchmaker.events.models import Event
from matchmaker.exchange.call_sheet import call_sheet
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.ranker import Ranker
from matchmaker.participants import guest_list
from matchmaker.participants.guest_list import GuestListIn
from matchmaker.participants.rules import RegistrationState
from tests.events.place import START, make_event, make_registration
from tests.factories import USCCS, make_listing, make_organisation
from tests.people import make_actor

VALVE = "七十兆帕高压氢气减压阀"


@pytest.fixture
def engine(hashing_config: Config) -> LiveIndex:
    return LiveIndex(Ranker(hashing_config))


@pytest.fixture
def organiser(session: Session) -> Actor:
    return make_actor(session, role=Role.ORGANISER)


@pytest.fixture
def houses(session: Session) -> list[int]:
    """One offers a valve, one needs it, one needs something else on another chain."""
    names = ("甲阀门", "乙车辆", "丙家具")
    found = [
        make_organisation(session, uscc=code, name=f"佛山市南海区{name}有限公司").id
        for code, name in zip(USCCS, names, strict=False)
    ]
    make_listing(session)
    make_listing(session, organisation=USCCS[1], side="need", title=f"求购{VALVE}", ref="n")
    make_listing(session, organisation=USCCS[2], side="need", title="沙发铰链", chain_nodes=["FUR-01"], ref="f")
    return found


def build(session: Session, actor: Actor, engine: LiveIndex, event: Event, **over: object) -> list[int]:
    row = guest_list.build(session, actor, engine, event_id=event.id, data=GuestListIn.model_validate(over))
    return [one["id"] for one in row.rows]


def test_those_who_fit_are_listed_with_the_pair_of_listings(
    session: Session, engine: LiveIndex, organiser: Actor, houses: list[int]
) -> None:
    event = make_event(session)
    assert sorted(build(session, organiser, engine, event)) == houses[:2]
    (row,) = guest_list.rankings(session, organiser, event_id=event.id)
    names, titles = guest_list.named(session, row)
    (link,) = row.rows[0]["links"]
    assert (titles[link["need_id"]], titles[link["offer_id"]]) == (f"求购{VALVE}", VALVE)
    assert {one.id for one in names.values()} == set(houses[:2])
    assert [one["id"] for one in row.inputs["pool"]] == houses[:2]


def test_a_veto_and_a_recent_invitation_keep_away(
    session: Session, engine: LiveIndex, organiser: Actor, houses: list[int]
) -> None:
    event, other = make_event(session), make_event(session, title="上一场")
    assert build(session, organiser, engine, event, veto=f"{USCCS[0]}\n") == []
    with pytest.raises(Invalid, match="veto: no organisation is called 不存在的公司"):
        build(session, organiser, engine, event, veto="不存在的公司")
    make_registration(
        session,
        other,
        organisation_id=houses[1],
        state=RegistrationState.INVITED,
        invited_at=clock.now() - timedelta(weeks=3),
    )
    assert build(session, organiser, engine, event, weeks=4) == []
    assert sorted(build(session, organiser, engine, event, weeks=2)) == houses[:2]


def test_a_need_nobody_answered_at_an_earlier_event_is_carried_on(
    session: Session, engine: LiveIndex, organiser: Actor, houses: list[int]
) -> None:
    past = make_event(session, starts_at=START - timedelta(days=36500), ends_at=START - timedelta(days=36499))
    need = make_listing(session, organisation=USCCS[1], side="need", title=f"急寻{VALVE}", ref="again")
    make_registration(session, past, organisation_id=houses[1], listings=(need,))
    event = make_event(session)
    build(session, organiser, engine, event)
    (row,) = guest_list.rankings(session, organiser, event_id=event.id)
    assert {one["id"]: one["carried"] for one in row.rows} == {houses[0]: [], houses[1]: [need.id]}
    build(session, organiser, engine, event, carry=False)
    assert [one["carried"] for one in guest_list.rankings(session, organiser, event_id=event.id)[0].rows] == [[], []]


def test_a_ranking_is_redone_from_what_was_stored(
    session: Session, engine: LiveIndex, organiser: Actor, houses: list[int]
) -> None:
    event = make_event(session)
    build(session, organiser, engine, event)
    (row,) = guest_list.rankings(session, organiser, event_id=event.id)
    make_listing(session, organisation=USCCS[1], side="need", title=f"又求购{VALVE}", ref="later")
    assert guest_list.redo(session, organiser, ranking_id=row.id)[1] is True
    row.rows = [*row.rows[1:], row.rows[0]]
    assert guest_list.redo(session, organiser, ranking_id=row.id)[1] is False


def test_who_sat_together_before_needs_no_event(
    session: Session, engine: LiveIndex, organiser: Actor, houses: list[int]
) -> None:
    event = make_event(session)
    met = {houses[0]: {houses[1]}, houses[1]: {houses[0]}}
    for only_new, listed in ((True, []), (False, houses[:2])):
        data = GuestListIn(only_new=only_new)
        row = guest_list.build(session, organiser, engine, event_id=event.id, data=data, met=met)
        assert sorted(one["id"] for one in row.rows) == listed
        assert guest_list.redo(session, organiser, ranking_id=row.id)[1] is True


def test_a_ranking_from_before_lower_limits_is_redone_all_the_same(
    session: Session, engine: LiveIndex, organiser: Actor, houses: list[int]
) -> None:
    event = make_event(session)
    build(session, organiser, engine, event)
    (row,) = guest_list.rankings(session, organiser, event_id=event.id)
    row.inputs = {name: value for name, value in row.inputs.items() if not name.endswith("_least")}
    assert guest_list.redo(session, organiser, ranking_id=row.id)[1] is True
    assert guest_list.short_of(row) == []


def test_a_lower_limit_that_is_not_reached_is_told_and_one_that_cannot_be_is_refused(
    session: Session, engine: LiveIndex, organiser: Actor, houses: list[int]
) -> None:
    event = make_event(session)
    build(session, organiser, engine, event, towns_least={"440605123": 3})
    (row,) = guest_list.rankings(session, organiser, event_id=event.id)
    assert [(one.quota, one.wanted, one.got, one.there) for one in guest_list.short_of(row)] == [("town", 3, 2, 2)]
    wrong: tuple[tuple[dict[str, object], str], ...] = (
        ({"towns": {"440605123": 1}, "towns_least": {"440605123": 2}}, "towns: the lower limit lies above"),
        ({"number": 3, "kinds_least": {"enterprise": 2, "university": 2}}, "kinds: the lower limits are more"),
        ({"number": 3, "stages_least": {"upstream": 4}}, "stages: the lower limits are more"),
    )
    for over, said in wrong:
        with pytest.raises(Invalid, match=said):
            build(session, organiser, engine, event, **over)


def test_only_planners_build_and_read_lists(
    session: Session, engine: LiveIndex, organiser: Actor, houses: list[int]
) -> None:
    event = make_event(session)
    build(session, organiser, engine, event)
    (row,) = guest_list.rankings(session, organiser, event_id=event.id)
    for who in (make_actor(session, houses[0]), make_actor(session, role=Role.AUDITOR), Actor.visitor()):
        with pytest.raises(Forbidden):
            build(session, who, engine, event)
        with pytest.raises(Forbidden):
            guest_list.contacts(session, who, ranking_id=row.id)
        with pytest.raises(Forbidden):
            guest_list.redo(session, who, ranking_id=row.id)
    with pytest.raises(NotFound):
        guest_list.redo(session, organiser, ranking_id=row.id + 99)


def test_the_call_sheet_has_whom_to_phone_and_no_formula(
    session: Session, engine: LiveIndex, organiser: Actor, houses: list[int]
) -> None:
    owner = make_actor(session, houses[0], name='=HYPERLINK("http://x")')
    event = make_event(session, title="=1+1")
    build(session, organiser, engine, event)
    (row,) = guest_list.rankings(session, organiser, event_id=event.id)
    named, titles = guest_list.named(session, row)
    people = guest_list.contacts(session, organiser, ranking_id=row.id)
    states = {houses[1]: RegistrationState.INVITED}
    content = call_sheet(event, row.rows, houses=named, titles=titles, people=people, states=states)
    sheet = load_workbook(BytesIO(content)).active
    assert sheet is not None
    lines = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=3)]
    assert sheet["A1"].value == "'=1+1"
    by_name = {line[1]: line for line in lines}
    assert by_name["佛山市南海区甲阀门有限公司"][3] == f"'{owner.name}"
    assert f"求购{VALVE} ↔ {VALVE}" in by_name["佛山市南海区甲阀门有限公司"][5]
    assert by_name["佛山市南海区乙车辆有限公司"][6] == "已邀请"
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    assert session.scalars(select(AuditEntry.action).where(AuditEntry.action == "event.call_sheet")).one()
