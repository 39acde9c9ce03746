"""One claim from a fen back to the match, on A4 for the auditor: the chain, the computation, the ledger, every step."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Spacer, Table, TableStyle

from matchmaker.core import clock
from matchmaker.exchange.figures import capital, yuan
from matchmaker.exchange.paged import DIGEST, HEAD, SMALL, TEXT, TITLE, paged, table, words
from matchmaker.exchange.pdf_page import ACCENT, AUTHOR, LINE, SOFT, TINT, WHITE, Ink, paragraph_style, write
from matchmaker.exchange.trace_rows import Happening, amount, happenings, joined, who
from matchmaker.reference.terms import terms
from matchmaker.reference.towns import towns
from matchmaker.subsidies.facts import Outcome
from matchmaker.subsidies.models import Decision, LedgerEntry
from matchmaker.subsidies.policies import policy_of
from matchmaker.subsidies.rules import claim_number, contract_number
from matchmaker.subsidies.trace import Trace

STAGES = {
    "listing": "供需信息",
    "match": "平台匹配",
    "introduction": "对接",
    "meeting": "洽谈",
    "deal": "交易",
    "contract": "合同",
    "payment": "付款",
    "claim": "申领",
    "decision": "核算",
    "ledger": "账务",
    "voice": "异议申诉",
    "claw_back": "追回",
}
_WIDE = 178 * mm
_FACT = paragraph_style("fact", 9, 13)
_NAME = paragraph_style("name", 10.5, 15)
_ABOVE = paragraph_style("above", 8, 11.5, textColor=SOFT)
_ALONE = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
]
Fact = tuple[str, str]
_NUMERALS = "一二三四五六"


class _Mark(Flowable):  # type: ignore[misc]
    """The number of a link of the chain, in a disc; an empty one where the chain has nothing."""

    def __init__(self, number: int, *, there: bool) -> None:
        super().__init__()
        self.number, self.there = number, there

    def wrap(self, _wide: float, _high: float) -> tuple[float, float]:
        return 9 * mm, 7 * mm

    def draw(self) -> None:
        canvas = self.canv
        canvas.setFillColor(ACCENT if self.there else WHITE)
        canvas.setStrokeColor(ACCENT if self.there else LINE)
        canvas.circle(3.4 * mm, 3.6 * mm, 3.2 * mm, stroke=1, fill=1)
        ink = Ink(9, WHITE if self.there else SOFT, "Helvetica-Bold", align="middle")
        write(canvas, (3.4 * mm, 3.6 * mm - 3.1), str(self.number), ink)


def trace_pdf(trace: Trace, *, at: datetime, by: str) -> bytes:
    """The PDF's bytes; `by` has it made, `at` this moment. No bank account, no contact of whoever objected."""
    number = claim_number(trace.claim.id)
    sections = (
        ("追溯链：由资金回到匹配", _chain(trace)),
        ("核算", _computation(trace)),
        ("合同付款", _payments(trace)),
        ("账务分录", _ledger(trace.entries)),
        ("全过程：由供需信息到资金", _timeline(happenings(trace))),
        ("审计日志", _proofs(trace)),
    )
    story = _head(trace, at, by)
    told = [(name, body) for name, body in sections if body]
    for numeral, (name, body) in zip(_NUMERALS, told, strict=False):
        # A heading never stands alone at the end of a page.
        story += [CondPageBreak(45 * mm), words(f"{numeral}、{name}", HEAD), *body]
    printed = at.astimezone(clock.DISTRICT_ZONE).strftime("%Y-%m-%d %H:%M")
    return paged(f"追溯报告 {number}", story, foot=f"{AUTHOR}　追溯报告 {number}　{printed} {by}　仅供审计使用")


def fingerprint(trace: Trace) -> str:
    """SHA-256 over everything that happened and every decision: two reports with the same one say the same."""
    rows = [[one.at.isoformat(), one.stage, one.by, *one.term, one.text, one.fen] for one in happenings(trace)]
    told = json.dumps([rows, [row.sha256 for row in trace.decisions]], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def _head(trace: Trace, at: datetime, by: str) -> list[Flowable]:
    claim = trace.claim
    policy = claim.window.policy
    facts = [
        ("申领单位", joined([claim.organisation.name, claim.organisation.uscc])),
        ("技术合同", claim.contract.title),
        ("申领", joined([claim.window.title, _term("party_role", claim.role), _term("claim_state", claim.state)])),
        ("政策版本", joined([policy.policy_id, policy.version, policy_of(policy).source, policy_of(policy).clause])),
        ("报告摘要", fingerprint(trace)),
    ]
    made = f"{clock.utc(at).astimezone(clock.DISTRICT_ZONE):%Y-%m-%d %H:%M}　{by}"
    big = paragraph_style("big", 20, 26, textColor=ACCENT, alignment=2)
    right = paragraph_style("right-small", 8, 11.5, textColor=SOFT, alignment=2)
    left = [words("奖补资金追溯报告", TITLE), words(f"{claim_number(claim.id)}　{made}", SMALL)]
    money = [words(f"{yuan(claim.amount_fen)} 元", big), words(f"大写：{capital(claim.amount_fen)}", right)]
    title = Table([[left, money]], colWidths=[_WIDE * 0.5, _WIDE * 0.5])
    title.setStyle(TableStyle([*_ALONE, ("LINEBELOW", (0, 0), (-1, 0), 1.2, ACCENT)]))
    return [title, Spacer(1, 6), _facts(facts)]


def _facts(facts: Sequence[Fact], width: float = _WIDE) -> Table:
    rows = [[words(name, SMALL), words(text or "—", _FACT)] for name, text in facts]
    found = Table(rows, colWidths=[24 * mm, width - 24 * mm])
    tight = [("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]
    found.setStyle(TableStyle([*_ALONE, *tight]))
    return found


def _chain(trace: Trace) -> list[Flowable]:
    """The links from the money back to the listings, each with who and when."""
    links = [
        ("奖补资金", _money(trace)),
        ("核定", _decided(trace)),
        ("合同付款", _paid(trace)),
        ("登记的技术合同", _contract(trace)),
        ("交易", _deal(trace)),
        ("洽谈或对接", _met(trace)),
        ("平台匹配", _matched(trace)),
        ("供需信息（当时版本）", _listed(trace)),
    ]
    return [_link(number, name, facts) for number, (name, facts) in enumerate(links, start=1)]


def _link(number: int, name: str, facts: Sequence[Fact]) -> Flowable:
    body: list[Flowable] = [words(name, _NAME)]
    body += [_facts(facts, _WIDE - 12 * mm)] if facts else [words("没有记录", SMALL)]
    row = Table([[_Mark(number, there=bool(facts)), body]], colWidths=[12 * mm, _WIDE - 12 * mm])
    row.setStyle(TableStyle([*_ALONE, ("LINEABOVE", (1, 0), (1, 0), 0.4, LINE), ("TOPPADDING", (0, 0), (-1, -1), 4)]))
    return KeepTogether([row])


def _money(trace: Trace) -> list[Fact]:
    moved = [
        (_term("entry_kind", one.kind), yuan(one.amount_fen), _moment(one.at), who(one.by)) for one in trace.entries
    ]
    return [(kind, joined([f"{fen} 元", at, by])) for kind, fen, at, by in moved]


def _decided(trace: Trace) -> list[Fact]:
    rows = [one for one in trace.decisions if one.superseded_at is None]
    steps = {one.after.value: one for one in trace.claim.steps}
    facts = [("核算", joined([f"{yuan(one.amount_fen)} 元", _moment(one.at), who(one.by)])) for one in rows]
    for state in ("proposed", "notice", "approved"):
        if state in steps:
            facts.append((_term("claim_state", state), joined([_moment(steps[state].at), who(steps[state].by)])))
    return facts


def _paid(trace: Trace) -> list[Fact]:
    rows = [one for one in trace.payments if one.withdrawn_at is None]
    paid = [
        (
            _term("payment_kind", one.kind),
            joined([one.paid_on, f"{yuan(one.amount_fen)} 元", one.invoice_no, one.receipt_no, who(one.by)]),
        )
        for one in rows
    ]
    return paid + [("原件核对", joined([_moment(one.at), who(one.by), one.text])) for one in trace.originals]


def _contract(trace: Trace) -> list[Fact]:
    row = trace.claim.contract
    parties = [(_term("party_role", one.role), joined([one.name, one.uscc])) for one in row.parties]
    amounts = [
        (f"{one.effective_on} 起", f"成交额 {yuan(one.total_fen)} 元，技术交易额 {yuan(one.technology_fen)} 元")
        for one in trace.amounts
    ]
    return [
        ("合同", joined([row.title, _term("contract_kind", row.kind), contract_number(row.id)])),
        *parties,
        *amounts,
        ("签订", str(row.signed_on or "")),
        ("认定登记", joined([row.registration_no, row.registered_on, row.registrar])),
        ("关联关系", _term("related_party", row.related)),
    ]


def _deal(trace: Trace) -> list[Fact]:
    row = trace.deal
    if row is None:
        return []
    return [
        ("交易", joined([row.title, _term("deal_origin", row.origin), _term("deal_stage", row.stage)])),
        ("双方", f"{row.buyer.name} ← {row.seller.name}"),
        ("建立", joined([_moment(row.created_at), who(row.created_by)])),
    ]


def _met(trace: Trace) -> list[Fact]:
    facts: list[Fact] = []
    if trace.meeting is not None:
        event, meeting = trace.meeting.event, trace.meeting.meeting
        town = towns().get(event.town)
        facts.append(("活动", joined([event.title, town.name_zh if town else event.town, event.venue])))
        facts.append(
            ("洽谈", joined([_moment(meeting.slot.starts_at), f"{meeting.table.label or meeting.table.number} 号桌"]))
        )
        facts += [
            ("结果", joined([_term("outcome", one.kind), _moment(one.at), who(one.by)]))
            for one in trace.meeting.outcomes
        ]
    if trace.introduction is not None:
        row = trace.introduction
        answered = _moment(row.answered_at) if row.answered_at else ""
        facts.append(("对接", joined([_term("introduction_state", row.state), _moment(row.asked_at), answered])))
    return facts


def _matched(trace: Trace) -> list[Fact]:
    found = trace.match
    if found is None:
        return []
    level = "" if found.level is None else _term("level", str(found.level))
    score = "" if found.score is None else f"匹配度 {min(round(found.score * 100), 99)}"
    facts = [("匹配", joined([level, score, _moment(datetime.fromisoformat(found.at)) if found.at else ""]))]
    return [*facts, ("共同要点", "、".join(map(str, found.terms)))] if found.terms else facts


def _listed(trace: Trace) -> list[Fact]:
    facts = []
    for one in trace.listings:
        now = f"现为第 {one.now_revision} 版" if one.now_revision != one.revision else ""
        said = joined([one.title, f"第 {one.revision} 版", _moment(one.at), who(one.by), now])
        facts.append((_term("side", one.side), said))
    return facts


def _computation(trace: Trace) -> list[Flowable]:
    told = [flowable for row in reversed(trace.decisions) for flowable in _decision(row)]
    return told or [words("还没有核算。", SMALL)]


def _decision(row: Decision) -> list[Flowable]:
    outcome = Outcome.from_json(row.outcome)
    standing = "现行" if row.superseded_at is None else f"{_moment(row.superseded_at)} 被取代"
    title = f"{_moment(row.at)}　{who(row.by)}　{row.policy.policy_id} {row.policy.version}　{standing}"
    lines: list[list[object]] = [[str(number), one.text] for number, one in enumerate(outcome.reasons, start=1)]
    result = f"核算基数 {yuan(row.base_fen)} 元，金额 {yuan(row.amount_fen)} 元" + (
        "" if row.eligible else "（不符合条件）"
    )
    lines.append(["＝", result])
    found = table(("", "核算说明"), lines, [10 * mm, _WIDE - 10 * mm])
    if row.superseded_at is None:
        last = len(lines)
        found.setStyle(TableStyle([("BACKGROUND", (0, last), (-1, last), TINT)]))
    return [words(title, _ABOVE), found, words(f"sha256 {row.sha256}", DIGEST), Spacer(1, 6)]


def _payments(trace: Trace) -> list[Flowable]:
    rows = [
        [
            str(one.paid_on),
            _term("payment_kind", one.kind) + ("（作废）" if one.withdrawn_at else ""),
            yuan(one.amount_fen),
            "按比例" if one.technology_fen is None else yuan(one.technology_fen),
            _proof(one.invoice_no, one.invoice_file_id),
            _proof(one.receipt_no, one.receipt_file_id),
        ]
        for one in trace.payments
    ]
    if not rows:
        return []
    heads = ("日期", "类别", "金额（元）", "其中技术（元）", "发票号", "回单号")
    widths = [24 * mm, 24 * mm, 32 * mm, 32 * mm, 33 * mm, 33 * mm]
    return [table(heads, rows, widths, right=(2, 3))]


def _proof(number: str, file_id: int | None) -> str:
    """A paper's number, and whether the paper itself is kept."""
    return joined([number, "有扫描件" if file_id is not None else "无扫描件" if number else ""]) or "—"


def _ledger(entries: Sequence[LedgerEntry]) -> list[Flowable]:
    if not entries:
        return []
    rows = [
        [
            str(one.id),
            _moment(one.at),
            _term("entry_kind", one.kind),
            f"{_term('ledger_account', one.credit)} → {_term('ledger_account', one.debit)}",
            yuan(one.amount_fen),
            who(one.by),
        ]
        for one in entries
    ]
    heads = ("分录", "时间", "事项", "从 → 到", "金额（元）", "经手")
    widths = [14 * mm, 32 * mm, 24 * mm, 48 * mm, 34 * mm, 26 * mm]
    return [table(heads, rows, widths, right=(0, 4))]


def _timeline(rows: Sequence[Happening]) -> list[Flowable]:
    cells = [
        [
            str(one.on),
            STAGES[one.stage],
            joined([_term(*one.term) if one.term[1] else "", one.text]),
            amount(one.fen),
            who(one.by),
        ]
        for one in rows
    ]
    heads = ("日期", "环节", "发生了什么", "金额（元）", "经手")
    widths = [22 * mm, 20 * mm, 78 * mm, 30 * mm, 28 * mm]
    return [table(heads, cells, widths, right=(3,))]


def _proofs(trace: Trace) -> list[Flowable]:
    """What of it the audit log holds, and the entry after which nothing can be changed unseen."""
    story: list[Flowable] = []
    if trace.head is not None:
        told = f"截至第 {trace.head.number} 条（{_moment(trace.head.at)}），日志链摘要："
        story += [words(told, TEXT), words(trace.head.digest, DIGEST), Spacer(1, 4)]
    rows: list[list[object]] = [
        [
            str(one.number),
            _moment(one.at),
            who(one.actor),
            [words(f"{one.action}　{one.subject}", _FACT), words(one.digest, DIGEST)],
        ]
        for one in trace.audit
    ]
    if rows:
        story.append(
            table(("序号", "时间", "谁", "动作、对象与摘要"), rows, [16 * mm, 32 * mm, 28 * mm, 102 * mm], right=(0,))
        )
    sign = Table([[words("审计人：", TEXT), words("日期：", TEXT)]], colWidths=[_WIDE / 2] * 2, rowHeights=[14 * mm])
    return [*story, Spacer(1, 12), sign]


def _term(kind: str, code: object) -> str:
    return terms(kind).get(str(code), str(code))


def _moment(at: datetime) -> str:
    return at.astimezone(clock.DISTRICT_ZONE).strftime("%Y-%m-%d %H:%M")
