"""How the pages of the subsidy show amounts, steps, reasons and what a policy only assumes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, request, url_for
from markupsafe import Markup, escape

from matchmaker.core import clock
from matchmaker.core.db import new_key
from matchmaker.subsidies import policies
from matchmaker.subsidies.access import shares_until_close
from matchmaker.subsidies.applying import PURPOSES
from matchmaker.subsidies.english import in_english
from matchmaker.subsidies.reasons import ReasonCode
from matchmaker.subsidies.rules import Account, ClaimOrigin, ClaimState, claim_number
from matchmaker.subsidies.windows import is_open
from matchmaker.web.language import _, language
from matchmaker.web.shown import term
from matchmaker.web.subsidies import fact_words, linked, policy_words
from matchmaker.web.subsidies.amounts import money
from matchmaker.web.subsidies.wording import why_text

# Of a bar that is drawn; its parts are whole numbers of these.
BAR = 1000
_ROLE = "beneficiaries.{role}"
# Which key of the policy a line of a decision follows.
_PATHS = {
    ReasonCode.POLICY_NOT_IN_FORCE: "valid_from",
    ReasonCode.OUTSIDE_WINDOW: "window",
    ReasonCode.ROLE_NOT_SUPPORTED: _ROLE,
    ReasonCode.KIND_NOT_SUPPORTED: _ROLE,
    ReasonCode.OUTSIDE_DIVISION: "eligibility.applicant_located_in",
    ReasonCode.NOT_VIA_PLATFORM: "eligibility.via_platform",
    ReasonCode.MATCHED_AFTER_SIGNING: "eligibility.via_platform",
    ReasonCode.NOT_REGISTERED: "eligibility.registered",
    ReasonCode.REGISTRATION_NOT_IN_YEAR: "eligibility.registration_year",
    ReasonCode.RELATED_PARTY: "eligibility.related_party",
    ReasonCode.FISCAL_FUND: "eligibility.fiscal_fund_project",
    ReasonCode.SERIOUS_DISHONESTY: "eligibility.credit",
    ReasonCode.CREDIT_TO_CHECK: "eligibility.credit",
    ReasonCode.NO_PAID_MANDATE: "beneficiaries.intermediary.needs_paid_mandate",
    ReasonCode.MANDATE_TO_CHECK: "beneficiaries.intermediary.needs_paid_mandate",
    ReasonCode.BELOW_FLOOR: "min_tech_amount_per_contract",
    ReasonCode.PAYMENT_BEFORE_SIGNING: "eligibility.payment_date_range",
    ReasonCode.PAYMENT_AFTER_CLOSE: "eligibility.payment_date_range",
    ReasonCode.PAYMENT_WITHOUT_INVOICE: "eligibility.payment_evidence",
    ReasonCode.PAYMENT_WITHOUT_BANK_RECEIPT: "eligibility.payment_evidence",
    ReasonCode.BASE: "base",
    ReasonCode.USED_BEFORE: "multi_year",
    ReasonCode.ALREADY_CLAIMED: "multi_year",
    ReasonCode.NOTHING_NEW: "multi_year",
    ReasonCode.RATE: _ROLE,
    ReasonCode.TIER: _ROLE,
    ReasonCode.TIERS_TOTAL: _ROLE,
    ReasonCode.CONTRACT_CAP: "caps.per_contract_all_roles",
    ReasonCode.UNIT_YEAR_CAP: "caps.per_unit_per_year",
    ReasonCode.UNIT_YEAR_ROLE_CAP: f"{_ROLE}.unit_year_cap",
    ReasonCode.HIGHER_LEVEL_AID: "stacking.higher_level_aid",
    ReasonCode.HIGHER_LEVEL_AIDED: "stacking.higher_level_aid",
    ReasonCode.BUDGET_SHARE: "budget.if_exceeded",
}
_TO_CHECK = frozenset({ReasonCode.UNUSUAL_REGISTRATION_NO, ReasonCode.CREDIT_TO_CHECK, ReasonCode.MANDATE_TO_CHECK})
_LEFT_OUT = frozenset(
    {
        ReasonCode.PAYMENT_BEFORE_SIGNING,
        ReasonCode.PAYMENT_AFTER_CLOSE,
        ReasonCode.PAYMENT_WITHOUT_INVOICE,
        ReasonCode.PAYMENT_WITHOUT_BANK_RECEIPT,
    }
)

_SPENT: Sequence[tuple[str, Account]] = (
    ("paid", Account.PAID),
    ("receivable", Account.RECEIVABLE),
    ("committed", Account.COMMITTED),
)
_ARITHMETIC = frozenset(
    {
        ReasonCode.CARRIED_PAYMENTS,
        ReasonCode.BASE,
        ReasonCode.USED_BEFORE,
        ReasonCode.RATE,
        ReasonCode.TIER,
        ReasonCode.TIERS_TOTAL,
        ReasonCode.GRANTED_BEFORE,
        ReasonCode.CONTRACT_CAP,
        ReasonCode.UNIT_YEAR_CAP,
        ReasonCode.UNIT_YEAR_ROLE_CAP,
        ReasonCode.HIGHER_LEVEL_AID,
        ReasonCode.BUDGET_SHARE,
    }
)


@dataclass(frozen=True)
class Line:
    """One line of a computation: what it says, its kind, which key of the policy it follows, what is assumed there.

    `text` is the sentence as it is stored; `english` says the same on an English page and is empty on a Chinese one.
    `kind` is "bad" for what refuses, "left" for a payment that does not count, "check" for what people look at, and
    "step" for a step of the arithmetic.
    """

    text: str
    kind: str
    path: str
    assumed: str
    english: str = ""


def register(app: Flask) -> None:
    """Make the functions known to every template."""
    app.jinja_env.globals.update(
        by_name=by_name,
        change_text=change_text,
        claim_number=claim_number,
        claim_steps=claim_steps,
        claims_of=linked.claims_of,
        computation=computation,
        contract_link=contract_link,
        fact_name=fact_words.fact_name,
        fact_value=fact_words.fact_value,
        how_to_get=how_to_get,
        money=money,
        moment=datetime.fromisoformat,
        money_bar=money_bar,
        new_once=new_key,
        next_of_claim=next_of_claim,
        own_purposes=own_purposes,
        policy_facts=policy_words.policy_facts,
        policy_of=policies.policy_of,
        purpose_name=purpose_name,
        queue_link=queue_link,
        queue_tabs=queue_tabs,
        stage_name=stage_name,
        standing_decision=standing_decision,
        rates_of=policy_words.rates_of,
        role_cap=policy_words.role_cap,
        version_choices=version_choices,
        why_text=why_text,
        window_opens=window_opens,
    )


def standing_decision(claim: Any) -> Any | None:
    """The decision that holds; None while nothing is decided."""
    return next((one for one in claim.decisions if one.superseded_at is None), None)


def claim_steps(claim: Any) -> list[tuple[str, str]]:
    """The steps this claim goes through under its policy, with their names, for the step bar."""
    policy = policies.policy_of(claim.window.policy)
    states = [ClaimState.FOUND] if claim.origin is ClaimOrigin.FOUND else []
    states += [ClaimState.APPLIED, ClaimState.PRECHECKED]
    states += [ClaimState.TOWN_PASSED] if policy.has_town_check else []
    states += [ClaimState.PROPOSED, ClaimState.NOTICE, ClaimState.APPROVED, ClaimState.PAID]
    return [(state.value, term("claim_state", state)) for state in states]


def computation(reasons: Iterable[Any], policy: Any, role: str, *, eligible: bool) -> list[Line]:
    """The lines of a decision or a preview in their order; `reasons` are stored dicts or the engine's own."""
    return [_line(one, policy, role, eligible) for one in reasons]


def _line(reason: Any, policy: Any, role: str, eligible: bool) -> Line:
    code, text = (reason["code"], reason["text"]) if isinstance(reason, Mapping) else (reason.code, reason.text)
    path = _PATHS.get(code, "").format(role=role)
    return Line(text, _kind(code, eligible), path, _assumed(policy, path), _english(code, text))


def _english(code: str, text: str) -> str:
    """The line in English; where its sentence has no known form, at least what it is about."""
    if language() != "en":
        return ""
    return in_english(text) or code.replace("_", " ").capitalize()


def _kind(code: str, eligible: bool) -> str:
    if code in _TO_CHECK:
        return "check"
    if code in _LEFT_OUT:
        return "left"
    return "step" if eligible or code in _ARITHMETIC else "bad"


def _assumed(policy: Any, path: str) -> str:
    """What the policy assumes about this key, about a part of it or about what it is part of."""
    if not path:
        return ""

    def about(other: str) -> bool:
        return other == path or other.startswith(f"{path}.") or path.startswith(f"{other}.")

    return next((one.text for one in policy.assumptions if about(one.path)), "")


def money_bar(balances: Mapping[Account, int], reserved_fen: int) -> list[tuple[str, int, int]]:
    """A bar of the year's money: (account, where it begins, how wide), in thousandths of all there is.

    What is proposed or on notice still stands in `available` and is drawn as a part of it.
    """
    spent = {name: max(0, balances.get(account, 0)) for name, account in _SPENT}
    free = max(0, balances.get(Account.AVAILABLE, 0))
    reserved = min(max(0, reserved_fen), free) if free else max(0, reserved_fen)
    amounts = [*spent.items(), ("reserved", reserved), ("available", max(0, free - reserved))]
    whole = sum(amount for _name, amount in amounts)
    found, begun = [], 0
    for name, amount in amounts:
        wide = round(BAR * amount / whole) if whole else 0
        found.append((name, begun, min(wide, BAR - begun)))
        begun = min(BAR, begun + wide)
    return found


def next_of_claim(claim: Any) -> str:
    """What happens next with the claim, and who does it."""
    known = {
        ClaimState.FOUND: _("请在 %(day)s 前确认账户和声明，不确认不会发放。", day=claim.window.closes_on.isoformat()),
        ClaimState.APPLIED: _("等平台预审。"),
        ClaimState.PRECHECKED: _("预审通过，等镇街核查或区级核算。"),
        ClaimState.TOWN_PASSED: _("镇街核查通过，等区级核算。"),
        ClaimState.PROPOSED: _proposed(claim.window),
        ClaimState.NOTICE: _("正在公示，期满无异议后核准。"),
        ClaimState.APPROVED: _("已核准，等待拨付到账。"),
        ClaimState.PAID: _("已拨付。请保存合同和付款凭证备查。"),
        ClaimState.RETURNED: _("已退回，请按意见补正后重新提交。"),
        ClaimState.REFUSED: _("不予支持。对决定有异议的，可以申诉。"),
        ClaimState.WITHDRAWN: _("已撤回。"),
        ClaimState.CLAWED_BACK: _("已决定追回，应退和已退的款项见下。"),
    }
    return known[claim.state]


def _proposed(window: Any) -> str:
    if shares_until_close(window) and is_open(window, clock.today()):
        return _("拟予支持。%(day)s 截止受理后，与其他申领一起公示。", day=window.closes_on.isoformat())
    return _("拟予支持，等待公示。")


def how_to_get(code: str) -> str:
    """What to do for an item of the checklist that is missing."""
    known = {
        "registered": _("到技术合同登记机构办理认定登记，把登记证书传到合同页面。"),
        "matched": _("须在签约前经本平台对接；合同页面可以补关联对接记录。"),
        "unrelated": _("双方有关联关系的不支持；已排除的请在合同页面上传证明。"),
        "payment": _("在合同页面登记付款。"),
        "invoice": _("在合同页面上传写明合同名称或编号的发票。"),
        "bank_receipt": _("在合同页面上传银行回单。"),
        "declared": _("确认时勾选声明。"),
        "account": _("确认时填写本单位账户。"),
        "mandate": _("在下面上传付费委托协议。"),
        "aid": _("在下面上传上级资助的文件。"),
    }
    return known.get(code, "")


def contract_link(contract: Any) -> Markup:
    """The way to the contract's own page."""
    address = url_for("contracts.detail", contract_id=contract.id)
    return Markup('<a class="button button-small button-plain" href="{}">{}</a>').format(address, escape(_("看合同")))


def by_name(name: str) -> str:
    """Who did something, in words: the platform itself and visitors have no name of their own."""
    return {"system": _("平台"), "visitor": _("公众")}.get(name, name)


def change_text(change: Any) -> str:
    """What happened to a claim, from its entry in the audit log."""
    moved = change.detail.get("state")
    if isinstance(moved, list) and moved:
        return term("claim_state", str(moved[-1]))
    known = {
        "subsidy.objection": _("收到异议"),
        "subsidy.appeal": _("提出申诉"),
        "subsidy.decide": _("重新核算"),
        "subsidy.batch_left": _("移出拨付批次"),
        "file.keep": _("添加了附件"),
        "file.withdraw": _("移除了附件"),
    }
    return known.get(change.what) or _("有新的记录")


def stage_name(stage: str) -> str:
    """The part of the chain that something belongs to."""
    known = {
        "listing": _("供需信息"),
        "match": _("平台匹配"),
        "introduction": _("对接"),
        "meeting": _("洽谈"),
        "deal": _("交易"),
        "contract": _("合同"),
        "payment": _("付款"),
        "claim": _("申领"),
        "decision": _("核算"),
        "ledger": _("账务"),
        "voice": _("异议与申诉"),
        "claw_back": _("追回"),
    }
    return known[stage]


def own_purposes() -> list[tuple[str, str]]:
    """What a paper added to a claim can be."""
    return [(code, purpose_name(code)) for code in PURPOSES]


def purpose_name(code: str) -> str:
    """What a paper is, in words."""
    known = {
        "statement": _("补充说明"),
        "mandate": _("付费委托协议"),
        "aid": _("上级资助文件"),
        "other": _("其他"),
        "payment": _("拨付凭证"),
        "claw_back": _("追回材料"),
        "recovery": _("退款凭证"),
        "licence": _("营业执照"),
    }
    return known.get(code) or term("file_purpose", code)


def queue_tabs(counts: Mapping[ClaimState, int]) -> list[tuple[str, str]]:
    """A tab for every state that has claims, and one for all."""
    tabs = [(queue_link(state=""), f"{_('全部')} {sum(counts.values())}")]
    shown = [state for state in ClaimState if counts.get(state)]
    return tabs + [(queue_link(state=one.value), f"{term('claim_state', one)} {counts[one]}") for one in shown]


def queue_link(*, address: str = "subsidies.queue", state: str | None = None) -> str:
    """The queue's address with what is asked for now, and another state where one is given."""
    asked = {name: text for name in ("q", "window", "town", "mine", "state") if (text := request.args.get(name, ""))}
    if state is not None:
        asked["state"] = state
    return url_for(address, **{name: text for name, text in asked.items() if text})  # type: ignore[arg-type]


def version_choices(rows: Iterable[Any]) -> list[tuple[str, str]]:
    """Versions of policies to choose from."""
    return [(str(row.id), f"{row.policy_id} {row.version} · {row.valid_from.isoformat()}") for row in rows]


def window_opens(window: Any) -> bool:
    """Whether claims can be made in it today."""
    return is_open(window, clock.today())
