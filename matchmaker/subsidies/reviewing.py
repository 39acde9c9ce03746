"""The office's review: pre-check, town, proposal, public notice, approval; or back to the applicant, or refused."""

from typing import Any

from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.core import clock, workdays
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict
from matchmaker.subsidies import budgeting, decisions, evidence, ledger, moving
from matchmaker.subsidies.checklist import checklist
from matchmaker.subsidies.facts import Outcome
from matchmaker.subsidies.ledger import Booking
from matchmaker.subsidies.models import Claim
from matchmaker.subsidies.moving import Asked, said
from matchmaker.subsidies.policies import policy_of
from matchmaker.subsidies.rules import (
    APPEAL_DAYS,
    NOTICE_DAYS,
    ClaimState,
    ClaimVerb,
    EntryKind,
    claim_number,
)
from matchmaker.subsidies.telling import tell_applicant


def precheck(
    session: Session, actor: Actor, *, claim_id: int, revision: int, once: str, base: str, note: str = ""
) -> Claim:
    """The file is complete. Conflict names what of the checklist is missing: then it is to be sent back."""
    asked = Asked(ClaimVerb.PRECHECK, claim_id, revision, once, {"note": note})
    claim, again = moving.take(session, actor, asked)
    if again:
        return claim
    missing = [one.text_en for one in checklist(session, claim) if one.needed and not one.done]
    if missing:
        raise Conflict(f"claim {claim.id} is not complete: {'; '.join(missing)}")
    return _pass_on(session, actor, claim, ClaimState.PRECHECKED, note=note, once=once)


def town_check(
    session: Session, actor: Actor, *, claim_id: int, revision: int, once: str, base: str, note: str = ""
) -> Claim:
    """The town has nothing against it. Policies without this step go from the pre-check to the proposal."""
    asked = Asked(ClaimVerb.TOWN_CHECK, claim_id, revision, once, {"note": note})
    claim, again = moving.take(session, actor, asked)
    return claim if again else _pass_on(session, actor, claim, ClaimState.TOWN_PASSED, note=note, once=once)


def propose(
    session: Session,
    actor: Actor,
    *,
    claim_id: int,
    revision: int,
    once: str,
    base: str,
    note: str = "",
    originals: str = "",
) -> Claim:
    """Decide by the policy on the rows as they stand, and reserve the amount under the caps; again, decide anew.

    Caps are used up in the order of these decisions. Conflict when the policy gives nothing: the claim is then to be
    refused, and the reasons are in the message; or when the town has not looked at it though the policy wants that.
    Where payments that count have typed numbers without a scan, `originals` says when and where the papers themselves
    were seen, and why there is no scan; Invalid names the field when nobody has said so.
    """
    content = {"note": note} | ({"originals": originals} if originals else {})
    asked = Asked(ClaimVerb.PROPOSE, claim_id, revision, once, content)
    claim, again = moving.take(session, actor, asked)
    if again:
        return claim
    if claim.state is ClaimState.PRECHECKED and policy_of(claim.window.policy).has_town_check:
        raise Conflict(f"claim {claim.id} waits for the town")
    row = decisions.keep(session, actor, claim)
    if not row.amount_fen:
        why = decisions.reasons(Outcome.from_json(row.outcome))
        raise Conflict(f"the policy gives nothing for claim {claim.id}: {why}")
    reason, seen = _with_originals(session, claim, note=note, originals=originals)
    event = moving.step(session, actor, claim, ClaimState.PROPOSED, reason=reason, once=once)
    audit.record(session, actor, [decisions.told(row), audit.Event(event.action, event.subject, event.detail | seen)])
    return claim


def publish_notice(session: Session, actor: Actor, *, claim_id: int, revision: int, once: str, base: str) -> Claim:
    """Show the proposal to the public from today until the fifth working day after, or as many as the policy says.

    Conflict when the budget does not reach for all that is proposed: it has to be shared first.
    """
    asked = Asked(ClaimVerb.PUBLISH_NOTICE, claim_id, revision, once)
    claim, again = moving.take(session, actor, asked)
    if again:
        return claim
    decisions.require_unchanged(session, claim)
    budgeting.require_enough(session, claim)
    days = policy_of(claim.window.policy).notice_days or NOTICE_DAYS
    claim.notice_from = clock.today()
    claim.notice_until = workdays.after(claim.notice_from, days)
    event = moving.step(session, actor, claim, ClaimState.NOTICE, once=once)
    until = {"until": str(claim.notice_until)}
    tell_applicant(session, claim, "notice", base=base, details=until)
    amount = {"amount_fen": claim.amount_fen}
    audit.record(session, actor, [audit.Event(event.action, event.subject, event.detail | until | amount)])
    return claim


def approve(
    session: Session, actor: Actor, *, claim_id: int, revision: int, once: str, base: str, note: str = ""
) -> Claim:
    """Promise the money: the decision holds, and its amount is committed from the window's budget.

    Conflict while the notice runs or an objection is open; when the facts changed since the proposal, so that it has
    to be proposed again; and when the budget has less left than the amount. Forbidden for who proposed it.
    """
    asked = Asked(ClaimVerb.APPROVE, claim_id, revision, once, {"note": note})
    claim, again = moving.take(session, actor, asked)
    if again:
        return claim
    decisions.require_unchanged(session, claim)
    events = budgeting.make_room(session, actor, claim, once=f"{once}:room")
    booking = Booking(
        claim.window_id, EntryKind.COMMIT, claim.amount_fen, claim_number(claim.id), f"{once}:commit", claim.id
    )
    entry = ledger.book(session, actor, booking)
    event = moving.step(session, actor, claim, ClaimState.APPROVED, reason=said("note", note, needed=False), once=once)
    tell_applicant(session, claim, "approved", base=base)
    audit.record(session, actor, [*events, ledger.told(entry), event])
    return claim


def send_back(
    session: Session, actor: Actor, *, claim_id: int, revision: int, reason: str, once: str, base: str
) -> Claim:
    """Back to the applicant to be mended, with the reason. What it reserved is free again."""
    asked = Asked(ClaimVerb.SEND_BACK, claim_id, revision, once, {"reason": reason})
    claim, again = moving.take(session, actor, asked)
    return (
        claim if again else turn_down(session, actor, claim, ClaimState.RETURNED, reason=reason, once=once, base=base)
    )


def refuse(session: Session, actor: Actor, *, claim_id: int, revision: int, reason: str, once: str, base: str) -> Claim:
    """Refuse the claim with a reason; the applicant may appeal.

    When it is the policy that gives nothing, its decision is kept beside the refusal, so that it can be replayed.
    """
    asked = Asked(ClaimVerb.REFUSE, claim_id, revision, once, {"reason": reason})
    claim, again = moving.take(session, actor, asked)
    return claim if again else turn_down(session, actor, claim, ClaimState.REFUSED, reason=reason, once=once, base=base)


def turn_down(
    session: Session, actor: Actor, claim: Claim, target: ClaimState, *, reason: str, once: str | None, base: str
) -> Claim:
    """Return or refuse a claim that is held: nothing is granted any more, and the applicant learns why."""
    text = said("reason", reason)
    events = _let_go(session, actor, claim, target)
    events.append(moving.step(session, actor, claim, target, reason=text, once=once))
    details = {"reason": text, "days": APPEAL_DAYS}
    tell_applicant(session, claim, target.value, base=base, details=details)
    audit.record(session, actor, events)
    return claim


def _let_go(session: Session, actor: Actor, claim: Claim, target: ClaimState) -> list[audit.Event]:
    events = []
    decisions.supersede(session, claim)
    if target is ClaimState.REFUSED and _gives_nothing(session, claim):
        events.append(decisions.told(decisions.keep(session, actor, claim)))
    claim.amount_fen = 0
    claim.notice_from = claim.notice_until = None
    return events


def _gives_nothing(session: Session, claim: Claim) -> bool:
    try:
        return not decisions.preview(session, claim).amount
    except Conflict:
        # Nothing can be reckoned on this contract; the officer's own words say why.
        return False


def _with_originals(session: Session, claim: Claim, *, note: str, originals: str) -> tuple[str, dict[str, Any]]:
    """What the step says, and what the log keeps of originals that were seen beside it."""
    reason, text = said("note", note, needed=False), said("originals", originals, needed=False)
    lacking = evidence.unseen(session, claim)
    evidence.require_statement(lacking, text)
    if not text:
        return reason, {}
    told = evidence.in_words(lacking, text)
    return f"{reason} {told}".strip(), evidence.for_log(lacking, text)


def _pass_on(session: Session, actor: Actor, claim: Claim, target: ClaimState, *, note: str, once: str) -> Claim:
    reason = said("note", note, needed=False)
    audit.record(session, actor, [moving.step(session, actor, claim, target, reason=reason, once=once)])
    return claim
