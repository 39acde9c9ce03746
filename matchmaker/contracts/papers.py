"""The papers of a contract: added by its filing side and the office, read by everybody who may read it."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.contracts import queries
from matchmaker.contracts.access import is_office, require_payer, require_reader, require_writer
from matchmaker.contracts.holding import held, subject
from matchmaker.contracts.models import Contract, ContractStep, RelatedFinding
from matchmaker.contracts.rules import FilePurpose
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Invalid, NotFound
from matchmaker.files import queries as files
from matchmaker.files import service as file_service
from matchmaker.files.models import StoredFile
from matchmaker.files.rules import ALLOWED, SCANS

MOST = 60
# Drawn up on a computer; everything else shows a seal and is a scan.
_WRITTEN = frozenset({FilePurpose.TEXT, FilePurpose.TRANSLATION, FilePurpose.OTHER})
# These come with a payment and a step, never alone.
_WITH_VERBS = frozenset({FilePurpose.INVOICE, FilePurpose.RECEIPT, FilePurpose.CERTIFICATE})
# The buyer may show who it is, and what else it has; the contract's own papers are the filing side's.
_ANYBODYS = frozenset({FilePurpose.IDENTITY, FilePurpose.OTHER})


def attach(
    session: Session,
    actor: Actor,
    folder: Path,
    *,
    contract_id: int,
    purpose: FilePurpose,
    name: str,
    content: bytes,
) -> StoredFile:
    """Add a paper. Invoices, slips and certificates come with their payment or step; Invalid names the purpose."""
    contract = held(session, actor, contract_id)
    require = require_payer if purpose in _ANYBODYS else require_writer
    require(actor, contract)
    if purpose in _WITH_VERBS and not is_office(actor, contract):
        raise Invalid([Fault(purpose, "this paper comes with its payment or its step", name)])
    if sum(file.purpose not in _WITH_VERBS for file in _all(session, contract)) >= MOST:
        raise Invalid([Fault(purpose, f"at most {MOST} files", name)])
    kinds = tuple(ALLOWED) if purpose in _WRITTEN else SCANS
    keys = {"subject": subject(contract), "purpose": purpose.value, "name": name}
    return file_service.keep(session, actor, folder, content=content, kinds=kinds, **keys)


def withdraw(session: Session, actor: Actor, *, contract_id: int, file_id: int) -> None:
    """Take a paper out of sight. Conflict for one that a payment, a step or a word on ties rests on."""
    contract = held(session, actor, contract_id)
    require_writer(actor, contract)
    found = _one(session, contract, file_id)
    if found.id in _evidence(session, contract):
        raise Conflict("a payment, a step or a finding rests on this paper")
    file_service.withdraw(session, actor, file=found)


def papers(session: Session, actor: Actor, *, contract: Contract) -> Sequence[StoredFile]:
    """All papers of a contract, oldest first."""
    require_reader(actor, contract)
    return _all(session, contract)


def paper(session: Session, actor: Actor, *, contract_id: int, file_id: int) -> StoredFile:
    """One paper. NotFound when the contract or the file is not for this actor."""
    return _one(session, queries.contract(session, actor, contract_id=contract_id), file_id)


def purposes(session: Session, contract: Contract) -> frozenset[FilePurpose]:
    """Of which kinds there are papers."""
    known = {purpose.value for purpose in FilePurpose}
    return frozenset(FilePurpose(file.purpose) for file in _all(session, contract) if file.purpose in known)


def _all(session: Session, contract: Contract) -> Sequence[StoredFile]:
    mine = (StoredFile.subject == subject(contract), StoredFile.withdrawn_at.is_(None))
    return session.scalars(select(StoredFile).where(*mine).order_by(StoredFile.id)).all()


def _one(session: Session, contract: Contract, file_id: int) -> StoredFile:
    found = files.one(session, file_id=file_id, subject=subject(contract))
    if found is None:
        raise NotFound(f"no file {file_id}")
    return found


def _evidence(session: Session, contract: Contract) -> set[int | None]:
    rows = ((row.invoice_file_id, row.receipt_file_id) for row in contract.payments if row.withdrawn_at is None)
    steps = select(ContractStep.file_id).where(ContractStep.contract_id == contract.id)
    words = select(RelatedFinding.file_id).where(RelatedFinding.contract_id == contract.id)
    return {*(file for pair in rows for file in pair), *session.scalars(steps), *session.scalars(words)}
