"""Coming to an event: who may register whom, the places, the waiting list, and the people sent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.models import Organisation
from matchmaker.accounts.rules import Standing
from matchmaker.audit.models import AuditEntry
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from matchmaker.core.unit import unit
from matchmaker.events.models import Event
from matchmaker.events.rules import Entry, EventState
from matchmaker.notifications.models import Notice
from matchmaker.participants import queries, registering
from matchmaker.participants.models import Registration
from matchmaker.participants.rules import RegistrationSource, RegistrationState
from matchmaker.participants.schemas import BroughtIn, RegistrationIn
from tests.events.place import START, make_event, make_registration
from tests.factories import USCCS, make_listing, make_organisation
from tests.people import BASE, make_actor

_S = RegistrationState


def data(*names: str, **over: Any) -> RegistrationIn:
    people = [{"name": name, "phone": "13800000000"} for name in names or ("梁代表",)]
    return RegistrationIn.model_validate({"people": people, "need_text": "想找密封圈"} | over)


def register(session: Session, who: Actor, event: Event, organisation: Organisation, **over: Any) -> Registration:
    given = {"data": data(), "base": BASE} | over
    return registering.register(session, who, event_id=event.id, organisation_id=organisation.id, **given)


def told(session: Session, who: Actor) -> list[str]:
    return list(session.scalars(select(Notice.text).where(Notice.person_id == who.person_id).order_by(Notice.id)))


def present(row: Registration) -> list[str]:
    return [person.name for person in queries.present(row.people)]


def waiting_line(session: Session, event: Event, *names: str) -> list[Registration]:
    """Organisations that wait, the first named longest."""
    moment = clock.now() - timedelta(days=1)
    return [
        make_registration(session, event, name, state=_S.WAITING, waiting_since=moment + timedelta(minutes=number))
        for number, name in enumerate(names)
    ]


@pytest.fixture
def planner(session: Session) -> Actor:
    return make_actor(session, role=Role.ORGANISER, name="霍组织")


@pytest.mark.parametrize(
    ("entry", "state"), [(Entry.OPEN, _S.CONFIRMED), (Entry.APPROVAL, _S.APPLIED), (Entry.INVITED, None)]
)
def test_the_event_says_how_its_guests_come_in(session: Session, entry: Entry, state: _S | None) -> None:
    organisation, event = make_organisation(session), make_event(session, entry=entry)
    member = make_actor(session, organisation.id)
    if state is None:
        with pytest.raises(Conflict, match="by invitation only"):
            register(session, member, event, organisation)
        return
    row = register(session, member, event, organisation, data=data("梁代表", "李代表"))
    assert (row.state, row.source, row.name) == (state, RegistrationSource.OPEN, organisation.name)
    assert present(row) == ["梁代表", "李代表"] and len({person.badge for person in row.people}) == 2
    logged = session.scalars(select(AuditEntry).where(AuditEntry.action == "event.registration")).all()
    assert [entry.detail["state"] for entry in logged] == [["listed", state]]
    with pytest.raises(Conflict, match="registered already"):
        register(session, member, event, organisation)


def test_only_its_own_people_and_planners_register_an_organisation(session: Session, planner: Actor) -> None:
    organisation, other = make_organisation(session), make_organisation(session, uscc=USCCS[1], name="旁人有限公司")
    event = make_event(session, entry=Entry.INVITED)
    for stranger in (make_actor(session, other.id), make_actor(session, role=Role.AUDITOR), Actor.visitor()):
        with pytest.raises(Forbidden):
            register(session, stranger, event, organisation)
    # A planner's own hand is the approval, and the organisation learns of it.
    member = make_actor(session, organisation.id)
    assert register(session, planner, event, organisation).state is _S.CONFIRMED
    assert told(session, member) == ["event.confirmed"]


def test_an_organisation_is_verified_first(session: Session) -> None:
    organisation, event = make_organisation(session), make_event(session, entry=Entry.OPEN)
    organisation.standing = Standing.PENDING
    session.flush()
    with pytest.raises(Conflict, match="not verified"):
        register(session, make_actor(session, organisation.id), event, organisation)


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"registration_opens_at": START - timedelta(days=1)}, "not open yet"),
        ({"registration_closes_at": START - timedelta(days=30_000)}, "closed"),
        ({"state": EventState.CANCELLED}, "called off"),
        ({"starts_at": START.replace(year=2020), "ends_at": START.replace(year=2020, hour=18)}, "over"),
    ],
)
def test_members_register_while_it_is_open_planners_always(
    session: Session, planner: Actor, over: dict[str, Any], said: str
) -> None:
    organisation, event = make_organisation(session), make_event(session, **({"entry": Entry.OPEN} | over))
    with pytest.raises(Conflict, match=said):
        register(session, make_actor(session, organisation.id), event, organisation)
    if event.state is EventState.CANCELLED:
        with pytest.raises(Conflict):
            register(session, planner, event, organisation)
    else:
        assert register(session, planner, event, organisation).state is _S.CONFIRMED


def test_a_draft_is_unknown_to_members(session: Session) -> None:
    organisation, event = make_organisation(session), make_event(session, state=EventState.DRAFT)
    with pytest.raises(NotFound):
        register(session, make_actor(session, organisation.id), event, organisation)


def test_a_firm_brings_its_own_published_listings_only(session: Session) -> None:
    organisation, event = make_organisation(session), make_event(session, entry=Entry.OPEN)
    make_organisation(session, uscc=USCCS[1], name="佛山市南海区旁人有限公司")
    own, draft = make_listing(session), make_listing(session, title="还没发布的阀门供给", state="draft")
    foreign = make_listing(session, organisation=USCCS[1], title="别家的高压氢气阀门")
    member = make_actor(session, organisation.id)
    for wrong in (draft.id, foreign.id, 10**12):
        with pytest.raises(Invalid) as refused:
            register(session, member, event, organisation, data=data(listing_ids=[own.id, wrong]))
        assert [fault.field for fault in refused.value.faults] == ["listing_ids"]
    row = register(session, member, event, organisation, data=data(listing_ids=[own.id]))
    assert [one.listing_id for one in row.brought] == [own.id]
    registering.save_brought(
        session, member, registration_id=row.id, data=BroughtIn(listing_ids=[], offer_text="阀门样品")
    )
    assert (row.brought, row.offer_text, row.need_text) == ([], "阀门样品", "")


def test_a_full_event_puts_on_the_waiting_list_and_nobody_overtakes(session: Session, planner: Actor) -> None:
    organisation, event = make_organisation(session), make_event(session, entry=Entry.OPEN, capacity=1)
    make_registration(session, event, "先到的公司")
    row = register(session, make_actor(session, organisation.id), event, organisation)
    assert row.state is _S.WAITING and row.waiting_since is not None
    # A place more is for whoever waits, not for the next who asks.
    event.capacity = 2
    session.flush()
    late = make_organisation(session, uscc=USCCS[1], name="后来的有限公司")
    assert register(session, make_actor(session, late.id), event, late).state is _S.WAITING
    assert registering.fill_places(session, planner, event_id=event.id, base=BASE) == 1
    assert row.state is _S.CONFIRMED


def test_cancelling_hands_the_place_to_whoever_waited_longest(session: Session) -> None:
    organisation = make_organisation(session)
    other = make_organisation(session, uscc=USCCS[1], name="候补的有限公司")
    event = make_event(session, entry=Entry.OPEN, capacity=1)
    member, waiter = make_actor(session, organisation.id), make_actor(session, other.id)
    row = register(session, member, event, organisation)
    second = register(session, waiter, event, other)
    first, third = waiting_line(session, event, "等得最久", "也在等")
    registering.cancel(session, member, registration_id=row.id, reason="出差", base=BASE)
    assert (row.state, first.state, second.state, third.state) == (_S.CANCELLED, _S.CONFIRMED, _S.WAITING, _S.WAITING)
    assert present(row) == [] and len(row.people) == 1
    for leaving in (first, third):
        registering.cancel(session, Actor.system("test"), registration_id=leaving.id, reason="", base=BASE)
    assert (first.state, third.state, second.state) == (_S.CANCELLED, _S.CANCELLED, _S.CONFIRMED)


def test_who_moves_up_is_told(session: Session, planner: Actor) -> None:
    organisation, event = make_organisation(session), make_event(session, entry=Entry.OPEN, capacity=1)
    held = make_registration(session, event, "先到的公司")
    member = make_actor(session, organisation.id)
    row = register(session, member, event, organisation)
    registering.decide(session, planner, registration_id=held.id, state=_S.REFUSED, reason="不符合范围", base=BASE)
    assert row.state is _S.CONFIRMED and told(session, member) == ["event.promoted"]


def test_coming_back_brings_the_people_who_left_with_it_and_their_badges(session: Session, planner: Actor) -> None:
    event = make_event(session)
    row = make_registration(session, event, people=2)
    gone, stays = row.people
    badge = stays.badge
    registering.leave(session, planner, participant_id=gone.id)
    registering.cancel(session, planner, registration_id=row.id, reason="", base=BASE)
    assert present(row) == []
    registering.decide(session, planner, registration_id=row.id, state=_S.CONFIRMED, reason="", base=BASE)
    assert [(one.name, one.badge) for one in queries.present(row.people)] == [(stays.name, badge)]


def test_decisions_are_the_planners_and_go_along_the_states(session: Session, planner: Actor) -> None:
    organisation, event = make_organisation(session), make_event(session, capacity=1)
    member = make_actor(session, organisation.id)
    row = register(session, member, event, organisation)

    def decide(who: Actor, state: _S, reason: str = "") -> Registration:
        return registering.decide(session, who, registration_id=row.id, state=state, reason=reason, base=BASE)

    with pytest.raises(Forbidden):
        decide(member, _S.CONFIRMED)
    with pytest.raises(NotFound):
        decide(make_actor(session, role=Role.AUDITOR), _S.CONFIRMED)
    with pytest.raises(Invalid, match="say why"):
        decide(planner, _S.REFUSED)
    with pytest.raises(Invalid):
        decide(planner, _S.CANCELLED)
    assert decide(planner, _S.CONFIRMED).state is _S.CONFIRMED
    with pytest.raises(Conflict):
        decide(planner, _S.WAITING)
    assert decide(planner, _S.REFUSED, "名额让给首次参加的企业").state is _S.REFUSED
    assert told(session, member) == ["event.confirmed", "event.refused"]
    with pytest.raises(Conflict, match="organiser said no"):
        register(session, member, event, organisation)
    make_registration(session, event, "占满名额的公司")
    with pytest.raises(Conflict, match="full"):
        decide(planner, _S.CONFIRMED)


def test_the_organiser_in_charge_learns_what_an_organisation_does(session: Session, planner: Actor) -> None:
    organisation, event = make_organisation(session), make_event(session, organiser_id=planner.person_id)
    member = make_actor(session, organisation.id)
    row = register(session, member, event, organisation)
    registering.cancel(session, member, registration_id=row.id, reason="改期", base=BASE)
    assert told(session, planner) == ["event.office_applied", "event.office_cancelled"]
    assert told(session, member) == []


def test_a_firm_that_came_from_a_list_becomes_the_organisations_own_when_it_registers(session: Session) -> None:
    organisation, event = make_organisation(session), make_event(session, entry=Entry.OPEN)
    row = make_registration(session, event, organisation.name, uscc=organisation.uscc)
    mine = register(session, make_actor(session, organisation.id), event, organisation, data=data("新代表"))
    assert (mine.id, mine.organisation_id, mine.state) == (row.id, organisation.id, _S.CONFIRMED)
    assert present(mine) == ["新代表"]
    other = make_organisation(session, uscc=USCCS[1], name="没通过的有限公司")
    make_registration(session, event, other.name, state=_S.REFUSED)
    with pytest.raises(Conflict, match="said no"):
        register(session, make_actor(session, other.id), event, other)


def test_two_at_once_never_take_the_same_place(sessions: sessionmaker[Session]) -> None:
    with unit(sessions) as session:
        event = make_event(session, entry=Entry.OPEN, capacity=3)
        organisations = [
            make_organisation(session, uscc=code, name=f"第{number}家有限公司") for number, code in enumerate(USCCS)
        ]
        actors = [make_actor(session, organisation.id) for organisation in organisations]
        pairs = [(event.id, one.id, who) for one, who in zip(organisations, actors, strict=True)]

    def come(pair: tuple[int, int, Actor]) -> RegistrationState:
        event_id, organisation_id, who = pair
        with unit(sessions) as session:
            row = registering.register(
                session, who, event_id=event_id, organisation_id=organisation_id, data=data(), base=BASE
            )
            return row.state

    with ThreadPoolExecutor(5) as pool:
        states = sorted(pool.map(come, pairs))
    assert states == [_S.CONFIRMED] * 3 + [_S.WAITING] * 2


STEPS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["register", "cancel", "refuse", "confirm", "wait", "answer"])),
    max_size=14,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_places_hold_and_people_come_only_with_their_organisation(
    sessions: sessionmaker[Session], steps: list[tuple[int, str]]
) -> None:
    with sessions() as session:
        officer, event = Actor.system("test"), make_event(session, entry=Entry.OPEN, capacity=2)
        firms = [
            make_organisation(session, uscc=code, name=f"第{number}家有限公司") for number, code in enumerate(USCCS[:4])
        ]
        rows: dict[int, Registration] = {}
        for number, step in steps:
            try:
                if step == "register":
                    rows[number] = register(session, officer, event, firms[number])
                elif number in rows:
                    _step(session, officer, rows[number].id, step)
            except DomainError:
                pass
            confirmed = [row for row in rows.values() if row.state is _S.CONFIRMED]
            assert len(confirmed) <= 2
            for row in rows.values():
                is_out = row.state in (_S.CANCELLED, _S.REFUSED, _S.DECLINED)
                assert bool(present(row)) is not is_out
                assert (row.waiting_since is not None) is (row.state is _S.WAITING)
        session.rollback()


def _step(session: Session, officer: Actor, number: int, step: str) -> None:
    if step == "cancel":
        registering.cancel(session, officer, registration_id=number, reason="", base=BASE)
    elif step == "answer":
        registering.answer_invitation(session, officer, registration_id=number, accept=False, note="", base=BASE)
    else:
        state = {"refuse": _S.REFUSED, "confirm": _S.CONFIRMED, "wait": _S.WAITING}[step]
        registering.decide(session, officer, registration_id=number, state=state, reason="理由", base=BASE)
