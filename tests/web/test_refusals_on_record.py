"""What somebody tried and was refused on the pages of deals, contracts and subsidies stands in the log, once."""

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
        ("newcomer", "/my/deals/{deal}"),
        ("member", "/my/deals/999999/files/1"),
        ("member", "/office/deals"),
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


@pytest.mark.parametrize(
    ("who", "path", "form", "status", "subject"),
    [
        # A deal: forbidden, forged, late.
        ("stranger", "/my/deals/{deal}/files/{deal_file}/withdraw", {}, 403, "deal:{deal}"),
        ("newcomer", "/my/deals/{deal}/notes", {"text": "您好", "reach": "both"}, 404, "/my/deals/{deal}/notes"),
        ("member", "/my/deals/{deal}/move", {"revision": "9", "stage": "intent"}, 409, "deal:{deal}"),
        ("member", "/my/deals/{deal}/owner", {"revision": "9", "person_id": ""}, 409, "deal:{deal}"),
        ("member", "/my/deals/{ended_deal}/edit", {"kind": "order", "title": "采购密封圈"}, 303, "deal:{ended_deal}"),
        ("stranger", "/my/deals/new", {"organisation_id": "{organisation}"}, 403, "/my/deals/new"),
        ("member", "/office/deals/new", {}, 403, "/office/deals/new"),
        # A contract.
        ("stranger", "/my/contracts/{contract}/edit", {"title": "改名"}, 403, "contract:{contract}"),
        ("newcomer", "/my/contracts/{contract}/edit", {"title": "改名"}, 404, "/my/contracts/{contract}/edit"),
        (
            "member",
            "/my/contracts/{contract}/steps/submitted",
            {"revision": "1", "happened_on": "2026-01-02"},
            303,
            "contract:{contract}",
        ),
        ("member", "/my/contracts/{draft_contract}/payments/new", {}, 403, "contract:{draft_contract}"),
        ("member", "/my/contracts/{contract}/schedule", {"reason": "改期"}, 303, "contract:{contract}"),
        # And where nobody but an officer has anything to do.
        ("organiser", "/office/policies", {"text": "policy_id: X"}, 403, "/office/policies"),
    ],
)
def test_what_a_form_was_refused_is_remembered_once(
    own_town: Town, known: int, who: str, path: str, form: dict[str, str], status: int, subject: str
) -> None:
    data = {name: text.format(**own_town.ids) for name, text in form.items()}
    answer = own_town.client(who).post(path.format(**own_town.ids), data=data)
    assert answer.status_code == status
    (row,) = refusals(own_town)[known:]
    assert (row.actor, row.subject) == (own_town.actor(who).name, subject.format(**own_town.ids))


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/my/deals/{deal}/notes", {"text": "", "reach": "both"}),
        ("/my/contracts/{contract}/payments/new", {"kind": "payment", "paid_on": "2026-01-02", "amount": "很多"}),
    ],
)
def test_what_is_only_typed_wrongly_is_no_refusal(own_town: Town, known: int, path: str, form: dict[str, str]) -> None:
    assert own_town.client("officer").post(path.format(**own_town.ids), data=form).status_code == 400
    assert len(refusals(own_town)) == known


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
