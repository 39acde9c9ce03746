"""An organisation gets in: registered by one of its people, verified, returned or refused by an officer."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.accounts.access import require_owner, require_self
from matchmaker.accounts.models import Membership, Organisation, OrganisationReview
from matchmaker.accounts.rules import NEXT_STANDINGS, MemberRank, Standing
from matchmaker.accounts.schemas import OrganisationIn
from matchmaker.accounts.service import assign
from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from matchmaker.files import queries as files
from matchmaker.files import service as file_service
from matchmaker.files.rules import SCANS
from matchmaker.notifications import service as notifications
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News

LICENCE = "licence"


def register_organisation(session: Session, actor: Actor, *, data: OrganisationIn) -> Organisation:
    """Register one's own organisation; it waits for verification and the actor becomes its owner.

    Conflict when the code is registered already: its owner, or the office, lets further people in.
    """
    person = require_self(session, actor)
    if session.scalar(select(Organisation.id).where(Organisation.uscc == data.uscc)) is not None:
        raise Conflict("this code is registered already; ask its owner or the office for access")
    moment = clock.now()
    organisation = Organisation(uscc=data.uscc, created_at=moment, standing=Standing.PENDING)
    try:
        assign(session, actor, organisation, data=data)
    except IntegrityError:
        raise Conflict("this code was registered by somebody else a moment ago") from None
    session.add(
        Membership(organisation_id=organisation.id, person_id=person.id, rank=MemberRank.OWNER, joined_at=moment)
    )
    return organisation


def change_organisation(session: Session, actor: Actor, *, organisation_id: int, data: OrganisationIn) -> Organisation:
    """Change what one's own organisation says of itself. The code stays, and so does a name that was verified."""
    organisation = _known(session, organisation_id)
    if organisation_id not in actor.organisation_ids:
        raise NotFound(f"no organisation {organisation_id}")
    if actor.acting_for is None:
        require_owner(actor, organisation_id)
    if data.uscc != organisation.uscc:
        raise Invalid([Fault("uscc", "the code of a registered organisation stays", data.uscc)])
    if organisation.standing is Standing.VERIFIED and data.name != organisation.name:
        raise Invalid([Fault("name", "a verified name is changed by the office", data.name)])
    return assign(session, actor, organisation, data=data)


def add_licence(
    session: Session, actor: Actor, folder: Path, *, organisation_id: int, name: str, content: bytes
) -> None:
    """Upload the business licence (or the certificate of a public body); the one before is withdrawn."""
    _known(session, organisation_id)
    if organisation_id not in actor.organisation_ids:
        raise NotFound(f"no organisation {organisation_id}")
    subject = f"organisation:{organisation_id}"
    for old in files.of_subject(session, subject=subject, purpose=LICENCE):
        file_service.withdraw(session, actor, file=old)
    file_service.keep(session, actor, folder, subject=subject, purpose=LICENCE, name=name, content=content, kinds=SCANS)


def submit(session: Session, actor: Actor, *, organisation_id: int, base: str) -> Organisation:
    """Hand the registration in, the first time or again after it came back. Invalid without a licence."""
    organisation = _known(session, organisation_id)
    require_owner(actor, organisation_id)
    if not files.of_subject(session, subject=f"organisation:{organisation_id}", purpose=LICENCE):
        raise Invalid([Fault(LICENCE, "upload the licence first")])
    if organisation.standing is not Standing.PENDING:
        _step(session, actor, organisation, Standing.PENDING, reason="")
    elif _reviews(session, organisation_id):
        raise Conflict("it is handed in already")
    else:
        _note(session, actor, organisation, "")
    news = _news(organisation, "organisation.submitted", "/office/organisations")
    notifications.tell_role(session, news, role=Role.OFFICER, base=base)
    return organisation


def decide(
    session: Session, actor: Actor, *, organisation_id: int, standing: Standing, reason: str = "", base: str
) -> Organisation:
    """An officer verifies, returns or refuses, and the organisation's people are told. Two sides: nobody decides on
    an organisation they belong to. Invalid when a return or refusal gives no reason.
    """
    if actor.role is not Role.OFFICER or actor.acting_for is not None:
        raise Forbidden(f"{actor.name} verifies no organisations")
    organisation = _known(session, organisation_id)
    if organisation_id in actor.organisation_ids:
        raise Forbidden("nobody decides on an organisation they belong to")
    if standing is not Standing.VERIFIED and not reason.strip():
        raise Invalid([Fault("reason", "say what is wrong and what to do")])
    if organisation.standing is Standing.PENDING and not _reviews(session, organisation_id):
        raise Conflict("it was not handed in yet")
    _step(session, actor, organisation, standing, reason=reason.strip())
    news = _news(organisation, f"organisation.{standing}", f"/my/organisations/{organisation_id}")
    notifications.tell_organisation(session, news, organisation_id=organisation_id, base=base)
    return organisation


def switch_matching(session: Session, actor: Actor, *, organisation_id: int, off: bool) -> None:
    """Keep the organisation's listings out of automatic matching, or bring them back (个人信息保护法 24)."""
    organisation = _known(session, organisation_id)
    require_owner(actor, organisation_id)
    if organisation.matching_off != off:
        organisation.matching_off = off
        event = audit.Event(
            "organisation.matching", f"organisation:{organisation_id}", {"matching_off": [not off, off]}
        )
        audit.record(session, actor, [event])


def _known(session: Session, organisation_id: int) -> Organisation:
    found = session.get(Organisation, organisation_id, with_for_update=True)
    if found is None:
        raise NotFound(f"no organisation {organisation_id}")
    return found


def _reviews(session: Session, organisation_id: int) -> bool:
    mine = OrganisationReview.organisation_id == organisation_id
    return session.scalar(select(OrganisationReview.id).where(mine).limit(1)) is not None


def _step(session: Session, actor: Actor, organisation: Organisation, standing: Standing, *, reason: str) -> None:
    if standing not in NEXT_STANDINGS[organisation.standing]:
        raise Conflict(f"organisation {organisation.id} is {organisation.standing} and cannot become {standing}")
    before = organisation.standing
    organisation.standing, organisation.standing_reason = standing, reason
    detail = {"standing": [before, standing], "reason": reason}
    audit.record(session, actor, [audit.Event("organisation.standing", f"organisation:{organisation.id}", detail)])
    _note(session, actor, organisation, reason)


def _note(session: Session, actor: Actor, organisation: Organisation, reason: str) -> None:
    session.add(
        OrganisationReview(
            organisation_id=organisation.id,
            standing=organisation.standing,
            reason=reason,
            at=clock.now(),
            by=actor.name,
        )
    )
    session.flush()


def _news(organisation: Organisation, text: str, path: str) -> News:
    return News(
        NoticeKind.ORGANISATION,
        text,
        path,
        f"organisation:{organisation.id}:{text}:{clock.now().isoformat()}",
        {"name": organisation.name, "reason": organisation.standing_reason},
        organisation.id,
    )
