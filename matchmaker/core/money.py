"""Amounts are integer fen (1 yuan = 100 fen); people write them in yuan or in 万元."""

import unicodedata
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow

FEN_PER_YUAN = 100
FEN_PER_WAN = 10_000 * FEN_PER_YUAN
# A bigint holds more, but no deal in the district exceeds 1,000 亿元: larger is a typing error.
MAX_FEN = 100_000_000_000 * FEN_PER_YUAN
# Refuses instead of rounding: a digit too fine to be kept must not vanish on the way.
_EXACT = Context(prec=40, traps=[InvalidOperation, Overflow, Inexact])


def fen_from_wan(text: str) -> int:
    """Fen for a decimal string in 万元, such as "12.5" or "1,200". Refuses negatives and parts of a fen."""
    return _fen(text, FEN_PER_WAN, "万元")


def fen_from_yuan(text: str) -> int:
    """Fen for a decimal string in yuan, such as "2400000.00" or "1,200". Refuses negatives and parts of a fen."""
    return _fen(text, FEN_PER_YUAN, "yuan")


def _fen(text: str, unit: int, name: str) -> int:
    try:
        # Full-width figures, points and commas are the same amount.
        fen = _EXACT.multiply(Decimal(unicodedata.normalize("NFKC", text).replace(",", "")), Decimal(unit))
    except ArithmeticError:
        raise ValueError(f"not an amount in {name}: {text!r}") from None
    if not fen.is_finite() or fen < 0 or fen > MAX_FEN:
        raise ValueError(f"amount out of range: {text!r}")
    if fen != fen.to_integral_value():
        raise ValueError(f"amount finer than one fen: {text!r}")
    return int(fen)


def wan_from_fen(fen: int) -> str:
    """The shortest exact decimal in 万元, such as "12.5"."""
    text = format(Decimal(fen) / FEN_PER_WAN, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def yuan_from_fen(fen: int) -> str:
    """The amount in yuan with two decimals, such as "2400000.00", as forms and files keep it."""
    return format(Decimal(fen) / FEN_PER_YUAN, ".2f")
