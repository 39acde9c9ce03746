"""A person's rights over their own data (个人信息保护法 44–50): a copy, an answer, and leaving."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaker.accounts.access import require_self
from matchmaker.accounts.models import DataRequest, Membership, OneTimeToken, Person
from matchmaker.accounts.rules import MemberRank
from matchmaker.accounts.schemas import DataRequestIn
from matchmaker.audit import service as audit
from matchmaker.core import clock, workdays
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from matchmaker.mail import service as mail
from matchmaker.notifications import service as notifications
from matchmaker.notifications.models import Notice, NoticePace
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News

WORKING_DAYS = 15
GONE = "已注销用户"


def request(session: Session, actor: Actor, *, data: DataRequestIn, base: str) -> DataRequest:
    """Ask about one's own data; the office answers within 15 working days and is told at once."""
    person = require_self(session, actor)
    row = DataRequest(
        person_id=person.id,
        right=data.right,
        text=data.text,
        asked_at=clock.now(),
        due_on=workdays.after(clock.today(), WORKING_DAYS),
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, [audit.Event("data_request.ask", f"data_request:{row.id}", {"right": data.right})])
    details = {"due": row.due_on.isoformat()}
    news = News(NoticeKind.TASK, "data.asked", "/office/data-requests", f"data:{row.id}", details)
    notifications.tell_role(session, news, role=Role.OFFICER, base=base)
    return row


def answer(session: Session, actor: Actor, *, request_id: int, text: str, base: str) -> DataRequest:
    """An officer answers; the person is told. Conflict when it was answered already."""
    if actor.role is not Role.OFFICER or actor.acting_for is not None:
        raise Forbidden(f"{actor.name} answers no requests about personal data")
    row = session.get(DataRequest, request_id, with_for_update=True)
    if row is None:
        raise NotFound(f"no request {request_id}")
    if row.answered_at is not None:
        raise Conflict("this request is answered")
    if not text.strip():
        raise Invalid([Fault("answer", "write an answer")])
    row.answer, row.answered_at, row.answered_by = text.strip(), clock.now(), actor.name
    audit.record(session, actor, [audit.Event("data_request.answer", f"data_request:{row.id}", {})])
    news = News(NoticeKind.DATA_REQUEST, "data.answered", "/my/data", f"data:{row.id}:answered")
    notifications.tell(session, [news], people=[row.person_id], base=base)
    return row


def own_data(session: Session, actor: Actor) -> dict[str, Any]:
    """What is kept about the person, ready for JSON: a copy to read or to take elsewhere. No secrets."""
    person = require_self(session, actor)
    memberships = session.scalars(select(Membership).where(Membership.person_id == person.id))
    requests = session.scalars(select(DataRequest).where(DataRequest.person_id == person.id))
    notices = session.scalars(select(Notice).where(Notice.person_id == person.id).order_by(Notice.id))
    paces = session.scalars(select(NoticePace).where(NoticePace.person_id == person.id))
    plain = ("id", "email", "phone", "name", "role", "language", "created_at", "last_login_at", "agreed_at")
    return {
        "person": {name: _plain(getattr(person, name)) for name in plain},
        "memberships": [
            {
                "organisation": row.organisation.name,
                "rank": row.rank.value,
                "joined_at": _plain(row.joined_at),
                "left_at": _plain(row.left_at),
            }
            for row in memberships
        ],
        "requests": [
            {"right": row.right.value, "text": row.text, "asked_at": _plain(row.asked_at), "answer": row.answer}
            for row in requests
        ],
        "notice_settings": {row.kind.value: row.pace.value for row in paces},
        "notices": [{"at": _plain(row.created_at), "text": row.text, "details": row.details} for row in notices],
    }


def leave_platform(session: Session, actor: Actor) -> None:
    """Take the person's name, address, phone and secrets off the platform; the empty row stays for the log.

    Conflict for the last owner of an organisation, who hands over first, and for staff, whose role ends first.
    """
    person = require_self(session, actor)
    if person.role is not Role.MEMBER:
        raise Conflict("staff hand in their role first")
    _require_no_sole_ownership(session, person)
    moment = clock.now()
    mine = Membership.person_id == person.id
    session.execute(update(Membership).where(mine, Membership.left_at.is_(None)).values(left_at=moment))
    session.execute(update(OneTimeToken).where(OneTimeToken.person_id == person.id).values(used_at=moment))
    for table in (Notice, NoticePace):
        for row in session.scalars(select(table).where(table.person_id == person.id)):
            session.delete(row)
    mail.forget(session, address=person.email)
    person.name, person.email, person.phone = GONE, f"gone-{person.id}@gone.invalid", None
    person.password_hash = person.totp_secret = person.totp_confirmed_at = person.totp_step = None
    person.anonymised_at = moment
    person.session_version += 1
    audit.record(session, actor, [audit.Event("person.leave", f"person:{person.id}", {})])


def _require_no_sole_ownership(session: Session, person: Person) -> None:
    owned = select(Membership.organisation_id).where(
        Membership.person_id == person.id, Membership.rank == MemberRank.OWNER, Membership.left_at.is_(None)
    )
    shared = select(Membership.organisation_id).where(
        Membership.organisation_id.in_(owned),
        Membership.person_id != person.id,
        Membership.rank == MemberRank.OWNER,
        Membership.left_at.is_(None),
    )
    if set(session.scalars(owned)) - set(session.scalars(shared)):
        raise Conflict("the last owner of an organisation hands it over first")


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
