"""Reading technology contracts: one, one's own, those of a deal, and what was said on ties between their parties."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from matchmaker.contracts.access import oversees, require_reader
from matchmaker.contracts.models import Contract, ContractParty, RelatedFinding
from matchmaker.core.actor import Actor
from matchmaker.core.errors import NotFound


def contract(session: Session, actor: Actor, *, contract_id: int) -> Contract:
    """One contract with everything on it. NotFound for everybody who has no part in it and does not oversee it."""
    statement = select(Contract).where(Contract.id == contract_id).options(*whole_record())
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(f"no contract {contract_id}")
    require_reader(actor, found)
    return found


def of_deal(session: Session, actor: Actor, *, deal_id: int) -> Sequence[Contract]:
    """The contracts that a deal was put down in, newest first; only those that the actor may read."""
    statement = select(Contract).where(Contract.deal_id == deal_id, visible_to(actor)).order_by(Contract.id.desc())
    return session.scalars(statement.options(*whole_record())).all()


def mine(session: Session, actor: Actor) -> Sequence[Contract]:
    """The contracts of the actor's organisations, what moved last first; a constant number of statements."""
    statement = select(Contract).where(_takes_part(actor)).order_by(Contract.updated_at.desc(), Contract.id.desc())
    return session.scalars(statement.options(*whole_record())).all()


def related_history(session: Session, actor: Actor, *, contract: Contract) -> Sequence[RelatedFinding]:
    """All that was said on ties between the parties, newest first."""
    require_reader(actor, contract)
    statement = select(RelatedFinding).where(RelatedFinding.contract_id == contract.id)
    return session.scalars(statement.order_by(RelatedFinding.id.desc())).all()


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Which contracts the actor may read, as a condition; says the same as `access.can_read`."""
    if oversees(actor):
        return Contract.id.is_not(None)
    return _takes_part(actor)


def whole_record() -> tuple[ORMOption, ...]:
    """Loads all that belongs to the contracts of a list in a constant number of statements."""
    return (
        joinedload(Contract.deal),
        selectinload(Contract.parties).joinedload(ContractParty.organisation),
        selectinload(Contract.amounts),
        selectinload(Contract.schedule),
        selectinload(Contract.payments),
        selectinload(Contract.steps),
    )


def _takes_part(actor: Actor) -> ColumnElement[bool]:
    own = ContractParty.organisation_id.in_(actor.organisation_ids)
    return Contract.id.in_(select(ContractParty.contract_id).where(own, ContractParty.superseded_at.is_(None)))
