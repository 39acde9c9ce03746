"""A batch leaving the house, out of the rows of both databases: the papers of that moment, an officer, a purpose."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Forbidden, Invalid
from matchmaker.exchange.payment_files import save_pack
from matchmaker.exchange.payment_pack import check
from matchmaker.files import service as files
from matchmaker.files.queries import of_subject
from matchmaker.subsidies.models import Claim
from tests.subsidies.place import AFTER_NOTICE, OPEN, SEALER, Place, day, make_place

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def keep(place: Place, folder: Path, claim: Claim, content: bytes) -> None:
    """A licence of the buyer's."""
    given = {"subject": f"organisation:{claim.organisation_id}", "purpose": "licence", "name": "执照.pdf"}
    files.keep(place.session, place.one, folder, content=content, **given)


def packed(place: Place, folder: Path, batch_id: int, actor: Actor, purpose: str = "移交") -> bytes:
    target = BytesIO()
    given = {"batch_id": batch_id, "purpose": purpose, "target": target}
    save_pack(place.session, actor, SEALER, folder, **given)
    return target.getvalue()


def test_a_batch_comes_out_the_same_after_its_papers_were_renewed(session: Session, tmp_path: Path) -> None:
    with clock.pretend(OPEN):
        place = make_place(session)
        claim = place.approved()
        keep(place, tmp_path, claim, PDF)
    with clock.pretend(AFTER_NOTICE):
        batch = place.batch(claim)
        first = packed(place, tmp_path, batch.id, place.one)
    assert check(BytesIO(first)).sha256 == batch.sha256
    with clock.pretend(day(5, 1)):
        (old,) = of_subject(session, subject=f"organisation:{claim.organisation_id}", purpose="licence")
        files.withdraw(session, place.one, file=old)
        keep(place, tmp_path, claim, PDF + b"renewed")
        assert packed(place, tmp_path, batch.id, place.two) == first
    with zipfile.ZipFile(BytesIO(first)) as opened:
        assert [opened.read(name) for name in opened.namelist() if name.endswith("执照.pdf")] == [PDF]


def test_only_an_officer_who_says_what_for_takes_it_out(session: Session, tmp_path: Path) -> None:
    with clock.pretend(OPEN):
        place = make_place(session)
        claim = place.approved()
    with clock.pretend(AFTER_NOTICE):
        batch = place.batch(claim)
        with pytest.raises(Invalid, match="purpose"):
            packed(place, tmp_path, batch.id, place.one, purpose=" ")
        for actor in (place.auditor, place.owner):
            with pytest.raises(Forbidden):
                packed(place, tmp_path, batch.id, actor)
    assert batch.sha256 == ""
