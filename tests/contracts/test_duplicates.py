"""One contract twice, and one contract cut into several."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.contracts.duplicates import (
    EXPERT_REVIEW,
    Likeness,
    Limit,
    Record,
    find_alike,
    find_split,
    likeness,
    pieces,
)

DAY = date(2026, 3, 2)
WAN = 1_000_000
ONE = Record(
    id=1,
    title="铝型材在线淬火工艺开发",
    text="针对大截面铝型材淬火变形，开发分区控制的在线淬火工艺，交付工艺包和样机一台，变形量降低一半。",
    sellers=frozenset({"S"}),
    buyers=frozenset({"B"}),
    amount_fen=300 * WAN,
    signed_on=DAY,
)


def other(**over: object) -> Record:
    return replace(ONE, **({"id": 2} | over))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({}, Likeness.SAME),
        ({"text": "完全不同的说法"}, Likeness.SAME),
        ({"title": "另一个题目", "text": "窑炉余热回收方案的评价与建议"}, Likeness.SAME_FIGURES),
        ({"amount_fen": 280 * WAN}, Likeness.SAME_TEXT),
        ({"signed_on": DAY + timedelta(days=200), "text": ONE.text.replace("一半", "过半")}, Likeness.SAME_TEXT),
        ({"amount_fen": None, "signed_on": None}, Likeness.SAME_TEXT),
        ({"title": "另一个题目", "text": "窑炉余热回收", "amount_fen": 1}, None),
        ({"buyers": frozenset({"X"})}, None),
        ({"sellers": frozenset({"X"})}, None),
        ({"sellers": frozenset({"B"}), "buyers": frozenset({"S"})}, None),
        ({"id": 1}, None),
    ],
)
def test_contracts_between_the_same_parties_are_told_apart(over: dict[str, object], expected: Likeness | None) -> None:
    assert [alike.likeness for alike in find_alike(ONE, [other(**over)])] == [expected] * bool(expected)


def test_unknown_figures_are_not_the_same_figures() -> None:
    nothing = replace(ONE, amount_fen=None, signed_on=None, title="题目一", text="")
    assert find_alike(nothing, [replace(nothing, id=2, title="完全另外的事")]) == []


def test_related_parties_count_as_the_same() -> None:
    sister = other(buyers=frozenset({"B2"}))
    assert not find_alike(ONE, [sister])
    assert find_alike(ONE, [sister], kin={"B": frozenset({"B2"})})


@pytest.mark.parametrize(
    ("over", "found"),
    [
        ({"amount_fen": 250 * WAN}, True),
        ({"amount_fen": 199 * WAN}, False),
        ({"amount_fen": 200 * WAN}, True),
        ({"amount_fen": 500 * WAN}, False),
        ({"amount_fen": 250 * WAN, "signed_on": DAY - timedelta(days=90)}, True),
        ({"amount_fen": 250 * WAN, "signed_on": DAY + timedelta(days=91)}, False),
        ({"amount_fen": 250 * WAN, "title": "铝型材在线淬火工艺开发（二期）"}, True),
        ({"amount_fen": 250 * WAN, "title": "喷涂线改造", "text": "粉末回收系统的调试"}, False),
        ({"amount_fen": 250 * WAN, "buyers": frozenset({"X"})}, False),
    ],
)
def test_a_split_passes_the_limit_together_but_not_alone(over: dict[str, object], found: bool) -> None:
    splits = find_split(ONE, [other(**over)], limits=[EXPERT_REVIEW])
    assert bool(splits) is found
    assert all(split.sum_fen >= EXPERT_REVIEW.fen for split in splits)


def test_amounts_just_under_the_limit_are_said_to_be() -> None:
    close = replace(ONE, amount_fen=490 * WAN)
    assert [split.just_under for split in find_split(close, [other()], limits=[EXPERT_REVIEW])] == [True]
    assert [split.just_under for split in find_split(ONE, [other()], limits=[EXPERT_REVIEW])] == [False]


def test_each_limit_is_looked_at_by_itself() -> None:
    small = Limit(350 * WAN, "小", "small")
    below = Limit(100 * WAN, "更小", "smaller")
    assert [split.limit for split in find_split(ONE, [other()], limits=[below, small, EXPERT_REVIEW])] == [
        small,
        EXPERT_REVIEW,
    ]


def test_ten_thousand_contracts_of_others_are_passed_over() -> None:
    crowd = [other(id=number, sellers=frozenset({f"S{number}"})) for number in range(3, 10_003)]
    assert [alike.other.id for alike in find_alike(ONE, [*crowd, other()])] == [2]


def test_blanks_punctuation_and_width_make_no_difference() -> None:
    assert pieces("在线 淬火，ＡＢＣ（１）") == pieces("在线淬火abc1")
    assert likeness(pieces(""), pieces("")) == 0
    assert pieces("铝") == {"铝"}


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_is_a_share_and_the_same_both_ways(left: str, right: str) -> None:
    mine, theirs = pieces(left), pieces(right)
    assert 0 <= likeness(mine, theirs) <= 1
    assert likeness(mine, theirs) == likeness(theirs, mine)
    assert likeness(mine, mine) in (0, 1)
