"""Logging in: lock-out, unknown addresses, second factor, and codes that work once."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts import logins, passwords
from matchmaker.accounts.logins import Outcome
from matchmaker.accounts.models import Person
from matchmaker.accounts.passwords import Sealer
from matchmaker.audit.models import AuditEntry
from matchmaker.core import clock
from matchmaker.core.actor import Role
from tests.people import make_person

PASSWORD = "Correct-Horse-9"
SEALER = Sealer("for tests")


@pytest.fixture
def person(session: Session) -> Person:
    return make_person(session, email="liang@demo.example", phone="13800000000", password_hash=_hash())


def _hash() -> str:
    return passwords.hash_password(PASSWORD)


def attempt(session: Session, login: str = "liang@demo.example", password: str = PASSWORD) -> Outcome:
    return logins.attempt(session, login=login, password=password).outcome


@pytest.mark.parametrize("login", ["liang@demo.example", " Liang@Demo.Example ", "13800000000"])
def test_the_right_password_lets_in_by_address_or_phone(session: Session, person: Person, login: str) -> None:
    found = logins.attempt(session, login=login, password=PASSWORD)
    assert (found.outcome, found.person_id) == (Outcome.IN, person.id)
    assert person.last_login_at is not None


def test_unknown_and_wrong_look_the_same(session: Session, person: Person) -> None:
    assert attempt(session, password="wrong") == attempt(session, login="nobody@demo.example") == Outcome.WRONG


def test_five_failures_lock_for_a_quarter_of_an_hour(session: Session, person: Person) -> None:
    assert [attempt(session, password="wrong") for _ in range(5)] == [Outcome.WRONG] * 4 + [Outcome.LOCKED]
    assert attempt(session) is Outcome.LOCKED
    with clock.pretend(clock.now() + timedelta(minutes=16)):
        assert attempt(session) is Outcome.IN
    assert person.failed_logins == 0


def test_blocked_left_and_unverified_people_stay_outside(session: Session, person: Person) -> None:
    person.blocked_at = clock.now()
    assert attempt(session) is Outcome.WRONG
    person.blocked_at, person.email_verified_at = None, None
    assert attempt(session) is Outcome.UNVERIFIED


def test_every_attempt_is_in_the_log_without_the_password(session: Session, person: Person) -> None:
    attempt(session, password="wrong-secret")
    attempt(session)
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.number)).all()
    assert [row.action for row in rows] == ["login.failed", "login.in"]
    assert "wrong-secret" not in str([row.detail for row in rows])


def test_staff_must_set_up_a_second_factor_and_then_use_it(session: Session, person: Person) -> None:
    person.role = Role.OFFICER
    assert attempt(session) is Outcome.NEEDS_SECOND_FACTOR
    address = logins.begin_second_factor(session, SEALER, person_id=person.id)
    assert person.totp_secret is not None and pyotp.parse_uri(address).secret not in person.totp_secret
    code = pyotp.parse_uri(address).at(clock.now())
    assert logins.confirm_second_factor(session, SEALER, person_id=person.id, code="000000").outcome is Outcome.WRONG
    assert logins.confirm_second_factor(session, SEALER, person_id=person.id, code=code).outcome is Outcome.IN
    assert attempt(session) is Outcome.NEEDS_CODE


def test_a_code_works_once(session: Session, person: Person) -> None:
    totp = pyotp.parse_uri(logins.begin_second_factor(session, SEALER, person_id=person.id))
    code = totp.at(clock.now())
    assert logins.check_code(session, SEALER, person_id=person.id, code=code).outcome is Outcome.IN
    assert logins.check_code(session, SEALER, person_id=person.id, code=code).outcome is Outcome.WRONG
    with clock.pretend(clock.now() + timedelta(seconds=60)):
        later = totp.at(clock.now())
        assert logins.check_code(session, SEALER, person_id=person.id, code=later).outcome is Outcome.IN


def test_guessing_codes_locks_too(session: Session, person: Person) -> None:
    logins.begin_second_factor(session, SEALER, person_id=person.id)
    outcomes = [logins.check_code(session, SEALER, person_id=person.id, code="12").outcome for _ in range(6)]
    assert outcomes == [Outcome.WRONG] * 4 + [Outcome.LOCKED] * 2
