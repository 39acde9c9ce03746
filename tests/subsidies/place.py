"""A policy, a window with a budget, two officers, a buyer and a seller, and contracts between them."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.accounts.passwords import Sealer
from matchmaker.contracts.models import Contract, ContractAmount, ContractParty, ContractPayment
from matchmaker.contracts.rules import ContractKind, ContractState, PartyRole, PaymentKind, PaymentMode
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.db import new_key
from matchmaker.subsidies import applying, paying, policies, reviewing, windows
from matchmaker.subsidies.models import Claim, PaymentBatch, Window
from matchmaker.subsidies.rules import ClaimState
from matchmaker.subsidies.schemas import ApplyIn, ClaimIn, WindowIn
from tests.factories import USCCS, make_organisation
from tests.people import BASE, make_actor

WAN = 10_000 * 100
YEAR = 2026
SEALER = Sealer("for tests only")
_numbers = count(1)

POLICY = """
policy_id: NH-TEST
version: "{version}"
title: 试验办法
source: "test"
valid_from: 2023-01-01
currency_unit: fen
beneficiaries:
  buyer: {{enabled: true, rates: {{DEV: {rate}, TRF: {rate}, LIC: {rate}, CON: 0.03, SVC: 0.03}}}}
  seller: {{enabled: {seller}, rates: {{DEV: 0.02, TRF: 0.02, LIC: 0.02, CON: 0.01, SVC: 0.01}}}}
caps: {{per_contract_all_roles: {cap}, per_unit_per_year: {cap}}}
base: paid_technology_amount
min_tech_amount_per_contract: 10000000
eligibility:
  applicant_located_in: "440605"
  via_platform: true
  registered: true
  registration_year: previous_calendar_year
  payment_evidence: [invoice, bank_receipt]
  payment_date_range: [signing_date, application_close]
  related_party: exclude
  fiscal_fund_project: exclude
  credit: no_serious_dishonesty
stacking: {{same_item: highest_only, higher_level_aid: top_up_difference}}
window: {{opens: "03-01", closes: "03-31"}}
review: [{review}]
budget: {{yearly_total: null, if_exceeded: pro_rata}}
rounding: floor_fen
multi_year: later payments claimable in later years until the caps are used
clawback: [registration_revoked, contract_rescinded, refund_received, false_declaration]
"""
REVIEW = "platform_precheck, town_check, district_tech_bureau, public_notice_5_workdays, payment"


def day(month: int, number: int, year: int = YEAR) -> datetime:
    """Nine in the morning of that day in the district."""
    return datetime(year, month, number, 9, tzinfo=clock.DISTRICT_ZONE)


# In the window; the day after its close, on which notices begin; and the day after their fifth working day.
OPEN, CLOSED, AFTER_NOTICE = day(3, 10), day(4, 1), day(4, 10)
# Payments of these tests have numbers and no scans.
SEEN = "窗口当场核对过原件。"


def policy_text(
    *, version: str = "1", rate: str = "0.05", cap: int = 100 * WAN, review: str = REVIEW, seller: bool = False
) -> str:
    """The policy of DOMAIN 2.3, with what a test is about."""
    return POLICY.format(version=version, rate=rate, cap=cap, review=review, seller=str(seller).lower())


def make_contract(
    session: Session,
    buyer: Organisation,
    seller: Organisation,
    *,
    total: int = 300 * WAN,
    technology: int | None = None,
    paid: int | None = None,
    kind: ContractKind = ContractKind.DEV,
    **over: Any,
) -> Contract:
    """A contract registered last year, matched here before it was signed and paid with invoice and receipt; fen."""
    moment, number = clock.now(), next(_numbers)
    technology, paid = total if technology is None else technology, total if paid is None else paid
    values: dict[str, Any] = {
        "state": ContractState.REGISTERED,
        "title": f"第{number}号氢气减压阀开发合同",
        "total_fen": total,
        "technology_fen": technology,
        "paid_fen": paid,
        "payment_mode": PaymentMode.INSTALMENTS,
        "signed_on": date(YEAR - 1, 3, 1),
        "valid_from": date(YEAR - 1, 3, 1),
        "valid_until": date(YEAR + 2, 3, 1),
        "matched_on": date(YEAR - 1, 1, 5),
        "registrar": "佛山市技术合同认定登记机构",
        "registration_no": f"{YEAR - 1}44060100{number:04d}",
        "registered_on": date(YEAR - 1, 5, 1),
    }
    contract = Contract(kind=kind, created_at=moment, created_by="test", updated_at=moment, **(values | over))
    session.add(contract)
    session.flush()
    for role, party in ((PartyRole.BUYER, buyer), (PartyRole.SELLER, seller)):
        row = ContractParty(contract_id=contract.id, role=role, organisation_id=party.id, name=party.name)
        session.add(row)
    session.add(
        ContractAmount(
            contract_id=contract.id,
            effective_on=date(YEAR - 1, 3, 1),
            total_fen=total,
            technology_fen=technology,
            at=moment,
            by="test",
        )
    )
    if paid:
        pay(session, contract, paid)
    session.flush()
    session.expire(contract)
    return contract


def pay(
    session: Session,
    contract: Contract,
    fen: int,
    *,
    on: date = date(YEAR - 1, 6, 1),
    kind: PaymentKind = PaymentKind.PAYMENT,
    **over: Any,
) -> ContractPayment:
    """Money paid on the contract, or paid back, with its papers."""
    number = next(_numbers)
    papers = {"invoice_no": f"INV{number}", "receipt_no": f"REC{number}"} | over
    row = ContractPayment(
        contract_id=contract.id, kind=kind, paid_on=on, amount_fen=fen, at=clock.now(), by="test", **papers
    )
    session.add(row)
    session.flush()
    session.expire(contract, ["payments"])
    return row


@dataclass(frozen=True)
class Place:
    """Everybody and everything; verbs with a fresh key and the claim's own revision."""

    session: Session
    one: Actor
    two: Actor
    auditor: Actor
    buyer: Organisation
    seller: Organisation
    owner: Actor
    stranger: Actor
    window: Window

    def contract(self, **over: Any) -> Contract:
        """A contract of the buyer's with the seller."""
        return make_contract(self.session, self.buyer, self.seller, **over)

    def applied(self, contract: Contract | None = None, **over: Any) -> Claim:
        """A claim that the buyer applied for."""
        contract = contract or self.contract(**over)
        data = ApplyIn(window_id=self.window.id, contract_id=contract.id, role=PartyRole.BUYER, **claim_in())
        return applying.apply(self.session, self.owner, SEALER, data=data, once=new_key(), base=BASE)

    def checked(self, contract: Contract | None = None, **over: Any) -> Claim:
        """The same, passed by the first officer and the town."""
        claim = self.applied(contract, **over)
        self.do(reviewing.precheck, claim, self.one)
        return self.do(reviewing.town_check, claim, self.one)

    def proposed(self, contract: Contract | None = None, **over: Any) -> Claim:
        """The same, decided by the first officer."""
        return self.do(reviewing.propose, self.checked(contract, **over), self.one)

    def shown(self, contract: Contract | None = None, **over: Any) -> Claim:
        """The same, shown to the public from the day after the close."""
        claim = self.proposed(contract, **over)
        with clock.pretend(CLOSED):
            return self.do(reviewing.publish_notice, claim, self.one)

    def approved(self, contract: Contract | None = None, **over: Any) -> Claim:
        """The same, approved by the second officer after the notice."""
        claim = self.shown(contract, **over)
        with clock.pretend(AFTER_NOTICE):
            return self.do(reviewing.approve, claim, self.two)

    def paid(self, contract: Contract | None = None, **over: Any) -> Claim:
        """The same, paid by the first officer in a batch of its own."""
        claim = self.approved(contract, **over)
        with clock.pretend(AFTER_NOTICE):
            self.batch(claim)
            return self.do(paying.mark_paid, claim, self.one, paid_on=AFTER_NOTICE.date())

    def batch(self, *claims: Claim, once: str | None = None) -> PaymentBatch:
        """The claims, handed over together."""
        ids = [claim.id for claim in claims]
        once = once or new_key()
        return paying.make_batch(self.session, self.one, window_id=self.window.id, claim_ids=ids, once=once)

    def do(self, verb: Any, claim: Claim, actor: Actor, *, once: str | None = None, **over: Any) -> Any:
        """A verb on a claim."""
        given = {"revision": claim.revision, "once": once or new_key(), "base": BASE}
        given |= ({"originals": SEEN} if verb is reviewing.propose else {}) | over
        return verb(self.session, actor, claim_id=claim.id, **given)

    def budget(self, fen: int, *, once: str | None = None) -> Any:
        """Set the window's budget."""
        given = {"amount_fen": fen, "reason": "年度预算", "once": once or new_key()}
        return windows.set_budget(self.session, self.one, window_id=self.window.id, **given)


def claim_in(**over: Any) -> dict[str, Any]:
    """What an applicant fills in."""
    return {"declared": True, "bank_name": "佛山农商银行", "bank_account": "8001 0000 1234 5678"} | over


def confirm_in(**over: Any) -> ClaimIn:
    """The same as a form."""
    return ClaimIn.model_validate(claim_in(**over))


def make_place(session: Session, *, text: str | None = None, limited: bool = True, budget: int = 500 * WAN) -> Place:
    """A place whose window opens in March."""
    one = make_actor(session, role=Role.OFFICER, name="谭专员")
    buyer = make_organisation(session)
    seller = make_organisation(session, uscc=USCCS[1], name="佛山市南海区试样电机有限公司", chain_nodes=["MAC-04"])
    row = policies.load_version(session, one, text=text or policy_text())
    data = WindowIn(
        policy_row_id=row.id,
        year=YEAR,
        title="2026 年技术合同奖补",
        opens_on=date(YEAR, 3, 1),
        closes_on=date(YEAR, 3, 31),
        limited=limited,
    )
    place = Place(
        session=session,
        one=one,
        two=make_actor(session, role=Role.OFFICER, name="冯专员"),
        auditor=make_actor(session, role=Role.AUDITOR, name="区审计"),
        buyer=buyer,
        seller=seller,
        owner=make_actor(session, buyer.id),
        stranger=make_actor(session, seller.id, name="陈外人"),
        window=windows.open_window(session, one, data=data),
    )
    if limited and budget:
        place.budget(budget)
    return place


def state_of(claim: Claim) -> ClaimState:
    """The claim's state, for comparing step after step."""
    return claim.state
