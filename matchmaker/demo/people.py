"""The people of the demo district: staff of every role, and a contact in every organisation."""

from dataclasses import dataclass

from pyotp import TOTP
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts import passwords
from matchmaker.accounts.models import Membership, Organisation, Person
from matchmaker.accounts.passwords import Sealer
from matchmaker.accounts.rules import MemberRank
from matchmaker.core import clock
from matchmaker.core.actor import Role

# Everybody with a login of the demo uses this one; the pages show it only in development.
PASSWORD = "nanhai-demo-2026"
_SURNAMES = "陈梁李黄何谭区关冯邓罗郭麦潘叶杜霍杨吴周"
_GIVEN = "志远 雅琴 伟明 淑仪 国栋 晓彤 锦荣 佩珊 永康 思敏 家豪 丽华 建业 嘉欣 文杰 少芬 柏霖 婉仪 启明 慧贤".split()


@dataclass(frozen=True)
class Login:
    """Somebody a visitor of the demo can log in as."""

    email: str
    name: str
    role: Role


STAFF = (
    Login("organiser@demo.example", "霍敏仪", Role.ORGANISER),
    Login("officer@demo.example", "谭志恒", Role.OFFICER),
    Login("officer2@demo.example", "关雅文", Role.OFFICER),
    Login("auditor@demo.example", "区允升", Role.AUDITOR),
    Login("admin@demo.example", "麦启正", Role.ADMINISTRATOR),
)
# The owners of the first organisations can log in; the others are contacts without a password.
MEMBERS_WITH_LOGIN = 8


def add_people(session: Session) -> list[Person]:
    """Staff, and an owner for every organisation that has nobody; returns all. Safe to run again."""
    secret = passwords.hash_password(PASSWORD)
    staff = [add_person(session, one, secret=secret) for one in STAFF]
    taken = select(Membership.organisation_id)
    orphans = session.scalars(select(Organisation).where(Organisation.id.not_in(taken)).order_by(Organisation.id)).all()
    owners = []
    for number, organisation in enumerate(orphans, start=1):
        name = _SURNAMES[number % len(_SURNAMES)] + _GIVEN[(number * 7 + number // len(_SURNAMES)) % len(_GIVEN)]
        known = secret if number <= MEMBERS_WITH_LOGIN else None
        person = add_person(session, Login(f"member{number}@demo.example", name, Role.MEMBER), secret=known)
        person.phone = f"1380000{organisation.id:04d}"
        session.add(
            Membership(
                organisation_id=organisation.id, person_id=person.id, rank=MemberRank.OWNER, joined_at=clock.now()
            )
        )
        owners.append(person)
    session.flush()
    return staff + owners


def logins(session: Session) -> list[Login]:
    """Whom one can log in as with `PASSWORD`; nobody where the demo district is not installed."""
    wanted = [f"member{number}@demo.example" for number in range(1, 4)] + [one.email for one in STAFF]
    rows = {row.email: row for row in session.scalars(select(Person).where(Person.email.in_(wanted)))}
    return [Login(email, rows[email].name, rows[email].role) for email in wanted if email in rows]


def code_of(session: Session, sealer: Sealer, *, person_id: int) -> str:
    """What the authenticator of somebody of the demo shows, for visitors who have none set up; empty for others."""
    person = session.get(Person, person_id)
    if person is None or not person.email.endswith("@demo.example") or person.totp_secret is None:
        return ""
    totp = TOTP(sealer.open(person.totp_secret))
    step = totp.timecode(clock.now())
    # No code works twice: after a login the next one is already accepted.
    return totp.generate_otp(max(step, (person.totp_step or 0) + 1))


def add_person(session: Session, one: Login, *, secret: str | None) -> Person:
    """Somebody who has confirmed the e-mail address; a known address is left as it is."""
    email, name, role = one.email, one.name, one.role
    found = session.scalar(select(Person).where(Person.email == email))
    if found is None:
        moment = clock.now()
        found = Person(
            email=email,
            name=name,
            role=role,
            password_hash=secret,
            email_verified_at=moment,
            agreed_at=moment,
            created_at=moment,
        )
        session.add(found)
        session.flush()
    return found
