"""Long texts: every token is seen, windows fit, and the mean is weighted."""

from itertools import pairwise

import numpy as np
import pytest

from embeddings.windows import Frame, Row, add_up, batches, rows_of, spans

FRAME = Frame(head=(0,), prompt=(7, 8), tail=(2,))


def test_spans_of_a_short_text_are_one() -> None:
    assert spans(10, room=10) == [(0, 10)]


@pytest.mark.parametrize("total", [11, 12, 19, 20, 57, 1000])
def test_spans_cover_every_token_with_full_overlapping_windows(total: int) -> None:
    found = spans(total, room=10, overlap=3)
    assert {at for start, stop in found for at in range(start, stop)} == set(range(total))
    assert {stop - start for start, stop in found} == {10}
    assert all(before[1] - after[0] >= 3 for before, after in pairwise(found))


def test_rows_of_a_short_text_are_head_prompt_words_tail() -> None:
    assert rows_of(4, [7, 8, 20, 21], frame=FRAME, max_tokens=8) == [Row(4, (0, 7, 8, 20, 21, 2), 2, last=True)]


def test_rows_of_a_long_text_each_carry_the_prompt_and_fit() -> None:
    found = rows_of(0, [7, 8, *range(20, 50)], frame=FRAME, max_tokens=12)
    assert {row.ids[:3] for row in found} == {(0, 7, 8)}
    assert {row.ids[-1] for row in found} == {2}
    assert max(len(row.ids) for row in found) == 12
    assert [row.last for row in found] == [False] * (len(found) - 1) + [True]


def test_rows_keep_a_first_word_that_melted_with_the_prompt() -> None:
    assert rows_of(0, [7, 99, 20], frame=FRAME, max_tokens=8) == [Row(0, (0, 7, 99, 20, 2), 2, last=True)]


def test_rows_of_nothing_but_the_prompt_are_none() -> None:
    assert rows_of(0, [7, 8], frame=FRAME, max_tokens=8) == []


def test_frame_refuses_a_prompt_that_fills_the_window() -> None:
    with pytest.raises(ValueError, match="leaves no room in a window of 4 tokens"):
        FRAME.room(4)


def test_batches_are_longest_first_and_within_the_budget() -> None:
    rows = [Row(i, (1,) * size, size) for i, size in enumerate([3, 9, 1, 5, 4, 30])]
    found = [[len(row.ids) for row in batch] for batch in batches(rows, budget=10)]
    assert found == [[30], [9], [5, 4], [3, 1]]


def test_add_up_weighs_windows_by_their_tokens() -> None:
    sums = np.zeros((2, 2), np.float32)
    rows = [Row(1, (), 3), Row(1, (), 1), Row(0, (), 2)]
    add_up(sums, rows, np.array([[1, 0], [0, 1], [0, 1]], np.float32))
    assert sums.tolist() == [[0, 2], [3, 1]]
