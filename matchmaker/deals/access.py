"""Who may read a deal, carry it on, and read what was noted on it."""

from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden, NotFound
from matchmaker.deals.models import Deal, DealNote
from matchmaker.deals.rules import DealOrigin, DealStage, reads_note

READERS = (Role.OFFICER, Role.AUDITOR, Role.ORGANISER)


def side_of(actor: Actor, deal: Deal) -> int | None:
    """The organisation of the actor that takes part in the deal, None when none does."""
    return min({deal.buyer_id, deal.seller_id} & actor.organisation_ids, default=None)


def is_office(actor: Actor, deal: Deal) -> bool:
    """Whether the actor looks after the deal for the district.

    An officer who belongs to one of the two, or acts for somebody at the moment, is not the office: nobody sits on both
    sides of the table.
    """
    officer = actor.role is Role.OFFICER and actor.acting_for is None
    return (officer or actor.is_system) and side_of(actor, deal) is None


def follows(actor: Actor, deal: Deal) -> bool:
    """Whether the actor reads it for the district without changing it: auditors all, organisers those of events."""
    if actor.acting_for is not None:
        return False
    return actor.role is Role.AUDITOR or (actor.role is Role.ORGANISER and deal.origin is DealOrigin.MEETING)


def can_read(actor: Actor, deal: Deal) -> bool:
    """Both sides, the office, auditors, and organisers where an event brought the two together."""
    return side_of(actor, deal) is not None or is_office(actor, deal) or follows(actor, deal)


def can_edit(actor: Actor, deal: Deal) -> bool:
    """Both sides and the office carry it on."""
    return side_of(actor, deal) is not None or is_office(actor, deal)


def can_set(actor: Actor, deal: Deal, stage: DealStage) -> bool:
    """登记 follows from the registration of the contract; by hand only the office says so, for one made elsewhere."""
    return can_edit(actor, deal) and (stage is not DealStage.REGISTERED or is_office(actor, deal))


def can_read_note(actor: Actor, deal: Deal, note: DealNote) -> bool:
    """Whether this note is for the actor; the words of organisers' and auditors' rights stand in `follows`."""
    office = is_office(actor, deal) or (actor.role is Role.AUDITOR and follows(actor, deal))
    return reads_note(note.reach, author=note.organisation_id, side=side_of(actor, deal), office=office)


def can_read_files(actor: Actor, deal: Deal) -> bool:
    """Papers are the two sides', the office's and the auditor's."""
    return can_edit(actor, deal) or (actor.role is Role.AUDITOR and follows(actor, deal))


def require_reader(actor: Actor, deal: Deal) -> None:
    """NotFound for everybody who has no part in it: others may not know that there is a deal."""
    if not can_read(actor, deal):
        raise NotFound(f"no deal {deal.id}")


def require_side(actor: Actor, deal: Deal) -> int:
    """The actor's organisation in it. NotFound for strangers, Forbidden for staff who only read it."""
    side = side_of(actor, deal)
    if side is None:
        require_reader(actor, deal)
        raise Forbidden(f"{actor.name} is on neither side of deal {deal.id}")
    return side


def require_editor(actor: Actor, deal: Deal) -> None:
    """NotFound for strangers, Forbidden for staff who only read it."""
    if not can_edit(actor, deal):
        require_reader(actor, deal)
        raise Forbidden(f"{actor.name} does not carry on deal {deal.id}")
