"""How complete a listing is, from its text and values alone: what a partner would ask first, if it is missing."""

import re
from dataclasses import dataclass

from matchmaker.listings.rules import Form, Side

MIN_DETAIL = 60
SIMILAR = 0.5
_NUMBER = r"[0-9０-９一二三四五六七八九十百千万两]"
_QUANTITY = re.compile(
    rf"{_NUMBER}\s*(?:[件套只台个吨米辆批片根条公斤升瓶卷张]|kg|t/|pcs|平方|立方|万元|小时|次)", re.I
)
_MATERIAL = re.compile(
    r"[钢铁铝铜锌钛镁锡镍硅碳瓷釉胶膜布革木纸玻棉纱纤油漆漆塑泡绵]|树脂|材质|材料|合金|PP|ABS|PA\d|PC\b|SUS|PEEK|PTFE|60\d\d",
    re.I,
)
_TOLERANCE = re.compile(
    r"[±≤≥<>]|公差|精度|误差|偏差|以内|以上|以下|不超过|不低于|不大于|不小于|\d\s*(?:mm|μm|um|丝|℃|°C|MPa|bar|kW|V|Hz|dB|%|％|ppm)"
    r"|毫米|微米|兆帕|千瓦|摄氏度|度",
    re.I,
)
_PROOF = re.compile(r"GB|ISO|IEC|ASTM|CNAS|CMA|CCC|认证|检测|检验|报告|标准|试验|测试|验收|许可", re.I)
_TIME = re.compile(
    r"\d+\s*(?:天|日|周|个月|月|年)|交期|周期|工期|月底|年底|季度|[一二三四五六七八九十两半]\s*(?:天|周|个月|年)"
)


@dataclass(frozen=True)
class Written:
    """What has been written so far."""

    side: Side
    form: Form
    title: str = ""
    text: str = ""
    has_nodes: bool = False
    has_cooperation: bool = False
    has_maturity: bool = False
    has_ip: bool = False
    has_partner: bool = False
    has_end: bool = False


@dataclass(frozen=True)
class Completeness:
    """`missing` are codes of what a partner would ask for, most telling first; `share` is 0..1."""

    share: float
    missing: tuple[str, ...]


def completeness(written: Written) -> Completeness:
    """What is there of what this side and form calls for."""
    checks = {
        "detail": len(written.text) >= MIN_DETAIL,
        "title": len(written.title) >= 8,
        "nodes": written.has_nodes,
        **_by_form(written),
        "time": bool(_TIME.search(written.text)),
        "cooperation": written.has_cooperation,
        "partner": written.has_partner,
        "end": written.has_end,
    }
    missing = tuple(code for code, there in checks.items() if not there)
    return Completeness(1 - len(missing) / len(checks), missing)


def likeness(one: str, other: str) -> float:
    """0..1: the share of character triples two texts have in common (Jaccard); from SIMILAR on they say the same."""
    left, right = _triples(one), _triples(other)
    return len(left & right) / len(left | right) if left and right else 0.0


def _by_form(written: Written) -> dict[str, bool]:
    text = f"{written.title}\n{written.text}"
    tolerance, proof = bool(_TOLERANCE.search(text)), bool(_PROOF.search(text))
    if written.form in (Form.PRODUCT, Form.CAPACITY):
        material, quantity = bool(_MATERIAL.search(text)), bool(_QUANTITY.search(text))
        return {"material": material, "tolerance": tolerance, "quantity": quantity, "proof": proof}
    if written.form is Form.TECHNOLOGY:
        known = {"indicators": tolerance, "proof": proof, "maturity": written.has_maturity}
        return known | ({"ip": written.has_ip} if written.side is Side.OFFER else {})
    return {"indicators": tolerance, "proof": proof}


def _triples(text: str) -> set[str]:
    plain = "".join(letter for letter in text.lower() if letter.isalnum())
    return {plain[start : start + 3] for start in range(len(plain) - 2)}
