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
    """An immutable identity. `via` names the door (web, cli), for the audit log."""

    name: str
    role: Role
    via: str
    organisation_ids: frozenset[int] = frozenset()

    @classmethod
    def system(cls, via: str) -> "Actor":
        """The operator at the machine's own command line."""
        return cls(name="system", role=Role.ADMINISTRATOR, via=via)

    @classmethod
    def visitor(cls, via: str = "web") -> "Actor":
        """Somebody who has not logged in."""
        return cls(name="visitor", role=Role.VISITOR, via=via)
