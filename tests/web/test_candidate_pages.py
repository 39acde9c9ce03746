"""The pages of the matchmaking list: who may look, what is decided by hand, requests, and what may be taken away."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import event as sql
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from matchmaker.core import clock
from matchmaker.core.unit import reading, unit
from matchmaker.events.models import Event
from matchmaker.events.rules import Asking
from matchmaker.meetings import candidates, pairs, tasks
from matchmaker.meetings.models import CandidateList, EventPair
from matchmaker.meetings.rules import Mark, RequestState, TaskKind
from matchmaker.participants.models import Registration
from matchmaker.participants.rules import RegistrationState
from tests.events.place import make_event, make_registration
from tests.web.town import REDACTED_OWNER, Town, readable

OWN = "佛山市南海区试样阀门有限公司"
HOSTILE = "<script>alert('约')</script>"
SECRET = "伺服电机小批量供应"


@dataclass(frozen=True)
class Fair:
    """The town's event with the member's firm (a), the stranger's (b), and one without an account (c)."""

    town: Town
    event: int
    a: int
    b: int
    c: int

    def office(self, rest: str = "") -> str:
        return f"/office/events/{self.event}/candidates{rest}"

    def my(self, rest: str = "candidates", home: int | None = None) -> str:
        return f"/my/events/{home or self.a}/{rest}"

    def get(self, who: str | None, address: str) -> TestResponse:
        return self.town.client(who).get(address)

    def post(self, who: str, address: str, **form: Any) -> TestResponse:
        return self.town.client(who).post(address, data=form)

    def pair(self) -> EventPair:
        with reading(self.town.parts.sessions) as session:
            found = pairs.pairs_of(session, event_id=self.event)[self.a, self.b]
            session.expunge_all()
            return found

    def change(self, **values: Any) -> None:
        with unit(self.town.parts.sessions) as session:
            found = session.get_one(Event, self.event)
            for name, value in values.items():
                setattr(found, name, value)


def row(a: int, b: int, **over: Any) -> dict[str, Any]:
    given = {"a": a, "b": b, "need": None, "offer": None, "asker": "b", "score": 0.8, "level": 3, "terms": []}
    given |= {"conditions": [], "more": 0, "met": None, "talking": False, "rivals": False}
    return given | over


@pytest.fixture
def fair(own_town: Town) -> Fair:
    ids = own_town.ids
    with unit(own_town.parts.sessions) as session:
        event = make_event(session, resources={"英语翻译": 1})
        a = make_registration(session, event, OWN, organisation_id=ids["organisation"]).id
        b = make_registration(session, event, REDACTED_OWNER, organisation_id=ids["other_organisation"]).id
        c = make_registration(session, event, f"散客{HOSTILE}", need_text="买阀门").id
        rows = [
            row(a, b, need=ids["need"], offer=ids["offer"], terms=["减压阀"], conditions=[["node", True, ["HYD-09"]]]),
            row(a, c, offer=ids["offer"], score=0.3, level=1, rivals=True),
        ]
        inputs = {"registrations": {str(a): "old"}}
        session.add(CandidateList(event_id=event.id, rows=rows, inputs=inputs, at=clock.now(), by="霍组织"))
        return Fair(own_town, event.id, a, b, c)


def test_the_list_shows_how_old_it_is_and_who_has_nobody(fair: Fair) -> None:
    text = readable(fair.get("organiser", fair.office()).text)
    assert "霍组织" in text and "名单之后有变化" in text and "供需有改动 1 家：" in text
    assert "没有合适对象" in text and "共 3 家、2 对" in text and HOSTILE in text


def test_the_first_list_is_asked_for_with_a_button_and_done_by_the_worker(own_town: Town) -> None:
    with unit(own_town.parts.sessions) as session:
        event_id = make_event(session).id
    address = f"/office/events/{event_id}/candidates"
    client = own_town.client("organiser")
    assert "先确认参加的单位" in client.get(address).text
    with unit(own_town.parts.sessions) as session:
        event = session.get_one(Event, event_id)
        for name, key in ((OWN, "organisation"), (REDACTED_OWNER, "other_organisation")):
            make_registration(session, event, name, organisation_id=own_town.ids[key])
    assert "计算撮合名单" in client.get(address).text
    assert client.post(address).status_code == 303
    assert "正在计算" in readable(client.post(address, follow_redirects=True).text)
    waiting = client.get(address).text
    assert "排队中" in waiting and "计算撮合名单</button>" not in waiting
    while tasks.run_due(own_town.parts.sessions, own_town.parts.engine):
        pass
    done = readable(client.get(address).text)
    assert "共 2 家、1 对" in done and "重新计算" in done and "名单之后有变化" not in done


def test_a_list_that_failed_says_so(fair: Fair) -> None:
    with unit(fair.town.parts.sessions) as session:
        actor = fair.town.actor("organiser")
        tasks.ask_for(session, actor, event_id=fair.event, kind=TaskKind.CANDIDATES).state = "failed"  # type: ignore[assignment]
    assert "上次计算没有完成" in fair.get("organiser", fair.office()).text


def test_one_organisation_is_shown_with_its_reasons(fair: Fair) -> None:
    answer = fair.get("organiser", fair.office(f"/{fair.a}"))
    text = readable(answer.text)
    for word in (REDACTED_OWNER, "强相关", "求购七十兆帕氢气减压阀", "对方需要其所供", "同业", "减压阀", "同一环节"):
        assert word in text
    assert HOSTILE not in answer.text and HOSTILE in text


def test_a_pair_is_marked_by_hand_and_what_is_wrong_is_kept(fair: Fair) -> None:
    address = fair.office(f"/{fair.a}/mark")
    given = {"other": fair.b, "mark": "must", "note": "镇街推荐", "needs": "英语翻译"}
    done = fair.post("organiser", address, **given)
    assert (done.status_code, done.location) == (303, fair.office(f"/{fair.a}#one-{fair.b}"))
    assert (fair.pair().mark, fair.pair().note, fair.pair().needs) == (Mark.MUST, "镇街推荐", ["英语翻译"])
    wrong = fair.post("organiser", address, **(given | {"note": "长" * 501, "mark": "never"}))
    assert wrong.status_code == 400 and "太长了，请精简。" in wrong.text and "长" * 501 in wrong.text
    assert fair.post("organiser", address, **(given | {"mark": "perhaps"})).status_code == 400
    assert fair.post("organiser", address, **(given | {"other": 9999})).status_code == 404
    assert fair.pair().mark is Mark.MUST


def test_members_ask_and_answer(fair: Fair) -> None:
    asked = fair.post("member", fair.my("candidates/ask"), other=fair.b, message=f"想谈{HOSTILE}")
    assert asked.status_code == 303
    mine = readable(fair.get("member", fair.my()).text)
    assert "等待答复" in mine and "撤回" in mine and "还可约 7 家" in mine
    page = fair.get("stranger", fair.my(home=fair.b))
    theirs = readable(page.text)
    assert "1 家等您答复" in theirs and HOSTILE in theirs and HOSTILE not in page.text
    answer = fair.my(f"requests/{fair.pair().id}/answer", home=fair.b)
    assert "已同意" in readable(
        fair.town.client("stranger").post(answer, data={"answer": "yes"}, follow_redirects=True).text
    )
    assert fair.pair().request is RequestState.ACCEPTED
    taken = fair.post("member", fair.my(f"requests/{fair.pair().id}/withdraw"))
    assert taken.status_code == 303 and fair.pair().request is RequestState.WITHDRAWN


def test_the_organiser_asks_and_answers_for_others(fair: Fair) -> None:
    fair.post("organiser", fair.office(f"/{fair.a}/ask"), other=fair.b, message="电话里说好的")
    number = fair.pair().id
    other = fair.office().replace(str(fair.event), str(fair.event + 9))
    assert fair.post("organiser", f"{other}/pairs/{number}/answer", answer="yes").status_code == 404
    assert fair.pair().request is RequestState.ASKED
    done = fair.post("organiser", fair.office(f"/pairs/{number}/answer"), answer="yes", home=fair.a, other=fair.b)
    assert done.location == fair.office(f"/{fair.a}#one-{fair.b}") and fair.pair().request is RequestState.ACCEPTED
    fair.post("organiser", fair.office(f"/pairs/{number}/withdraw"))
    assert fair.pair().request is RequestState.WITHDRAWN


def test_refusals_are_said_in_words(fair: Fair) -> None:
    client = fair.town.client("member")

    def said(**form: Any) -> str:
        return readable(client.post(fair.my("candidates/ask"), data=form, follow_redirects=True).text)

    long = client.post(fair.my("candidates/ask"), data={"other": fair.c, "message": "长" * 301})
    assert long.status_code == 400 and "太长了" in long.text and "长" * 301 in long.text
    fair.change(requests_max=1)
    assert "已发出约谈" in said(other=fair.b)
    assert "约谈次数已用完" in said(other=fair.c)
    assert "已经约过" in said(other=fair.b)
    fair.change(asking=Asking.OFF)
    page = readable(client.get(fair.my()).text)
    assert "不开放约谈" in page and "发出约谈" not in page and "不开放约谈" in said(other=fair.c)


@pytest.mark.parametrize("rest", ["", ".pdf"])
def test_only_ones_own_registration_has_a_list(fair: Fair, rest: str) -> None:
    for who in ("member", "colleague"):
        assert fair.get(who, fair.my(f"candidates{rest}")).status_code == 200
    for who in ("stranger", "newcomer", "organiser", "officer", "auditor", "administrator"):
        assert fair.get(who, fair.my(f"candidates{rest}")).status_code == 404, who
    assert fair.get(None, fair.my(f"candidates{rest}")).status_code == 303


def test_others_press_no_buttons(fair: Fair) -> None:
    fair.post("member", fair.my("candidates/ask"), other=fair.b)
    number = fair.pair().id
    forms = {
        fair.my("candidates/ask"): {"other": fair.c},
        fair.my(f"requests/{number}/answer"): {"answer": "yes"},
        fair.my(f"requests/{number}/withdraw"): {},
        # Somebody else's pair through one's own registration.
        fair.my(f"requests/{number}/answer", home=fair.c): {"answer": "yes"},
    }
    for who in ("newcomer", "organiser", "auditor"):
        for address, form in forms.items():
            assert fair.post(who, address, **form).status_code == 404, (who, address)
    assert fair.pair().request is RequestState.ASKED


@pytest.mark.parametrize("rest", ["", ".xlsx", "/{a}", "/{a}.xlsx", "/{a}.pdf"])
def test_the_organisers_pages_are_for_planners(fair: Fair, rest: str) -> None:
    address = fair.office(rest.format(a=fair.a))
    for who in ("organiser", "officer"):
        assert fair.get(who, address).status_code == 200
    for who in ("member", "stranger", "auditor", "administrator"):
        assert fair.get(who, address).status_code == 403, who
    assert fair.get("organiser", address.replace(f"/{fair.event}/", "/999/")).status_code == 404


def test_files_are_what_they_say(fair: Fair) -> None:
    book = load_workbook(BytesIO(fair.get("organiser", fair.office(".xlsx")).data))
    assert book.sheetnames == ["全部撮合", "按单位", "单位情况"]
    one = load_workbook(BytesIO(fair.get("organiser", fair.office(f"/{fair.a}.xlsx")).data))
    assert one.active is not None and one.active.max_row == 3
    answer = fair.get("organiser", fair.office(f"/{fair.a}.pdf"))
    assert answer.headers["Cache-Control"] == "private, no-store" and "强相关" in words(answer)


def words(answer: TestResponse) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages).replace("\n", "")


def test_a_participant_reads_names_of_who_comes_but_no_hidden_listing_and_no_notes(fair: Fair) -> None:
    with unit(fair.town.parts.sessions) as session:
        made = candidates.newest(session, event_id=fair.event)
        assert made is not None
        rows = [dict(made.rows[0], need=None, offer=fair.town.ids["hidden"], asker="a", terms=["编码器"])]
        session.add(CandidateList(event_id=fair.event, rows=rows, inputs={}, at=clock.now(), by="x"))
    form = {"other": fair.b, "mark": "must", "note": "内部备注"}
    fair.post("organiser", fair.office(f"/{fair.a}/mark"), **form)
    page, paper = fair.get("member", fair.my()).text, words(fair.get("member", fair.my("candidates.pdf")))
    for text in (readable(page), paper):
        assert REDACTED_OWNER in text and "公开" in text
        assert not [secret for secret in (SECRET, "编码器", "内部备注", "必须安排") if secret in text]
    contacts = ("13700000", "@demo.example", "代表1")
    assert not [one for one in contacts if one in page.partition("<main")[2]]
    office = fair.get("organiser", fair.office(f"/{fair.a}")).text
    assert SECRET in office and "内部备注" in office


def test_nobody_is_named_before_the_organisation_is_confirmed(fair: Fair) -> None:
    with unit(fair.town.parts.sessions) as session:
        session.get_one(Registration, fair.a).state = RegistrationState.APPLIED
    page = fair.get("member", fair.my())
    assert "确认参加后" in page.text and REDACTED_OWNER not in page.text
    assert fair.get("member", fair.my("candidates.pdf")).status_code == 404


def test_a_vetoed_pair_is_not_shown_and_cannot_be_asked_for(fair: Fair) -> None:
    fair.post("organiser", fair.office(f"/{fair.a}/mark"), other=fair.b, mark="never", note="有纠纷")
    page = readable(fair.get("member", fair.my()).text)
    assert "有纠纷" not in page and "求购七十兆帕氢气减压阀" not in page
    answer = fair.town.client("member").post(fair.my("candidates/ask"), data={"other": fair.b}, follow_redirects=True)
    assert "主办方没有安排这场洽谈" in readable(answer.text)


def test_the_registration_page_leads_to_the_list(fair: Fair) -> None:
    fair.post("member", fair.my("candidates/ask"), other=fair.b)
    page = fair.get("stranger", f"/my/events/{fair.b}")
    assert page.status_code == 200
    assert "1 家等您答复" in readable(page.text) and fair.my(home=fair.b) in page.text


@pytest.fixture
def statements(fair: Fair) -> Iterator[list[str]]:
    asked = list[str]()
    with fair.town.parts.sessions() as session:
        bind = session.get_bind()

    def listen(*given: Any) -> None:
        asked.append(given[2])

    sql.listen(bind, "before_cursor_execute", listen)
    yield asked
    sql.remove(bind, "before_cursor_execute", listen)


@pytest.mark.parametrize(("who", "place"), [("organiser", "list"), ("organiser", "one"), ("member", "own")])
def test_a_long_list_asks_the_database_no_more_often(fair: Fair, statements: list[str], who: str, place: str) -> None:
    addresses = {"list": fair.office(), "one": fair.office(f"/{fair.a}"), "own": fair.my()}
    client = fair.town.client(who)

    def count(number: int) -> int:
        with unit(fair.town.parts.sessions) as session:
            event = session.get_one(Event, fair.event)
            others = [make_registration(session, event, f"第{one}家").id for one in range(number)]
            rows = [row(fair.a, one, offer=fair.town.ids["offer"]) for one in others]
            session.add(CandidateList(event_id=fair.event, rows=rows, inputs={}, at=clock.now(), by="x"))
            keep(session, fair, others)
        client.get(addresses[place])
        statements.clear()
        assert client.get(addresses[place]).status_code == 200
        return len(statements)

    assert count(1) == count(12)


def keep(session: Session, fair: Fair, others: list[int]) -> None:
    """A request with each of them."""
    for one in others:
        given = {"event_id": fair.event, "a_id": fair.a, "b_id": one, "asked_by_id": fair.a, "updated_at": clock.now()}
        session.add(EventPair(**given, request=RequestState.ASKED))
