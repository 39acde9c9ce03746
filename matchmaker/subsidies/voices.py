"""What others say: objections of the public during the notice, appeals of the applicant, and the office's answers."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from matchmaker.subsidies import keys, moving
from matchmaker.subsidies.access import can_decide, require, require_office
from matchmaker.subsidies.models import Claim, Voice
from matchmaker.subsidies.moving import Asked, said, subject_of
from matchmaker.subsidies.reviewing import turn_down
from matchmaker.subsidies.rules import STANDING, ClaimState, ClaimVerb, VoiceKind
from matchmaker.subsidies.telling import tell_applicant, tell_office

MAX_CONTACT = 120
# What an objection that is right leads to.
AFTER_UPHELD = (ClaimState.RETURNED, ClaimState.REFUSED)


def object_(session: Session, actor: Actor, *, claim_id: int, text: str, contact: str, base: str) -> Voice:
    """Object to a claim while its public notice runs; anybody may, with a name or number to answer to.

    Said twice by the same it is kept once. NotFound when no notice of it runs.
    """
    claim = moving.hold(session, claim_id)
    if not in_notice(claim, clock.today()):
        raise NotFound(f"no public notice of claim {claim_id}")
    words, whom = said("text", text), contact.strip()
    if not whom:
        raise Invalid([Fault("contact", "say how to reach you; an objection cannot be answered otherwise")])
    if len(whom) > MAX_CONTACT:
        raise Invalid([Fault("contact", f"at most {MAX_CONTACT} characters, this has {len(whom)}")])
    same = (Voice.claim_id == claim.id, Voice.text == words, Voice.contact == whom, Voice.answered_at.is_(None))
    found = session.scalar(select(Voice).where(*same, Voice.kind == VoiceKind.OBJECTION))
    if found is not None:
        return found
    row = _speak(session, actor, claim, VoiceKind.OBJECTION, text=words, contact=whom)
    tell_office(session, claim, "objection", base=base)
    # Who objects is the office's business, not the log's readers'.
    audit.record(session, actor, [audit.Event("subsidy.objection", subject_of(claim), {"voice": row.id})])
    return row


def answer_objection(
    session: Session,
    actor: Actor,
    *,
    voice_id: int,
    upheld: bool,
    answer: str,
    then: ClaimState | None = None,
    once: str,
    base: str,
) -> Voice:
    """Answer an objection. One that is upheld sends the claim back or refuses it, as `then` says. Officers only."""
    row, claim = _held(session, actor, voice_id, VoiceKind.OBJECTION)
    content = {"upheld": upheld, "answer": answer, "then": then}
    _key, again = keys.take(
        session, actor, once=once, verb="answer_objection", subject=f"voice:{row.id}", content=content
    )
    if again:
        return row
    if upheld and then not in AFTER_UPHELD:
        raise Invalid(
            [Fault("then", "an objection that is upheld sends the claim back or refuses it", str(then or ""))]
        )
    event = _answer(session, actor, row, upheld=upheld, answer=answer)
    if upheld and then is not None and claim.state is ClaimState.NOTICE:
        turn_down(session, actor, claim, then, reason=row.answer, once=None, base=base)
    else:
        tell_applicant(
            session, claim, "objection_settled", base=base, once=f"voice{row.id}", details={"answer": row.answer}
        )
    audit.record(session, actor, [event])
    return row


def appeal(session: Session, actor: Actor, *, claim_id: int, text: str, once: str, base: str) -> Voice:
    """Appeal against a refusal, within sixty days and once. Conflict when it was appealed against already."""
    asked = Asked(ClaimVerb.APPEAL, claim_id, None, once, {"text": text})
    claim, again = moving.take(session, actor, asked)
    waiting = next((one for one in claim.voices if one.kind is VoiceKind.APPEAL and one.answered_at is None), None)
    if again:
        return waiting or [one for one in claim.voices if one.kind is VoiceKind.APPEAL][-1]
    if waiting is not None:
        raise Conflict(f"an appeal of claim {claim.id} waits for its answer")
    if any(one.kind is VoiceKind.APPEAL and one.at >= claim.steps[-1].at for one in claim.voices):
        raise Conflict(f"the appeal against this refusal of claim {claim.id} was answered")
    row = _speak(session, actor, claim, VoiceKind.APPEAL, text=said("text", text))
    moving.touch(claim)
    tell_office(session, claim, "appealed", base=base)
    audit.record(session, actor, [audit.Event("subsidy.appeal", subject_of(claim), {"voice": row.id})])
    return row


def answer_appeal(
    session: Session, actor: Actor, *, voice_id: int, upheld: bool, answer: str, once: str, base: str
) -> Voice:
    """Answer an appeal: upheld, the claim goes back to where the office assesses. Not by who refused it.

    Conflict when the same contract was claimed for again meanwhile.
    """
    row, claim = _held(session, actor, voice_id, VoiceKind.APPEAL)
    content = {"upheld": upheld, "answer": answer}
    _key, again = keys.take(session, actor, once=once, verb="answer_appeal", subject=f"voice:{row.id}", content=content)
    if again:
        return row
    require(session, actor, claim, ClaimVerb.ANSWER_APPEAL)
    events = [_answer(session, actor, row, upheld=upheld, answer=answer)]
    if upheld:
        _require_alone(session, claim)
        events.append(moving.step(session, actor, claim, ClaimState.TOWN_PASSED, reason=row.answer, once=once))
    tell_applicant(session, claim, "appeal_answered", base=base, once=f"voice{row.id}", details={"answer": row.answer})
    audit.record(session, actor, events)
    return row


def in_notice(claim: Claim, day: date) -> bool:
    """Whether the claim is shown to the public on that day."""
    shown = claim.state is ClaimState.NOTICE and claim.notice_from is not None and claim.notice_until is not None
    return shown and claim.notice_from <= day <= claim.notice_until  # type: ignore[operator]


def _speak(session: Session, actor: Actor, claim: Claim, kind: VoiceKind, *, text: str, contact: str = "") -> Voice:
    row = Voice(claim_id=claim.id, kind=kind, text=text, contact=contact, at=clock.now(), by=actor.name)
    session.add(row)
    session.flush()
    session.expire(claim, ["voices"])
    return row


def _held(session: Session, actor: Actor, voice_id: int, kind: VoiceKind) -> tuple[Voice, Claim]:
    """The voice and its claim, held, for an officer with no ties to the parties."""
    require_office(actor)
    row = session.get(Voice, voice_id)
    if row is None or row.kind is not kind:
        raise NotFound(f"no {kind} {voice_id}")
    claim = moving.hold(session, row.claim_id)
    session.refresh(row)
    if not can_decide(session, actor, claim):
        raise Forbidden(f"{actor.name} belongs to a party of claim {claim.id} and cannot answer")
    return row, claim


def _answer(session: Session, actor: Actor, row: Voice, *, upheld: bool, answer: str) -> audit.Event:
    if row.answered_at is not None:
        raise Conflict(f"{row.kind} {row.id} was answered by {row.answered_by}")
    row.answer = said("answer", answer)
    row.upheld, row.answered_at = upheld, clock.now()
    row.answered_by, row.answered_person_id = actor.name, actor.person_id
    session.flush()
    detail = {"voice": row.id, "upheld": upheld, "answer": row.answer}
    return audit.Event(f"subsidy.{row.kind}_answered", f"claim:{row.claim_id}", detail)


def _require_alone(session: Session, claim: Claim) -> None:
    same = (
        Claim.window_id == claim.window_id,
        Claim.contract_id == claim.contract_id,
        Claim.role == claim.role,
        Claim.organisation_id == claim.organisation_id,
    )
    other = session.scalar(select(Claim.id).where(*same, Claim.id != claim.id, Claim.state.in_(STANDING)))
    if other is not None:
        raise Conflict(f"claim {other} stands for the same contract; decide that one instead")
