"""What a decision is made from and what it is, as frozen records that go to JSON and come back the same."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from matchmaker.contracts.rules import ContractKind, PartyRole, RelatedParty
from matchmaker.core.errors import Fault, Invalid
from matchmaker.subsidies.amounts import Fen, FenSum
from matchmaker.subsidies.reasons import Reason
from matchmaker.subsidies.written import Written

# Of the stored JSON. A later shape must still be able to read this one.
SHAPE = 1
# Characters of a wrong value that a message repeats.
SHOWN = 60
_NO_VALUE = ("missing", "unexpected_keyword_argument", "unknown_key")
T = TypeVar("T")
_STRICT = ConfigDict(strict=True, extra="forbid")
# Without control characters, so that a message or a list shows it on one line.
Name = Annotated[str, Written(r"^[^\x00-\x1f\x7f]{1,200}$", "must be text of 1 to 200 characters on one line")]
UsccText = Annotated[str, Written(r"^[0-9A-HJ-NP-RTUWXY]{18}$", "must be a social credit code of 18 characters")]
Division = Annotated[str, Written(r"^[0-9]{6}([0-9]{3}){0,2}$", "must be a division code of 6, 9 or 12 digits")]


@dataclass(frozen=True, slots=True)
class Payment:
    """Money the buyer paid: when, how much (fen), of it for technology if itemised, and which papers there are."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    paid_on: date
    amount: Fen
    technology_amount: Fen | None
    invoice: bool
    bank_receipt: bool


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """A contract as it stands when the claim is decided: amounts as amended, all payments so far."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    contract_id: Name
    kind: ContractKind
    total_amount: Fen
    technology_amount: Fen
    signed_on: date
    valid_until: date
    registration_no: Annotated[str, Written(r"^[^\x00-\x1f\x7f]{0,200}$", "must be null or text on one line")] | None
    registered_on: date | None
    matched_on: date | None
    related_party: RelatedParty
    fiscal_fund: bool
    payments: tuple[Payment, ...]


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who claims. The last two are unknown (None) unless the office knows them; then people have to look."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    uscc: UsccText
    division: Division
    paid_mandate: bool | None = None
    seriously_dishonest: bool | None = None


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """One claim in the format of the claims file. `higher_level_aid`: fen that higher levels gave for it so far."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    claim_id: Name
    role: PartyRole
    applied_on: date
    contract: ContractFacts
    applicant: Applicant
    higher_level_aid: Fen


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier decisions leave behind for one claim; everything in fen.

    `contract_granted`: for this contract, over all roles and years. `unit_year_granted`: to this unit in this calendar
    year, over all roles; `unit_year_role_granted`: in this role. `unit_year_base`: the base this unit used in this
    role and year, which is where its tiers go on. `used_base`: the base this contract used in this role, over all
    years. `higher_level_aid`: the most that was stated for this contract and role, `higher_level_deducted` what of it
    was deducted. `claimed`: an eligible decision for this contract and role exists; `payments`: what it knew of.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    contract_granted: FenSum = 0
    unit_year_granted: FenSum = 0
    unit_year_role_granted: FenSum = 0
    unit_year_base: FenSum = 0
    used_base: FenSum = 0
    higher_level_aid: FenSum = 0
    higher_level_deducted: FenSum = 0
    claimed: bool = False
    payments: tuple[Payment, ...] = ()


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a decision depends on beside the policy. `share`: what the year's budget leaves of it, if it binds."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    claim: ClaimFacts
    before: Before
    opens_on: date
    closes_on: date
    share: FenSum | None = None

    def to_json(self) -> dict[str, Any]:
        """The record to store: plain JSON values, the claim in the format of the claims file."""
        return {"shape": SHAPE, **_INPUTS.dump_python(self, mode="json")}

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> "Inputs":
        """The record that `to_json` gave. Invalid when it is of another shape or was tampered with."""
        return _read(_INPUTS, stored)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy gives for a claim, and why. All amounts in fen.

    `base` is what this claim adds, `used_base` how much of it the grant (and aid from above) used up: less than `base`
    where a cap cut, so that the rest stays for later years. `higher_level_deducted`: what was taken off for aid from
    above. `unshared`: the amount by the rules, where the year's budget left less.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    claim_id: str
    eligible: bool
    base: FenSum
    amount: FenSum
    reasons: tuple[Reason, ...]
    policy_id: str
    policy_version: str
    used_base: FenSum = 0
    higher_level_deducted: FenSum = 0
    unshared: FenSum | None = None

    def to_json(self) -> dict[str, Any]:
        """The record to store: plain JSON values."""
        return {"shape": SHAPE, **_OUTCOME.dump_python(self, mode="json")}

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> "Outcome":
        """The record that `to_json` gave. Invalid when it is of another shape or was tampered with."""
        return _read(_OUTCOME, stored)

    def line(self) -> bytes:
        """The JSON of this outcome as the outcomes file has it, without the end of the line."""
        return _OUTCOME.serializer.to_json(self, exclude=_KEPT_INSIDE)


# What a decision must remember and nobody else reads.
_KEPT_INSIDE = {"used_base", "higher_level_deducted", "unshared"}
CLAIM: TypeAdapter[ClaimFacts] = TypeAdapter(ClaimFacts)
_INPUTS: TypeAdapter[Inputs] = TypeAdapter(Inputs)
_OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Outcome)


def _read(adapter: TypeAdapter[T], stored: Mapping[str, Any]) -> T:
    if stored.get("shape") != SHAPE:
        raise Invalid([Fault("shape", f"only shape {SHAPE} is known", str(stored.get("shape")))])
    try:
        return adapter.validate_json(json.dumps({key: value for key, value in stored.items() if key != "shape"}))
    except ValidationError as error:
        raise Invalid([fault_of(one) for one in error.errors()]) from None


def fault_of(error: ErrorDetails) -> Fault:
    """What pydantic found wrong with one field, in one line that repeats a short value."""
    given, message = error["input"], error["msg"].removeprefix("Value error, ")
    shown = str(given) if isinstance(given, Decimal) else repr(given)
    if error["type"] == "json_invalid":
        message, shown = message.replace(" at line 1 column ", " at column "), ""
    elif error["type"] in _NO_VALUE or isinstance(given, dict | list | tuple):
        shown = ""
    elif len(shown) > SHOWN:
        shown = shown[: SHOWN - 1] + "…"
    path = ".".join(map(str, error["loc"]))
    return Fault(path, f"{message}, not {shown}" if shown else message, shown)
