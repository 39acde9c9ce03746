"""A subsidy policy as versioned data: what its YAML may say, checked when it is loaded."""

from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from matchmaker.contracts.rules import ContractKind, PartyRole
from matchmaker.core.errors import Fault, Invalid
from matchmaker.subsidies.facts import fault_of
from matchmaker.subsidies.reasons import ReasonCode
from matchmaker.subsidies.rules import ClawBackReason
from matchmaker.subsidies.tiers import Scale, Tier
from matchmaker.subsidies.yaml_lines import Document, read_yaml

# The only rule for later years so far, in the words of the policy's own format.
LATER_PAYMENTS = "later payments claimable in later years until the caps are used"
_NOTICE = r"public_notice_[1-9][0-9]?_workdays"
_STEP = rf"^(platform_precheck|town_check|district_tech_bureau|{_NOTICE}|payment)$"
# Faults that one message names; who mends a file wants the first ones.
_NAMED = 5


def _number(value: object) -> object:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _day(value: object) -> object:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise PydanticCustomError("day", "write a day such as 2026-03-01") from None


def _day_of_year(text: str) -> str:
    try:
        # Not a leap year: a window must open and close on a day that every year has.
        return date.fromisoformat(f"2001-{text}").strftime("%m-%d")
    except ValueError:
        raise PydanticCustomError("day", "no day that every year has; write month and day as '03-31'") from None


def _later_payments(value: object) -> object:
    if isinstance(value, bool) or value == LATER_PAYMENTS:
        return bool(value)
    raise PydanticCustomError("multi_year", f"write true, false or '{LATER_PAYMENTS}'")


Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,39}$")]
Rate = Annotated[Decimal, BeforeValidator(_number), Field(ge=0, le=1, decimal_places=6)]
Cap = Annotated[int, Field(ge=0, le=10**15)]
Day = Annotated[date, BeforeValidator(_day)]
DayOfYear = Annotated[str, AfterValidator(_day_of_year)]


class Part(BaseModel):
    """A part of a policy: every key is known, nothing is converted, and what holds not must be said as null."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        unknown = [key for key in data if key not in cls.model_fields] if isinstance(data, dict) else []
        for key in unknown:
            near = get_close_matches(key, cls.model_fields, n=1, cutoff=0.5)
            advice = f"did you mean {near[0]}?" if near else f"known are {', '.join(cls.model_fields)}"
            raise PydanticCustomError("unknown_key", "unknown key; {advice}", {"key": key, "advice": advice})
        return data


class TierIn(Part):
    """`rate` up to `up_to` fen of the base; the last tier has no `up_to`."""

    up_to: Cap | None = None
    rate: Rate


class Rates(Part):
    """The rate of each kind of contract; a kind that is not named is not supported."""

    DEV: Rate | None = None
    TRF: Rate | None = None
    LIC: Rate | None = None
    CON: Rate | None = None
    SVC: Rate | None = None


class Beneficiary(Part):
    """What one role gets: rates by kind, one rate, or tiers that a unit's claims of one year go up in turn."""

    enabled: bool
    rates: Rates | None = None
    rate: Rate | None = None
    tiers: Annotated[tuple[TierIn, ...], Field(strict=False, min_length=1)] | None = None
    unit_year_cap: Cap | None = None
    needs_paid_mandate: bool = False
    # In place of the policy's own floor.
    min_tech_amount_per_contract: Cap | None = None

    @model_validator(mode="after")
    def _one_way_to_reckon(self) -> "Beneficiary":
        if sum(way is not None for way in (self.rates, self.rate, self.tiers)) != 1:
            raise PydanticCustomError("one_way", "say exactly one of rates, rate, tiers")
        ends = [tier.up_to for tier in self.tiers or ()]
        if ends and (ends[-1] is not None or None in ends[:-1]):
            raise PydanticCustomError("tiers", "every tier but the last needs up_to, and the last has none")
        known = [end for end in ends if end is not None]
        if known != sorted(set(known)) or 0 in known:
            raise PydanticCustomError("tiers", "the tiers must rise: up_to is not above the one before")
        return self

    def scale(self, kind: ContractKind) -> Scale | None:
        """How aid grows with the base for this kind; None when it is not supported."""
        if self.tiers is not None:
            starts = (0, *(tier.up_to or 0 for tier in self.tiers))
            steps = zip(starts, self.tiers, strict=False)
            return Scale(tuple(Tier(start, one.up_to, Fraction(one.rate)) for start, one in steps), by_unit_year=True)
        rate = self.rate if self.rates is None else getattr(self.rates, kind.value)
        return None if rate is None else Scale((Tier(0, None, Fraction(rate)),))


class Beneficiaries(Part):
    """Who may get aid; a role that is not named gets none."""

    buyer: Beneficiary | None = None
    seller: Beneficiary | None = None
    intermediary: Beneficiary | None = None


class Caps(Part):
    """The most that is granted, in fen; null where there is no such cap."""

    per_contract_all_roles: Cap | None
    per_unit_per_year: Cap | None


class Eligibility(Part):
    """What must hold for a claim; null, false or `any` where nothing is asked."""

    applicant_located_in: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")] | None
    via_platform: bool
    registered: bool
    registration_year: Literal["previous_calendar_year", "application_year", "any"]
    payment_evidence: Annotated[tuple[Literal["invoice", "bank_receipt"], ...], Field(strict=False)]
    payment_date_range: (
        Annotated[tuple[Literal["signing_date"], Literal["application_close"]], Field(strict=False)] | None
    )
    related_party: Literal["exclude", "allow"]
    fiscal_fund_project: Literal["exclude", "allow"]
    credit: Literal["no_serious_dishonesty"] | None


class Stacking(Part):
    """What aid from other levels does to ours: deducted, a reason to refuse, or nothing."""

    same_item: Literal["highest_only"]
    higher_level_aid: Literal["top_up_difference", "exclude", "ignore"]


class ClaimWindow(Part):
    """The days of a year between which claims are made, both included."""

    opens: DayOfYear
    closes: DayOfYear

    @model_validator(mode="after")
    def _opens_first(self) -> "ClaimWindow":
        if self.opens > self.closes:
            raise PydanticCustomError("window", "opens after it closes; a window lies within one calendar year")
        return self


class Budget(Part):
    """The most that is granted in one calendar year, in fen; null for no limit."""

    yearly_total: Cap | None
    if_exceeded: Literal["pro_rata"]


class Assumption(Part):
    """Something the source does not say: which key of the policy, what is assumed, and on what ground."""

    path: Text
    text: Text
    basis: Text


class Policy(Part):
    """One version of a policy. Amounts are in fen, rates exact decimals; every key stands for itself."""

    policy_id: Code
    version: Code = ""
    title: Text | None = None
    source: Text
    clause: Text | None = None
    valid_from: Day
    valid_to: Day | None = None
    currency_unit: Literal["fen"]
    beneficiaries: Beneficiaries
    caps: Caps
    base: Literal["paid_technology_amount"]
    min_tech_amount_per_contract: Cap | None
    eligibility: Eligibility
    stacking: Stacking
    window: ClaimWindow | None
    review: Annotated[tuple[Annotated[str, StringConstraints(pattern=_STEP)], ...], Field(strict=False)]
    budget: Budget
    rounding: Literal["floor_fen"]
    multi_year: Annotated[bool, BeforeValidator(_later_payments)]
    clawback: Annotated[tuple[Annotated[ClawBackReason, Field(strict=False)], ...], Field(strict=False)]
    assumptions: Annotated[tuple[Assumption, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _valid_in_order(self) -> "Policy":
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise PydanticCustomError("validity", "valid_to lies before valid_from")
        return self

    @cached_property
    def enabled(self) -> dict[PartyRole, Beneficiary]:
        """What each role gets that gets anything."""
        found = {role: getattr(self.beneficiaries, role.value) for role in PartyRole}
        return {role: one for role, one in found.items() if one is not None and one.enabled}

    @cached_property
    def scales(self) -> dict[tuple[PartyRole, ContractKind], Scale]:
        """How aid grows for each role that is enabled and each kind that it gets aid for."""
        found = {(role, kind): one.scale(kind) for role, one in self.enabled.items() for kind in ContractKind}
        return {key: scale for key, scale in found.items() if scale is not None}

    @cached_property
    def floors(self) -> dict[PartyRole, int]:
        """The least technology amount of a contract for each role that is enabled, in fen."""
        owns = {role: one.min_tech_amount_per_contract for role, one in self.enabled.items()}
        return {role: (self.min_tech_amount_per_contract if own is None else own) or 0 for role, own in owns.items()}

    @cached_property
    def limits(self) -> dict[PartyRole, list[tuple[ReasonCode, int, str]]]:
        """For each role that is enabled: the caps that hold, and what of `facts.Before` counts against each."""
        caps = self.caps
        found = {
            role: [
                (ReasonCode.CONTRACT_CAP, caps.per_contract_all_roles, "contract_granted"),
                (ReasonCode.UNIT_YEAR_CAP, caps.per_unit_per_year, "unit_year_granted"),
                (ReasonCode.UNIT_YEAR_ROLE_CAP, one.unit_year_cap, "unit_year_role_granted"),
            ]
            for role, one in self.enabled.items()
        }
        return {role: [(code, cap, of) for code, cap, of in those if cap is not None] for role, those in found.items()}

    @cached_property
    def division(self) -> str:
        """What the applicant's division code must start with: "4406" for the city 440600."""
        code = self.eligibility.applicant_located_in or ""
        while code.endswith("00"):
            code = code[:-2]
        return code

    def registration_year(self, applied_in: int) -> int | None:
        """The calendar year in which a contract claimed in `applied_in` must be registered; None for any."""
        asked = self.eligibility.registration_year
        if asked == "any":
            return None
        return applied_in if asked == "application_year" else applied_in - 1

    def window_in(self, year: int) -> tuple[date, date]:
        """The first and last day of the window in this year; the whole year when the policy has no window."""
        opens, closes = (self.window.opens, self.window.closes) if self.window else ("01-01", "12-31")
        return _days(year, opens, closes)

    @property
    def has_town_check(self) -> bool:
        """Whether the town looks at a claim before the district does."""
        return "town_check" in self.review

    @property
    def notice_days(self) -> int:
        """Working days of public notice; 0 for none."""
        found = [step.split("_")[2] for step in self.review if step.startswith("public_notice_")]
        return int(found[0]) if found else 0


@lru_cache
def _days(year: int, opens: str, closes: str) -> tuple[date, date]:
    return date.fromisoformat(f"{year:04d}-{opens}"), date.fromisoformat(f"{year:04d}-{closes}")


def load_policy(text: str | bytes) -> Policy:
    """The policy in this YAML text.

    Invalid when it is no YAML, a key is unknown, missing or said twice, a value is of a wrong kind or out of range, or
    an assumption is about a key that the file does not have: each fault names the path, the line and the nearest
    known key. A file without a version gets one made of the day it starts and a digest of what it says, so that two
    policies never share one.
    """
    read = read_yaml(text)
    if not isinstance(read.data, dict):
        raise Invalid([Fault("file", "a policy is a list of keys such as `policy_id: NAME`")])
    try:
        policy = Policy.model_validate(read.data)
    except ValidationError as error:
        raise Invalid([_fault(read, one) for one in error.errors()][:_NAMED]) from None
    unknown = [
        Fault(
            f"assumptions.{number}.path",
            f"line {read.line(f'assumptions.{number}')}: no such key in this policy",
            one.path,
        )
        for number, one in enumerate(policy.assumptions)
        if one.path not in read.lines
    ]
    if unknown:
        raise Invalid(unknown)
    return policy if policy.version else policy.model_copy(update={"version": _version(policy)})


@lru_cache(maxsize=64)
def read_policy(text: str) -> Policy:
    """The same, read once: what was stored was checked when it was loaded, and never changes."""
    return load_policy(text)


def _version(policy: Policy) -> str:
    digest = sha256(policy.model_dump_json().encode()).hexdigest()
    return f"{policy.valid_from.isoformat()}+{digest[:8]}"


# In place of pydantic's words where those would not help whoever writes a policy.
_WORDS = {
    "missing": "missing; where nothing holds, write null",
    "is_instance_of": "write a decimal number such as 0.05",
    "string_type": "must be text; put digits in quotes",
}


def _fault(read: Document, error: ErrorDetails) -> Fault:
    found = fault_of(error)
    message = found.message
    if error["type"] in _WORDS:
        message = _WORDS[error["type"]] + (f", not {found.value}" if found.value else "")
    key = error.get("ctx", {}).get("key") if error["type"] == "unknown_key" else None
    path = ".".join(part for part in (found.field, key) if part) or "file"
    return Fault(path, f"line {read.line(path)}: {message}", found.value)
