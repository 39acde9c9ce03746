"""Files of instances and plans: what is read and written, and that whatever is wrong is refused by its field."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.core.errors import Invalid
from matchmaker.events.timetable.model import MOST_COLUMNS, build
from matchmaker.events.timetable.reading import read_instance, read_plan
from matchmaker.events.timetable.shapes import Instance, Meeting, Pair, Participant
from matchmaker.events.timetable.solving import solve
from matchmaker.events.timetable.writing import plan_json


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
        ("forbidden.0", {"forbidden": [["甲", "甲"]]}),
        ("pairs.0.needs", {"pairs": [{"a": "甲", "b": "乙", "utility": 1, "needs": ["r"] * 2}], "resources": {"r": 1}}),
        ("pairs.0.utility", {"pairs": [{"a": "甲", "b": "乙", "utility": float("nan")}]}),
        ("pairs.0.utility", {"pairs": [{"a": "甲", "b": "乙", "utility": -0.1}]}),
        ("pairs.0.utility", {"pairs": [{"a": "甲", "b": "乙", "utility": 10**400}]}),
        ("pairs.0.utility", {"pairs": [{"a": "甲", "b": "乙", "utility": "1"}]}),
        ("pairs.0.utility", {"pairs": [{"a": "甲", "b": "乙", "utility": True}]}),
        ("pairs.0.a", {"pairs": [{"a": 1, "b": "乙", "utility": 1}]}),
        ("pairs", {"pairs": {"a": "甲"}}),
        ("participants.0.max_meetings", {"participants": [{"id": "甲", "max_meetings": 10**30}, {"id": "乙"}]}),
        ("participants.0.min_meetings", {"participants": [{"id": "甲", "min_meetings": 0.5}, {"id": "乙"}]}),
        ("participants.0.id", {"participants": [{"id": ""}, {"id": "乙"}]}),
        ("participants.0.available", {"participants": [{"id": "甲", "available": "s1"}, {"id": "乙"}]}),
        ("slots", {"slots": None}),
        ("resources.翻译", {"resources": {"翻译": -1}}),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_by_field(field: str, over: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        read_instance(document(**over))
    assert field in {fault.field for fault in caught.value.faults}


@pytest.mark.parametrize("text", ["", " ", "[]", "{", "null", '{"slots": NaN}', "\xff", b"\xff\xfe{", "[" * 10_000])
def test_what_is_no_instance_is_refused(text: str | bytes) -> None:
    for read in (read_instance, read_plan):
        with pytest.raises(Invalid, match=r"file|slots|meetings"):
            read(text)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["s1", "t1", "甲", "乙", 10**40, -(10**400)]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(["slots", "tables", "participants", "pairs", "forbidden", "resources", "?"])
rows = st.lists(
    st.dictionaries(st.sampled_from(["id", "available", "table", "a", "b", "utility", "locked", "needs"]), anything),
    max_size=3,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(fields, anything | rows, max_size=3))
def test_whatever_a_file_holds_it_is_read_or_refused_in_one_line(over: dict[str, Any]) -> None:
    try:
        found = read_instance(document(**over))
    except Invalid as error:
        assert error.faults and len(error.faults) <= 6
        assert len(str(error).splitlines()) == 1 and len(str(error)) < 2_000
    else:
        assert isinstance(found, Instance)


def test_a_file_that_is_wrong_throughout_says_so_once() -> None:
    pairs = [{"a": "甲", "b": f"无{number}\n", "utility": 1} for number in range(1_000)]
    with pytest.raises(Invalid) as caught:
        read_instance(document(pairs=pairs))
    assert str(caught.value).startswith("pairs.0: unknown participant 无0; pairs.1")
    assert str(caught.value).endswith("; file: 995 more faults")


def test_a_file_from_windows_is_read() -> None:
    assert read_instance(b"\xef\xbb\xbf" + document().encode()) == read_instance(document())


def test_more_than_can_be_weighed_is_refused_before_it_is_tried() -> None:
    slots = tuple(f"s{number}" for number in range(MOST_COLUMNS // 1_000 + 1))
    people = (Participant("甲"), Participant("乙"))
    with pytest.raises(Invalid, match="pairs: 1000 pairs x 3001 slots"):
        build(Instance(slots, ("t",), people, (Pair("甲", "乙", 1.0),) * 1_000))


def test_of_a_plan_the_meetings_are_read_and_no_pair_may_meet_twice() -> None:
    one = {"a": "甲", "b": "乙", "slot": "s1", "table": "t1"}
    assert read_plan(json.dumps({"meetings": [one], "utility": 1.0})) == (Meeting("甲", "乙", "s1", "t1"),)
    with pytest.raises(Invalid, match="meetings: 乙 and 甲 is listed twice"):
        read_plan(json.dumps({"meetings": [one, one | {"a": "乙", "b": "甲", "slot": "s2"}]}))
    with pytest.raises(Invalid, match=r"meetings\.0\.table"):
        read_plan(json.dumps({"meetings": [{"a": "甲", "b": "乙", "slot": "s1"}]}))


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
