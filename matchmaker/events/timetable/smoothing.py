"""Fewer idle gaps at the same utility: exchange what chains of people do in two slots."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from matchmaker.events.timetable.model import Model

ROUNDS = 4


def smooth(model: Model, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The same pairs with fewer gaps. Swaps between two slots a chain of meetings that share people (a Kempe chain):
    nobody outside the chain notices, so only slots' totals and the chain's own rows have to be looked at."""
    smoother = _Smoother(model, chosen.copy())
    slots = range(len(model.instance.slots))
    for _ in range(ROUNDS):
        gained = 0
        for both in combinations(slots, 2):
            gained += sum(smoother.swap(chain, both) for chain in _chains(model, smoother.chosen, *both))
        if not gained:
            break
    return smoother.chosen


def _busy(model: Model, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    busy = np.zeros((len(model.instance.participants), len(model.instance.slots)), dtype=np.bool_)
    people, columns = model.meets[:, chosen].nonzero()
    busy[people, model.slot[chosen][columns]] = True
    return busy


def _idle(row: NDArray[np.bool_]) -> int:
    at = np.flatnonzero(row)
    return int(at[-1] - at[0] + 1 - len(at)) if len(at) else 0


def _chains(model: Model, chosen: NDArray[np.bool_], first: int, second: int) -> list[list[int]]:
    """The meetings of two slots, grouped so that no two groups share a person."""
    columns = np.flatnonzero(chosen & ((model.slot == first) | (model.slot == second)))
    root: dict[int, int] = {}

    def find(node: int) -> int:
        while root.setdefault(node, node) != node:
            root[node] = node = root[root[node]]
        return node

    both = {int(column): _people(model, int(column)) for column in columns}
    for left, right in both.values():
        root[find(left)] = find(right)
    groups: dict[int, list[int]] = {}
    for column, (left, _) in both.items():
        groups.setdefault(find(left), []).append(column)
    return list(groups.values())


def _people(model: Model, column: int) -> tuple[int, int]:
    pair = model.instance.pairs[int(model.pair[column])]
    return model.place[pair.a], model.place[pair.b]


class _Smoother:
    """The choice as it changes, who is busy when, and how much of each row is used."""

    def __init__(self, model: Model, chosen: NDArray[np.bool_]) -> None:
        self.model, self.chosen = model, chosen
        self.busy = _busy(model, chosen)
        self.used = model.rows @ chosen

    def swap(self, chain: list[int], slots: tuple[int, int]) -> int:
        """How many gaps exchanging the two slots of this chain saved; 0 when it was not possible or of no use."""
        model, (first, second) = self.model, slots
        people = sorted({one for column in chain for one in _people(model, column)})
        swapped = self.busy[people].copy()
        swapped[:, [first, second]] = swapped[:, [second, first]]
        saved = sum(_idle(row) for row in self.busy[people]) - sum(_idle(row) for row in swapped)
        if saved <= 0 or model.locked[chain].any():
            return 0
        other = {first: second, second: first}
        target = [model.column.get((int(model.pair[one]), other[int(model.slot[one])]), -1) for one in chain]
        if -1 in target:
            return 0
        change = np.asarray(model.rows[:, target].sum(axis=1) - model.rows[:, chain].sum(axis=1)).ravel()
        if (self.used + change > model.capacity).any():
            return 0
        self.chosen[chain] = False
        self.chosen[target] = True
        self.used += change
        self.busy[people] = swapped
        return saved
