"""Timetables: no plan breaks a rule, small ones are as good as an exact search, bad instances are refused by name."""

import json
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.instances import instance as made_up
from benchmarks.timetables import idle, lacking
from matchmaker.core.errors import Invalid
from matchmaker.events.timetable.bound import least_shortfall
from matchmaker.events.timetable.checking import faults
from matchmaker.events.timetable.greedy import greedy
from matchmaker.events.timetable.model import build
from matchmaker.events.timetable.reading import plan_json, read_instance
from matchmaker.events.timetable.seating import seat
from matchmaker.events.timetable.shapes import Instance, Lock, Meeting, Pair, Participant, Reason
from matchmaker.events.timetable.solving import Progress, solve

NAMES = ("甲", "乙", "丙", "丁", "戊", "己")


def small(seed: int) -> Instance:
    """At most nine pairs of six people, in up to three slots at up to two tables: small enough to try everything."""
    random = np.random.default_rng(seed)
    slots = tuple(f"s{n}" for n in range(random.integers(1, 4)))
    tables = tuple(f"t{n}" for n in range(random.integers(1, 3)))
    people = tuple(
        Participant(
            name,
            frozenset(random.choice(slots, random.integers(0, len(slots) + 1), replace=False).tolist())
            if random.random() < 0.4
            else None,
            int(random.integers(1, 3)) if random.random() < 0.4 else None,
            int(random.integers(0, 2)),
            str(random.choice(tables)) if random.random() < 0.2 else None,
            "集团" if random.random() < 0.3 else None,
        )
        for name in NAMES
    )
    all_pairs = [(a, b) for n, a in enumerate(NAMES) for b in NAMES[n + 1 :]]
    picked = random.choice(len(all_pairs), 7, replace=False)
    pairs = tuple(
        Pair(*all_pairs[n], round(float(random.random()), 3), needs=("interpreter",) if random.random() < 0.3 else ())
        for n in picked
    )
    return Instance(slots, tables, people, pairs, frozenset({frozenset(all_pairs[0])}), {"interpreter": 1})


def exact(instance: Instance) -> tuple[int, float]:
    """(fewest meetings lacking, most utility with so few), by trying every way to place every pair."""
    best = (10**6, 0.0)

    def tried(number: int, meetings: tuple[Meeting, ...], utility: float) -> None:
        nonlocal best
        if number == len(instance.pairs):
            has = Counter(who for one in meetings for who in (one.a, one.b))
            lacking = sum(max(0, one.min_meetings - has[one.id]) for one in instance.participants)
            if (lacking, -utility) < (best[0], -best[1]):
                best = (lacking, utility)
            return
        tried(number + 1, meetings, utility)
        pair = instance.pairs[number]
        for slot in instance.slots:
            for table in instance.tables:
                more = (*meetings, Meeting(pair.a, pair.b, slot, table))
                if not faults(instance, more):
                    tried(number + 1, more, utility + pair.utility)

    tried(0, (), 0.0)
    return best


@pytest.mark.parametrize("group", range(10))
def test_two_hundred_small_instances_are_solved_as_well_as_can_be(group: int) -> None:
    for seed in range(group * 20, group * 20 + 20):
        instance = small(seed)
        plan = solve(instance, seconds=5, workers=1)
        fewest, most = exact(instance)
        assert not faults(instance, plan.meetings)
        assert lacking(instance, plan.meetings) == fewest
        assert plan.utility == pytest.approx(most, abs=1e-5)
        assert plan.upper_bound >= most - 1e-9
        assert least_shortfall(build(instance)) <= fewest


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    slots = tuple(f"s{n}" for n in range(draw(st.integers(1, 5))))
    tables = tuple(f"t{n}" for n in range(draw(st.integers(1, 4))))
    size = draw(st.integers(2, 9))
    people = tuple(
        Participant(
            f"p{n}",
            draw(st.none() | st.frozensets(st.sampled_from(slots))),
            draw(st.none() | st.integers(0, 5)),
            draw(st.integers(0, 3)),
            draw(st.none() | st.sampled_from(tables)),
            draw(st.none() | st.sampled_from(("o1", "o2"))),
        )
        for n in range(size)
    )
    possible = [(f"p{a}", f"p{b}") for a in range(size) for b in range(a + 1, size)]
    picked = draw(st.lists(st.sampled_from(possible), unique=True))
    pairs = tuple(
        Pair(
            a,
            b,
            draw(st.floats(0, 1)),
            draw(st.none() | st.builds(Lock, st.sampled_from(slots), st.sampled_from(tables)))
            if draw(st.integers(0, 9)) == 0
            else None,
            draw(st.booleans()),
            draw(st.sampled_from(((), ("r",)))),
        )
        for a, b in picked
    )
    forbidden = draw(st.frozensets(st.sampled_from([frozenset(both) for both in possible]), max_size=3))
    return Instance(slots, tables, people, pairs, forbidden, {"r": draw(st.integers(0, 2))})


@settings(max_examples=120, deadline=None)
@given(instances())
def test_no_plan_breaks_a_rule_and_every_pair_is_accounted_for(instance: Instance) -> None:
    try:
        plan = solve(instance, seconds=2, workers=1)
    except Invalid as error:
        assert any(pair.locked for pair in instance.pairs)
        assert all("locked" in fault.field for fault in error.faults)
        return
    assert faults(instance, plan.meetings) == []
    assert plan.utility <= plan.upper_bound
    said = Counter((one.a, one.b) for one in (*plan.meetings, *plan.unscheduled))
    assert said == Counter((pair.a, pair.b) for pair in instance.pairs)


@pytest.mark.parametrize("dense", [False, True])
def test_an_event_of_sixty_is_within_a_thousandth_of_the_bound_and_better_than_greedy(dense: bool) -> None:
    instance = made_up(60, 12, 8, 400, dense=dense)
    model = build(instance)
    plain = greedy(model)
    plan = solve(instance, seconds=20)
    assert faults(instance, plan.meetings) == []
    assert lacking(instance, plan.meetings) == least_shortfall(model) <= model.shortfall(plain)
    assert plan.utility >= 0.999 * plan.upper_bound
    assert idle(instance, plan.meetings) < idle(instance, tuple(seat(model, plain)))


def test_a_pair_that_must_meet_goes_before_minimum_and_utility() -> None:
    people = tuple(Participant(name, min_meetings=1 if name == "丙" else 0) for name in "甲乙丙")
    pairs = (Pair("甲", "乙", 0.0, must=True), Pair("甲", "丙", 1.0))
    plan = solve(Instance(("s",), ("t",), people, pairs), seconds=2)
    assert plan.meetings == (Meeting("甲", "乙", "s", "t"),)
    assert plan.below_minimum == ("丙",)


def test_a_minimum_goes_before_utility() -> None:
    people = tuple(Participant(name, min_meetings=1) for name in "甲乙丙丁")
    pairs = (Pair("甲", "乙", 1.0), Pair("甲", "丙", 0.1), Pair("乙", "丁", 0.1))
    plan = solve(Instance(("s",), ("t1", "t2"), people, pairs), seconds=2)
    assert plan.below_minimum == () and plan.utility == 0.2


def one_pair(**over: Any) -> Instance:
    """甲 and 乙 could meet in s1 or s2 at t1 or t2; `over` takes something away."""
    base: dict[str, Any] = {
        "slots": ("s1", "s2"),
        "tables": ("t1", "t2"),
        "participants": (Participant("甲"), Participant("乙"), Participant("丙"), Participant("丁")),
        "pairs": (Pair("甲", "乙", 0.5),),
    }
    return Instance(**base | over)


@pytest.mark.parametrize(
    ("reason", "instance"),
    [
        (Reason.VETOED, one_pair(forbidden=frozenset({frozenset("甲乙")}))),
        (Reason.TABLES_DIFFER, one_pair(participants=(Participant("甲", table="t1"), Participant("乙", table="t2")))),
        (
            Reason.NO_COMMON_SLOT,
            one_pair(participants=(Participant("甲", frozenset({"s1"})), Participant("乙", frozenset({"s2"})))),
        ),
        (Reason.MAXIMUM, one_pair(participants=(Participant("甲", max_meetings=0), Participant("乙")))),
        (Reason.NOT_WORTH, one_pair(pairs=(Pair("甲", "乙", 0.0),))),
        (Reason.RESOURCE_TAKEN, one_pair(pairs=(Pair("甲", "乙", 1.0, needs=("r",)),), resources={"r": 0})),
        (
            Reason.TABLES_FULL,
            one_pair(slots=("s1",), tables=("t1",), pairs=(Pair("丙", "丁", 1.0), Pair("甲", "乙", 0.5))),
        ),
        (Reason.NO_FREE_SLOT, one_pair(slots=("s1",), pairs=(Pair("甲", "丙", 1.0), Pair("甲", "乙", 0.5)))),
        (
            Reason.PARTNER_MET,
            one_pair(
                participants=(
                    Participant("甲"),
                    Participant("乙", organisation="厂"),
                    Participant("丙", organisation="厂"),
                ),
                pairs=(Pair("甲", "丙", 1.0), Pair("甲", "乙", 0.5)),
            ),
        ),
    ],
    ids=lambda value: value.value if isinstance(value, Reason) else "",
)
def test_what_is_not_placed_says_why(reason: Reason, instance: Instance) -> None:
    assert [(one.a, one.b, one.reason) for one in solve(instance, seconds=2).unscheduled] == [("甲", "乙", reason)]


def test_a_search_stops_when_told_and_still_gives_a_sound_plan() -> None:
    instance = made_up(200, 30, 12, 3_000)
    heard: list[Progress] = []

    def tell(now: Progress) -> bool:
        heard.append(now)
        return len(heard) < 2

    plan = solve(instance, seconds=600, tell=tell)
    assert len(heard) == 2 and faults(instance, plan.meetings) == []
    assert plan.utility >= heard[0].utility and plan.upper_bound <= heard[0].upper_bound


def test_the_checker_sees_every_kind_of_fault() -> None:
    people = (Participant("甲", frozenset({"s1"}), 1, table="t1"), Participant("乙"), Participant("丙"))
    lock = Lock("s2", "t1")
    pairs = (Pair("甲", "乙", 1), Pair("甲", "丙", 1), Pair("乙", "丙", 1, lock, needs=("r",)))
    instance = Instance(("s1", "s2"), ("t1", "t2"), people, pairs, frozenset({frozenset("甲丙")}), {"r": 0})
    wrong = (Meeting("甲", "乙", "s2", "t2"), Meeting("甲", "丙", "s2", "t2"), Meeting("乙", "丙", "s1", "t1"))
    said = " ".join(faults(instance, wrong))
    kinds = (
        "table t2 has 2",
        "甲 is in 2",
        "at most 1",
        "forbidden",
        "is away",
        "instead of t1",
        "is locked",
        "need r",
    )
    assert [kind for kind in kinds if kind not in said] == []
    assert "no pair" in faults(instance, (Meeting("乙", "甲", "s1", "t1"),))[0]


def document(**over: Any) -> str:
    base: dict[str, Any] = {
        "slots": ["s1", "s2"],
        "tables": ["t1"],
        "participants": [{"id": "甲", "available": None, "max_meetings": None, "min_meetings": 0, "table": None}]
        + [{"id": name} for name in "乙丙"],
        "pairs": [{"a": "甲", "b": "乙", "utility": 1, "locked": None}],
        "forbidden": [],
    }
    return json.dumps(base | over)


def test_a_file_is_read_solved_and_written_back() -> None:
    plan = plan_json(solve(read_instance(document()), seconds=2))
    assert plan["meetings"] == [{"a": "甲", "b": "乙", "slot": "s1", "table": "t1"}]
    assert (plan["utility"], plan["status"], plan["unscheduled"], plan["below_minimum"]) == (1.0, "optimal", [], [])


def locked(slot: str, table: str) -> dict[str, Any]:
    return {"pairs": [{"a": "甲", "b": "乙", "utility": 1, "locked": {"slot": slot, "table": table}}]}


LOCKED = {"slot": "s1", "table": "t1"}


@pytest.mark.parametrize(
    ("field", "over"),
    [
        ("slots", {"slots": []}),
        ("tables", {"tables": []}),
        ("slots", {"slots": ["s1", "s1"]}),
        ("participants", {"participants": [{"id": "甲"}, {"id": "甲"}, {"id": "乙"}]}),
        ("participants.0.available", {"participants": [{"id": "甲", "available": ["s9"]}, {"id": "乙"}]}),
        ("participants.0.table", {"participants": [{"id": "甲", "table": "t9"}, {"id": "乙"}]}),
        ("participants.0.min_meetings", {"participants": [{"id": "甲", "min_meetings": 2, "max_meetings": 1}]}),
        ("participants.0.max_meetings", {"participants": [{"id": "甲", "max_meetings": -1}, {"id": "乙"}]}),
        ("participants.0.colour", {"participants": [{"id": "甲", "colour": "red"}, {"id": "乙"}]}),
        ("pairs.0", {"pairs": [{"a": "甲", "b": "无", "utility": 1}]}),
        ("pairs.0", {"pairs": [{"a": "甲", "b": "甲", "utility": 1}]}),
        ("pairs.1", {"pairs": [{"a": "甲", "b": "乙", "utility": 1}, {"a": "乙", "b": "甲", "utility": 1}]}),
        ("pairs.0.utility", {"pairs": [{"a": "甲", "b": "乙", "utility": 1.5}]}),
        ("pairs.0.needs", {"pairs": [{"a": "甲", "b": "乙", "utility": 1, "needs": ["翻译"]}]}),
        ("pairs.0.locked.slot", locked("x", "t1")),
        ("pairs.0.locked.table", locked("s1", "x")),
        ("forbidden.0", {"forbidden": [["甲", "无"]]}),
        ("forbidden.0", {"forbidden": [["甲"]]}),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_by_field(field: str, over: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        read_instance(document(**over))
    assert field in {fault.field for fault in caught.value.faults}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"slots": NaN}', "\xff"])
def test_what_is_no_instance_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_instance(text)


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"forbidden": [["甲", "乙"]]}, "cannot meet"),
        ({"participants": [{"id": "甲", "available": ["s2"]}, {"id": "乙"}, {"id": "丙"}]}, "cannot meet"),
        ({"participants": [{"id": "甲", "max_meetings": 1}, {"id": "乙"}, {"id": "丙"}]}, "contradicting"),
        ({}, "contradicting"),
    ],
)
def test_locks_that_contradict_are_refused_by_name(over: dict[str, Any], said: str) -> None:
    pairs = [{"a": "甲", "b": other, "utility": 1, "locked": LOCKED} for other in "乙丙"]
    with pytest.raises(Invalid, match=said) as caught:
        solve(read_instance(document(pairs=pairs) if not over else document(pairs=pairs, **over)), seconds=2)
    assert any(fault.field.endswith(".locked") for fault in caught.value.faults)
