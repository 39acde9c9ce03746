"""The claims behind a contract, for the pages of contracts and deals to lead to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for

from matchmaker.core.actor import Role
from matchmaker.core.unit import reading
from matchmaker.subsidies import queries
from matchmaker.subsidies.queries import QueueFilter
from matchmaker.subsidies.rules import claim_number
from matchmaker.web.parts import parts
from matchmaker.web.session import actor
from matchmaker.web.subsidies.amounts import money


@dataclass(frozen=True)
class Linked:
    """What a short list shows of a claim."""

    number: str
    role: str
    state: str
    amount: str
    window: str
    address: str


def claims_of(contracts: Iterable[tuple[int, str | None]]) -> list[Linked]:
    """The claims for these contracts (id, registration number) that whoever asks may read; nothing for others."""
    numbers = dict(contracts)
    who = actor()
    if not numbers or who.person_id is None:
        return []
    office = who.role in (Role.OFFICER, Role.AUDITOR) and who.acting_for is None
    with reading(parts().sessions) as session:
        rows = _for_office(session, numbers) if office else queries.mine(session, who)
        return [_linked(row, office=office) for row in rows if row.contract_id in numbers]


def _for_office(session: Any, numbers: dict[int, str | None]) -> list[Any]:
    """Only a registered contract can be claimed for, and its number finds its claims."""
    found = []
    for number in filter(None, numbers.values()):
        found += queries.claims_for_export(session, actor(), filters=QueueFilter(text=number))
    return found


def _linked(claim: Any, *, office: bool) -> Linked:
    address = url_for("subsidies.claim" if office else "subsidies.own", claim_id=claim.id)
    amount = money(claim.amount_fen) if claim.amount_fen else ""
    return Linked(claim_number(claim.id), claim.role, claim.state, amount, claim.window.title, address)
