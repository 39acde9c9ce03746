"""The demo district is large enough, covers what the plan names, and repeats no sentence."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from matchmaker.accounts.rules import OrganisationKind, TitleKind, has_odd_organisation_digit
from matchmaker.accounts.schemas import OrganisationIn
from matchmaker.listings.schemas import ListingIn
from matchmaker.reference.chains import nodes
from matchmaker.reference.towns import towns

FOLDER = Path(__file__).resolve().parents[2] / "seed_data" / "district"
# Shorter pieces are measures such as "质保两年", which any two listings may have in common.
SENTENCE = 12
# Which town each trade is at home in (DOMAIN 4.3).
HOME = {
    "HYD": "440605123",
    "AUT": "440605124",
    "BIO": "440605124",
    "FUR": "440605121",
    "ALU": "440605125",
    "TEX": "440605122",
}


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


ORGANISATIONS = [OrganisationIn.model_validate(row) for row in _rows("organisations")]
NEEDS = [ListingIn.model_validate(row) for row in _rows("needs")]
OFFERS = [ListingIn.model_validate(row) for row in _rows("offers")]
LISTINGS = NEEDS + OFFERS


def test_the_district_is_large_enough() -> None:
    assert len(ORGANISATIONS) >= 300
    assert len(LISTINGS) >= 900


def test_research_platforms_and_chain_leaders_of_the_plan() -> None:
    assert sum(one.kind is OrganisationKind.RESEARCH_PLATFORM for one in ORGANISATIONS) == 10
    leaders = [one for one in ORGANISATIONS if TitleKind.CHAIN_LEADER in {title.title for title in one.titles}]
    assert len(leaders) == 20


def test_codes_names_and_refs_stand_once() -> None:
    assert len({one.uscc for one in ORGANISATIONS}) == len(ORGANISATIONS)
    assert len({one.name for one in ORGANISATIONS}) == len(ORGANISATIONS)
    assert len({(one.organisation, one.ref) for one in LISTINGS if one.ref}) == len(LISTINGS)
    assert len({one.title for one in LISTINGS}) == len(LISTINGS)


def test_codes_are_valid_and_plainly_not_real() -> None:
    assert [one.uscc for one in ORGANISATIONS if has_odd_organisation_digit(one.uscc)] == []
    assert [one.uscc for one in ORGANISATIONS if "YYYY" not in one.uscc] == []


def test_every_listing_belongs_to_an_organisation_of_the_district() -> None:
    assert {one.organisation for one in LISTINGS} <= {one.uscc for one in ORGANISATIONS}


def test_sides_stand_in_their_files() -> None:
    assert {one.side for one in NEEDS} == {"need"}
    assert {one.side for one in OFFERS} == {"offer"}


@pytest.mark.parametrize("node", nodes())
def test_every_node_has_a_need_and_an_offer_of_different_hands(node: str) -> None:
    needs = {one.organisation for one in NEEDS if node in one.chain_nodes}
    offers = {one.organisation for one in OFFERS if node in one.chain_nodes}
    assert needs
    assert offers
    assert len(needs | offers) > 1


@pytest.mark.parametrize(("chain", "town"), HOME.items())
def test_trades_are_at_home_where_they_are_in_nanhai(chain: str, town: str) -> None:
    found = Counter(one.town for one in ORGANISATIONS if one.chain_nodes and one.chain_nodes[0].startswith(chain))
    assert found.most_common(1)[0][0] == town


def test_every_town_has_organisations() -> None:
    assert {one.town for one in ORGANISATIONS} == set(towns())


def test_no_sentence_is_shared_by_two_listings() -> None:
    said: dict[str, set[str | None]] = defaultdict(set)
    for one in LISTINGS:
        text = "\n".join((one.title, one.summary, one.detail, one.requirement, one.partner_sought))
        for sentence in re.split(r"[。！？；;!?\n]", text):
            if len(sentence.strip()) >= SENTENCE:
                said[sentence.strip()].add(one.ref)
    assert {sentence: refs for sentence, refs in said.items() if len(refs) > 1} == {}
