"""What the office's pages refuse, and what the log says of itself."""

from io import BytesIO

import pytest
from sqlalchemy import select, update

from matchmaker.accounts.models import Person
from matchmaker.audit.models import AuditEntry
from matchmaker.core.unit import reading, unit
from matchmaker.events.models import Event
from tests.web.town import PDF, Town

EVENT = {
    "title": "阀门供需对接会",
    "kind": "supply_chain",
    "state": "announced",
    "starts_at": "2099-03-01T09:00",
    "ends_at": "2099-03-01T12:00",
    "town": "440605123",
    "venue": "丹灶会议厅",
}


@pytest.mark.parametrize(
    ("field", "value"), [("starts_at", "0001-01-01T00:00"), ("ends_at", "9999-12-31T23:59:00-12:00")]
)
def test_a_year_nobody_means_is_refused_at_its_field(own_town: Town, field: str, value: str) -> None:
    answer = own_town.client("organiser").post("/office/events/new", data=EVENT | {field: value})
    assert answer.status_code == 400
    assert f'id="{field}-fault"' in answer.text or f'aria-describedby="{field}' in answer.text


def test_an_event_saved_as_it_is_leaves_no_trace(own_town: Town) -> None:
    client, address = own_town.client("organiser"), f"/office/events/{own_town.ids['event']}/edit"
    client.post(address, data=EVENT)
    with reading(own_town.parts.sessions) as session:
        before = session.scalars(select(AuditEntry.number)).all()
    assert client.post(address, data=EVENT).status_code == 303
    with reading(own_town.parts.sessions) as session:
        assert session.scalars(select(AuditEntry.number)).all() == before


def test_a_draft_that_nobody_saw_is_not_cancelled(own_town: Town) -> None:
    client = own_town.client("organiser")
    number = client.post("/office/events/new", data=EVENT | {"state": "draft"}).location.rsplit("/", 1)[1]
    answer = client.post(f"/office/events/{number}/edit", data=EVENT | {"state": "cancelled"})
    assert answer.status_code == 400
    assert "留作草稿即可" in answer.text
    assert own_town.client().get(f"/events/{number}").status_code == 404
    with reading(own_town.parts.sessions) as session:
        assert session.get_one(Event, int(number)).state == "draft"


def test_an_unknown_action_opens_nobodys_account(own_town: Town) -> None:
    client, address = own_town.client("administrator"), f"/office/people/{own_town.people['stranger']}"
    client.post(address, data={"action": "block", "reason": "冒用他人名义"})
    assert client.post(address, data={"action": "xyz", "reason": "手误"}).status_code == 400
    with reading(own_town.parts.sessions) as session:
        assert session.get_one(Person, own_town.people["stranger"]).blocked_at is not None


def test_an_unknown_action_gives_no_listing_back(own_town: Town) -> None:
    answer = own_town.client("officer").post(f"/office/listings/{own_town.ids['offer']}", data={"action": "xyz"})
    assert answer.status_code == 400


def test_the_log_says_whether_it_is_whole_and_where_it_is_broken(own_town: Town) -> None:
    client = own_town.client("auditor")
    assert "哈希链完整" in client.get("/office/audit?check=yes").text
    assert "哈希链完整" not in client.get("/office/audit").text
    with unit(own_town.parts.sessions) as session:
        session.execute(update(AuditEntry).where(AuditEntry.number == 3).values(actor="别人"))
    assert "哈希链在第 3 条断开" in client.get("/office/audit?check=yes").text


@pytest.mark.parametrize(
    ("path", "data", "what"),
    [
        ("/my/listings/{offer}/renew", {}, "续期"),
        ("/my/listings/{offer}/files", {"attachment": "pdf"}, "添加附件"),
        ("/my/listings/{offer}/files/{file}/withdraw", {}, "撤下附件"),
    ],
)
def test_the_organisation_is_told_of_every_step_on_its_behalf(
    own_town: Town, path: str, data: dict[str, str], what: str
) -> None:
    helper = own_town.client("organiser")
    helper.post(f"/office/help/{own_town.ids['organisation']}")
    form: dict[str, object] = {"attachment": (BytesIO(PDF), "报告.pdf")} if data else {}
    assert helper.post(path.format(**own_town.ids), data=form, content_type="multipart/form-data").status_code == 303
    assert what in own_town.client("member").get("/my/notices").text
