"""No page asks the database more often for fifty rows than for one: a list is read in one go, however long it is."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation, OrganisationNode, OrganisationReview, OrganisationTitle, Person
from matchmaker.accounts.rules import ALPHABET, DataRight, Standing, TitleKind
from matchmaker.accounts.schemas import AssistanceIn, DataRequestIn
from matchmaker.alerts.models import SavedSearch
from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.unit import reading, unit
from matchmaker.events import service as events
from matchmaker.events.schemas import EventIn
from matchmaker.introductions import service as introductions
from matchmaker.introductions.rules import Decision
from matchmaker.listings import attachments, drafts, history, life
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import Side, State
from matchmaker.listings.service import save_listings
from matchmaker.mail import service as mail
from matchmaker.matching.service import refresh
from matchmaker.notifications import service as notifications
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News
from matchmaker.registry import assistance, personal, registration
from tests.factories import OPERATOR, listing_in, organisation_in
from tests.people import as_actor, join, make_actor, make_person
from tests.web.conftest import is_uscc
from tests.web.people import log_in
from tests.web.town import BASE, PDF, Town, copy_town

ONE, MANY = 1, 50
# The numbers of two organisations beyond the MANY: of whoever looks at the page, and of what has nothing to do with it.
OWN, ELSEWHERE = 98, 99
VALVE = "用于车载供氢系统的七十兆帕高压氢气减压阀，耐压一百零五兆帕，泄漏率低"
MOTOR = "功率四百瓦到两千瓦的伺服电机，可配编码器，交期两周，支持定制轴端"
Fill = Callable[[Session, Town, int], dict[str, int]]


@dataclass(frozen=True)
class ListPage:
    """A page, who opens it, what fills it, and how many rows of each kind it shows at least when there are MANY."""

    address: str
    who: str | None
    fill: Fill
    rows: dict[str, int]

    def __str__(self) -> str:
        return f"{self.who or 'visitor'} {self.address} {self.fill.__name__}"


def mark(kind: str, number: int) -> str:
    """A name whose bearers can be counted on a page."""
    return f"{kind}第{number:02d}号"


def uscc(number: int) -> str:
    body = f"91440605MA{number + 1:07d}"
    return next(body + last for last in ALPHABET if is_uscc(body + last))


def organisations(session: Session, numbers: Iterable[int]) -> list[Organisation]:
    """Verified ones, each with a node and a title to be read."""
    facts = {"kind": "enterprise", "town": "440605123", "created_at": clock.now(), "updated_at": clock.now()}
    made = [Organisation(uscc=uscc(one), name=mark("单位", one), **facts) for one in numbers]
    for row in made:
        row.nodes = [OrganisationNode(node="HYD-09")]
        row.titles = [OrganisationTitle(title=TitleKind.HIGH_TECH, valid_to=clock.today())]
    session.add_all(made)
    session.flush()
    return made


def listings(session: Session, kind: str, owners: Sequence[Organisation], **over: Any) -> list[Listing]:
    """A valve offered, or wanted, by each of these organisations."""
    data = [
        listing_in(**{"organisation": owner.uscc, "title": f"{mark(kind, one)} 减压阀", "detail": VALVE} | over)
        for one, owner in enumerate(owners)
    ]
    return save_listings(session, OPERATOR, data=data)


def newcomer(session: Session, place: Town) -> Person:
    """The one of the town who has nothing yet."""
    return session.get_one(Person, place.people["newcomer"])


def owner_of_one(session: Session, place: Town) -> tuple[Organisation, Actor]:
    """The newcomer with an organisation."""
    (own,) = organisations(session, [OWN])
    join(session, newcomer(session, place), own.id)
    return own, as_actor(session, newcomer(session, place))


def market(session: Session, place: Town, number: int) -> dict[str, int]:
    """So many open offers and needs, no others, and a need that only its owner and the staff see."""
    for name in ("offer", "need", "hidden"):
        life.change_state(session, OPERATOR, listing_id=place.ids[name], state=State.CLOSED)
    own, me = owner_of_one(session, place)
    owners, folder = organisations(session, range(number)), place.parts.config.files_dir
    offers = listings(session, "供给", owners, side="offer")
    listings(session, "需求", owners, side="need")
    (asking,) = listings(session, "本方", [own], side="need", visibility="consent")
    # What all listings say tells none of them apart: matching has to see something else, too.
    others, unlike = organisations(session, [ELSEWHERE]) * MANY, {"detail": MOTOR, "chain_nodes": ["MAC-04"]}
    for side in Side:
        listings(session, "别的", others, side=side, visibility="consent", title="伺服电机", **unlike)
    for other in offers[3::4]:
        introductions.decide(session, me, listing_id=asking.id, other_id=other.id, decision=Decision.LATER)
    for one in range(min(number, attachments.MOST)):
        name = f"{mark('附件', one)}.pdf"
        attachments.attach(session, me, folder, listing_id=asking.id, name=name, content=PDF)
    return {"asking": asking.id}


def desk(session: Session, place: Town, number: int) -> dict[str, int]:
    """Somebody with so many organisations, each with a published offer and an unfinished form."""
    owners, person = organisations(session, range(number)), newcomer(session, place)
    for owner in owners:
        join(session, person, owner.id)
    listings(session, "供给", owners, side="offer", valid_to="2099-12-31")
    for one, owner in enumerate(owners):
        content = {"side": "need", "title": mark("草稿", one)}
        drafts.save_draft(session, as_actor(session, person), organisation_id=owner.id, content=content)
    return {}


def versions(session: Session, place: Town, number: int) -> dict[str, int]:
    """A listing with so many versions, each by somebody else, seen from as many organisations."""
    own, me = owner_of_one(session, place)
    for one in range(number):
        data = listing_in(organisation=own.uscc, ref="kept", detail=f"{VALVE}，{mark('批次', one)}。")
        (listing,) = save_listings(session, replace(me, name=mark("作者", one)), data=[data])
    for one, outside in enumerate(organisations(session, range(number))):
        reader = make_actor(session, outside.id, name=mark("读者", one))
        session.add(history.seen(reader, listing, manner="page"))
    return {"versions": listing.id}


def talks(session: Session, place: Town, number: int) -> dict[str, int]:
    """So many introductions with as many organisations: needs meet offers and offers needs, either side may ask."""
    own, me = owner_of_one(session, place)
    for one, other in enumerate(organisations(session, range(number))):
        side = Side.NEED if one % 2 else Side.OFFER
        (theirs,) = listings(session, "对方", [other], side=side, title=mark("对方", one))
        (ours,) = listings(session, "本方", [own], side=side.opposite, title=mark("本方", one))
        asking, first, second = (me, ours, theirs) if one % 4 > 1 else (make_actor(session, other.id), theirs, ours)
        both = {"listing_id": first.id, "other_id": second.id}
        introductions.ask(session, asking, **both, message="想谈谈。", evidence={}, base=BASE)
    return {}


def messages(session: Session, place: Town, number: int) -> dict[str, int]:
    """An introduction on which so many people of the other side, all of them its owners, say something."""
    own, me = owner_of_one(session, place)
    (other,) = organisations(session, [ELSEWHERE])
    (theirs,), (ours,) = listings(session, "对方", [other], side="need"), listings(session, "本方", [own])
    people = [make_actor(session, other.id, name=mark("伙伴", one)) for one in range(number)]
    both = {"listing_id": theirs.id, "other_id": ours.id}
    asked = introductions.ask(session, people[0], **both, message="想谈谈。", evidence={}, base=BASE)
    introductions.answer(session, me, introduction_id=asked.id, accept=True, base=BASE)
    for one, person in enumerate(people):
        introductions.write(session, person, introduction_id=asked.id, text=mark("留言", one), base=BASE)
    return {"talk": asked.id}


def notices(session: Session, place: Town, number: int) -> dict[str, int]:
    news = [
        News(NoticeKind.LISTING, "listing.expired", "/", f"x{one}", {"title": mark("消息", one)}, about.id)
        for one, about in enumerate(organisations(session, range(number)))
    ]
    notifications.tell(session, news, people=[place.people["newcomer"]], base=BASE)
    return {}


def searches(session: Session, place: Town, number: int) -> dict[str, int]:
    """Made past the service, which keeps at most thirty."""
    facts = {"person_id": place.people["newcomer"], "text": VALVE, "side": Side.NEED, "created_at": clock.now()}
    session.add_all(SavedSearch(name=mark("查找", one), filters={"chain": ["HYD"]}, **facts) for one in range(number))
    return {}


def own_requests(session: Session, place: Town, number: int) -> dict[str, int]:
    me = as_actor(session, newcomer(session, place))
    for one in range(number):
        personal.request(session, me, data=DataRequestIn(right=DataRight.ACCESS, text=mark("请求", one)), base=BASE)
    return {}


def members(session: Session, place: Town, number: int) -> dict[str, int]:
    """An organisation with so many people, staff that asks to help it, and steps of its verification."""
    own, _me = owner_of_one(session, place)
    data = AssistanceIn(purpose="代填供需信息", until=clock.today())
    facts = {"organisation_id": own.id, "standing": Standing.VERIFIED, "at": clock.now(), "by": "谭专员"}
    for one in range(number):
        staff = make_actor(session, role=Role.ORGANISER, name=mark("专员", one))
        assistance.ask(session, staff, organisation_id=own.id, data=data, base=BASE)
        session.add(OrganisationReview(reason=mark("意见", one), **facts))
    # Last: every member there is hears of every request.
    newcomer(session, place).name = mark("成员", 0)
    for one in range(1, number):
        join(session, make_person(session, mark("成员", one)), own.id)
    return {"crowded": own.id}


def calendar(session: Session, place: Town, number: int) -> dict[str, int]:
    """So many events to come, so many drafts, so many that are over."""
    for kind, state, days in (("活动", "announced", 30), ("筹备", "draft", 20), ("往届", "announced", -30)):
        for one in range(number):
            begin = clock.now() + timedelta(days=days, minutes=one)
            facts = {"title": mark(kind, one), "kind": "finance", "state": state, "starts_at": begin}
            facts |= {"ends_at": begin + timedelta(hours=1), "town": "440605123", "venue": "会议厅", "chains": ["HYD"]}
            events.save_event(session, OPERATOR, data=EventIn.model_validate(facts))
    return {}


def registrations(session: Session, place: Town, number: int) -> dict[str, int]:
    """So many organisations that were handed in and wait for the office."""
    folder = place.parts.config.files_dir
    for one in range(number):
        person, data = make_person(session), organisation_in(uscc=uscc(one), name=mark("单位", one))
        row = registration.register_organisation(session, as_actor(session, person), data=data)
        owner = as_actor(session, person)
        registration.add_licence(session, owner, folder, organisation_id=row.id, name="执照.pdf", content=PDF)
        registration.submit(session, owner, organisation_id=row.id, base=BASE)
    return {}


def reviews(session: Session, place: Town, number: int) -> dict[str, int]:
    listings(session, "供给", organisations(session, range(number)), state="review")
    return {}


def requests(session: Session, place: Town, number: int) -> dict[str, int]:
    for one in range(number):
        asking = make_actor(session, name=mark("申请人", one))
        personal.request(session, asking, data=DataRequestIn(right=DataRight.ACCESS, text="请给我一份资料"), base=BASE)
    return {}


def helping(session: Session, place: Town, number: int) -> dict[str, int]:
    """The organiser asks so many organisations for their consent, and each is asked by somebody else, too."""
    me = as_actor(session, session.get_one(Person, place.people["organiser"]))
    data = AssistanceIn(purpose="代填供需信息", until=clock.today())
    for one, asked in enumerate(organisations(session, range(number))):
        for staff in (me, make_actor(session, role=Role.OFFICER, name=mark("专员", one))):
            assistance.ask(session, staff, organisation_id=asked.id, data=data, base=BASE)
    return {}


def people(session: Session, place: Town, number: int) -> dict[str, int]:
    for one, organisation in enumerate(organisations(session, range(number))):
        join(session, make_person(session, mark("用户", one)), organisation.id)
    return {}


def log(session: Session, place: Town, number: int) -> dict[str, int]:
    for one in range(number):
        actor = replace(OPERATOR, name=mark("操作人", one))
        audit.record(session, actor, [audit.Event("listing.export", "listing:987654", {"rows": one})])
    return {}


def letters(session: Session, place: Town, number: int) -> dict[str, int]:
    for one in range(number):
        mail.queue(session, address=f"person{one}@demo.example", subject=mark("邮件", one), body="您好")
    return {}


PAGES = (
    # Halls show 25 at a time, the inbox and the office 30; matching shows what fits best.
    ListPage("/listings?side=offer", None, market, {"供给": 25}),
    ListPage("/listings?side=need", None, market, {"需求": 25}),
    ListPage("/listings?side=offer&q={word}", None, market, {"供给": 25}),
    ListPage("/listings?side=need&q={word}", "member", market, {"需求": 25}),
    ListPage("/search?side=offer&q={question}", None, market, {"供给": 10}),
    ListPage("/search?side=need&q={question}&top=50", "member", market, {"需求": 20}),
    ListPage("/listings/{asking}", "newcomer", market, {"供给": 10, "附件": 10}),
    ListPage("/my/matches/{asking}", "newcomer", market, {"供给": 20}),
    ListPage("/", None, market, {"供给": 6, "需求": 6}),
    ListPage("/my/listings", "newcomer", desk, {"供给": 50, "草稿": 50}),
    ListPage("/my/matches", "newcomer", desk, {"供给": 50}),
    ListPage("/my/organisations", "newcomer", desk, {"单位": 50}),
    ListPage("/listings/{need}/contact", "newcomer", desk, {"供给": 50}),
    ListPage("/my/listings/{versions}/history", "newcomer", versions, {"作者": 50, "读者": 50}),
    ListPage("/my/introductions", "newcomer", talks, {"对方": 50, "本方": 50}),
    ListPage("/office/introductions", "officer", talks, {"对方": 50, "本方": 50}),
    ListPage("/", "newcomer", talks, {"对方": 8}),
    ListPage("/my/introductions/{talk}", "newcomer", messages, {"留言": 50, "伙伴": 50}),
    ListPage("/my/notices", "newcomer", notices, {"消息": 30}),
    ListPage("/", "newcomer", notices, {"消息": 8}),
    ListPage("/my/searches", "newcomer", searches, {"查找": 50}),
    ListPage("/my/data", "newcomer", own_requests, {"请求": 50}),
    ListPage("/my/organisations/{crowded}", "newcomer", members, {"成员": 50, "专员": 50, "意见": 50}),
    ListPage("/office/organisations/{crowded}", "officer", members, {"成员": 50, "意见": 50}),
    ListPage("/events", None, calendar, {"活动": 50, "往届": 50}),
    ListPage("/events", "organiser", calendar, {"活动": 50, "筹备": 50, "往届": 50}),
    ListPage("/", None, calendar, {"活动": 5}),
    ListPage("/", "organiser", calendar, {"筹备": 5}),
    ListPage("/office/organisations", "officer", registrations, {"单位": 30}),
    ListPage("/", "officer", registrations, {"单位": 8}),
    ListPage("/office/listings", "officer", reviews, {"供给": 50}),
    ListPage("/office/data-requests", "officer", requests, {"申请人": 50}),
    ListPage("/office/assistance", "organiser", helping, {"单位": 50}),
    ListPage("/office/assistance", "auditor", helping, {"单位": 50, "专员": 50}),
    ListPage("/office/people", "auditor", people, {"用户": 20}),
    ListPage("/office/people?q={user}", "administrator", people, {"用户": 30}),
    ListPage("/office/audit", "administrator", log, {"操作人": 30}),
    ListPage("/office/audit?subject=listing:987654", "auditor", log, {"操作人": 30}),
    ListPage("/office/mails", "administrator", letters, {"邮件": 50}),
)


@pytest.fixture(scope="module")
def copies(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Fill, int], tuple[Town, Flask]]:
    """A copy of the town with so many of what `fill` makes; pages that list the same things look at the same copy."""

    @cache
    def copy(fill: Fill, number: int) -> tuple[Town, Flask]:
        place = copy_town(town, tmp_path_factory.mktemp("counted") / "town")
        with unit(place.parts.sessions) as session:
            made = fill(session, place, number)
        if fill is market:
            # Only these pages match; encoding for the others would take longer than their tests.
            refresh(place.parts.sessions, place.parts.engine.ranker)
        return replace(place, ids=place.ids | made), place.app()

    return copy


@contextmanager
def statements(place: Town) -> Iterator[list[str]]:
    """What the database is asked meanwhile; lists of values are cut short, so that equal questions look equal."""
    engine = place.parts.sessions.kw["bind"]
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        found.append(re.sub(r"\(\?(?:, \?)+\)", "(?)", statement))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def opened(listed: ListPage, place: Town, app: Flask) -> tuple[dict[str, int], list[str]]:
    """How many rows of each kind the page shows, and what it asks the database when it is opened a second time."""
    client = app.test_client()
    if listed.who is not None:
        with reading(place.parts.sessions) as session:
            log_in(client, session.get_one(Person, place.people[listed.who]))
    address = listed.address.format(**place.ids, question=VALVE, word="减压阀", user="用户")
    assert client.get(address).status_code == 200
    with statements(place) as asked:
        answer = client.get(address)
    text = re.sub(r"<[^>]+>", "", answer.text)
    return {kind: len(set(re.findall(rf"{kind}第\d\d号", text))) for kind in listed.rows}, asked


@pytest.mark.parametrize("listed", PAGES, ids=str)
def test_a_page_asks_the_database_as_often_for_fifty_rows_as_for_one(
    copies: Callable[[Fill, int], tuple[Town, Flask]], listed: ListPage
) -> None:
    shown, few = opened(listed, *copies(listed.fill, ONE))
    assert shown == dict.fromkeys(listed.rows, ONE)
    shown, many = opened(listed, *copies(listed.fill, MANY))
    assert {kind: min(shown[kind], least) for kind, least in listed.rows.items()} == listed.rows, shown
    assert few, "nothing was counted"
    assert len(many) == len(few), f"asked more often: {Counter(many) - Counter(few)}"
