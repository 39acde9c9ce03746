"""Subsidy claims of the small town: one applied for, one on public notice, one approved and in a payment batch."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.accounts.passwords import Sealer
from matchmaker.contracts.models import Contract
from matchmaker.contracts.rules import PartyRole
from matchmaker.core import clock
from matchmaker.core.db import new_key
from matchmaker.subsidies import applying, ledger, paying, policies, reviewing, taking_back, voices, windows
from matchmaker.subsidies.models import Claim, Window
from matchmaker.subsidies.rules import ClawBackReason
from matchmaker.subsidies.schemas import ApplyIn, WindowIn
from tests.subsidies.place import SEEN, WAN, claim_in, make_contract, pay, policy_text

BASE = "http://127.0.0.1:8000"
TITLE = "技术合同奖补"
# The yuan of the year, and of each contract, all of it paid: 5 % of it is the aid.
BUDGET, PRICE = 500 * WAN, 40 * WAN
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def make_claims(session: Session, town: Any) -> dict[str, int]:
    """The ids of what was made, by name. "member" buys; the second officer does what has been done."""
    window = open_window(session, town)
    applied, noticed, granted = (make_claim(session, town, window) for _ in range(3))
    second = town.actor("second_officer")
    for claim in (noticed, granted):
        for verb in (reviewing.precheck, reviewing.town_check, reviewing.propose, reviewing.publish_notice):
            do(session, verb, claim, second)
    # From now on a budget binds: what comes after these waits for the close.
    windows.set_budget(
        session, town.actor("officer"), window_id=window.id, amount_fen=BUDGET, reason="年度预算", once=new_key()
    )
    voice = voices.object_(
        session,
        town.actor("stranger"),
        claim_id=noticed.id,
        text="这项技术早已公开。",
        contact="陈 13700000000",
        base=BASE,
    )
    # Shown until yesterday; nothing in the town happens later than now.
    granted.notice_from, granted.notice_until = (clock.today() - timedelta(days=days) for days in (9, 1))
    do(session, reviewing.approve, granted, town.actor("officer"))
    batch = paying.make_batch(session, second, window_id=window.id, claim_ids=[granted.id], once=new_key())
    back = taking_back.propose_claw_back(
        session,
        second,
        claim_id=granted.id,
        reason=ClawBackReason.FALSE_DECLARATION,
        amount_fen=WAN,
        text="合同内容与申报不符。",
        once=new_key(),
        base=BASE,
    )
    folder = town.parts.config.files_dir
    paper = applying.attach(
        session, town.actor("member"), folder, claim_id=applied.id, purpose="statement", name="说明.pdf", content=PDF
    )
    return {
        "claim": applied.id,
        "claim_contract": applied.contract_id,
        "claim_paper": paper.id,
        "noticed": noticed.id,
        "voice": voice.id,
        "granted": granted.id,
        "claw_back": back.id,
        "batch": batch.id,
        "window": window.id,
        "policy": window.policy_row_id,
        "entry": ledger.entries(session, window_id=window.id)[0].id,
    }


def open_window(session: Session, town: Any) -> Window:
    """A window of this year that is open today, without a limit."""
    officer, year = town.actor("officer"), clock.today().year
    row = policies.load_version(session, officer, text=policy_text())
    days = {"opens_on": date(year, 1, 1), "closes_on": date(year, 12, 31)}
    data = WindowIn(policy_row_id=row.id, year=year, title=f"{year} 年{TITLE}", limited=False, **days)
    return windows.open_window(session, officer, data=data)


def registered(session: Session, town: Any, **over: Any) -> Contract:
    """A contract of the member's organisation as the buyer, registered last year and paid."""
    year = clock.today().year - 1
    buyer, seller = (session.get_one(Organisation, town.ids[name]) for name in ("organisation", "other_organisation"))
    days = {"signed_on": date(year, 3, 1), "registered_on": date(year, 5, 1), "matched_on": date(year, 1, 5)}
    days |= {"valid_from": date(year, 3, 1), "valid_until": date(year + 3, 3, 1)}
    contract = make_contract(session, buyer, seller, total=PRICE, paid=0, **(days | over))
    pay(session, contract, PRICE, on=date(year, 6, 1))
    return contract


def make_claim(session: Session, town: Any, window: Window) -> Claim:
    """A claim that the member applied for."""
    contract = registered(session, town)
    data = ApplyIn(window_id=window.id, contract_id=contract.id, role=PartyRole.BUYER, **claim_in())
    sealer = Sealer(town.parts.config.secret_key)
    return applying.apply(session, town.actor("member"), sealer, data=data, once=new_key(), base=BASE)


def do(session: Session, verb: Any, claim: Claim, actor: Any, **over: Any) -> Any:
    """A verb on a claim as it stands."""
    given = {"revision": claim.revision, "once": new_key(), "base": BASE}
    given |= ({"originals": SEEN} if verb is reviewing.propose else {}) | over
    return verb(session, actor, claim_id=claim.id, **given)
