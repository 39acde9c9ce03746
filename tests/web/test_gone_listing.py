"""A listing that is not offered any more: partners who knew it are told so, and nobody reads what it said."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from matchmaker.core.unit import unit
from matchmaker.listings import life
from matchmaker.listings.rules import State
from matchmaker.listings.service import save_listings
from tests.factories import USCCS, listing_in
from tests.web.town import BASE, Town, copy_town, readable

GONE = "这条供需已不再提供"
SECRET = "求购七十兆帕氢气针型阀"
WAYS = ("", ".pdf", "/contact")


@pytest.fixture(scope="module")
def gone(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A need that an officer let out and its owner took back to write on; and one that never went out."""
    place = copy_town(town, Path(tmp_path_factory.mktemp("gone")))
    with unit(place.parts.sessions) as session:
        stranger, officer = place.actor("stranger"), place.actor("officer")
        wanted = {"organisation": USCCS[1], "side": "need", "title": SECRET}
        data = [listing_in(ref=ref, **wanted) for ref in ("out", "never")]
        out, never = save_listings(session, stranger, data=data, review=True)
        life.decide_review(session, officer, listing_id=out.id, publish=True, base=BASE)
        life.change_state(session, stranger, listing_id=out.id, state=State.DRAFT)
        life.change_state(session, stranger, listing_id=never.id, state=State.DRAFT)
        # And one of which an introduction told, closed since.
        life.change_state(session, stranger, listing_id=place.ids["need"], state=State.CLOSED)
        ids = {"out": out.id, "never": never.id}
    yield replace(place, ids=place.ids | ids)


@pytest.mark.parametrize("rest", WAYS)
@pytest.mark.parametrize("name", ["out", "need"])
def test_a_partner_is_told_that_it_is_gone_and_nothing_of_what_it_said(gone: Town, name: str, rest: str) -> None:
    answer = gone.client("member").get(f"/listings/{gone.ids[name]}{rest}")
    assert answer.status_code == 410
    page = readable(answer.text)
    assert GONE in page
    for text in (SECRET, "求购七十兆帕氢气减压阀", "佛山市南海区隐名电机有限公司"):
        assert text not in answer.text


def test_a_click_on_a_match_that_is_gone_says_so(gone: Town) -> None:
    address = f"/my/matches/{gone.ids['offer']}/{gone.ids['out']}/ask"
    answer = gone.client("member").post(address, data={"message": "在吗"}, follow_redirects=True)
    assert answer.status_code == 200 and "已不再发布" in readable(answer.text)


@pytest.mark.parametrize(("who", "name"), [("newcomer", "out"), (None, "out"), (None, "need"), ("member", "never")])
def test_who_did_not_know_it_finds_nothing(gone: Town, who: str | None, name: str) -> None:
    answer = gone.client(who).get(f"/listings/{gone.ids[name]}")
    assert answer.status_code == 404
    assert GONE not in answer.text


def test_its_owner_and_the_office_still_read_it(gone: Town) -> None:
    for who in ("stranger", "officer"):
        assert SECRET in gone.client(who).get(f"/listings/{gone.ids['out']}").text


def test_a_file_that_is_not_there_is_not_a_listing_that_is_gone(gone: Town) -> None:
    answer = gone.client("stranger").get(f"/listings/{gone.ids['offer']}/files/999999")
    assert answer.status_code == 404 and GONE not in answer.text
