"""Who does something: passed into every verb, never fetched from a request."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an actor may be trusted with."""

    VISITOR = "visitor"
    MEMBER = "member"
    ORGANISER = "organiser"
    OFFICER = "officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Actor:
    """An immutable identity. `via` names the door (web, cli), for the audit log.

    `organisation_ids` are those the actor may act for, `owner_of` those among them whose people it may manage.
    `acting_for` is the one organisation that a member of staff acts for with its consent (帮办代办); it is then the
    only one in `organisation_ids`. `person_id` is None for the machine itself and for visitors.
    """

    name: str
    role: Role
    via: str
    organisation_ids: frozenset[int] = frozenset()
    owner_of: frozenset[int] = frozenset()
    person_id: int | None = None
    acting_for: int | None = None

    @property
    def is_system(self) -> bool:
        """Whether this is the operator at the machine itself rather than a person who logged in."""
        return self.role is Role.ADMINISTRATOR and self.person_id is None

    @property
    def is_staff(self) -> bool:
        """Whether this is somebody who works for the district."""
        return self.role not in (Role.VISITOR, Role.MEMBER)

    @classmethod
    def system(cls, via: str) -> "Actor":
        """The operator at the machine's own command line."""
        return cls(name="system", role=Role.ADMINISTRATOR, via=via)

    @classmethod
    def visitor(cls, via: str = "web") -> "Actor":
        """Somebody who has not logged in."""
        return cls(name="visitor", role=Role.VISITOR, via=via)
