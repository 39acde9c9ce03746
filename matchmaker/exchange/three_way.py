"""Bringing two copies of a row together that both grew out of one: what only one side changed is taken from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Conflict:
    """Both sides changed the same thing, differently. What is here stays; what came is told."""

    table: str
    row: str
    field: str
    base: Any
    here: Any
    came: Any

    def as_json(self) -> dict[str, Any]:
        """For the stored report."""
        return {
            "table": self.table,
            "row": self.row,
            "field": self.field,
            "base": self.base,
            "here": self.here,
            "came": self.came,
        }


def merge_fields(
    base: Mapping[str, Any] | None, here: Mapping[str, Any], came: Mapping[str, Any]
) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    """(fields to set here, [(field, its common value before)] that both changed differently).

    Without a base both rows were made independently: every difference is a conflict.
    """
    taken: dict[str, Any] = {}
    both: list[tuple[str, Any]] = []
    for field, value in came.items():
        before = base.get(field) if base is not None else None
        if field not in here or value == here[field] or (base is not None and value == before):
            continue
        if base is not None and here[field] == before:
            taken[field] = value
        else:
            both.append((field, before))
    return taken, both
