"""Whom a request for a meeting is told to: the other side, and one's own when somebody who plans acted for it."""

from sqlalchemy.orm import Session

from matchmaker.core.actor import Actor
from matchmaker.meetings.models import EventPair
from matchmaker.meetings.rules import RequestState
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News, tell_organisation
from matchmaker.participants.access import is_own
from matchmaker.participants.models import Registration


def tell_asked(session: Session, actor: Actor, pair: EventPair, *, base: str) -> None:
    """The asked side learns who wants to meet it."""
    asker, asked = _sides(pair)
    _tell(session, actor, pair, (asked, asker), text="event.request_asked", base=base)
    _tell_helped(session, actor, pair, (asker, asked), base=base)


def tell_answered(session: Session, actor: Actor, pair: EventPair, *, base: str) -> None:
    """The asking side learns of a yes or no."""
    asker, asked = _sides(pair)
    text = "event.request_accepted" if pair.request is RequestState.ACCEPTED else "event.request_declined"
    _tell(session, actor, pair, (asker, asked), text=text, base=base)
    _tell_helped(session, actor, pair, (asked, asker), base=base)


def tell_withdrawn(session: Session, actor: Actor, pair: EventPair, *, base: str) -> None:
    """The asked side learns that the request was taken back."""
    asker, asked = _sides(pair)
    _tell(session, actor, pair, (asked, asker), text="event.request_withdrawn", base=base)
    _tell_helped(session, actor, pair, (asker, asked), base=base)


def _sides(pair: EventPair) -> tuple[Registration, Registration]:
    """Who asked, and who was asked."""
    return (pair.a, pair.b) if pair.asked_by_id == pair.a_id else (pair.b, pair.a)


def _tell_helped(
    session: Session, actor: Actor, pair: EventPair, sides: tuple[Registration, Registration], *, base: str
) -> None:
    """The side that somebody who plans has acted for learns of that."""
    if not is_own(actor, sides[0]):
        _tell(session, actor, pair, sides, text="event.request_for_you", base=base)


def _tell(
    session: Session,
    actor: Actor,
    pair: EventPair,
    sides: tuple[Registration, Registration],
    *,
    text: str,
    base: str,
) -> None:
    mine, other = sides
    if mine.organisation_id is None:
        return
    news = News(
        NoticeKind.EVENT,
        text,
        f"/my/events/{mine.id}/candidates",
        f"pair:{pair.id}:{text}:{mine.id}:{pair.updated_at.isoformat()}",
        {"event": mine.event.title, "name": mine.name, "other": other.name},
        mine.organisation_id,
    )
    tell_organisation(session, news, organisation_id=mine.organisation_id, base=base, besides=actor.person_id)
