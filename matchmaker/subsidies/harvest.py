"""What an event brought: its meetings, the deals and contracts that came of them, and the subsidy they got."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.contracts.models import Contract, ContractParty
from matchmaker.contracts.rules import IN_FORCE
from matchmaker.core.actor import Actor
from matchmaker.core.errors import NotFound
from matchmaker.deals import queries as deals
from matchmaker.deals.models import Deal
from matchmaker.deals.rules import DealStage
from matchmaker.events.models import Event
from matchmaker.meetings.figures import WORTH
from matchmaker.meetings.models import Meeting
from matchmaker.meetings.outcomes import outcome_of
from matchmaker.meetings.rules import MeetingState
from matchmaker.subsidies import ledger
from matchmaker.subsidies.models import Claim
from matchmaker.subsidies.rules import Account


@dataclass(frozen=True)
class HarvestRow:
    """One deal of the event with its contracts, their claims, and what those were granted and paid, in fen."""

    deal: Deal
    contracts: Sequence[Contract]
    claims: Sequence[Claim]
    granted_fen: int
    paid_fen: int


@dataclass(frozen=True)
class EventHarvest:
    """What an event brought; amounts in fen. Deals that were ended bring nothing; contracts count with their
    newest amounts, once they are registered.
    """

    event: Event
    meetings: int
    worth: int
    deals: int
    deals_fen: int
    contracts: int
    contracts_fen: int
    technology_fen: int
    claims: int
    granted_fen: int
    paid_fen: int
    rows: Sequence[HarvestRow]


def of_event(session: Session, actor: Actor, *, event_id: int) -> EventHarvest:
    """For officers, auditors and organisers; a constant number of statements. NotFound when there is no such event."""
    found = deals.of_event(session, actor, event_id=event_id)
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound(f"no event {event_id}")
    rows = _rows(session, found)
    meetings, worth = _meetings(session, event_id)
    registered = [one for row in rows for one in row.contracts if one.state in IN_FORCE]
    return EventHarvest(
        event=event,
        meetings=meetings,
        worth=worth,
        deals=len(rows),
        deals_fen=sum(row.deal.amount_fen or 0 for row in rows if row.deal.stage is not DealStage.ENDED),
        contracts=len(registered),
        contracts_fen=sum(one.total_fen or 0 for one in registered),
        technology_fen=sum(one.technology_fen or 0 for one in registered),
        claims=sum(len(row.claims) for row in rows),
        granted_fen=sum(row.granted_fen for row in rows),
        paid_fen=sum(row.paid_fen for row in rows),
        rows=rows,
    )


def _rows(session: Session, found: Sequence[Deal]) -> list[HarvestRow]:
    parties = selectinload(Contract.parties).joinedload(ContractParty.organisation)
    mine = select(Contract).where(Contract.deal_id.in_([one.id for one in found])).options(parties)
    contracts = session.scalars(mine.order_by(Contract.id)).all()
    by_contract = {one.id: one for one in contracts}
    statement = select(Claim).where(Claim.contract_id.in_(by_contract)).order_by(Claim.id)
    claims = session.scalars(statement.options(joinedload(Claim.organisation), joinedload(Claim.window))).all()
    accounts = ledger.of_claims(session, [one.id for one in claims])
    return [
        _row(
            deal,
            [one for one in contracts if one.deal_id == deal.id],
            [one for one in claims if by_contract[one.contract_id].deal_id == deal.id],
            accounts,
        )
        for deal in found
    ]


def _row(
    deal: Deal, contracts: Sequence[Contract], claims: Sequence[Claim], accounts: dict[int, dict[Account, int]]
) -> HarvestRow:
    paid = sum(accounts[one.id][Account.PAID] for one in claims)
    committed = sum(accounts[one.id][Account.COMMITTED] for one in claims)
    return HarvestRow(deal, contracts, claims, granted_fen=committed + paid, paid_fen=paid)


def _meetings(session: Session, event_id: int) -> tuple[int, int]:
    planned = (Meeting.event_id == event_id, Meeting.state == MeetingState.PLANNED)
    rows = session.scalars(select(Meeting).where(*planned).options(selectinload(Meeting.outcomes))).all()
    return len(rows), sum(outcome_of(one) in WORTH for one in rows)
