"""What belongs to one deal: its notes and papers as far as they are for the reader, who may look after it, and more."""

from collections.abc import Sequence

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Membership, Person
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import NotFound
from matchmaker.deals import queries
from matchmaker.deals.access import can_read, can_read_files, can_read_note, is_office, side_of
from matchmaker.deals.models import Deal, DealNote
from matchmaker.files import queries as files
from matchmaker.files.models import StoredFile

# Who brought a paper; stands in the file's purpose.
BROUGHT_BY = ("buyer", "seller", "office")


def notes_of(actor: Actor, deal: Deal) -> list[DealNote]:
    """The notes that are for the actor, the newest first."""
    return [note for note in reversed(deal.notes) if can_read_note(actor, deal, note)]


def files_of(session: Session, actor: Actor, *, deal: Deal) -> list[StoredFile]:
    """The papers in the order they came; none for who only follows the deal."""
    if not can_read_files(actor, deal):
        return []
    found = [
        row for purpose in BROUGHT_BY for row in files.of_subject(session, subject=f"deal:{deal.id}", purpose=purpose)
    ]
    return sorted(found, key=lambda row: row.id)


def file(session: Session, actor: Actor, *, deal_id: int, file_id: int) -> StoredFile:
    """One paper. NotFound when the deal or the paper is not for this actor."""
    deal = queries.deal(session, actor, deal_id=deal_id)
    found = files.one(session, file_id=file_id, subject=f"deal:{deal.id}")
    if found is None or not can_read_files(actor, deal):
        raise NotFound(f"no file {file_id}")
    return found


def is_own_file(actor: Actor, deal: Deal, row: StoredFile) -> bool:
    """Whether the actor may take the paper back: who brought it, and the office."""
    owner = {"buyer": deal.buyer_id, "seller": deal.seller_id}.get(row.purpose)
    return is_office(actor, deal) or (owner is not None and owner in actor.organisation_ids)


def owner_choices(session: Session, actor: Actor, *, deal: Deal) -> Sequence[Person]:
    """Who may be named to look after the deal: one's own people; for the office people of both sides and officers."""
    office = is_office(actor, deal)
    both = {deal.buyer_id, deal.seller_id}
    houses = both if office else both & actor.organisation_ids
    members = select(Membership.person_id).where(Membership.organisation_id.in_(houses), Membership.left_at.is_(None))
    officers = Person.role == Role.OFFICER if office else false()
    here = (Person.blocked_at.is_(None), Person.anonymised_at.is_(None))
    wanted = or_(Person.id.in_(members), officers)
    return session.scalars(select(Person).where(wanted, *here).order_by(Person.role.desc(), Person.id)).all()


def others_between(session: Session, actor: Actor, *, deal: Deal) -> Sequence[Deal]:
    """Further deals between the same two, as far as the actor may read them: so that nothing is put down twice."""
    both = {deal.buyer_id, deal.seller_id}
    same = (Deal.buyer_id.in_(both), Deal.seller_id.in_(both), Deal.id != deal.id)
    rows = session.scalars(select(Deal).where(*same).order_by(Deal.id.desc()))
    return [row for row in rows if can_read(actor, row)]


def side_name(actor: Actor, deal: Deal) -> str:
    """ "buyer", "seller" or "" as the actor takes part."""
    return {deal.buyer_id: "buyer", deal.seller_id: "seller"}.get(side_of(actor, deal) or 0, "")
