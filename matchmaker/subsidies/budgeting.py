"""The budget of a window: whether it reaches, and how it is shared when it does not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.audit import service as audit
from matchmaker.contracts.models import Contract
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Forbidden, NotFound
from matchmaker.subsidies import decisions, evidence, keys, ledger, moving
from matchmaker.subsidies.access import is_tied, require_office
from matchmaker.subsidies.amounts import spoken
from matchmaker.subsidies.expecting import expected_fen
from matchmaker.subsidies.facts import Inputs
from matchmaker.subsidies.models import Claim, Decision, Window
from matchmaker.subsidies.policies import policy_of
from matchmaker.subsidies.rules import UNASSESSED, Account, ClaimState
from matchmaker.subsidies.sharing import share_out
from matchmaker.subsidies.windows import appropriate_as_needed


@dataclass(frozen=True)
class Shortfall:
    """Whether a window's budget reaches for what is proposed and shown, and for what is still to come.

    `blocking` are claims that wait to be assessed, and `coming_fen` what they would get as things stand; nought where
    the budget does not bind.
    """

    wanted_fen: int
    coming_fen: int
    available_fen: int
    limited: bool
    pro_rata: bool
    blocking: tuple[int, ...]

    @property
    def lacking_fen(self) -> int:
        """How much is missing; 0 when it reaches, or does not bind."""
        return max(0, self.wanted_fen + self.coming_fen - self.available_fen) if self.limited else 0


def shortfall(session: Session, *, window_id: int) -> Shortfall:
    """How the budget stands against what waits to be approved. NotFound when there is no such window."""
    window = session.get(Window, window_id)
    if window is None:
        raise NotFound(f"no window {window_id}")
    # What was sent back and is not mended does not hold up the others.
    states = UNASSESSED - {ClaimState.RETURNED}
    waiting = select(Claim.id).where(Claim.window_id == window_id, Claim.state.in_(states)).order_by(Claim.id)
    blocking = tuple(session.scalars(waiting))
    return Shortfall(
        wanted_fen=_reserved(session, window_id, (ClaimState.PROPOSED, ClaimState.NOTICE)),
        coming_fen=expected_fen(session, window=window, claim_ids=blocking) if window.limited else 0,
        available_fen=ledger.balances(session, window_id=window_id)[Account.AVAILABLE],
        limited=window.limited,
        pro_rata=policy_of(window.policy).budget.if_exceeded == "pro_rata",
        blocking=blocking,
    )


def require_enough(session: Session, claim: Claim) -> None:
    """Conflict when the budget has less left than is proposed, shown and still to come. The caller holds the window.

    Whoever happens to be assessed first would otherwise get all of it, and the others would share the rest.
    """
    found = shortfall(session, window_id=claim.window_id)
    if found.lacking_fen:
        how = "share it pro rata first" if found.pro_rata else "raise it first"
        coming = f" and about {spoken(found.coming_fen)} wait to be assessed" if found.coming_fen else ""
        wanted = f"{spoken(found.wanted_fen)} are proposed{coming}"
        raise Conflict(f"the budget has {spoken(found.available_fen)} left, {wanted}: {how}")


def make_room(session: Session, actor: Actor, claim: Claim, *, once: str) -> list[audit.Event]:
    """See that the claim's amount is available; what was booked for it. The caller holds the window.

    Conflict names what is left. Where the budget does not bind, what is lacking is appropriated.
    """
    available = ledger.balances(session, window_id=claim.window_id)[Account.AVAILABLE]
    lacking = claim.amount_fen - available
    event = appropriate_as_needed(session, actor, claim.window, lacking_fen=lacking, once=once)
    if event is None and lacking > 0:
        raise Conflict(
            f"the budget has {spoken(available)} left, claim {claim.id} needs {spoken(claim.amount_fen)}: "
            f"share it pro rata, or raise it"
        )
    return [event] if event is not None else []


def share_budget(session: Session, actor: Actor, *, window_id: int, once: str, base: str) -> list[Claim]:
    """Decide every proposed claim of a closed window anew, together, so that the budget reaches for all of them.

    Each is decided in the order of its proposal; when the sum is more than what is left beside the claims already
    shown to the public, everybody gets the same part of it, to the fen, and the part is kept in the decision's inputs.
    Officers only, and none who is tied to one of the parties. Conflict while the window is open, when claims wait to
    be assessed, when papers of one were never seen, and when nothing is proposed.
    """
    require_office(actor)
    claims = _hold_proposed(session, window_id)
    window = session.get_one(Window, window_id)
    _key, again = keys.take(
        session, actor, once=once, verb="share_budget", subject=f"subsidy_window:{window_id}", content={}
    )
    if again:
        return claims
    _require_shareable(session, actor, window, claims)
    rows = _decide_together(session, actor, window, claims)
    events = [decisions.told(row) for row in rows]
    events += [
        moving.step(session, actor, claim, ClaimState.PROPOSED, reason="按预算统一核算", once=f"{once}:{claim.id}")
        for claim in claims
    ]
    window.assessed_at = clock.now()
    audit.record(session, actor, events)
    return claims


def _decide_together(session: Session, actor: Actor, window: Window, claims: Sequence[Claim]) -> list[Decision]:
    """First to learn what everybody would get, then again with the part that the budget leaves of it."""
    left, wanted = _left_for_proposed(session, window), []
    later = {claim.id for claim in claims}
    for claim in claims:
        later.discard(claim.id)
        wanted.append(decisions.keep(session, actor, claim, leaving_out=later))
    if not window.limited:
        return wanted
    shares = share_out(left, [row.amount_fen for row in wanted])
    cut = [
        decisions.keep(session, actor, claim, inputs=replace(Inputs.from_json(row.inputs), share=share))
        for claim, row, share in zip(claims, wanted, shares, strict=True)
        if share < row.amount_fen
    ]
    return wanted + cut


def _left_for_proposed(session: Session, window: Window) -> int:
    shown = _reserved(session, window.id, (ClaimState.NOTICE,))
    return max(0, ledger.balances(session, window_id=window.id)[Account.AVAILABLE] - shown)


def _reserved(session: Session, window_id: int, states: Sequence[ClaimState]) -> int:
    total = select(func.coalesce(func.sum(Claim.amount_fen), 0))
    return int(session.scalar(total.where(Claim.window_id == window_id, Claim.state.in_(states))) or 0)


def _require_shareable(session: Session, actor: Actor, window: Window, claims: Sequence[Claim]) -> None:
    if clock.today() <= window.closes_on:
        raise Conflict(f"claims can be made until {window.closes_on}; share the budget afterwards")
    waiting = shortfall(session, window_id=window.id).blocking
    if waiting:
        raise Conflict(f"these claims wait to be assessed first: {_named(waiting)}")
    if not claims:
        raise Conflict("no claim of this window is proposed")
    tied = [claim.id for claim in claims if is_tied(session, actor, claim)]
    if tied:
        raise Forbidden(f"{actor.name} belongs to a party of these claims: {_named(tied)}")
    unseen = [claim.id for claim in claims if evidence.unseen(session, claim)]
    if unseen:
        raise Conflict(f"these claims count typed numbers without a scan; propose them anew: {_named(unseen)}")


def _named(claim_ids: Sequence[int]) -> str:
    return ", ".join(map(str, claim_ids))


def _hold_proposed(session: Session, window_id: int) -> list[Claim]:
    """The proposed claims in the order of their decisions, held in the one order of locks."""
    wanted = (Claim.window_id == window_id, Claim.state == ClaimState.PROPOSED)
    found = session.execute(select(Claim.organisation_id, Claim.contract_id).where(*wanted)).all()
    for model, ids in ((Organisation, {one[0] for one in found}), (Contract, {one[1] for one in found})):
        rows = select(model).where(model.id.in_(ids)).order_by(model.id).with_for_update(key_share=True)
        session.scalars(rows.execution_options(populate_existing=True)).all()
    if session.get(Window, window_id, with_for_update=moving.LOCK, populate_existing=True) is None:
        raise NotFound(f"no window {window_id}")
    current = select(func.max(Decision.id)).where(Decision.claim_id == Claim.id).scalar_subquery()
    statement = select(Claim).where(*wanted).order_by(current).with_for_update(key_share=True)
    held = session.scalars(statement.execution_options(populate_existing=True)).all()
    if {(one.organisation_id, one.contract_id) for one in held} - {(one[0], one[1]) for one in found}:
        raise Conflict("another claim was proposed in this moment; try again")
    return list(held)
