"""From a fen back to the match, and from an event forward to the fen: one chain, read in both directions."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from matchmaker.contracts.models import Contract
from matchmaker.core import clock
from matchmaker.core.unit import unit
from matchmaker.deals import starting
from matchmaker.meetings.models import Outcome
from matchmaker.meetings.rules import OutcomeKind
from matchmaker.subsidies.models import Claim
from tests.web.granted import BASE
from tests.web.town import Town, readable


@pytest.fixture
def chained(own_town: Town) -> Town:
    """The granted claim's contract came of a deal, the deal of the meeting at the fair, the meeting of the match."""
    with unit(own_town.parts.sessions) as session:
        organiser, meeting = own_town.actor("organiser"), own_town.ids["meeting"]
        session.add(
            Outcome(
                meeting_id=meeting, kind=OutcomeKind.COOPERATION, by=organiser.name, at=clock.now(), note="再谈密封"
            )
        )
        session.flush()
        deal = starting.start_from_meeting(session, organiser, meeting_id=meeting, registration_id=None, base=BASE)
        contract = session.get_one(Claim, own_town.ids["granted"]).contract
        contract.deal_id = deal.id
        ids = {"granted_contract": contract.id, "granted_deal": deal.id}
    return replace(own_town, ids=own_town.ids | ids)


def trace_of(town: Town, who: str = "auditor") -> str:
    return readable(town.client(who).get(f"/office/subsidies/{town.ids['granted']}/trace").text)


def test_the_page_leads_from_the_money_to_the_listings(chained: Town) -> None:
    page = trace_of(chained)
    links = ["奖补资金", "核定", "合同付款", "登记的技术合同", "洽谈或对接", "平台匹配", "供需信息（当时版本）"]
    places = [page.index(text, page.index("从每一分钱回到最初的匹配")) for text in links]
    assert places == sorted(places)
    for text in (
        "核准占用",
        "400,000 元 × 5 % = 20,000 元",
        "氢能阀门洽谈会",
        "可能合作",
        "强相关",
        "减压阀",
        "第 1 版",
    ):
        assert text in page
    assert "没有记录" not in page
    assert "13700000000" not in page


def test_the_auditors_file_says_the_same_on_paper(chained: Town) -> None:
    answer = chained.client("auditor").get(f"/office/subsidies/{chained.ids['granted']}/trace.pdf")
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/pdf", "private, no-store")
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages))
    for said in ("奖补资金追溯报告", "20,000.00元", "氢能阀门洽谈会", "匹配度90", "区审计"):
        assert said in text


def test_a_claim_without_a_deal_says_where_the_chain_ends(own_town: Town) -> None:
    assert "没有记录" in readable(
        own_town.client("officer").get(f"/office/subsidies/{own_town.ids['claim']}/trace").text
    )


@pytest.mark.parametrize(("who", "whole"), [("officer", True), ("auditor", True), ("organiser", False)])
def test_an_event_shows_what_it_brought_as_far_as_the_money(chained: Town, who: str, whole: bool) -> None:
    with unit(chained.parts.sessions) as session:
        contract = session.get_one(Contract, chained.ids["granted_contract"])
        contract.title = "高压氢阀密封结构委托开发"
        said = (contract.title, contract.registration_no or "?", f"{(contract.total_fen or 0) / 100:,.2f}")
    answer = chained.client(who).get(f"/office/events/{chained.ids['fair']}/harvest")
    page = readable(answer.text)
    for text in ("1场洽谈", "其中 1 场有意向", "1笔交易", "1份登记合同", "1笔奖补"):
        assert text in page
    assert ("合同少于 3 份，不显示合计金额" in page) is not whole
    # What a contract is called, is worth and got: the office's and the auditor's.
    for text in (*said, "核准 20,000.00 元，已拨付 0.00 元"):
        assert (text in page) is whole, text
    for link in ("/trace", f"/my/contracts/{contract.id}"):
        assert (link in answer.text) is whole, link
    report = chained.client(who).get(f"/office/events/{chained.ids['fair']}/report").text
    assert f"/office/events/{chained.ids['fair']}/harvest" in report


def test_an_event_that_brought_nothing_says_so(own_town: Town) -> None:
    page = own_town.client("organiser").get(f"/office/events/{own_town.ids['event']}/harvest").text
    assert "这场活动还没有带来交易" in page


def test_a_contract_and_its_deal_lead_to_the_claim(chained: Town) -> None:
    number, contract = chained.ids["granted"], f"/my/contracts/{chained.ids['granted_contract']}"
    assert f'href="/office/subsidies/{number}"' in chained.client("officer").get(contract).text
    assert f'href="/my/subsidies/{number}"' in chained.client("member").get(contract).text
    deal = f"/my/deals/{chained.ids['granted_deal']}"
    assert f'href="/my/subsidies/{number}"' in chained.client("member").get(deal).text
    # The other side of the contract knows nothing of it.
    other = chained.client("stranger").get(contract)
    assert other.status_code == 200
    assert "/subsidies/" not in other.text
