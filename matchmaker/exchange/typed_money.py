"""Amounts as people type them: in 元 or 万元, with separators, signs of the currency and full-width digits."""

import re
import unicodedata
from decimal import Decimal

from matchmaker.core.money import FEN_PER_WAN, FEN_PER_YUAN

_AMOUNT = re.compile(r"(?:RMB|CNY|人民币|¥)?([0-9][0-9,]{0,17}(?:\.[0-9]{1,8})?)(万元|万|元)?整?")


def yuan_typed(text: str, *, in_wan: bool = False) -> Decimal | None:
    """The amount in yuan, not rounded; None when it cannot be read. A unit in the text goes before `in_wan`."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).replace("￥", "¥")
    found = _AMOUNT.fullmatch(plain)
    if found is None:
        return None
    wan = found[2] in ("万元", "万") or (found[2] is None and in_wan)
    return Decimal(found[1].replace(",", "")) * (FEN_PER_WAN // FEN_PER_YUAN if wan else 1)


def grouped_yuan(fen: int | None) -> str:
    """Yuan with two decimals and separators, such as 1,200,000.00; empty for nothing."""
    return "" if fen is None else f"{fen // FEN_PER_YUAN:,}.{fen % FEN_PER_YUAN:02d}"
