"""What somebody tried and was refused where money is decided stands in the log, although nothing else changed."""

import pytest
from sqlalchemy import select

from matchmaker.audit.models import AuditEntry
from matchmaker.core.unit import reading
from tests.web.town import Town

KEYS = {"once": "0123456789abcdef"}


@pytest.fixture
def known(own_town: Town) -> int:
    """How many refusals the town had before; others who only looked at it may have been refused."""
    return len(refusals(own_town))


def refusals(town: Town) -> list[AuditEntry]:
    with reading(town.parts.sessions) as session:
        rows = list(
            session.scalars(select(AuditEntry).where(AuditEntry.action == "refused").order_by(AuditEntry.number))
        )
        session.expunge_all()
        return rows


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("stranger", "/my/subsidies/{claim}"),
        ("member", "/my/subsidies/999999"),
        ("newcomer", "/my/contracts/{contract}"),
        ("organiser", "/office/subsidies/{claim}"),
    ],
)
def test_a_forged_address_is_remembered(own_town: Town, known: int, who: str, path: str) -> None:
    path = path.format(**own_town.ids)
    assert own_town.client(who).get(path).status_code in (403, 404)
    (row,) = refusals(own_town)[known:]
    assert (row.actor, row.subject) == (own_town.actor(who).name, path)


def test_a_forged_number_in_a_form_is_remembered(own_town: Town, known: int) -> None:
    form = KEYS | {"revision": "1", "reason": "试试"}
    answer = own_town.client("stranger").post(f"/my/subsidies/{own_town.ids['claim']}/withdraw", data=form)
    assert answer.status_code == 404
    assert [row.subject for row in refusals(own_town)[known:]] == [f"/my/subsidies/{own_town.ids['claim']}/withdraw"]


def test_a_visitor_leaves_no_trace(own_town: Town, known: int) -> None:
    assert own_town.client().get(f"/my/subsidies/{own_town.ids['claim']}").status_code == 303
    assert len(refusals(own_town)) == known


def test_an_edit_of_a_decided_claim_is_refused_and_remembered(own_town: Town) -> None:
    form = KEYS | {"revision": "1", "declared": "true", "bank_name": "佛山农商银行", "bank_account": "8001000012345678"}
    page = f"/my/subsidies/{own_town.ids['noticed']}"
    owner = next(who for who in ("member", "stranger") if own_town.client(who).get(page).status_code == 200)
    before = len(refusals(own_town))
    answer = own_town.client(owner).post(f"{page}/confirm", data=form)
    assert answer.status_code == 409
    (row,) = refusals(own_town)[before:]
    assert row.subject == f"claim:{own_town.ids['noticed']}"


def test_a_policy_with_a_typing_mistake_is_refused_and_remembered(own_town: Town, known: int) -> None:
    answer = own_town.client("officer").post("/office/policies", data={"text": "policy_idd: X"})
    assert answer.status_code == 400
    (row,) = refusals(own_town)[known:]
    assert row.detail["action"] == "subsidy.load_policy"
    assert "policy_id" in row.detail["reason"]
