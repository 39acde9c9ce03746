"""The shape of an organisation coming in: one class for web form, JSON body and spreadsheet row."""

from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from matchmaker.accounts.rules import OrganisationKind, Scale, TitleKind, clean_uscc
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


NodeId = Annotated[str, AfterValidator(known_node)]
TownCode = Annotated[str, AfterValidator(known_town)]
Uscc = Annotated[str, AfterValidator(clean_uscc)]


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
