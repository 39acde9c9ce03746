"""What the organiser decides on two organisations at an event, and what they ask of each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Invalid, NotFound
from matchmaker.events.models import Event
from matchmaker.events.rules import Asking
from matchmaker.meetings.models import EventPair
from matchmaker.meetings.pair_telling import tell_answered, tell_asked, tell_withdrawn
from matchmaker.meetings.rules import Mark, RequestState
from matchmaker.meetings.wanted import is_agreed, may_ask
from matchmaker.participants.access import is_own, planned_event, plans, registration_for
from matchmaker.participants.models import Registration
from matchmaker.participants.rules import RegistrationState

MOST_NOTE = 500
MOST_MESSAGE = 300
OPEN = (RequestState.ASKED, RequestState.ACCEPTED)
Both = tuple[int, int]
# What pages put into words; the last one is all that a participant learns of the organiser's veto.
OFF = "this event has no requests"
OVER = "the event is over"
NOT_IN = "both organisations must be confirmed"
ONLY_ASKED = "organisations of this kind are only asked at this event"
TOO_MANY = "no requests are left"
ALREADY = "there is a request already"
REFUSED = "the other side declined"
VETOED = "this meeting cannot be arranged"
GONE = "the request is not open any more"
THEIRS = "the other side answers"


@dataclass(frozen=True)
class Requests:
    """An organisation's requests: how many wait for its answer, wait for others, were agreed, and may still be made."""

    to_answer: int = 0
    asked: int = 0
    agreed: int = 0
    left: int = 0


def pairs_of(session: Session, *, event_id: int) -> dict[Both, EventPair]:
    """What was decided or asked at the event, by (smaller, larger) registration. No actor: verbs ask.

    A request whose time is over says EXPIRED here, whatever the row says.
    """
    rows = session.scalars(select(EventPair).where(EventPair.event_id == event_id).order_by(EventPair.id))
    return {(one.a_id, one.b_id): _as_of_now(one) for one in rows}


def requests_of(session: Session, *, registration_id: int) -> Requests:
    """How the organisation's requests stand. No actor: verbs ask."""
    mine = or_(EventPair.a_id == registration_id, EventPair.b_id == registration_id)
    rows = [_as_of_now(one) for one in session.scalars(select(EventPair).where(mine))]
    event = session.scalar(select(Event).join(Registration).where(Registration.id == registration_id))
    asked = [one for one in rows if one.request is RequestState.ASKED and one.mark is not Mark.NEVER]
    return Requests(
        to_answer=sum(one.asked_by_id != registration_id for one in asked),
        asked=sum(one.asked_by_id == registration_id for one in asked),
        agreed=sum(one.request is RequestState.ACCEPTED and one.mark is not Mark.NEVER for one in rows),
        left=max(0, event.requests_max - _made(rows, registration_id)) if event is not None else 0,
    )


def mark(
    session: Session,
    actor: Actor,
    *,
    event_id: int,
    a_id: int,
    b_id: int,
    mark: Mark,
    note: str,
    needs: Sequence[str] = (),
) -> EventPair:
    """Decide that two organisations must meet or never do, with a note and the resources their meeting occupies.

    Under a veto a request of the two is neither shown to them, nor counted, nor answered. Invalid names "note", "needs"
    or "b_id". Conflict when one of the two does not come and the mark is must or never.
    """
    event = planned_event(session, actor, event_id=event_id, lock=True)
    both = _two(session, event, a_id, b_id)
    unknown = [one for one in needs if one not in (event.resources or {})]
    if unknown:
        raise Invalid([Fault("needs", "the event does not have this", unknown[0])])
    _check_length("note", note, MOST_NOTE)
    if mark is not Mark.NONE and not all(one.state is RegistrationState.CONFIRMED for one in both):
        raise Conflict(NOT_IN)
    pair = _pair(session, event, both)
    before = pair.mark
    pair.mark, pair.note, pair.needs = mark, note.strip(), list(dict.fromkeys(needs))
    pair.updated_at = clock.now()
    session.add(pair)
    session.flush()
    _record(session, actor, pair, "mark", mark=[before, mark], note=pair.note, needs=pair.needs)
    return pair


def ask(
    session: Session, actor: Actor, *, event_id: int, from_id: int, to_id: int, message: str, base: str
) -> EventPair:
    """Ask for a meeting: for one's own organisation, or on its behalf by somebody who plans. Asking back is a yes.

    Refused as Conflict: where requests are off or taken up to the event's maximum, by kinds that are only asked, under
    a veto, once the other side declined. The event's row is locked, so that two at once do not pass the maximum.
    """
    mine = registration_for(session, actor, registration_id=from_id)
    if mine.event_id != event_id:
        raise NotFound(f"no registration {from_id} at event {event_id}")
    if mine.id == to_id:
        raise Invalid([Fault("to_id", "choose another organisation", str(to_id))])
    event = session.get_one(Event, event_id, with_for_update=True)
    other = _coming(session, event, to_id)
    _check_length("message", message, MOST_MESSAGE)
    if mine.state is not RegistrationState.CONFIRMED:
        raise Conflict(NOT_IN)
    _require_open(event)
    pair = _pair(session, event, (mine, other))
    if pair.mark is Mark.NEVER:
        raise Conflict(VETOED)
    if pair.request is RequestState.ASKED and pair.asked_by_id == other.id:
        return _settle(session, actor, pair, accept=True, base=base)
    _require_askable(session, event, mine, pair)
    before, moment = pair.request, clock.now()
    pair.request, pair.asked_by_id, pair.message = RequestState.ASKED, mine.id, message.strip()
    pair.asked_at = pair.updated_at = moment
    pair.answered_at, pair.expires_at = None, _expiry(event, moment)
    session.add(pair)
    session.flush()
    _record(session, actor, pair, "request", state=[before, pair.request], by=mine.id)
    tell_asked(session, actor, pair, base=base)
    return pair


def answer_request(session: Session, actor: Actor, *, pair_id: int, accept: bool, base: str) -> EventPair:
    """The asked side says yes or no. A yes may be taken back; a no stands, unless the side that said it asks itself."""
    pair, event = _request(session, actor, pair_id)
    asked = pair.b if pair.asked_by_id == pair.a_id else pair.a
    if not plans(actor) and not is_own(actor, asked):
        raise Conflict(THEIRS)
    takes_back = pair.request is RequestState.ACCEPTED and not accept
    if pair.request is not RequestState.ASKED and not takes_back:
        raise Conflict(GONE)
    _require_not_over(event)
    if accept and pair.mark is Mark.NEVER:
        raise Conflict(VETOED)
    if accept and not all(one.state is RegistrationState.CONFIRMED for one in (pair.a, pair.b)):
        raise Conflict(NOT_IN)
    return _settle(session, actor, pair, accept=accept, base=base)


def withdraw_request(session: Session, actor: Actor, *, pair_id: int, base: str) -> EventPair:
    """The asking side takes its request back, also after a yes. It counts no longer and can be made again."""
    pair, event = _request(session, actor, pair_id)
    asker = pair.a if pair.asked_by_id == pair.a_id else pair.b
    if not plans(actor) and not is_own(actor, asker):
        raise Conflict("answer the request instead")
    if pair.request not in OPEN:
        raise Conflict(GONE)
    _require_not_over(event)
    before = pair.request
    pair.request, pair.updated_at = RequestState.WITHDRAWN, clock.now()
    session.flush()
    _record(session, actor, pair, "request", state=[before, pair.request], by=asker.id)
    tell_withdrawn(session, actor, pair, base=base)
    return pair


def _settle(session: Session, actor: Actor, pair: EventPair, *, accept: bool, base: str) -> EventPair:
    before = pair.request
    pair.request = RequestState.ACCEPTED if accept else RequestState.DECLINED
    pair.answered_at = pair.updated_at = clock.now()
    session.flush()
    answering = pair.b_id if pair.asked_by_id == pair.a_id else pair.a_id
    _record(session, actor, pair, "request", state=[before, pair.request], by=answering)
    tell_answered(session, actor, pair, base=base)
    return pair


def _request(session: Session, actor: Actor, pair_id: int) -> tuple[EventPair, Event]:
    """The pair with its event locked, for either side or somebody who plans. NotFound for everybody else."""
    pair = session.get(EventPair, pair_id)
    if pair is None or not (plans(actor) or is_own(actor, pair.a) or is_own(actor, pair.b)):
        raise NotFound(f"no pair {pair_id}")
    event = session.get_one(Event, pair.event_id, with_for_update=True)
    session.refresh(pair)
    return _as_of_now(pair), event


def _require_open(event: Event) -> None:
    if event.asking is Asking.OFF:
        raise Conflict(OFF)
    _require_not_over(event)


def _require_not_over(event: Event) -> None:
    if event.ends_at <= clock.now():
        raise Conflict(OVER)


def _require_askable(session: Session, event: Event, mine: Registration, pair: EventPair) -> None:
    if not may_ask(event.kind, mine.organisation.kind if mine.organisation is not None else None):
        raise Conflict(ONLY_ASKED)
    if pair.request in OPEN:
        raise Conflict(ALREADY)
    if pair.request is RequestState.DECLINED and pair.asked_by_id == mine.id:
        raise Conflict(REFUSED)
    rows = session.scalars(select(EventPair).where(EventPair.asked_by_id == mine.id)).all()
    if _made([_as_of_now(one) for one in rows], mine.id) >= event.requests_max:
        raise Conflict(TOO_MANY)


def _made(rows: Sequence[EventPair], registration_id: int) -> int:
    """How many of its requests count: what the organiser vetoed is not held against it."""
    mine = [one for one in rows if one.asked_by_id == registration_id and one.mark is not Mark.NEVER]
    return sum(one.request in OPEN for one in mine)


def _expiry(event: Event, moment: datetime) -> datetime | None:
    """When silence ends the request; never where silence is a yes, and not after the event."""
    if is_agreed(RequestState.ASKED, event.asking):
        return None
    return min(moment + timedelta(hours=event.request_hours), event.ends_at)


def _as_of_now(pair: EventPair) -> EventPair:
    over = pair.expires_at is not None and pair.expires_at <= clock.now()
    if over and pair.request is RequestState.ASKED:
        # Not a change to be saved: the row follows from its time.
        set_committed_value(pair, "request", RequestState.EXPIRED)
    return pair


def _coming(session: Session, event: Event, registration_id: int) -> Registration:
    """A confirmed organisation; others at the event may not know of anybody else on the list."""
    found = session.get(Registration, registration_id)
    if found is None or found.event_id != event.id or found.state is not RegistrationState.CONFIRMED:
        raise NotFound(f"no registration {registration_id} at event {event.id}")
    return found


def _two(session: Session, event: Event, a_id: int, b_id: int) -> tuple[Registration, Registration]:
    if a_id == b_id:
        raise Invalid([Fault("b_id", "choose another organisation", str(b_id))])
    found = [session.get(Registration, one) for one in (a_id, b_id)]
    here = [one for one in found if one is not None and one.event_id == event.id]
    if len(here) < len(found):
        raise NotFound(f"no registrations {a_id} and {b_id} at event {event.id}")
    return here[0], here[1]


def _pair(session: Session, event: Event, both: tuple[Registration, Registration]) -> EventPair:
    """The two's row, a new one when nothing was said of them yet. The event is locked by the caller."""
    a, b = sorted(both, key=lambda one: one.id)
    statement = select(EventPair).where(EventPair.a_id == a.id, EventPair.b_id == b.id)
    found = session.scalar(statement.execution_options(populate_existing=True))
    if found is not None:
        return _as_of_now(found)
    return EventPair(
        event_id=event.id, a=a, b=b, a_id=a.id, b_id=b.id, mark=Mark.NONE, needs=[], request=RequestState.NONE
    )


def _check_length(name: str, text: str, most: int) -> None:
    if len(text) > most:
        raise Invalid([Fault(name, f"at most {most} characters, this has {len(text)}")])


def _record(session: Session, actor: Actor, pair: EventPair, action: str, **facts: object) -> None:
    detail = {"pair": pair.id, "a": pair.a_id, "b": pair.b_id, **facts}
    audit.record(session, actor, [audit.Event(f"event.pair.{action}", f"event:{pair.event_id}", detail)])
