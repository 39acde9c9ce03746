"""The matchmaking list as it is looked at: by one organisation, or by the organiser over all of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.core.actor import Actor
from matchmaker.events.models import Event
from matchmaker.listings import queries as listings
from matchmaker.listings.access import can_see, can_see_organisation
from matchmaker.listings.models import Listing
from matchmaker.matching.rules import Constraint
from matchmaker.meetings.models import CandidateList, EventPair
from matchmaker.meetings.pairs import pairs_of
from matchmaker.meetings.rules import Mark, RequestState
from matchmaker.meetings.wanted import FAIR, WEAK
from matchmaker.participants.models import Registration
from matchmaker.participants.rules import RegistrationState

Row = dict[str, Any]
Both = tuple[int, int]


class Candidate(TypedDict):
    """A possible partner as one organisation sees it. `direction` is "needs" when it needs what the other offers.

    `need` and `offer` are None where one side has only said a few words, or may not be shown (`hidden`). `met` is the
    title of the last earlier event where they met, or empty. `mine`: the request is the organisation's own.
    """

    other: Registration
    direction: str
    score: float
    level: int
    terms: list[str]
    conditions: list[Constraint]
    need: Listing | None
    offer: Listing | None
    hidden: bool
    more: int
    met: str
    talking: bool
    rivals: bool
    pair: EventPair | None
    mark: Mark
    note: str
    request: RequestState
    mine: bool


@dataclass(frozen=True)
class Standing:
    """How an organisation stands on the list: partners by level, what the organiser decided, what was asked."""

    registration: Registration
    strong: int = 0
    fair: int = 0
    weak: int = 0
    must: int = 0
    never: int = 0
    waiting: int = 0
    agreed: int = 0


def newest(session: Session, *, event_id: int) -> CandidateList | None:
    """The last list that was made, None before the first. No actor: verbs ask."""
    mine = CandidateList.event_id == event_id
    return session.scalar(select(CandidateList).where(mine).order_by(CandidateList.id.desc()).limit(1))


def for_one(session: Session, *, event_id: int, registration_id: int, viewer: Actor | None = None) -> list[Candidate]:
    """The organisation's possible partners who still come, best first; also those it has only a mark or request with.

    With a `viewer` it is the organisation's own view: listings whose owner the viewer may not know are left out with
    the words from them, and so is what the organiser wrote, and whom the organiser does not let it meet. No actor
    decides here who may look: verbs and pages ask first.
    """
    made = newest(session, event_id=event_id)
    rows = {(row["a"], row["b"]): row for row in (made.rows if made else []) if registration_id in (row["a"], row["b"])}
    pairs = {both: pair for both, pair in pairs_of(session, event_id=event_id).items() if registration_id in both}
    found = []
    for one in _candidates(session, registration_id, rows, pairs):
        if viewer is None:
            found.append(one)
        elif one["mark"] is not Mark.NEVER:
            found.append(_as_told_to(viewer, one))
    return sorted(found, key=lambda one: (-one["score"], one["other"].id))


def everyone(session: Session, *, event_id: int) -> list[tuple[Registration, Candidate]]:
    """Every pair of the list once, seen by the side that needs something, best first. No actor: verbs ask."""
    made = newest(session, event_id=event_id)
    rows = {(row["a"], row["b"]): row for row in (made.rows if made else [])}
    pairs, coming = pairs_of(session, event_id=event_id), _confirmed(session, Registration.event_id == event_id)
    wanted = {both for both in {*rows, *(b for b, pair in pairs.items() if _says(pair))} if coming.keys() >= set(both)}
    names = _names(session, rows.values())
    found = []
    for both in wanted:
        row = rows.get(both) or _empty(both)
        asker = row[row["asker"]]
        other = coming[both[1] if asker == both[0] else both[0]]
        found.append((coming[asker], _seen(row, asker, other, pairs.get(both), names=names)))
    return sorted(found, key=lambda one: (-one[1]["score"], one[0].id, one[1]["other"].id))


def standings(session: Session, *, event_id: int) -> list[Standing]:
    """All who come, those with the fewest good partners first. No actor: verbs ask."""
    made = newest(session, event_id=event_id)
    coming = _confirmed(session, Registration.event_id == event_id)
    found = {one: dict.fromkeys(("strong", "fair", "weak", "must", "never", "waiting", "agreed"), 0) for one in coming}
    pairs = {both: pair for both, pair in pairs_of(session, event_id=event_id).items() if found.keys() >= set(both)}
    vetoed = {both for both, pair in pairs.items() if pair.mark is Mark.NEVER}
    for row in made.rows if made else []:
        both = row["a"], row["b"]
        if found.keys() >= set(both) and row["level"] >= WEAK and both not in vetoed and not row["rivals"]:
            for one in both:
                found[one][_level(row["level"])] += 1
    for both, pair in pairs.items():
        for one in both:
            found[one]["must"] += pair.mark is Mark.MUST
            found[one]["never"] += pair.mark is Mark.NEVER
            found[one]["waiting"] += pair.request is RequestState.ASKED
            found[one]["agreed"] += pair.request is RequestState.ACCEPTED
    ranked = [Standing(coming[one], **numbers) for one, numbers in found.items()]
    return sorted(ranked, key=lambda one: (one.strong + one.fair, one.weak, one.strong, one.registration.id))


def others(session: Session, *, event_id: int, registration_id: int) -> list[Registration]:
    """Everybody else who comes, by name: whom an organisation may ask besides its candidates. No actor: verbs ask."""
    found = _confirmed(session, Registration.event_id == event_id).values()
    return sorted((one for one in found if one.id != registration_id), key=lambda one: (one.name, one.id))


def _candidates(
    session: Session, registration_id: int, rows: Mapping[Both, Row], pairs: Mapping[Both, EventPair]
) -> list[Candidate]:
    wanted = {*rows, *(both for both, pair in pairs.items() if _says(pair))}
    coming = _confirmed(session, Registration.id.in_({one for both in wanted for one in both}))
    names = _names(session, rows.values())
    found = []
    for both in wanted:
        other = coming.get(both[1] if both[0] == registration_id else both[0])
        if other is not None:
            row = rows.get(both) or _empty(both)
            found.append(_seen(row, registration_id, other, pairs.get(both), names=names))
    return found


def _seen(row: Row, me: int, other: Registration, pair: EventPair | None, *, names: "_Names") -> Candidate:
    return {
        "other": other,
        "direction": "needs" if row[row["asker"]] == me else "offers",
        "score": row["score"],
        "level": row["level"],
        "terms": row["terms"],
        "conditions": [Constraint(code, met, tuple(detail)) for code, met, detail in row["conditions"]],
        "need": names.listings.get(row["need"]),
        "offer": names.listings.get(row["offer"]),
        "hidden": False,
        "more": row["more"],
        "met": names.events.get(row["met"], ""),
        "talking": bool(row.get("talking")),
        "rivals": row["rivals"],
        "pair": pair,
        "mark": pair.mark if pair is not None else Mark.NONE,
        "note": pair.note if pair is not None else "",
        "request": pair.request if pair is not None else RequestState.NONE,
        "mine": pair is not None and pair.asked_by_id == me,
    }


def _as_told_to(viewer: Actor, one: Candidate) -> Candidate:
    """What the organisation itself may know: its name stands beside the listing, so the owner must be no secret."""
    theirs = one["offer"] if one["direction"] == "needs" else one["need"]
    told = one.copy()
    told["note"] = ""
    told["mark"] = Mark.NONE
    if theirs is not None and not (can_see(viewer, theirs) and can_see_organisation(viewer, theirs)):
        told["hidden"], told["terms"], told["conditions"] = True, [], []
        if one["direction"] == "needs":
            told["offer"] = None
        else:
            told["need"] = None
    return told


def _confirmed(session: Session, which: ColumnElement[bool]) -> dict[int, Registration]:
    statement = select(Registration).where(which, Registration.state == RegistrationState.CONFIRMED)
    statement = statement.options(joinedload(Registration.organisation)).order_by(Registration.id)
    return {one.id: one for one in session.scalars(statement)}


@dataclass(frozen=True)
class _Names:
    listings: Mapping[int, Listing]
    events: Mapping[int, str]


def _names(session: Session, rows: Collection[Row]) -> _Names:
    """What the rows name: listings, and the titles of earlier events."""
    known = listings.by_ids(session, {row[side] for row in rows for side in ("need", "offer") if row[side] is not None})
    met = Event.id.in_({row["met"] for row in rows if row["met"] is not None})
    titles = session.execute(select(Event.id, Event.title).where(met))
    return _Names(known, {number: title for number, title in titles})


def _says(pair: EventPair) -> bool:
    return pair.mark is not Mark.NONE or pair.request is not RequestState.NONE


def _level(level: int) -> str:
    return "weak" if level == WEAK else "fair" if level == FAIR else "strong"


def _empty(both: Both) -> Row:
    """Two organisations of which the list says nothing."""
    row: Row = {"a": both[0], "b": both[1], "need": None, "offer": None, "asker": "a", "score": 0.0, "level": 0}
    return row | {"terms": [], "conditions": [], "more": 0, "met": None, "talking": False, "rivals": False}
