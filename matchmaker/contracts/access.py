"""Who may know of a technology contract, who files it, who pays on it, and who enters what the registry decided."""

from matchmaker.contracts.models import Contract, ContractPayment
from matchmaker.contracts.rules import (
    FILERS_STEPS,
    IN_FORCE,
    NEXT_STATES,
    OPEN_STATES,
    OVER,
    ContractState,
    PartyRole,
    filing_role,
)
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden, NotFound

READERS = (Role.OFFICER, Role.AUDITOR)
# When an organisation stands in a contract twice, the part that may do more counts.
_FIRST = (PartyRole.SELLER, PartyRole.BUYER, PartyRole.INTERMEDIARY)


def side_of(actor: Actor, contract: Contract) -> PartyRole | None:
    """The part that an organisation of the actor has in the contract, None when it has none."""
    mine = {party.role for party in contract.parties if party.organisation_id in actor.organisation_ids}
    return next((role for role in _FIRST if role in mine), None)


def organisation_of(actor: Actor, contract: Contract) -> int | None:
    """The organisation by which the actor has that part, None when it has none."""
    side = side_of(actor, contract)
    mine = {party.organisation_id for party in contract.parties if party.role is side}
    return min((one for one in mine if one in actor.organisation_ids), default=None)


def filing_role_of(contract: Contract) -> PartyRole:
    """Who files this contract: the seller, or the buyer of an import."""
    return filing_role([party.country for party in contract.parties if party.role is PartyRole.SELLER])


def files_for(actor: Actor, contract: Contract) -> bool:
    """Whether the actor belongs to the side that drafts, signs and files."""
    role = filing_role_of(contract)
    mine = {party.role for party in contract.parties if party.organisation_id in actor.organisation_ids}
    return role in mine


def is_officer(actor: Actor) -> bool:
    """Whether the actor works for the office at this moment; acting for an organisation an officer is that one."""
    return actor.is_system or (actor.role is Role.OFFICER and actor.acting_for is None)


def oversees(actor: Actor) -> bool:
    """Whether the actor reads all contracts for the district; whoever acts for an organisation reads what it reads."""
    return actor.is_system or (actor.role in READERS and actor.acting_for is None)


def is_office(actor: Actor, contract: Contract) -> bool:
    """Whether the actor may decide about this contract for the office: never about their own organisation's."""
    return actor.is_system or (is_officer(actor) and side_of(actor, contract) is None)


def can_read(actor: Actor, contract: Contract) -> bool:
    """The parties, the office and the auditor read the whole record."""
    return oversees(actor) or side_of(actor, contract) is not None


def can_write(actor: Actor, contract: Contract) -> bool:
    """The filing side and the office keep the record, whatever its state."""
    return files_for(actor, contract) or is_office(actor, contract)


def can_edit(actor: Actor, contract: Contract) -> bool:
    """Whether the record itself may be edited by the actor now; what a registry has is frozen."""
    return contract.state in OPEN_STATES and can_write(actor, contract)


def can_reschedule(actor: Actor, contract: Contract) -> bool:
    """Whether the actor may put in a new payment schedule for what is registered; before that the record has it."""
    return contract.state in IN_FORCE and can_write(actor, contract)


def can_pay(actor: Actor, contract: Contract) -> bool:
    """Buyer, seller and the office enter money. After the end only what comes back, or what the office makes up for."""
    if contract.state is ContractState.DRAFT:
        return False
    return side_of(actor, contract) in (PartyRole.SELLER, PartyRole.BUYER) or is_office(actor, contract)


def can_refund_only(actor: Actor, contract: Contract) -> bool:
    """Whether all the actor may still enter is money that came back."""
    return contract.state in OVER and not is_office(actor, contract)


def can_withdraw(actor: Actor, contract: Contract, payment: ContractPayment) -> bool:
    """Whoever entered an amount takes it back, or the office does: nobody strikes out what the other side says.

    What the office entered is the office's, and so is a row that does not tell who entered it.
    """
    return payment.organisation_id in actor.organisation_ids or is_office(actor, contract)


def next_moves(actor: Actor, contract: Contract) -> tuple[ContractState, ...]:
    """The states that the actor may move the contract to now, in the order of a contract's life."""
    steps = NEXT_STATES[contract.state]
    if not is_office(actor, contract):
        own = files_for(actor, contract)
        steps = {step for step in steps if own and (contract.state, step) in FILERS_STEPS}
    return tuple(step for step in ContractState if step in steps)


def require_reader(actor: Actor, contract: Contract) -> None:
    """Everybody else gets NotFound: that two firms have a contract is their own business."""
    if not can_read(actor, contract):
        raise NotFound(f"no contract {contract.id}")


def require_writer(actor: Actor, contract: Contract) -> None:
    """Forbidden for those who only read; NotFound for strangers."""
    require_reader(actor, contract)
    if not can_write(actor, contract):
        raise Forbidden(f"the filing side keeps the record; {actor.name} only reads it")


def require_payer(actor: Actor, contract: Contract) -> None:
    """Forbidden for those who only read; NotFound for strangers."""
    require_reader(actor, contract)
    if side_of(actor, contract) not in (PartyRole.SELLER, PartyRole.BUYER) and not is_office(actor, contract):
        raise Forbidden(f"buyer, seller and the office enter payments; {actor.name} only reads them")


def require_withdrawer(actor: Actor, contract: Contract, payment: ContractPayment) -> None:
    """Forbidden for the other side, NotFound for strangers."""
    require_payer(actor, contract)
    if not can_withdraw(actor, contract, payment):
        raise Forbidden(f"payment {payment.id} is withdrawn by who entered it or by the office, not by {actor.name}")


def require_office(actor: Actor, contract: Contract) -> None:
    """Forbidden for everybody but an officer who has no part in the contract; NotFound for strangers."""
    require_reader(actor, contract)
    if is_officer(actor) and not is_office(actor, contract):
        raise Forbidden("nobody decides about a contract of their own organisation")
    if not is_office(actor, contract):
        raise Forbidden(f"this is the office's to enter; {actor.name} does not work for it")
