"""Half a year after a meeting that was worth having: what became of it? Asked once of each side, answered by a link.

What is due stands in the rows: a meeting without its question is found by looking, and nobody is asked twice.
"""

from datetime import timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload, sessionmaker

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Fault, Invalid, NotFound
from matchmaker.core.unit import unit
from matchmaker.events.models import Event
from matchmaker.mail import service as mail
from matchmaker.meetings.figures import WORTH
from matchmaker.meetings.models import FollowUp, Meeting
from matchmaker.meetings.outcomes import outcome_of
from matchmaker.meetings.rules import FollowUpAnswer, MeetingState
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News, tell_organisation
from matchmaker.participants.models import Participant, Registration

AFTER = timedelta(days=182)
# What was not asked within another half year is not asked any more: nobody would remember.
TOO_LATE = timedelta(days=365)
CHANGEABLE = timedelta(days=30)
MAX_NOTE = 500
SALT = "follow-up"


def ask_due(sessions: sessionmaker[Session], *, base: str, secret_key: str) -> int:
    """Ask both sides of every meeting that is due; how many questions went out."""
    moment = clock.now()
    due = (Event.ends_at <= moment - AFTER, Event.ends_at > moment - TOO_LATE, Meeting.state == MeetingState.PLANNED)
    asked = 0
    with unit(sessions) as session:
        statement = select(Meeting).join(Event, Event.id == Meeting.event_id).where(*due).order_by(Meeting.id)
        known = set(session.execute(select(FollowUp.meeting_id, FollowUp.registration_id)).all())
        for meeting in session.scalars(statement.options(selectinload(Meeting.outcomes))):
            if outcome_of(meeting) not in WORTH:
                continue
            for mine, other in ((meeting.a, meeting.b), (meeting.b, meeting.a)):
                if (meeting.id, mine.registration_id) not in known:
                    row = FollowUp(meeting_id=meeting.id, registration_id=mine.registration_id, asked_at=moment)
                    session.add(row)
                    session.flush()
                    _ask(session, row, mine, other, path=f"/follow-up/{token_of(secret_key, row)}", base=base)
                    asked += 1
    return asked


def token_of(secret_key: str, row: FollowUp) -> str:
    """What stands in the link of this question."""
    return URLSafeSerializer(secret_key, SALT).dumps(row.key)


def question(session: Session, *, secret_key: str, token: str) -> FollowUp:
    """The question behind a link. NotFound for one that was made up."""
    try:
        key = URLSafeSerializer(secret_key, SALT).loads(token)
    except BadSignature:
        raise NotFound("no such link") from None
    found = session.scalar(select(FollowUp).where(FollowUp.key == str(key)))
    if found is None:
        raise NotFound("no such link")
    return found


def answer(session: Session, *, secret_key: str, token: str, answer: FollowUpAnswer, note: str = "") -> FollowUp:
    """Answer by the link. The answer may be changed for thirty days; Conflict afterwards."""
    row = question(session, secret_key=secret_key, token=token)
    session.refresh(row, with_for_update=True)
    moment = clock.now()
    if row.answered_at is not None and moment - row.answered_at > CHANGEABLE:
        raise Conflict("this question was answered more than thirty days ago")
    if len(note) > MAX_NOTE:
        raise Invalid([Fault("note", f"at most {MAX_NOTE} characters, this has {len(note)}")])
    before = row.answer
    row.answer, row.note, row.answered_at = answer, note.strip(), row.answered_at or moment
    session.flush()
    name = session.get_one(Registration, row.registration_id).name
    detail = {"meeting": row.meeting_id, "answer": [before, answer]}
    event = audit.Event("event.follow_up", f"event:{row.meeting.event_id}", detail)
    audit.record(session, Actor(name, Role.VISITOR, "link"), [event])
    return row


def _ask(session: Session, row: FollowUp, mine: Participant, other: Participant, *, path: str, base: str) -> None:
    """By notice where the organisation has an account, by letter to the person where it has none."""
    house = mine.registration
    details = {"other": other.registration.name, "event": house.event.title}
    if house.organisation_id is not None:
        news = News(NoticeKind.EVENT, "event.follow_up", path, f"follow_up:{row.id}", details, house.organisation_id)
        tell_organisation(session, news, organisation_id=house.organisation_id, base=base)
    elif mine.email and mine.letters_stopped_at is None:
        subject = f"半年前与{details['other']}的洽谈，后来怎么样？"
        body = (
            f"{mine.name}，您好：\n\n{details['event']}上与{details['other']}的洽谈，后来怎么样？"
            f"点开选一项即可，不用登录。\n{base}{path}\n"
        )
        mail.queue(session, address=mine.email, subject=subject[:200], body=body)
