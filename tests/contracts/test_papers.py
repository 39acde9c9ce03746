"""The papers of a contract: who adds, reads and withdraws them."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from matchmaker.contracts import papers
from matchmaker.contracts.rules import FilePurpose
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from tests.contracts.cast import Cast
from tests.contracts.making import SCAN, pay, step


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast(session)


def test_the_filing_side_adds_papers_and_everybody_concerned_reads_them(
    cast: Cast, session: Session, tmp_path: Path
) -> None:
    contract = cast.signed()

    def attach(actor: Any, purpose: FilePurpose = FilePurpose.TEXT, content: bytes = SCAN.content) -> int:
        keys = {"contract_id": contract.id, "purpose": purpose, "name": "合同.pdf", "content": content}
        return papers.attach(session, actor, tmp_path, **keys).id

    first = attach(cast.selling)
    attach(cast.officer, FilePurpose.IP_PROOF)
    attach(cast.buying, FilePurpose.IDENTITY)
    for actor in (cast.buying, cast.mediating, cast.auditor):
        with pytest.raises(Forbidden):
            attach(actor)
        assert papers.paper(session, actor, contract_id=contract.id, file_id=first).purpose == "text"
    for actor in cast.outsiders:
        with pytest.raises(NotFound):
            attach(actor, FilePurpose.OTHER)
        with pytest.raises(NotFound):
            papers.paper(session, actor, contract_id=contract.id, file_id=first)
    for purpose in (FilePurpose.INVOICE, FilePurpose.CERTIFICATE):
        with pytest.raises(Invalid) as refused:
            attach(cast.selling, purpose)
        assert [fault.field for fault in refused.value.faults] == [purpose]
    with pytest.raises(Invalid):
        attach(cast.selling, FilePurpose.IP_PROOF, b"plain text")
    assert papers.purposes(session, contract) == {FilePurpose.TEXT, FilePurpose.IP_PROOF, FilePurpose.IDENTITY}
    with pytest.raises(Forbidden):
        papers.withdraw(session, cast.buying, contract_id=contract.id, file_id=first)
    papers.withdraw(session, cast.selling, contract_id=contract.id, file_id=first)
    with pytest.raises(NotFound):
        papers.paper(session, cast.selling, contract_id=contract.id, file_id=first)


def test_what_a_step_rests_on_stays(cast: Cast, session: Session, tmp_path: Path) -> None:
    contract = step(session, cast.signed(), "submitted", folder=tmp_path, paper=SCAN)
    (file,) = papers.papers(session, cast.selling, contract=contract)
    with pytest.raises(Conflict, match="rests on this paper"):
        papers.withdraw(session, cast.selling, contract_id=contract.id, file_id=file.id)
    pay(session, contract, "1")
    with pytest.raises(NotFound):
        papers.withdraw(session, cast.selling, contract_id=contract.id, file_id=10**9)
