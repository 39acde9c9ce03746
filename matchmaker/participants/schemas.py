"""The shape of a registration and of the people it sends, coming in from a form, a spreadsheet or the desk."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from matchmaker.accounts.rules import clean_uscc
from matchmaker.accounts.schemas import clean_email, clean_phone, known_town
from matchmaker.core.text import Text

Language = Literal["zh", "yue", "en", "ja", "ko", "de"]
LANGUAGES: tuple[Language, ...] = ("zh", "yue", "en", "ja", "ko", "de")
MOST_MEETINGS = 60
MOST_PEOPLE = 6
MOST_LISTINGS = 12

Said = Annotated[Text, Field(max_length=3000)]
OwnPhone = Annotated[Text, AfterValidator(lambda number: clean_phone(number) if number else "")]
OwnEmail = Annotated[
    Text, Field(max_length=254), AfterValidator(lambda address: clean_email(address) if address else "")
]
OwnUscc = Annotated[Text, AfterValidator(lambda code: clean_uscc(code) if code else "")]
OwnTown = Annotated[Text, AfterValidator(lambda code: known_town(code) if code else "")]
Meetings = Annotated[int, Field(ge=0, le=MOST_MEETINGS)]


class ParticipantIn(BaseModel):
    """One person who comes. `away` are ids of slots; `table_id` and `meetings_min` are the organiser's to give."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(min_length=2, max_length=60)
    position: Text = Field(default="", max_length=60)
    phone: OwnPhone = ""
    email: OwnEmail = ""
    languages: list[Language] = Field(default_factory=list, max_length=6)
    away: list[int] = Field(default_factory=list, max_length=400)
    meetings_min: Meetings | None = None
    meetings_max: Meetings | None = None
    table_id: int | None = None
    person_id: int | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if None not in (self.meetings_min, self.meetings_max) and (self.meetings_min or 0) > (self.meetings_max or 0):
            raise ValueError("meetings_max lies below meetings_min")
        return self


class BroughtIn(BaseModel):
    """What the organisation comes for: its listings, or a few words where it has none."""

    model_config = ConfigDict(extra="forbid")

    listing_ids: list[int] = Field(default_factory=list, max_length=MOST_LISTINGS)
    need_text: Said = ""
    offer_text: Said = ""
    note: Said = ""


class RegistrationIn(BroughtIn):
    """A registration as entered, with the people it sends."""

    people: list[ParticipantIn] = Field(min_length=1, max_length=MOST_PEOPLE)


class WalkInIn(BaseModel):
    """Somebody at the door who was not expected."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(min_length=2, max_length=120)
    uscc: OwnUscc = ""
    town: OwnTown = ""
    need_text: Said = ""
    offer_text: Said = ""
    person_name: Text = Field(min_length=2, max_length=60)
    position: Text = Field(default="", max_length=60)
    phone: OwnPhone = ""
    email: OwnEmail = ""


class ArrivalIn(BaseModel):
    """An organisation as the organiser's list names it; known to the platform when it has an `organisation_id`."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(min_length=2, max_length=120)
    uscc: OwnUscc = ""
    town: OwnTown = ""
    organisation_id: int | None = None
    need_text: Said = ""
    offer_text: Said = ""
    note: Said = ""
