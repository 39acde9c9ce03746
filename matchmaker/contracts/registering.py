"""The steps of a contract: signed, handed in, and what the registry decided. Each with its day, reason and paper."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.accounts import queries as accounts
from matchmaker.audit import service as audit
from matchmaker.contracts import amounts, telling, ties
from matchmaker.contracts.access import files_for, is_office, is_officer
from matchmaker.contracts.consistency import require_sub_kind
from matchmaker.contracts.following import follow
from matchmaker.contracts.holding import held, keep_paper, one_of_a_kind, require_revision, subject, touch
from matchmaker.contracts.models import Contract, ContractStep
from matchmaker.contracts.rules import (
    FILERS_STEPS,
    IN_FORCE,
    NEED_REASON,
    NEXT_STATES,
    OVER,
    ContractState,
    FilePurpose,
)
from matchmaker.contracts.scheduling import renewed
from matchmaker.contracts.schemas import Paper, StepIn
from matchmaker.contracts.writing import require_signable
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid

_NUMBER_TAKEN = "another contract has this number at this registry"


def move(
    session: Session,
    actor: Actor,
    *,
    contract_id: int,
    revision: int,
    data: StepIn,
    folder: Path | None = None,
    paper: Paper | None = None,
    base: str,
) -> Contract:
    """Bring a contract a step on. The filing side signs and hands in; what the registry decided an officer enters.

    Registering needs the certificate's number, registry and day, both amounts, and its scan (field `paper`), which
    only the operator at the machine may do without. A change adds the next amount and schedule and keeps all before.
    NotFound for strangers, Forbidden for the wrong hands, Conflict for a step that does not exist or a record that
    moved on.
    """
    contract = held(session, actor, contract_id)
    _require_hands(actor, contract, data.state)
    require_revision(contract, revision)
    _require_step(contract, data)
    before = contract.state
    detail: dict[str, Any] = {"state": [before, data.state], "on": data.happened_on.isoformat()}
    detail |= {"reason": data.reason} if data.reason else {}
    detail |= _apply(session, actor, contract, data, has_paper=paper is not None)
    purpose = FilePurpose.CERTIFICATE if data.state in IN_FORCE else FilePurpose.OTHER
    file = keep_paper(session, actor, contract, folder=folder, purpose=purpose, paper=paper)
    contract.state = data.state
    contract.steps.append(_step(actor, before, data, file.id if file else None))
    touch(contract)
    session.flush()
    if data.state not in {ContractState.DRAFT, *OVER}:
        ties.look(session, actor, contract)
    audit.record(session, actor, [audit.Event("contract.state", subject(contract), detail)])
    follow(session, actor, contract)
    telling.tell_step(session, actor, contract, base=base)
    return contract


def _require_hands(actor: Actor, contract: Contract, target: ContractState) -> None:
    step = (contract.state, target)
    if target not in NEXT_STATES[contract.state]:
        raise Conflict(f"contract {contract.id} is {contract.state} and cannot become {target}")
    if is_office(actor, contract) or (files_for(actor, contract) and step in FILERS_STEPS):
        return
    if is_officer(actor):
        raise Forbidden("nobody decides about a contract of their own organisation")
    raise Forbidden(f"{actor.name} does not enter that a contract is {target}")


def _require_step(contract: Contract, data: StepIn) -> None:
    faults = [*_faulty_day(contract, data)]
    if data.state in NEED_REASON and not data.reason:
        faults.append(Fault("reason", "say why"))
    if data.state not in IN_FORCE and data.amount is not None:
        faults.append(Fault("amount", "amounts come with a registration or its change"))
    if data.valid_until is not None and data.state is not ContractState.CHANGED:
        faults.append(Fault("valid_until", "the validity is changed by change registration"))
    if data.schedule is not None and data.state is not ContractState.CHANGED:
        faults.append(Fault("schedule", "the schedule is changed by change registration"))
    if faults:
        raise Invalid(faults)


def _faulty_day(contract: Contract, data: StepIn) -> Iterator[Fault]:
    """What happened lies behind us, and not before what happened earlier; a draft is no event."""
    day = data.happened_on.isoformat()
    if data.happened_on > clock.today():
        yield Fault("happened_on", "the day lies in the future", day)
    last = max((step.happened_on for step in contract.steps if step.after is not ContractState.DRAFT), default=None)
    if last is not None and data.happened_on < last:
        yield Fault("happened_on", f"the step before was on {last.isoformat()}", day)
    signed = contract.signed_on
    if signed is not None and data.happened_on < signed:
        yield Fault("happened_on", f"the contract was signed on {signed.isoformat()}", day)


def _apply(session: Session, actor: Actor, contract: Contract, data: StepIn, *, has_paper: bool) -> dict[str, Any]:
    """What the step changes beside the state, for the log."""
    match data.state:
        case ContractState.SIGNED:
            return _sign(session, actor, contract, data)
        case ContractState.SUBMITTED:
            require_signable(contract)
            return {}
        case ContractState.REGISTERED:
            if not has_paper and not actor.is_system:
                raise Invalid([Fault("paper", "attach the scan of the certificate")])
            return _register(session, actor, contract, data)
        case ContractState.CHANGED:
            return _change(session, actor, contract, data)
        case _:
            return {}


def _sign(session: Session, actor: Actor, contract: Contract, data: StepIn) -> dict[str, Any]:
    contract.signed_on = contract.signed_on or data.happened_on
    require_signable(contract)
    if contract.state is ContractState.DRAFT and data.happened_on != contract.signed_on:
        message = f"the contract says it was signed on {contract.signed_on.isoformat()}"
        raise Invalid([Fault("happened_on", message, data.happened_on.isoformat())])
    own = {party.organisation_id for party in contract.parties if party.organisation_id in actor.organisation_ids}
    if waiting := accounts.unverified(session, {number for number in own if number is not None}):
        raise Conflict(f"not verified yet: {', '.join(waiting)}")
    return {}


def _register(session: Session, actor: Actor, contract: Contract, data: StepIn) -> dict[str, Any]:
    """Put down what the certificate says: who registered it under which number, as what, with which amounts."""
    day = data.registered_on or data.happened_on
    faults = [
        Fault(name, "the certificate says this") for name in ("registrar", "registration_no") if not getattr(data, name)
    ]
    if day > clock.today():
        faults.append(Fault("registered_on", "the day lies in the future", day.isoformat()))
    elif contract.signed_on is not None and day < contract.signed_on:
        faults.append(Fault("registered_on", "the day lies before the signing", day.isoformat()))
    if data.amount is None and contract.technology_fen is None:
        faults.append(Fault("amount.total", "the certificate says total and technology amount"))
    if faults:
        raise Invalid(faults)
    detail = _as_certified(contract, data) | _next_amount(session, actor, contract, data)
    with one_of_a_kind(session, Fault("registration_no", _NUMBER_TAKEN, data.registration_no)):
        contract.registrar, contract.registration_no = data.registrar, data.registration_no
        contract.registered_on = day
    number = {"registrar": data.registrar, "registration_no": data.registration_no, "registered_on": day.isoformat()}
    return detail | number


def _as_certified(contract: Contract, data: StepIn) -> dict[str, Any]:
    """The registry may find that the contract is of another kind."""
    if data.kind is None:
        return {}
    sub_kind = data.sub_kind if data.kind is not contract.kind else data.sub_kind or contract.sub_kind
    require_sub_kind(data.kind, sub_kind)
    before = contract.kind
    contract.kind, contract.sub_kind = data.kind, sub_kind
    return {"kind": [before, data.kind]} if before is not data.kind else {}


def _change(session: Session, actor: Actor, contract: Contract, data: StepIn) -> dict[str, Any]:
    """Change registration: the next amount, a longer or shorter validity, a new schedule, or what the reason tells."""
    detail = _next_amount(session, actor, contract, data)
    if data.valid_until is not None and data.valid_until != contract.valid_until:
        if contract.valid_from is not None and data.valid_until < contract.valid_from:
            raise Invalid([Fault("valid_until", "the contract ends before it begins", data.valid_until.isoformat())])
        before = contract.valid_until.isoformat() if contract.valid_until else None
        detail["valid_until"] = [before, data.valid_until.isoformat()]
        contract.valid_until = data.valid_until
    if data.schedule is not None:
        detail |= renewed(session, actor, contract, rows=data.schedule, reason=data.reason)
    return detail


def _next_amount(session: Session, actor: Actor, contract: Contract, data: StepIn) -> dict[str, Any]:
    """The amounts that came with the step, in force from the day they name or the day of the step."""
    if data.amount is None:
        return {}
    day = data.amount.effective_on or data.happened_on
    last = contract.amounts[-1] if contract.amounts else None
    if day > clock.today():
        raise Invalid([Fault("amount.effective_on", "the day lies in the future", day.isoformat())])
    if data.state is ContractState.CHANGED and last is not None and day < last.effective_on:
        message = f"the amount before holds from {last.effective_on.isoformat()}"
        raise Invalid([Fault("amount.effective_on", message, day.isoformat())])
    amount = data.amount.model_copy(update={"reason": data.amount.reason or data.reason})
    try:
        row = amounts.next_amount(session, actor, contract, data=amount, effective_on=day)
    except Invalid as error:
        faults = [Fault(f"amount.{fault.field}", fault.message, fault.value) for fault in error.faults]
        raise Invalid(faults) from None
    return {"amount": amounts.changed(row, last)} if row else {}


def _step(actor: Actor, before: ContractState, data: StepIn, file_id: int | None) -> ContractStep:
    return ContractStep(
        before=before,
        after=data.state,
        happened_on=data.happened_on,
        reason=data.reason,
        file_id=file_id,
        at=clock.now(),
        by=actor.name,
    )
