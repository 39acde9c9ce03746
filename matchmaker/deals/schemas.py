"""The shapes of a deal coming in: one class for web form and import."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from matchmaker.core.money import fen_from_wan
from matchmaker.core.text import Text
from matchmaker.deals.rules import DealKind, DealStage

Fen = Annotated[int, BeforeValidator(lambda value: fen_from_wan(value) if isinstance(value, str) else value)]
MAX_TITLE = 120
MAX_SUMMARY = 4000
MAX_STEP = 200
MAX_NOTE = 2000


class DealEditIn(BaseModel):
    """What both sides may say of a deal at any time. `amount` is text in 万元 and leaves as fen.

    `buyer_id` says which of the two is the buyer, None leaves it as it is; it and the listings count only while the
    deal's match does not say it already (`service.edit`).
    """

    model_config = ConfigDict(extra="forbid")

    kind: DealKind
    title: Text = Field(min_length=2, max_length=MAX_TITLE)
    summary: Text = Field(default="", max_length=MAX_SUMMARY)
    buyer_id: int | None = None
    need_id: int | None = None
    offer_id: int | None = None
    amount: Fen | None = None
    next_step: Text = Field(default="", max_length=MAX_STEP)
    next_on: date | None = None


class MoveIn(BaseModel):
    """A change of stage. `amount` is text in 万元 and leaves as fen; `revision` is of the page it was pressed on."""

    model_config = ConfigDict(extra="forbid")

    revision: int
    stage: DealStage
    note: Text = Field(default="", max_length=MAX_NOTE)
    amount: Fen | None = None


class PlanIn(BaseModel):
    """What comes next, and when; `revision` is of the page it was written on."""

    model_config = ConfigDict(extra="forbid")

    revision: int
    next_step: Text = Field(default="", max_length=MAX_STEP)
    next_on: date | None = None


class DealIn(DealEditIn):
    """A deal entered by hand, between two organisations of the platform."""

    buyer_id: int
    seller_id: int
