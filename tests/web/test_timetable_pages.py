"""The timetable's pages: asked for, looked at, changed by hand, published, and repaired on the day."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from matchmaker.core import clock
from matchmaker.core.unit import reading, unit
from matchmaker.meetings import tasks
from matchmaker.meetings.models import EventTask, Timetable
from matchmaker.meetings.rules import TaskKind, TaskState
from matchmaker.participants.models import Participant
from tests.web.fair import Fair, make_fair
from tests.web.test_query_counts import statements
from tests.web.town import Town, readable

TWO = ((0, 1, 0, 0), (2, 3, 1, 1))
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def fair(own_town: Town) -> Fair:
    return make_fair(own_town, TWO)


@pytest.fixture
def client(fair: Fair) -> FlaskClient:
    return fair.town.client("organiser")


def send(client: FlaskClient, address: str, form: dict[str, Any], status: int = 200) -> str:
    answer = client.post(address, data=form, follow_redirects=True)
    assert answer.status_code == status, answer.text
    return readable(answer.text)


def seen(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return readable(answer.text)


def test_before_the_first_version_the_page_says_what_is_missing(own_town: Town) -> None:
    bare = make_fair(own_town, (), firms=0, slots=0, tables=0)
    client = own_town.client("organiser")
    answer = client.get(bare.address())
    for text in ("还没有时段", "还没有桌位", "还没有已确认的单位", "先计算撮合名单"):
        assert text in answer.text
    assert 'name="seconds"' not in answer.text
    full = make_fair(own_town, (), firms=5, slots=2, tables=1)
    text = seen(client, full.address())
    # Ten pairs, each of five firms has two hours: five meetings, in two slots three tables with room to spare.
    assert "2 个时段 × 1 张桌" in text and "名单上 10 对" in text
    assert "建议 3 张" in text


def test_a_timetable_is_asked_for_watched_and_stopped(own_town: Town) -> None:
    fair = make_fair(own_town, ())
    client = own_town.client("organiser")
    assert "进行中" not in send(client, fair.address("/start"), {"seconds": "10"})
    with unit(own_town.parts.sessions) as session:
        task = tasks.latest(session, event_id=fair.event, kind=TaskKind.TIMETABLE)
        assert task is not None and task.inputs == {"seconds": 10, "locks_of": None}
        number = task.id
        task.state, task.progress = TaskState.RUNNING, {"run": "x", "tries": 1, "utility": 1.5, "upper_bound": 2.0}
        task.beat_at = clock.now()
    assert "正在编排" in send(client, fair.address("/start"), {"seconds": "10"})
    page = client.get(fair.address()).text
    assert f'data-task="/office/event-tasks/{number}.json"' in page and 'http-equiv="refresh"' in page
    assert 'value="1.5"' in page and 'name="seconds"' not in page
    told = client.get(f"/office/event-tasks/{number}.json").json
    assert told == {
        "state": "running",
        "kind": "timetable",
        "progress": {"utility": 1.5, "upper_bound": 2.0},
        "done": False,
    }
    assert "正在停止" in send(client, f"/office/event-tasks/{number}/stop", {})
    with unit(own_town.parts.sessions) as session:
        row = session.get_one(EventTask, number)
        assert row.stop_at is not None
        row.state, row.error, row.ended_at = TaskState.FAILED, tasks.NO_TABLES, clock.now()
    assert client.get(f"/office/event-tasks/{number}.json").json["done"] is True
    assert "没有可用的桌位" in seen(client, fair.address())
    assert "已经结束" in send(client, f"/office/event-tasks/{number}/stop", {})


def test_what_was_asked_for_is_made_by_the_worker_and_shown(own_town: Town) -> None:
    fair = make_fair(own_town, TWO)
    client = own_town.client("organiser")
    client.post(fair.of("lock"), data=fair.form(0, 1, locked="yes"))
    client.post(fair.address("/start"), data={"seconds": "10", "locks_of": str(fair.draft)})
    while tasks.run_due(own_town.parts.sessions, own_town.parts.engine):
        continue
    text = seen(client, fair.address())
    assert "第 2 版 · 草稿" in text and "已证明最优" in text and "100%" in text
    with reading(own_town.parts.sessions) as session:
        new = session.query(Timetable).filter_by(event_id=fair.event, number=2).one().id
    assert (0, 1, 0, 0) in fair.meetings(new)


def test_the_grid_and_the_days_show_every_meeting_with_both_firms(fair: Fair, client: FlaskClient) -> None:
    page = client.get(fair.address()).text
    assert page.count('class="meet meet-3"') == 2
    assert "甲字0阀门" in page and "佛山市南海区甲字0阀门有限公司" in page
    assert "98.00%" in page and "2.00 个百分点" in page
    cells = re.findall(r'<td data-place="[\d-]+">', page)
    assert len(cells) == 6
    people = seen(client, fair.address("?view=people"))
    assert "1 号桌" in people and "戊字4阀门" in people
    assert "没有找到" in seen(client, fair.address("?version=9"), 404)


def test_unscheduled_pairs_are_sifted_by_reason(fair: Fair, client: FlaskClient) -> None:
    with unit(fair.town.parts.sessions) as session:
        row = session.get_one(Timetable, fair.draft)
        row.figures = row.figures | {
            "unscheduled": [
                [fair.people[0], fair.people[2], "tables_full"],
                [fair.people[1], fair.people[4], "vetoed"],
            ],
            "below_minimum": [fair.people[4]],
        }
    text = seen(client, fair.address())
    assert "桌位已满 1" in text and "不安排的一对 1" in text and "1 人" in text
    table = client.get(fair.address("?reason=vetoed")).text.split('id="unscheduled"')[1]
    assert "乙字1阀门" in table and "丙字2阀门" not in table
    assert "没有这样的一对" in seen(client, fair.address("?reason=nothing"))
    assert client.get(fair.address("?page=99&reason=%00")).status_code == 200


def test_a_meeting_is_moved_changed_places_locked_and_taken_out_without_scripts(
    fair: Fair, client: FlaskClient
) -> None:
    move = fair.of(f"move?a={fair.people[0]}&b={fair.people[1]}")
    text = seen(client, move)
    assert "现在的位置" in text and "与 丙字2阀门 × 丁字3阀门 对调" in text
    done = client.post(fair.of("move"), data=fair.form(0, 1, place=fair.spot(2, 1)))
    assert done.status_code == 303
    assert done.location.endswith(f"/timetable?version=1#m-{fair.people[0]}-{fair.people[1]}")
    assert fair.meetings() == {(0, 1, 2, 1), (2, 3, 1, 1)}
    send(client, fair.of("move"), fair.form(0, 1, place=fair.spot(1, 1)))
    assert fair.meetings() == {(0, 1, 1, 1), (2, 3, 2, 1)}
    assert "已锁定" in send(client, fair.of("lock"), fair.form(0, 1, locked="yes"))
    assert "没有改动：" in send(client, fair.of("remove"), fair.form(0, 1))
    assert "已锁定" in seen(client, move)
    send(client, fair.of("lock"), fair.form(0, 1, locked="no"))
    assert "已从草稿中移除" in send(client, fair.of("remove"), fair.form(0, 1))
    assert fair.meetings() == {(2, 3, 2, 1)}
    assert "未安排" in seen(client, move)
    assert "已安排" in send(client, fair.of("add"), fair.form(0, 1, place=fair.spot(0, 0)))
    assert fair.meetings() == {(0, 1, 0, 0), (2, 3, 2, 1)}


def test_what_is_in_the_way_is_said_in_words_and_nothing_is_lost(fair: Fair, client: FlaskClient) -> None:
    with unit(fair.town.parts.sessions) as session:
        session.get_one(Participant, fair.people[1]).away = [fair.slots[2]]
    send(client, fair.of("add"), fair.form(0, 2, place=fair.spot(1, 0)), 200)
    move = seen(client, fair.of(f"move?a={fair.people[0]}&b={fair.people[1]}"))
    assert "全部桌位：乙字1阀门 这个时段不在场" in move
    text = send(client, fair.of("move"), fair.form(0, 1, place=fair.spot(2, 0)))
    assert "没有改动：" in text and "乙字1阀门有限公司 这个时段不在场" in text
    told = client.get(fair.of(f"moves.json?a={fair.people[0]}&b={fair.people[1]}")).json
    assert told["places"][fair.spot(0, 1)] == ""
    assert told["places"][fair.spot(2, 0)] == "乙字1阀门 这个时段不在场"
    refused = client.post(fair.of("move"), data=fair.form(0, 1, place=fair.spot(2, 0)), headers=SCRIPT)
    assert refused.status_code == 409 and not refused.json["reload"] and "不在场" in refused.json["said"]
    assert (0, 1, 0, 0) in fair.meetings()


def test_the_grid_script_gets_the_new_revision_and_is_sent_back_when_its_own_is_old(
    fair: Fair, client: FlaskClient
) -> None:
    old = fair.form(0, 1, place=fair.spot(2, 0))
    done = client.post(fair.of("move"), data=old, headers=SCRIPT)
    assert (done.status_code, done.json) == (200, {"revision": int(old["revision"]) + 1, "said": "已移动。"})
    late = client.post(fair.of("move"), data=old | {"place": fair.spot(0, 0)}, headers=SCRIPT)
    assert late.status_code == 409 and late.json["reload"]
    assert "别人刚刚改过" in seen(client, fair.address())
    assert "别人刚刚改过" in send(client, fair.of("lock"), old | {"locked": "yes"})
    assert fair.meetings() == {(0, 1, 2, 0), (2, 3, 1, 1)}


@pytest.mark.parametrize("over", [{"a": "x"}, {"revision": ""}, {"place": "1"}, {"place": "١-٢"}, {"b": "9" * 40}])
def test_a_change_that_says_nothing_is_refused(fair: Fair, client: FlaskClient, over: dict[str, str]) -> None:
    form = fair.form(0, 1, place=fair.spot(2, 0)) | over
    assert client.post(fair.of("move"), data=form).status_code == 400
    assert fair.meetings() == set(TWO)


def test_versions_of_other_events_and_unknown_people_are_not_found(fair: Fair, client: FlaskClient) -> None:
    other = make_fair(fair.town, TWO)
    for verb in ("move", "add", "lock", "remove", "publish", "unpublish", "copy"):
        form = fair.form(0, 1, place=fair.spot(2, 0))
        assert client.post(fair.of(verb, other.draft), data=form).status_code == 404, verb
    for page in ("publish", f"move?a={fair.people[0]}&b={fair.people[1]}", "moves.json?a=1&b=2"):
        assert client.get(fair.of(page, other.draft)).status_code == 404
    assert client.get(fair.of(f"move?a={fair.people[0]}&b={other.people[1]}")).status_code == 404
    assert other.meetings() == set(TWO) and other.versions() == [(1, "draft", "solved")]


def test_publishing_says_first_who_will_be_told(fair: Fair, client: FlaskClient) -> None:
    assert "首次发布：5 家已确认的单位" in seen(client, fair.of("publish"))
    assert "第 1 版已发布" in send(client, fair.of("publish"), {})
    page = client.get(fair.address()).text
    assert "data-moves" not in page and "另存为草稿修改" in page and "临时调整" in page
    assert "这一版不能直接修改" in seen(client, fair.of(f"move?a={fair.people[0]}&b={fair.people[1]}"))
    send(client, fair.of("move"), fair.form(0, 1, place=fair.spot(2, 0)))
    assert fair.meetings() == set(TWO)
    assert "第 2 版草稿" in send(client, fair.of("copy"), {})
    with reading(fair.town.parts.sessions) as session:
        copy = session.query(Timetable).filter_by(event_id=fair.event, number=2).one()
        copied, form = copy.id, {"a": fair.people[0], "b": fair.people[1], "revision": copy.revision}
    assert "现在有效的是第 1 版" in send(client, fair.of("move", copied), form | {"place": fair.spot(2, 0)})
    text = seen(client, fair.of("publish", copied))
    assert "2 家单位" in text and "甲字0阀门" in text and "丙字2阀门" not in text
    assert "移 1 · 增 0 · 减 0" in seen(client, fair.address("/versions"))
    send(client, fair.of("publish", copied), {})
    assert fair.versions() == [(2, "published", "moved"), (1, "superseded", "solved")]
    assert "已撤回" in send(client, fair.of("unpublish", copied), {})
    assert fair.versions()[0] == (2, "withdrawn", "moved")
    assert "只有草稿能发布" in seen(client, fair.of("publish", copied))


def test_what_no_longer_fits_is_not_published_and_the_page_says_why(fair: Fair, client: FlaskClient) -> None:
    with unit(fair.town.parts.sessions) as session:
        session.get_one(Participant, fair.people[3]).away = [fair.slots[1]]
    text = send(client, fair.of("publish"), {}, 409)
    assert "没有发布" in text and "丁字3阀门有限公司 这个时段不在场" in text
    assert fair.versions() == [(1, "draft", "solved")]


def test_a_repair_is_shown_before_it_holds_and_tells_only_those_concerned(fair: Fair, client: FlaskClient) -> None:
    assert "还没有发布时间表" in seen(client, fair.address("/repair"))
    fair.publish()
    form = client.get(fair.address(f"/repair?missing={fair.people[0]}")).text
    assert f'value="{fair.people[0]}" checked' in form
    answer = client.post(fair.address("/repair"), data={"missing": str(fair.people[0])})
    text = readable(answer.text)
    assert answer.status_code == 200 and "调整的结果" in text and "要告知的单位" in text
    assert fair.versions() == [(1, "published", "solved")]
    digest = re.search(r'name="expected" value="(\w+)"', answer.text)
    assert digest is not None
    assert "已调整并发布为第 2 版" in send(
        client, fair.address("/repair"), {"missing": str(fair.people[0]), "expected": digest[1]}
    )
    assert fair.versions() == [(2, "published", "repaired"), (1, "superseded", "solved")]
    with reading(fair.town.parts.sessions) as session:
        assert session.get_one(Participant, fair.people[0]).missing_at is not None
    # What was shown holds no more: the new difference is shown, nothing is applied.
    old = {"missing": str(fair.people[0]), "expected": digest[1]}
    text = send(client, fair.address("/repair"), old, 409)
    assert "刚刚有变动" in text and "调整的结果" in text
    assert len(fair.versions()) == 2


def test_lost_tables_late_people_and_what_is_none_of_them(fair: Fair, client: FlaskClient) -> None:
    fair.publish()
    late = {"late_who": [str(fair.people[0]), ""], "late_slot": [str(fair.slots[1]), ""]}
    text = send(client, fair.address("/repair"), late | {"lost_tables": str(fair.tables[1])})
    assert "换时间 1" in text or "取消的洽谈 1" in text
    for bad in (
        {"late_who": str(fair.people[0]), "late_slot": ""},
        {"missing": "x"},
        {"lost_slots": "9" * 30},
        {"missing": str(fair.people[0]), "arrived": str(fair.people[0])},
    ):
        answer = client.post(fair.address("/repair"), data=bad)
        assert answer.status_code == 400 and "data-focus" in answer.text, bad
    assert len(fair.versions()) == 1


PAGES = (
    "",
    "?view=people",
    "/versions",
    "/repair",
    "/{draft}/publish",
    "/{draft}/move?a={a}&b={b}",
    "/{draft}/moves.json?a={a}&b={b}",
)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_as_often_for_twelve_meetings_as_for_two(own_town: Town, page: str) -> None:
    places = tuple((2 * one, 2 * one + 1, one % 4, one // 4) for one in range(12))
    counted = []
    for number in (2, 12):
        fair = make_fair(own_town, places[:number], firms=2 * number, slots=4, tables=3)
        fair.publish()
        with unit(own_town.parts.sessions) as session:
            from matchmaker.meetings import timetables

            copy = timetables.copy_as_draft(session, own_town.actor("organiser"), timetable_id=fair.draft).id
        client = own_town.client("organiser")
        address = fair.address(page.format(draft=copy, a=fair.people[0], b=fair.people[1]))
        assert client.get(address).status_code == 200
        with statements(own_town) as asked:
            client.get(address)
        counted.append(asked)
    assert len(counted[0]) == len(counted[1])
    assert len(counted[0]) < 40


def test_only_planners_come_in(fair: Fair) -> None:
    for who in ("member", "auditor"):
        client = fair.town.client(who)
        for page in ("", "/versions", "/repair", f"/{fair.draft}/publish", f"/{fair.draft}/move?a=1&b=2"):
            assert client.get(fair.address(page)).status_code == 403
        for verb in ("move", "add", "lock", "remove", "publish", "unpublish", "copy"):
            form = fair.form(0, 1, place=fair.spot(2, 0))
            assert client.post(fair.of(verb), data=form).status_code == 403
    assert fair.meetings() == set(TWO)
