"""The claims behind a contract, for the pages of contracts and deals to lead to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for

from matchmaker.core.unit import reading
from matchmaker.subsidies import queries
from matchmaker.subsidies.access import oversees
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


def claims_of(contracts: Iterable[int]) -> list[Linked]:
    """The claims for these contracts (by id) that whoever asks may read; nothing for others."""
    numbers, who = set(contracts), actor()
    if not numbers or who.person_id is None:
        return []
    office = oversees(who)
    with reading(parts().sessions) as session:
        rows = queries.of_contracts(session, who, contract_ids=numbers)
        return [_linked(row, office=office) for row in rows]


def _linked(claim: Any, *, office: bool) -> Linked:
    address = url_for("subsidies.claim" if office else "subsidies.own", claim_id=claim.id)
    amount = money(claim.amount_fen) if claim.amount_fen else ""
    return Linked(claim_number(claim.id), claim.role, claim.state, amount, claim.window.title, address)
