"""What happened in the demo district between two organisations, as written down by hand: one line, one story."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict

from matchmaker.contracts.rules import ContractKind, ContractState, PartyNature, PaymentMode, SubKind
from matchmaker.contracts.schemas import CostIn, IpIn, RoyaltyIn, TieIn
from matchmaker.core.money import fen_from_wan
from matchmaker.deals.rules import DealKind, DealStage, NoteReach

STORIES = "stories.jsonl"
Wan = Annotated[int, BeforeValidator(lambda value: fen_from_wan(value) if isinstance(value, str) else value)]


class Part(BaseModel):
    """A part of a story; an unknown key is a slip of the pen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Due(NamedTuple):
    """A milestone, its part of the price in per cent, and how many days after the signing it is due."""

    milestone: str
    percent: int
    days: int


class Said(NamedTuple):
    """Something noted on a deal: by the buyer, the seller or the office, and for whom."""

    by: Literal["buyer", "seller", "office"]
    reach: NoteReach
    text: str


class Fate(StrEnum):
    """How a claim went; `claims.FATES` says by which steps."""

    FOUND = "found"
    APPLIED = "applied"
    PRECHECKED = "prechecked"
    TOWN_PASSED = "town_passed"
    PROPOSED = "proposed"
    NOTICE = "notice"
    DOUBTED = "doubted"
    APPROVED = "approved"
    PAID = "paid"
    CONTESTED = "contested"
    RETURNED = "returned"
    MENDED = "mended"
    REFUSED = "refused"
    APPEALED = "appealed"
    UPHELD = "upheld"
    WITHDRAWN = "withdrawn"
    CLAWED_BACK = "clawed_back"
    PARTLY = "partly"


class Claimed(Part):
    """A claim for a contract in one round; `applied` when the platform does not find it by itself."""

    round: Literal["spring", "summer", "autumn"]
    fate: Fate
    applied: bool = False
    aid: Wan = 0
    # Why it went the way it did, and what the other side of a dispute said.
    says: str = ""
    answer: str = ""


class Outsider(Part):
    """A party that the platform does not know."""

    name: str
    nature: PartyNature
    uscc: str = ""
    country: str = "156"
    division: str = ""


class Related(Part):
    """Ties between the two: what the register says of the seller and the buyer, and what came of it."""

    outcome: Literal["declared", "detected", "cleared"]
    seller: tuple[TieIn, ...] = ()
    buyer: tuple[TieIn, ...] = ()
    text: str = ""


class Written(Part):
    """A technology contract; its days follow from the signing and from when the two began to talk."""

    kind: ContractKind
    sub_kind: SubKind
    title: str
    object: str
    indicators: str = ""
    scope: str = ""
    ip: tuple[IpIn, ...] = ()
    total: Wan
    technology: Wan | None = None
    lines: tuple[CostIn, ...] = ()
    mode: PaymentMode = PaymentMode.INSTALMENTS
    dues: tuple[Due, ...] = ()
    royalty: RoyaltyIn | None = None
    # Statements of a royalty: days after the signing, and 万元.
    statements: tuple[tuple[int, Wan], ...] = ()
    # How many of the dues were paid, and what came back of the last payment.
    paid: int = 0
    refund: Wan = 0
    # Where these days are not given they follow, some weeks apart, from when the two began to talk.
    signed: date | None = None
    registered: date | None = None
    turned: date | None = None
    months: int = 18
    state: ContractState = ContractState.REGISTERED
    # What the registry, or the two, said of the last step; and why it was sent back once before it was registered.
    says: str = ""
    mended: str = ""
    changed_total: Wan = 0
    changed_technology: Wan = 0
    related: Related | None = None
    fiscal: bool = False
    # Fields left empty, and "text" or "seal" for a missing text and a seal of another name.
    flaws: frozenset[str] = frozenset()
    # The payments come with their scans, and one invoice was forgotten.
    scans: bool = False
    no_invoice: bool = False
    # In place of the one on the platform.
    buyer: Outsider | None = None
    seller: Outsider | None = None
    claims: tuple[Claimed, ...] = ()


class Story(Part):
    """Two organisations and what became of them.

    `need` and `offer` are the references of listings. Without a `deal` the seller puts its contract down by itself.
    """

    ref: str
    need: str | None = None
    offer: str | None = None
    # Who they are where the listings do not say: a code of the register.
    buyer: str = ""
    seller: str = ""
    node: str = ""
    # The event at which the two meet; else when the one asked the other.
    event: str = ""
    on: date | None = None
    deal: bool = True
    kind: DealKind = DealKind.TECHNOLOGY
    title: str = ""
    summary: str = ""
    amount: Wan | None = None
    stage: DealStage = DealStage.TALKS
    # Nobody has moved it for weeks.
    stalled: bool = False
    says: str = ""
    next: str = ""
    notes: tuple[Said, ...] = ()
    file: str = ""
    officer: bool = False
    contract: Written | None = None


def read_stories(path: Path) -> list[Story]:
    """The stories of a file of JSON lines, in its order."""
    with path.open(encoding="utf-8") as lines:
        return [Story.model_validate_json(line) for line in lines if line.strip()]


def number_of(story: Story) -> int:
    """The running number in the story's name, by which people and phrases take turns."""
    return int(story.ref.rpartition("-")[2])
