"""Whom a timetable is told to: the people of every organisation whose meetings it changes, and by letter those of its
representatives whom no notice reaches.
"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.events.models import Event
from matchmaker.meetings.models import Timetable
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News, tell_organisation
from matchmaker.participants import letters
from matchmaker.participants.models import Participant, Registration
from matchmaker.participants.queries import confirmed
from matchmaker.participants.rules import LetterKind


def tell_first(session: Session, actor: Actor, timetable: Timetable, *, base: str) -> int:
    """Everybody who comes learns that there is a timetable; returns how many notices and letters were made."""
    coming = [one for one in confirmed(session, event_id=timetable.event_id) if one.organisation_id is not None]
    told = _tell(session, timetable, "event.timetable_published", coming, base=base)
    return told + _write(session, actor, timetable, LetterKind.TIMETABLE)


def tell_changed(session: Session, actor: Actor, timetable: Timetable, *, people: Iterable[int], base: str) -> int:
    """Those whose meetings changed learn of it, and nobody else."""
    concerned = set(people)
    told = _tell(session, timetable, "event.timetable_changed", _homes(session, concerned), base=base)
    return told + _write(session, actor, timetable, LetterKind.CHANGED, people=concerned)


def tell_withdrawn(session: Session, actor: Actor, timetable: Timetable, *, people: Iterable[int], base: str) -> int:
    """Those who had meetings learn that the timetable no longer holds."""
    concerned = set(people)
    told = _tell(session, timetable, "event.timetable_withdrawn", _homes(session, concerned), base=base)
    return told + _write(session, actor, timetable, LetterKind.WITHDRAWN, people=concerned)


def _write(
    session: Session, actor: Actor, timetable: Timetable, kind: LetterKind, *, people: set[int] | None = None
) -> int:
    found = letters.reached(session, event_id=timetable.event_id, people=people)
    return letters.ask(session, actor, found, kind, once=f"{kind}:{timetable.id}")


def _homes(session: Session, people: Iterable[int]) -> list[Registration]:
    theirs = select(Participant.registration_id).where(Participant.id.in_(set(people)))
    limits = (Registration.id.in_(theirs), Registration.organisation_id.is_not(None))
    return list(session.scalars(select(Registration).where(*limits).order_by(Registration.id)))


def _tell(session: Session, timetable: Timetable, text: str, homes: Iterable[Registration], *, base: str) -> int:
    event = session.get_one(Event, timetable.event_id)
    day = event.starts_at.astimezone(clock.DISTRICT_ZONE).strftime("%Y-%m-%d %H:%M")
    told = 0
    for one in homes:
        news = News(
            NoticeKind.EVENT,
            text,
            f"/my/events/{one.id}",
            f"timetable:{timetable.id}:{text}:{one.id}",
            {"title": event.title, "day": day, "venue": event.venue, "name": one.name},
            one.organisation_id,
        )
        if one.organisation_id is not None:
            told += tell_organisation(session, news, organisation_id=one.organisation_id, base=base)
    return told
