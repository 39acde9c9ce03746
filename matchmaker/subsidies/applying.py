"""The applicant's side: confirming what was found, applying for what was not, withdrawing, attaching papers."""

import hmac
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.accounts.models import Organisation
from matchmaker.accounts.passwords import Sealer
from matchmaker.accounts.rules import Standing
from matchmaker.audit import service as audit
from matchmaker.contracts.models import Contract, ContractParty
from matchmaker.contracts.rules import IN_FORCE, PartyRole
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from matchmaker.files import queries as file_queries
from matchmaker.files import service as files
from matchmaker.files.models import StoredFile
from matchmaker.subsidies import decisions, keys, moving
from matchmaker.subsidies.access import can_decide, is_office, require
from matchmaker.subsidies.models import Claim, ClaimStep, Window
from matchmaker.subsidies.moving import Asked, said, subject_of
from matchmaker.subsidies.policies import policy_of
from matchmaker.subsidies.rules import STANDING, ClaimOrigin, ClaimState, ClaimVerb
from matchmaker.subsidies.schemas import ApplyIn, ClaimIn
from matchmaker.subsidies.telling import tell_applicant, tell_office
from matchmaker.subsidies.windows import is_open, open_windows

PURPOSES = ("statement", "mandate", "aid", "other")
# What only the office adds.
OFFICE_PURPOSES = ("payment", "claw_back", "recovery")
MOST_FILES = 30
_GRANTED = (ClaimState.APPROVED, ClaimState.PAID)


@dataclass(frozen=True)
class Opening:
    """A contract that one of the actor's organisations could claim for now and does not.

    `granted` when it had money for it before: then only what was paid since can bring more.
    """

    window: Window
    contract: Contract
    role: PartyRole
    organisation_id: int
    granted: bool


def confirm(
    session: Session,
    actor: Actor,
    sealer: Sealer,
    *,
    claim_id: int,
    revision: int,
    data: ClaimIn,
    once: str,
    base: str,
) -> Claim:
    """Confirm a claim that the platform found, while its window is open; or hand one in again that was sent back.

    What was sent back keeps the day of its first application, so mending it takes nobody out of the window.
    """
    asked = Asked(ClaimVerb.CONFIRM, claim_id, revision, once, _content(sealer, data))
    claim, again = moving.take(session, actor, asked)
    if again:
        return claim
    _fill(claim, sealer, data)
    # What was shown when it was found was no decision.
    claim.amount_fen = 0
    event = moving.step(session, actor, claim, ClaimState.APPLIED, once=once)
    tell_office(session, claim, "applied", base=base)
    audit.record(session, actor, [event])
    return claim


def apply(session: Session, actor: Actor, sealer: Sealer, *, data: ApplyIn, once: str, base: str) -> Claim:
    """Claim for a contract that the platform did not find by itself, while the window is open.

    NotFound when the contract is not one of the actor's; Conflict when the window is closed, the organisation is not
    verified, or the same claim stands already. A claim that the platform found is to be confirmed instead.
    """
    party = _party(session, actor, data)
    moving.hold_money(session, organisation_id=party, contract_id=data.contract_id, window_id=data.window_id)
    subject = f"contract:{data.contract_id}"
    content = _content(sealer, data) | {"window": data.window_id, "role": data.role, "organisation": party}
    key, again = keys.take(session, actor, once=once, verb="apply", subject=subject, content=content)
    if again:
        return session.get_one(Claim, key.result_id)
    window = session.get_one(Window, data.window_id)
    _require_possible(session, window, data, organisation_id=party)
    claim = new_claim(window, data.contract_id, organisation_id=party, role=data.role, origin=ClaimOrigin.APPLIED)
    _fill(claim, sealer, data)
    event = begin(session, actor, claim, ClaimState.APPLIED, once=once)
    key.result_id = claim.id
    tell_office(session, claim, "applied", base=base)
    audit.record(session, actor, [event])
    return claim


def withdraw(
    session: Session, actor: Actor, *, claim_id: int, revision: int, reason: str, once: str, base: str
) -> Claim:
    """Take a claim back before it is decided, with a reason. What it reserved is free again."""
    asked = Asked(ClaimVerb.WITHDRAW, claim_id, revision, once, {"reason": reason})
    claim, again = moving.take(session, actor, asked)
    if again:
        return claim
    text = said("reason", reason)
    decisions.supersede(session, claim)
    claim.amount_fen = 0
    event = moving.step(session, actor, claim, ClaimState.WITHDRAWN, reason=text, once=once)
    tell_office(session, claim, "withdrawn", base=base, details={"reason": text})
    tell_applicant(session, claim, "withdrawn", base=base, details={"reason": text}, besides=actor)
    audit.record(session, actor, [event])
    return claim


def attach(
    session: Session, actor: Actor, folder: Path, *, claim_id: int, purpose: str, name: str, content: bytes
) -> StoredFile:
    """Add a paper: the applicant until the claim is assessed, the office at any time.

    What only the office adds, nobody adds who is tied to a party: Forbidden.
    """
    claim = moving.hold(session, claim_id)
    office = is_office(actor)
    if not (office and purpose in OFFICE_PURPOSES):
        require(session, actor, claim, ClaimVerb.ATTACH)
    elif not can_decide(session, actor, claim):
        raise Forbidden(f"{actor.name} belongs to a party of claim {claim.id} and adds no papers of the office")
    if purpose not in (PURPOSES + OFFICE_PURPOSES if office else PURPOSES):
        raise Invalid([Fault("purpose", f"one of {', '.join(PURPOSES)}", purpose)])
    if purpose in PURPOSES and _count(session, claim) >= MOST_FILES:
        raise Invalid([Fault(purpose, f"at most {MOST_FILES} files", name)])
    moving.touch(claim)
    return files.keep(session, actor, folder, subject=subject_of(claim), purpose=purpose, name=name, content=content)


def withdraw_file(session: Session, actor: Actor, *, claim_id: int, file_id: int) -> None:
    """Take a paper out of sight again, as long as one may add some. Papers of the office stay."""
    claim = moving.hold(session, claim_id)
    require(session, actor, claim, ClaimVerb.ATTACH)
    file = file_queries.one(session, file_id=file_id, subject=subject_of(claim))
    if file is None or file.purpose not in PURPOSES:
        raise NotFound(f"no file {file_id} of claim {claim_id}")
    moving.touch(claim)
    files.withdraw(session, actor, file=file)


def openings(session: Session, actor: Actor) -> list[Opening]:
    """What the actor's organisations could claim for in the windows open today, and have no standing claim for."""
    found: list[Opening] = []
    own = actor.organisation_ids
    rows = session.execute(
        select(ContractParty, Contract)
        .join(Contract, Contract.id == ContractParty.contract_id)
        .where(ContractParty.organisation_id.in_(own), ContractParty.superseded_at.is_(None))
        .where(Contract.state.in_(IN_FORCE))
        .order_by(Contract.id)
    ).all()
    granted = {tuple(row) for row in session.execute(_claimed(own).where(Claim.state.in_(_GRANTED)))} if rows else set()
    for window in open_windows(session, clock.today()) if rows else ():
        policy = policy_of(window.policy)
        standing = (Claim.window_id == window.id, Claim.state.in_(STANDING))
        taken = {tuple(row) for row in session.execute(_claimed(own).where(*standing))}
        for party, contract in rows:
            mine = party.organisation_id
            key = (contract.id, party.role, mine)
            if mine is not None and party.role in policy.enabled and key not in taken:
                found.append(Opening(window, contract, party.role, mine, granted=key in granted))
    return found


def new_claim(window: Window, contract_id: int, *, organisation_id: int, role: PartyRole, origin: ClaimOrigin) -> Claim:
    """A claim that stands nowhere yet."""
    moment = clock.now()
    return Claim(
        window=window,
        contract_id=contract_id,
        organisation_id=organisation_id,
        role=role,
        origin=origin,
        created_at=moment,
        updated_at=moment,
    )


def begin(session: Session, actor: Actor, claim: Claim, state: ClaimState, *, once: str | None = None) -> audit.Event:
    """Keep a new claim with its first step; the entry for the audit log."""
    claim.state = state
    session.add(claim)
    session.flush()
    who = {"by": actor.name, "person_id": actor.person_id}
    row = ClaimStep(claim_id=claim.id, before=None, after=state, once=once, at=claim.created_at, **who)
    session.add(row)
    session.flush()
    detail = {"state": [None, state], "contract": claim.contract_id, "role": claim.role, "origin": claim.origin}
    return audit.Event("subsidy.state", subject_of(claim), detail | {"step": row.id})


def _count(session: Session, claim: Claim) -> int:
    """How many papers were added to the claim and stand."""
    mine = (StoredFile.subject == subject_of(claim), StoredFile.withdrawn_at.is_(None))
    return session.scalar(select(func.count()).select_from(StoredFile).where(*mine)) or 0


def _party(session: Session, actor: Actor, data: ApplyIn) -> int:
    """The actor's organisation that is this party of the contract."""
    statement = select(ContractParty.organisation_id).where(
        ContractParty.contract_id == data.contract_id,
        ContractParty.role == data.role,
        ContractParty.superseded_at.is_(None),
        ContractParty.organisation_id.in_(actor.organisation_ids),
    )
    mine = sorted({one for one in session.scalars(statement) if one is not None})
    if data.organisation_id is not None:
        mine = [one for one in mine if one == data.organisation_id]
    if not mine or session.get(Window, data.window_id) is None:
        raise NotFound(f"no contract {data.contract_id} to claim for")
    if len(mine) > 1:
        raise Invalid([Fault("organisation_id", "say for which of your organisations")])
    return mine[0]


def _require_possible(session: Session, window: Window, data: ApplyIn, *, organisation_id: int) -> None:
    if not is_open(window, clock.today()):
        raise Conflict(f"claims are made from {window.opens_on} to {window.closes_on}")
    if data.role not in policy_of(window.policy).enabled:
        raise Invalid([Fault("role", "the policy supports other parties", data.role)])
    organisation = session.get_one(Organisation, organisation_id)
    if organisation.standing is not Standing.VERIFIED:
        raise Conflict(f"{organisation.name} is not verified")
    standing = select(Claim).where(
        Claim.window_id == window.id,
        Claim.contract_id == data.contract_id,
        Claim.role == data.role,
        Claim.organisation_id == organisation_id,
        Claim.state.in_(STANDING),
    )
    found = session.scalar(standing.options(joinedload(Claim.window)))
    if found is not None:
        raise Conflict(f"claim {found.id} for this contract is {found.state}")


def _claimed(organisation_ids: frozenset[int]) -> Select[int, PartyRole, int]:
    """For which contracts, in which role, these organisations have claims."""
    columns = select(Claim.contract_id, Claim.role, Claim.organisation_id)
    return columns.where(Claim.organisation_id.in_(organisation_ids))


def _fill(claim: Claim, sealer: Sealer, data: ClaimIn) -> None:
    claim.declared = data.declared
    claim.bank_name = data.bank_name
    claim.bank_account = sealer.seal(data.bank_account)
    claim.higher_level_aid_fen = data.higher_level_aid
    claim.applied_on = claim.applied_on or clock.today()


def _content(sealer: Sealer, data: ClaimIn) -> dict[str, object]:
    """What makes a form the same form. The account's number goes in as a keyed digest that nobody can guess back."""
    account = hmac.new(sealer.secret_key.encode(), data.bank_account.encode(), "sha256").hexdigest()
    return {"account": account, "bank": data.bank_name, "aid": data.higher_level_aid, "declared": data.declared}
