"""The people of an organisation: invited, joining, handing over, leaving."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.accounts import letters, people, tokens
from matchmaker.accounts.access import require_owner, require_self
from matchmaker.accounts.models import Membership, Organisation, Person
from matchmaker.accounts.rules import MemberRank, TokenPurpose
from matchmaker.accounts.schemas import MemberIn
from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, NotFound
from matchmaker.notifications import service as notifications
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News


def invite(session: Session, actor: Actor, *, organisation_id: int, data: MemberIn, base: str) -> Person:
    """Invite somebody by e-mail; they join by opening the letter's link. Conflict when they are in already."""
    require_owner(actor, organisation_id)
    organisation = session.get_one(Organisation, organisation_id)
    person = people.by_email(session, data.email)
    if person is None:
        person = Person(email=data.email, name=data.name, role=Role.MEMBER, language="zh", created_at=clock.now())
        session.add(person)
        session.flush()
    if _current(session, organisation_id, person.id) is not None:
        raise Conflict("this person is in the organisation already")
    secret = tokens.issue(
        session, purpose=TokenPurpose.INVITE, person_id=person.id, organisation_id=organisation_id, rank=data.rank
    )
    link = f"{base}/invitation/{secret}"
    letters.write(session, person, letters.INVITE, link=link, organisation=organisation.name)
    _record(session, actor, "member.invite", (organisation_id, person.id), rank=data.rank)
    return person


def invited(session: Session, *, secret: str) -> tuple[Person, Organisation]:
    """Who is invited where by this letter. NotFound when the link was used or is too old."""
    token = tokens.valid(session, secret=secret, purpose=TokenPurpose.INVITE)
    if token is None or token.organisation_id is None:
        raise NotFound("this link was used before or is too old")
    return session.get_one(Person, token.person_id), session.get_one(Organisation, token.organisation_id)


def accept(session: Session, *, secret: str, password: str | None, base: str) -> Person:
    """Join by the letter's link; who has no password yet chooses one. The letter proves the address."""
    token = tokens.valid(session, secret=secret, purpose=TokenPurpose.INVITE)
    if token is None or token.organisation_id is None:
        raise NotFound("this link was used before or is too old")
    person = session.get_one(Person, token.person_id)
    if person.password_hash is None:
        people.set_password(person, password or "")
        person.agreed_at = clock.now()
    person.email_verified_at = person.email_verified_at or clock.now()
    _put_in(session, token.organisation_id, person.id, token.rank or MemberRank.MEMBER)
    tokens.use(token)
    who = people.as_self(person)
    _record(session, who, "member.join", (token.organisation_id, person.id), rank=token.rank)
    _tell(session, token.organisation_id, "organisation.joined", person, base=base)
    return person


def set_rank(
    session: Session, actor: Actor, *, organisation_id: int, person_id: int, rank: MemberRank, base: str
) -> None:
    """Make somebody an owner, or an owner a member again. Conflict when no owner would be left."""
    require_owner(actor, organisation_id)
    membership = _required(session, organisation_id, person_id)
    if membership.rank is MemberRank.OWNER and rank is MemberRank.MEMBER:
        _require_another_owner(session, organisation_id, person_id)
    before, membership.rank = membership.rank, rank
    _record(session, actor, "member.rank", (organisation_id, person_id), rank=[before, rank])
    if rank is MemberRank.OWNER and before is not rank:
        person = session.get_one(Person, person_id)
        _tell(session, organisation_id, "organisation.owner", person, base=base, only=person_id)


def leave(session: Session, actor: Actor, *, organisation_id: int, person_id: int, base: str) -> None:
    """Leave the organisation, or take somebody out of it as an owner. Conflict for its last owner: hand over first."""
    if person_id != actor.person_id:
        require_owner(actor, organisation_id)
    else:
        require_self(session, actor)
    membership = _required(session, organisation_id, person_id)
    if membership.rank is MemberRank.OWNER:
        _require_another_owner(session, organisation_id, person_id)
    membership.left_at = clock.now()
    session.flush()
    _record(session, actor, "member.leave", (organisation_id, person_id))
    _tell(session, organisation_id, "organisation.left", session.get_one(Person, person_id), base=base)


def _current(session: Session, organisation_id: int, person_id: int) -> Membership | None:
    return session.scalar(
        select(Membership).where(
            Membership.organisation_id == organisation_id,
            Membership.person_id == person_id,
            Membership.left_at.is_(None),
        )
    )


def _required(session: Session, organisation_id: int, person_id: int) -> Membership:
    found = _current(session, organisation_id, person_id)
    if found is None:
        raise NotFound(f"person {person_id} is not in organisation {organisation_id}")
    return found


def _require_another_owner(session: Session, organisation_id: int, person_id: int) -> None:
    # Locked, so that two owners leaving in the same moment cannot both count on the other.
    session.get_one(Organisation, organisation_id, with_for_update=True)
    others = select(func.count()).where(
        Membership.organisation_id == organisation_id,
        Membership.rank == MemberRank.OWNER,
        Membership.left_at.is_(None),
        Membership.person_id != person_id,
    )
    if not session.scalar(others):
        raise Conflict("the last owner stays: make somebody else owner first")


def _put_in(session: Session, organisation_id: int, person_id: int, rank: MemberRank) -> None:
    both = (Membership.organisation_id == organisation_id, Membership.person_id == person_id)
    row = session.scalar(select(Membership).where(*both))
    if row is None:
        row = Membership(organisation_id=organisation_id, person_id=person_id)
        session.add(row)
    row.rank, row.joined_at, row.left_at = rank, clock.now(), None
    session.flush()


def _record(session: Session, actor: Actor, action: str, row: tuple[int, int], **detail: object) -> None:
    """One entry; `row` is the organisation and the person."""
    organisation_id, person_id = row
    event = audit.Event(action, f"organisation:{organisation_id}", {"person": person_id} | detail)
    audit.record(session, actor, [event])


def _tell(
    session: Session, organisation_id: int, text: str, person: Person, *, base: str, only: int | None = None
) -> None:
    name = session.get_one(Organisation, organisation_id).name
    news = News(
        NoticeKind.ORGANISATION,
        text,
        f"/my/organisations/{organisation_id}",
        f"organisation:{organisation_id}:{text}:{person.id}:{clock.now().isoformat()}",
        {"name": name, "person": person.name},
        organisation_id,
    )
    if only is not None:
        notifications.tell(session, [news], people=[only], base=base)
    else:
        notifications.tell_organisation(session, news, organisation_id=organisation_id, base=base, besides=person.id)
