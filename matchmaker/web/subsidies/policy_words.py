"""A policy in words and figures: who gets what share, up to how much, under which conditions."""

from collections.abc import Callable
from typing import Any

from matchmaker.contracts.rules import ContractKind, PartyRole
from matchmaker.web.language import _
from matchmaker.web.shown import term, town_name
from matchmaker.web.subsidies.amounts import money


def rates_of(policy: Any, role: str) -> dict[str, str]:
    """The share of each kind of contract for this role, such as "5 %" or "0.5 % – 1 %"; nothing when it gets none."""
    found = {}
    for kind in ContractKind:
        scale = policy.scales.get((PartyRole(role), kind))
        if scale is not None:
            found[kind.value] = " – ".join(dict.fromkeys(tier.percent for tier in scale.tiers))
    return found


def role_cap(policy: Any, role: str) -> str:
    """The most that one unit gets a year in this role."""
    own = policy.enabled.get(PartyRole(role))
    if own is None:
        return "—"
    caps = [cap for cap in (own.unit_year_cap, policy.caps.per_unit_per_year) if cap is not None]
    return money(min(caps)) if caps else _("不设上限")


def policy_facts(policy: Any) -> list[tuple[str, str]]:
    """Everything else the policy says, as pairs of what and how much."""
    return [*_amounts(policy), *_conditions(policy), *_process(policy)]


def _amounts(policy: Any) -> list[tuple[str, str]]:
    caps, floor, budget = policy.caps, policy.min_tech_amount_per_contract, policy.budget.yearly_total
    none = _("不设上限")
    aid = {
        "top_up_difference": _("只补差额"),
        "exclude": _("已获上级资助的不再支持"),
        "ignore": _("不扣减"),
    }
    return [
        (_("计算基数"), _("实际支付的技术交易额")),
        (_("单份合同上限"), none if caps.per_contract_all_roles is None else money(caps.per_contract_all_roles)),
        (_("单位年度上限"), none if caps.per_unit_per_year is None else money(caps.per_unit_per_year)),
        (_("技术交易额门槛"), money(floor) if floor else _("没有")),
        (_("全年预算"), none if budget is None else money(budget)),
        (_("预算不足时"), _("同比例核减")),
        (_("上级资助"), aid[policy.stacking.higher_level_aid]),
        (_("以后年度的付款"), _("可在以后年度继续申领，直到用完上限") if policy.multi_year else _("不再支持")),
    ]


def _conditions(policy: Any) -> list[tuple[str, str]]:
    asked = policy.eligibility
    years = {
        "previous_calendar_year": _("上一自然年登记"),
        "application_year": _("申请当年登记"),
        "any": _("不限年度"),
    }
    papers = {"invoice": _("发票"), "bank_receipt": _("银行回单")}
    place = asked.applicant_located_in
    return [
        (_("申领单位所在地"), _("不限") if place is None else _district(place)),
        (_("经平台对接"), _("须早于合同签订") if asked.via_platform else _("不要求")),
        (_("认定登记"), years[asked.registration_year] if asked.registered else _("不要求")),
        (_("付款凭证"), _("、").join(papers[one] for one in asked.payment_evidence) or _("不要求")),
        (_("关联交易"), _("不支持") if asked.related_party == "exclude" else _("不限")),
        (_("财政资金项目"), _("不支持") if asked.fiscal_fund_project == "exclude" else _("不限")),
        (_("信用"), _("没有严重失信") if asked.credit else _("不要求")),
    ]


def _process(policy: Any) -> list[tuple[str, str]]:
    window = policy.window
    steps: dict[str, Callable[[], str]] = {
        "platform_precheck": lambda: _("平台预审"),
        "town_check": lambda: _("镇街核查"),
        "district_tech_bureau": lambda: _("区级核算与核准"),
        "payment": lambda: _("拨付"),
    }
    notice = _("公示 %(num)s 个工作日", num=policy.notice_days)
    named = [steps[one]() if one in steps else notice for one in policy.review]
    reasons = [term("claw_back", one) for one in policy.clawback]
    return [
        (_("受理期"), f"{window.opens} – {window.closes}" if window else _("全年")),
        (_("办理步骤"), " → ".join(named)),
        (_("追回情形"), _("、").join(reasons) or "—"),
    ]


def _district(code: str) -> str:
    return _("佛山市南海区") if code == "440605" else town_name(code)
