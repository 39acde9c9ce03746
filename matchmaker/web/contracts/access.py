"""Who may open the pages where contracts are written, before any contract is looked at."""

from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden
from matchmaker.web.session import actor

# Who reads the district's ledger.
READERS = (Role.OFFICER, Role.AUDITOR)


def may_write(who: Actor) -> bool:
    """Whether somebody writes contracts at all: members of an organisation, who acts for one, and officers."""
    return bool(who.organisation_ids) or who.role is Role.OFFICER


def require_writers() -> None:
    """Forbidden for everybody else."""
    if not may_write(actor()):
        raise Forbidden("contracts are written by their parties and by officers")
