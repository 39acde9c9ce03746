"""Who may read, apply for and decide about claims, and why somebody may not do something now."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Assistance, Membership
from matchmaker.contracts.models import ContractParty
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Forbidden, NotFound
from matchmaker.subsidies.models import Claim, ClaimStep, Window
from matchmaker.subsidies.policy import read_policy
from matchmaker.subsidies.rules import (
    APPEAL_DAYS,
    APPLICANT_VERBS,
    SECOND_PERSON,
    VERB_STATES,
    ClaimState,
    ClaimVerb,
    VoiceKind,
    Why,
)

READERS = (Role.OFFICER, Role.AUDITOR)
_FORBIDDEN = {
    Why.NOT_YOURS: "is not the one to do this",
    Why.OWN_ORGANISATION: "belongs to a party of the contract or helps it, and cannot decide",
    Why.SECOND_PERSON: "took the step before; another officer must take this one",
}
_CONFLICT = {
    Why.WINDOW_CLOSED: "its window is not open",
    Why.WINDOW_OPEN: "its window has not closed; whoever claims until then shares the budget",
    Why.NOTICE_RUNS: "the public notice has not ended",
    Why.OBJECTIONS_OPEN: "an objection is not settled",
    Why.NO_BATCH: "it was not handed over in a payment batch",
    Why.CLAW_BACK_WAITS: "taking money back is being decided",
    Why.TOO_LATE: "the time for it has passed",
}


def is_applicant(actor: Actor, claim: Claim) -> bool:
    """Whether the actor acts for the organisation that claims."""
    return claim.organisation_id in actor.organisation_ids


def is_office(actor: Actor) -> bool:
    """An officer who is not acting for an organisation at the moment; administrators do not decide about money."""
    return actor.role is Role.OFFICER and actor.acting_for is None and actor.person_id is not None


def oversees(actor: Actor) -> bool:
    """Whether the actor reads all claims for the district; whoever acts for an organisation reads what it reads."""
    return actor.is_system or (actor.role in READERS and actor.acting_for is None)


def can_read(actor: Actor, claim: Claim) -> bool:
    """The applicant, the office and the audit; the operator at the machine."""
    return is_applicant(actor, claim) or oversees(actor)


def require_reader(actor: Actor, claim: Claim) -> None:
    """NotFound for everybody who may not know of the claim."""
    if not can_read(actor, claim):
        raise NotFound(f"no claim {claim.id}")


def require_office(actor: Actor) -> None:
    """Forbidden for everybody who does not work on claims."""
    if not is_office(actor):
        raise Forbidden(f"{actor.name} does not work on subsidies")


def require_office_reader(actor: Actor) -> None:
    """Forbidden for everybody who does not look over all claims."""
    if not oversees(actor):
        raise Forbidden(f"{actor.name} does not look over subsidies")


def is_tied(session: Session, actor: Actor, claim: Claim) -> bool:
    """Whether the actor is a member or helper of a party of the contract, or was one since the claim was made."""
    parties = select(ContractParty.organisation_id).where(ContractParty.contract_id == claim.contract_id)
    concerned = {one for one in session.scalars(parties) if one is not None} | {claim.organisation_id}
    if concerned & actor.organisation_ids:
        return True
    since = claim.created_at
    member = select(Membership.id).where(
        Membership.person_id == actor.person_id,
        Membership.organisation_id.in_(concerned),
        or_(Membership.left_at.is_(None), Membership.left_at >= since),
    )
    helper = select(Assistance.id).where(
        Assistance.staff_id == actor.person_id,
        Assistance.organisation_id.in_(concerned),
        Assistance.granted_at.is_not(None),
        or_(Assistance.ended_at.is_(None), Assistance.ended_at >= since),
        Assistance.until >= since.astimezone(clock.DISTRICT_ZONE).date(),
    )
    return session.scalar(member.limit(1)) is not None or session.scalar(helper.limit(1)) is not None


def reads_objections(session: Session, actor: Actor, claim: Claim) -> bool:
    """Whether the actor may know what others said against the claim: not who is tied to one of its parties."""
    return oversees(actor) and not is_tied(session, actor, claim)


def can_decide(session: Session, actor: Actor, claim: Claim) -> bool:
    """Whether the actor is of the office and has nothing to do with the parties."""
    return is_office(actor) and not is_tied(session, actor, claim)


def who_took(session: Session, claim: Claim, state: ClaimState) -> set[int | None]:
    """Who brought the claim into this state. Of proposals and refusals the last one counts, which took the place of
    those before it; an approval holds, also when a payment was reversed since, so that everybody behind it counts.
    """
    taken = select(ClaimStep.person_id).where(ClaimStep.claim_id == claim.id, ClaimStep.after == state)
    newest = session.scalars(taken.order_by(ClaimStep.id.desc())).all()
    return set(newest if state is ClaimState.APPROVED else newest[:1])


def shares_until_close(window: Window) -> bool:
    """Whether all who claim until the close share one budget: then nobody is shown before it is known who they are."""
    return window.limited and read_policy(window.policy.text).budget.if_exceeded == "pro_rata"


def why_not(session: Session, actor: Actor, claim: Claim, verb: ClaimVerb) -> Why | None:
    """Why the actor cannot do this with the claim now; None when nothing stands in the way but the facts."""
    person = _wrong_person(session, actor, claim, verb)
    if person is not None:
        return person
    if claim.state not in VERB_STATES[verb]:
        return Why.STATE
    second = SECOND_PERSON.get(verb)
    if second is not None and actor.person_id in who_took(session, claim, second):
        return Why.SECOND_PERSON
    return _wrong_time(claim, verb)


def require(session: Session, actor: Actor, claim: Claim, verb: ClaimVerb) -> None:
    """NotFound for who may not know of it, Forbidden for the wrong person, Conflict at the wrong time."""
    require_reader(actor, claim)
    why = why_not(session, actor, claim, verb)
    if why in _FORBIDDEN:
        raise Forbidden(f"claim {claim.id}: {actor.name} {_FORBIDDEN[why]}")
    if why is Why.STATE:
        raise Conflict(f"claim {claim.id} is {claim.state}; {verb} is not possible")
    if why is not None:
        raise Conflict(f"claim {claim.id}: {_CONFLICT[why]}")


def _wrong_person(session: Session, actor: Actor, claim: Claim, verb: ClaimVerb) -> Why | None:
    if verb is ClaimVerb.ATTACH and is_office(actor):
        return None
    if verb in APPLICANT_VERBS:
        return None if is_applicant(actor, claim) else Why.NOT_YOURS
    if not is_office(actor):
        return Why.NOT_YOURS
    return Why.OWN_ORGANISATION if is_tied(session, actor, claim) else None


def _wrong_time(claim: Claim, verb: ClaimVerb) -> Why | None:
    today = clock.today()
    if verb is ClaimVerb.CONFIRM and claim.state is ClaimState.FOUND:
        window = claim.window
        return None if window.opens_on <= today <= window.closes_on else Why.WINDOW_CLOSED
    if verb is ClaimVerb.PUBLISH_NOTICE and shares_until_close(claim.window) and today <= claim.window.closes_on:
        return Why.WINDOW_OPEN
    if verb is ClaimVerb.APPROVE:
        return _notice_unsettled(claim)
    if verb in (ClaimVerb.MARK_PAID, ClaimVerb.TAKE_OUT) and claim.batch_id is None:
        return Why.NO_BATCH
    if verb is ClaimVerb.PROPOSE_CLAW_BACK and any(one.confirmed is None for one in claim.claw_backs):
        return Why.CLAW_BACK_WAITS
    if (
        verb is ClaimVerb.APPEAL
        and (today - claim.steps[-1].at.astimezone(clock.DISTRICT_ZONE).date()).days > APPEAL_DAYS
    ):
        return Why.TOO_LATE
    return None


def _notice_unsettled(claim: Claim) -> Why | None:
    if claim.notice_from is None or claim.notice_until is None or clock.today() <= claim.notice_until:
        return Why.NOTICE_RUNS
    # What was said during an earlier notice led to this one.
    begun = max(step.at for step in claim.steps if step.after is ClaimState.NOTICE)
    objections = [one for one in claim.voices if one.kind is VoiceKind.OBJECTION and one.at >= begun]
    return Why.OBJECTIONS_OPEN if any(one.upheld is not False for one in objections) else None
