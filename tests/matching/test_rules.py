"""Constraints of a pair of listings, from their coded values alone."""

import pytest

from matchmaker.matching.rules import WORTH, Constraint, Facts, bonus, constraints


@pytest.mark.parametrize(
    ("need", "offer", "expected"),
    [
        (("HYD-09", "HYD-10"), ("HYD-10", "HDW-13"), Constraint("node", True, ("HYD-10",))),
        (("HYD-09",), ("HDW-13",), Constraint("bridge", True, ("HDW-13",))),
        (("HDW-13",), ("HYD-09",), Constraint("bridge", True, ("HYD-09",))),
        (("HYD-09",), ("HYD-01",), Constraint("chain", True, ("HYD",))),
        (("HYD-09",), ("TEX-01",), Constraint("chain", False)),
    ],
)
def test_nodes_meet_exactly_over_a_bridge_in_a_chain_or_not(
    need: tuple[str, ...], offer: tuple[str, ...], expected: Constraint
) -> None:
    assert constraints(Facts(nodes=need), Facts(nodes=offer)) == (expected,)


@pytest.mark.parametrize(("need", "offer"), [((), ("HYD-09",)), (("HYD-09",), ()), ((), ())])
def test_without_nodes_nothing_is_said_about_them(need: tuple[str, ...], offer: tuple[str, ...]) -> None:
    assert constraints(Facts(nodes=need), Facts(nodes=offer)) == ()


@pytest.mark.parametrize(
    ("budget", "price", "met"),
    [
        ((10, 20), (20, 30), True),
        ((10, 20), (21, 30), False),
        ((10, None), (None, 10), True),
        ((None, 9), (10, None), False),
    ],
)
def test_a_price_fits_when_the_lowest_asked_is_within_the_highest_budget(
    budget: tuple[int | None, int | None], price: tuple[int | None, int | None], *, met: bool
) -> None:
    need = Facts(price_low=budget[0], price_high=budget[1], form="service")
    offer = Facts(price_low=price[0], price_high=price[1], form="technology")
    assert constraints(need, offer) == (Constraint("price", met),)


@pytest.mark.parametrize(
    ("need", "offer"),
    [
        (Facts(price_high=5, form="service"), Facts(form="service")),
        (Facts(form="service"), Facts(price_low=5, form="service")),
        (Facts(price_high=5, form="product"), Facts(price_low=1, form="service")),
        (Facts(price_high=5, form="service"), Facts(price_low=1, form="capacity")),
    ],
)
def test_open_prices_and_prices_by_the_piece_say_nothing(need: Facts, offer: Facts) -> None:
    assert constraints(need, offer) == ()


@pytest.mark.parametrize(
    ("need", "offer", "expected"),
    [
        (("supply", "equity"), ("equity", "supply"), (Constraint("cooperation", True, ("supply", "equity")),)),
        (("supply",), ("transfer",), (Constraint("cooperation", False),)),
        ((), ("transfer",), ()),
    ],
)
def test_ways_of_cooperation_meet_in_the_order_of_the_need(
    need: tuple[str, ...], offer: tuple[str, ...], expected: tuple[Constraint, ...]
) -> None:
    assert constraints(Facts(cooperation=need), Facts(cooperation=offer)) == expected


def test_constraints_come_in_the_order_people_ask_for_them() -> None:
    need = Facts(("HYD-09",), price_high=5, cooperation=("supply",), form="service")
    offer = Facts(("HYD-09",), price_low=4, cooperation=("supply",), form="service")
    assert [one.code for one in constraints(need, offer)] == ["node", "price", "cooperation"]


def test_only_met_constraints_add_to_the_score() -> None:
    found = (Constraint("node", True), Constraint("price", False), Constraint("cooperation", True))
    assert bonus(found) == pytest.approx(WORTH["node"] + WORTH["cooperation"])
    assert bonus(()) == 0


def test_nearer_nodes_are_worth_more() -> None:
    assert WORTH["node"] > WORTH["bridge"] > WORTH["chain"] > 0
