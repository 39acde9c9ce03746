"""Whom to invite, from values alone."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.participants.ranking import CARRIED, Guest, LeftOut, Link, Short, Wanted, rank, short


def link(other: int, score: float) -> Link:
    return Link(other, score, 3, need_id=other * 10, offer_id=other * 10 + 1)


def pool(*scores: tuple[int, int, float]) -> list[Guest]:
    """Organisations 1, 2, … with these links, both ways."""
    ids = sorted({one for pair in scores for one in pair[:2]})
    links = {
        number: tuple(link(b if number == a else a, score) for a, b, score in scores if number in (a, b))
        for number in ids
    }
    return [Guest(number, links=links[number]) for number in ids]


def test_partners_count_less_and_less() -> None:
    rows = rank(pool((1, 2, 0.9), (1, 3, 0.6), (1, 4, 0.3)), Wanted(10)).rows
    assert [row.id for row in rows] == [1, 2, 3, 4]
    assert rows[0].value == pytest.approx(0.9 + 0.6 / 2 + 0.3 / 3)
    assert [one.other for one in rows[0].links] == [2, 3, 4]


def test_who_comes_counts_and_not_who_could_have_come() -> None:
    # 3 is worth most against everybody, but its partners are not on a list of two.
    guests = pool((1, 2, 0.9), (3, 4, 0.5), (3, 5, 0.5), (3, 6, 0.5), (3, 7, 0.5), (3, 8, 0.5), (3, 9, 0.5))
    assert [row.id for row in rank(guests, Wanted(2)).rows] == [1, 2]


def test_a_need_left_unmet_before_brings_its_owner_forward() -> None:
    first, second, third = pool((1, 2, 0.5), (2, 3, 0.5))
    guests = [first, second, Guest(3, links=third.links, carried=(7, 8, 9))]
    rows = rank(guests, Wanted(10)).rows
    assert [row.id for row in rows] == [3, 2, 1]
    assert rows[0].value == pytest.approx(0.5 + 2 * CARRIED)
    assert rows[0].carried == (7, 8, 9)


def test_everybody_who_is_not_on_the_list_has_a_reason() -> None:
    guests = pool((1, 2, 0.9), (1, 3, 0.8), (1, 4, 0.7), (1, 5, 0.6))
    guests = [
        guests[0],
        guests[1],
        Guest(3, links=guests[2].links, vetoed=True, lately=True),
        Guest(4, links=guests[3].links, lately=True),
        Guest(5, town="A", links=guests[4].links),
        Guest(6),
    ]
    found = rank(guests, Wanted(10, towns={"A": 0}))
    assert [row.id for row in found.rows] == [1, 2]
    assert found.left_out == {
        3: LeftOut.VETO,
        4: LeftOut.LATELY,
        5: LeftOut.QUOTA,
        6: LeftOut.NO_PARTNER,
    }


def test_those_who_know_each_other_need_no_event() -> None:
    one, two, three = pool((1, 2, 0.9), (2, 3, 0.4))
    guests = [Guest(1, links=one.links, met=frozenset({2})), Guest(2, links=two.links, met=frozenset({1})), three]
    assert [row.id for row in rank(guests, Wanted(10)).rows] == [2, 3]
    assert {row.id for row in rank(guests, Wanted(10, only_new=False)).rows} == {1, 2, 3}


def test_two_who_know_only_each_other_are_both_left_out() -> None:
    one, two = pool((1, 2, 0.9))
    found = rank([replace(one, met=frozenset({2})), replace(two, met=frozenset({1}))], Wanted(10))
    assert (found.rows, found.left_out) == ((), {1: LeftOut.NO_PARTNER, 2: LeftOut.NO_PARTNER})


def in_town(guests: list[Guest], town: str, *numbers: int) -> list[Guest]:
    return [replace(one, town=town) if one.id in numbers else one for one in guests]


def test_a_lower_limit_keeps_those_who_are_worth_less() -> None:
    guests = in_town(pool((1, 2, 0.9), (1, 3, 0.8), (1, 4, 0.2), (1, 5, 0.1)), "A", 4, 5)
    assert [row.id for row in rank(guests, Wanted(3)).rows] == [1, 2, 3]
    assert [row.id for row in rank(guests, Wanted(3, towns_least={"A": 1})).rows] == [1, 2, 4]
    assert [row.id for row in rank(guests, Wanted(3, towns_least={"A": 2})).rows] == [1, 4, 5]


def test_a_lower_limit_gives_way_to_an_upper_one_and_to_the_number_and_says_so() -> None:
    guests = in_town(pool((1, 2, 0.9), (1, 3, 0.8), (1, 4, 0.7)), "A", 1, 2, 3)
    wanted = Wanted(2, towns={"A": 2}, towns_least={"A": 2, "B": 1})
    listed = [row.id for row in rank(guests, wanted).rows]
    assert listed == [1, 2]
    assert short(listed, guests, wanted) == [Short("town", "B", 1, 0, 0)]
    tight = Wanted(2, towns_least={"A": 3})
    listed = [row.id for row in rank(guests, tight).rows]
    assert len(listed) == 2 and short(listed, guests, tight) == [Short("town", "A", 3, 2, 3)]


def test_the_last_partner_of_somebody_a_lower_limit_counts_stays_too() -> None:
    # 3 is worth least by far, and only there for 4, which is worth less than the others.
    guests = in_town(pool((1, 2, 0.9), (3, 4, 0.1), (1, 5, 0.6), (2, 6, 0.5)), "A", 3)
    assert [row.id for row in rank(guests, Wanted(4)).rows] == [1, 2, 5, 6]
    assert [row.id for row in rank(guests, Wanted(4, towns_least={"A": 1})).rows] == [1, 2, 3, 4]


def test_whoever_cannot_come_is_not_counted_as_there() -> None:
    one, two, three = in_town(pool((1, 2, 0.9), (1, 3, 0.8)), "A", 1, 2, 3)
    guests = [one, replace(two, vetoed=True), replace(three, lately=True), Guest(4, town="A")]
    assert short([], guests, Wanted(9, towns_least={"A": 4})) == [Short("town", "A", 4, 0, 1)]


@st.composite
def pools(draw: st.DrawFn) -> list[Guest]:
    number = draw(st.integers(0, 14))
    scores = draw(
        st.dictionaries(
            st.tuples(st.integers(1, 14), st.integers(1, 14)).filter(lambda both: both[0] < both[1]),
            st.floats(0.01, 1),
            max_size=30,
        )
    )
    links = {
        one: tuple(link(b if one == a else a, score) for (a, b), score in scores.items() if one in (a, b))
        for one in range(1, number + 1)
    }
    code = st.sampled_from("ABC")
    return [
        Guest(
            one,
            town=draw(code),
            kind=draw(code),
            scale=draw(code),
            stages=frozenset(draw(st.lists(code, max_size=2))),
            links=links[one],
        )
        for one in links
    ]


LIMITS = st.dictionaries(st.sampled_from("ABC"), st.integers(0, 3))


@given(guests=pools(), number=st.integers(1, 9), most=LIMITS, least=LIMITS)
def test_no_quota_is_ever_passed(guests: list[Guest], number: int, most: dict[str, int], least: dict[str, int]) -> None:
    wanted = Wanted(number, towns=most, kinds=most, scales=most, stages=most, towns_least=least, stages_least=least)
    found = rank(guests, wanted)
    known = {one.id: one for one in guests}
    rows = [known[row.id] for row in found.rows]
    assert len(rows) <= number
    for count in (
        Counter(one.town for one in rows),
        Counter(one.kind for one in rows),
        Counter(one.scale for one in rows),
        Counter(stage for one in rows for stage in one.stages),
    ):
        assert all(count[code] <= limit for code, limit in most.items())
    assert {row.id for row in found.rows} | set(found.left_out) == set(known)
    assert rank(list(reversed(guests)), wanted) == found
