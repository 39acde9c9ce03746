"""The shape of an event coming in."""

from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from matchmaker.accounts.schemas import TownCode
from matchmaker.core.clock import DISTRICT_ZONE
from matchmaker.core.text import Text
from matchmaker.events.rules import Asking, Entry, EventKind, EventState, TableKind
from matchmaker.reference.chains import chains

# Anything else is a slip of the hand, and the ends of the calendar cannot be moved into another time zone.
YEARS = (2000, 2100)
LONGEST_SESSION = timedelta(hours=16)
SERIES_LENGTH = 60


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


def read_resources(value: object) -> object:
    """Interpreters and equipment as a form writes them, a line each: 翻译=3. ValueError names the line."""
    if not isinstance(value, str):
        return value
    found = {}
    for line in filter(None, (one.strip() for one in value.splitlines())):
        name, sign, number = line.replace("＝", "=").rpartition("=")
        if not sign or not name.strip() or not number.strip().isdecimal() or len(number) > 6 or len(name) > 30:
            raise ValueError(f"write a name and a number, such as 翻译=3, instead of {line!r}")
        found[name.strip()] = number.strip()
    return found or None


HowMany = Annotated[int, Field(ge=1, le=1000)]
# An empty field of a form is no number and no moment.
OR_NOTHING = BeforeValidator(lambda value: None if value == "" else value)


class SessionIn(BaseModel):
    """A stretch of the day that is cut into slots."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(min_length=1, max_length=40)
    starts_at: Moment
    ends_at: Moment
    minutes: int = Field(default=20, ge=5, le=240)
    pause: int = Field(default=0, ge=0, le=120)

    @model_validator(mode="after")
    def _holds_a_slot(self) -> Self:
        if (self.ends_at - self.starts_at).total_seconds() < self.minutes * 60:
            raise ValueError("the session is shorter than one slot")
        if self.ends_at - self.starts_at > LONGEST_SESSION:
            raise ValueError("the session is longer than a day's work")
        return self


class TableIn(BaseModel):
    """A table, or a booth that belongs to somebody."""

    model_config = ConfigDict(extra="forbid")

    label: Text = Field(min_length=1, max_length=20)
    kind: TableKind = TableKind.TABLE
    area: Text = Field(default="", max_length=60)


class CopyIn(BaseModel):
    """What is new about an event that is otherwise like one before."""

    model_config = ConfigDict(extra="forbid")

    title: Text = Field(min_length=4, max_length=120)
    starts_at: Moment


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
    series: Text = Field(default="", max_length=SERIES_LENGTH)
    capacity: Annotated[int | None, OR_NOTHING] = Field(default=None, ge=1, le=2000)
    entry: Entry = Entry.APPROVAL
    registration_opens_at: Annotated[Moment | None, OR_NOTHING] = None
    registration_closes_at: Annotated[Moment | None, OR_NOTHING] = None
    asking: Asking = Asking.OPT_IN
    requests_max: int = Field(default=8, ge=0, le=50)
    request_hours: int = Field(default=72, ge=1, le=480)
    meetings_min: int = Field(default=0, ge=0, le=60)
    meetings_max: Annotated[int | None, OR_NOTHING] = Field(default=None, ge=1, le=60)
    resources: Annotated[dict[Text, HowMany] | None, BeforeValidator(read_resources)] = Field(
        default=None, max_length=20
    )

    # Field by field, and not the whole at once, so that each fault stands beside its own field.
    @field_validator("ends_at")
    @classmethod
    def _ends_after_it_begins(cls, ends: datetime, info: ValidationInfo) -> datetime:
        if (starts := info.data.get("starts_at")) and ends <= starts:
            raise ValueError("ends_at lies before starts_at")
        return ends

    @field_validator("registration_closes_at")
    @classmethod
    def _closes_after_it_opens(cls, closes: datetime | None, info: ValidationInfo) -> datetime | None:
        if closes and (opens := info.data.get("registration_opens_at")) and closes <= opens:
            raise ValueError("registration_closes_at lies before registration_opens_at")
        if closes and (ends := info.data.get("ends_at")) and closes > ends:
            raise ValueError("registration_closes_at lies after the event")
        return closes

    @field_validator("meetings_max")
    @classmethod
    def _most_is_not_below_least(cls, most: int | None, info: ValidationInfo) -> int | None:
        if most is not None and most < info.data.get("meetings_min", 0):
            raise ValueError("meetings_max lies below meetings_min")
        return most
