"""Decisions: what the policy gives for a claim, kept with everything it was computed from."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaker.audit.service import Event
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict
from matchmaker.subsidies import keys
from matchmaker.subsidies.amounts import spoken
from matchmaker.subsidies.engine import decide
from matchmaker.subsidies.facts import Inputs, Outcome
from matchmaker.subsidies.gathering import inputs_of
from matchmaker.subsidies.models import Claim, Decision, PolicyVersion
from matchmaker.subsidies.moving import subject_of
from matchmaker.subsidies.policies import policy_of


@dataclass(frozen=True)
class Change:
    """What differs between a decision's inputs and the rows of today; `path` such as "claim.contract.kind"."""

    path: str
    before: str
    now: str


def preview(session: Session, claim: Claim) -> Outcome:
    """What the policy would give now; nothing is kept. Conflict when the contract lacks what a decision needs."""
    return decide(policy_of(claim.window.policy), inputs_of(session, claim))


def current(session: Session, claim: Claim) -> Decision | None:
    """The decision that holds."""
    standing = (Decision.claim_id == claim.id, Decision.superseded_at.is_(None))
    return session.scalar(select(Decision).where(*standing).execution_options(populate_existing=True))


def keep(
    session: Session, actor: Actor, claim: Claim, *, inputs: Inputs | None = None, leaving_out: Collection[int] = ()
) -> Decision:
    """Decide as the rows stand now, and keep it in place of the decision before. The caller holds the locks.

    `leaving_out` are claims decided anew together with this one; `inputs` were gathered before, under the same locks.
    """
    inputs = inputs or inputs_of(session, claim, leaving_out=leaving_out)
    outcome = decide(policy_of(claim.window.policy), inputs)
    supersede(session, claim)
    stored = {"inputs": inputs.to_json(), "outcome": outcome.to_json()}
    row = Decision(
        claim_id=claim.id,
        policy_row_id=claim.window.policy_row_id,
        **stored,
        eligible=outcome.eligible,
        base_fen=outcome.base,
        amount_fen=outcome.amount,
        sha256=digest(claim.window.policy, claim_id=claim.id, **stored),
        at=clock.now(),
        by=actor.name,
        person_id=actor.person_id,
    )
    claim.amount_fen = outcome.amount
    session.add(row)
    session.flush()
    session.expire(claim, ["decisions"])
    return row


def supersede(session: Session, claim: Claim) -> None:
    """End the decision that holds, if there is one; it stays to be read."""
    ended = update(Decision).where(Decision.claim_id == claim.id, Decision.superseded_at.is_(None))
    session.execute(ended.values(superseded_at=clock.now()))
    session.expire(claim, ["decisions"])


def digest(policy: PolicyVersion, *, claim_id: int, inputs: object, outcome: object) -> str:
    """SHA-256 over the claim, the policy's text, what went in and what came out."""
    return keys.digest([claim_id, policy.sha256, inputs, outcome])


def told(row: Decision) -> Event:
    """The decision for the audit log, with its digest: a row that is changed later no longer has it."""
    detail = {"decision": row.id, "sha256": row.sha256, "eligible": row.eligible, "amount_fen": row.amount_fen}
    return Event("subsidy.decide", f"claim:{row.claim_id}", detail)


def require_unchanged(session: Session, claim: Claim) -> Decision:
    """The decision that holds, if it would come out the same today. The caller holds the locks.

    Conflict says what would come out instead: then the claim has to be proposed again. Decisions made after this one
    do not count against it; they were made knowing it.
    """
    row = current(session, claim)
    if row is None:
        raise Conflict(f"{subject_of(claim)} has no decision; propose it first")
    kept = Inputs.from_json(row.inputs)
    now = decide(policy_of(claim.window.policy), inputs_of(session, claim, share=kept.share, earlier_than=row.id))
    then = Outcome.from_json(row.outcome)
    if (then.eligible, then.amount, then.base) == (now.eligible, now.amount, now.base):
        return row
    if not now.eligible:
        raise Conflict(f"the facts changed since the proposal, it is not eligible any more: {reasons(now)}")
    raise Conflict(
        f"the facts changed since the proposal: {spoken(then.amount)} were proposed, today {spoken(now.amount)} come "
        f"out; send it back or refuse it, and propose it again"
    )


def is_covered(session: Session, claim: Claim) -> bool:
    """Whether the facts of today still carry all that was decided. What came to them meanwhile does no harm."""
    row = current(session, claim)
    if row is None:
        return False
    share = Inputs.from_json(row.inputs).share
    now = decide(policy_of(claim.window.policy), inputs_of(session, claim, share=share, earlier_than=row.id))
    return now.amount >= row.amount_fen


def reasons(outcome: Outcome) -> str:
    """The lines of an outcome in one."""
    return "；".join(one.text for one in outcome.reasons)


def facts_changed(session: Session, claim: Claim) -> list[Change]:
    """Where the rows of today differ from what the decision that holds was computed from, path by path."""
    row = current(session, claim)
    if row is None:
        return []
    share = Inputs.from_json(row.inputs).share
    now = inputs_of(session, claim, share=share, earlier_than=row.id).to_json()
    old, new = _flat(row.inputs), _flat(now)
    # Where a budget was shared, the others' amounts stand in the inputs as they were before the sharing.
    paths = [path for path in dict.fromkeys([*old, *new]) if share is None or not path.startswith("before.")]
    return [Change(path, old.get(path, ""), new.get(path, "")) for path in paths if old.get(path) != new.get(path)]


def _flat(value: object, path: str = "") -> dict[str, str]:
    """Every leaf of a JSON value by its path."""
    if isinstance(value, dict):
        pairs = [(f"{path}.{name}" if path else str(name), part) for name, part in value.items()]
    elif isinstance(value, list):
        pairs = [(f"{path}.{number}", part) for number, part in enumerate(value)]
    else:
        return {path: "" if value is None else str(value)}
    found: dict[str, str] = {}
    for name, part in pairs:
        found |= _flat(part, name)
    return found
