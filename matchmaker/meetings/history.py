"""Which organisations met at an event before: planned, over, and held as far as anybody said."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from matchmaker.core import clock
from matchmaker.events.models import Event
from matchmaker.meetings.models import Meeting, Outcome
from matchmaker.meetings.rules import MeetingState, OutcomeKind, combined
from matchmaker.participants.models import Participant, Registration


class Held(NamedTuple):
    """Two organisations that met, and at which event."""

    one: int
    other: int
    event_id: int


def held_before(session: Session, *, event_id: int, organisation_ids: Collection[int] | None = None) -> list[Held]:
    """Every such meeting but those of this event, the last event last; of these organisations only, where named.

    A meeting that all who speak of it call not held did not take place. No actor: verbs ask.
    """
    statement = _over(event_id)
    if organisation_ids is not None:
        for house in (_HOMES[0], _HOMES[1]):
            statement = statement.where(house.organisation_id.in_(organisation_ids))
    not_held = _not_held(session, event_id)
    return [
        Held(one, other, event)
        for number, one, other, event in session.execute(statement)
        if number not in not_held and one is not None and other is not None
    ]


def partners_before(session: Session, *, event_id: int) -> Mapping[int, Collection[int]]:
    """With which organisations each one met at an earlier event. No actor: verbs ask."""
    found: dict[int, set[int]] = defaultdict(set)
    for one, other, _ in held_before(session, event_id=event_id):
        found[one].add(other)
        found[other].add(one)
    return found


_PEOPLE = (aliased(Participant), aliased(Participant))
_HOMES = (aliased(Registration), aliased(Registration))


def _over(event_id: int) -> Select[int, int | None, int | None, int]:
    """(meeting, organisation, organisation, event) of planned meetings of events that are over; nobody was missing."""
    columns = (Meeting.id, _HOMES[0].organisation_id, _HOMES[1].organisation_id, Meeting.event_id)
    statement = select(*columns).select_from(Meeting)
    for side, person, house in zip((Meeting.a_id, Meeting.b_id), _PEOPLE, _HOMES, strict=True):
        statement = statement.join(person, person.id == side).join(house, house.id == person.registration_id)
        statement = statement.where(house.organisation_id.is_not(None), person.missing_at.is_(None))
    statement = statement.join(Event, Event.id == Meeting.event_id)
    over = (Meeting.event_id != event_id, Event.ends_at <= clock.now(), Meeting.state == MeetingState.PLANNED)
    return statement.where(*over).order_by(Event.ends_at, Meeting.id)


def _not_held(session: Session, event_id: int) -> set[int]:
    """The meetings of other events that come to "not held" when all words are put together."""
    doubted = select(Outcome.meeting_id).join(Meeting, Meeting.id == Outcome.meeting_id)
    doubted = doubted.where(Outcome.kind == OutcomeKind.NOT_HELD, Outcome.superseded_at.is_(None))
    doubted = doubted.where(Meeting.event_id != event_id)
    words: dict[int, list[tuple[int | None, OutcomeKind]]] = defaultdict(list)
    columns = select(Outcome.meeting_id, Outcome.registration_id, Outcome.kind)
    current = columns.where(Outcome.superseded_at.is_(None), Outcome.meeting_id.in_(doubted))
    for number, side, kind in session.execute(current):
        words[number].append((side, kind))
    return {
        number
        for number, said in words.items()
        if combined(
            [kind for side, kind in said if side is not None],
            next((kind for side, kind in said if side is None), None),
        )
        is OutcomeKind.NOT_HELD
    }
