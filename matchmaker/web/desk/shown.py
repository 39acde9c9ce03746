"""How the pages of the desk name steps, fields and values."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, url_for

from matchmaker.listings.rules import State
from matchmaker.reference.terms import terms
from matchmaker.web.language import _, language

_CODED = ("side", "form", "maturity", "ip_type", "ip_status", "price_unit", "visibility", "state")
_LISTS = {"fields": "field", "cooperation": "cooperation"}


def register(app: Flask) -> None:
    """Make the functions known to every template."""
    app.jinja_env.globals.update(
        field_name=field_name,
        field_value=field_value,
        organisation_choices=organisation_choices,
        state_step=state_step,
        state_tabs=state_tabs,
        trl_choices=trl_choices,
        view_manner=view_manner,
    )


def state_tabs(counts: Mapping[State, int]) -> list[tuple[str, str]]:
    """A tab for every state that has listings."""
    known = terms("state", language())
    return [(url_for("desk.mine", state=state.value), f"{known[state]} {n}") for state, n in counts.items() if n]


def state_step(before: State, after: State) -> str:
    """What the button says that leads from one state to the next."""
    if after is State.PUBLISHED:
        return _("恢复发布") if before is not State.DRAFT else _("发布")
    return {State.ON_HOLD: _("暂停"), State.CLOSED: _("关闭"), State.DRAFT: _("撤回修改")}.get(after, after.value)


def organisation_choices(rows: Any) -> list[tuple[str, str]]:
    """One's organisations to choose from."""
    return [(str(row.id), row.name) for row in rows]


def trl_choices() -> list[tuple[str, str]]:
    """The nine levels."""
    return [(str(level), _("%(level)s 级（共 9 级）", level=level)) for level in range(1, 10)]


def view_manner(manner: str) -> str:
    """How somebody saw a listing."""
    return {"page": _("网页"), "pdf": _("单页 PDF"), "file": _("附件"), "introduction": _("对接请求")}.get(
        manner, manner
    )


def field_name(name: str) -> str:
    """A field of a listing in words."""
    return {
        "side": _("方向"),
        "form": _("类型"),
        "title": _("名称"),
        "summary": _("一句话简介"),
        "detail": _("详细说明"),
        "requirement": _("技术指标与要求"),
        "fields": _("所属领域"),
        "cooperation": _("合作方式"),
        "maturity": _("成熟度"),
        "trl": _("技术就绪度"),
        "ip_type": _("知识产权"),
        "ip_status": _("权利状态"),
        "ip_no": _("证书号"),
        "price_low_fen": _("最低价格（元）"),
        "price_high_fen": _("最高价格（元）"),
        "price_unit": _("计价单位"),
        "valid_from": _("生效日期"),
        "valid_to": _("截止日期"),
        "partner_sought": _("期望合作对象"),
        "visibility": _("公开范围"),
        "state": _("状态"),
        "chain_nodes": _("产业链环节"),
    }.get(name, name)


def field_value(name: str, value: Any) -> str:
    """A stored value of a version in words; a dash for nothing."""
    if value is None or value == "" or value == []:
        return "—"
    if name in _CODED:
        return terms(name, language()).get(str(value), str(value))
    if name in _LISTS:
        known = terms(_LISTS[name], language())
        return _("、").join(known.get(code, code) for code in value)
    if name.endswith("_fen"):
        return f"{int(value) / 100:,.2f}"
    return _("、").join(value) if isinstance(value, list) else str(value)
