"""A contract's first draft from its deal, and how the deal follows the contract."""

import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.contracts import drafting, queries, service
from matchmaker.contracts.models import Contract
from matchmaker.contracts.rules import PartyRole
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Forbidden, NotFound
from matchmaker.core.unit import unit
from matchmaker.deals.models import Deal
from matchmaker.deals.rules import DealStage
from tests.contracts.making import contract_in, pay, step
from tests.deals.pair import Pair
from tests.factories import OPERATOR, make_listing
from tests.people import make_actor


@pytest.fixture
def pair(session: Session) -> Pair:
    return Pair(session)


def draft(pair: Pair, deal: Deal, actor: Actor | None = None) -> Contract:
    return drafting.draft_from_deal(pair.session, actor or pair.selling, deal_id=deal.id)


def test_the_draft_takes_over_what_deal_listings_and_register_know(pair: Pair) -> None:
    more = {"form": "technology", "ip_type": "invention", "ip_no": "ZL202410000001.X", "cooperation": ["transfer"]}
    offer = {"organisation": pair.seller.uscc, "title": "七十兆帕减压阀供应", "ref": "offer"}
    make_listing(pair.session, **offer, **more, fields=["energy"])
    deal = pair.introduced()
    contract = draft(pair, deal)
    assert (contract.title, contract.kind, contract.field, contract.node) == (deal.title, "TRF", "energy", "HYD-09")
    assert [(party.role, party.organisation_id) for party in contract.parties] == [
        (PartyRole.SELLER, pair.seller.id),
        (PartyRole.BUYER, pair.buyer.id),
    ]
    assert contract.ip[0]["no"] == "ZL202410000001.X"
    assert (contract.deal_id, contract.matched_on, contract.state) == (deal.id, deal.matched_on, "draft")
    assert queries.of_deal(pair.session, pair.buying, deal_id=deal.id) == [contract]
    assert queries.of_deal(pair.session, pair.stranger, deal_id=deal.id) == []


def test_the_text_suggests_the_kind_where_no_cooperation_is_agreed(pair: Pair) -> None:
    deal = pair.by_hand(title="减压阀测试技术培训", summary="为三十名操作工提供技术培训", amount="12.5")
    contract = draft(pair, deal)
    assert (contract.kind, contract.sub_kind, contract.total_fen, contract.technology_fen) == (
        "SVC",
        "training",
        12_500_000,
        None,
    )


def test_a_second_click_finds_the_first_draft(pair: Pair) -> None:
    deal = pair.by_hand()
    first = draft(pair, deal)
    assert draft(pair, deal, pair.officer) is first
    step(pair.session, first, "cancelled")
    assert draft(pair, deal) is not first


def test_two_clicks_at_once_begin_one_draft(sessions: sessionmaker[Session]) -> None:
    with unit(sessions) as session:
        pair = Pair(session)
        number, who = pair.by_hand().id, pair.selling
    start = threading.Barrier(2)

    def click() -> None:
        start.wait()
        with unit(sessions) as session:
            drafting.draft_from_deal(session, who, deal_id=number)

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    with unit(sessions) as session:
        assert session.scalar(select(func.count()).select_from(Contract)) == 1


def test_who_may_not_begin_one(pair: Pair) -> None:
    deal = pair.by_hand()
    partial = make_actor(pair.session, pair.buyer.id, role=Role.OFFICER)
    for actor in (pair.buying, partial, pair.auditor):
        with pytest.raises(Forbidden):
            draft(pair, deal, actor)
    with pytest.raises(NotFound):
        draft(pair, deal, pair.stranger)
    order = pair.by_hand(kind="order", title="减压阀订购")
    with pytest.raises(Conflict, match="order of goods"):
        draft(pair, order)


def test_the_deal_goes_where_its_contract_goes(pair: Pair) -> None:
    session, deal = pair.session, pair.by_hand()
    contract = draft(pair, deal, OPERATOR)
    contract = _completed(session, contract)
    stages = []
    for state in ("signed", "submitted", "registered"):
        step(session, contract, state)
        stages.append(deal.stage)
    for amount in ("1400000", "1000000"):
        pay(session, contract, amount)
        stages.append(deal.stage)
    assert stages == ["signed", "signed", "registered", "performing", "completed"]
    assert deal.amount_fen == contract.total_fen


def test_a_contract_that_comes_to_nothing_leaves_its_deal_to_people(pair: Pair) -> None:
    session, deal = pair.session, pair.by_hand()
    contract = step(session, _completed(session, draft(pair, deal)), "signed")
    step(session, contract, "cancelled")
    assert deal.stage is DealStage.SIGNED


def _completed(session: Session, contract: Contract) -> Contract:
    """The draft with what is missing for signing."""
    parties = [{"role": p.role, "uscc": p.uscc, "name": p.name} for p in contract.parties]
    keys = {"contract_id": contract.id, "revision": contract.revision}
    return service.save(session, OPERATOR, data=contract_in(parties=parties), **keys)
