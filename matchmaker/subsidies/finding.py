"""免申即享: contracts that a policy supports are found without being asked; the applicant only confirms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session, joinedload, sessionmaker

from matchmaker.accounts.rules import Standing
from matchmaker.audit import service as audit
from matchmaker.contracts.models import Contract, ContractParty
from matchmaker.contracts.rules import IN_FORCE
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.subsidies import due, moving
from matchmaker.subsidies.access import require_office
from matchmaker.subsidies.applying import begin, new_claim
from matchmaker.subsidies.engine import decide, inputs_for
from matchmaker.subsidies.facts import ClaimFacts, Inputs, Outcome
from matchmaker.subsidies.gathering import CONTRACT_PARTS, Granted, before, facts_for, granted
from matchmaker.subsidies.models import Claim, Window
from matchmaker.subsidies.policies import policy_of
from matchmaker.subsidies.rules import REMIND_BEFORE, ClaimOrigin, ClaimState, claim_number
from matchmaker.subsidies.telling import tell_applicant
from matchmaker.subsidies.windows import is_open, open_windows

PLATFORM = Actor.system("worker")


@dataclass(frozen=True)
class _Candidate:
    contract: Contract
    party: ContractParty
    facts: ClaimFacts


def look(sessions: sessionmaker[Session], *, base: str) -> int:
    """Everything about claims that is due without anybody asking; how many claims were found or claw-backs opened.

    Finds in every open window, reminds whoever has not confirmed, lets go what was not confirmed in time, and opens
    claw-backs that new facts call for. What was done already is not done again.
    """
    today, found = clock.today(), 0
    with reading(sessions) as session:
        waiting = [one.id for one in open_windows(session, today) if _should_search(session, one)]
    for window_id in waiting:
        with unit(sessions) as session:
            window = session.get_one(Window, window_id, with_for_update=moving.LOCK)
            found += len(find_eligible(session, window=window, today=today, base=base))
            _remind(session, window, today, base=base)
    with unit(sessions) as session:
        _let_go(session, today, base=base)
    with reading(sessions) as session:
        suspects = due.suspects(session)
    for claim_id in suspects:
        # One at a time: nobody may hold two applicants' locks.
        with unit(sessions) as session:
            found += due.open_if_due(session, PLATFORM, claim_id=claim_id, base=base) is not None
    return found


def find_now(session: Session, actor: Actor, *, window_id: int, base: str) -> list[Claim]:
    """Look for contracts that the policy supports without waiting for the day's search. Officers only.

    NotFound when there is no such window; Conflict when it is not open, for nobody could confirm what is found.
    """
    require_office(actor)
    # Whoever else is looking is waited for, so that nothing is found twice.
    window = session.get(Window, window_id, with_for_update=moving.LOCK, populate_existing=True)
    if window is None:
        raise NotFound(f"no window {window_id}")
    if not is_open(window, clock.today()):
        raise Conflict(f"window {window.id}: its window is not open")
    return find_eligible(session, window=window, today=clock.today(), base=base)


def find_eligible(session: Session, *, window: Window, today: date, base: str) -> list[Claim]:
    """Make a claim of every registered contract that the window's policy supports, and tell its organisation.

    The amount shown is what would be granted if all that is found were confirmed in the order of the contracts. A
    contract that stands in the window in any state, also withdrawn or refused, is not found again.
    """
    found: list[Claim] = []
    events: list[audit.Event] = []
    for candidate, outcome in _supported(session, window, _candidates(session, window, today)):
        owner = candidate.party.organisation
        if owner is None:
            continue
        contract_id, role = candidate.contract.id, candidate.party.role
        claim = new_claim(window, contract_id, organisation_id=owner.id, role=role, origin=ClaimOrigin.FOUND)
        claim.amount_fen = outcome.amount
        events.append(begin(session, PLATFORM, claim, ClaimState.FOUND))
        tell_applicant(session, claim, "found", base=base)
        found.append(claim)
    window.searched_at = clock.now()
    audit.record(session, PLATFORM, events)
    return found


def _supported(session: Session, window: Window, candidates: Sequence[_Candidate]) -> list[tuple[_Candidate, Outcome]]:
    """Those that the policy gives something, as if each one before were granted first."""
    policy = policy_of(window.policy)
    standing = _granted(session, window, candidates)
    found = []
    for number, candidate in enumerate(candidates):
        inputs = inputs_for(
            policy,
            candidate.facts,
            before(standing, candidate.facts),
            opens_on=window.opens_on,
            closes_on=window.closes_on,
        )
        outcome = decide(policy, inputs)
        if outcome.eligible and outcome.amount:
            found.append((candidate, outcome))
            standing.append(_as_if(candidate, inputs, outcome, year=window.year, number=number))
    return found


def _granted(session: Session, window: Window, candidates: Sequence[_Candidate]) -> list[Granted]:
    owners = {one.party.organisation_id for one in candidates}
    return granted(
        session,
        policy_id=window.policy.policy_id,
        contract_ids=[one.contract.id for one in candidates],
        organisation_ids=[one for one in owners if one is not None],
        year=window.year,
    )


def _as_if(candidate: _Candidate, inputs: Inputs, outcome: Outcome, *, year: int, number: int) -> Granted:
    return Granted(
        decision_id=-number - 1,
        claim_id=0,
        contract_id=candidate.contract.id,
        organisation_id=candidate.party.organisation_id or 0,
        year=year,
        inputs=inputs,
        outcome=outcome,
    )


def _candidates(session: Session, window: Window, today: date) -> list[_Candidate]:
    """Registered contracts with a verified party in a supported role that has no claim in this window yet."""
    policy = policy_of(window.policy)
    year = policy.registration_year(window.year)
    taken = select(Claim.contract_id, Claim.role, Claim.organisation_id).where(Claim.window_id == window.id)
    known = {tuple(row) for row in session.execute(taken)}
    statement = (
        select(Contract)
        .where(Contract.state.in_(IN_FORCE), Contract.registration_no.is_not(None))
        # Only these can be eligible: registered in the right year, or granted before and paid on since.
        .where(true() if year is None else or_(_in_year(year), Contract.id.in_(select(Claim.contract_id))))
        .options(*CONTRACT_PARTS)
        .order_by(Contract.registered_on, Contract.id)
    )
    return [
        candidate
        for contract in session.scalars(statement)
        for party in contract.parties
        if party.role in policy.enabled and (contract.id, party.role, party.organisation_id) not in known
        if (candidate := _candidate(window, contract, party, today)) is not None
    ]


def _candidate(window: Window, contract: Contract, party: ContractParty, today: date) -> _Candidate | None:
    owner = party.organisation
    if owner is None or owner.standing is not Standing.VERIFIED:
        return None
    try:
        facts = facts_for(
            claim_number(contract.id),
            contract,
            owner,
            role=party.role,
            applied_on=today,
            higher_level_aid=0,
            as_of=window.closes_on,
        )
    except Conflict:
        # The contract lacks a price or a day of signing; the pre-check of contracts says so.
        return None
    return _Candidate(contract, party, facts)


def _should_search(session: Session, window: Window) -> bool:
    """Once a day, and whenever a contract changed since."""
    if window.searched_at is None or _day(window.searched_at) != clock.today():
        return True
    newest = session.scalar(select(func.max(Contract.updated_at)))
    return newest is not None and newest > window.searched_at


def _remind(session: Session, window: Window, today: date, *, base: str) -> None:
    """Tell whoever has not confirmed, a week and two days before the close, once each."""
    left = (window.closes_on - today).days
    due = [days for days in REMIND_BEFORE if left <= days]
    if not due:
        return
    waiting = select(Claim).where(Claim.window_id == window.id, Claim.state == ClaimState.FOUND)
    for claim in session.scalars(waiting.options(joinedload(Claim.contract), joinedload(Claim.organisation))):
        details = {"days": left}
        tell_applicant(session, claim, "unconfirmed", base=base, once=str(min(due)), details=details)


def _let_go(session: Session, today: date, *, base: str) -> None:
    """What was found and not confirmed by the close is withdrawn by the platform."""
    statement = (
        select(Claim)
        .join(Window, Window.id == Claim.window_id)
        .where(Claim.state == ClaimState.FOUND, Window.closes_on < today)
        .order_by(Claim.id)
        .with_for_update(of=Claim, key_share=True)
    )
    events = []
    for claim in session.scalars(statement):
        claim.amount_fen = 0
        events.append(moving.step(session, PLATFORM, claim, ClaimState.WITHDRAWN, reason="受理期内没有确认"))
        tell_applicant(session, claim, "lapsed", base=base)
    audit.record(session, PLATFORM, events)


def _in_year(year: int) -> ColumnElement[bool]:
    return Contract.registered_on.between(date(year, 1, 1), date(year, 12, 31))


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.DISTRICT_ZONE).date()
