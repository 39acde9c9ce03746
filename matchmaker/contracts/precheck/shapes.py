"""What the pre-check reads of a contract, and what a finding says; touches no database."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from matchmaker.contracts.duplicates import Alike, SplitFound
from matchmaker.contracts.related import RelatedTie
from matchmaker.contracts.rules import (
    HOME_COUNTRY,
    ContractKind,
    FilePurpose,
    PartyNature,
    PartyRole,
    PaymentMode,
    RelatedParty,
    Severity,
    SubKind,
)
from matchmaker.listings.rules import IpType


class Wording(NamedTuple):
    """How heavy a finding is and what it says; the braces take the finding's own words."""

    severity: Severity
    zh: str
    en: str
    mend_zh: str
    mend_en: str


@dataclass(frozen=True)
class Finding:
    """One thing the registry would stumble over: where it stands, what is wrong, and what to do about it."""

    code: str
    severity: Severity
    field: str
    text_zh: str
    text_en: str
    mend_zh: str
    mend_en: str


@dataclass(frozen=True)
class Found:
    """A finding before it is put into words."""

    code: str
    field: str
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class PartyFacts:
    """A party as the contract names it, and as the register does: `register_name` is None where nobody looked it up."""

    role: PartyRole
    name: str
    seal_name: str = ""
    uscc: str = ""
    register_name: str | None = None
    nature: PartyNature | None = None
    country: str = HOME_COUNTRY
    division: str = ""


@dataclass(frozen=True)
class RightFacts:
    """A right that the contract is about."""

    type: IpType
    no: str = ""
    name: str = ""
    owner: str = ""
    filed_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True)
class Reused:
    """A bank slip's number that another contract also counts."""

    number: str
    other: str


@dataclass(frozen=True)
class ContractFacts:
    """All that the pre-check looks at. `today` is the day on which the contract would be filed."""

    today: date
    kind: ContractKind
    sub_kind: SubKind | None = None
    title: str = ""
    object: str = ""
    indicators: str = ""
    acceptance: str = ""
    plan: str = ""
    confidentiality: str = ""
    ip_terms: str = ""
    licence_scope: str = ""
    parties: tuple[PartyFacts, ...] = ()
    rights: tuple[RightFacts, ...] = ()
    payment_mode: PaymentMode = PaymentMode.LUMP
    schedule_fen: tuple[int, ...] = ()
    has_royalty: bool = False
    total_fen: int | None = None
    technology_fen: int | None = None
    foreign_text: bool = False
    fiscal_fund: bool = False
    papers: frozenset[FilePurpose] = frozenset()
    signed_on: date | None = None
    effective_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    matched_on: date | None = None
    related: RelatedParty = RelatedParty.NONE
    ties: tuple[RelatedTie, ...] = ()
    alike: tuple[Alike, ...] = ()
    splits: tuple[SplitFound, ...] = ()
    reused: tuple[Reused, ...] = ()

    def named(self, role: PartyRole) -> list[PartyFacts]:
        """The parties with this role."""
        return [party for party in self.parties if party.role is role]
