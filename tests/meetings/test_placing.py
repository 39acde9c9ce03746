"""Where a meeting may go: exactly where the independent checker of timetables finds nothing wrong."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.instances import instance as made_up
from matchmaker.events.timetable.checking import faults
from matchmaker.events.timetable.greedy import greedy
from matchmaker.events.timetable.model import build
from matchmaker.events.timetable.seating import seat
from matchmaker.events.timetable.shapes import Instance, Meeting
from matchmaker.meetings.placing import Board, Clash


def event(seed: int) -> Instance:
    """Sixteen people with limits, tables of their own, colleagues, a veto, and one interpreter that some pairs need."""
    made = made_up(16, 5, 4, 40, seed=seed, locks=0)
    random = np.random.default_rng(seed)
    needy = set(random.choice(len(made.pairs), 12, replace=False).tolist())
    pairs = tuple(replace(one, needs=("翻译",) if n in needy else ()) for n, one in enumerate(made.pairs))
    tight = tuple(replace(one, max_meetings=2 if n % 3 == 0 else None) for n, one in enumerate(made.participants))
    veto = frozenset({frozenset((pairs[-1].a, pairs[-1].b))})
    return Instance(made.slots, made.tables, tight, pairs, veto, {"翻译": 1})


def plan(made: Instance) -> tuple[Meeting, ...]:
    """A sound timetable with room left: the greedy one without every third meeting."""
    model = build(made)
    meetings = tuple(seat(model, greedy(model)))
    return tuple(one for number, one in enumerate(meetings) if number % 3)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_a_meeting_may_be_added_exactly_where_no_rule_is_broken(seed: int) -> None:
    made = event(seed)
    meetings = plan(made)
    assert faults(made, meetings) == []
    board = Board(made, meetings)
    has = {(one.a, one.b) for one in meetings}
    for pair in made.pairs:
        if (pair.a, pair.b) in has:
            continue
        for slot in made.slots:
            for table in made.tables:
                one = Meeting(pair.a, pair.b, slot, table)
                assert (board.clashes(one) == []) == (faults(made, (*meetings, one)) == []), one


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_two_meetings_may_change_places_exactly_where_no_rule_is_broken(seed: int) -> None:
    made = event(seed)
    meetings = plan(made)
    board = Board(made, meetings)
    for n, one in enumerate(meetings):
        for other in meetings[n + 1 :]:
            there = Meeting(one.a, one.b, other.slot, other.table)
            back = Meeting(other.a, other.b, one.slot, one.table)
            found = board.clashes(there, without=[one, other], beside=[back])
            found += board.clashes(back, without=[one, other], beside=[there])
            rest = tuple(each for each in meetings if each not in (one, other))
            assert (found == []) == (faults(made, (*rest, there, back)) == []), (one, other)


@given(st.integers(0, 10_000))
def test_a_free_table_is_one_where_the_meeting_may_be(seed: int) -> None:
    made = event(seed)
    meetings = plan(made)
    board = Board(made, meetings)
    for pair in made.pairs:
        for slot in made.slots:
            table = board.free_table(Meeting(pair.a, pair.b, slot, ""))
            if table is None:
                assert len([one for one in meetings if one.slot == slot]) == len(made.tables)
                continue
            codes = {code for code, _ in board.clashes(Meeting(pair.a, pair.b, slot, table))}
            people = [one for one in made.participants if one.id in (pair.a, pair.b)]
            assert any(one.table for one in people) or Clash.TABLE not in codes


def test_who_or_what_is_unknown_is_named_first() -> None:
    made = event(1)
    board = Board(made, ())
    pair = made.pairs[0]
    assert board.clashes(Meeting("谁", pair.b, "s0", "t0")) == [(Clash.ABSENT, ("谁",))]
    assert board.clashes(Meeting(pair.a, pair.b, "s9", "t0")) == [(Clash.CLOSED, ())]
    assert board.clashes(Meeting(pair.a, pair.b, "s0", "t9")) == [(Clash.CLOSED, ())]
