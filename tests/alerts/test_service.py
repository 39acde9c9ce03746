"""为企业配技术，为技术找企业: both sides hear of a new pair once, and nobody hears what is not for them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.alerts import queries, service
from matchmaker.config import Config
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Invalid, NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.introductions import service as introductions
from matchmaker.introductions.rules import Decision, DeclineReason
from matchmaker.listings.rules import Side
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.ranker import Ranker
from matchmaker.matching.service import refresh
from matchmaker.notifications.models import Notice
from matchmaker.registry import registration
from tests.factories import USCCS, make_listing, make_organisation
from tests.people import BASE, make_actor

NEED = {"side": "need", "title": "求购车载氢气浓度传感器", "detail": "氢能环卫车要装氢气浓度传感器，量程零到百分之四。"}
OFFER = {"title": "车载氢气浓度传感器", "detail": "氢气浓度传感器，量程零到百分之四，装在氢能环卫车上。"}
OTHERS = ("铝型材挤压模具修复", "沙发海绵高回弹发泡", "陶瓷窑炉余热回收", "牛仔布数码印花打样", "中药饮片切制加工")


class District:
    """Two organisations with their owners, other offers for comparison, and the watch over them."""

    def __init__(self, sessions: sessionmaker[Session], config: Config) -> None:
        self.sessions = sessions
        self.index = LiveIndex(Ranker(config))
        with unit(sessions) as session:
            asking = make_organisation(session, name="佛山市南海区求购有限公司")
            giving = make_organisation(session, uscc=USCCS[1], name="佛山市南海区供货有限公司")
            third = make_organisation(session, uscc=USCCS[2], name="佛山市南海区旁观研究所", kind="research_platform")
            self.asker, self.giver = make_actor(session, asking.id), make_actor(session, giving.id)
            for number, title in enumerate(OTHERS):
                make_listing(
                    session,
                    organisation=third.uscc,
                    ref=f"x{number}",
                    title=title,
                    detail=title * 3,
                    chain_nodes=["TEX-09"],
                )
        self.watch()

    def publish(self, organisation: str, **values: Any) -> int:
        with unit(self.sessions) as session:
            return make_listing(session, organisation=organisation, **values).id

    def watch(self) -> None:
        refresh(self.sessions, self.index.ranker)
        while service.watch(self.sessions, self.index, base=BASE):
            pass

    def told(self, who: Actor) -> list[tuple[str, str]]:
        with reading(self.sessions) as session:
            rows = session.scalars(select(Notice).where(Notice.person_id == who.person_id).order_by(Notice.id))
            return [(row.text, str(row.details.get("other"))) for row in rows]


@pytest.fixture
def district(sessions: sessionmaker[Session], hashing_config: Config, tmp_path: Path) -> Iterator[District]:
    yield District(sessions, hashing_config)


def test_both_sides_hear_of_a_new_pair_once(district: District) -> None:
    district.publish(USCCS[0], **NEED)
    district.watch()
    number = district.publish(USCCS[1], ref="o", **OFFER)
    for _ in range(2):
        district.watch()
    assert district.told(district.asker) == [("match.found", OFFER["title"])]
    assert district.told(district.giver) == [("match.found", NEED["title"])]
    with unit(district.sessions) as session:
        changed = OFFER | {"detail": OFFER["detail"] + "交期四周。"}
        assert make_listing(session, organisation=USCCS[1], ref="o", **changed).id == number
    district.watch()
    assert len(district.told(district.asker)) == 1


def test_what_one_side_declined_is_told_to_neither(district: District) -> None:
    need = district.publish(USCCS[0], ref="n", **NEED)
    offer = district.publish(USCCS[1], ref="o", **OFFER)
    with unit(district.sessions) as session:
        introductions.decide(
            session,
            district.asker,
            listing_id=need,
            other_id=offer,
            decision=Decision.DECLINED,
            reasons=[DeclineReason.PRICE],
        )
    district.watch()
    assert (district.told(district.asker), district.told(district.giver)) == ([], [])


def test_what_is_shown_on_consent_is_told_to_its_owner_only(district: District) -> None:
    district.publish(USCCS[0], **NEED)
    district.publish(USCCS[1], visibility="consent", **OFFER)
    district.watch()
    assert district.told(district.asker) == []
    assert district.told(district.giver) == [("match.found", NEED["title"])]


def test_an_organisation_that_switched_matching_off_hears_and_is_heard_of_nothing(district: District) -> None:
    with unit(district.sessions) as session:
        (number,) = district.giver.organisation_ids
        registration.switch_matching(session, district.giver, organisation_id=number, off=True)
    district.publish(USCCS[0], **NEED)
    district.publish(USCCS[1], **OFFER)
    district.watch()
    assert (district.told(district.asker), district.told(district.giver)) == ([], [])


def test_a_saved_search_is_answered_by_what_comes_later(district: District) -> None:
    with unit(district.sessions) as session:
        row = service.save_search(
            session, district.asker, name="氢传感器", text=NEED["detail"], side=Side.OFFER, filters={"chain": ["HYD"]}
        )
        ended = service.save_search(
            session, district.giver, name="同样的", text=NEED["detail"], side=Side.OFFER, filters={}
        )
        service.end_search(session, district.giver, search_id=ended.id)
        assert [one.id for one in queries.saved_searches(session, district.asker)] == [row.id]
    district.publish(USCCS[2], ref="late", **OFFER)
    for _ in range(2):
        district.watch()
    assert district.told(district.asker) == [("search.found", OFFER["title"])]
    assert district.told(district.giver) == []


def test_a_saved_search_is_its_owners(district: District) -> None:
    with unit(district.sessions) as session:
        row = service.save_search(session, district.asker, name="阀", text="减压阀", side=Side.OFFER, filters={})
        with pytest.raises(NotFound):
            service.end_search(session, district.giver, search_id=row.id)


@pytest.mark.parametrize(("name", "text"), [("", "减压阀"), ("长" * 61, "减压阀"), ("阀", "。。"), ("阀", "长" * 5001)])
def test_a_search_needs_a_name_and_a_question(district: District, name: str, text: str) -> None:
    with unit(district.sessions) as session, pytest.raises(Invalid):
        service.save_search(session, district.asker, name=name, text=text, side=Side.OFFER, filters={})


def test_thirty_searches_are_enough(district: District) -> None:
    with unit(district.sessions) as session:
        for number in range(30):
            service.save_search(session, district.asker, name=f"{number}", text="阀", side=Side.OFFER, filters={})
        with pytest.raises(Conflict):
            service.save_search(session, district.asker, name="多", text="阀", side=Side.OFFER, filters={})


def test_a_watch_that_skips_to_now_tells_nothing_of_before(district: District) -> None:
    district.publish(USCCS[0], **NEED)
    district.publish(USCCS[1], **OFFER)
    with unit(district.sessions) as session:
        service.skip_to_now(session)
    district.watch()
    assert district.told(district.asker) == []
