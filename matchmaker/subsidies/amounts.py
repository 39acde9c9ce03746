"""Amounts as claims write them, decimal strings in yuan, and as people read them; inside they are integer fen."""

from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from matchmaker.core.money import FEN_PER_YUAN, MAX_FEN
from matchmaker.subsidies.written import Written

# Plain ASCII digits; noughts beyond the fen are allowed, since they say nothing finer.
_YUAN = r"^[0-9]{{1,{digits}}}(\.[0-9]{{1,2}}0*)?$"
_WRONG = "write yuan as a decimal string without sign or separators, at most two decimals, below {limit}"
# 1,000 亿元, as in core.money: no deal in the district comes near it, so more digits are a typing error.
_DIGITS = len(str(MAX_FEN // FEN_PER_YUAN)) - 1
# A sum of many amounts still fits a bigint of fen.
_SUM_DIGITS = 16


# What follows does what core.money does for any text and number, for what the pattern lets through, many times as fast:
# a claims file has half a million amounts.
def _fen(text: str) -> int:
    if text[-3:-2] == ".":
        return int(text.replace(".", ""))
    whole, _, part = text.partition(".")
    return int(whole + part[:2].ljust(2, "0"))


def _yuan(fen: int) -> str:
    return f"{fen // FEN_PER_YUAN}.{fen % FEN_PER_YUAN:02d}"


def spoken(fen: int) -> str:
    """An amount for a sentence, such as "1,200,000 元" or "0.05 元"."""
    rest = fen % FEN_PER_YUAN
    return f"{fen // FEN_PER_YUAN:,}.{rest:02d} 元" if rest else f"{fen // FEN_PER_YUAN:,} 元"


class _Yuan:
    """Reads decimal strings in yuan into fen and writes them back; more than `digits` before the point are refused."""

    def __init__(self, digits: int) -> None:
        self.written = Written(_YUAN.format(digits=digits), _WRONG.format(limit=f"{10**digits:,}"))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        back = core_schema.plain_serializer_function_ser_schema(
            _yuan, return_schema=core_schema.str_schema(), when_used="json"
        )
        return core_schema.no_info_after_validator_function(_fen, self.written.schema(), serialization=back)


# One amount that somebody wrote.
Fen = Annotated[int, _Yuan(_DIGITS)]
# A sum of many.
FenSum = Annotated[int, _Yuan(_SUM_DIGITS)]
