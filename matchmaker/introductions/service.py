"""Decisions on matches, and introductions by mutual consent: asked, answered, talked about, closed."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Invalid, NotFound
from matchmaker.introductions.access import require_decider, require_side, was_open
from matchmaker.introductions.models import Introduction, IntroductionMessage, PairDecision
from matchmaker.introductions.rules import NEXT_STATES, Decision, DeclineReason, IntroductionState
from matchmaker.introductions.telling import tell_answer, tell_asked, tell_ended, tell_message
from matchmaker.listings.access import can_see
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import Side, State

MAX_MESSAGE = 2000
MAX_NOTE = 500


def decide(
    session: Session,
    actor: Actor,
    *,
    listing_id: int,
    other_id: int,
    decision: Decision,
    reasons: Sequence[DeclineReason] = (),
    note: str = "",
    base: str = "",
) -> PairDecision:
    """Say declined or later to a suggested partner; a new decision supersedes the one before.

    Being interested is asking for an introduction: `ask` records it. Declining somebody whose request waits for this
    side answers the request with the same reasons; `base` is for the letters of that answer. Invalid when a decline
    gives no reason.
    """
    mine, other = _pair(session, actor, listing_id, other_id)
    if decision is Decision.INTERESTED:
        raise Invalid([Fault("decision", "ask for an introduction instead")])
    if decision is Decision.DECLINED and not reasons:
        raise Invalid([Fault("reasons", "choose at least one reason")])
    _check_length("note", note, MAX_NOTE)
    given = list(reasons) if decision is Decision.DECLINED else []
    found = _introduction(session, mine, other) if decision is Decision.DECLINED else None
    if found is not None and _waits_for(found, mine):
        answer(session, actor, introduction_id=found.id, accept=False, reasons=given, note=note, base=base)
        return session.scalars(select(PairDecision).where(*_current(mine, other))).one()
    return _decide(session, actor, mine, other, decision=decision, reasons=given, note=note)


def ask(
    session: Session,
    actor: Actor,
    *,
    listing_id: int,
    other_id: int,
    message: str,
    evidence: Mapping[str, Any],
    base: str,
) -> Introduction:
    """Ask the owner of `other_id` to talk. When they asked for the same pair before, this accepts instead, and the
    message is the first of the talk.

    `evidence` is what the match said: score, level, shared terms, constraints. Conflict when the pair is being
    talked about already.
    """
    mine, other = _pair(session, actor, listing_id, other_id)
    _check_length("message", message, MAX_MESSAGE)
    found = _introduction(session, mine, other)
    if found is not None and _waits_for(found, mine):
        answer(session, actor, introduction_id=found.id, accept=True, base=base)
        if message.strip():
            write(session, actor, introduction_id=found.id, text=message, base=base)
        return found
    if found is not None and IntroductionState.ASKED not in NEXT_STATES[found.state]:
        raise Conflict(f"introduction {found.id} is {found.state}")
    _decide(session, actor, mine, other, decision=Decision.INTERESTED, reasons=[], note="")
    introduction = found or _new(mine, other)
    before = found.state if found else None
    _open(introduction, actor, mine, message=message, evidence=evidence)
    session.add(introduction)
    session.flush()
    _record(session, actor, introduction, before)
    tell_asked(session, actor, introduction, base=base)
    return introduction


def answer(
    session: Session,
    actor: Actor,
    *,
    introduction_id: int,
    accept: bool,
    reasons: Sequence[DeclineReason] = (),
    note: str = "",
    base: str,
) -> Introduction:
    """The asked side says yes, and both see each other's contacts; or no, with reasons for the other side."""
    introduction, side = _mine(session, actor, introduction_id)
    if side == introduction.asked_by_id:
        raise Conflict("the other side answers")
    if not accept and not reasons:
        raise Invalid([Fault("reasons", "choose at least one reason")])
    _check_length("note", note, MAX_NOTE)
    target = IntroductionState.ACCEPTED if accept else IntroductionState.DECLINED
    before = _move(introduction, target)
    introduction.answered_at = clock.now()
    introduction.answered_person_id = actor.person_id
    introduction.reasons = [] if accept else list(reasons)
    introduction.answer_note = note.strip()
    mine, other = _sides(introduction, side)
    decision = Decision.INTERESTED if accept else Decision.DECLINED
    _decide(session, actor, mine, other, decision=decision, reasons=introduction.reasons, note=note)
    _record(session, actor, introduction, before)
    tell_answer(session, actor, introduction, base=base)
    return introduction


def end(session: Session, actor: Actor, *, introduction_id: int, base: str) -> Introduction:
    """Take back one's own request, and with it the interest; or close a talk that has come to its end."""
    introduction, side = _mine(session, actor, introduction_id)
    if introduction.state is IntroductionState.ASKED and side != introduction.asked_by_id:
        raise Conflict("answer the request instead")
    asked = introduction.state is IntroductionState.ASKED
    before = _move(introduction, IntroductionState.WITHDRAWN if asked else IntroductionState.CLOSED)
    if asked:
        _retract(session, actor, *_sides(introduction, side))
    _record(session, actor, introduction, before)
    tell_ended(session, actor, introduction, base=base)
    return introduction


def write(session: Session, actor: Actor, *, introduction_id: int, text: str, base: str) -> IntroductionMessage:
    """Say something to the other side of an accepted introduction."""
    introduction, side = _mine(session, actor, introduction_id)
    if introduction.state is not IntroductionState.ACCEPTED:
        raise Conflict(f"introduction {introduction.id} is {introduction.state}")
    if not text.strip():
        raise Invalid([Fault("text", "write something first")])
    _check_length("text", text, MAX_MESSAGE)
    message = IntroductionMessage(
        introduction_id=introduction.id,
        person_id=actor.person_id,
        organisation_id=side,
        author=actor.name,
        text=text.strip(),
        at=clock.now(),
    )
    session.add(message)
    introduction.updated_at = message.at
    session.flush()
    event = audit.Event("introduction.message", f"introduction:{introduction.id}", {"message": message.id})
    audit.record(session, actor, [event])
    tell_message(session, actor, introduction, message, base=base)
    return message


def _pair(session: Session, actor: Actor, listing_id: int, other_id: int) -> tuple[Listing, Listing]:
    """One's own open listing and somebody else's of the other side that one may know of."""
    mine = session.get(Listing, listing_id)
    if mine is None or not can_see(actor, mine):
        raise NotFound(f"no listing {listing_id}")
    require_decider(actor, mine.organisation_id)
    other = session.get(Listing, other_id)
    # What everybody could see yesterday is no secret today: it is told as gone, below.
    if other is None or not (can_see(actor, other) or was_open(session, other)):
        raise NotFound(f"no listing {other_id}")
    if other.side is mine.side or other.organisation_id == mine.organisation_id:
        raise Invalid([Fault("other_id", "a need meets an offer of another organisation")])
    if mine.state is not State.PUBLISHED or other.state is not State.PUBLISHED:
        raise Conflict("both listings must be published")
    return mine, other


def _introduction(session: Session, mine: Listing, other: Listing) -> Introduction | None:
    need, offer = (mine, other) if mine.side is Side.NEED else (other, mine)
    both = (Introduction.need_id == need.id, Introduction.offer_id == offer.id)
    return session.scalar(select(Introduction).where(*both).with_for_update())


def _new(mine: Listing, other: Listing) -> Introduction:
    need, offer = (mine, other) if mine.side is Side.NEED else (other, mine)
    return Introduction(
        need=need,
        offer=offer,
        need_organisation_id=need.organisation_id,
        offer_organisation_id=offer.organisation_id,
    )


def _open(
    introduction: Introduction, actor: Actor, mine: Listing, *, message: str, evidence: Mapping[str, Any]
) -> None:
    """A request as of now, whether the first of this pair or one made again: nothing of an earlier one stays."""
    introduction.state = IntroductionState.ASKED
    introduction.asked_by_id, introduction.asked_person_id = mine.organisation_id, actor.person_id
    introduction.message, introduction.evidence = message.strip(), dict(evidence)
    introduction.need_revision, introduction.offer_revision = introduction.need.revision, introduction.offer.revision
    introduction.asked_at = introduction.updated_at = clock.now()
    introduction.answered_at = introduction.answered_person_id = None
    introduction.reasons, introduction.answer_note = [], ""


def _waits_for(introduction: Introduction, mine: Listing) -> bool:
    """Whether the other side asked, and the owner of `mine` has not answered yet."""
    return introduction.state is IntroductionState.ASKED and introduction.asked_by_id != mine.organisation_id


def _mine(session: Session, actor: Actor, introduction_id: int) -> tuple[Introduction, int]:
    found = session.get(Introduction, introduction_id, with_for_update=True)
    if found is None:
        raise NotFound(f"no introduction {introduction_id}")
    return found, require_side(actor, found)


def _sides(introduction: Introduction, side: int) -> tuple[Listing, Listing]:
    pair = introduction.need, introduction.offer
    return pair if introduction.need_organisation_id == side else (pair[1], pair[0])


def _move(introduction: Introduction, target: IntroductionState) -> IntroductionState:
    before = introduction.state
    if target not in NEXT_STATES[before]:
        raise Conflict(f"introduction {introduction.id} is {before} and cannot become {target}")
    introduction.state = target
    introduction.updated_at = clock.now()
    return before


def _decide(
    session: Session,
    actor: Actor,
    mine: Listing,
    other: Listing,
    *,
    decision: Decision,
    reasons: Sequence[str],
    note: str,
) -> PairDecision:
    before = _supersede(session, mine, other)
    row = PairDecision(
        listing_id=mine.id,
        other_id=other.id,
        organisation_id=mine.organisation_id,
        decision=decision,
        reasons=list(reasons),
        note=note.strip(),
        by=actor.name,
        at=clock.now(),
    )
    session.add(row)
    session.flush()
    detail = {"other": other.id, "decision": [before, decision], "reasons": list(reasons)}
    audit.record(session, actor, [audit.Event("match.decide", f"listing:{mine.id}", detail)])
    return row


def _retract(session: Session, actor: Actor, mine: Listing, other: Listing) -> None:
    """Nothing is decided any more on this pair, so that it is suggested again."""
    before = _supersede(session, mine, other)
    if before is not None:
        detail = {"other": other.id, "decision": [before, None], "reasons": []}
        audit.record(session, actor, [audit.Event("match.decide", f"listing:{mine.id}", detail)])


def _supersede(session: Session, mine: Listing, other: Listing) -> Decision | None:
    """End the current decision, if there is one; returns what it was."""
    before = session.scalar(select(PairDecision).where(*_current(mine, other)).with_for_update())
    if before is None:
        return None
    before.superseded_at = clock.now()
    session.flush()
    return before.decision


def _current(mine: Listing, other: Listing) -> tuple[ColumnElement[bool], ...]:
    return (
        PairDecision.listing_id == mine.id,
        PairDecision.other_id == other.id,
        PairDecision.superseded_at.is_(None),
    )


def _record(session: Session, actor: Actor, introduction: Introduction, before: IntroductionState | None) -> None:
    detail = {"state": [before, introduction.state], "need": introduction.need_id, "offer": introduction.offer_id}
    audit.record(session, actor, [audit.Event("introduction.state", f"introduction:{introduction.id}", detail)])


def _check_length(name: str, text: str, most: int) -> None:
    if len(text) > most:
        raise Invalid([Fault(name, f"at most {most} characters, this has {len(text)}")])
