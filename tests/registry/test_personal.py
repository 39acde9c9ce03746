"""A person's rights over their own data."""

import pytest
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Person
from matchmaker.accounts.schemas import DataRequestIn
from matchmaker.core.actor import Role
from matchmaker.core.errors import Conflict, Forbidden, Invalid
from matchmaker.registry import personal
from tests.factories import make_organisation
from tests.people import BASE, make_actor

WANTED = DataRequestIn(right="access", text="请给我一份资料")


def test_a_request_is_answered_once_by_an_officer(session: Session) -> None:
    who, officer = make_actor(session), make_actor(session, role=Role.OFFICER)
    row = personal.request(session, who, data=WANTED, base=BASE)
    with pytest.raises(Invalid):
        personal.answer(session, officer, request_id=row.id, text=" ", base=BASE)
    personal.answer(session, officer, request_id=row.id, text="已发您邮箱", base=BASE)
    assert (row.answer, row.answered_by) == ("已发您邮箱", officer.name)
    with pytest.raises(Conflict):
        personal.answer(session, officer, request_id=row.id, text="再答", base=BASE)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OFFICER])
def test_others_answer_nothing(session: Session, role: Role) -> None:
    row = personal.request(session, make_actor(session), data=WANTED, base=BASE)
    with pytest.raises(Forbidden):
        personal.answer(session, make_actor(session, role=role), request_id=row.id, text="好", base=BASE)


def test_the_copy_holds_ones_data_and_no_secret(session: Session) -> None:
    organisation = make_organisation(session)
    who = make_actor(session, organisation.id, name="梁业主")
    personal.request(session, who, data=WANTED, base=BASE)
    copy = personal.own_data(session, who)
    assert copy["person"]["name"] == "梁业主"
    assert [row["organisation"] for row in copy["memberships"]] == [organisation.name]
    assert [row["text"] for row in copy["requests"]] == ["请给我一份资料"]
    assert not {"password_hash", "totp_secret"} & set(copy["person"])


def test_leaving_takes_name_address_and_phone_away(session: Session) -> None:
    who = make_actor(session)
    personal.leave_platform(session, who)
    row = session.get_one(Person, who.person_id)
    assert (row.name, row.phone, row.password_hash) == ("已注销用户", None, None)
    assert row.email.endswith("@gone.invalid")


def test_the_last_owner_and_staff_hand_over_first(session: Session) -> None:
    organisation = make_organisation(session)
    with pytest.raises(Conflict):
        personal.leave_platform(session, make_actor(session, organisation.id))
    with pytest.raises(Conflict):
        personal.leave_platform(session, make_actor(session, role=Role.OFFICER))
