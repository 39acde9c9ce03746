"""Filters as people give them."""

import pytest

from matchmaker.core.errors import Fault, Invalid
from matchmaker.listings.rules import Form
from matchmaker.matching.filters import read_filters
from matchmaker.matching.results import Filters


def test_codes_and_names_mean_the_same() -> None:
    by_code = read_filters(chains=["HYD"], towns=["440605123"], forms=["service"])
    by_name = read_filters(chains=["氢能"], towns=["丹灶"], forms=["服务"])
    loosely = read_filters(chains=["hyd"], towns=["Danzao"], forms=["Service"])
    assert by_code == by_name == loosely
    assert by_code == Filters(frozenset({"HYD"}), frozenset(), frozenset({"440605123"}), frozenset({Form.SERVICE}))


def test_blank_values_are_no_limit() -> None:
    assert read_filters(chains=["", "HYD"], towns=[""], forms=[]) == Filters(chains=frozenset({"HYD"}))


def test_every_unknown_value_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        read_filters(chains=["XXX", "HYD"], towns=["广州"], forms=["玩具"])
    assert refused.value.faults == [
        Fault("chain", "unknown chain", "XXX"),
        Fault("town", "unknown town", "广州"),
        Fault("form", "unknown form", "玩具"),
    ]
