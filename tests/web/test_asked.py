"""Questions read from addresses and forms."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from matchmaker.core.errors import Invalid
from matchmaker.listings.rules import Form, Side
from matchmaker.matching.queries import MAX_QUERY
from matchmaker.matching.results import Filters
from matchmaker.web.asked import Asked, read_question


def test_read_question_takes_text_side_and_every_filter() -> None:
    pairs = [("q", " 要铝\r\n型材 "), ("side", "need"), ("chain", "HYD"), ("chain", "ALU"), ("town", "440605123")]
    asked = read_question(MultiDict([*pairs, ("form", "service"), ("node", "HYD-09"), ("top", "50")]))
    filters = Filters(
        frozenset({"HYD", "ALU"}), frozenset({"HYD-09"}), frozenset({"440605123"}), frozenset({Form.SERVICE})
    )
    assert asked == Asked("要铝\n型材", Side.NEED, filters, 50)


def test_read_question_knows_filters_by_name() -> None:
    asked = read_question(MultiDict({"q": "铝", "chain": "氢能", "town": "丹灶", "form": "技术", "node": ""}))
    assert asked.filters == Filters(
        frozenset({"HYD"}), towns=frozenset({"440605123"}), forms=frozenset({Form.TECHNOLOGY})
    )


def test_parameters_lead_back_to_the_same_question() -> None:
    asked = Asked("要铝型材", Side.NEED, Filters(frozenset({"HYD", "ALU"}), towns=frozenset({"440605123"})), 50)
    pairs = [
        (name, str(one))
        for name, value in asked.parameters().items()
        for one in (value if isinstance(value, list) else [value])
        if one is not None
    ]
    assert read_question(MultiDict(pairs)) == asked


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({}, ["q"]),
        ({"q": " \n　"}, ["q"]),
        ({"q": "。。。！"}, ["q"]),
        ({"q": "氢\0气"}, ["q"]),
        ({"q": "长" * (MAX_QUERY + 1)}, ["q"]),
        ({"q": "x", "side": "both"}, ["side"]),
        ({"q": "x", "chain": "XXX", "town": "1", "form": "gift", "node": "HYD-99"}, ["node", "chain", "town", "form"]),
        ({"q": "x", "top": "1000000"}, ["top"]),
    ],
)
def test_read_question_names_every_wrong_field(app: Flask, values: dict[str, str], fields: list[str]) -> None:
    with app.test_request_context(), pytest.raises(Invalid) as refused:
        read_question(MultiDict(values))
    assert [fault.field for fault in refused.value.faults] == fields


def test_read_question_takes_the_longest_text() -> None:
    assert len(read_question(MultiDict({"q": "长" * MAX_QUERY})).text) == MAX_QUERY
