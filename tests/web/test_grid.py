"""What the timetable pages show is right whatever a version holds."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.events.timetable.shapes import Instance, Pair, Participant
from matchmaker.participants.short_names import short_name
from matchmaker.web.events.grid import Guest, capacity_of, changes, days_of, grid_of, guests_of, quality_of

Row = dict[str, Any]


def row(a: int, b: int, slot: int, table: int, *, locked: bool = False) -> Row:
    return {"a": a, "b": b, "slot": slot, "table": table, "locked": locked}


def place(id: int, *, closed: bool = False) -> Any:
    return SimpleNamespace(id=id, closed_at="then" if closed else None)


@dataclass
class Person:
    id: int
    home: str
    away: list[int] = field(default_factory=list)
    missing_at: None = None
    left_at: None = None

    @property
    def registration_id(self) -> int:
        return 100 + self.id

    @property
    def name(self) -> str:
        return f"代表{self.id}"

    @property
    def registration(self) -> Any:
        return SimpleNamespace(name=self.home, state="confirmed")


def guests(number: int) -> dict[int, Guest]:
    return {one: Guest(one, 100 + one, f"代表{one}", f"单位{one}", f"单位{one}") for one in range(number)}


VERSIONS = st.dictionaries(
    st.tuples(st.integers(0, 5), st.integers(6, 11)),
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()),
    max_size=12,
).map(lambda found: [row(*both, slot, table, locked=locked) for both, (slot, table, locked) in found.items()])


@given(VERSIONS, VERSIONS)
def test_every_pair_of_two_versions_is_in_one_heap_and_the_heaps_lead_from_one_to_the_other(
    before: list[Row], after: list[Row]
) -> None:
    found = changes(before, after)
    old, new = ({(one["a"], one["b"]): one for one in rows} for rows in (before, after))
    heaps = [*found.kept, *(now for _, now in found.moved), *found.new, *found.dropped]
    pairs = [(one["a"], one["b"]) for one in heaps]
    assert len(pairs) == len(set(pairs)) and set(pairs) == old.keys() | new.keys()
    assert {(one["a"], one["b"]) for one in found.dropped} == old.keys() - new.keys()
    assert {(one["a"], one["b"]) for one in found.new} == new.keys() - old.keys()
    for was, now in found.moved:
        assert was == old[now["a"], now["b"]] and (was["slot"], was["table"]) != (now["slot"], now["table"])
    for one in found.kept:
        was = old[one["a"], one["b"]]
        assert (was["slot"], was["table"]) == (one["slot"], one["table"])
    back = changes(after, before)
    assert found.people == back.people and bool(found) == bool(back)


def test_a_lock_is_no_change_anybody_is_told_of() -> None:
    found = changes([row(1, 2, 0, 0)], [row(1, 2, 0, 0, locked=True)])
    assert not found and found.people == frozenset() and len(found.kept) == 1


def test_closed_hours_and_tables_are_shown_only_while_a_meeting_is_in_them() -> None:
    slots, tables = [place(0), place(1, closed=True), place(2, closed=True)], [place(0), place(1, closed=True)]
    found = grid_of([row(0, 1, 1, 0)], guests(2), slots=slots, tables=tables, levels={(100, 101): 3})
    assert [one.id for one in found.slots] == [0, 1]
    assert [one.id for one in found.tables] == [0]
    cell = found.cells[1, 0]
    assert (cell.key, cell.level, cell.locked) == ("m-0-1", 3, False)


def test_a_day_has_gaps_only_between_meetings_and_not_while_one_is_away() -> None:
    people = [Person(0, "甲"), Person(1, "乙", away=[2]), Person(2, "丙"), Person(3, "丁")]
    names = guests_of({one.id: one for one in people})
    rows = [row(0, 1, 1, 0), row(0, 2, 4, 0), row(1, 2, 3, 0)]
    grid = grid_of(rows, names, slots=[place(one) for one in range(6)], tables=[place(0)], levels={})
    days = {day.guest.id: day for day in days_of(grid, people, names, {3})}
    assert [(days[one].idle, len(days[one].seats)) for one in range(4)] == [(2, 2), (0, 2), (0, 2), (0, 0)]
    assert days[1].away == {2} and days[3].below and not days[0].below
    assert days[0].seats[4][0].id == 2


@pytest.mark.parametrize(
    ("figures", "reached", "gap"),
    [
        ({"utility": 10.0, "upper_bound": 10.0, "optimal": True}, "100", "0"),
        ({"utility": 9.9999999, "upper_bound": 10.0, "optimal": True}, "100", "0"),
        ({"utility": 9.999999, "upper_bound": 10.0}, "99.99", "0.01"),
        ({"utility": 9.9, "upper_bound": 10.0}, "99.00", "1.00"),
        ({"utility": 9.9}, None, None),
        ({}, None, None),
        ({"utility": 0.0, "upper_bound": 0.0}, None, None),
    ],
)
def test_nothing_is_called_whole_by_rounding(figures: Row, reached: str | None, gap: str | None) -> None:
    found = quality_of([], figures)
    assert (found.reached, found.gap) == (reached, gap)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("佛山市南海区试样阀门有限公司", "试样阀门"),
        ("广东某某新材料股份有限公司", "某某新材料"),
        ("南海有限公司", "南海有限公司"),
        ("Bosch Rexroth", "Bosch Rexroth"),
    ],
)
def test_short_names_leave_out_what_everybody_has(name: str, short: str) -> None:
    assert short_name(name) == short


def test_two_firms_that_would_look_alike_keep_their_whole_names() -> None:
    people = [Person(0, "佛山市甲阀门有限公司"), Person(1, "广东甲阀门股份有限公司"), Person(2, "佛山市乙电机有限公司")]
    found = guests_of({one.id: one for one in people})
    assert [found[one].short for one in range(3)] == [people[0].home, people[1].home, "乙电机"]


def test_capacity_counts_what_people_may_and_can_sit_through() -> None:
    people = (
        Participant("1", max_meetings=1, min_meetings=1),
        Participant("2", frozenset({"s1"}), min_meetings=3),
        Participant("3", min_meetings=0),
        Participant("4"),
    )
    pairs = (
        Pair("1", "2", 0.9),
        Pair("1", "3", 0.8),
        Pair("2", "3", 0.7),
        Pair("3", "4", 0.0),
        Pair("1", "4", 0, must=True),
    )
    found = capacity_of(Instance(("s1", "s2", "s3"), ("t1",), people, pairs))
    # 1 may once, 2 can once, 3 and 4 as often as they are wanted: five chairs, two meetings.
    assert (found.places, found.pairs, found.wanted, found.least) == (3, 4, 2, 2)
    assert found.short == 1
    assert found.advised == 1
    assert capacity_of(Instance((), (), (), ())).advised == 0
