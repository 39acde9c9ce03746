"""Whatever stands in a claims file is read as a claim or refused by line and field; nothing else comes out of it."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from matchmaker.core.errors import Invalid
from matchmaker.subsidies.books import Books
from matchmaker.subsidies.claim_lines import find_places, read_claim
from matchmaker.subsidies.engine import decide, inputs_for
from matchmaker.subsidies.facts import ClaimFacts
from matchmaker.subsidies.policy import load_policy
from tests.subsidies.claim_rows import FORMAT, Row, claim, paid

PRINTED = load_policy(FORMAT)
# Written into the JSON as they stand, in place of one value at a time.
HOSTILE = [
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "NaN",
    "Infinity",
    "1e400",
    "9" * 400,
    "[]",
    "{}",
    "[[]]",
    '""',
    '" "',
    '"\\u0000"',
    '"\\ud800"',
    '"１２３"',
    '"-1"',
    '"+1"',
    '"1e5"',
    '"0.001"',
    '"1,000"',
    '"NaN"',
    '"2026-02-31"',
    '"2026-3-1"',
    '"2026-03-01T00:00:00"',
    '"0001-01-01"',
    '"9999-12-31"',
    '"99999999999.99"',
    '"999999999999.99"',
    '"' + "9" * 5000 + '"',
    '"' + "长" * 100_000 + '"',
]


def places_of(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything in a JSON value, itself included."""
    yield way
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places_of(part, (*way, key))


WAYS = list(places_of(claim()))
MARK = "put it here"


def written_with(way: tuple[Any, ...], value: str) -> bytes:
    if not way:
        return value.encode()
    row = copy.deepcopy(claim())
    part: Any = row
    for key in way[:-1]:
        part = part[key]
    part[way[-1]] = MARK
    return json.dumps(row).replace(json.dumps(MARK), value).encode()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: ".".join(map(str, way)) or "line")
def test_any_value_in_any_place_is_decided_or_refused_by_name(way: tuple[Any, ...]) -> None:
    for value in HOSTILE:
        try:
            read = read_claim(written_with(way, value), 7)
        except Invalid as refused:
            said = str(refused)
            assert said.startswith("line 7") and "\n" not in said and len(said) < 1_000
            if way and "JSON" not in said:
                assert ".".join(map(str, way)) in said
        else:
            decide(PRINTED, inputs_for(PRINTED, read, Books().before(read)))


@pytest.mark.parametrize("way", [way for way in WAYS if way and isinstance(way[-1], str)], ids=lambda way: way[-1])
def test_a_missing_and_a_misspelt_field_are_refused_by_name(way: tuple[Any, ...]) -> None:
    for misspelt in (False, True):
        row = copy.deepcopy(claim())
        part: Any = row
        for key in way[:-1]:
            part = part[key]
        value = part.pop(way[-1])
        if misspelt:
            part[f"{way[-1]}s"] = value
        with pytest.raises(Invalid, match=".".join(map(str, way))):
            read_claim(json.dumps(row).encode(), 1)


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("kind", "DEVELOPMENT", "line 2: contract.kind: Input should be 'DEV', 'TRF', 'LIC', 'CON' or 'SVC', not 'DEV"),
        ("total_amount", "-5", "line 2: contract.total_amount: write yuan as a decimal string"),
        ("technology_amount", "1.001", "line 2: contract.technology_amount: write yuan"),
        ("total_amount", 3_000_000, "line 2: contract.total_amount: write yuan"),
        ("signed_on", "2025-02-31", "line 2: contract.signed_on"),
        ("related_party", "maybe", "line 2: contract.related_party"),
        ("fiscal_fund", "no", "line 2: contract.fiscal_fund"),
    ],
)
def test_refusals_say_line_field_and_value(field: str, value: object, named: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        read_all(tmp_path, claim("A"), claim("B", contract={field: value}))
    assert named in str(refused.value)


@pytest.mark.parametrize(
    "code", ["91440605YYYY010150", "91440605YYYY01015p", "91440605YYYY01015", "914406O5YYYY01015P"]
)
def test_a_code_that_cannot_be_a_units_is_refused(code: str) -> None:
    with pytest.raises(Invalid, match=r"line 1: applicant\.uscc: "):
        read_claim(json.dumps(claim(applicant={"uscc": code, "division": "440605"})).encode(), 1)


def read_all(folder: Path, *rows: Row | str | bytes) -> list[ClaimFacts]:
    """What is read from a file of these lines, in the order decided."""
    lines = [json.dumps(row).encode() if isinstance(row, dict) else row for row in rows]
    (folder / "claims.jsonl").write_bytes(b"\n".join(one if isinstance(one, bytes) else one.encode() for one in lines))
    return list(find_places(folder / "claims.jsonl", lambda done, total: None).claims())


def test_claims_come_by_day_and_then_by_name_wherever_they_stand(tmp_path: Path) -> None:
    rows = [claim("b"), claim("c", applied_on="2026-03-01"), claim("B"), claim("a10"), claim("a9"), claim("乙")]
    assert [one.claim_id for one in read_all(tmp_path, *rows)] == ["c", "B", "a10", "a9", "b", "乙"]


def test_a_byte_order_mark_windows_line_ends_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    lines = [json.dumps(claim(name)).encode() for name in ("A", "B")]
    found = read_all(tmp_path, b"\xef\xbb\xbf" + lines[0] + b"\r", b"\r", b"  \t", lines[1] + b"\r\n")
    assert [one.claim_id for one in found] == ["A", "B"]
    assert read_all(tmp_path, b"") == read_all(tmp_path, b"\xef\xbb\xbf") == []


@pytest.mark.parametrize(
    "line",
    [b"nonsense", b"\xff\xfe[", b"[]", b"3", b'"C1"', b"null", b"{}", b"[" * 100_000, b'{"claim_id":"A"', b"\x00"],
)
def test_a_line_that_is_no_claim_is_refused_by_number(line: bytes, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"^line 2"):
        read_all(tmp_path, claim("A"), line, claim("B", contract={"kind": "ODD"}))


def test_the_first_bad_line_of_the_file_is_named_although_another_is_decided_first(tmp_path: Path) -> None:
    late = claim("Z", applied_on="2026-03-31", contract={"payments": [paid("1"), paid("1.234")]})
    early = claim("A", applied_on="2026-03-01", contract={"kind": "ODD"})
    with pytest.raises(Invalid, match=r"^line 1: contract.payments.1.amount"):
        read_all(tmp_path, late, early)


def test_a_name_said_twice_is_refused_with_both_lines(tmp_path: Path) -> None:
    rows = [claim("A"), claim("B"), claim("C", applied_on="2026-03-20"), claim("B", applied_on="2026-03-05")]
    with pytest.raises(Invalid, match=r"^line 4: claim_id: 'B' stands already in line 2"):
        read_all(tmp_path, *rows)
