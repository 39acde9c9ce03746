"""The fourteen industry chains, their nodes, and the bridges between chains."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from matchmaker.reference.tables import rows


class Stage(StrEnum):
    """Where in its chain a node stands."""

    UPSTREAM = "U"
    MIDSTREAM = "M"
    DOWNSTREAM = "D"
    SERVICE = "S"


@dataclass(frozen=True)
class Chain:
    """An industry chain; `new_four` marks the plan's 四新, `plan_clause` says where the plan names it."""

    code: str
    name_zh: str
    name_en: str
    new_four: bool
    plan_clause: str


@dataclass(frozen=True)
class Node:
    """One link of a chain, such as HYD-09. `star`: the plan wants to attract it. Codes are GB/T 4754-2017."""

    id: str
    name_zh: str
    name_en: str
    stage: Stage
    industry_codes: tuple[str, ...]
    codes_checked: bool
    star: bool

    @property
    def chain(self) -> str:
        return self.id[:3]


@cache
def chains() -> dict[str, Chain]:
    """All chains by code, in the plan's order."""
    return {row["code"]: Chain(**{**row, "new_four": row["new_four"] == "1"}) for row in rows("chains")}  # type: ignore[arg-type]


@cache
def nodes() -> dict[str, Node]:
    """All nodes by id, in chain order."""
    return {row["id"]: _node(row) for row in rows("nodes")}


def _node(row: dict[str, str]) -> Node:
    return Node(
        id=row["id"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        stage=Stage(row["stage"]),
        industry_codes=tuple(row["industry_codes"].split("/")),
        codes_checked=row["codes_checked"] == "1",
        star=row["star"] == "1",
    )


@cache
def bridges() -> dict[str, frozenset[str]]:
    """For a node, the nodes of other chains that it is one hop away from; both directions."""
    found: dict[str, set[str]] = {}
    for row in rows("bridges"):
        found.setdefault(row["node_a"], set()).add(row["node_b"])
        found.setdefault(row["node_b"], set()).add(row["node_a"])
    return {node: frozenset(others) for node, others in found.items()}
