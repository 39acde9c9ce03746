"""帮办代办: staff acts for an organisation only with its consent, for a limited time, and it is told each time."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from matchmaker.accounts.access import require_owner
from matchmaker.accounts.models import Assistance, Organisation, Person
from matchmaker.accounts.schemas import AssistanceIn
from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from matchmaker.notifications import service as notifications
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News

LONGEST_DAYS = 90
HELPERS = (Role.ORGANISER, Role.OFFICER)


def ask(session: Session, actor: Actor, *, organisation_id: int, data: AssistanceIn, base: str) -> Assistance:
    """A member of staff asks an organisation to let them act for it; nothing is allowed before an owner agrees."""
    if actor.role not in HELPERS or actor.person_id is None or actor.acting_for is not None:
        raise Forbidden(f"{actor.name} does not help organisations")
    _check_until(data.until)
    organisation = _organisation(session, organisation_id)
    row = _new(session, actor.person_id, organisation, data)
    _record(session, actor, "assistance.ask", row)
    _tell_organisation(session, row, "assistance.asked", base=base)
    return row


def grant(session: Session, actor: Actor, *, assistance_id: int, base: str) -> Assistance:
    """An owner agrees to what was asked. Conflict when it was ended or its time is over."""
    row = _known(session, assistance_id)
    _require_owner(actor, row)
    if row.granted_at is not None or row.ended_at is not None or row.until < clock.today():
        raise Conflict("this request is answered or over")
    row.granted_at, row.granted_by = clock.now(), actor.person_id
    _record(session, actor, "assistance.grant", row)
    _tell_staff(session, row, "assistance.granted", base=base)
    return row


def offer(
    session: Session, actor: Actor, *, organisation_id: int, staff_id: int, data: AssistanceIn, base: str
) -> Assistance:
    """An owner lets a member of staff act for the organisation without having been asked."""
    require_owner(actor, organisation_id)
    _check_until(data.until)
    staff = session.get(Person, staff_id)
    if staff is None or staff.role not in HELPERS or staff.blocked_at is not None:
        raise Invalid([Fault("staff_id", "choose somebody of the office", str(staff_id))])
    row = _new(session, staff_id, _organisation(session, organisation_id), data)
    row.granted_at, row.granted_by = clock.now(), actor.person_id
    _record(session, actor, "assistance.grant", row)
    _tell_staff(session, row, "assistance.granted", base=base)
    return row


def end(session: Session, actor: Actor, *, assistance_id: int, base: str) -> Assistance:
    """Either side ends it, at any time; a request not yet answered is thereby refused or withdrawn."""
    row = _known(session, assistance_id)
    if row.staff_id != actor.person_id:
        _require_owner(actor, row)
    if row.ended_at is not None:
        raise Conflict("this has ended already")
    row.ended_at, row.ended_by = clock.now(), actor.person_id
    _record(session, actor, "assistance.end", row)
    if actor.person_id == row.staff_id:
        _tell_organisation(session, row, "assistance.ended", base=base)
    else:
        _tell_staff(session, row, "assistance.ended", base=base)
    return row


def begin(session: Session, actor: Actor, *, organisation_id: int) -> None:
    """The start of a session on somebody's behalf goes into the log; `actor` is already the one who acts for it."""
    if actor.acting_for != organisation_id:
        raise Forbidden(f"{actor.name} has no consent of organisation {organisation_id}")
    audit.record(session, actor, [audit.Event("assistance.begin", f"organisation:{organisation_id}", {})])


def tell_acted(session: Session, actor: Actor, *, what: str, base: str) -> None:
    """Tell the organisation what was just done on its behalf; does nothing for everybody else."""
    if actor.acting_for is None:
        return
    name = _organisation(session, actor.acting_for).name
    news = News(
        NoticeKind.ASSISTANCE,
        "assistance.acted",
        f"/my/organisations/{actor.acting_for}",
        f"assistance:acted:{actor.acting_for}:{clock.now().isoformat()}",
        {"staff": actor.name, "name": name, "what": what},
        actor.acting_for,
    )
    notifications.tell_organisation(session, news, organisation_id=actor.acting_for, base=base)


def _check_until(until: date) -> None:
    today = clock.today()
    if not today <= until <= today + timedelta(days=LONGEST_DAYS):
        raise Invalid([Fault("until", f"from today to at most {LONGEST_DAYS} days ahead", until.isoformat())])


def _organisation(session: Session, organisation_id: int) -> Organisation:
    found = session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound(f"no organisation {organisation_id}")
    return found


def _new(session: Session, staff_id: int, organisation: Organisation, data: AssistanceIn) -> Assistance:
    row = Assistance(
        organisation=organisation,
        staff=session.get_one(Person, staff_id),
        purpose=data.purpose,
        until=data.until,
        asked_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def _known(session: Session, assistance_id: int) -> Assistance:
    row = session.get(Assistance, assistance_id, with_for_update=True)
    if row is None:
        raise NotFound(f"no assistance {assistance_id}")
    return row


def _require_owner(actor: Actor, row: Assistance) -> None:
    if row.organisation_id not in actor.owner_of:
        raise NotFound(f"no assistance {row.id}")


def _record(session: Session, actor: Actor, action: str, row: Assistance) -> None:
    detail = {"assistance": row.id, "staff": row.staff_id, "until": row.until.isoformat()}
    audit.record(session, actor, [audit.Event(action, f"organisation:{row.organisation_id}", detail)])


def _news(row: Assistance, text: str, path: str) -> News:
    return News(
        NoticeKind.ASSISTANCE,
        text,
        path,
        f"assistance:{row.id}:{text}",
        {
            "name": row.organisation.name,
            "staff": row.staff.name,
            "purpose": row.purpose,
            "until": row.until.isoformat(),
        },
        row.organisation_id,
    )


def _tell_organisation(session: Session, row: Assistance, text: str, *, base: str) -> None:
    news = _news(row, text, f"/my/organisations/{row.organisation_id}")
    notifications.tell_organisation(session, news, organisation_id=row.organisation_id, base=base)


def _tell_staff(session: Session, row: Assistance, text: str, *, base: str) -> None:
    notifications.tell(session, [_news(row, text, "/office/assistance")], people=[row.staff_id], base=base)
