"""Long work done beside the caller, who keeps looking in: at the clock, at Ctrl-C, at whether it is still wanted."""

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

EVERY_S = 0.2
T = TypeVar("T")


def beside(works: Sequence[Callable[[], T]], look: Callable[[], bool]) -> list[T] | None:
    """What the works, all at once, answer or raise. `look` is asked every fifth of a second, in the caller's thread.

    Once it says False nobody waits any longer: they go on unheard until they end by themselves; the answer is None.
    """
    answers: dict[int, T] = {}
    faults: list[BaseException] = []

    def run(number: int) -> None:
        try:
            answers[number] = works[number]()
        except BaseException as error:  # raised again below, where somebody is listening
            faults.append(error)

    # Solvers let go of the interpreter while they calculate. Daemons, so that the process can end without them.
    threads = [threading.Thread(target=run, args=(one,), name="solver", daemon=True) for one in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(EVERY_S)
            if thread.is_alive() and not look():
                return None
    if faults:
        raise faults[0]
    return [answers[number] for number in range(len(works))]
