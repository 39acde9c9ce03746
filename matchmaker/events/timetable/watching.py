"""The time that a search has, and who hears of its progress and may end it."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

Worth = tuple[int, int, float]
Tell = Callable[["Progress"], bool]


@dataclass(frozen=True)
class Progress:
    """Where the search stands: `below` meetings are lacking. The bound is of timetables that lack no more."""

    utility: float
    upper_bound: float
    below: int
    elapsed_s: float


@dataclass
class Clock:
    """Until when the search may go on, and whether anybody still wants it to."""

    started: float
    deadline: float
    tell: Tell | None = None
    stopped: bool = False

    def left(self) -> float:
        """Seconds; below zero when the time is over."""
        return self.deadline - monotonic()

    def goes_on(self, worth: Worth, bound: float) -> bool:
        """Tells of the progress; False from then on when somebody said so, or when the time is over."""
        if not self.stopped and self.tell is not None:
            _, lacking, utility = worth
            self.stopped = not self.tell(Progress(utility, max(bound, utility), -lacking, monotonic() - self.started))
        return not self.stopped and self.left() > 0
