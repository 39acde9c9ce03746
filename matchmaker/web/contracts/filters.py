"""What the ledger is asked for: from the address to the feature's filter, and said again in words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any

from werkzeug.datastructures import MultiDict

from matchmaker.contracts.ledger import LedgerFilter
from matchmaker.contracts.rules import (
    ContractKind,
    ContractState,
    PartyNature,
    PartyRole,
    PaymentMode,
    RelatedParty,
)
from matchmaker.core.money import MAX_FEN, fen_from_wan
from matchmaker.reference.chains import chains
from matchmaker.reference.terms import terms
from matchmaker.reference.towns import towns
from matchmaker.web.language import _, language

MOST_TEXT = 100
_PERIOD = re.compile(r"20\d\d(?:Q[1-4])?", re.ASCII)
_SETS: Mapping[str, tuple[str, type[StrEnum]]] = {
    "state": ("states", ContractState),
    "kind": ("kinds", ContractKind),
    "mode": ("modes", PaymentMode),
    "related": ("related", RelatedParty),
    "nature": ("natures", PartyNature),
}
_TERMS = {
    "state": "contract_state",
    "kind": "contract_kind",
    "mode": "payment_mode",
    "related": "related_party",
    "nature": "party_nature",
}
_DAYS = ("signed_from", "signed_to", "registered_from", "registered_to", "ends_before")


def filter_of(asked: MultiDict[str, str]) -> LedgerFilter:
    """The filter; what cannot be read does not limit, for an address may be anything."""
    found = LedgerFilter(
        text=asked.get("q", "").strip()[:MOST_TEXT],
        registrar=asked.get("registrar", "").strip()[:MOST_TEXT],
        chain=asked["chain"] if asked.get("chain") in chains() else "",
        town=asked["town"] if asked.get("town") in towns() else "",
        quarter=asked["period"] if _PERIOD.fullmatch(asked.get("period", "")) else "",
        side=PartyRole.BUYER if asked.get("side") == PartyRole.BUYER else PartyRole.SELLER,
        unregistered=asked.get("unregistered") == "true",
    )
    sets: dict[str, Any] = {
        field: frozenset(kind(code) for code in asked.getlist(name) if code in set(kind))
        for name, (field, kind) in _SETS.items()
    }
    days: dict[str, Any] = {name: _day(asked.get(name, "")) for name in _DAYS}
    amounts: dict[str, Any] = {name: _fen(asked.get(name, "")) for name in ("total_from", "total_to")}
    return replace(found, **sets, **days, **amounts)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        return None


def _fen(text: str) -> int | None:
    """Filters are asked in units of ten thousand yuan, as people talk of contracts."""
    try:
        return min(fen_from_wan(text.strip()), MAX_FEN) if text.strip() else None
    except ValueError:
        return None


def said(asked: MultiDict[str, str]) -> list[tuple[str, str, str]]:
    """What limits the ledger: the field of the address, its name and its value in words."""
    found = []
    for name, label, write in _fields():
        for value in asked.getlist(name):
            text = write(value.strip())
            if text:
                found.append((name, label, text))
    return found


def _fields() -> list[tuple[str, str, Callable[[str], str]]]:
    names = {
        "state": _("状态"),
        "kind": _("合同类别"),
        "mode": _("支付方式"),
        "related": _("关联关系"),
        "nature": _("单位性质"),
    }
    coded = [(name, label, _term_of(_TERMS[name])) for name, label in names.items()]
    return [
        ("q", _("关键词"), lambda text: text[:MOST_TEXT]),
        *coded,
        ("chain", _("产业链"), _named(chains())),
        ("town", _("镇街"), _named(towns())),
        ("period", _("年度或季度"), lambda text: text if _PERIOD.fullmatch(text) else ""),
        ("registrar", _("登记机构"), lambda text: text[:MOST_TEXT]),
        ("signed_from", _("签订自"), lambda text: text if _day(text) else ""),
        ("signed_to", _("签订至"), lambda text: text if _day(text) else ""),
        ("registered_from", _("登记自"), lambda text: text if _day(text) else ""),
        ("registered_to", _("登记至"), lambda text: text if _day(text) else ""),
        ("ends_before", _("有效期止早于"), lambda text: text if _day(text) else ""),
        ("total_from", _("成交额不少于（万元）"), lambda text: text if _fen(text) is not None else ""),
        ("total_to", _("成交额不超过（万元）"), lambda text: text if _fen(text) is not None else ""),
        ("unregistered", _("登记"), lambda text: _("未登记") if text == "true" else ""),
    ]


def _term_of(kind: str) -> Callable[[str], str]:
    return lambda code: terms(kind, language()).get(code, "")


def _named(things: Mapping[str, Any]) -> Callable[[str], str]:
    def write(code: str) -> str:
        thing = things.get(code)
        if thing is None:
            return ""
        return str(thing.name_zh if language() == "zh" else thing.name_en)

    return write
