"""Registering, letters' links, passwords and staff roles."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts import people
from matchmaker.accounts.actors import actor_of
from matchmaker.accounts.models import Person
from matchmaker.accounts.rules import TokenPurpose
from matchmaker.accounts.schemas import PersonIn, ProfileIn, StaffIn
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.mail.models import OutgoingMail
from tests.people import BASE, as_actor, make_actor, make_person

PASSWORD = "Correct-Horse-9"


def person_in(**over: object) -> PersonIn:
    return PersonIn.model_validate({"name": "周新来", "email": "Zhou@Demo.Example", "agreed": True} | over)


def register(session: Session, **over: object) -> str:
    """Register and return the newest letter's body."""
    people.register_person(session, data=person_in(**over), base=BASE)
    session.flush()
    return letters(session)[-1].body


def letters(session: Session) -> list[OutgoingMail]:
    return list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def secret_in(body: str) -> str:
    return re.findall(r"/(?:verify|reset|invitation)/(\S+)", body)[0]


def open_account(session: Session, secret: str, purpose: TokenPurpose = TokenPurpose.VERIFY) -> Person:
    return people.set_password_by_letter(session, secret=secret, purpose=purpose, password=PASSWORD)


def test_registration_becomes_an_account_behind_the_letter(session: Session) -> None:
    person = open_account(session, secret_in(register(session)))
    assert (person.email, person.role, person.email_verified_at is not None) == ("zhou@demo.example", Role.MEMBER, True)
    assert person.agreed_at is not None


def test_a_link_works_once_and_not_for_ever(session: Session) -> None:
    secret = secret_in(register(session))
    with clock.pretend(clock.now() + timedelta(hours=49)), pytest.raises(NotFound):
        open_account(session, secret)
    open_account(session, secret)
    with pytest.raises(NotFound):
        open_account(session, secret)


def test_registering_anew_makes_the_earlier_link_useless(session: Session) -> None:
    first, second = secret_in(register(session)), secret_in(register(session))
    with pytest.raises(NotFound):
        open_account(session, first)
    open_account(session, second)


def test_a_known_address_learns_of_it_by_letter_only(session: Session) -> None:
    open_account(session, secret_in(register(session)))
    body = register(session, name="别人")
    assert "您已经有账号" in letters(session)[-1].subject
    assert session.scalars(select(Person.name)).all() == ["周新来"]
    open_account(session, secret_in(body), TokenPurpose.RESET)


def test_a_phone_belongs_to_one_account(session: Session) -> None:
    make_person(session, phone="13800000000")
    with pytest.raises(Conflict):
        people.register_person(session, data=person_in(phone="138-0000-0000"), base=BASE)
    session.rollback()


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"email": "nowhere"}, "not an e-mail address"),
        ({"agreed": False}, "needs your consent"),
        ({"name": "x"}, "at least 2 characters"),
        ({"phone": "abc"}, "not a phone number"),
        ({"role": "officer"}, "Extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_registered(over: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        person_in(**over)


def test_a_reset_ends_every_login(session: Session) -> None:
    person = make_person(session, email="liang@demo.example")
    before = person.session_version
    people.ask_reset(session, email="liang@demo.example", base=BASE)
    session.flush()
    open_account(session, secret_in(letters(session)[-1].body), TokenPurpose.RESET)
    assert actor_of(session, person_id=person.id, session_version=before) is None
    assert actor_of(session, person_id=person.id, session_version=person.session_version) is not None


def test_nobody_gets_a_letter_for_an_address_without_account(session: Session) -> None:
    people.ask_reset(session, email="nobody@demo.example", base=BASE)
    people.resend_verification(session, email="nobody@demo.example", base=BASE)
    assert letters(session) == []


def test_a_weak_password_is_refused_and_the_link_still_works(session: Session) -> None:
    secret = secret_in(register(session))
    with pytest.raises(Invalid):
        people.set_password_by_letter(session, secret=secret, purpose=TokenPurpose.VERIFY, password="short")
    open_account(session, secret)


def test_changing_the_password_asks_for_the_present_one(session: Session) -> None:
    person = open_account(session, secret_in(register(session)))
    with pytest.raises(Invalid, match="present"):
        people.change_password(session, as_actor(session, person), present="wrong", wanted="Another-Horse-9")
    people.change_password(session, as_actor(session, person), present=PASSWORD, wanted="Another-Horse-9")


def test_the_log_says_which_of_ones_data_changed_and_not_what_they_were(session: Session) -> None:
    from matchmaker.audit.models import AuditEntry

    person = make_person(session, phone="13800000000")
    people.save_profile(session, as_actor(session, person), data=ProfileIn(name="新名字", phone="13900000000"))
    entry = session.scalars(select(AuditEntry)).one()
    assert entry.detail == {"fields": ["name", "phone"]}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_give_roles_and_block(session: Session, role: Role) -> None:
    who, other = make_actor(session, role=role), make_person(session)
    data = StaffIn(name="谭专员", email="tan@demo.example", role=Role.OFFICER)
    with pytest.raises(Forbidden):
        people.save_staff(session, who, data=data, base=BASE)
    with pytest.raises(Forbidden):
        people.set_blocked(session, who, person_id=other.id, blocked=True, reason="离职")
    with pytest.raises(Forbidden):
        people.reset_second_factor(session, who, person_id=other.id)


def test_a_role_given_ends_logins_and_a_new_person_gets_a_letter(session: Session) -> None:
    boss = make_actor(session, role=Role.ADMINISTRATOR)
    data = StaffIn(name="谭专员", email="tan@demo.example", role=Role.OFFICER)
    person = people.save_staff(session, boss, data=data, base=BASE)
    session.flush()
    assert (person.role, letters(session)[-1].address) == (Role.OFFICER, "tan@demo.example")
    before = person.session_version
    people.save_staff(session, boss, data=data.model_copy(update={"role": Role.MEMBER}), base=BASE)
    assert (person.role, person.session_version > before) == (Role.MEMBER, True)


def test_an_administrator_does_not_decide_about_themselves(session: Session) -> None:
    person = make_person(session, role=Role.ADMINISTRATOR, email="mai@demo.example")
    boss = as_actor(session, person)
    for verb in (
        lambda: people.save_staff(
            session, boss, data=StaffIn(name="麦管理", email="mai@demo.example", role=Role.OFFICER), base=BASE
        ),
        lambda: people.set_blocked(session, boss, person_id=person.id, blocked=True, reason="x"),
        lambda: people.reset_second_factor(session, boss, person_id=person.id),
    ):
        with pytest.raises(Conflict):
            verb()


def test_blocking_needs_a_reason_and_ends_the_login(session: Session) -> None:
    boss, person = make_actor(session, role=Role.ADMINISTRATOR), make_person(session)
    with pytest.raises(Invalid):
        people.set_blocked(session, boss, person_id=person.id, blocked=True, reason=" ")
    people.set_blocked(session, boss, person_id=person.id, blocked=True, reason="离职")
    assert actor_of(session, person_id=person.id, session_version=person.session_version) is None
    people.set_blocked(session, boss, person_id=person.id, blocked=False, reason="回来了")
    assert as_actor(session, person) == Actor(person.name, Role.MEMBER, "web", person_id=person.id)
