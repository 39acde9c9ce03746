"""Who is told of what becomes of a registration: the organisation, those it sends, and the organiser in charge."""

from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News, tell, tell_organisation
from matchmaker.participants import letters
from matchmaker.participants.models import Registration
from matchmaker.participants.rules import RegistrationState

# A state that is not told: being put on the call list, and what the organisation itself just said.
_TOLD = {
    RegistrationState.INVITED: "event.invited",
    RegistrationState.APPLIED: "event.applied",
    RegistrationState.WAITING: "event.waiting",
    RegistrationState.CONFIRMED: "event.confirmed",
    RegistrationState.REFUSED: "event.refused",
    RegistrationState.CANCELLED: "event.cancelled",
}
_OFFICE = {
    RegistrationState.APPLIED: "event.office_applied",
    RegistrationState.DECLINED: "event.office_declined",
    RegistrationState.CANCELLED: "event.office_cancelled",
}
START = 60


def tell_state(
    session: Session, actor: Actor, row: Registration, *, base: str, text: str = "", by_letter: bool = True
) -> None:
    """Everybody of the organisation but the actor learns where it stands now, and whom no notice reaches, by letter.

    `text` tells the same state in other words, such as a place that became free.
    """
    if by_letter and row.state is RegistrationState.CONFIRMED:
        letters.place(session, actor, event_id=row.event_id, people=[one.id for one in row.people])
    elif by_letter and row.state in (RegistrationState.CANCELLED, RegistrationState.REFUSED):
        letters.say_cancelled(session, actor, row)
    key = text or _TOLD.get(row.state)
    if key is None or row.organisation_id is None:
        return
    news = _news(row, key, f"/my/events/{row.id}", row.organisation_id)
    tell_organisation(session, news, organisation_id=row.organisation_id, base=base, besides=actor.person_id)


def tell_office(session: Session, actor: Actor, row: Registration, *, base: str) -> None:
    """The organiser in charge learns what an organisation did itself."""
    organiser, key = row.event.organiser_id, _OFFICE.get(row.state)
    if key is None or organiser is None or organiser == actor.person_id:
        return
    news = _news(row, key, f"/office/events/{row.event_id}/people/{row.id}", None)
    tell(session, [news], people=[organiser], base=base)


def _news(row: Registration, text: str, path: str, organisation_id: int | None) -> News:
    moment = row.event.starts_at.astimezone(clock.DISTRICT_ZONE)
    words = " ".join((row.invitation if row.state is RegistrationState.INVITED else row.reason).split())
    details = {
        "title": row.event.title,
        "day": moment.strftime("%Y-%m-%d %H:%M"),
        "venue": row.event.venue,
        "name": row.name,
        "words": words if len(words) <= START else f"{words[:START]}…",
    }
    once = f"registration:{row.id}:{text}:{clock.now().isoformat()}"
    return News(NoticeKind.EVENT, text, path, once, details, organisation_id)
