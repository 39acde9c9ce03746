"""Matches in bulk say exactly what a single question says."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.config import Config
from matchmaker.core.actor import Actor
from matchmaker.core.unit import reading, unit
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import Side
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.pairing import pairings, terms_for, text_pairings, text_scores
from matchmaker.matching.queries import matches_of, search
from matchmaker.matching.ranker import Ranker
from matchmaker.matching.results import Filters
from matchmaker.matching.service import refresh
from tests.factories import USCCS, make_listing, make_organisation

OPERATOR = Actor.system("test")
GOODS = ("高压氢气减压阀", "氢气浓度传感器", "储氢瓶组框架", "碳钢球阀", "不锈钢卡套接头", "质子交换膜")


@pytest.fixture
def engine(hashing_config: Config) -> LiveIndex:
    return LiveIndex(Ranker(hashing_config))


@pytest.fixture
def market(sessions: sessionmaker[Session], engine: LiveIndex) -> sessionmaker[Session]:
    """Three organisations that each need and offer all goods, at different prices and nodes."""
    with unit(sessions) as session:
        for place, code in enumerate(USCCS[:3]):
            make_organisation(session, uscc=code, name=f"佛山市南海区第{place}家有限公司")
            for number, good in enumerate(GOODS):
                facts = {"organisation": code, "chain_nodes": [f"HYD-0{1 + (number + place) % 6}"]}
                make_listing(session, ref=f"o{number}", title=f"供应{good}", price_low=str(number + 1), **facts)
                make_listing(session, ref=f"n{number}", side="need", title=f"求购{good}", price_high="4", **facts)
    refresh(sessions, engine.ranker)
    return sessions


def ids(session: Session, side: Side) -> list[int]:
    return list(session.scalars(select(Listing.id).where(Listing.side == side).order_by(Listing.id)))


def test_scores_levels_and_order_are_those_of_a_single_question(
    market: sessionmaker[Session], engine: LiveIndex
) -> None:
    with reading(market) as session:
        needs = ids(session, Side.NEED)
        found = pairings(session, engine, need_ids=needs, offer_ids=ids(session, Side.OFFER), per_need=7)
        assert len(found) == 7 * len(needs)
        for need in needs:
            page = matches_of(session, OPERATOR, engine, listing_id=need, filters=Filters(), top=7)
            single = [(one.listing.id, one.score, one.level, one.constraints) for one in page.matches]
            bulk = [(one.offer_id, one.score, one.level, one.conditions) for one in found if one.need_id == need]
            assert bulk == single


def test_shared_terms_are_those_of_a_single_question(market: sessionmaker[Session], engine: LiveIndex) -> None:
    with reading(market) as session:
        need = ids(session, Side.NEED)[0]
        found = pairings(session, engine, need_ids=[need], offer_ids=ids(session, Side.OFFER), per_need=3)
        terms = terms_for(session, engine, found)
        page = matches_of(session, OPERATOR, engine, listing_id=need, filters=Filters(), top=3)
        assert [terms[need, one.listing.id] for one in page.matches] == [one.shared_terms for one in page.matches]
        assert any(terms.values())


def test_houses_that_take_no_part_and_unwanted_pairs_are_left_out(
    market: sessionmaker[Session], engine: LiveIndex
) -> None:
    with unit(market) as session:
        needs, offers = ids(session, Side.NEED)[:1], ids(session, Side.OFFER)
        first = pairings(session, engine, need_ids=needs, offer_ids=offers, per_need=1)[0]
        besides = {(first.need_id, first.offer_id)}
        rest = pairings(session, engine, need_ids=needs, offer_ids=offers, besides=besides)
        assert first.offer_id not in {one.offer_id for one in rest}
        owner = session.get_one(Listing, first.offer_id).organisation
        owner.matching_off = True
        session.flush()
        left = {one.offer_id for one in pairings(session, engine, need_ids=needs, offer_ids=offers)}
        assert {session.get_one(Listing, number).organisation_id for number in left}.isdisjoint({owner.id})


def test_a_free_text_gets_the_scores_of_a_search(market: sessionmaker[Session], engine: LiveIndex) -> None:
    text = "想买一批氢气传感器"
    with reading(market) as session:
        offers = ids(session, Side.OFFER)
        found = text_pairings(session, engine, side=Side.NEED, text=text, listing_ids=offers, top=5)
        page = search(session, OPERATOR, engine, text=text, side=Side.OFFER, filters=Filters(), top=5)
        assert found == [(one.listing.id, one.score, one.level) for one in page.matches]
        assert text_pairings(session, engine, side=Side.NEED, text=" ？", listing_ids=offers, top=5) == []


def test_texts_meet_texts(market: sessionmaker[Session], engine: LiveIndex) -> None:
    with reading(market) as session:
        (line,) = text_scores(session, engine, needs=["求购减压阀"], offers=["供应高压氢气减压阀", "", "沙发面料"])
    assert line[0][0] > line[2][0] > 0 == line[1][0]


@pytest.mark.parametrize("per_need", [0, 5])
def test_nothing_meets_nobody(market: sessionmaker[Session], engine: LiveIndex, per_need: int) -> None:
    with reading(market) as session:
        assert pairings(session, engine, need_ids=[], offer_ids=[1, 2], per_need=per_need) == []
        assert pairings(session, engine, need_ids=[987654], offer_ids=[987655], per_need=per_need) == []
