"""Telling people: a row in their inbox, and a letter at the pace they chose."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.models import Membership, Person
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden
from matchmaker.core.unit import unit
from matchmaker.mail import service as mail
from matchmaker.notifications import texts
from matchmaker.notifications.models import Notice, NoticePace
from matchmaker.notifications.rules import DEFAULT_PACE, NoticeKind, Pace

DIGEST_HOUR = 8
DIGEST_WEEKDAY = 0
MOST_LINES = 40


@dataclass(frozen=True)
class News:
    """What to tell: `text` is a key of `texts.TEXTS`, `path` an address on this site, `once` says it is told once."""

    kind: NoticeKind
    text: str
    path: str
    once: str
    details: Mapping[str, Any] = field(default_factory=dict)
    organisation_id: int | None = None


def tell_organisation(
    session: Session, news: News, *, organisation_id: int, base: str, besides: int | None = None
) -> int:
    """Tell everybody of an organisation but the person `besides`; returns how many were told."""
    members = select(Membership.person_id).where(
        Membership.organisation_id == organisation_id, Membership.left_at.is_(None)
    )
    people = [person_id for person_id in session.scalars(members) if person_id != besides]
    return tell(session, [news], people=people, base=base)


def tell_role(session: Session, news: News, *, role: Role, base: str) -> int:
    """Tell every member of staff with this role."""
    people = session.scalars(select(Person.id).where(Person.role == role, Person.blocked_at.is_(None))).all()
    return tell(session, [news], people=people, base=base)


def tell(session: Session, news: Sequence[News], *, people: Iterable[int], base: str) -> int:
    """Put the news into these people's inboxes; who was told the same `once` before, or switched the kind off, is
    left out. Letters due at once are queued here. Returns how many notices were made.
    """
    wanted = sorted(set(people))
    known = _told(session, wanted, [one.once for one in news])
    paces = _paces(session, wanted)
    moment = clock.now()
    fresh: dict[int, list[Notice]] = {}
    for person_id in wanted:
        for one in news:
            pace = paces.get((person_id, one.kind), DEFAULT_PACE[one.kind])
            if pace is not Pace.OFF and (person_id, one.once) not in known:
                known.add((person_id, one.once))
                fresh.setdefault(person_id, []).append(_row(person_id, one, pace, moment))
    for rows in fresh.values():
        session.add_all(rows)
    session.flush()
    _write_letters(session, {who: [r for r in rows if r.pace is Pace.IMMEDIATE] for who, rows in fresh.items()}, base)
    return sum(map(len, fresh.values()))


def mark_read(session: Session, actor: Actor, *, notice_ids: Sequence[int] | None = None) -> None:
    """Mark the actor's notices as read; all of them when none are named."""
    mine = [Notice.person_id == _me(actor), Notice.read_at.is_(None)]
    if notice_ids is not None:
        mine.append(Notice.id.in_(notice_ids))
    session.execute(update(Notice).where(*mine).values(read_at=clock.now()))


def set_paces(session: Session, actor: Actor, *, paces: Mapping[NoticeKind, Pace]) -> None:
    """Choose how letters come, kind by kind."""
    person_id = _me(actor)
    for kind, pace in paces.items():
        session.merge(NoticePace(person_id=person_id, kind=kind, pace=pace))


def send_digests(sessions: sessionmaker[Session], *, base: str) -> int:
    """Queue the letters that carry what waited for a digest: daily from 8 o'clock on, weekly on Mondays.

    What is due stands in the rows, so a missed morning is made up later. Returns how many letters were queued.
    """
    moment = clock.now()
    with unit(sessions) as session:
        due = _waiting(session, Pace.DAILY, _last_morning(moment)) + _waiting(
            session, Pace.WEEKLY, _last_monday(moment)
        )
        by_person: dict[int, list[Notice]] = {}
        for row in due:
            by_person.setdefault(row.person_id, []).append(row)
        _write_letters(session, by_person, base)
        return len(by_person)


def _told(session: Session, people: list[int], keys: list[str]) -> set[tuple[int, str]]:
    statement = select(Notice.person_id, Notice.once).where(Notice.person_id.in_(people), Notice.once.in_(keys))
    return {(person_id, once) for person_id, once in session.execute(statement)}


def _paces(session: Session, people: list[int]) -> dict[tuple[int, NoticeKind], Pace]:
    rows = session.scalars(select(NoticePace).where(NoticePace.person_id.in_(people)))
    return {(row.person_id, row.kind): row.pace for row in rows}


def _row(person_id: int, news: News, pace: Pace, moment: datetime) -> Notice:
    return Notice(
        person_id=person_id,
        organisation_id=news.organisation_id,
        kind=news.kind,
        text=news.text,
        details=dict(news.details),
        path=news.path,
        once=news.once,
        pace=pace,
        created_at=moment,
    )


def _write_letters(session: Session, rows_by_person: Mapping[int, Sequence[Notice]], base: str) -> None:
    """One letter to each person with rows; people without a proved address get none."""
    wanted = [person_id for person_id, rows in rows_by_person.items() if rows]
    people = {row.id: row for row in session.scalars(select(Person).where(Person.id.in_(wanted)))}
    for person_id in wanted:
        person, rows = people[person_id], rows_by_person[person_id]
        if person.email_verified_at is not None and person.blocked_at is None and person.anonymised_at is None:
            _queue(session, person, rows, base)
        for row in rows:
            row.letter_at = clock.now()


def _queue(session: Session, person: Person, rows: Sequence[Notice], base: str) -> None:
    language = "en" if person.language == "en" else "zh"
    told = [texts.write(row.text, row.details, language) for row in rows[:MOST_LINES]]
    lines = [f"- {line}\n  {base}{row.path}" for line, row in zip(told, rows[:MOST_LINES], strict=True)]
    first = told[0] if len(rows) == 1 else texts.DIGEST_SUBJECT[language] % {"count": len(rows)}
    subject, body = texts.LETTER[language]
    values = {"name": person.name, "first": first, "lines": "\n".join(lines), "base": base}
    mail.queue(session, address=person.email, subject=subject % values, body=body % values)


def _waiting(session: Session, pace: Pace, before: datetime) -> list[Notice]:
    due = (Notice.letter_at.is_(None), Notice.pace == pace, Notice.created_at < before)
    return list(session.scalars(select(Notice).where(*due).order_by(Notice.id).with_for_update(skip_locked=True)))


def _last_morning(moment: datetime) -> datetime:
    local = moment.astimezone(clock.DISTRICT_ZONE)
    morning = local.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return morning if morning <= local else morning - timedelta(days=1)


def _last_monday(moment: datetime) -> datetime:
    morning = _last_morning(moment)
    return morning - timedelta(days=(morning.weekday() - DIGEST_WEEKDAY) % 7)


def _me(actor: Actor) -> int:
    if actor.person_id is None:
        raise Forbidden(f"{actor.name} has no inbox")
    return actor.person_id
