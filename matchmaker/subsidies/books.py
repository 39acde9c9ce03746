"""What was granted so far, kept as decisions are made, so that the next claim knows what came before it."""

from collections.abc import Callable
from dataclasses import dataclass

from matchmaker.contracts.rules import PartyRole
from matchmaker.subsidies.counting import standing
from matchmaker.subsidies.facts import Before, ClaimFacts, Inputs, Outcome, Payment


@dataclass(slots=True)
class _Contract:
    """One contract in one role, over all years and applicants: whoever claims it again goes on where this ends."""

    granted: int = 0
    used_base: int = 0
    higher_level_aid: int = 0
    higher_level_deducted: int = 0
    payments: tuple[Payment, ...] = ()


@dataclass(slots=True)
class _UnitYear:
    """One unit in one calendar year in one role."""

    granted: int = 0
    base: int = 0


_NOTHING = Before()
_NEW_CONTRACT, _NEW_UNIT = _Contract(), _UnitYear()


class Books:
    """Decisions are added in the order in which they were made; asking changes nothing.

    To decide one claim it is enough to add the standing decisions on its contract (all roles, all years) and on its
    applicant (the same calendar year). One that was superseded, refused or taken back is not added.
    `comes_again` spares memory: a contract that it denies is never asked for again, so nothing is kept of it.
    """

    def __init__(self, *, comes_again: Callable[[str], bool] = lambda contract_id: True) -> None:
        self._comes_again = comes_again
        self._contracts: dict[str, dict[PartyRole, _Contract]] = {}
        self._units: dict[tuple[str, int], dict[PartyRole, _UnitYear]] = {}

    def before(self, claim: ClaimFacts) -> Before:
        """What earlier decisions leave behind for this claim."""
        contracts = self._contracts.get(claim.contract.contract_id)
        units = self._units.get((claim.applicant.uscc, claim.applied_on.year))
        if contracts is None and units is None:
            return _NOTHING
        contract = (contracts or {}).get(claim.role, _NEW_CONTRACT)
        unit = (units or {}).get(claim.role, _NEW_UNIT)
        return Before(
            contract_granted=sum([one.granted for one in contracts.values()]) if contracts else 0,
            unit_year_granted=sum([one.granted for one in units.values()]) if units else 0,
            unit_year_role_granted=unit.granted,
            unit_year_base=unit.base,
            used_base=contract.used_base,
            higher_level_aid=contract.higher_level_aid,
            higher_level_deducted=contract.higher_level_deducted,
            claimed=contract is not _NEW_CONTRACT,
            payments=contract.payments,
        )

    def add(self, inputs: Inputs, outcome: Outcome) -> None:
        """Take a decision into account; one that is not eligible leaves nothing behind."""
        if not outcome.eligible:
            return
        claim = inputs.claim
        key = (claim.applicant.uscc, claim.applied_on.year)
        units = self._units.get(key)
        if units is None:
            units = self._units[key] = {}
        unit = units.get(claim.role)
        if unit is None:
            unit = units[claim.role] = _UnitYear()
        unit.granted += outcome.amount
        unit.base += outcome.used_base
        if self._comes_again(claim.contract.contract_id):
            self._add_contract(inputs, outcome)

    def _add_contract(self, inputs: Inputs, outcome: Outcome) -> None:
        claim = inputs.claim
        contract = self._contracts.setdefault(claim.contract.contract_id, {}).setdefault(claim.role, _Contract())
        contract.granted += outcome.amount
        contract.used_base += outcome.used_base
        contract.higher_level_aid = max(contract.higher_level_aid, claim.higher_level_aid)
        contract.higher_level_deducted += outcome.higher_level_deducted
        contract.payments = standing(inputs)

    def keeps(self, contract_id: str) -> bool:
        """Whether anything is known of this contract."""
        return contract_id in self._contracts

    def cut(self, contract_id: str, role: PartyRole, fen: int) -> None:
        """A year's budget took `fen` off what was granted for this contract; its year is over, so units keep theirs."""
        if kept := self._contracts.get(contract_id):
            kept[role].granted -= fen
