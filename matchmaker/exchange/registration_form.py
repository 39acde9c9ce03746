"""技术合同登记表: what the registry's form asks, filled from the record, and what is still missing.

One layout of boxes on a grid of 24 columns, drawn by `registration_form_sheet` and `registration_form_pdf`. The fields
are those of the registration form's guide (DOMAIN 1.8); only in Chinese, because the registry reads nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from matchmaker.contracts.models import Contract, ContractParty
from matchmaker.contracts.rules import ContractKind, PartyRole, PaymentMode
from matchmaker.exchange.typed_money import grouped_yuan
from matchmaker.reference.chains import nodes
from matchmaker.reference.terms import terms

COLUMNS = 24
TITLE = "技术合同登记表"
CHINA = "156"
# The form gives the gist; the contract itself is handed in beside it.
MOST_TEXT = 320
MOST_LINES = 14
_CUT = "……（全文见合同文本）"
_PROTECTED = frozenset({ContractKind.TRF, ContractKind.LIC})
_DATE = "＿＿＿＿年＿＿月＿＿日"
_SIGNATURES = (
    (
        "卖方（申请人）",
        f"所填内容与合同文本一致。\n\n单位（盖章）：\n\n经办人：＿＿＿＿＿＿\n\n联系电话：＿＿＿＿＿＿\n\n{_DATE}",
    ),
    ("登记机构意见", f"\n\n登记机构（盖章）：\n\n登记员：＿＿＿＿＿＿\n\n复核：＿＿＿＿＿＿\n\n{_DATE}"),
)


class Look(StrEnum):
    """How a box is drawn."""

    LABEL = "label"
    VALUE = "value"
    CENTRED = "centred"
    MISSING = "missing"


@dataclass(frozen=True)
class Box:
    """A cell of the form, `span` columns wide."""

    text: str
    span: int
    look: Look = Look.VALUE


Row = tuple[Box, ...]


@dataclass(frozen=True)
class Form:
    """The filled form. `missing` names what has to be filled in before it is handed in."""

    number: str
    own_number: str
    rows: tuple[Row, ...]
    missing: tuple[str, ...]


@dataclass
class _Filling:
    """The form under way."""

    rows: list[Row] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def box(self, what: str, text: str, span: int, look: Look = Look.VALUE) -> Box:
        """A value that must not be blank: a blank one is marked, and named under the form."""
        if text:
            return Box(text, span, look)
        self.missing.append(what)
        return Box("", span, Look.MISSING)

    def line(self, *boxes: Box) -> None:
        self.rows.append(boxes)


def registration_form(contract: Contract) -> Form:
    """The form of this contract. Whoever calls has asked who may read it."""
    filling = _Filling()
    _about(filling, contract)
    _parties(filling, contract.parties)
    _money(filling, contract)
    _property(filling, contract)
    _content(filling, contract)
    filling.line(
        _label("关联关系", 3),
        Box(terms("related_party")[contract.related.value], 9),
        _label("使用财政资金", 3),
        Box("是" if contract.fiscal_fund else "否", 9),
    )
    if contract.registrar:
        filling.line(
            _label("登记机构", 3),
            Box(contract.registrar, 9),
            _label("登记日期", 3),
            Box(_day(contract.registered_on), 9),
        )
    filling.line(*(box for head, text in _SIGNATURES for box in (_label(head, 2), Box(text, 10))))
    missing = tuple(dict.fromkeys(filling.missing))
    return Form(contract.registration_no or "", contract.own_number, tuple(filling.rows), missing)


def _label(text: str, span: int) -> Box:
    return Box(text, span, Look.LABEL)


def _about(filling: _Filling, contract: Contract) -> None:
    fields, node = terms("field"), nodes().get(contract.node)
    sub_kind = terms("sub_kind")[contract.sub_kind.value] if contract.sub_kind else ""
    filling.line(_label("项目名称", 3), filling.box("项目名称", contract.title, 21))
    filling.line(
        _label("合同类别", 3),
        Box(terms("contract_kind")[contract.kind.value], 9),
        _label("合同子类", 3),
        filling.box("合同子类", sub_kind, 9),
    )
    filling.line(
        _label("签订日期", 3),
        filling.box("签订日期", _day(contract.signed_on), 9),
        _label("合同有效期", 3),
        filling.box("合同有效期", _term(contract), 9),
    )
    filling.line(
        _label("技术领域", 3),
        filling.box("技术领域", fields.get(contract.field, contract.field), 9),
        _label("产业链环节", 3),
        Box(f"{node.id} {node.name_zh}" if node else "", 9),
    )


def _term(contract: Contract) -> str:
    if contract.valid_from is None or contract.valid_until is None:
        return ""
    return f"{_day(contract.valid_from)} 至 {_day(contract.valid_until)}"


def _parties(filling: _Filling, parties: Iterable[ContractParty]) -> None:
    heads = (("当事方", 3), ("名称", 7), ("统一社会信用代码", 5), ("国别代码", 2), ("行政区划代码", 3), ("性质代码", 4))
    filling.line(*(_label(text, span) for text, span in heads))
    roles, natures = terms("party_role"), terms("party_nature")
    known = sorted(parties, key=lambda party: (list(PartyRole).index(party.role), party.id or 0))
    for party in known:
        who, home = roles[party.role.value], party.country == CHINA
        nature = f"{party.nature.value} {natures[party.nature.value]}" if party.nature else ""
        filling.line(
            _label(who, 3),
            filling.box(f"{who}名称", party.name, 7),
            _coded(filling, f"{who}统一社会信用代码", party.uscc, 5, needed=home),
            filling.box(f"{who}国别代码", party.country, 2, Look.CENTRED),
            _coded(filling, f"{who}行政区划代码", party.division, 3, needed=home),
            filling.box(f"{who}性质代码", nature, 4, Look.CENTRED),
        )
    there = {party.role for party in known}
    for role in (PartyRole.BUYER, PartyRole.SELLER):
        if role not in there:
            filling.line(_label(roles[role.value], 3), filling.box(roles[role.value], "", 21))


def _coded(filling: _Filling, what: str, text: str, span: int, *, needed: bool) -> Box:
    """A code that a party from abroad need not have."""
    return filling.box(what, text, span, Look.CENTRED) if needed else Box(text or "—", span, Look.CENTRED)


def _money(filling: _Filling, contract: Contract) -> None:
    filling.line(
        _label("合同成交额（元）", 4),
        filling.box("合同成交额", grouped_yuan(contract.total_fen), 8),
        _label("技术交易额（元）", 4),
        filling.box("技术交易额", grouped_yuan(contract.technology_fen), 8),
    )
    modes = terms("payment_mode")
    marks = "　".join(f"{'■' if mode is contract.payment_mode else '□'} {modes[mode.value]}" for mode in PaymentMode)
    filling.line(_label("支付方式", 4), Box(marks, 20))
    plan = [
        f"{number}. {due.milestone}，{_day(due.due_on) or '日期未定'}，{grouped_yuan(due.amount_fen)} 元"
        for number, due in enumerate(contract.schedule, start=1)
    ]
    if len(plan) > MOST_LINES:
        plan = [*plan[: MOST_LINES - 1], f"……共 {len(plan)} 期（全文见合同文本）"]
    if plan:
        filling.line(_label("付款计划", 4), Box("\n".join(plan), 20))
    if contract.royalty:
        filling.line(_label("提成约定", 4), Box(_royalty(contract.royalty), 20))


def _royalty(royalty: Mapping[str, Any]) -> str:
    """What of what, for how long, and within which bounds."""
    rates = "、".join(f"{rate / 100:g}%" for rate in royalty.get("rates") or ())
    base = str(royalty.get("base") or "")
    said = [f"按{terms('royalty_base').get(base, base)}提取 {rates}", str(royalty.get("period") or "")]
    bounds = (("最低", royalty.get("floor_fen")), ("最高", royalty.get("ceiling_fen")))
    said += [f"{word} {grouped_yuan(fen)} 元" for word, fen in bounds if fen]
    return _short("，".join(part for part in said if part))


def _property(filling: _Filling, contract: Contract) -> None:
    entries: Sequence[dict[str, object]] = contract.ip
    if not entries:
        value = filling.box("知识产权编号", "", 20) if contract.kind in _PROTECTED else Box("无", 20)
        filling.line(_label("知识产权", 4), value)
        return
    heads = (("知识产权类型", 3), ("编号", 5), ("名称", 6), ("权利人", 4), ("申请日", 3), ("届满日", 3))
    names = terms("ip_type")
    filling.line(*(_label(text, span) for text, span in heads))
    for entry in entries:
        said = {name: str(entry.get(name) or "") for name in ("type", "no", "name", "owner", "filed_on", "expires_on")}
        filling.line(
            Box(names.get(said["type"], said["type"]), 3),
            filling.box("知识产权编号", said["no"], 5),
            Box(said["name"], 6),
            Box(said["owner"], 4),
            Box(said["filed_on"], 3, Look.CENTRED),
            Box(said["expires_on"], 3, Look.CENTRED),
        )


def _content(filling: _Filling, contract: Contract) -> None:
    development = contract.kind is ContractKind.DEV
    texts = (
        ("标的内容", contract.object, True),
        ("技术指标", contract.indicators, development),
        ("验收标准和方法", contract.acceptance, development),
        ("成果归属与分享", contract.ip_terms, False),
        ("许可范围", contract.licence_scope, contract.kind is ContractKind.LIC),
    )
    for head, text, needed in texts:
        if text or needed:
            filling.line(_label(head, 4), filling.box(head, _short(text), 20))


def _short(text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    plain = "\n".join(lines[:MOST_LINES])
    if len(lines) <= MOST_LINES and len(plain) <= MOST_TEXT:
        return plain
    return plain[: MOST_TEXT - len(_CUT)] + _CUT


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""
