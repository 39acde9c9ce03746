"""What every verb on a claim does first and last: locks in one order, the key, the revision, the step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import ForUpdateParameter

from matchmaker.accounts.models import Organisation
from matchmaker.audit.service import Event
from matchmaker.contracts.models import Contract
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Invalid, NotFound
from matchmaker.subsidies import keys
from matchmaker.subsidies.access import require, require_reader
from matchmaker.subsidies.models import Claim, ClaimStep, Window
from matchmaker.subsidies.rules import NEXT_STATES, ClaimState, ClaimVerb

MAX_TEXT = 1000
# Others may still refer to the row by its key while it is held.
LOCK: ForUpdateParameter = {"key_share": True}


@dataclass(frozen=True)
class Asked:
    """What somebody wants done: the verb, the claim as it was when the form was opened, the form's key, its content."""

    verb: ClaimVerb
    claim_id: int
    revision: int | None
    once: str
    content: Mapping[str, Any] = field(default_factory=dict)


def hold_money(session: Session, *, organisation_id: int, contract_id: int, window_id: int) -> None:
    """Lock what caps and budget hang on, always in this order; sums are read only afterwards.

    On SQLite the unit of work holds the only writer's lock anyway.
    """
    # Reading the rows anew must not undo what this unit changed in them before.
    session.flush()
    session.get_one(Organisation, organisation_id, with_for_update=LOCK, populate_existing=True)
    session.get_one(Contract, contract_id, with_for_update=LOCK, populate_existing=True)
    session.get_one(Window, window_id, with_for_update=LOCK, populate_existing=True)


def hold(session: Session, claim_id: int) -> Claim:
    """The claim as it is now, locked after everything that its money hangs on. NotFound when there is none."""
    what = select(Claim.organisation_id, Claim.contract_id, Claim.window_id).where(Claim.id == claim_id)
    found = session.execute(what).one_or_none()
    if found is None:
        raise NotFound(f"no claim {claim_id}")
    hold_money(session, organisation_id=found[0], contract_id=found[1], window_id=found[2])
    return session.get_one(Claim, claim_id, with_for_update=LOCK, populate_existing=True)


def take(session: Session, actor: Actor, asked: Asked) -> tuple[Claim, bool]:
    """The claim, held for a verb that the actor may do now; True when this very form has done it before.

    NotFound, Forbidden and Conflict as in `access.require`; Conflict as well when the claim changed since the form
    was opened.
    """
    claim = hold(session, asked.claim_id)
    require_reader(actor, claim)
    _row, again = keys.take(
        session, actor, once=asked.once, verb=asked.verb, subject=subject_of(claim), content=asked.content
    )
    if not again:
        require(session, actor, claim, asked.verb)
        require_revision(claim, asked.revision)
    return claim, again


def require_revision(claim: Claim, revision: int | None) -> None:
    """Conflict when somebody changed the claim after the form was opened; None asks for no check."""
    if revision is not None and claim.revision != revision:
        raise Conflict(f"claim {claim.id} was changed meanwhile (revision {claim.revision}, the form had {revision})")


def subject_of(claim: Claim) -> str:
    """What the audit log and the files call the claim."""
    return f"claim:{claim.id}"


def touch(claim: Claim) -> None:
    """Note that the claim changed: forms opened before are refused."""
    claim.revision += 1
    claim.updated_at = clock.now()


def step(
    session: Session, actor: Actor, claim: Claim, target: ClaimState, *, reason: str = "", once: str | None = None
) -> Event:
    """Move the claim and keep the step; the entry for the audit log, which the verb writes last.

    Conflict when the claim cannot go there from where it is.
    """
    before = claim.state
    if target not in NEXT_STATES[before]:
        raise Conflict(f"claim {claim.id} is {before} and cannot become {target}")
    claim.state = target
    touch(claim)
    row = ClaimStep(
        claim_id=claim.id,
        before=before,
        after=target,
        reason=reason,
        once=once,
        at=claim.updated_at,
        by=actor.name,
        person_id=actor.person_id,
    )
    session.add(row)
    session.flush()
    session.expire(claim, ["steps"])
    return Event("subsidy.state", subject_of(claim), {"state": [before, target], "reason": reason, "step": row.id})


def said(name: str, text: str, *, needed: bool = True) -> str:
    """The text, trimmed. Invalid names the field when it is missing though needed, or too long."""
    clean = text.strip()
    if needed and not clean:
        raise Invalid([Fault(name, "say why" if name == "reason" else "write something first")])
    if len(clean) > MAX_TEXT:
        raise Invalid([Fault(name, f"at most {MAX_TEXT} characters, this has {len(clean)}")])
    return clean
