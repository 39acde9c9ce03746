"""Technology contracts of the small town: one signed with a paper and a payment, one drafted from the deal."""

from typing import Any

from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.contracts import drafting, papers, paying, registering, service
from matchmaker.contracts.rules import FilePurpose
from matchmaker.contracts.schemas import PaymentIn, StepIn
from tests.contracts.making import contract_in

BASE = "http://127.0.0.1:8000"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def parties_of(session: Session, town: Any) -> list[dict[str, Any]]:
    """ "member" sells, "stranger" buys."""
    both = (("seller", town.ids["organisation"]), ("buyer", town.ids["other_organisation"]))
    rows = [(role, session.get_one(Organisation, number)) for role, number in both]
    common = {"nature": "150", "division": "440605"}
    return [{"role": role, "name": one.name, "seal_name": one.name, "uscc": one.uscc} | common for role, one in rows]


def make_contracts(session: Session, town: Any) -> dict[str, int]:
    """The ids of what was made, by name."""
    member, folder = town.actor("member"), town.parts.config.files_dir
    row = service.save(session, member, data=contract_in(parties=parties_of(session, town)))
    signed = StepIn(state="signed", happened_on=row.signed_on)
    registering.move(session, member, contract_id=row.id, revision=row.revision, data=signed, base=BASE)
    paper = papers.attach(
        session, member, folder, contract_id=row.id, purpose=FilePurpose.TEXT, name="合同.pdf", content=PDF
    )
    money = PaymentIn(paid_on=row.signed_on, amount="1400000.00", invoice_no="F0001", receipt_no="H0001")
    payment = paying.add_payment(session, member, contract_id=row.id, data=money)
    draft = drafting.draft_from_deal(session, member, deal_id=town.ids["deal"])
    return {"contract": row.id, "contract_paper": paper.id, "payment": payment.id, "draft_contract": draft.id}
