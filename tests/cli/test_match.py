"""`match` answers from the database, for people and as JSON."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from matchmaker.core import clock
from matchmaker.demo.year import LAST_DAY
from tests.cli.commands import Shell

OFFERS = len((Path(__file__).resolve().parents[2] / "seed_data/district/offers.jsonl").read_text("utf-8").splitlines())


@pytest.fixture(autouse=True)
def _on_the_last_day() -> Iterator[None]:
    """The district's listings end one by one in the year after it, whenever the tests run."""
    with clock.pretend(LAST_DAY):
        yield


def test_matches_come_as_json(district: Shell) -> None:
    code, said, _ = district("match", "--need", 1, "--top", 3, "--json")
    answer = json.loads(said)
    assert code == 0
    assert (answer["need"], answer["compared"], len(answer["matches"])) == (1, OFFERS, 3)
    assert list(answer["matches"][0]) == [
        "listing", "title", "organisation", "uscc", "town", "score", "level",
        "shared_terms", "sentence_pairs", "constraints",
    ]  # fmt: skip
    scores = [match["score"] for match in answer["matches"]]
    assert scores == sorted(scores, reverse=True)


def test_the_same_question_has_the_same_answer(district: Shell) -> None:
    assert district("match", "--need", 5, "--json") == district("match", "--need", 5, "--json")


def test_filters_take_codes_and_names(district: Shell) -> None:
    by_code = json.loads(district("match", "--need", 1, "--chain", "HYD", "--town", "440605123", "--json")[1])
    by_name = json.loads(district("match", "--need", 1, "--chain", "氢能", "--town", "丹灶", "--json")[1])
    assert by_code == by_name
    assert 0 < by_code["compared"] < 120
    assert {match["town"] for match in by_code["matches"]} == {"440605123"}


def test_matches_come_as_text(district: Shell) -> None:
    code, said, _ = district("match", "--need", 1, "--top", 1)
    lines = said.splitlines()
    assert (code, lines[0]) == (0, f"在 {OFFERS} 条信息中比较")
    assert lines[1].startswith("  1. [")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--need", "99999"), "Error: no listing 99999\n"),
        (("--need", "1", "--chain", "XXX"), "Error: chain: unknown chain\n"),
    ],
)
def test_a_refusal_is_one_line(district: Shell, arguments: tuple[str, ...], message: str) -> None:
    assert district("match", *arguments) == (1, "", message)


def test_a_renewed_snapshot_is_told(district: Shell) -> None:
    assert district("refresh", "--snapshot") == (0, "encoded: 0, snapshot renewed: yes\n", "")
