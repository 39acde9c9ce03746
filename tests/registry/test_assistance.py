"""帮办代办: nothing without consent, nothing after it, and every step in the log with both names."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Person
from matchmaker.accounts.schemas import AssistanceIn
from matchmaker.audit.models import AuditEntry
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.listings.service import save_listings
from matchmaker.registry import assistance
from tests.factories import listing_in, make_organisation
from tests.people import BASE, as_actor, make_actor


def data(days: int = 7) -> AssistanceIn:
    return AssistanceIn(purpose="代填供需信息", until=clock.today() + timedelta(days=days))


@pytest.fixture
def number(session: Session) -> int:
    return make_organisation(session).id


def helper_acting(session: Session, helper: Actor, number: int) -> Actor:
    return as_actor(session, session.get_one(Person, helper.person_id), acting_for=number)


def test_staff_acts_from_consent_on_and_the_log_names_both(session: Session, number: int) -> None:
    owner, helper = make_actor(session, number), make_actor(session, role=Role.ORGANISER, name="霍组织")
    row = assistance.ask(session, helper, organisation_id=number, data=data(), base=BASE)
    assert helper_acting(session, helper, number).acting_for is None
    assistance.grant(session, owner, assistance_id=row.id, base=BASE)
    acting = helper_acting(session, helper, number)
    assert (acting.acting_for, acting.organisation_ids, acting.owner_of) == (number, {number}, frozenset())
    save_listings(session, acting, data=[listing_in()])
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "listing.create")).one()
    assert (entry.actor, entry.detail["on_behalf_of"]) == ("霍组织", f"organisation:{number}")


def test_consent_ends_with_its_day_or_when_either_side_says(session: Session, number: int) -> None:
    owner, helper = make_actor(session, number), make_actor(session, role=Role.OFFICER)
    row = assistance.offer(
        session, owner, organisation_id=number, staff_id=helper.person_id or 0, data=data(), base=BASE
    )
    with clock.pretend(clock.now() + timedelta(days=8)):
        assert helper_acting(session, helper, number).acting_for is None
    assistance.end(session, owner, assistance_id=row.id, base=BASE)
    assert helper_acting(session, helper, number).acting_for is None
    with pytest.raises(Conflict):
        assistance.end(session, helper, assistance_id=row.id, base=BASE)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_organisers_and_officers_help(session: Session, number: int, role: Role) -> None:
    who, owner = make_actor(session, role=role), make_actor(session, number)
    with pytest.raises(Forbidden):
        assistance.ask(session, who, organisation_id=number, data=data(), base=BASE)
    with pytest.raises(Invalid):
        assistance.offer(session, owner, organisation_id=number, staff_id=who.person_id or 0, data=data(), base=BASE)


@pytest.mark.parametrize("days", [-1, 91])
def test_consent_is_limited_in_time(session: Session, number: int, days: int) -> None:
    with pytest.raises(Invalid):
        assistance.ask(
            session, make_actor(session, role=Role.OFFICER), organisation_id=number, data=data(days), base=BASE
        )


def test_strangers_and_helpers_themselves_grant_nothing(session: Session, number: int) -> None:
    helper = make_actor(session, role=Role.OFFICER)
    row = assistance.ask(session, helper, organisation_id=number, data=data(), base=BASE)
    for who in (helper, make_actor(session)):
        with pytest.raises(NotFound):
            assistance.grant(session, who, assistance_id=row.id, base=BASE)
    with pytest.raises(Forbidden):
        assistance.begin(session, helper, organisation_id=number)
