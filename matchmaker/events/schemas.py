"""The shape of an event coming in."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from matchmaker.accounts.schemas import TownCode
from matchmaker.core.clock import DISTRICT_ZONE
from matchmaker.core.text import Text
from matchmaker.events.rules import EventKind, EventState
from matchmaker.reference.chains import chains

# Anything else is a slip of the hand, and the ends of the calendar cannot be moved into another time zone.
YEARS = (2000, 2100)


def known_chain(code: str) -> str:
    """A chain of the taxonomy; ValueError otherwise."""
    if code not in chains():
        raise ValueError(f"unknown chain {code!r}")
    return code


def in_the_district(moment: datetime) -> datetime:
    """A form's clock time is the district's."""
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise ValueError(f"a year between {YEARS[0]} and {YEARS[1]}")
    return moment if moment.tzinfo else moment.replace(tzinfo=DISTRICT_ZONE)


Moment = Annotated[datetime, AfterValidator(in_the_district)]


class EventIn(BaseModel):
    """An event as entered."""

    model_config = ConfigDict(extra="forbid")

    title: Text = Field(min_length=4, max_length=120)
    kind: EventKind
    state: EventState = EventState.DRAFT
    starts_at: Moment
    ends_at: Moment
    town: TownCode
    venue: Text = Field(min_length=2, max_length=120)
    chains: list[Annotated[str, AfterValidator(known_chain)]] = Field(default_factory=list, max_length=14)
    summary: Text = Field(default="", max_length=2000)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at lies before starts_at")
        return self
