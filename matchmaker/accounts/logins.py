"""Logging in: password, lock-out, second factor. A failure is recorded, so these verbs answer instead of raising."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import pyotp
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts import passwords
from matchmaker.accounts.models import Person
from matchmaker.accounts.passwords import Sealer
from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
STEP_S = 30
ISSUER = "南海供需对接平台"


class Outcome(StrEnum):
    """How an attempt ended. Wrong says neither whether the address exists nor what of it was wrong."""

    IN = "in"
    WRONG = "wrong"
    LOCKED = "locked"
    UNVERIFIED = "unverified"
    NEEDS_CODE = "needs_code"
    NEEDS_SECOND_FACTOR = "needs_second_factor"


@dataclass(frozen=True)
class Attempt:
    """The outcome, and whose login it is once the password was right."""

    outcome: Outcome
    person_id: int | None = None
    session_version: int | None = None


def attempt(session: Session, *, login: str, password: str, via: str = "web") -> Attempt:
    """Check e-mail address or phone number and password. Commit the answer also when it is a refusal."""
    name = login.strip().lower()
    person = session.scalar(select(Person).where(or_(Person.email == name, Person.phone == name)).with_for_update())
    if person is not None and _is_locked(person):
        return Attempt(Outcome.LOCKED)
    right = passwords.is_right(person.password_hash if person else None, password)
    if person is None:
        return Attempt(Outcome.WRONG)
    if not right or person.blocked_at or person.anonymised_at:
        return _failed(session, person, via)
    if person.email_verified_at is None:
        return Attempt(Outcome.UNVERIFIED, person.id)
    if person.password_hash and passwords.is_outdated(person.password_hash):
        person.password_hash = passwords.hash_password(password)
    if person.totp_confirmed_at is not None:
        return Attempt(Outcome.NEEDS_CODE, person.id, person.session_version)
    if person.role is not Role.MEMBER:
        return Attempt(Outcome.NEEDS_SECOND_FACTOR, person.id, person.session_version)
    return _entered(session, person, via)


def check_code(session: Session, sealer: Sealer, *, person_id: int, code: str, via: str = "web") -> Attempt:
    """The second step: a six-digit code that was not used before. Failures count towards the lock-out."""
    person = session.get(Person, person_id, with_for_update=True)
    if person is None or person.totp_secret is None or person.blocked_at:
        return Attempt(Outcome.WRONG)
    if _is_locked(person):
        return Attempt(Outcome.LOCKED)
    step = _fitting_step(sealer.open(person.totp_secret), code)
    if step is None or step <= (person.totp_step or 0):
        return _failed(session, person, via)
    person.totp_step = step
    return _entered(session, person, via)


def begin_second_factor(session: Session, sealer: Sealer, *, person_id: int) -> str:
    """A fresh secret for the person's authenticator as an otpauth address; it counts once a code confirmed it."""
    person = session.get_one(Person, person_id)
    secret = pyotp.random_base32()
    person.totp_secret = sealer.seal(secret)
    person.totp_confirmed_at = None
    return pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=ISSUER)


def confirm_second_factor(session: Session, sealer: Sealer, *, person_id: int, code: str, via: str = "web") -> Attempt:
    """The first right code switches the second factor on, and logs in."""
    found = check_code(session, sealer, person_id=person_id, code=code, via=via)
    if found.outcome is Outcome.IN:
        person = session.get_one(Person, person_id)
        person.totp_confirmed_at = clock.now()
        _record(session, person, "login.second_factor_on", via)
    return found


def second_factor_address(session: Session, sealer: Sealer, *, person_id: int) -> str | None:
    """The otpauth address of a second factor that waits for its first code, to show it again; None otherwise."""
    person = session.get_one(Person, person_id)
    if person.totp_secret is None or person.totp_confirmed_at is not None:
        return None
    return pyotp.TOTP(sealer.open(person.totp_secret)).provisioning_uri(name=person.email, issuer_name=ISSUER)


def _fitting_step(secret: str, code: str) -> int | None:
    """The time step whose code this is: the present one or one to either side, for clocks that differ."""
    digits = "".join(code.split())
    present = int(clock.now().timestamp()) // STEP_S
    totp = pyotp.TOTP(secret)
    fits = (
        step
        for step in (present, present - 1, present + 1)
        if pyotp.utils.strings_equal(digits, totp.at(step * STEP_S))
    )
    return next(fits, None)


def _is_locked(person: Person) -> bool:
    return person.locked_until is not None and person.locked_until > clock.now()


def _failed(session: Session, person: Person, via: str) -> Attempt:
    person.failed_logins += 1
    if person.failed_logins >= MOST_FAILURES:
        person.failed_logins = 0
        person.locked_until = clock.now() + LOCKED_FOR
        _record(session, person, "login.locked", via)
        return Attempt(Outcome.LOCKED)
    _record(session, person, "login.failed", via)
    return Attempt(Outcome.WRONG)


def _entered(session: Session, person: Person, via: str) -> Attempt:
    person.failed_logins = 0
    person.locked_until = None
    person.last_login_at = clock.now()
    _record(session, person, "login.in", via)
    return Attempt(Outcome.IN, person.id, person.session_version)


def _record(session: Session, person: Person, action: str, via: str) -> None:
    who = Actor(person.name, person.role, via, person_id=person.id)
    audit.record(session, who, [audit.Event(action, f"person:{person.id}", {})])
