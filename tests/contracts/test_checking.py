"""The pre-check of stored contracts: what other rows know of them."""

from pathlib import Path

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.contracts import checking, papers, queries, ties
from matchmaker.contracts.duplicates import Limit
from matchmaker.contracts.models import Contract
from matchmaker.contracts.rules import FilePurpose
from matchmaker.contracts.schemas import RelatedIn, TieIn
from matchmaker.core import clock
from tests.contracts.cast import Cast
from tests.contracts.making import make_contract, make_signed, parties_in, pay, step
from tests.factories import OPERATOR, USCCS, make_organisation

PDF = b"%PDF-1.4\n%%EOF\n"


def codes(session: Session, contract: Contract, **over: tuple[Limit, ...]) -> list[str]:
    return [finding.code for finding in checking.findings(session, contract, today=clock.today(), **over)]


def with_text(session: Session, contract: Contract, tmp_path: Path) -> Contract:
    keys = {"contract_id": contract.id, "purpose": FilePurpose.TEXT, "name": "合同.pdf", "content": PDF}
    papers.attach(session, OPERATOR, tmp_path, **keys)
    return contract


def test_a_sound_contract_has_no_findings(session: Session, tmp_path: Path) -> None:
    contract = make_signed(session)
    assert codes(session, contract) == ["text_missing"]
    assert codes(session, with_text(session, contract, tmp_path)) == []


def test_the_same_contract_again_a_split_and_a_slip_used_twice(session: Session, tmp_path: Path) -> None:
    first = with_text(session, make_signed(session), tmp_path)
    again = with_text(session, make_signed(session), tmp_path)
    assert codes(session, again) == ["duplicate"]
    step(session, first, "cancelled")
    assert codes(session, again) == []
    split = with_text(session, make_signed(session, title="高压氢气减压阀密封结构研制（二期）"), tmp_path)
    limit = Limit(300_000_000, "三百万元", "3 million")
    assert codes(session, split, limits=(limit,)) == ["duplicate", "split"]
    pay(session, again, "100", receipt_no="H-9")
    pay(session, split, "100", receipt_no="H-9")
    assert "receipt_reused" in codes(session, split)


def test_contracts_of_others_and_drafts_are_no_duplicates(session: Session, tmp_path: Path) -> None:
    contract = with_text(session, make_signed(session), tmp_path)
    make_organisation(session, uscc=USCCS[4], name="另一家股份合作社")
    other = {"role": "buyer", "name": "另一家股份合作社", "uscc": USCCS[4]}
    make_signed(session, parties=[parties_in()[0], other])
    assert codes(session, contract) == []
    group = TieIn.model_validate({"kind": "group", "holder_name": "试样集团", "valid_from": "2020-01-01"})
    for code in (USCCS[1], USCCS[4]):
        party = session.scalars(select(Organisation).where(Organisation.uscc == code)).one()
        ties.save_ties(session, OPERATOR, organisation_id=party.id, data=[group])
    assert codes(session, contract) == ["duplicate"]


def test_cleared_ties_are_told_no_more(session: Session, tmp_path: Path) -> None:
    cast = Cast(session)
    contract = with_text(session, make_signed(session), tmp_path)
    tie = {"kind": "shareholder", "holder_name": cast.seller.name, "share": "30", "valid_from": "2020-01-01"}
    ties.save_ties(session, OPERATOR, organisation_id=cast.buyer.id, data=[TieIn.model_validate(tie)])
    assert codes(session, contract) == ["related"]
    word = RelatedIn(note="持股已于签约前转出")
    ties.clear_related(session, cast.officer, contract_id=contract.id, data=word)
    assert codes(session, contract) == []


def test_what_was_registered_in_time_does_not_run_out_afterwards(session: Session, tmp_path: Path) -> None:
    contract = with_text(session, make_contract(session), tmp_path)
    later = contract.valid_until
    assert later is not None
    assert checking.findings(session, contract, today=later.replace(year=later.year + 1)) == []


def test_the_number_of_statements_does_not_grow_with_the_contracts(session: Session) -> None:
    counts = []
    for _ in range(2):
        contract = make_contract(session, payments=("1000",))
        make_contract(session, payments=("1000",))
        number = contract.id
        session.commit()
        session.expunge_all()
        contract = queries.contract(session, OPERATOR, contract_id=number)
        sent: list[str] = []

        def note(_conn: object, _cursor: object, statement: str, *_rest: object, sent: list[str] = sent) -> None:
            sent.append(statement)

        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        assert checking.findings(session, contract, today=clock.today())
        event.remove(engine, "before_cursor_execute", note)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 16
