"""What participants without a login are written, put into words when it leaves: with the schedule as it is then.

Of several things that wait for one person one letter is made, which the weightiest leads.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, sessionmaker

from matchmaker.core import clock
from matchmaker.core.unit import reading, unit
from matchmaker.events.models import Event
from matchmaker.events.rules import EventState
from matchmaker.mail import service as mail
from matchmaker.meetings.models import Meeting
from matchmaker.meetings.queries import meetings_of, published
from matchmaker.notifications.event_texts import EVENT_LETTERS, LETTER_PARTS
from matchmaker.participants import letters
from matchmaker.participants.badges import link_token
from matchmaker.participants.models import Participant, ParticipantLetter, Registration
from matchmaker.participants.rules import LetterKind, RegistrationState, written_language
from matchmaker.reference.towns import towns

# No more at once, so that the pages never wait long for a thousand letters.
BATCH = 300
WEIGHT = {kind: number for number, kind in enumerate(LetterKind)}
# These say that somebody need not come; there is nothing to look up any more.
FAREWELLS = (LetterKind.CANCELLED, LetterKind.CALLED_OFF)
WITHOUT_SCHEDULE = (*FAREWELLS, LetterKind.WITHDRAWN)


def write_due(sessions: sessionmaker[Session], *, base: str, secret_key: str) -> int:
    """Remind whom it is time to remind, and write what waits; returns how many letters went into the outbox."""
    with unit(sessions) as session:
        letters.remind_due(session)
    with reading(sessions) as session:
        if session.scalar(select(ParticipantLetter.id).where(ParticipantLetter.done_at.is_(None)).limit(1)) is None:
            return 0
    with unit(sessions) as session:
        desk = _Desk(session, base, secret_key)
        by_person = groupby(_waiting(session), key=lambda row: row.participant_id)
        return sum(desk.write(list(rows)) for _, rows in by_person)


def _waiting(session: Session) -> Sequence[ParticipantLetter]:
    statement = select(ParticipantLetter).where(ParticipantLetter.done_at.is_(None)).limit(BATCH)
    whole = joinedload(ParticipantLetter.participant).joinedload(Participant.registration)
    statement = statement.options(whole.joinedload(Registration.event))
    statement = statement.order_by(ParticipantLetter.participant_id, ParticipantLetter.id)
    return session.scalars(statement.with_for_update(skip_locked=True, of=ParticipantLetter)).all()


class _Desk:
    """Writes letters; each event's meetings are read once."""

    def __init__(self, session: Session, base: str, secret_key: str) -> None:
        self._session, self._base, self._secret_key = session, base, secret_key
        self._meetings: dict[int, list[Meeting] | None] = {}

    def write(self, rows: Sequence[ParticipantLetter]) -> bool:
        """One letter for everything that waits for one person, if it still has to be said; the rows are done."""
        due = [row for row in rows if self._is_due(row)]
        moment, mail_id = clock.now(), None
        if due:
            leading = max(due, key=lambda row: (WEIGHT[row.kind], row.id))
            subject, body = self._letter(leading)
            queued = mail.queue(self._session, address=leading.participant.email, subject=subject, body=body)
            self._session.flush()
            mail_id = queued.id
        for row in rows:
            row.done_at, row.mail_id = moment, mail_id
        return mail_id is not None

    def _is_due(self, row: ParticipantLetter) -> bool:
        """Whether it still holds: what was taken back before it was written is not said at all."""
        person, event = row.participant, row.participant.registration.event
        if not person.email or person.letters_stopped_at is not None or event.ends_at <= clock.now():
            return False
        gone = person.left_at is not None
        if row.kind is LetterKind.CANCELLED:
            return gone and self._was_written(person, *LetterKind)
        if row.kind is LetterKind.CALLED_OFF:
            return not gone and event.state is EventState.CANCELLED
        if gone or event.state is not EventState.ANNOUNCED:
            return False
        if row.kind is LetterKind.RESTORED:
            return self._was_written(person, LetterKind.CALLED_OFF)
        if row.kind is LetterKind.MOVED:
            return True
        if row.kind in (LetterKind.TIMETABLE, LetterKind.CHANGED, LetterKind.WITHDRAWN):
            is_out = self._of_event(event.id) is not None
            return is_out is not (row.kind is LetterKind.WITHDRAWN) and _is_in(person)
        return _is_in(person)

    def _was_written(self, person: Participant, *kinds: LetterKind) -> bool:
        mine = [ParticipantLetter.participant_id == person.id, ParticipantLetter.mail_id.is_not(None)]
        mine.append(ParticipantLetter.kind.in_(kinds))
        return self._session.scalar(select(ParticipantLetter.id).where(*mine).limit(1)) is not None

    def _letter(self, row: ParticipantLetter) -> tuple[str, str]:
        """(subject, body) in the person's language."""
        person, event = row.participant, row.participant.registration.event
        language = written_language(person.languages)
        said = LETTER_PARTS[language]
        facts = self._facts(person, event, language) | {"words": " ".join(row.words.split())}
        subject, lead = (text % facts for text in EVENT_LETTERS[row.kind.value][language])
        if row.words:
            lead += "\n" + said["reason"] % facts
        parts = [said["greeting"] % facts, lead, said["facts"] % facts]
        if row.kind not in WITHOUT_SCHEDULE:
            parts.append(self._schedule(person, event, said))
        if row.kind not in FAREWELLS:
            parts += [said["links"] % facts, said["stop"] % facts]
        return subject, "\n\n".join([*parts, said["platform"]]) + "\n"

    def _facts(self, person: Participant, event: Event, language: str) -> dict[str, Any]:
        town = towns().get(event.town)
        page = f"{self._base}/p/{link_token(self._secret_key, person)}"
        return {
            "name": person.name,
            "organisation": person.registration.name,
            "title": event.title,
            "when": f"{_local(event.starts_at):%Y-%m-%d %H:%M}",
            "venue": event.venue,
            "town": (town.name_en if language == "en" else town.name_zh) if town else event.town,
            "page": page,
            "calendar": f"{page}/calendar.ics",
        }

    def _schedule(self, person: Participant, event: Event, said: Mapping[str, str]) -> str:
        everybodys = self._of_event(event.id)
        if everybodys is None:
            return said["no_timetable"]
        mine = [one for one in everybodys if person.id in (one.a_id, one.b_id)]
        if not mine:
            return said["no_meetings"]
        several = len({_local(one.slot.starts_at).date() for one in everybodys}) > 1
        return "\n".join([said["meetings"], *_lines(mine, person, said["meeting"], several=several)])

    def _of_event(self, event_id: int) -> list[Meeting] | None:
        """The event's planned meetings; None while nothing is published."""
        if event_id not in self._meetings:
            out = published(self._session, event_id=event_id)
            self._meetings[event_id] = list(meetings_of(self._session, event_id=event_id)) if out else None
        return self._meetings[event_id]


def _is_in(person: Participant) -> bool:
    return person.registration.state is RegistrationState.CONFIRMED


def _lines(mine: Iterable[Meeting], person: Participant, pattern: str, *, several: bool) -> Iterable[str]:
    for one in mine:
        other = one.b if one.a_id == person.id else one.a
        start, end = _local(one.slot.starts_at), _local(one.slot.ends_at)
        day = f"{start:%m-%d} " if several else ""
        yield pattern % {
            "time": f"{day}{start:%H:%M}–{end:%H:%M}",
            "table": one.table.label,
            "other": other.registration.name,
            "person": other.name,
        }


def _local(moment: datetime) -> datetime:
    return moment.astimezone(clock.DISTRICT_ZONE)
