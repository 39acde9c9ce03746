"""Writing the record of a technology contract: by its filing side or the office, or from the office's own lists."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts import queries as accounts
from matchmaker.audit import service as audit
from matchmaker.contracts import amounts, ties
from matchmaker.contracts.access import can_write, is_office, is_officer, require_writer
from matchmaker.contracts.consistency import require_consistent
from matchmaker.contracts.holding import held, one_of_a_kind, require_revision, subject, touch
from matchmaker.contracts.models import Contract, ContractAmount, ContractStep
from matchmaker.contracts.rules import IN_FORCE, OPEN_STATES, ContractState, PartyRole, filing_role
from matchmaker.contracts.schemas import AmountIn, ContractIn, PartyIn
from matchmaker.contracts.writing import organisations_of, require_signable, write
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid

IMPORTED = "由办公室台账导入"
# What the office's lists of past years do not tell.
NOT_LISTED = ("object", "valid_from", "valid_until")


def save(
    session: Session,
    actor: Actor,
    *,
    data: ContractIn,
    contract_id: int | None = None,
    revision: int | None = None,
) -> Contract:
    """Begin a record, or change the one with this id while no registry has it. Nothing changed leaves it untouched.

    The filing side writes, or an officer without a part in it. NotFound for strangers, Forbidden for who only reads,
    Conflict when the record is frozen or moved on since `revision`, Invalid for every field that is wrong.
    """
    if contract_id is None:
        _require_filer(session, actor, data.parties)
        require_consistent(data, today=clock.today())
        contract = begin(session, actor, data)
        audit.record(session, actor, _event(contract, "contract.create", {"title": contract.title}))
        return contract
    contract = held(session, actor, contract_id)
    require_writer(actor, contract)
    if contract.state not in OPEN_STATES:
        raise Conflict(f"contract {contract.id} is {contract.state}: what a registry has is frozen")
    require_revision(contract, revision)
    require_consistent(data, today=clock.today())
    changed = write(session, actor, contract, data)
    if not can_write(actor, contract):
        raise Invalid([Fault("parties", "your own organisation must stay the side that files")])
    if contract.state is not ContractState.DRAFT:
        require_signable(contract)
    _after(session, actor, contract, changed)
    return contract


def begin(session: Session, actor: Actor, data: ContractIn, **known: Any) -> Contract:
    """A new draft with its first step; `known` are columns that nobody types in. Asks no permission itself."""
    moment = clock.now()
    contract = Contract(
        state=ContractState.DRAFT, revision=1, created_at=moment, created_by=actor.name, updated_at=moment, **known
    )
    contract.paid_fen = 0
    write(session, actor, contract, data)
    contract.steps.append(first_step(actor, ContractState.DRAFT, clock.today()))
    session.flush()
    return contract


def first_step(actor: Actor, state: ContractState, day: date, reason: str = "") -> ContractStep:
    """How a record begins its life here."""
    return ContractStep(after=state, happened_on=day, reason=reason, at=clock.now(), by=actor.name)


def set_amount(session: Session, actor: Actor, *, contract_id: int, data: AmountIn) -> ContractAmount:
    """Add the next pair of total and technology part; the ones before stay. What is the same already is returned.

    Conflict once a registry has the contract: then amounts change by change registration (`registering.move`).
    """
    contract = held(session, actor, contract_id)
    require_writer(actor, contract)
    if contract.state not in OPEN_STATES:
        raise Conflict(f"contract {contract.id} is {contract.state}: its amounts change by change registration")
    before = contract.amounts[-1] if contract.amounts else None
    day = data.effective_on or contract.signed_on or clock.today()
    if day > clock.today():
        raise Invalid([Fault("effective_on", "the day lies in the future", day.isoformat())])
    row = amounts.next_amount(session, actor, contract, data=data, effective_on=day)
    if row is None:
        return contract.amounts[-1]
    touch(contract)
    audit.record(session, actor, _event(contract, "contract.amount", amounts.changed(row, before)))
    return row


def take_in(
    session: Session,
    actor: Actor,
    *,
    source_ref: str,
    data: ContractIn,
    state: ContractState,
    registrar: str = "",
    registration_no: str = "",
    registered_on: date | None = None,
) -> bool:
    """Bring in a contract from the office's own list, straight to `state`; whether anything was new or changed.

    For officers and the operator. The same `source_ref` again changes that record, as long as nobody worked on it
    here: Conflict otherwise. Tells nobody. Invalid names `registration_no` when another contract has this number.
    """
    if not is_officer(actor):
        raise Forbidden(f"{actor.name} brings in no lists")
    require_consistent(data, today=clock.today())
    _require_registration(state, registrar, registration_no, registered_on)
    with session.begin_nested():
        contract, changed = _imported(session, actor, source_ref, data, state=state)
        if not is_office(actor, contract):
            raise Forbidden("nobody brings in a contract of their own organisation")
        untouched = all(step.reason == IMPORTED for step in contract.steps)
        wanted = {"state": state, "registrar": registrar, "registration_no": registration_no or None}
        changed |= _register(session, actor, contract, wanted | {"registered_on": registered_on})
        if changed and not untouched:
            raise Conflict(f"contract {contract.id} was worked on here since it was brought in")
        if state is not ContractState.DRAFT:
            require_signable(contract, besides=NOT_LISTED)
        _after(session, actor, contract, changed, action="contract.import")
    return bool(changed)


def _imported(
    session: Session, actor: Actor, source_ref: str, data: ContractIn, *, state: ContractState
) -> tuple[Contract, dict[str, Any]]:
    """The record of this name in the office's list, as the list now says; begun if it is new."""
    found = session.scalar(select(Contract).where(Contract.source_ref == source_ref).with_for_update())
    if found is not None:
        return found, write(session, actor, found, data)
    with one_of_a_kind(session, Fault("source_ref", "another import is bringing this in", source_ref)):
        contract = begin(session, actor, data, source_ref=source_ref)
        (first,) = contract.steps
        contract.state = first.after = state
        first.reason, first.happened_on = IMPORTED, data.signed_on or clock.today()
    return contract, {"title": contract.title, "parties": [party.name for party in data.parties]}


def _register(session: Session, actor: Actor, contract: Contract, wanted: dict[str, Any]) -> dict[str, Any]:
    """Put down where an imported contract stands; a later list that says otherwise adds a step."""
    changed = {name: [getattr(contract, name), value] for name, value in wanted.items()}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    number = wanted["registration_no"] or ""
    with one_of_a_kind(session, Fault("registration_no", "another contract has this number at this registry", number)):
        if "state" in changed:
            step = first_step(actor, wanted["state"], wanted["registered_on"] or clock.today(), IMPORTED)
            step.before = contract.state
            contract.steps.append(step)
        for name, value in wanted.items():
            setattr(contract, name, value)
    return {name: [None if v is None else str(v) for v in pair] for name, pair in changed.items()}


def _require_registration(state: ContractState, registrar: str, number: str, day: date | None) -> None:
    if state not in IN_FORCE:
        return
    given = {"registrar": registrar, "registration_no": number, "registered_on": day}
    if missing := [Fault(name, "a registered contract has this") for name, value in given.items() if not value]:
        raise Invalid(missing)


def _require_filer(session: Session, actor: Actor, parties: list[PartyIn]) -> None:
    """Who begins a record is of the side that files it, verified; or an officer without a part in it."""
    known = organisations_of(session, parties)
    mine = {party.role for party in parties if known.get(party.uscc) in actor.organisation_ids}
    if is_officer(actor) and not mine:
        return
    role = filing_role([party.country for party in parties if party.role is PartyRole.SELLER])
    if role not in mine:
        raise Forbidden(f"a contract is put down by its {role} or by an officer who has no part in it")
    if waiting := accounts.unverified(session, actor.organisation_ids & set(known.values())):
        raise Conflict(f"not verified yet: {', '.join(waiting)}")


def _after(
    session: Session, actor: Actor, contract: Contract, changed: dict[str, Any], *, action: str = "contract.update"
) -> None:
    if not changed:
        return
    touch(contract)
    session.flush()
    if "parties" in changed and contract.state is not ContractState.DRAFT:
        ties.look(session, actor, contract)
    audit.record(session, actor, _event(contract, action, changed))


def _event(contract: Contract, action: str, detail: dict[str, Any]) -> list[audit.Event]:
    return [audit.Event(action, subject(contract), detail)]
