"""Timetables: no plan breaks a rule, small ones are as good as an exact search, bad instances are refused by name."""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.instances import instance as made_up
from benchmarks.timetables import idle, lacking
from matchmaker.core.errors import Invalid
from matchmaker.events.timetable.bound import Standing, least_shortfall, most_must, plain_bound, utility_bound
from matchmaker.events.timetable.checking import faults
from matchmaker.events.timetable.greedy import greedy
from matchmaker.events.timetable.model import build
from matchmaker.events.timetable.pairing import by_pairs
from matchmaker.events.timetable.searching import SIZE
from matchmaker.events.timetable.seating import seat
from matchmaker.events.timetable.shapes import Instance, Lock, Meeting, Pair, Participant, Reason
from matchmaker.events.timetable.smoothing import smooth
from matchmaker.events.timetable.solving import Progress, solve

NAMES = ("甲", "乙", "丙", "丁", "戊", "己")


def small(seed: int) -> Instance:
    """At most seven pairs of six people, in up to three slots at up to two tables: small enough to try everything."""
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
            bool(random.random() < 0.5),
        )
        for name in NAMES
    )
    all_pairs = [(a, b) for n, a in enumerate(NAMES) for b in NAMES[n + 1 :]]
    picked = random.choice(len(all_pairs), 7, replace=False)
    pairs = tuple(
        Pair(
            *all_pairs[n],
            round(float(random.random()), 3),
            must=bool(random.random() < 0.15),
            needs=("interpreter",) if random.random() < 0.3 else (),
        )
        for n in picked
    )
    return Instance(slots, tables, people, pairs, frozenset({frozenset(all_pairs[0])}), {"interpreter": 1})


def exact(instance: Instance) -> tuple[int, int, float]:
    """(most pairs that must meet, fewest meetings lacking then, most utility then), by trying every way."""
    best = (0, -(10**6), 0.0)

    def tried(number: int, meetings: tuple[Meeting, ...], musts: int, utility: float) -> None:
        nonlocal best
        if number == len(instance.pairs):
            best = max(best, (musts, -lacking(instance, meetings), utility))
            return
        tried(number + 1, meetings, musts, utility)
        pair = instance.pairs[number]
        for slot in instance.slots:
            for table in instance.tables:
                more = (*meetings, Meeting(pair.a, pair.b, slot, table))
                if not faults(instance, more):
                    tried(number + 1, more, musts + pair.must, utility + pair.utility)

    tried(0, (), 0, 0.0)
    return best[0], -best[1], best[2]


@pytest.mark.parametrize("group", range(10))
def test_two_hundred_small_instances_are_solved_as_well_as_can_be(group: int) -> None:
    for seed in range(group * 20, group * 20 + 20):
        instance = small(seed)
        plan = solve(instance, seconds=5, workers=1)
        musts, fewest, most = exact(instance)
        assert not faults(instance, plan.meetings) and plan.optimal
        must = {(pair.a, pair.b) for pair in instance.pairs if pair.must}
        assert len({(one.a, one.b) for one in plan.meetings} & must) == musts
        assert lacking(instance, plan.meetings) == fewest
        assert plan.utility == pytest.approx(most, abs=1e-5)
        bounds_hold(instance, Standing(musts, fewest), most)
        assert plan.upper_bound >= most - 1e-9


def bounds_hold(instance: Instance, best: Standing, utility: float) -> None:
    """No bound of the whole system, nor of who meets whenever that is, says less than what is possible."""
    model = build(instance)
    for system in (model, by_pairs(model)):
        assert most_must(system) >= best.must
        assert least_shortfall(system, must=best.must) <= best.lacking
        if len(system.pair):
            assert utility_bound(system, best).bound >= utility - 1e-9
    assert plain_bound(model) >= utility - 1e-9


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
            draw(st.booleans()),
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
            if draw(st.integers(0, 5)) == 0
            else None,
            draw(st.booleans()),
            draw(st.sampled_from(((), ("r",)))),
        )
        for a, b in picked
    )
    forbidden = draw(st.frozensets(st.sampled_from([frozenset(both) for both in possible]), max_size=3))
    return Instance(slots, tables, people, pairs, forbidden, {"r": draw(st.integers(0, 2))})


@settings(max_examples=100, deadline=None)
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


def test_a_small_instance_that_takes_long_is_heard_of_and_stops_when_told() -> None:
    """Everybody could meet everybody in every slot: CP-SAT alone takes seconds to prove what is best."""
    random = np.random.default_rng(0)
    people = tuple(Participant(f"p{n}") for n in range(31))
    pairs = tuple(Pair(f"p{a}", f"p{b}", round(float(random.random()), 4)) for a in range(31) for b in range(a))
    instance = Instance(tuple("12345678"), tuple(f"t{n}" for n in range(20)), people, pairs)
    heard: list[Progress] = []

    def tell(now: Progress) -> bool:
        heard.append(now)
        return len(heard) < 12

    plan = solve(instance, seconds=600, tell=tell)
    assert len(heard) == 12 and not plan.optimal and faults(instance, plan.meetings) == []
    assert plan.utility >= heard[-1].utility and plan.upper_bound <= heard[-1].upper_bound + 1e-6
    assert [one.elapsed_s for one in heard] == sorted(one.elapsed_s for one in heard)


def test_however_little_time_there_is_a_sound_plan_comes_of_it() -> None:
    instance = made_up(60, 12, 8, 400)
    plan = solve(instance, seconds=0.001)
    assert plan.meetings and faults(instance, plan.meetings) == []


def test_a_pair_that_must_meet_is_one_however_many_represent_it() -> None:
    """Four ways for two organisations to meet, and more columns than are solved at once: it is known to be done."""
    homes = range(24)
    people = tuple(Participant(f"{home}{who}", organisation=str(home)) for home in homes for who in "甲乙")
    met = [(one, other) for one in homes for other in homes if 0 < other - one < 8]
    pairs = tuple(
        Pair(f"{one}{a}", f"{other}{b}", 0.5, must=other - one == 1)
        for one, other in met
        for a in "甲乙"
        for b in "甲乙"
    )
    instance = Instance(tuple("123456789"), tuple(f"t{n}" for n in range(20)), people, pairs)
    assert len(build(instance).pair) > SIZE
    plan = solve(instance, seconds=600)
    assert plan.optimal and plan.utility == 0.5 * len(met)


def test_pairs_that_must_meet_and_cannot_all_do_not_keep_the_search_going() -> None:
    people = tuple(Participant(name) for name in "甲乙丙丁")
    pairs = tuple(Pair("甲", other, 0.5, must=True) for other in "乙丙丁")
    plan = solve(Instance(("s1", "s2"), ("t",), people, pairs), seconds=600)
    assert plan.optimal and len(plan.meetings) == 2


def test_a_booth_is_for_those_whose_it_is() -> None:
    people = (Participant("甲", table="t1", booth=True), *(Participant(name) for name in "乙丙丁"))
    pairs = (Pair("甲", "乙", 0.1), Pair("丙", "丁", 0.9), Pair("乙", "丙", 0.8))
    instance = Instance(("s1",), ("t1", "t2"), people, pairs)
    assert set(solve(instance, seconds=2).meetings) == {
        Meeting("甲", "乙", "s1", "t1"),
        Meeting("丙", "丁", "s1", "t2"),
    }
    alone = replace(instance, pairs=pairs[1:], tables=("t1",))
    assert [one.reason for one in solve(alone, seconds=2).unscheduled] == [Reason.TABLES_FULL] * 2
    # A hand may put others there; then they stay.
    lock = replace(pairs[1], locked=Lock("s1", "t1"))
    assert Meeting("丙", "丁", "s1", "t1") in solve(replace(instance, pairs=(lock,)), seconds=2).meetings


def test_gaps_close_as_far_as_there_is_time_and_the_same_pairs_meet() -> None:
    instance = made_up(60, 12, 8, 400)
    model = build(instance)
    before = greedy(model)
    assert (smooth(model, before, until=0.0) == before).all()
    after = smooth(model, before)
    assert sorted(model.pair[after]) == sorted(model.pair[before])
    assert idle(instance, tuple(seat(model, after))) < idle(instance, tuple(seat(model, before)))


def test_the_checker_sees_every_kind_of_fault() -> None:
    people = (Participant("甲", frozenset({"s1"}), 1, table="t1"), Participant("乙"), Participant("丙"))
    host = Participant("丁", table="t2", booth=True)
    lock = Lock("s2", "t1")
    pairs = (Pair("甲", "乙", 1), Pair("甲", "丙", 1), Pair("乙", "丙", 1, lock, needs=("r",)))
    instance = Instance(("s1", "s2"), ("t1", "t2"), (*people, host), pairs, frozenset({frozenset("甲丙")}), {"r": 0})
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
        "somebody else's booth",
    )
    assert [kind for kind in kinds if kind not in said] == []
    assert "no pair" in faults(instance, (Meeting("乙", "甲", "s1", "t1"),))[0]
