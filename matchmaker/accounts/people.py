"""People: registering, proving an address, passwords, what they may change about themselves, and staff."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.accounts import letters, passwords, tokens
from matchmaker.accounts.access import require_administrator, require_self
from matchmaker.accounts.models import Person
from matchmaker.accounts.rules import TokenPurpose, password_fault
from matchmaker.accounts.schemas import PersonIn, ProfileIn, StaffIn
from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Fault, Invalid, NotFound


def register_person(session: Session, *, data: PersonIn, base: str, language: str = "zh") -> None:
    """Make an account that waits for its address to be proved. `base` is the platform's address, for the link.

    An address that has an account gets a letter saying so, and the answer is the same: nobody learns who is here.
    """
    person = by_email(session, data.email)
    if person is not None and person.email_verified_at is not None:
        secret = tokens.issue(session, purpose=TokenPurpose.RESET, person_id=person.id)
        letters.write(session, person, letters.KNOWN, link=f"{base}/reset/{secret}")
        return
    if person is None:
        person = _new_person(session, data, language)
    _send_verification(session, person, base)


def resend_verification(session: Session, *, email: str, base: str) -> None:
    """Another letter for an account that still waits; silent when there is none."""
    person = by_email(session, email)
    if person is not None and person.email_verified_at is None and person.agreed_at is not None:
        _send_verification(session, person, base)


def ask_reset(session: Session, *, email: str, base: str) -> None:
    """Write a letter with a link to set a new password; silent when nobody has the address."""
    person = by_email(session, email)
    if person is None or person.blocked_at or person.anonymised_at:
        return
    secret = tokens.issue(session, purpose=TokenPurpose.RESET, person_id=person.id)
    letters.write(session, person, letters.RESET, link=f"{base}/reset/{secret}")


def set_password_by_letter(session: Session, *, secret: str, purpose: TokenPurpose, password: str) -> Person:
    """Choose a password with the secret of a letter (VERIFY opens the account, RESET replaces a lost one).

    The password is chosen behind the letter, never before it: otherwise whoever registers somebody else's address
    first would know the password of the account that its owner opens. Ends every login and proves the address.
    NotFound when the link was used, is too old or never existed.
    """
    token = tokens.valid(session, secret=secret, purpose=purpose)
    if token is None:
        raise NotFound("this link was used before or is too old")
    person = session.get_one(Person, token.person_id)
    set_password(person, password)
    person.email_verified_at = person.email_verified_at or clock.now()
    person.failed_logins, person.locked_until = 0, None
    tokens.use(token)
    action = "person.open" if purpose is TokenPurpose.VERIFY else "person.reset_password"
    record(session, as_self(person), action, person)
    return person


def change_password(session: Session, actor: Actor, *, present: str, wanted: str) -> Person:
    """Change one's own password; ends every other login. Invalid names the field that is wrong."""
    person = require_self(session, actor)
    if not passwords.is_right(person.password_hash, present):
        raise Invalid([Fault("present", "this is not your present password")])
    set_password(person, wanted)
    record(session, actor, "person.change_password", person)
    return person


def save_profile(session: Session, actor: Actor, *, data: ProfileIn) -> Person:
    """Change one's own name, phone and language. Conflict when the phone is somebody else's login."""
    person = require_self(session, actor)
    before = {name: getattr(person, name) for name in ("name", "phone", "language")}
    person.name, person.phone, person.language = data.name, data.phone, data.language
    try:
        session.flush()
    except IntegrityError:
        raise Conflict("this phone number belongs to another account") from None
    # The log says which of one's own data changed, never what they were: it is kept longer than the person stays.
    changed = [name for name, value in before.items() if value != getattr(person, name)]
    if changed:
        record(session, actor, "person.update", person, fields=changed)
    return person


def end_logins(session: Session, actor: Actor) -> Person:
    """Log out everywhere."""
    person = require_self(session, actor)
    person.session_version += 1
    record(session, actor, "person.end_logins", person)
    return person


def save_staff(session: Session, actor: Actor, *, data: StaffIn, base: str) -> Person:
    """Give somebody a role of the district's staff, or take it back. New people get a letter to set a password."""
    require_administrator(actor)
    person = by_email(session, data.email)
    if person is not None and person.id == actor.person_id:
        raise Conflict("nobody changes their own role")
    if person is None:
        person = Person(email=data.email, name=data.name, role=data.role, language="zh", created_at=clock.now())
        session.add(person)
        session.flush()
        secret = tokens.issue(session, purpose=TokenPurpose.RESET, person_id=person.id)
        letters.write(session, person, letters.RESET, link=f"{base}/reset/{secret}")
    before = person.role
    person.role = data.role
    person.session_version += 1
    record(session, actor, "person.role", person, role=[before, data.role])
    return person


def set_blocked(session: Session, actor: Actor, *, person_id: int, blocked: bool, reason: str) -> Person:
    """Close somebody's account, or open it again; ends their logins."""
    require_administrator(actor)
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound(f"no person {person_id}")
    if person.id == actor.person_id:
        raise Conflict("nobody blocks themselves")
    if not reason.strip():
        raise Invalid([Fault("reason", "say why")])
    person.blocked_at = clock.now() if blocked else None
    person.session_version += 1
    record(session, actor, "person.block" if blocked else "person.unblock", person, reason=reason.strip())
    return person


def reset_second_factor(session: Session, actor: Actor, *, person_id: int) -> None:
    """Take a lost authenticator off an account; staff set up a new one at the next login."""
    require_administrator(actor)
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound(f"no person {person_id}")
    if person.id == actor.person_id:
        raise Conflict("another administrator must do this")
    person.totp_secret = person.totp_confirmed_at = person.totp_step = None
    person.session_version += 1
    record(session, actor, "person.reset_second_factor", person)


def by_email(session: Session, email: str) -> Person | None:
    """The person with this address."""
    return session.scalar(select(Person).where(Person.email == email.strip().lower()))


def check_password(password: str, *, email: str, field: str = "password") -> None:
    """Invalid names `field` when the password is too weak."""
    if fault := password_fault(password, email=email):
        raise Invalid([Fault(field, fault)])


def set_password(person: Person, password: str) -> None:
    """Keep the new password's hash and end every login."""
    check_password(password, email=person.email)
    person.password_hash = passwords.hash_password(password)
    person.password_changed_at = clock.now()
    person.session_version += 1


def as_self(person: Person, via: str = "web") -> Actor:
    """The person as the actor of what a letter's link does: nobody is logged in then."""
    return Actor(person.name, person.role, via, person_id=person.id)


def record(session: Session, actor: Actor, action: str, person: Person, **detail: object) -> None:
    """One entry about a person."""
    audit.record(session, actor, [audit.Event(action, f"person:{person.id}", detail)])


def _new_person(session: Session, data: PersonIn, language: str) -> Person:
    moment = clock.now()
    person = Person(
        email=data.email,
        phone=data.phone,
        name=data.name,
        role=Role.MEMBER,
        language=language,
        agreed_at=moment,
        created_at=moment,
    )
    session.add(person)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict("this phone number belongs to another account") from None
    record(session, as_self(person), "person.register", person)
    return person


def _send_verification(session: Session, person: Person, base: str) -> None:
    secret = tokens.issue(session, purpose=TokenPurpose.VERIFY, person_id=person.id)
    letters.write(session, person, letters.VERIFY, link=f"{base}/verify/{secret}")
