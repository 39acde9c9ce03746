"""Asking for matches: the right offer, the filters, who may see what, and the reasons."""

from datetime import timedelta
from typing import Any

import pytest

from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Invalid, NotFound
from matchmaker.core.unit import reading
from matchmaker.listings.rules import Form, Side
from matchmaker.matching import queries
from matchmaker.matching.live import INLINE
from matchmaker.matching.results import Filters, Level
from matchmaker.matching.rules import Constraint
from tests.factories import OPERATOR, USCCS
from tests.matching.place import Place, ids, scores

VALVE = "我们的氢能卡车要换减压阀，车载供氢系统耐压七十兆帕以上，泄漏率要低。"


def test_the_right_offer_comes_first(place: Place, offers: dict[str, int]) -> None:
    page = place.search(VALVE)
    assert ids(page)[0] == offers["valve"]
    assert (page.compared, page.waiting, page.any_good) == (3, 0, True)
    assert ids(place.search("机械手关节用的伺服电机，七百五十瓦"))[0] == offers["motor"]


def test_scores_fall_and_lie_between_nought_and_one(place: Place, offers: dict[str, int]) -> None:
    found = list(scores(place.search(VALVE)).values())
    assert len(found) == 3
    assert found == sorted(found, reverse=True)
    assert all(0 <= score <= 1 for score in found)


def test_needs_are_found_for_an_offer(place: Place, offers: dict[str, int]) -> None:
    need = place.add(side="need", title="采购车载供氢减压阀", detail=VALVE, organisation=USCCS[1])
    assert ids(place.matches_of(offers["valve"])) == [need]
    assert ids(place.search("我厂生产减压阀", side=Side.NEED)) == [need]


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        (Filters(chains=frozenset({"TEX"})), ["cloth"]),
        (Filters(chains=frozenset({"TEX", "MAC"})), ["cloth", "motor"]),
        (Filters(nodes=frozenset({"TEX-10"})), ["cloth"]),
        (Filters(towns=frozenset({"440605125"})), ["motor"]),
        (Filters(forms=frozenset({Form.PRODUCT, Form.EQUIPMENT})), ["motor", "valve"]),
        (Filters(chains=frozenset({"TEX"}), towns=frozenset({"440605125"})), []),
    ],
)
def test_filters_leave_out_before_anything_is_ranked(
    place: Place, offers: dict[str, int], filters: Filters, left: list[str]
) -> None:
    page = place.search(VALVE, filters=filters)
    assert sorted(ids(page)) == sorted(offers[name] for name in left)
    assert page.compared == len(left)


def test_a_filter_that_leaves_one_still_finds_it_with_top_one(place: Place, offers: dict[str, int]) -> None:
    page = place.search(VALVE, filters=Filters(chains=frozenset({"TEX"})), top=1)
    assert ids(page) == [offers["cloth"]]


@pytest.mark.parametrize(
    ("first", "last", "shown"), [(0, 0, True), (1, None, False), (None, -1, False), (-1, 1, True), (None, None, True)]
)
def test_only_what_is_valid_today_is_shown(
    place: Place, offers: dict[str, int], first: int | None, last: int | None, *, shown: bool
) -> None:
    days = {
        name: None if shift is None else str(clock.today() + timedelta(shift))
        for name, shift in (("valid_from", first), ("valid_to", last))
    }
    new = place.add(title="备用的氢气减压阀", **days)
    assert (new in ids(place.search(VALVE))) is shown


def test_ones_own_offers_are_left_out(place: Place, offers: dict[str, int]) -> None:
    need = place.add(side="need", title="采购车载供氢减压阀", detail=VALVE)
    page = place.matches_of(need)
    assert sorted(ids(page)) == sorted([offers["motor"], offers["cloth"]])
    assert page.compared == 2


@pytest.mark.parametrize(
    ("over", "visitor", "staff"),
    [
        ({"visibility": "redacted"}, True, True),
        ({"visibility": "consent"}, False, True),
        ({"state": "draft"}, False, False),
        ({"state": "closed"}, False, False),
    ],
)
def test_what_is_not_for_everybody_is_matched_for_staff_only(
    place: Place, offers: dict[str, int], over: dict[str, Any], *, visitor: bool, staff: bool
) -> None:
    new = place.add(title="另一种氢气减压阀", **over)
    assert (new in ids(place.search(VALVE))) is visitor
    assert (new in ids(place.search(VALVE, actor=OPERATOR))) is staff


def test_a_listing_that_may_not_be_seen_has_no_matches_to_show(place: Place, offers: dict[str, int]) -> None:
    need = place.add(side="need", state="draft", organisation=USCCS[1])
    with pytest.raises(NotFound):
        place.matches_of(need, actor=Actor.visitor())
    assert offers["valve"] in ids(place.matches_of(need))


def test_a_match_tells_its_reasons(place: Place, offers: dict[str, int]) -> None:
    best = place.search(VALVE).matches[0]
    assert "减压阀" in best.shared_terms
    assert "车载供氢系统" in best.shared_terms
    pair = best.sentence_pairs[0]
    assert pair.asked == VALVE
    assert pair.answered == "用于车载供氢系统，耐压一百零五兆帕，泄漏率低于每小时十毫升。"
    assert 0 < pair.similarity <= 1


def test_a_listing_is_matched_with_its_constraints(place: Place, offers: dict[str, int]) -> None:
    need = place.add(
        side="need", title="求购减压阀", chain_nodes=["HDW-13"], cooperation=["supply"], organisation=USCCS[1]
    )
    found = {match.listing.id: match.constraints for match in place.matches_of(need).matches}
    assert found[offers["valve"]] == (Constraint("bridge", True, ("HYD-09",)),)
    assert found[offers["cloth"]] == (Constraint("chain", False),)


def test_a_met_constraint_lifts_the_score(place: Place, offers: dict[str, int]) -> None:
    given = {"side": "need", "title": "求购减压阀", "detail": VALVE, "organisation": USCCS[1]}
    same = place.add(ref="1", chain_nodes=["HYD-09"], **given)
    other = place.add(ref="2", chain_nodes=["LIT-01"], **given)
    found = [scores(place.matches_of(need))[offers["valve"]] for need in (same, other)]
    assert found[0] > found[1]


def test_a_free_text_has_no_constraints(place: Place, offers: dict[str, int]) -> None:
    assert place.search(VALVE).matches[0].constraints == ()


def test_when_nothing_fits_the_answer_says_so(place: Place, offers: dict[str, int]) -> None:
    page = place.search("quantum zoo giraffe")
    assert not page.any_good
    assert max((match.level for match in page.matches), default=Level.NONE) < Level.FAIR


def test_an_empty_market_has_an_honest_answer(place: Place) -> None:
    page = place.search(VALVE)
    assert (page.matches, page.compared, page.waiting, page.any_good) == ((), 0, 0, False)


@pytest.mark.parametrize("text", ["", "  ", "？！…", "阀" * (queries.MAX_QUERY + 1)])
def test_an_empty_or_endless_question_is_refused_by_its_field(place: Place, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        place.search(text)
    assert [fault.field for fault in refused.value.faults] == ["q"]


def test_many_new_listings_wait_and_are_counted(place: Place, offers: dict[str, int]) -> None:
    new = [place.add(title=f"第{number}种氢气减压阀", detail=VALVE) for number in range(INLINE + 1)]
    page = place.search(VALVE)
    assert (page.waiting, page.compared) == (INLINE + 1, 3)
    assert not set(new) & set(ids(page))
    place.refresh()
    page = place.search(VALVE)
    assert (page.waiting, page.compared) == (0, 3 + len(new))
    assert set(new) <= set(ids(page))


def test_health_tells_how_far_the_index_follows(place: Place, offers: dict[str, int]) -> None:
    def health() -> dict[str, object]:
        with reading(place.sessions) as session:
            return queries.health(session, place.index)

    before = health()
    assert (before["listings"], before["listings_seen"]) == (3, 0)
    place.search(VALVE)
    after = health()
    assert after["state"] == "ready"
    assert (after["listings_seen"], after["offers"], after["needs"], after["waiting"]) == (3, 3, 0, 0)
