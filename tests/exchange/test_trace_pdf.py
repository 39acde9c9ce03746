"""The auditor's report: every link of the chain and every step stands in it, in Chinese, on pages with numbers."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from pypdf import PdfReader

from matchmaker.accounts.models import Organisation
from matchmaker.audit.queries import Head
from matchmaker.contracts.models import Contract, ContractAmount, ContractParty, ContractPayment, ContractStep
from matchmaker.contracts.rules import ContractKind, ContractState, PartyRole, PaymentKind, RelatedParty
from matchmaker.deals.models import Deal, DealStep
from matchmaker.deals.rules import DealOrigin, DealStage
from matchmaker.events.rules import EventKind
from matchmaker.exchange.trace_pdf import fingerprint, trace_pdf
from matchmaker.exchange.trace_rows import happenings
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import IntroductionState
from matchmaker.listings.rules import Side
from matchmaker.meetings.rules import OutcomeKind
from matchmaker.subsidies.evidence import Seen
from matchmaker.subsidies.facts import Outcome
from matchmaker.subsidies.models import Claim, ClaimStep, ClawBack, Decision, LedgerEntry, PolicyVersion, Voice, Window
from matchmaker.subsidies.reasons import Reason, ReasonCode
from matchmaker.subsidies.rules import Account, ClaimState, ClawBackReason, EntryKind, VoiceKind
from matchmaker.subsidies.trace import AuditLine, ListingThen, MatchThen, MeetingLink, Trace
from tests.subsidies.place import policy_text

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 1, tzinfo=UTC)
CONTACT, HOSTILE = "13700000000", "<b>货物</b> & 𠮷"
LONG = "佛山市南海区" + "特别长的单位名称" * 9 + "有限责任公司"


def at(days: int) -> datetime:
    return START + timedelta(days=days)


def outcome(fen: int) -> dict[str, Any]:
    reasons = (
        Reason(ReasonCode.BASE, "技术交易额 2,400,000 元 × 已付 1,500,000 元 ÷ 合同成交额 3,000,000 元 = 1,200,000 元"),
        Reason(ReasonCode.RATE, "1,200,000 元 × 5 % = 60,000 元"),
    )
    return Outcome("C000007", True, 120_000_000, fen, reasons, "NH-TEST", "1").to_json()


def decision(fen: int, day: int, *, ended: int | None = None) -> Decision:
    row = Decision(id=day, claim_id=7, inputs={}, outcome=outcome(fen), eligible=True, base_fen=120_000_000)
    row.amount_fen, row.sha256, row.at, row.by = fen, f"{day:064x}", at(day), "谭专员"
    row.superseded_at = None if ended is None else at(ended)
    row.policy = PolicyVersion(policy_id="NH-TEST", version="1", text=policy_text(), sha256="5" * 64)
    return row


def make_contract() -> Contract:
    contract = Contract(
        id=3,
        title="减压阀密封技术委托开发合同",
        kind=ContractKind.DEV,
        registrar="佛山市技术合同认定登记机构",
        registration_no="20254406050001",
        registered_on=date(2025, 5, 1),
        signed_on=date(2025, 3, 1),
        related=RelatedParty.NONE,
    )
    for role, name in ((PartyRole.BUYER, LONG), (PartyRole.SELLER, "广东工业研究院")):
        contract.parties.append(ContractParty(role=role, name=name, uscc="91440605YYYY000127"))
    return contract


def make_claim(contract: Contract) -> Claim:
    claim = Claim(id=7, role=PartyRole.BUYER, state=ClaimState.PAID, amount_fen=6_000_000)
    claim.bank_name, claim.bank_account = "佛山农商银行丹灶支行", "sealed"
    claim.contract = contract
    claim.organisation = Organisation(name=LONG, uscc="91440605YYYY000127")
    claim.window = Window(title="2026 年度合同奖补", policy=decision(1, 1).policy)
    moves = [
        (ClaimState.APPLIED, 8, "梁业主"),
        (ClaimState.PROPOSED, 10, "谭专员"),
        (ClaimState.NOTICE, 11, "谭专员"),
        (ClaimState.APPROVED, 20, "冯专员"),
        (ClaimState.PAID, 30, "谭专员"),
    ]
    claim.steps = [ClaimStep(after=state, at=at(day), by=who, reason="") for state, day, who in moves]
    return claim


def entry(number: int, kind: EntryKind, flow: tuple[Account, Account], day: int) -> LedgerEntry:
    row = LedgerEntry(id=number, kind=kind, credit=flow[0], debit=flow[1], amount_fen=6_000_000, text="C000007")
    row.at, row.by = at(day), "冯专员"
    return row


def make_deal() -> Deal:
    deal = Deal(title="密封结构联合开发", origin=DealOrigin.MEETING, stage=DealStage.REGISTERED)
    deal.created_at, deal.created_by = at(2), "霍组织"
    deal.buyer, deal.seller = Organisation(name=LONG), Organisation(name="广东工业研究院")
    return deal


def make_meeting() -> MeetingLink:
    """What the report reads of a meeting; building a whole event for it would say no more."""
    meeting: Any = SimpleNamespace(slot=SimpleNamespace(starts_at=at(1)), table=SimpleNamespace(label="A7", number=7))
    event: Any = SimpleNamespace(
        id=1, title="阀门供需对接会", kind=EventKind.SUPPLY_CHAIN, town="440605123", venue="丹灶会议厅"
    )
    said: Any = SimpleNamespace(kind=OutcomeKind.COOPERATION, at=at(1), by="霍组织", note="再谈一次")
    return MeetingLink(meeting, event, [said])


def make_trace(**over: Any) -> Trace:
    """One claim with everything that there can be behind it."""
    contract = make_contract()
    claim = make_claim(contract)
    paid = ContractPayment(
        paid_on=date(2025, 6, 1), amount_fen=150_000_000, kind=PaymentKind.PAYMENT, technology_fen=None
    )
    paid.invoice_no, paid.receipt_no, paid.at, paid.by = "INV-88", "REC-99", at(3), "梁业主"
    amount = ContractAmount(effective_on=date(2025, 3, 1), total_fen=300_000_000, technology_fen=240_000_000)
    registered = ContractStep(
        after=ContractState.REGISTERED, happened_on=date(2025, 5, 1), at=at(3), by="梁业主", reason=""
    )
    voice = Voice(kind=VoiceKind.OBJECTION, text="是否重复申领？", contact=CONTACT, at=at(12), by="visitor")
    voice.answer, voice.answered_at, voice.answered_by = "已核实，没有重复。", at(13), "冯专员"
    back = ClawBack(reason=ClawBackReason.REFUND_RECEIVED, text=HOSTILE, amount_fen=1_000_000)
    back.proposed_at, back.proposed_by, back.decided_at = at(40), "谭专员", None
    asked = Introduction(
        state=IntroductionState.ACCEPTED, asked_at=at(0), answered_at=at(1), message="", answer_note=""
    )
    flows = {EntryKind.COMMIT: (Account.AVAILABLE, Account.COMMITTED), EntryKind.PAY: (Account.COMMITTED, Account.PAID)}
    given: dict[str, Any] = {
        "claim": claim,
        "decisions": [decision(5_000_000, 9, ended=10), decision(6_000_000, 10)],
        "entries": [entry(place, kind, flow, 18 + 6 * place) for place, (kind, flow) in enumerate(flows.items(), 1)],
        "claw_backs": [back],
        "voices": [voice],
        "contract": contract,
        "amounts": [amount],
        "payments": [paid],
        "contract_steps": [registered],
        "deal": make_deal(),
        "deal_steps": [DealStep(after=DealStage.TALKS, at=at(2), by="霍组织", note="")],
        "meeting": make_meeting(),
        "introduction": asked,
        "match": MatchThen("meeting", 0.82, 3, ["减压阀", "七十兆帕"], [], at(-5).isoformat()),
        "listings": [ListingThen(1, Side.NEED, "求购七十兆帕减压阀", 2, {}, at(-9), "梁业主", 4)],
        "audit": [AuditLine(41, at(20), "冯专员", "subsidy.state", "claim:7", "a" * 64)],
        "head": Head(99, "b" * 64, at(50)),
    }
    return Trace(**(given | over))


def pages(trace: Trace) -> list[str]:
    """The text of each page without spaces and line ends."""
    content = trace_pdf(trace, at=NOW, by="区审计")
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(BytesIO(content)).pages]


def test_every_link_from_the_money_back_to_the_listing_stands_in_it() -> None:
    text = "".join(pages(make_trace()))
    for said in (
        "60,000.00元",
        "大写：陆万元整",
        "NH-TEST",
        "1,200,000元×5%=60,000元",
        "INV-88",
        "REC-99",
        "20254406050001",
        "成交额3,000,000.00元，技术交易额2,400,000.00元",
        "密封结构联合开发",
        "阀门供需对接会",
        "可能合作，2026-03-0309:00，霍组织",
        "强相关",
        "匹配度82",
        "减压阀、七十兆帕",
        "求购七十兆帕减压阀，第2版",
        "现为第4版",
    ):
        assert said in text, said
    links = ["奖补资金", "核定", "合同付款", "登记的技术合同", "交易", "洽谈或对接", "平台匹配", "供需信息（当时版本）"]
    places = [text.index(name, text.index("由资金回到匹配")) for name in links]
    assert places == sorted(places)


def test_it_says_which_papers_are_numbers_only_and_who_saw_the_originals() -> None:
    seen = Seen(at(10), "谭专员", "三月在窗口核对原件，单位没有扫描仪。", frozenset({(1, "bank_receipt")}))
    trace = make_trace(originals=[seen])
    trace.payments[0].invoice_file_id = 5
    text = "".join(pages(trace))
    assert "INV-88，有扫描件" in text and "REC-99，无扫描件" in text
    assert "原件核对2026-03-1209:00，谭专员，三月在窗口核对原件，单位没有扫描仪。" in text


def test_it_holds_hashes_the_ledger_and_the_end_of_the_log() -> None:
    trace = make_trace()
    text = "".join(pages(trace))
    for digest in (*(row.sha256 for row in trace.decisions), "a" * 64, "b" * 64, fingerprint(trace)):
        assert digest in text
    assert "可用预算→已核准待拨" in text
    assert "截至第99条" in text
    assert "50,000.00元" in text and "被取代" in text


def test_pages_are_numbered_and_say_who_made_it_for_what() -> None:
    found = pages(make_trace())
    assert len(found) >= 2
    for number, page in enumerate(found, start=1):
        assert f"第{number}页/共{len(found)}页" in page
        assert "追溯报告C0000072026-06-0109:00区审计仅供审计使用" in page


def test_nobodys_contact_and_no_account_get_into_it() -> None:
    text = "".join(pages(make_trace()))
    assert "是否重复申领？" in text and "公众" in text
    for secret in (CONTACT, "sealed", "丹灶支行"):
        assert secret not in text


def test_what_people_wrote_is_text_and_never_markup() -> None:
    assert "<b>货物</b>&〓" in "".join(pages(make_trace()))


def test_a_long_name_is_wrapped_and_not_cut() -> None:
    assert LONG in "".join(pages(make_trace()))


def test_a_claim_with_nothing_behind_it_says_so() -> None:
    bare = make_trace(
        decisions=[],
        entries=[],
        claw_backs=[],
        voices=[],
        amounts=[],
        payments=[],
        contract_steps=[],
        deal=None,
        deal_steps=[],
        meeting=None,
        introduction=None,
        match=None,
        listings=[],
        audit=[],
        head=None,
    )
    text = "".join(pages(bare))
    assert text.count("没有记录") == 6
    assert [name for name in re.findall("[一二三四五六]、", text)] == ["一、", "二、", "三、", "四、"]
    assert "还没有核算。" in text


def test_happenings_come_in_the_order_they_happened() -> None:
    rows = happenings(make_trace())
    assert [one.on for one in rows] == sorted(one.on for one in rows)
    assert {one.stage for one in rows} == {
        "listing",
        "match",
        "introduction",
        "meeting",
        "deal",
        "contract",
        "payment",
        "claim",
        "decision",
        "ledger",
        "voice",
        "claw_back",
    }
    assert [one.fen for one in rows if one.stage == "ledger"] == [6_000_000, 6_000_000]


def test_a_payment_that_was_taken_out_again_stands_there_twice() -> None:
    trace = make_trace()
    wrong = trace.payments[0]
    wrong.withdrawn_at, wrong.withdrawn_by, wrong.withdrawn_reason = at(4), "李同事", "重复登记"
    rows = [(one.fen, one.by, one.text) for one in happenings(trace) if one.stage == "payment"]
    assert rows == [(150_000_000, "梁业主", "INV-88 REC-99"), (-150_000_000, "李同事", "重复登记")]
    text = "".join(pages(trace))
    assert "付款（作废）" in text
    assert "-1,500,000.00" in text


def test_the_fingerprint_tells_any_change_and_only_a_change() -> None:
    trace = make_trace()
    assert fingerprint(trace) == fingerprint(make_trace())
    changed = make_trace()
    changed.entries[1].amount_fen += 1
    assert fingerprint(changed) != fingerprint(trace)
    assert fingerprint(replace(trace, voices=[])) != fingerprint(trace)


def test_the_same_report_made_twice_is_the_same_file() -> None:
    assert trace_pdf(make_trace(), at=NOW, by="区审计") == trace_pdf(make_trace(), at=NOW, by="区审计")


@pytest.mark.parametrize("level", [None, 0])
def test_a_match_without_a_level_or_a_weak_one_is_told_as_it_was(level: int | None) -> None:
    weak = MatchThen("deal", 0.999, level, [], [], "")
    text = "".join(pages(make_trace(match=weak)))
    assert "匹配度99" in text
    assert ("无相关" in text) is (level == 0)
