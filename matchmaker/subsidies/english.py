"""The lines of a decision in English, read off the Chinese sentences that are stored and never change.

A decision keeps its sentences as they were made (docs/decisions/0016), and an English page changes nothing of it; but
every sentence has one form with its numbers in it. Each is known here by its form. One that is not keeps its Chinese.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from matchmaker.reference.terms import terms
from matchmaker.subsidies.eligibility import KINDS, ROLES

# What a name in a sentence stands for; every other name is an amount.
_AMOUNT = r"[\d,]+(?:\.\d\d)? 元"
_DAY = r"\d{4}-\d\d-\d\d"
_ROLE = "|".join(ROLES.values())
_FORMS = {
    **dict.fromkeys(("day", "other", "first", "last", "signed"), _DAY),
    "percent": r"[\d.]+ %",
    "year": r"\d{4}",
    "code": r"\d+",
    "place": r"\d+",
    "role": _ROLE,
    "kind": "|".join(KINDS.values()),
    "whose": rf"本合同（各方合计）|本单位 \d{{4}} 年(?:作为(?:{_ROLE}))?",
    "how": "双方已申报|核查发现",
}
_NAME = re.compile(r"\{(\w+)\}")
# Between the parts of a line, and between lines that are told in one.
_PARTS = "；"

_PAYMENTS = (
    (
        "{day} 付款 {paid}，早于签订日 {signed}，不计入",
        "{paid} paid on {day}, before the signing on {signed}: not counted",
    ),
    (
        "{day} 付款 {paid}，晚于申报截止日 {last}，不计入",
        "{paid} paid on {day}, after the close on {last}: not counted",
    ),
    ("{day} 付款 {paid}，没有发票，不计入", "{paid} paid on {day}, without an invoice: not counted"),
    ("{day} 付款 {paid}，没有银行回单，不计入", "{paid} paid on {day}, without a bank receipt: not counted"),
    ("此前已计入的付款 {paid}一并计算", "Together with {paid} counted before"),
    ("没有可以计入的付款", "No payment counts"),
)
_BASE = (
    (
        "技术交易额 {technology} × 已付 {paid} ÷ 合同成交额 {total} = {share}",
        "Technology amount {technology} × {paid} paid ÷ contract total {total} = {share}",
    ),
    ("付款中列明的技术部分 {part}", "Technology part itemised in payments: {part}"),
    ("合计 {sum}", "Together {sum}"),
    ("以技术交易额 {most} 为限", "At most the technology amount of {most}"),
    (
        "已付技术交易额 {paid} − 此前已计 {used} = {left}",
        "Technology amount paid {paid} − {used} counted before = {left}",
    ),
    (
        "已付技术交易额 {paid}，此前已计 {used}，没有新的付款",
        "Technology amount paid {paid}, {used} of it counted before: no new payment",
    ),
)
_RATES = (
    ("{base} × {percent} = {aid}", "{base} × {percent} = {aid}"),
    (
        "{base} × {percent} − {used} × {percent} = {aid}（各自取整到分）",
        "{base} × {percent} − {used} × {percent} = {aid} (each rounded down to the fen)",
    ),
    (
        "本单位本年度此前已计 {used}，接着分档",
        "This unit had {used} counted before this year; its tiers go on from there",
    ),
    ("{above}以上部分 {part} × {percent}", "{part} above {above} × {percent}"),
    ("{above}至 {most}部分 {part} × {percent}", "{part} between {above} and {most} × {percent}"),
    ("各档合计 {sum}", "All tiers together {sum}"),
)
_LIMITS = (
    ("{whose}此前已扶持 {granted}", "Granted before to {whose}: {granted}"),
    ("{whose}最高 {cap}，本次至多 {most}", "At most {cap} for {whose}; this time up to {most}"),
    (
        "同一事项上级已扶持 {stated}，只补差额：{within} − {left} = {aid}",
        "Higher levels gave {stated} for the same; only the difference: {within} − {left} = {aid}",
    ),
    (
        "同一事项上级已扶持 {stated}，此前已扣 {used}，只补差额：{within} − {left} = {aid}",
        "Higher levels gave {stated} for the same, {used} of it deducted before; only the difference: "
        "{within} − {left} = {aid}",
    ),
    (
        "同一事项上级已扶持 {stated}，不低于 {within}，不再扶持",
        "Higher levels gave {stated} for the same, not less than {within}: nothing more",
    ),
    (
        "年度预算不足，按比例分配：{amount}核减为 {share}",
        "The year's budget does not reach and is shared in proportion: {amount} cut to {share}",
    ),
)
_WHEN = (
    (
        "政策自 {first} 至 {last}施行，申请日 {day} 不在其内",
        "The policy is in force from {first} to {last}; the application of {day} lies outside",
    ),
    (
        "政策自 {first} 起施行，申请日 {day} 不在其内",
        "The policy is in force from {first}; the application of {day} lies outside",
    ),
    (
        "申请日 {day} 不在申报期 {first} 至 {last} 内",
        "The application of {day} lies outside the window from {first} to {last}",
    ),
)
_WHO = (
    ("本政策不扶持{role}", "This policy does not support this party: {role}"),
    ("本政策不扶持{kind}合同", "This policy does not support this kind of contract: {kind}"),
    ("申请单位所在区划 {code} 不属于 {place}", "The applicant's division {code} does not belong to {place}"),
    ("申请单位有严重失信记录", "The applicant is on record for serious dishonesty"),
    ("中介方没有专门的有偿委托", "The intermediary has no specific paid mandate"),
)
_REGISTERED = (
    ("合同没有认定登记", "The contract is not registered"),
    ("合同没有登记编号", "The contract has no registration number"),
    (
        "申请日 {day} 合同尚未登记，登记日为 {other}",
        "The contract was not registered yet on the day of application {day}; it was on {other}",
    ),
    (
        "登记日 {day} 不在合同有效期 {first} 至 {last} 内",
        "Registered on {day}, outside the contract's validity from {first} to {last}",
    ),
    ("合同须在 {year} 年登记，登记日为 {day}", "The contract must be registered in {year}; it was on {day}"),
    (
        "登记编号不是 14 位或 16 位数字，须对照登记证明核对",
        "The registration number has neither 14 nor 16 digits; compare it with the certificate",
    ),
)
_CONTRACT = (
    ("没有平台对接记录", "No record of a match on the platform"),
    ("平台对接日 {day} 晚于签订日 {signed}", "Matched on the platform on {day}, after the signing on {signed}"),
    ("合同各方有关联关系（{how}），不予扶持", "The parties are related ({how}): not supported"),
    ("属于财政资金项目，不予扶持", "A project of fiscal funds: not supported"),
    ("本合同已经扶持过，本政策一份合同只扶持一次", "Supported before; this policy supports a contract once"),
    ("同一事项已获上级扶持 {stated}，不再扶持", "Higher levels gave {stated} for the same: nothing more"),
    ("有无严重失信未载明，由审核人员核查", "Serious dishonesty is not on record either way; the office checks"),
    ("有无有偿中介委托未载明，由审核人员核查", "A paid mandate is not on record either way; the office checks"),
)
_SUMS = (
    (
        "技术交易额 {technology}，合同成交额 {total}：技术交易额须大于零且不超过成交额",
        "Technology amount {technology}, contract total {total}: the first must be above zero and at most the second",
    ),
    ("{day} 付款的技术部分大于付款额", "The technology part of the payment of {day} is more than the payment"),
    (
        "已付 {paid}超过合同成交额 {total}，须先办理变更登记",
        "{paid} paid is more than the contract total of {total}; the change must be registered first",
    ),
    ("技术交易额 {technology}低于起点 {floor}", "The technology amount of {technology} is below the floor of {floor}"),
)
_SENTENCES = (
    *_PAYMENTS,
    *_BASE,
    *_RATES,
    *_LIMITS,
    *_WHEN,
    *_WHO,
    *_REGISTERED,
    *_CONTRACT,
    *_SUMS,
)


def in_english(text: str) -> str | None:
    """A line of a decision, or several told in one, in English; None when a part of it has no known form."""
    parts = [_part(one) for one in text.split(_PARTS)]
    known = [one for one in parts if one is not None]
    return "; ".join(known) if len(known) == len(parts) else None


@lru_cache(maxsize=2048)
def _part(text: str) -> str | None:
    for pattern, english in _KNOWN:
        found = pattern.fullmatch(text)
        if found:
            said = {name: _words(name, value) for name, value in found.groupdict().items()}
            return english.format(**said)
    return None


def _words(name: str, value: str) -> str:
    known = _SPOKEN.get(name)
    if known is not None:
        return known(value)
    return value if name in _FORMS else f"CNY {value.removesuffix(' 元')}"


def _role(value: str) -> str:
    return _term("party_role", next(role.value for role, text in ROLES.items() if text == value))


def _kind(value: str) -> str:
    return _term("contract_kind", next(kind.value for kind, text in KINDS.items() if text == value))


def _whose(value: str) -> str:
    found = re.search(rf"(\d{{4}}) 年(?:作为({_ROLE}))?", value)
    if found is None:
        return "this contract, all parties together"
    return f"this unit in {found[1]}" + (f" as {_role(found[2])}" if found[2] else "")


def _how(value: str) -> str:
    return {"双方已申报": "declared by them"}.get(value, "found by a check")


def _term(kind: str, code: str) -> str:
    return terms(kind, "en")[code].lower()


_SPOKEN: dict[str, Callable[[str], str]] = {"role": _role, "kind": _kind, "whose": _whose, "how": _how}


def _compiled(sentences: Iterable[tuple[str, str]]) -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(_pattern(chinese)), english) for chinese, english in sentences]


def _pattern(chinese: str) -> str:
    """The form of a sentence: a name said twice must stand for the same both times."""
    parts, begun, seen = [], 0, set[str]()
    for found in _NAME.finditer(chinese):
        name = found[1]
        parts.append(re.escape(chinese[begun : found.start()]))
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{_FORMS.get(name, _AMOUNT)})")
        seen.add(name)
        begun = found.end()
    return "".join([*parts, re.escape(chinese[begun:])])


_KNOWN = _compiled(_SENTENCES)
