"""Which stage follows which, when a deal stands still, who reads a note, and the shape of the evidence."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from matchmaker.deals.rules import (
    PATH,
    STALLED_AFTER,
    DealKind,
    DealStage,
    NoteReach,
    evidence_of,
    is_further,
    is_stalled,
    needs_reason,
    next_stages,
    onward,
    path_of,
    reads_note,
    suggested_kind,
)
from matchmaker.deals.schemas import DealEditIn, DealIn

S = DealStage
TODAY = date(2026, 6, 15)
TECHNOLOGY, ORDER = DealKind.TECHNOLOGY, DealKind.ORDER


@pytest.mark.parametrize(
    ("kind", "stage", "ahead"),
    [
        (TECHNOLOGY, S.TALKS, (S.INTENT,)),
        (TECHNOLOGY, S.INTENT, (S.SIGNED,)),
        (TECHNOLOGY, S.SIGNED, (S.REGISTERED, S.PERFORMING)),
        (TECHNOLOGY, S.REGISTERED, (S.PERFORMING,)),
        (TECHNOLOGY, S.PERFORMING, (S.COMPLETED,)),
        (TECHNOLOGY, S.COMPLETED, ()),
        (TECHNOLOGY, S.ENDED, (S.TALKS,)),
        (ORDER, S.SIGNED, (S.PERFORMING,)),
        (ORDER, S.PERFORMING, (S.COMPLETED,)),
    ],
)
def test_one_step_on_at_a_time_and_registration_may_be_passed_over(
    kind: DealKind, stage: DealStage, ahead: tuple[DealStage, ...]
) -> None:
    assert onward(kind, stage) == ahead


def test_any_step_back_and_the_end_are_open_until_it_is_over() -> None:
    assert next_stages(ORDER, S.PERFORMING) == {S.TALKS, S.INTENT, S.SIGNED, S.COMPLETED, S.ENDED}
    assert next_stages(TECHNOLOGY, S.TALKS) == {S.INTENT, S.ENDED}
    assert next_stages(TECHNOLOGY, S.COMPLETED) == frozenset()
    assert next_stages(ORDER, S.ENDED) == {S.TALKS}


def test_goods_are_never_registered() -> None:
    assert S.REGISTERED not in path_of(ORDER) and path_of(TECHNOLOGY) == PATH


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (S.TALKS, S.INTENT, False),
        (S.SIGNED, S.PERFORMING, False),
        (S.PERFORMING, S.COMPLETED, False),
        (S.SIGNED, S.TALKS, True),
        (S.INTENT, S.ENDED, True),
        (S.ENDED, S.TALKS, True),
    ],
)
def test_an_end_a_step_back_and_a_second_life_say_why(before: DealStage, after: DealStage, why: bool) -> None:
    assert needs_reason(TECHNOLOGY, before, after) is why


def test_further_is_told_along_the_way_of_the_kind_only() -> None:
    assert is_further(TECHNOLOGY, S.REGISTERED, S.TALKS)
    assert not is_further(TECHNOLOGY, S.SIGNED, S.SIGNED)
    assert not is_further(ORDER, S.REGISTERED, S.TALKS)
    assert not is_further(TECHNOLOGY, S.COMPLETED, S.ENDED)


@pytest.mark.parametrize(
    ("stage", "touched", "next_on", "stalled"),
    [
        (S.TALKS, TODAY, None, False),
        (S.TALKS, TODAY - STALLED_AFTER, None, False),
        (S.TALKS, TODAY - STALLED_AFTER - timedelta(days=1), None, True),
        (S.SIGNED, TODAY, TODAY, False),
        (S.SIGNED, TODAY, TODAY - timedelta(days=1), True),
        (S.COMPLETED, TODAY - timedelta(days=400), TODAY - timedelta(days=1), False),
        (S.ENDED, TODAY - timedelta(days=400), None, False),
    ],
)
def test_it_stands_still_when_overdue_or_when_nothing_was_said_for_thirty_days(
    stage: DealStage, touched: date, next_on: date | None, stalled: bool
) -> None:
    assert is_stalled(stage, touched_on=touched, next_on=next_on, today=TODAY) is stalled


@pytest.mark.parametrize(
    ("forms", "kind"),
    [
        (["technology", "product"], TECHNOLOGY),
        (["service"], TECHNOLOGY),
        (["product", "capacity"], ORDER),
        (["equipment"], ORDER),
        ([], ORDER),
    ],
)
def test_what_the_listings_are_suggests_the_kind(forms: list[str], kind: DealKind) -> None:
    assert suggested_kind(forms) is kind


BUYER, SELLER = 1, 2


@pytest.mark.parametrize(
    ("reach", "author", "readers"),
    [
        (NoteReach.OWN, BUYER, {"buyer"}),
        (NoteReach.BOTH, BUYER, {"buyer", "seller", "office"}),
        (NoteReach.BOTH, None, {"buyer", "seller", "office"}),
        (NoteReach.OFFICE, SELLER, {"seller", "office"}),
        (NoteReach.OFFICE, None, {"office"}),
    ],
)
def test_who_reads_a_note(reach: NoteReach, author: int | None, readers: set[str]) -> None:
    eyes = {"buyer": (BUYER, False), "seller": (SELLER, False), "office": (None, True), "other": (None, False)}
    found = {who for who, (side, office) in eyes.items() if reads_note(reach, author=author, side=side, office=office)}
    assert found == readers


def test_the_evidence_has_one_shape_wherever_it_comes_from() -> None:
    at = datetime(2026, 5, 4, 1, 30, tzinfo=UTC)
    need = {"id": 7, "revision": 2, "title": "求购减压阀"}
    asked = {
        "score": 0.8,
        "level": 3,
        "shared_terms": ["阀"],
        "constraints": [{"code": "x", "met": True, "detail": []}],
    }
    listed = {"a": 1, "b": 2, "score": 0.8, "level": 3, "terms": ["阀"], "conditions": [["x", True, []]]}
    both = [evidence_of(said, at=at, need=need, offer=None) for said in (asked, listed)]
    assert both[0] == both[1]
    assert both[0] == {
        "score": 0.8,
        "level": 3,
        "terms": ["阀"],
        "conditions": [{"code": "x", "met": True, "detail": []}],
        "at": "2026-05-04T01:30:00+00:00",
        "need": need,
        "offer": None,
    }


def test_an_empty_match_is_told_as_such() -> None:
    found = evidence_of({}, at=datetime(2026, 5, 4, tzinfo=UTC), need=None, offer=None)
    assert (found["score"], found["level"], found["terms"], found["conditions"]) == (None, None, [], [])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "一"),
        ("title", "字" * 121),
        ("summary", "字" * 4001),
        ("next_step", "字" * 201),
        ("amount", "-1"),
        ("amount", "很多"),
        ("amount", "99999999999999"),
        ("next_on", "明天"),
        ("kind", "barter"),
        ("title", "空\x00字"),
        ("stage", "signed"),
    ],
)
def test_the_form_refuses_what_it_cannot_keep_and_names_the_field(field: str, value: str) -> None:
    with pytest.raises(ValidationError) as caught:
        DealEditIn.model_validate({"kind": "order", "title": "采购阀门"} | {field: value})
    assert {error["loc"][0] for error in caught.value.errors()} == {field}


def test_amounts_are_typed_in_ten_thousand_yuan() -> None:
    data = DealIn(kind=ORDER, title=" 采购阀门 ", buyer_id=1, seller_id=2, amount="12.5")  # type: ignore[arg-type]
    assert (data.amount, data.title) == (12_500_000, "采购阀门")
