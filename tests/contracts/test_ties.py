"""What is found, declared and cleared on ties between a contract's parties."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from matchmaker.contracts import queries, ties
from matchmaker.contracts.models import Contract
from matchmaker.contracts.rules import RelatedParty
from matchmaker.contracts.schemas import RelatedIn, TieIn
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from tests.contracts.cast import Cast
from tests.contracts.making import SCAN, step
from tests.factories import USCCS

WORD = RelatedIn(note="依据工商档案核实")


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast(session)


def tie_in(**over: Any) -> TieIn:
    values = {"kind": "shareholder", "holder_name": "母体控股集团", "share": "60", "valid_from": date(2020, 1, 1)}
    return TieIn.model_validate(values | over)


def save(cast: Cast, organisation_id: int, *data: TieIn, actor: Any = None) -> None:
    ties.save_ties(cast.session, actor or cast.officer, organisation_id=organisation_id, data=data)


def common_holder(cast: Cast, **over: Any) -> None:
    """Both are held by one group, known by its code."""
    for organisation in (cast.seller, cast.buyer):
        save(cast, organisation.id, tie_in(holder_uscc=USCCS[4], **over))


def test_what_the_office_enters_makes_the_parties_of_a_signed_contract_related(cast: Cast, session: Session) -> None:
    contract, draft = cast.signed(), cast.draft(title="还在起草的合同")
    common_holder(cast)
    (finding,) = queries.related_history(session, cast.buying, contract=contract)
    assert (contract.related, finding.related, draft.related) == ("detected", "detected", "none")
    assert [(tie["code"], tie["certain"], tie["share_bp"]) for tie in finding.ties] == [("common_holder", True, 6000)]
    step(session, contract, "submitted", cast.selling)
    assert len(queries.related_history(session, cast.officer, contract=contract)) == 1


def test_a_chain_over_a_registered_holder_is_followed(cast: Cast) -> None:
    save(cast, cast.buyer.id, tie_in(holder_name=cast.mediator.name, holder_uscc=USCCS[3], share="50"))
    save(cast, cast.mediator.id, tie_in(holder_name=cast.seller.name, holder_uscc=cast.seller.uscc, share="51"))
    assert cast.signed().related is RelatedParty.DETECTED


def test_ties_that_ended_before_the_signing_do_not_count(cast: Cast) -> None:
    common_holder(cast, valid_to=date(2021, 1, 1))
    assert cast.signed().related is RelatedParty.NONE


def test_a_namesake_is_put_down_to_be_verified(cast: Cast, session: Session) -> None:
    contract = cast.signed()
    for organisation in (cast.seller, cast.buyer):
        save(cast, organisation.id, tie_in(kind="legal_representative", holder_name="陈试样", share=None))
    (finding,) = queries.related_history(session, cast.officer, contract=contract)
    assert (contract.related, finding.ties[0]["certain"]) == ("none", False)
    ties.confirm_related(session, cast.officer, contract_id=contract.id, data=WORD)
    assert contract.related is RelatedParty.DETECTED


def test_what_was_cleared_holds_until_new_ties_appear(cast: Cast, session: Session, tmp_path: Path) -> None:
    contract = cast.signed()
    common_holder(cast)
    scan = {"folder": tmp_path, "paper": SCAN}
    cleared = ties.clear_related(session, cast.officer, contract_id=contract.id, data=WORD, **scan)
    assert cleared.file_id is not None
    step(session, contract, "submitted", cast.selling)
    common_holder(cast)
    assert contract.related is RelatedParty.CLEARED
    for organisation in (cast.seller, cast.buyer):
        save(cast, organisation.id, tie_in(kind="group", holder_name="试样集团", share=None))
    assert contract.related is RelatedParty.DETECTED


def test_parties_declare_and_only_the_office_clears(cast: Cast, session: Session) -> None:
    contract = cast.signed()
    keys: dict[str, Any] = {"contract_id": contract.id, "data": WORD}
    with pytest.raises(Conflict, match="nothing says"):
        ties.clear_related(session, cast.officer, **keys)
    for actor in (cast.buying, cast.mediating, cast.partial, cast.officer):
        ties.declare_related(session, actor, **keys)
        assert contract.related is RelatedParty.DECLARED
    with pytest.raises(Forbidden):
        ties.declare_related(session, cast.auditor, **keys)
    for actor in (cast.selling, cast.partial, cast.auditor):
        for verb in (ties.clear_related, ties.confirm_related):
            with pytest.raises(Forbidden):
                verb(session, actor, **keys)
    for actor in cast.outsiders:
        with pytest.raises(NotFound):
            ties.declare_related(session, actor, **keys)
    ties.clear_related(session, cast.officer, **keys)
    words = queries.related_history(session, cast.auditor, contract=contract)
    assert [word.related for word in words] == ["cleared", *["declared"] * 4]


def test_an_organisation_adds_what_it_declares_and_mends_nothing(cast: Cast, session: Session) -> None:
    save(cast, cast.seller.id, tie_in(source="年报"), actor=cast.selling)
    save(cast, cast.seller.id, tie_in(), actor=cast.partial)
    with pytest.raises(Invalid, match="ask the office"):
        save(cast, cast.seller.id, tie_in(share="10"), actor=cast.selling)
    save(cast, cast.seller.id, tie_in(share="10", valid_to=date(2024, 1, 1), source="工商登记"))
    (row,) = ties.ties_of(session, cast.selling, organisation_id=cast.seller.id)
    assert (row.share_bp, row.source, row.by) == (1000, "工商登记", cast.officer.name)
    for actor in (cast.buying, cast.auditor, *cast.outsiders):
        with pytest.raises(Forbidden):
            save(cast, cast.seller.id, tie_in(), actor=actor)
    assert ties.ties_of(session, cast.auditor, organisation_id=cast.seller.id)
    with pytest.raises(NotFound):
        ties.ties_of(session, cast.buying, organisation_id=cast.seller.id)
    with pytest.raises(NotFound):
        save(cast, 10**9, tie_in())


def test_ties_that_cannot_be_are_refused_by_name(cast: Cast) -> None:
    wrong = [
        tie_in(kind="group"),
        tie_in(valid_to=date(2019, 1, 1), holder_name="另一股东"),
        tie_in(holder_name="重复"),
        tie_in(holder_name="重复"),
    ]
    with pytest.raises(Invalid) as refused:
        save(cast, cast.seller.id, *wrong)
    assert [fault.field for fault in refused.value.faults] == [
        "ties.0.share",
        "ties.1.valid_to",
        "ties.3.holder_name",
    ]


def test_nothing_more_is_said_on_a_contract_that_is_over(cast: Cast, session: Session) -> None:
    contract: Contract = step(session, cast.signed(), "cancelled", cast.selling)
    with pytest.raises(Conflict):
        ties.declare_related(session, cast.selling, contract_id=contract.id, data=WORD)
