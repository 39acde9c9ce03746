"""Makes technology contracts through the feature's own verbs; a test says only what it is about."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.contracts import paying, registering, service
from matchmaker.contracts.models import Contract
from matchmaker.contracts.rules import ContractState
from matchmaker.contracts.schemas import ContractIn, Paper, PaymentIn, StepIn
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from tests.factories import OPERATOR, USCCS, make_organisation
from tests.people import BASE

SELLER, BUYER = USCCS[0], USCCS[1]
REGISTRAR = "佛山市技术合同登记处"
# A PDF as far as anybody looks at it.
SCAN = Paper("证书.pdf", b"%PDF-1.4\n%%EOF\n")
_numbers = count(1)


def contract_in(**over: Any) -> ContractIn:
    """A development contract of the first firm for the second: 2,400,000 yuan, of it 2,000,000 technology."""
    signed = over.get("signed_on") or clock.today() - timedelta(days=40)
    values: dict[str, Any] = {
        "kind": "DEV",
        "sub_kind": "entrusted",
        "title": "高压氢气减压阀密封结构研制",
        "field": "energy",
        "node": "HYD-09",
        "object": "针对七十兆帕车载供氢系统，研制双级减压阀的密封结构，交付图纸、工艺文件和样机两套。",
        "indicators": "外泄漏率不高于 10 mL/h；寿命不少于 5 万次；减压精度 ±5%。",
        "acceptance": "由买方按附件试验大纲在 30 天内验收。",
        "plan": "2 个月完成设计，6 个月完成样机，8 个月完成试验。",
        "confidentiality": "图纸和试验数据保密五年。",
        "ip_terms": "新申请的专利归双方共有，收益各半。",
        "parties": parties_in(),
        "payment_mode": "instalments",
        "schedule": [
            {"milestone": "签约", "due_on": signed, "amount": "1400000.00"},
            {"milestone": "验收", "due_on": signed + timedelta(days=240), "amount": "1000000.00"},
        ],
        "total": "2400000.00",
        "technology": "2000000.00",
        "signed_on": signed,
        "valid_from": signed,
        "valid_until": signed + timedelta(days=400),
    }
    return ContractIn.model_validate(values | over)


def parties_in(**over: Any) -> list[dict[str, Any]]:
    """The first firm sells, the second buys; `over` changes both."""
    both = (("seller", SELLER, "佛山市南海区试样阀门有限公司"), ("buyer", BUYER, "佛山市南海区样例能源有限公司"))
    common: dict[str, Any] = {"nature": "150", "division": "440605"}
    return [{"role": role, "uscc": code, "name": name, "seal_name": name} | common | over for role, code, name in both]


def make_parties(session: Session) -> tuple[Organisation, Organisation]:
    """Seller and buyer, registered here."""
    names = {party["uscc"]: party["name"] for party in parties_in()}
    known = {row.uscc: row for row in session.scalars(select(Organisation).where(Organisation.uscc.in_(names)))}
    seller, buyer = (known.get(code) or make_organisation(session, uscc=code, name=names[code]) for code in names)
    return seller, buyer


def make_draft(session: Session, actor: Actor = OPERATOR, **over: Any) -> Contract:
    """A draft; the parties are registered here if they were not yet."""
    make_parties(session)
    return service.save(session, actor, data=contract_in(**over))


def step(session: Session, contract: Contract, state: str, actor: Actor = OPERATOR, **over: Any) -> Contract:
    """Bring it one step on, today unless said otherwise; a registration gets a number of its own."""
    given: dict[str, Any] = {"state": state, "happened_on": clock.today(), "reason": "按登记机构意见"}
    if state == "signed" and contract.signed_on is not None and contract.state is ContractState.DRAFT:
        given["happened_on"] = contract.signed_on
    if state == "registered":
        given |= {"registrar": REGISTRAR, "registration_no": f"2026440601{next(_numbers):06d}"}
    more = {name: over.pop(name) for name in ("folder", "paper") if name in over}
    data = StepIn.model_validate(given | over)
    keys = {"contract_id": contract.id, "revision": contract.revision}
    return registering.move(session, actor, data=data, base=BASE, **keys, **more)


def make_signed(session: Session, **over: Any) -> Contract:
    """A signed contract."""
    return step(session, make_draft(session, **over), "signed")


def pay(session: Session, contract: Contract, amount: str, on: date | None = None, **over: Any) -> Contract:
    """Enter a payment with its numbers; no scans."""
    number = next(_numbers)
    given: dict[str, Any] = {"paid_on": on or clock.today(), "amount": amount}
    given |= {"invoice_no": f"F{number:08d}", "receipt_no": f"H{number:08d}"}
    paying.add_payment(session, OPERATOR, contract_id=contract.id, data=PaymentIn.model_validate(given | over))
    return contract


def make_contract(
    session: Session,
    *,
    payments: tuple[str, ...] = ("1400000.00", "1000000.00"),
    registered: dict[str, Any] | None = None,
    matched_on: date | None = None,
    **over: Any,
) -> Contract:
    """A registered development contract between two firms of the district, paid in full unless said otherwise.

    `over` changes the record, `registered` the step of registration, `payments` are yuan. `matched_on` is what a deal
    would have brought.
    """
    contract = make_signed(session, **over)
    contract.matched_on = matched_on
    contract = step(session, step(session, contract, "submitted"), "registered", **(registered or {}))
    for amount in payments:
        pay(session, contract, amount)
    return contract
