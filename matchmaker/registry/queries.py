"""Reading organisations and their people, for their own pages and for the office."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.accounts.models import Assistance, DataRequest, Membership, Organisation, OrganisationReview, Person
from matchmaker.accounts.rules import Standing, has_odd_organisation_digit
from matchmaker.audit import queries as audit
from matchmaker.audit.models import AuditEntry
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden, NotFound
from matchmaker.files import queries as files
from matchmaker.files.models import StoredFile
from matchmaker.registry.assistance import HELPERS
from matchmaker.registry.registration import LICENCE

OFFICE = (Role.OFFICER, Role.AUDITOR, Role.ADMINISTRATOR)
PER_PAGE = 30
T = TypeVar("T")


@dataclass(frozen=True)
class Rows(Generic[T]):
    """One page of a list; `number` starts at 1."""

    rows: Sequence[T]
    total: int
    number: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


@dataclass(frozen=True)
class Dossier:
    """Everything about one organisation for those who may read it all."""

    organisation: Organisation
    reviews: Sequence[OrganisationReview]
    people: Sequence[Membership]
    licence: StoredFile | None
    assistances: Sequence[Assistance]
    odd_digit: bool

    @property
    def is_handed_in(self) -> bool:
        return self.organisation.standing is Standing.PENDING and bool(self.reviews)


def dossier(session: Session, actor: Actor, *, organisation_id: int) -> Dossier:
    """An organisation with its people and papers: its own people and the office. NotFound for everybody else."""
    found = session.get(Organisation, organisation_id)
    inside = organisation_id in actor.organisation_ids or actor.role in OFFICE or actor.is_system
    if found is None or not inside:
        raise NotFound(f"no organisation {organisation_id}")
    reviews = select(OrganisationReview).where(OrganisationReview.organisation_id == organisation_id)
    people = (
        select(Membership)
        .where(Membership.organisation_id == organisation_id, Membership.left_at.is_(None))
        .options(joinedload(Membership.person))
    )
    assistances = (
        select(Assistance)
        .where(Assistance.organisation_id == organisation_id)
        .options(joinedload(Assistance.staff))
        .order_by(Assistance.id.desc())
    )
    licences = files.of_subject(session, subject=f"organisation:{organisation_id}", purpose=LICENCE)
    return Dossier(
        found,
        session.scalars(reviews.order_by(OrganisationReview.id.desc())).all(),
        session.scalars(people.order_by(Membership.rank.desc(), Membership.id)).all(),
        licences[-1] if licences else None,
        session.scalars(assistances).all(),
        has_odd_organisation_digit(found.uscc),
    )


def licence(session: Session, actor: Actor, *, organisation_id: int) -> StoredFile:
    """The licence, for its organisation and the office. NotFound when there is none."""
    found = dossier(session, actor, organisation_id=organisation_id).licence
    if found is None:
        raise NotFound(f"no licence of organisation {organisation_id}")
    return found


def organisations(
    session: Session, actor: Actor, *, standing: Standing | None = None, text: str = "", page: int = 1
) -> Rows[Organisation]:
    """The registry for the office: those handed in first come first."""
    _require(actor, OFFICE)
    limits = [Organisation.standing == standing] if standing else []
    if standing is Standing.PENDING:
        handed_in = select(OrganisationReview.organisation_id)
        limits.append(Organisation.id.in_(handed_in))
    if text:
        limits.append(or_(Organisation.name.contains(text, autoescape=True), Organisation.uscc == text.upper()))
    statement = select(Organisation).where(*limits).order_by(Organisation.updated_at.desc(), Organisation.id)
    total = session.scalar(select(func.count()).select_from(Organisation).where(*limits)) or 0
    number = max(1, min(page, -(-total // PER_PAGE)))
    return Rows(session.scalars(statement.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all(), total, number)


def id_of_uscc(session: Session, text: str) -> int:
    """The organisation with this code, however it was typed. NotFound when none is registered."""
    code = "".join(text.split()).upper()
    found = session.scalar(select(Organisation.id).where(Organisation.uscc == code))
    if found is None:
        raise NotFound(f"no organisation {code[:20]}")
    return found


def waiting_organisations(session: Session) -> int:
    """How many registrations were handed in and wait for an officer."""
    handed_in = select(OrganisationReview.organisation_id)
    waiting = (Organisation.standing == Standing.PENDING, Organisation.id.in_(handed_in))
    return session.scalar(select(func.count()).select_from(Organisation).where(*waiting)) or 0


def own_organisations(session: Session, actor: Actor) -> Sequence[Organisation]:
    """Those the actor may act for."""
    mine = Organisation.id.in_(actor.organisation_ids)
    return session.scalars(select(Organisation).where(mine).order_by(Organisation.id)).all()


def helpers(session: Session) -> Sequence[Person]:
    """The members of staff that an organisation may ask for help."""
    working = (Person.role.in_(HELPERS), Person.blocked_at.is_(None), Person.anonymised_at.is_(None))
    return session.scalars(select(Person).where(*working).order_by(Person.id)).all()


def assistances_for_staff(session: Session, actor: Actor) -> Sequence[Assistance]:
    """One's own as a helper; the auditor reads all."""
    _require(actor, (*HELPERS, Role.AUDITOR))
    statement = select(Assistance).options(joinedload(Assistance.organisation), joinedload(Assistance.staff))
    if actor.role is not Role.AUDITOR:
        statement = statement.where(Assistance.staff_id == actor.person_id)
    return session.scalars(statement.order_by(Assistance.id.desc()).limit(200)).all()


def data_requests(session: Session, actor: Actor) -> Sequence[DataRequest]:
    """What people asked about their data: what waits comes first, by its day."""
    _require(actor, OFFICE)
    order = (DataRequest.answered_at.is_not(None), DataRequest.due_on, DataRequest.id)
    statement = select(DataRequest).options(joinedload(DataRequest.person)).order_by(*order)
    return session.scalars(statement.limit(200)).all()


def waiting_data_requests(session: Session) -> int:
    """How many requests about personal data are not answered."""
    return session.scalar(select(func.count()).where(DataRequest.answered_at.is_(None))) or 0


def people(session: Session, actor: Actor, *, text: str = "", page: int = 1) -> Rows[Person]:
    """Everybody who has an account, staff first; for administrators and auditors."""
    _require(actor, (Role.ADMINISTRATOR, Role.AUDITOR))
    limits = [or_(Person.name.contains(text, autoescape=True), Person.email == text.lower())] if text else []
    total = session.scalar(select(func.count()).select_from(Person).where(*limits)) or 0
    number = max(1, min(page, -(-total // PER_PAGE)))
    statement = select(Person).where(*limits).order_by(Person.role == Role.MEMBER, Person.id)
    return Rows(session.scalars(statement.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all(), total, number)


def audit_entries(session: Session, actor: Actor, *, subject: str = "", page: int = 1) -> Rows[AuditEntry]:
    """The audit log, newest first; for administrators and auditors."""
    _require(actor, (Role.ADMINISTRATOR, Role.AUDITOR))
    rows, total, number = audit.page(session, subject=subject, page=page, per_page=PER_PAGE)
    return Rows(rows, total, number)


def _require(actor: Actor, roles: tuple[Role, ...]) -> None:
    if actor.role not in roles and not actor.is_system:
        raise Forbidden(f"{actor.name} is {actor.role}; this is for {', '.join(roles)}")
