"""Texts longer than the model's window: overlapping windows, averaged by how many tokens each one carries."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OVERLAP = 64


@dataclass(frozen=True, slots=True)
class Row:
    """One input of the model: all its token ids, the text it belongs to, and its weight in that text's mean."""

    text: int
    ids: tuple[int, ...]
    weight: int
    last: bool = True


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the words of every window, in token ids: special tokens and the prompt."""

    head: tuple[int, ...]
    prompt: tuple[int, ...]
    tail: tuple[int, ...]

    def room(self, max_tokens: int) -> int:
        """How many tokens of the text itself fit into one window."""
        room = max_tokens - len(self.head) - len(self.prompt) - len(self.tail)
        if room < 1:
            raise ValueError(f"the prompt leaves no room in a window of {max_tokens} tokens: shorten it")
        return room


def spans(total: int, *, room: int, overlap: int = OVERLAP) -> list[tuple[int, int]]:
    """Windows over `total` tokens, as even as can be: a last window of three words would distort the mean."""
    if total <= room:
        return [(0, total)]
    overlap = min(overlap, room // 2)
    count = -(-(total - overlap) // (room - overlap))
    starts = [(total - room) * i // (count - 1) for i in range(count)]
    return [(start, start + room) for start in starts]


def rows_of(text: int, ids: Sequence[int], *, frame: Frame, max_tokens: int) -> list[Row]:
    """`ids` are the tokens of prompt and text together, without special tokens; no tokens of its own, no rows."""
    # A tokenizer may melt the end of the prompt into the first word: such a token counts as text.
    shared = next((i for i, (a, b) in enumerate(zip(frame.prompt, ids, strict=False)) if a != b), None)
    prompt = tuple(ids[: min(len(frame.prompt), len(ids)) if shared is None else shared])
    words = tuple(ids[len(prompt) :])
    if not words:
        return []
    own = Frame(frame.head, prompt, frame.tail)
    cuts = spans(len(words), room=own.room(max_tokens))
    return [
        Row(text, (*own.head, *prompt, *words[start:stop], *own.tail), stop - start, last=stop == len(words))
        for start, stop in cuts
    ]


def batches(rows: Sequence[Row], *, budget: int) -> list[list[Row]]:
    """Longest first and of like length, at most `budget` tokens each (one row alone may be longer)."""
    found: list[list[Row]] = []
    used = 0
    for row in sorted(rows, key=lambda row: (-len(row.ids), row.text)):
        if not found or used + len(row.ids) > budget:
            found.append([])
            used = 0
        found[-1].append(row)
        used += len(row.ids)
    return found


def add_up(sums: NDArray[np.float32], rows: Sequence[Row], vectors: NDArray[np.float32]) -> None:
    """Adds each window's unit vector, times its weight, to the row of its text in `sums`."""
    for row, vector in zip(rows, vectors, strict=True):
        sums[row.text] += np.float32(row.weight) * vector
