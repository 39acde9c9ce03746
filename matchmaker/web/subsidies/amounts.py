"""Amounts of money on the pages of the subsidy: always with both decimals, since every fen is accounted for."""

from matchmaker.core.money import FEN_PER_YUAN
from matchmaker.web.language import _, grouped


def money(fen: int) -> str:
    """An amount in yuan, such as "60,000.00 元"."""
    whole, rest = divmod(abs(fen), FEN_PER_YUAN)
    return _("%(amount)s 元", amount=f"{'-' if fen < 0 else ''}{grouped(str(whole))}.{rest:02d}")
