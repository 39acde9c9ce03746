"""The shape of a listing coming in: one class for web form, JSON body and spreadsheet row."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from matchmaker.accounts.schemas import NodeId, Uscc
from matchmaker.core.money import fen_from_wan
from matchmaker.core.text import OptionalText, Text
from matchmaker.listings import rules

Fen = Annotated[int, BeforeValidator(lambda value: fen_from_wan(value) if isinstance(value, str) else value)]
MAX_TITLE = 120
MAX_SUMMARY = 500
MAX_DETAIL = 8000
MAX_REQUIREMENT = 4000
MAX_PARTNER = 500


class ListingIn(BaseModel):
    """A listing as entered. Prices come as decimal strings in 万元 and leave as fen."""

    model_config = ConfigDict(extra="forbid")

    organisation: Uscc
    ref: OptionalText = Field(default=None, max_length=60)
    side: rules.Side
    form: rules.Form
    title: Text = Field(min_length=4, max_length=MAX_TITLE)
    summary: Text = Field(default="", max_length=MAX_SUMMARY)
    detail: Text = Field(min_length=1, max_length=MAX_DETAIL)
    requirement: Text = Field(default="", max_length=MAX_REQUIREMENT)
    chain_nodes: list[NodeId] = Field(min_length=1, max_length=5)
    fields: list[rules.Field] = Field(default_factory=list, max_length=3)
    cooperation: list[rules.Cooperation] = Field(default_factory=list, max_length=rules.MAX_COOPERATION)
    maturity: rules.Maturity | None = None
    trl: int | None = Field(default=None, ge=1, le=9)
    ip_type: rules.IpType | None = None
    ip_status: rules.IpStatus | None = None
    ip_no: OptionalText = Field(default=None, max_length=60)
    price_low: Fen | None = None
    price_high: Fen | None = None
    price_unit: rules.PriceUnit | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    partner_sought: Text = Field(default="", max_length=MAX_PARTNER)
    visibility: rules.Visibility = rules.Visibility.PUBLIC
    # Left out, a new listing is published and a known one stays what it is: an old file must not reopen a closed one.
    state: rules.State | None = None

    @model_validator(mode="after")
    def _ranges_in_order(self) -> Self:
        if self.price_low is not None and self.price_high is not None and self.price_high < self.price_low:
            raise ValueError("price_high lies below price_low")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        return self
