"""Repairs of a published timetable: sound, and with as few changes as the disruption forces."""

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from benchmarks.instances import instance as made_up
from matchmaker.events.timetable.checking import faults
from matchmaker.events.timetable.repairing import as_plan, repair
from matchmaker.events.timetable.shapes import Instance, Meeting, Pair, Participant
from matchmaker.events.timetable.solving import solve
from matchmaker.events.timetable.writing import changes_json


@cache
def published() -> tuple[Instance, tuple[Meeting, ...]]:
    instance = made_up(60, 12, 8, 400, locks=0)
    return instance, solve(instance, seconds=20).meetings


def away(instance: Instance, who: str, slots: frozenset[str]) -> Instance:
    people = tuple(replace(one, available=slots) if one.id == who else one for one in instance.participants)
    return replace(instance, participants=people)


@pytest.mark.parametrize("seed", range(4))
def test_a_no_show_costs_exactly_his_meetings(seed: int) -> None:
    instance, meetings = published()
    who = str(np.random.default_rng(seed).choice([one.a for one in meetings]))
    mended = away(instance, who, frozenset())
    found = repair(mended, meetings)
    assert faults(mended, found.meetings) == [] and found.proven
    assert set(found.dropped) == {one for one in meetings if who in (one.a, one.b)}
    assert found.reseated == ()
    lost = {person for one in found.dropped for person in (one.a, one.b)}
    lacked = set(solve(instance, seconds=5).below_minimum)
    assert all({one.a, one.b} & (lost | lacked) for one in found.added)
    assert found.concerned == lost | {person for one in found.added for person in (one.a, one.b)}


def test_who_comes_late_keeps_what_comes_later() -> None:
    instance, meetings = published()
    who = next(one.a for one in meetings if one.slot == "s0")
    late = away(instance, who, frozenset(instance.slots[1:]))
    found = repair(late, meetings)
    assert faults(late, found.meetings) == []
    assert {(one.slot, who in (one.a, one.b)) for one in found.dropped} == {("s0", True)}


def test_a_lost_table_costs_no_more_meetings_than_slots_are_over_full() -> None:
    instance, meetings = published()
    owned = {one.table for one in instance.participants}
    lost = next(table for table in instance.tables if table not in owned)
    less = replace(instance, tables=tuple(table for table in instance.tables if table != lost))
    found = repair(less, meetings)
    taken = Counter(one.slot for one in meetings)
    full = {slot for slot, n in taken.items() if n > len(less.tables)}
    assert faults(less, found.meetings) == [] and found.proven and full
    # Where all the others are taken, those go who sat at the lost one; nobody else is sent elsewhere for them.
    assert set(found.dropped) == {one for one in meetings if one.table == lost and one.slot in full}
    assert {before for before, _ in found.reseated} == {
        one for one in meetings if one.table == lost and one.slot not in full
    }


def test_a_walk_in_gets_free_slots_and_nobody_is_moved() -> None:
    instance, meetings = published()
    pairs = tuple(Pair("来客", one.id, 0.9) for one in instance.participants[:20])
    more = replace(
        instance, participants=(*instance.participants, Participant("来客")), pairs=(*instance.pairs, *pairs)
    )
    roomy = replace(more, tables=(*more.tables, "t+"))
    found = repair(roomy, meetings, arrived=frozenset({"来客"}))
    assert faults(roomy, found.meetings) == []
    assert found.dropped == found.reseated == ()
    assert any(one.a == "来客" for one in found.added)
    assert all("来客" in (one.a, one.b) for one in found.added)


def test_a_published_meeting_at_what_is_now_somebodys_booth_stays() -> None:
    pairs = (Pair("甲", "乙", 0.5), Pair("丙", "丁", 0.5))
    people = tuple(Participant(name) for name in "甲乙丙丁")
    printed = (Meeting("甲", "乙", "s1", "t1"),)
    host = Participant("戊", table="t1", booth=True)
    found = repair(Instance(("s1",), ("t1",), (*people, host), pairs), printed)
    assert (found.meetings, found.dropped) == (printed, ())


def test_the_order_of_the_two_in_the_published_plan_does_not_matter() -> None:
    instance, meetings = published()
    turned = tuple(replace(one, a=one.b, b=one.a) for one in meetings)
    found = repair(instance, turned)
    assert (found.dropped, found.reseated) == ((), ()) and set(found.meetings) >= set(meetings)


def test_a_repair_is_a_plan_with_a_bound_and_tells_its_changes() -> None:
    instance, meetings = published()
    who = meetings[0].a
    mended = away(instance, who, frozenset())
    told = repair(mended, meetings)
    plan = as_plan(mended, told)
    worth = {(pair.a, pair.b): pair.utility for pair in instance.pairs}
    assert plan.utility == pytest.approx(sum(worth[one.a, one.b] for one in plan.meetings), abs=1e-6)
    assert solve(mended, seconds=20).utility <= plan.upper_bound + 1e-6
    said = changes_json(told)
    assert {(one["a"], one["b"]) for one in said["dropped"]} == {
        (one.a, one.b) for one in meetings if who in (one.a, one.b)
    }
    assert (said["moved"], said["fewest"], who in said["concerned"]) == ([], True, True)
    assert len(said["added"]) == len(told.added)


def test_what_is_unknown_to_the_changed_event_is_dropped_and_nothing_is_no_change() -> None:
    instance, meetings = published()
    strange = Meeting("无", "名", "s0", "t0")
    assert repair(instance, (*meetings, strange)).dropped == (strange,)
    same = repair(instance, meetings)
    assert (same.dropped, same.reseated, set(same.meetings) >= set(meetings)) == ((), (), True)
