"""Taking hold of a contract for a change: locked, known to the actor, and unchanged since the page was shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.contracts.access import require_reader
from matchmaker.contracts.models import Contract
from matchmaker.contracts.rules import FilePurpose
from matchmaker.contracts.schemas import Paper
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Invalid, NotFound
from matchmaker.deals.models import Deal
from matchmaker.files import rules as file_rules
from matchmaker.files import service as files
from matchmaker.files.models import StoredFile


def held(session: Session, actor: Actor, contract_id: int) -> Contract:
    """The contract as it is now, locked until the end of the unit. NotFound for everybody who may not know of it.

    Its deal, which follows it, is locked as well: before the log, which everybody writes to last.
    """
    session.flush()
    found = session.get(Contract, contract_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(f"no contract {contract_id}")
    require_reader(actor, found)
    if found.deal_id is not None:
        session.execute(select(Deal.id).where(Deal.id == found.deal_id).with_for_update())
    return found


def require_revision(contract: Contract, revision: int | None) -> None:
    """Conflict when somebody changed the record since `revision`."""
    if revision != contract.revision:
        raise Conflict(f"contract {contract.id} was changed by somebody else meanwhile")


def touch(contract: Contract) -> None:
    """The record is another one from here on: whoever edits an older one is told."""
    contract.revision += 1
    contract.updated_at = clock.now()
    # What is due for the seller may have changed with it; nobody is told the same twice.
    contract.reminded_at = None


@contextmanager
def one_of_a_kind(session: Session, *faults: Fault) -> Iterator[None]:
    """Write what is inside; Invalid with these faults when the database already has one of it, also in a race."""
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError as error:
        if "unique" not in str(error.orig).lower():
            raise
        raise Invalid(list(faults)) from None


def subject(contract: Contract) -> str:
    """What the files and the log call it."""
    return f"contract:{contract.id}"


def keep_paper(
    session: Session,
    actor: Actor,
    contract: Contract,
    *,
    folder: Path | None,
    purpose: FilePurpose,
    paper: Paper | None,
) -> StoredFile | None:
    """Keep a scan that came with a form; None when none came. Invalid names the purpose when it is no scan."""
    if paper is None:
        return None
    if folder is None:
        raise ValueError("a paper needs the folder it is kept in")
    scans = file_rules.SCANS
    keys = {"subject": subject(contract), "purpose": purpose.value, "name": paper.name}
    return files.keep(session, actor, folder, content=paper.content, kinds=scans, **keys)
