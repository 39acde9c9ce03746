"""A small town in a database of its own: people of every role, two organisations, and one of everything they make."""

import re
import shutil
from dataclasses import dataclass, replace
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from matchmaker.accounts import passwords
from matchmaker.accounts.actors import actor_of
from matchmaker.accounts.models import Person
from matchmaker.accounts.rules import MemberRank
from matchmaker.accounts.schemas import AssistanceIn, DataRequestIn
from matchmaker.accounts.service import save_organisation
from matchmaker.alerts import service as alerts
from matchmaker.config import Config
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.db import make_engine, make_sessions
from matchmaker.core.migrate import upgrade
from matchmaker.core.unit import reading, unit
from matchmaker.events import service as events
from matchmaker.events.schemas import EventIn
from matchmaker.introductions import service as introductions
from matchmaker.listings import attachments, drafts
from matchmaker.listings.rules import Side
from matchmaker.listings.service import save_listings
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.ranker import Ranker
from matchmaker.matching.service import refresh
from matchmaker.notifications import queries as notification_queries
from matchmaker.notifications import service as notifications
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News
from matchmaker.registry import assistance, personal, registration
from matchmaker.web.parts import EXTENSION, Parts
from tests.factories import USCCS, listing_in, organisation_in
from tests.web.conftest import build
from tests.web.contracted import make_contracts
from tests.web.dealt import make_deals
from tests.web.granted import make_claims
from tests.web.held import hold_event
from tests.web.people import join, log_in, make_person

BASE = "http://127.0.0.1:8000"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PASSWORD = "Correct-Horse-9"
SECRET = "for tests only"
NAMES = {
    "member": "梁业主",
    "colleague": "李同事",
    "stranger": "陈外人",
    "newcomer": "周新来",
    "organiser": "霍组织",
    "officer": "谭专员",
    "second_officer": "冯专员",
    "auditor": "区审计",
    "administrator": "麦管理",
}
ROLES = {"organiser": Role.ORGANISER, "officer": Role.OFFICER, "second_officer": Role.OFFICER, "auditor": Role.AUDITOR}
ROLES |= {"administrator": Role.ADMINISTRATOR}
REDACTED_OWNER = "佛山市南海区隐名电机有限公司"


@dataclass(frozen=True)
class Town:
    """The wired parts, the ids of what there is by name, and the people by what they are."""

    parts: Parts
    ids: dict[str, int]
    people: dict[str, int]

    def app(self, **config: object) -> Flask:
        """An application of this town's own, such as one that is served."""
        return build(self.parts, **config)

    def client(self, who: str | None = None, **config: object) -> FlaskClient:
        """A client in which this person is logged in, or nobody."""
        client = _site(tuple(config.items())).test_client()
        assert isinstance(client, _Visitor)
        client.town = self
        if who is not None:
            with reading(self.parts.sessions) as session:
                log_in(client, session.get_one(Person, self.people[who]))
        return client

    def actor(self, who: str, *, acting_for: int | None = None) -> Actor:
        """The same person as the features see them."""
        with reading(self.parts.sessions) as session:
            version = session.get_one(Person, self.people[who]).session_version
            found = actor_of(session, person_id=self.people[who], session_version=version, acting_for=acting_for)
        assert found is not None
        return found


class _Visitor(FlaskClient):
    """A client of the site that all towns share: whoever asks is shown the own town."""

    town: Town

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        self.application.extensions[EXTENSION] = self.town.parts
        return super().open(*args, **kwargs)


@cache
def _site(config: tuple[tuple[str, object], ...]) -> Flask:
    """One application for each configuration; making one takes longer than most of what is asked of it."""
    app = build(Parts(Config(Path(), "", secret_key=SECRET), None, None), **dict(config))
    app.test_client_class = _Visitor
    return app


def readable(page: str) -> str:
    """What somebody reads on a page: without the head, and with marks inside words gone."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page[page.index("<body") :])))


def build_town(folder: Path) -> Town:
    """A town in `folder`, made through the features' own verbs."""
    config = Config(folder, f"sqlite:///{folder / 'town.db'}", secret_key=SECRET, encoder="hashing")
    config = replace(config, public_url=BASE)
    engine = make_engine(config.database_url)
    upgrade(engine)
    sessions = make_sessions(engine)
    with unit(sessions) as session:
        people = _people(session)
        ids = _organisations(session, people)
    town = Town(Parts(config, sessions, LiveIndex(Ranker(config))), ids, people)
    with unit(sessions) as session:
        ids |= _listings(session, town)
    with unit(sessions) as session:
        ids |= _work(session, town)
    for make in (hold_event, make_deals, make_contracts, make_claims):
        with unit(sessions) as session:
            ids |= make(session, town)
    refresh(sessions, town.parts.engine.ranker)
    engine.dispose()
    return town


def copy_town(town: Town, folder: Path) -> Town:
    """The same town in another folder, to be changed without the others noticing."""
    shutil.copytree(town.parts.config.data_dir, folder, dirs_exist_ok=True)
    config = replace(town.parts.config, data_dir=folder, database_url=f"sqlite:///{folder / 'town.db'}")
    sessions = make_sessions(make_engine(config.database_url))
    return replace(town, parts=Parts(config, sessions, LiveIndex(Ranker(config))))


def _people(session: Session) -> dict[str, int]:
    secret = passwords.hash_password(PASSWORD)
    found = {}
    for who, name in NAMES.items():
        row = make_person(
            session,
            name,
            role=ROLES.get(who, Role.MEMBER),
            email=f"{who}@demo.example",
            phone=f"1370000{len(found):04d}",
            password_hash=secret,
            agreed_at=clock.now(),
        )
        found[who] = row.id
    return found


def _organisations(session: Session, people: dict[str, int]) -> dict[str, int]:
    operator = Actor.system("test")
    own = save_organisation(session, operator, data=organisation_in())
    hidden = save_organisation(
        session, operator, data=organisation_in(uscc=USCCS[1], name=REDACTED_OWNER, chain_nodes=["MAC-04"])
    )
    join(session, session.get_one(Person, people["member"]), own.id)
    join(session, session.get_one(Person, people["colleague"]), own.id, MemberRank.MEMBER)
    join(session, session.get_one(Person, people["stranger"]), hidden.id)
    return {"organisation": own.id, "other_organisation": hidden.id}


def _listings(session: Session, town: Town) -> dict[str, int]:
    member, stranger = town.actor("member"), town.actor("stranger")
    folder = town.parts.config.files_dir
    offer, own_draft = save_listings(
        session,
        member,
        data=[
            listing_in(ref="offer", price_low="1", price_high="2", valid_to="2099-12-31"),
            listing_in(ref="draft", title="还没写完的阀门供给", state="draft"),
        ],
    )
    need, hidden = save_listings(
        session,
        stranger,
        data=[
            listing_in(organisation=USCCS[1], ref="need", side="need", title="求购七十兆帕氢气减压阀"),
            listing_in(
                organisation=USCCS[1],
                ref="hidden",
                title="伺服电机小批量供应",
                detail="功率四百瓦到两千瓦的伺服电机，可配编码器，交期两周，支持定制轴端。",
                chain_nodes=["MAC-04"],
                visibility="redacted",
                ip_no="ZL2026SECRET01",
            ),
        ],
    )
    file = attachments.attach(session, member, folder, listing_id=offer.id, name="检测报告.pdf", content=PDF)
    secret = attachments.attach(session, stranger, folder, listing_id=hidden.id, name="样本.pdf", content=PDF)
    kept = {"offer": offer.id, "draft_listing": own_draft.id, "need": need.id, "hidden": hidden.id}
    return kept | {"file": file.id, "hidden_file": secret.id}


def _work(session: Session, town: Town) -> dict[str, int]:
    member, stranger, ids = town.actor("member"), town.actor("stranger"), town.ids
    folder, own = town.parts.config.files_dir, ids["organisation"]
    registration.add_licence(session, member, folder, organisation_id=own, name="执照.pdf", content=PDF)
    asked = introductions.ask(
        session, stranger, listing_id=ids["need"], other_id=ids["offer"], message="想谈谈。", evidence={}, base=BASE
    )
    draft = drafts.save_draft(session, member, organisation_id=own, content={"side": "need", "title": "半句话"})
    until = clock.today()
    data = AssistanceIn(purpose="代填供需信息", until=until)
    organiser = town.people["organiser"]
    help_row = assistance.offer(session, member, organisation_id=own, staff_id=organiser, data=data, base=BASE)
    wanted = DataRequestIn(right="access", text="请给我一份资料")
    request = personal.request(session, member, data=wanted, base=BASE)
    event = events.save_event(
        session,
        Actor.system("test"),
        data=EventIn(
            title="阀门供需对接会",
            kind="supply_chain",
            state="announced",
            starts_at="2099-03-01T09:00",
            ends_at="2099-03-01T12:00",
            town="440605123",
            venue="丹灶会议厅",
        ),
    )
    search = alerts.save_search(session, member, name="减压阀", text="七十兆帕减压阀", side=Side.NEED, filters={})
    news = News(NoticeKind.LISTING, "listing.expired", "/my/listings", "town", {"title": "阀门"})
    notifications.tell(session, [news], people=[town.people["member"]], base=BASE)
    rows, _total, _number = notification_queries.inbox(session, member)
    return {
        "notice": rows[0].id,
        "introduction": asked.id,
        "draft": draft.id,
        "assistance": help_row.id,
        "request": request.id,
        "event": event.id,
        "search": search.id,
    }
