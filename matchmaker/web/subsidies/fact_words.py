"""What a decision was computed from, called by its name: for the page that says what changed since."""

from matchmaker.web.language import _
from matchmaker.web.shown import term, town_name

_TERMS = {"kind": "contract_kind", "related_party": "related_party"}


def fact_name(path: str) -> str:
    """The fact behind a path of the stored inputs, such as "claim.contract.payments.0.amount", in words."""
    parts = path.split(".")
    known = _of_contract() | _of_claim() | _of_earlier()
    name = known.get(parts[-1], parts[-1])
    place = next((part for part in parts if part.isdecimal()), None)
    if place is not None and "payments" in parts:
        return _("第 %(num)s 笔付款：%(what)s", num=int(place) + 1, what=_of_payment().get(parts[-1], name))
    return name


def fact_value(path: str, text: str) -> str:
    """What stands there: codes, yes and no in words, nothing as a dash."""
    field = path.rpartition(".")[2]
    if text and field in _TERMS:
        return term(_TERMS[field], text)
    if text and field == "division":
        return town_name(text)
    return {"": "—", "True": _("是"), "False": _("否")}.get(text, text)


def _of_payment() -> dict[str, str]:
    return {
        "paid_on": _("日期"),
        "amount": _("金额"),
        "technology_amount": _("其中技术"),
        "invoice": _("发票"),
        "bank_receipt": _("银行回单"),
    }


def _of_contract() -> dict[str, str]:
    return {
        "kind": _("合同类别"),
        "total_amount": _("合同成交额"),
        "technology_amount": _("技术交易额"),
        "signed_on": _("签订日期"),
        "valid_until": _("有效期止"),
        "registration_no": _("登记编号"),
        "registered_on": _("登记日期"),
        "matched_on": _("平台撮合日期"),
        "related_party": _("关联关系"),
        "fiscal_fund": _("财政资金项目"),
    }


def _of_claim() -> dict[str, str]:
    return {
        "applied_on": _("申请日期"),
        "higher_level_aid": _("上级资助"),
        "uscc": _("统一社会信用代码"),
        "division": _("所在镇街"),
        "paid_mandate": _("付费委托"),
        "opens_on": _("开始受理"),
        "closes_on": _("截止受理"),
    }


def _of_earlier() -> dict[str, str]:
    return {
        "contract_granted": _("本合同此前已扶持"),
        "unit_year_granted": _("本单位本年度此前已扶持"),
        "unit_year_role_granted": _("本单位本年度以同一身份此前已扶持"),
        "unit_year_base": _("本单位本年度此前已计"),
        "used_base": _("本合同此前已计"),
        "higher_level_deducted": _("此前已扣的上级资助"),
        "claimed": _("本合同此前已申领"),
    }
