"""The figures of a district's own listings: what counts as right, and who is asked for what."""

import numpy as np
import pytest

from matchmaker.core.unit import reading
from matchmaker.matching import evaluation
from tests.factories import USCCS
from tests.matching.place import Place


@pytest.mark.parametrize(
    ("need", "offer", "worth"),
    [
        (["HYD-09"], ["MAC-08", "HYD-09"], 1.0),
        (["HYD-09"], ["HYD-13"], 0.5),
        (["HYD-09"], ["MAC-08"], 0.0),
        (["HYD-09", "MAC-01"], ["MAC-08"], 0.5),
    ],
)
def test_an_offer_of_the_node_is_right_and_one_of_the_chain_half_right(
    need: list[str], offer: list[str], worth: float
) -> None:
    assert evaluation.gain(need, offer) == worth


def test_recall_counts_right_offers_among_the_first_ten() -> None:
    scores = -np.arange(20, dtype=np.float32)
    worth = np.zeros(20)
    worth[[0, 9, 10, 19]] = 1.0
    assert evaluation.judge([scores], [worth]).recall_at_10 == 0.5


def test_ndcg_gives_half_right_offers_half_the_gain() -> None:
    scores = np.array([3, 2, 1], np.float32)
    found = evaluation.judge([scores], [np.array([0.5, 0.0, 1.0])])
    assert found.ndcg_at_10 == pytest.approx((0.5 + 1 / np.log2(4)) / (1 + 0.5 / np.log2(3)))
    assert evaluation.judge([scores], [np.array([1.0, 0.5, 0.0])]).ndcg_at_10 == pytest.approx(1.0)


def test_a_district_asks_every_need_that_has_a_right_answer(place: Place, offers: dict[str, int]) -> None:
    place.add(ref="n1", side="need", title="求购高压氢气减压阀", organisation=USCCS[1], chain_nodes=["HYD-09"])
    place.add(ref="n2", side="need", title="求购冰箱压缩机", organisation=USCCS[1], chain_nodes=["APP-01"])
    place.refresh()
    told: list[tuple[int, int]] = []
    with reading(place.sessions) as session:
        found = evaluation.district(session, place.index, tick=lambda done, total: told.append((done, total)))
    assert found is not None
    assert (found.needs, found.offers, told) == (1, len(offers), [(1, 2), (2, 2)])
    assert found.both.recall_at_10 == 1.0


def test_an_organisations_own_offer_is_no_answer_to_it(place: Place, offers: dict[str, int]) -> None:
    place.add(ref="n1", side="need", title="求购高压氢气减压阀", organisation=USCCS[0], chain_nodes=["HYD-09"])
    place.refresh()
    with reading(place.sessions) as session:
        assert evaluation.district(session, place.index) is None
