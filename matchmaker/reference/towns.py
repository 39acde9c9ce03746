"""The seven towns of the district and their division codes."""

from dataclasses import dataclass
from functools import cache

from matchmaker.reference.tables import rows

DISTRICT = "440605"


@dataclass(frozen=True)
class Town:
    """A town or sub-district; `code` has nine digits, the statistical form adds three zeros."""

    code: str
    name_zh: str
    name_en: str


@cache
def towns() -> dict[str, Town]:
    """All towns by code."""
    return {row["code"]: Town(**row) for row in rows("towns")}


@cache
def town_codes_by_name() -> dict[str, str]:
    """Every way people write a town (full name, without 镇 or 街道, English), pointing to its code."""
    names: dict[str, str] = {}
    for town in towns().values():
        short = town.name_zh.removesuffix("街道").removesuffix("镇")
        names |= dict.fromkeys((town.code, f"{town.code}000", town.name_zh, short, town.name_en.lower()), town.code)
    return names
