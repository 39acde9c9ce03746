"""The shape of windows and claims coming in from a form."""

import re
from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from matchmaker.contracts.rules import PartyRole
from matchmaker.core.money import MAX_FEN, fen_from_yuan
from matchmaker.core.text import Text

ACCOUNT = re.compile(r"^[0-9]{8,32}$")


def _account(text: str) -> str:
    digits = re.sub(r"[\s\-－]", "", text)
    if not ACCOUNT.match(digits):
        raise ValueError("an account number has 8 to 32 digits")
    return digits


def _fen(value: object) -> object:
    return fen_from_yuan(value.strip() or "0") if isinstance(value, str) else value


Yuan = Annotated[int, Field(ge=0, le=MAX_FEN), BeforeValidator(_fen)]


class WindowIn(BaseModel):
    """One round of claims. Its days lie in its year, so that a unit's year is the year of its claims."""

    model_config = ConfigDict(extra="forbid")

    policy_row_id: int
    year: int = Field(ge=2000, le=2100)
    title: Text = Field(min_length=2, max_length=120)
    opens_on: date
    closes_on: date
    limited: bool = True

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closes_on < self.opens_on:
            raise ValueError("closes_on lies before opens_on")
        if {self.opens_on.year, self.closes_on.year} != {self.year}:
            raise ValueError("opens_on and closes_on must lie in the year")
        return self


class ClaimIn(BaseModel):
    """What the applicant adds to what the platform knows: its word, its account, and aid from higher levels in yuan."""

    model_config = ConfigDict(extra="forbid")

    declared: bool
    bank_name: Text = Field(min_length=2, max_length=120)
    bank_account: Annotated[Text, AfterValidator(_account)]
    higher_level_aid: Yuan = 0

    @model_validator(mode="after")
    def _declares(self) -> Self:
        if not self.declared:
            raise ValueError("declared: a claim needs the word that what it says is true")
        return self


class ApplyIn(ClaimIn):
    """A claim that the platform did not find. `organisation_id` is needed when one acts for several parties."""

    window_id: int
    contract_id: int
    role: PartyRole
    organisation_id: int | None = None
