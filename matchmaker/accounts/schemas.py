"""The shape of an organisation coming in: one class for web form, JSON body and spreadsheet row."""

from datetime import date
from typing import Annotated, Literal, Self

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from matchmaker.accounts.rules import DataRight, MemberRank, OrganisationKind, Scale, TitleKind, clean_uscc
from matchmaker.core.actor import Role
from matchmaker.core.text import OptionalText, Text
from matchmaker.reference.chains import nodes
from matchmaker.reference.towns import towns


def known_node(node: str) -> str:
    """A chain node that the taxonomy has; ValueError otherwise."""
    if node not in nodes():
        raise ValueError(f"unknown chain node {node!r}; the template's second sheet lists them all")
    return node


def known_town(code: str) -> str:
    """A town of the district by its nine-digit code; ValueError otherwise."""
    if code not in towns():
        raise ValueError(f"unknown town {code!r}; one of {', '.join(town.name_zh for town in towns().values())}")
    return code


def clean_email(address: str) -> str:
    """The address in lower case; ValueError when no letter could reach it. Nothing is looked up on the network."""
    try:
        # Tests and demonstrations use the reserved names that a strict check would refuse.
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise ValueError("not an e-mail address") from None
    return found.normalized.lower()


def clean_phone(number: str) -> str:
    """Digits with an optional leading +; ValueError when it cannot be a phone number."""
    digits = "".join(number.replace("-", "").replace("(", "").replace(")", "").split())
    if not (5 <= len(digits) <= 16 and digits.removeprefix("+").isdecimal() and digits.isascii()):
        raise ValueError("not a phone number")
    return digits


NodeId = Annotated[str, AfterValidator(known_node)]
TownCode = Annotated[str, AfterValidator(known_town)]
Uscc = Annotated[str, AfterValidator(clean_uscc)]
Email = Annotated[Text, Field(max_length=254), AfterValidator(clean_email)]
Phone = Annotated[OptionalText, AfterValidator(lambda number: clean_phone(number) if number else None)]


class TitleIn(BaseModel):
    """A recognition as entered."""

    model_config = ConfigDict(extra="forbid")

    title: TitleKind
    certificate_no: OptionalText = Field(default=None, max_length=60)
    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        return self


class OrganisationIn(BaseModel):
    """An organisation as entered."""

    model_config = ConfigDict(extra="forbid")

    uscc: Uscc
    name: Text = Field(min_length=2, max_length=120)
    kind: OrganisationKind
    town: TownCode
    scale: Scale | None = None
    chain_nodes: list[NodeId] = Field(default_factory=list, max_length=12)
    titles: list[TitleIn] = Field(default_factory=list, max_length=20)
    intro: Text = Field(default="", max_length=2000)


class PersonIn(BaseModel):
    """Somebody registering. `agreed` is the consent to the processing that the form explains."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(min_length=2, max_length=60)
    email: Email
    phone: Phone = None
    agreed: bool

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if not self.agreed:
            raise ValueError("agreed: an account needs your consent")
        return self


class ProfileIn(BaseModel):
    """What people may change about themselves."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(min_length=2, max_length=60)
    phone: Phone = None
    language: Literal["zh", "en"] = "zh"


class StaffIn(BaseModel):
    """Somebody to work for the district; the role member takes it back."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(min_length=2, max_length=60)
    email: Email
    role: Literal[Role.MEMBER, Role.ORGANISER, Role.OFFICER, Role.AUDITOR, Role.ADMINISTRATOR]


class MemberIn(BaseModel):
    """Somebody to invite into an organisation."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(min_length=2, max_length=60)
    email: Email
    rank: MemberRank = MemberRank.MEMBER


class AssistanceIn(BaseModel):
    """What a member of staff may do for an organisation, and until when."""

    model_config = ConfigDict(extra="forbid")

    purpose: Text = Field(min_length=4, max_length=200)
    until: date


class DataRequestIn(BaseModel):
    """A request about one's own data."""

    model_config = ConfigDict(extra="forbid")

    right: DataRight
    text: Text = Field(min_length=4, max_length=2000)
