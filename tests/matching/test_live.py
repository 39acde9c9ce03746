"""What one process saves, the index of another one knows at its next query."""

from collections.abc import Callable

import pytest

from matchmaker.core.unit import unit
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.results import Filters
from matchmaker.worker import Follower
from tests.factories import USCCS, make_organisation
from tests.matching.place import Place, ids

ASKED = "车载供氢系统的减压阀，耐压七十兆帕"


@pytest.fixture
def second(place: Place, offers: dict[str, int], another_index: Callable[[], LiveIndex]) -> LiveIndex:
    """Another index that has already answered once."""
    index = another_index()
    assert set(ids(place.search(ASKED, engine=index))) == set(offers.values())
    return index


def test_a_new_listing_is_seen(place: Place, second: LiveIndex) -> None:
    new = place.add(title="车载供氢系统减压阀，耐压七十兆帕")
    assert ids(place.search(ASKED, engine=second))[0] == new


def test_a_closed_listing_is_gone_and_comes_back(place: Place, offers: dict[str, int], second: LiveIndex) -> None:
    place.close(offers["valve"])
    assert offers["valve"] not in ids(place.search(ASKED, engine=second))
    place.add(ref="valve", state="published")
    assert offers["valve"] in ids(place.search(ASKED, engine=second))


def test_a_changed_text_is_ranked_by_its_new_words(place: Place, offers: dict[str, int], second: LiveIndex) -> None:
    assert ids(place.search(ASKED, engine=second))[0] == offers["valve"]
    place.add(ref="valve", title="木门封边条", detail="厚度一毫米，颜色可定制。")
    place.add(
        ref="cloth", organisation=USCCS[2], title="车载供氢系统减压阀", detail="耐压七十兆帕。", chain_nodes=["TEX-07"]
    )
    assert ids(place.search(ASKED, engine=second))[0] == offers["cloth"]
    assert ids(place.search("木门封边条，颜色可定制", engine=second))[0] == offers["valve"]


def test_a_changed_code_is_filtered_by_its_new_value(place: Place, offers: dict[str, int], second: LiveIndex) -> None:
    place.add(ref="valve", chain_nodes=["HDW-13"])
    for chain, expected in (("HDW", [offers["valve"]]), ("HYD", [])):
        assert ids(place.search(ASKED, engine=second, filters=Filters(chains=frozenset({chain})))) == expected
    for node, expected in (("HDW-13", [offers["valve"]]), ("HYD-09", [])):
        assert ids(place.search(ASKED, engine=second, filters=Filters(nodes=frozenset({node})))) == expected


def test_an_offer_that_becomes_a_need_changes_sides(place: Place, offers: dict[str, int], second: LiveIndex) -> None:
    place.add(ref="valve", side="need")
    assert offers["valve"] not in ids(place.search(ASKED, engine=second))
    assert ids(place.matches_of(offers["motor"], engine=second)) == [offers["valve"]]


def test_an_index_pulled_in_small_pieces_is_the_same(
    place: Place, offers: dict[str, int], another_index: Callable[[], LiveIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matchmaker.matching.live.CHUNK", 1)
    assert ids(place.search(ASKED, engine=another_index())) == ids(place.search(ASKED))


def test_nothing_is_pulled_twice(place: Place, second: LiveIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object, **_named: object) -> None:
        raise AssertionError("pulled again")

    monkeypatch.setattr("matchmaker.matching.live.listings.changed_since", refuse)
    assert len(ids(place.search(ASKED, engine=second))) == 3


def test_a_round_of_work_encodes_what_is_due_and_remembers_where_it_stands(place: Place, second: LiveIndex) -> None:
    new = [place.add(ref=f"n{number}", title=f"第{number}种减压阀") for number in range(6)]
    follower = Follower(place.sessions, second)
    stand = follower.round_of_work()
    assert (stand, second.waiting) == (9, {})
    assert set(new) <= set(ids(place.search(ASKED, engine=second)))
    assert follower.round_of_work() == stand


def test_an_organisation_that_moves_is_found_in_its_new_town(
    place: Place, offers: dict[str, int], second: LiveIndex
) -> None:
    with unit(place.sessions) as session:
        make_organisation(session, town="440605126")
    for town, expected in (("440605126", [offers["valve"]]), ("440605123", [])):
        assert ids(place.search(ASKED, engine=second, filters=Filters(towns=frozenset({town})))) == expected
