"""Values as a page shows them, in both languages."""

import pytest
from flask import Flask

from matchmaker.matching.rules import Constraint
from matchmaker.web import shown

WAN = 10_000 * 100


@pytest.mark.parametrize(
    ("low", "high", "chinese", "english"),
    [
        (None, None, "面议", "Negotiable"),
        (320 * WAN, 400 * WAN, "320–400 万元", "CNY 3,200,000–4,000,000"),
        (125_000_00, 125_000_00, "12.5 万元", "CNY 125,000"),
        (30_000, 60_000, "300–600 元", "CNY 300–600"),
        (5 * WAN, None, "5 万元 起", "from CNY 50,000"),
        (None, 5 * WAN, "不超过 5 万元", "up to CNY 50,000"),
        (0, 5 * WAN, "0–5 万元", "CNY 0–50,000"),
    ],
)
def test_price_reads_like_people_write_it(
    app: Flask, low: int | None, high: int | None, chinese: str, english: str
) -> None:
    with app.test_request_context():
        assert shown.price(low, high) == chinese
    with app.test_request_context(headers={"Cookie": "language=en"}):
        assert shown.price(low, high) == english


@pytest.mark.parametrize(
    ("constraint", "chinese", "english"),
    [
        (Constraint("node", True, ("HYD-03",)), "同一环节：PEM电解槽", "Same chain node: PEM electrolyser"),
        (
            Constraint("chain", True, ("HYD", "SEM")),
            "同一产业链：氢能、半导体",
            "Same industry chain: Hydrogen, Semiconductor",
        ),
        (Constraint("chain", False), "不在同一产业链", "Different industry chain"),
        (Constraint("price", False), "价格超出预算", "Price above budget"),
        (Constraint("cooperation", True, ("supply",)), "合作方式一致：产品采购", "Same form of cooperation: Supply"),
        (Constraint("unheard", True, ("of",)), "unheard of", "unheard of"),
    ],
)
def test_constraint_text_names_what_it_is_about(app: Flask, constraint: Constraint, chinese: str, english: str) -> None:
    with app.test_request_context():
        assert shown.constraint_text(constraint) == chinese
    with app.test_request_context(headers={"Cookie": "language=en"}):
        assert shown.constraint_text(constraint) == english


def test_names_of_unknown_codes_are_the_codes(app: Flask) -> None:
    with app.test_request_context():
        assert (shown.node_name("ZZZ-1"), shown.town_name("9"), shown.term("form", "zzz")) == ("ZZZ-1", "9", "zzz")
