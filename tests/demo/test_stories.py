"""The stories of the demo district as they are written down: whole, about what is there, and no two alike."""

import json
from collections import Counter
from pathlib import Path

import pytest

from matchmaker.contracts.rules import ContractKind, ContractState, PaymentMode
from matchmaker.demo.business import PAST
from matchmaker.demo.claims import FATES
from matchmaker.demo.rounds import POLICIES, ROUNDS
from matchmaker.demo.stories import STORIES, Story, number_of, read_stories
from matchmaker.exchange.contract_import import ContractRow, contradictions
from matchmaker.subsidies.policy import load_policy

FOLDER = Path(__file__).resolve().parents[2] / "seed_data" / "district"
TOLD = read_stories(FOLDER / STORIES)
WRITTEN = [story.contract for story in TOLD if story.contract is not None]


def rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


TAKEN_IN = [ContractRow.model_validate(row) for row in rows(PAST)]


def test_there_are_a_hundred_and_twenty_contracts_of_every_kind_and_state() -> None:
    assert len(WRITTEN) + len(TAKEN_IN) == 120
    assert {one.kind for one in WRITTEN} == {one.kind for one in TAKEN_IN} == set(ContractKind)
    assert {one.state for one in WRITTEN} == set(ContractState)
    assert {one.mode for one in WRITTEN} == set(PaymentMode)


def test_stories_are_about_listings_firms_and_events_of_the_district() -> None:
    listings = {row["ref"] for name in ("needs.jsonl", "offers.jsonl") for row in rows(name)}
    assert {ref for story in TOLD for ref in (story.need, story.offer) if ref} <= listings
    codes = {row["uscc"] for row in rows("organisations.jsonl")}
    assert {code for story in TOLD for code in (story.buyer, story.seller) if code} <= codes
    assert {story.event for story in TOLD if story.event} <= {row["title"] for row in rows("events.jsonl")}


def test_both_listings_are_open_when_their_story_begins() -> None:
    """Matching shows no listing before its first day, and the match is what a subsidy is traced back to."""
    open_days = {
        row["ref"]: (row["valid_from"], row["valid_to"])
        for name in ("needs.jsonl", "offers.jsonl")
        for row in rows(name)
    }
    held = {row["title"]: row["starts_at"] for row in rows("events.jsonl")}
    begun = {story.ref: story.on.isoformat() if story.on else held.get(story.event, "")[:10] for story in TOLD}
    closed = [
        (story.ref, ref)
        for story in TOLD
        for ref in (story.need, story.offer)
        if ref and not open_days[ref][0] < begun[story.ref] <= open_days[ref][1]
    ]
    assert closed == []


def test_no_two_stories_share_a_number_or_the_listings_of_their_deal() -> None:
    assert len({number_of(story) for story in TOLD}) == len({story.ref for story in TOLD}) == len(TOLD)
    pairs = Counter((story.need, story.offer, story.buyer, story.seller) for story in TOLD if story.deal)
    assert max(pairs.values()) == 1


def test_nothing_is_said_twice_but_where_a_contract_is_cut_in_two_or_copied() -> None:
    for field in ("title", "object"):
        assert max(Counter(getattr(one, field) for one in WRITTEN).values()) <= (2 if field == "object" else 1)
    notes = Counter(said.text for story in TOLD for said in story.notes)
    assert max(notes.values()) == 1


def test_the_dues_of_a_contract_make_up_its_price() -> None:
    royalties = (PaymentMode.ROYALTY, PaymentMode.FEE_ROYALTY)
    shares = {one.title: sum(due.percent for due in one.dues) for one in WRITTEN if one.mode not in royalties}
    assert {title: share for title, share in shares.items() if share != 100} == {}
    assert [one.title for one in WRITTEN if one.paid > len(one.dues)] == []


def test_every_claim_has_a_way_to_go_and_says_what_it_needs() -> None:
    claims = [told for one in WRITTEN for told in one.claims]
    assert {(told.round, told.fate) for told in claims} == set(FATES)
    turned_down = {"returned", "mended", "refused", "appealed", "withdrawn", "contested", "doubted", "upheld"}
    assert all(told.says for told in claims if told.fate.value in turned_down)


def test_the_years_before_agree_with_themselves() -> None:
    assert [fault for row in TAKEN_IN for fault in contradictions(row)] == []
    assert len({row.registration_no for row in TAKEN_IN}) == len(TAKEN_IN)


def test_the_rounds_stand_under_policies_that_are_there() -> None:
    for one in ROUNDS.values():
        policy = load_policy((POLICIES / f"{one.policy}.yaml").read_text(encoding="utf-8"))
        opens, closes = policy.window_in(one.opens.year)
        assert (policy.version, opens <= one.opens, one.closes <= closes) == (one.version, True, True)


def test_an_unknown_key_in_a_story_is_refused(tmp_path: Path) -> None:
    file = tmp_path / STORIES
    file.write_text('{"ref": "X-001", "sage": "talks"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match="sage"):
        read_stories(file)


def test_a_story_takes_its_number_from_its_name() -> None:
    assert number_of(Story(ref="JH2026-007")) == 7
