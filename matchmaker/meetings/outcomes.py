"""What came of a meeting: said by either side or by the desk, and said anew when it was wrong."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Fault, Invalid, NotFound
from matchmaker.meetings.access import meeting_for
from matchmaker.meetings.models import Meeting, Outcome
from matchmaker.meetings.queries import meetings_of, meetings_of_participant
from matchmaker.meetings.rules import MeetingState, OutcomeKind, combined
from matchmaker.participants.access import is_own, planned_event, plans
from matchmaker.participants.badges import participant_of
from matchmaker.participants.models import Participant, Registration

MAX_NOTE = 500
MAX_STEP = 200


def say(
    session: Session,
    actor: Actor,
    *,
    meeting_id: int,
    registration_id: int | None,
    kind: OutcomeKind,
    note: str = "",
    next_step: str = "",
) -> Outcome:
    """Say what came of a planned meeting, for one side by its own people or, with None, for the desk by a planner.

    The same side's earlier word is superseded. Conflict before the meeting's time has come.
    """
    meeting = meeting_for(session, actor, meeting_id=meeting_id, lock=True)
    sides = {one.registration_id: one.registration for one in (meeting.a, meeting.b)}
    if registration_id is None and not plans(actor):
        raise NotFound(f"no meeting {meeting_id}")
    if registration_id is not None:
        side = sides.get(registration_id)
        if side is None or not is_own(actor, side):
            raise NotFound(f"no registration {registration_id} in meeting {meeting_id}")
    return _say(session, actor, meeting, registration_id, kind=kind, note=note, next_step=next_step)


def say_by_link(
    session: Session, *, secret_key: str, token: str, meeting_id: int, kind: OutcomeKind, note: str = ""
) -> Outcome:
    """The same by a participant's personal link; the log names the participant."""
    person = participant_of(session, secret_key=secret_key, token=token)
    meeting = session.get(Meeting, meeting_id, with_for_update=True)
    if meeting is None or person.id not in (meeting.a_id, meeting.b_id):
        raise NotFound(f"no meeting {meeting_id}")
    actor = Actor(f"{person.name} ({person.badge})", Role.VISITOR, "link")
    return _say(session, actor, meeting, person.registration_id, kind=kind, note=note, next_step="")


def of_event(session: Session, actor: Actor, *, event_id: int) -> Sequence[Meeting]:
    """The planned meetings of an event with everything said of them; for planners."""
    planned_event(session, actor, event_id=event_id)
    return with_words(session, meetings_of(session, event_id=event_id))


def of_registration(session: Session, *, registration: Registration) -> Sequence[Meeting]:
    """The planned meetings of one organisation's people, by time, with everything said of them: show only `word_of`."""
    people = select(Participant.id).where(Participant.registration_id == registration.id)
    rows = [
        one for number in session.scalars(people) for one in meetings_of_participant(session, participant_id=number)
    ]
    return with_words(session, sorted(rows, key=lambda one: (one.slot.starts_at, one.id)))


def word_of(meeting: Meeting, registration_id: int | None) -> Outcome | None:
    """What this side says at present; None for the desk's word when `registration_id` is None."""
    return next(
        (one for one in meeting.outcomes if one.superseded_at is None and one.registration_id == registration_id), None
    )


def outcome_of(meeting: Meeting) -> OutcomeKind | None:
    """What all words together say; None while nobody has said anything."""
    current = [one for one in meeting.outcomes if one.superseded_at is None]
    return combined(
        [one.kind for one in current if one.registration_id is not None],
        next((one.kind for one in current if one.registration_id is None), None),
    )


def _say(
    session: Session,
    actor: Actor,
    meeting: Meeting,
    registration_id: int | None,
    *,
    kind: OutcomeKind,
    note: str,
    next_step: str,
) -> Outcome:
    if meeting.state is not MeetingState.PLANNED:
        raise Conflict(f"meeting {meeting.id} was dropped")
    if meeting.slot.starts_at > clock.now():
        raise Conflict("the meeting has not begun")
    for name, text, most in (("note", note, MAX_NOTE), ("next_step", next_step, MAX_STEP)):
        if len(text) > most:
            raise Invalid([Fault(name, f"at most {most} characters, this has {len(text)}")])
    mine = (
        Outcome.meeting_id == meeting.id,
        Outcome.superseded_at.is_(None),
        Outcome.registration_id == registration_id if registration_id else Outcome.registration_id.is_(None),
    )
    before = session.scalar(select(Outcome).where(*mine).with_for_update())
    said = (kind, note.strip(), next_step.strip())
    if before is not None and (before.kind, before.note, before.next_step) == said:
        return before
    moment = clock.now()
    if before is not None:
        before.superseded_at = moment
        session.flush()
    row = Outcome(meeting_id=meeting.id, registration_id=registration_id, kind=kind, by=actor.name, at=moment)
    row.note, row.next_step = said[1:]
    session.add(row)
    session.flush()
    detail = {"meeting": meeting.id, "kind": [before.kind if before else None, kind]}
    audit.record(session, actor, [audit.Event("event.outcome", f"event:{meeting.event_id}", detail)])
    return row


def with_words(session: Session, rows: Iterable[Meeting]) -> list[Meeting]:
    """The same rows with their outcomes loaded in one statement."""
    wanted = list(rows)
    numbers = [one.id for one in wanted]
    statement = select(Meeting).where(Meeting.id.in_(numbers)).options(selectinload(Meeting.outcomes))
    session.scalars(statement.execution_options(populate_existing=False)).all()
    return wanted
