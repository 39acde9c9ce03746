"""What an event brought: its meetings, the deals and contracts that came of them, and the subsidy they got."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.contracts.access import oversees
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

# Of fewer contracts a sum would say what one of them is worth.
FEWEST_SUMMED = 3


@dataclass(frozen=True)
class HarvestRow:
    """One deal of the event, and how many contracts and claims came of it.

    The contracts and claims themselves, and what those were granted and paid in fen, are for the office and the
    auditor; for everybody else there are none.
    """

    deal: Deal
    contract_count: int
    claim_count: int
    contracts: Sequence[Contract] = ()
    claims: Sequence[Claim] = ()
    granted_fen: int | None = None
    paid_fen: int | None = None


@dataclass(frozen=True)
class EventHarvest:
    """What an event brought; amounts in fen. Deals that were ended bring nothing; contracts count with their
    newest amounts, once they are registered. A sum is None where the actor may not know it.
    """

    event: Event
    meetings: int
    worth: int
    deals: int
    deals_fen: int | None
    contracts: int
    contracts_fen: int | None
    technology_fen: int | None
    claims: int
    granted_fen: int | None
    paid_fen: int | None
    rows: Sequence[HarvestRow]


def of_event(session: Session, actor: Actor, *, event_id: int) -> EventHarvest:
    """For officers, auditors and organisers; a constant number of statements. NotFound when there is no such event.

    Organisers, who read no contract, learn how many there are and what they come to together, unless they are so few
    that the sum would tell what one is worth.
    """
    found = deals.of_event(session, actor, event_id=event_id)
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound(f"no event {event_id}")
    rows = _rows(session, found)
    meetings, worth = _meetings(session, event_id)
    whole = oversees(actor)
    return EventHarvest(
        event=event,
        meetings=meetings,
        worth=worth,
        deals=len(rows),
        claims=sum(row.claim_count for row in rows),
        rows=rows if whole else [HarvestRow(row.deal, row.contract_count, row.claim_count) for row in rows],
        **_sums(rows, whole=whole),
    )


def _sums(rows: Sequence[HarvestRow], *, whole: bool) -> dict[str, Any]:
    """What it all comes to. A deal is worth what its contract is: where that is held back, the deals' sum is too."""
    contracts = [one for row in rows for one in row.contracts]
    registered = [one for one in contracts if one.state in IN_FORCE]
    claimed = {one.contract_id for row in rows for one in row.claims}

    def told(fen: Iterable[int | None], number: int) -> int | None:
        return sum(one or 0 for one in fen) if whole or number >= FEWEST_SUMMED else None

    going = [row.deal.amount_fen for row in rows if row.deal.stage is not DealStage.ENDED]
    return {
        "deals_fen": told(going, len(contracts) or FEWEST_SUMMED),
        "contracts": len(registered),
        "contracts_fen": told((one.total_fen for one in registered), len(registered)),
        "technology_fen": told((one.technology_fen for one in registered), len(registered)),
        "granted_fen": told((row.granted_fen for row in rows), len(claimed)),
        "paid_fen": told((row.paid_fen for row in rows), len(claimed)),
    }


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
    return HarvestRow(deal, len(contracts), len(claims), contracts, claims, committed + paid, paid)


def _meetings(session: Session, event_id: int) -> tuple[int, int]:
    planned = (Meeting.event_id == event_id, Meeting.state == MeetingState.PLANNED)
    rows = session.scalars(select(Meeting).where(*planned).options(selectinload(Meeting.outcomes))).all()
    return len(rows), sum(outcome_of(one) in WORTH for one in rows)
