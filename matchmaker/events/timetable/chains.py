"""Meetings moved between slots: a chain of people who meet each other in two slots can change places as a whole."""

import numpy as np
from numpy.typing import NDArray

from matchmaker.events.timetable.model import Ints, Model

Chosen = NDArray[np.bool_]


class Board:
    """A choice as it changes: `at[person, slot]` is a column or -1, `used` how much of each row is taken."""

    def __init__(self, model: Model, chosen: Chosen) -> None:
        self.model = model
        self.used = model.rows @ chosen
        self.at = np.full((len(model.instance.participants), len(model.instance.slots)), -1, dtype=np.int64)
        columns = np.flatnonzero(chosen)
        self.at[model.both[columns].T, model.slot[columns]] = columns

    @property
    def chosen(self) -> Chosen:
        """The choice as it is now."""
        found = np.zeros(len(self.model.pair), dtype=np.bool_)
        found[self.at[self.at >= 0]] = True
        return found

    def rows(self, columns: Ints) -> Ints:
        """The rows that these columns use, again for each column."""
        starts, at = self.model.rows.indptr, self.model.rows.indices
        return np.concatenate([at[starts[one] : starts[one + 1]] for one in columns])

    def add(self, column: int) -> bool:
        """Whether there was room for this meeting, which is then there."""
        rows = self.rows(np.array([column]))
        if (self.used[rows] >= self.model.capacity[rows]).any():
            return False
        self.used[rows] += 1
        self.at[self.model.both[column], self.model.slot[column]] = column
        return True

    def chain(self, person: int, first: int, second: int) -> list[int]:
        """The people who meet each other in the two slots, from this one on."""
        found, waiting = {person}, [person]
        while waiting:
            for column in self.at[waiting.pop(), [first, second]]:
                new = set(self.model.both[column].tolist()) - found if column >= 0 else set()
                found |= new
                waiting += new
        return sorted(found)

    def swap(self, people: Ints, first: int, second: int) -> bool:
        """Whether the whole chain could do in each of the two slots what it did in the other, and does so now."""
        model = self.model
        meetings = np.unique(self.at[np.ix_(people, np.array([first, second]))])
        meetings = meetings[meetings >= 0]
        target = [model.other(int(one), second if model.slot[one] == first else first) for one in meetings]
        if -1 in target or model.locked[meetings].any():
            return False
        before, after = self.rows(meetings), self.rows(np.array(target))
        np.subtract.at(self.used, before, 1)
        np.add.at(self.used, after, 1)
        if (self.used[after] > model.capacity[after]).any():
            np.subtract.at(self.used, after, 1)
            np.add.at(self.used, before, 1)
            return False
        self.at[people, first] = self.at[people, second] = -1
        self.at[model.both[target].T, model.slot[target]] = target
        return True
